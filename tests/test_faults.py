"""Killed in the middle: what was acknowledged is there, nothing is half there, and the next run goes on.

The long runs (`python -m pytest -m long tests/test_faults.py`) do the same as the short ones, more often.
"""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from children import PARTS, Child, batch, command, write
from conftest import migrated
from disks import small_disk
from histories import NOW, RECORD, append, given
from postgres_server import NoPostgres, OwnServer, start_own
from sqlalchemy import event as events
from sqlalchemy import text

import migrations
from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.preparing import prepare_file
from eventstore.reading import check_chain, head
from eventstore.transfer import export
from projections import runner
from projections.record import record
from projections.views import TABLES

MANY = 10**9  # batches: more than a process lives to record
LONGEST = 0.1  # seconds that a process may write before it is killed


def often(short: int, long: int) -> pytest.MarkDecorator:
    """How often a test does its damage: in every run, and in the long one."""
    return pytest.mark.parametrize("times", [short, pytest.param(long, marks=pytest.mark.long)])


@pytest.fixture
def kept(database: Database) -> Database:
    """An empty record as `cis init` leaves it, on each database, with a source."""
    prepare_file(database)
    given(database)
    return database


def views(connection) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in TABLES}


def settled(database: Database) -> None:
    """Wait until the server has noticed that its clients are gone: until then a last commit may still be under way."""
    if database.file is not None:
        return
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.transaction() as connection:
            if connection.execute(text(asked)).scalar() == 0:
                return
        time.sleep(0.005)
    raise AssertionError("a session of a dead process is still there")


def recorded(connection) -> dict[str, int]:
    """How many events of each batch are in the log."""
    rows = connection.execute(text("SELECT data FROM event WHERE position > 1")).scalars()
    return Counter(found.get("treaty") or found["text"] for found in map(json.loads, rows))


def check(database: Database, acknowledged: set[str], *, writers: int = 1, refold: bool = True) -> set[str]:
    """The log holds every acknowledged batch, and of each batch all or nothing; the views are those of the log.

    Gives what the log holds.
    """
    with database.record() as connection:
        newest = head(connection)
        found = recorded(connection)
        assert acknowledged <= found.keys()
        assert set(found.values()) <= {PARTS}
        assert len(found.keys() - acknowledged) <= writers  # done, and killed before it could say so
        assert newest.position == 1 + PARTS * len(found)
        assert check_chain(connection) == (newest.position, newest.hash, [])
        tiles = connection.execute(text("SELECT count(*) FROM merkle_tile WHERE level = 1")).scalar()
        assert tiles == newest.position // 256
        assert runner.projections_position(connection) == newest.position
        if refold:
            followed = views(connection)
            runner.rebuild(connection)
            assert views(connection) == followed
            connection.rollback()
    return set(found)


# --- the process ----------------------------------------------------------------------------------------------------------


@often(20, 250)
def test_a_process_killed_while_it_appends_loses_nothing_and_leaves_nothing_half_done(kept, times):
    chance = random.Random(times)
    acknowledged = set[str]()
    for kill in range(times):
        child = Child(write, kept.url, f"run-{kill}", MANY)
        first = child.told()
        time.sleep(chance.uniform(0, LONGEST))
        acknowledged |= {first, *child.kill()}
        settled(kept)
        acknowledged = check(kept, acknowledged, refold=kill % 5 == 0)
        if len(acknowledged) > 100:  # keeps the refolding of each check short
            empty(kept)
            given(kept)
            acknowledged = set()
    record(kept, batch("afterwards"), recorded_by="tests", now=NOW)
    check(kept, {*acknowledged, "afterwards"})


def empty(database: Database) -> None:
    """A new record in the place of the old one."""
    with database.transaction() as connection:
        migrations.downgrade(connection, "base")
        migrations.upgrade(connection)
        runner.rebuild(connection)


