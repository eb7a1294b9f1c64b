"""Many writers at once: real processes, on both databases."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from histories import NOW, RECORD, WORLD, append, fact, given
from sqlalchemy import text

from eventstore import log, reading
from eventstore.database import Database
from eventstore.errors import Refused
from projections import runner

WRITERS, BATCHES = 4, 6

WRITER = """
import sys
from eventstore import log
from eventstore.database import Database
from eventstore.drafts import draft
from projections import runner

url, name, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = Database(url, write=True)
print("ready", flush=True)
sys.stdin.readline()
for number in range(batches):
    told = [
        draft("statement-made", "1992", {"text": f"{name} {number} {part}", "states": ["AM"]}, [{"source": "record"}],
              today="2026-11-22")
        for part in range(1 + number % 3)
    ]
    with database.record() as connection:
        outcomes = log.append(connection, told, recorded_by=name, now="2026-11-22T00:00:00.000000Z")
        runner.catch_up(connection)
    print(*(outcome.position for outcome in outcomes), flush=True)
"""


def started(url: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(BATCHES)]
    root = Path(__file__).parents[1]
    return subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_give_positions_without_gaps_in_the_order_of_commits(database):
    given(database)
    writers = [started(database.url, f"writer{number}") for number in range(WRITERS)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    seen = []
    reader = Database(database.url)
    while any(writer.poll() is None for writer in writers):
        with reader.record() as connection:
            positions = connection.execute(text("SELECT position FROM event ORDER BY position")).scalars().all()
            seen.append((positions, reading.head(connection).position, runner.projections_position(connection)))
        time.sleep(0.01)
    given_out = [[int(position) for position in writer.communicate()[0].split()] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS

    expected = WRITERS * sum(1 + number % 3 for number in range(BATCHES))
    assert sorted(position for positions in given_out for position in positions) == list(range(2, expected + 2))
    assert all(positions == sorted(positions) for positions in given_out)  # a writer's later commit stands later
    for positions, head, followed in seen:  # no reader ever saw a gap, nor views that lag behind the log
        assert positions == list(range(1, head + 1))
        assert followed == head
    assert [len(positions) for positions, _, _ in seen] == sorted(len(positions) for positions, _, _ in seen)
    with database.record() as connection:
        assert reading.check_chain(connection) == (expected + 1, reading.head(connection).hash, [])
        assert (
            connection.execute(text("SELECT count(*) FROM timeline WHERE kind = 'statement-made'")).scalar() == expected
        )


class Waiting(threading.Thread):
    """A second writer, in the middle of an append of the first."""

    def __init__(self, database: Database, told, **other):
        super().__init__()
        self.database, self.told, self.other = database, told, other
        self.outcomes, self.failure, self.done = [], None, 0.0
        self.start()
        time.sleep(0.3)

    def run(self):
        try:
            with self.database.record() as connection:
                self.outcomes = append(connection, self.told, **self.other)
        except Refused as refused:
            self.failure = refused
        self.done = time.monotonic()


AM = fact("statement-made", "1992", text="first", states=["AM"])
AZ = fact("statement-made", "1992", text="second", states=["AM"])


def test_a_writer_waits_until_the_one_before_it_has_committed(database):
    given(database, *WORLD)
    with database.record() as connection:
        (first,) = append(connection, AM)
        second = Waiting(database, AZ)
        let_go = time.monotonic()
    second.join()
    assert second.done > let_go
    assert second.outcomes[0].position == first.position + 1


def test_a_writer_gets_the_position_of_the_one_before_it_that_gave_up(database):
    given(database, *WORLD)
    with database.engine.connect() as connection, connection.begin() as transaction:
        (first,) = append(connection, AM)
        second = Waiting(database, AZ)
        transaction.rollback()
    second.join()
    assert second.outcomes[0].position == first.position
    with database.record() as connection:
        assert reading.check_chain(connection).problems == []


def test_of_two_appends_with_the_same_expectation_one_is_refused(database):
    given(database, *WORLD)
    expect = log.Expectation(("state:AM",), len(WORLD) + 1)
    with database.record() as connection:
        append(connection, AM, expect=expect)
        second = Waiting(database, AZ, expect=expect)
    second.join()
    assert str(second.failure).startswith("--expect: position 10 was recorded after position 9 and concerns state:AM")


def test_the_same_fact_told_by_two_writers_at_once_is_one_event(database):
    given(database, *WORLD)
    with database.record() as connection:
        (first,) = append(connection, AM)
        second = Waiting(database, AM)
    second.join()
    assert (second.outcomes[0].position, second.outcomes[0].new) == (first.position, False)


def test_a_writer_that_waited_with_a_slow_clock_records_nothing_before_what_it_waited_for(database):
    given(database, *WORLD)
    with database.record() as connection:
        append(connection, AM, now="2026-11-22T10:00:00.000000Z")
        second = Waiting(database, AZ, now="2026-11-22T09:00:00.000000Z")
    second.join()
    with database.record() as connection:
        first, then = [row.recorded_at for row in reading.read(connection, after=len(WORLD) + 1)]
    assert first == then == "2026-11-22T10:00:00.000000Z"


def test_a_reader_sees_one_state_of_the_log_from_its_first_question_to_its_last(database):
    given(database, *WORLD)
    with Database(database.url).record() as connection:
        before = reading.head(connection)
        if database.file is None:  # on SQLite a writer waits for the reader instead
            given(database, AM)
        assert reading.head(connection) == before
        assert len(list(reading.read(connection))) == before.position
    given(database, AM)
    with Database(database.url).record() as connection:
        assert reading.head(connection).position == before.position + 1


@pytest.mark.parametrize("statement", ["DELETE FROM membership", "UPDATE log_head SET position = 99"])
def test_a_database_opened_for_reading_writes_nothing(database, statement):
    given(database, *WORLD)
    with pytest.raises(Exception, match="may only be read"), Database(database.url).record() as connection:
        connection.execute(text(statement))


def test_the_reader_of_the_record_can_still_append_nothing(database):
    with pytest.raises(Exception, match="may only be read"), Database(database.url).record() as connection:
        log.append(connection, [RECORD.draft], recorded_by="tests", now=NOW)
