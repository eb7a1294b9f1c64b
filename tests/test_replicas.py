"""Two real servers: reports are answered by the replica, and an acknowledged event outlives the loss of the primary server."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from children import PARTS, Child, batch, write
from cli_runs import cis
from conftest import migrated
from histories import NOW, given
from postgres_server import NoPostgres, OwnServer, start_own

from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.reading import check_chain, head
from projections import runner
from projections.record import record

MANY = 10**9


class Pair(NamedTuple):
    """A primary server and its replica, and the record on each."""

    primary: OwnServer
    standby: OwnServer
    record: Database
    replica: str


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A record on a server that acknowledges nothing before its replica has it."""
    try:
        primary = start_own(durable=True, settings={"wal_level": "replica", "max_wal_senders": 5})
    except NoPostgres as reason:
        pytest.skip(f"no Postgres: {reason}")
    standby = start_own(durable=True, standby_of=primary)
    try:
        database = migrated(primary.create_database("cis"))
        with psycopg.connect(primary.conninfo("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            # remote_apply: who is told that an event is recorded also sees it on the replica
            connection.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            connection.execute("SELECT pg_reload_conf()")
            wait(connection, "SELECT sync_state = 'sync' FROM pg_stat_replication")
        given(database)
        yield Pair(primary, standby, database, standby.url("cis"))
    finally:
        standby.stop()
        primary.stop()


def wait(connection, question: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        row = connection.execute(question).fetchone()
        if row is not None and row[0]:
            return
        time.sleep(0.05)
    raise AssertionError(f"never true: {question}")


def test_a_replica_answers_refuses_to_write_and_takes_over_with_every_acknowledged_event(pair):
    record(pair.record, batch("first"), recorded_by="tests", now=NOW)

    # It answers, and says how far behind it is.
    ran = cis(pair.record, "sql", "SELECT treaty FROM treaty", "--format", "json", CIS_REPORT_DATABASE_URL=pair.replica)
    assert ran.status == 0
    assert ran.json == [{"treaty": "first"}]
    assert (
        "A replica answers: it has all that it has received from its primary server; the last change is of 2" in ran.err
    )
    with Database(pair.replica).record() as connection:
        there = head(connection)
        assert runner.projections_position(connection) == there.position == 1 + PARTS

    # Nothing can be written there, by a command or by hand.
    for words in (["append", "--file", "-"], ["rebuild"], ["init", "--empty"]):
        ran = cis(pair.replica, *words, given="- {kind: treaty-adopted, on: 1991, treaty: x, title: X, source: record}")
        assert ran.status == 1
        assert ran.err.endswith("the database may only be read here\n  Append on the primary server.\n")
    with pytest.raises(DatabaseError), Database(pair.replica, write=True).transaction() as connection:
        connection.exec_driver_sql("DELETE FROM membership")

    # What it has received and not yet applied is said.
    with psycopg.connect(pair.standby.conninfo("cis"), autocommit=True) as standby:
        standby.execute("SELECT pg_wal_replay_pause()")
        wait(standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
        with psycopg.connect(pair.primary.conninfo("cis"), autocommit=True) as primary:
            primary.execute("SET synchronous_commit = 'local'")
            primary.execute("COMMENT ON TABLE source IS 'changed'")
        wait(standby, "SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")
        ran = cis(pair.record, "members", CIS_REPORT_DATABASE_URL=pair.replica)
        assert "A replica answers: it is " in ran.err
        assert " bytes behind what it has received from its primary server" in ran.err
        standby.execute("SELECT pg_wal_replay_resume()")

    # The primary server is lost in the middle of appends, and the replica takes its place.
    writers = [Child(write, pair.record.url, f"writer-{number}", MANY) for number in range(2)]
    acknowledged = {"first", *(writer.told() for writer in writers)}
    time.sleep(0.3)
    pair.primary.kill()
    for writer in writers:
        *done, failure = writer.ended()
        assert isinstance(failure, DatabaseError)
        acknowledged |= set(done)
    with psycopg.connect(pair.standby.conninfo("cis"), autocommit=True) as standby:
        standby.execute("SELECT pg_promote()")
        wait(standby, "SELECT NOT pg_is_in_recovery()")
        standby.execute("ALTER SYSTEM SET synchronous_commit = 'on'")
        standby.execute("SELECT pg_reload_conf()")
    promoted = Database(pair.replica, write=True)
    with promoted.record() as connection:
        newest = head(connection)
        found = {row[0] for row in connection.exec_driver_sql("SELECT treaty FROM treaty")}
        assert acknowledged <= found
        assert len(found - acknowledged) <= len(writers)  # done, and the server died before it could say so
        assert newest.position == 1 + PARTS * len(found)
        assert runner.projections_position(connection) == newest.position
        assert check_chain(connection) == (newest.position, newest.hash, [])
    record(promoted, batch("afterwards"), recorded_by="tests", now=NOW)
    with promoted.record() as connection:
        assert head(connection).position == newest.position + PARTS


def test_the_last_acknowledged_head_is_the_head_of_the_promoted_replica(pair):
    for number in range(5):
        record(pair.record, batch(f"b-{number}"), recorded_by="tests", now=NOW)
    with pair.record.record() as connection:
        acknowledged = head(connection)
    pair.primary.kill()
    with psycopg.connect(pair.standby.conninfo("cis"), autocommit=True) as standby:
        standby.execute("SELECT pg_promote()")
        wait(standby, "SELECT NOT pg_is_in_recovery()")
    with Database(pair.replica).record() as connection:
        assert head(connection) == acknowledged


def test_only_questions_go_to_the_replica(empty_sqlite, tmp_path):
    """An append has nothing to do with the address for reports."""
    migrated(f"sqlite:///{tmp_path / 'other.db'}")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    given(empty_sqlite)
    for words, position in ((["status"], 1), (["members"], 0), (["sql", "SELECT 1"], 0), (["log"], 0)):
        ran = cis(empty_sqlite, *words, "--format", "json", CIS_REPORT_DATABASE_URL=other)
        assert ran.status == 0, ran.err
        if words == ["status"]:
            assert ran.json["position"] == position
        else:
            assert f"position {position}," in ran.err or not ran.json