@often(2, 40)
def test_several_writers_killed_at_once_lose_nothing(kept, times):
    chance = random.Random(times)
    acknowledged = set[str]()
    for kill in range(times):
        children = [Child(write, kept.url, f"run-{kill}-{number}", MANY) for number in range(3)]
        acknowledged.add(children[0].told())
        time.sleep(chance.uniform(0, LONGEST))
        for child in children:
            acknowledged |= set(child.kill())
        settled(kept)
        acknowledged = check(kept, acknowledged, writers=len(children))


# --- the server -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """A server that waits for the disk, and can be killed."""
    try:
        server = start_own(durable=True)
    except NoPostgres as reason:
        pytest.skip(f"no Postgres: {reason}")
    yield server
    server.stop()


@often(2, 40)
def test_a_server_killed_while_it_is_written_to_keeps_what_was_acknowledged(own_server, times):
    chance = random.Random(times)
    kept = migrated(own_server.create_database("kept"))
    given(kept)
    acknowledged = set[str]()
    for kill in range(times):
        children = [Child(write, kept.url, f"run-{kill}-{number}", MANY) for number in range(2)]
        acknowledged.add(children[0].told())
        time.sleep(chance.uniform(0, LONGEST))
        own_server.kill()
        for child in children:
            *done, failure = child.ended()
            assert failure.problems[0].what in (*BROKEN, *REFUSED), failure
            acknowledged |= set(done)
        own_server.restart()
        acknowledged = check(kept, acknowledged, writers=len(children))
    record(kept, batch("afterwards"), recorded_by="tests", now=NOW)


# Which of the two it is depends on whether the driver still reads the server's last word.
BROKEN = ("the server ended the connection", "the connection to the server was lost")
REFUSED = ("the server is not there", "the server is starting or stopping")  # who connects while it dies


@pytest.mark.parametrize("moment", ["before the append", "before the commit"])
def test_a_connection_dropped_in_mid_transaction_leaves_nothing(empty_postgres, moment, caplog):
    given(empty_postgres)
    with pytest.raises(DatabaseError) as refused, empty_postgres.record() as connection:  # noqa: PT012
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        if moment == "before the commit":
            append(connection, RECORD.citing("record, page 2"))
        with psycopg.connect(empty_postgres.url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", (own,))
        if moment == "before the append":
            append(connection, RECORD.citing("record, page 2"))
    assert refused.value.problems[0].what in BROKEN
    assert caplog.messages == []  # what the driver says to itself would stand on the screen beside our sentence
    check(empty_postgres, set())
    record(empty_postgres, batch("afterwards"), recorded_by="tests", now=NOW)
    check(empty_postgres, {"afterwards"})


# --- the disk -------------------------------------------------------------------------------------------------------------

FULL = "the disk is full: nothing of this was written"


def until_refused(database: Database, name: str) -> tuple[set[str], DatabaseError]:
    acknowledged = set[str]()
    for number in range(10_000):
        try:
            record(database, batch(f"{name}-{number}"), recorded_by="tests", now=NOW)
        except DatabaseError as error:
            return acknowledged, error
        acknowledged.add(f"{name}-{number}")
    raise AssertionError("this disk is never full")


def test_a_sqlite_file_that_may_not_grow_is_refused_in_words_and_goes_on_when_it_may(empty_sqlite):
    prepare_file(empty_sqlite)
    given(empty_sqlite)
    small = Database(empty_sqlite.url, write=True)

    @events.listens_for(small.engine, "connect")
    def limit(connection, _):
        connection.execute("PRAGMA max_page_count = 150")

    acknowledged, refused = until_refused(small, "small")
    assert refused.problems[0].what == FULL
    assert check(empty_sqlite, acknowledged) == acknowledged
    record(empty_sqlite, batch("afterwards"), recorded_by="tests", now=NOW)
    check(empty_sqlite, {*acknowledged, "afterwards"})


def test_a_full_disk_under_sqlite_is_said_and_nothing_is_half_written(tmp_path, sqlite_template):
    with small_disk(tmp_path / "small", "3m") as disk:
        shutil.copy(sqlite_template, disk / "cis.db")
        kept = Database(f"sqlite:///{disk / 'cis.db'}", write=True)
        prepare_file(kept)
        given(kept)
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 1_000_000)
        acknowledged, refused = until_refused(kept, "full")
        assert refused.problems[0].what in (FULL, "the disk failed while reading or writing")
        ballast.unlink()
        assert check(kept, acknowledged) == acknowledged
        record(kept, batch("afterwards"), recorded_by="tests", now=NOW)


