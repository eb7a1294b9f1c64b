"""A crowd: eight writers and eight readers at once, real processes, on each database; and a database that is busy."""

import json
import threading
import time
from itertools import pairwise

import pytest
from children import PARTS, Child, batch, write
from histories import NOW, RECORD, append, given
from sqlalchemy import text

from eventstore import database as databases
from eventstore.database import Database
from eventstore.errors import DatabaseError, RecordError
from eventstore.preparing import hold_log, prepare_file
from eventstore.reading import check_chain, head
from projections import runner
from projections.record import record

WRITERS, READERS = 8, 8
BATCHES = 4  # of each writer
TREATIES = "SELECT count(*) FROM event WHERE kind = 'treaty-adopted'"
# In one look: the head, the number of events, what the views say of how far they are, and what they hold.
LOOK = (
    "SELECT count(*), coalesce(max(position), 0) FROM event",
    TREATIES,
    "SELECT count(*) FROM treaty",
    "SELECT count(*) FROM treaty_party",
    "SELECT count(*) FROM timeline WHERE kind = 'statement-made'",
)


def look(database: Database) -> str:
    """What is wrong with what a reader sees in one transaction; empty: nothing."""
    with database.record() as connection:
        newest, followed = head(connection).position, runner.projections_position(connection)
        (count, last), (told,), *shown = (tuple(connection.execute(text(query)).one()) for query in LOOK)
    if not newest == followed == count == last:
        return f"head {newest}, views at {followed}, {count} events to position {last}"
    if any(found != told for (found,) in shown):
        return f"at position {newest} the log tells of {told} treaties, and the views show {shown}"
    return ""


def read(tell, url: str, until: int) -> None:
    """Look at the record until it has so many events; tells the number of looks, and the first thing that was wrong."""
    database, looks, wrong = Database(url), 0, ""
    tell("ready")
    try:
        while not wrong:
            wrong = look(database)
            looks += 1
            with database.record() as connection:
                if head(connection).position >= until:
                    break
            time.sleep(0.01)
    except RecordError as error:
        wrong = str(error)
    tell((looks, wrong))


@pytest.mark.parametrize("batches", [BATCHES, pytest.param(100, marks=pytest.mark.long)])
def test_eight_writers_and_eight_readers_at_once(database, batches):
    prepare_file(database)
    given(database)
    expected = 1 + PARTS * WRITERS * batches
    readers = [Child(read, database.url, expected) for _ in range(READERS)]
    assert [reader.told() for reader in readers] == ["ready"] * READERS
    writers = [Child(write, database.url, f"writer-{number}", batches) for number in range(WRITERS)]
    told = [writer.rest() for writer in writers]
    assert told == [[f"writer-{number}-{n}" for n in range(batches)] for number in range(WRITERS)]
    seen = [reader.told() for reader in readers]
    assert [wrong for _, wrong in seen] == [""] * READERS
    assert sum(looks for looks, _ in seen) >= READERS
    print(f"{expected} events, {sum(looks for looks, _ in seen)} looks")
    with database.record() as connection:
        assert check_chain(connection) == (expected, head(connection).hash, [])
        stored = list(connection.execute(text("SELECT position, data FROM event ORDER BY position")))
    assert [position for position, _ in stored] == list(range(1, expected + 1))
    names = [found.get("treaty") or found["text"] for found in (json.loads(data) for _, data in stored[1:])]
    assert sorted(names) == sorted(name for names in told for name in names for _ in range(PARTS))
    assert names == [name for name in names[::PARTS] for _ in range(PARTS)]  # no batch has another's events in it
    assert look(Database(database.url)) == ""


def test_no_writer_that_waits_is_passed_by_all_others_until_they_are_done(database):
    # The long crowd failed: SQLite's own waiting looks ever more seldom, and one of eight writers waited its whole patience.
    prepare_file(database)
    turns = list[int]()

    def work(number: int) -> None:
        own = Database(database.url, write=True)
        for _ in range(40):
            with own.transaction() as connection:
                hold_log(connection)
                turns.append(number)
                time.sleep(0.005)
            time.sleep(0.003)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = [[-1, *(place for place, who in enumerate(turns) if who == number)] for number in range(WRITERS)]
    passed = [max(after - before - 1 for before, after in pairwise(own)) for own in places]
    assert len(turns) == 40 * WRITERS
    assert max(passed) < 100  # of 280 turns of the others


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "PATIENCE", 0.5)


def test_a_busy_database_is_waited_for_and_said_to_be_busy_when_patience_ends(database, little_patience):
    given(database)
    waiting = Database(database.url, write=True)
    with database.record() as connection:
        append(connection, RECORD.citing("record, page 2"))
        start = time.monotonic()
        with pytest.raises(DatabaseError) as refused:
            record(waiting, batch("late"), recorded_by="tests", now=NOW)
        waited = time.monotonic() - start
    assert 0.4 < waited < 20
    assert str(refused.value) == (
        f"{database.place}: other writers kept the database busy for 0.5 seconds\n"
        "  Nothing of this was written. Try again in a moment."
    )
    assert len(record(waiting, batch("late"), recorded_by="tests", now=NOW)) == PARTS


def test_a_reader_does_not_wait_for_a_writer(database, little_patience):
    prepare_file(database)
    given(database)
    reader = Database(database.url)
    with database.record() as connection:
        append(connection, *[RECORD.citing(f"record, page {page}") for page in range(2, 5)])
        assert look(reader) == ""
        with reader.record() as other:
            assert head(other).position == 1
    assert look(reader) == ""


def test_writers_that_meet_the_same_subjects_in_another_order_never_stand_in_each_others_way(database):
    prepare_file(database)
    given(database)
    failures = list[BaseException]()

    def work(name: str, turn: int) -> None:
        try:
            for number in range(5):
                entries = batch(f"{name}-{number}")
                entries += [entry._replace(fields=entry.fields | {"states": ["AZ"]}) for entry in entries[2:]]
                record(Database(database.url, write=True), entries[::turn], recorded_by=name, now=NOW)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(f"w{turn}", turn)) for turn in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.record() as connection:
        assert head(connection).position == 1 + 2 * 5 * 4