def test_a_full_disk_under_postgres_is_said_and_nothing_is_half_written(own_server, tmp_path):
    with small_disk(own_server.home / "small", "24m") as disk:
        shutil.chown(disk, (own_server.data).stat().st_uid, (own_server.data).stat().st_gid)
        with psycopg.connect(own_server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            connection.execute("CREATE DATABASE kept TEMPLATE template0 ENCODING 'UTF8' TABLESPACE small")
        kept = migrated(own_server.url("kept"))
        given(kept)
        ballast = disk / "ballast"
        with pytest.raises(OSError, match="No space"), ballast.open("wb") as file:  # noqa: PT012
            while True:
                file.write(b"x" * 65_536)
        acknowledged, refused = until_refused(kept, "full")
        assert refused.problems[0].what == FULL
        ballast.unlink()
        assert check(kept, acknowledged) == acknowledged
        record(kept, batch("afterwards"), recorded_by="tests", now=NOW)
        own_server.kill()  # while the disk is still there: the server's files go with it


# --- what takes long ------------------------------------------------------------------------------------------------------


def killed(chance: random.Random, longest: float, *arguments: str) -> bool:
    """Run a command and kill it at a random moment; gives whether it was still at work."""
    child = Child(command, *arguments)
    child.told()
    time.sleep(chance.uniform(0, longest))
    child.kill()
    return child.status != 0


def finished(*arguments: str) -> None:
    child = Child(command, *arguments)
    child.ended()
    assert child.status == 0


def positions(database: Database) -> tuple[int, int]:
    with database.record() as connection:
        return head(connection).position, runner.projections_position(connection)


@often(2, 30)
def test_an_init_that_was_killed_starts_over(blank, times):
    chance = random.Random(times)
    for _ in range(times):
        killed(chance, 2.5, "--database", blank.url, "init")
        settled(blank)
        with blank.transaction() as connection:
            made = blank.engine.dialect.has_table(connection, "event")
        if made:  # it was done before it could be killed
            assert min(positions(blank)) > 3000
            break
    finished("--database", blank.url, "init")
    newest, followed = positions(blank)
    assert newest == followed > 3000
    with blank.record() as connection:
        assert check_chain(connection).problems == []


@pytest.fixture
def filled(kept: Database) -> Database:
    """A record of 900 events."""
    entries = [entry for number in range(300) for entry in batch(f"filled-{number}")]
    record(kept, entries, recorded_by="tests", now=NOW)
    return kept


@often(3, 40)
def test_a_rebuild_that_was_killed_changed_nothing_and_starts_over(filled, times):
    chance = random.Random(times)
    with filled.record() as connection:
        before = views(connection)
    for _ in range(times):
        killed(chance, 0.6, "--database", filled.url, "rebuild")
        settled(filled)
        with filled.record() as connection:
            assert views(connection) == before
            assert runner.projections_position(connection) == 901
    finished("--database", filled.url, "rebuild")
    with filled.record() as connection:
        assert views(connection) == before


@often(3, 40)
def test_an_import_that_was_killed_starts_over(filled, tmp_path, times):
    chance = random.Random(times)
    with filled.record() as connection:
        lines, wanted = list(export(connection)), head(connection)
    file = tmp_path / "log.jsonl"
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    empty(filled)
    for _ in range(times):
        killed(chance, 0.8, "--database", filled.url, "import", str(file))
        settled(filled)
        if positions(filled) != (0, 0):
            assert positions(filled) == (901, 901)
            empty(filled)
    finished("--database", filled.url, "import", str(file))
    check(filled, {f"filled-{number}" for number in range(300)})
    with filled.record() as connection:
        assert head(connection) == wanted
