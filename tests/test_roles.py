"""What each role of a Postgres record may do, and above all what it may not; and that SQLite is opened read-only to ask."""

import sqlite3

import psycopg
import pytest
from cli_runs import HISTORY, cis, told
from conftest import migrated
from histories import WORLD, fact, given
from psycopg import errors
from sqlalchemy import make_url

from cli.main import COMMANDS
from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.tables import metadata
from projections import membership, runner
from projections.views import TABLES, projection

FORBIDDEN = {  # to both
    "change an event": "UPDATE event SET recorded_by = 'me'",
    "delete an event": "DELETE FROM event",
    "empty the log": "TRUNCATE event CASCADE",
    "change what an event is about": "UPDATE event_subject SET subject = 'state:AM'",
    "delete what an event is about": "DELETE FROM event_subject",
    "change what an event defines": "UPDATE event_definition SET subject = 'state:AM'",
    "delete what an event defines": "DELETE FROM event_definition",
    "change the tree": "UPDATE merkle_tile SET hash = 'x'",
    "delete the tree": "DELETE FROM merkle_tile",
    "delete the head": "DELETE FROM log_head",
    "add a head": "INSERT INTO log_head (one, position, hash) VALUES (2, 0, 'x')",
    "drop a trigger": "DROP TRIGGER event_no_change ON event",
    "disable a trigger": "ALTER TABLE event DISABLE TRIGGER event_no_change",
    "replace what the triggers call": "CREATE OR REPLACE FUNCTION cis_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
    "pass for a replica": "SET session_replication_role = replica",
    "drop the log": "DROP TABLE event CASCADE",
    "add a column": "ALTER TABLE event ADD COLUMN more text",
    "change the revision": "UPDATE alembic_version SET version_num = '9999'",
    "become the owner": "SET ROLE cis_owner",
    "read the server's files": "SELECT pg_read_file('postgresql.conf')",
    "write the server's files": "COPY event TO '/tmp/stolen'",
    "run a program": "COPY event FROM PROGRAM 'id'",
    "make a role": "CREATE ROLE other",
    "make a table": "CREATE TABLE mine (x integer)",
}
FORBIDDEN_TO_READERS = {
    "append": "INSERT INTO event SELECT * FROM event",
    "move the head": "UPDATE log_head SET position = position + 1",
    "lock the head": "SELECT 1 FROM log_head FOR UPDATE",
    "change a view": "DELETE FROM membership",
    "add to a view": "INSERT INTO citation VALUES ('a', 'b', 'c')",
}


@pytest.fixture(scope="module")
def users(postgres):
    """Users of the server in each role, taken away at the end; gives their addresses for a database."""
    name = "roles"
    owner = Database(postgres.create_database(name), write=True)
    migrated(owner.url)
    given(owner, *WORLD)
    made = {role: f"cis_test_{role}" for role in ("reader", "appender", "owner", "stranger")}
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        for role, user in made.items():
            connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'x'")
            if role != "stranger":
                connection.execute(f"GRANT cis_{role} TO {user}")
        yield {
            role: make_url(owner.url).set(username=user, password="x").render_as_string(hide_password=False)
            for role, user in made.items()
        }
        postgres.drop_database(name)
        for user in made.values():
            connection.execute(f"DROP ROLE {user}")


def refused(url: str, statement: str) -> None:
    address = url.replace("+psycopg", "")
    with pytest.raises(errors.InsufficientPrivilege), psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("role", ["reader", "appender"])
@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_neither_reader_nor_appender_can(users, role, statement):
    refused(users[role], statement)


@pytest.mark.parametrize("statement", FORBIDDEN_TO_READERS.values(), ids=FORBIDDEN_TO_READERS)
def test_a_reader_cannot(users, statement):
    refused(users["reader"], statement)


@pytest.mark.parametrize("statement", ["SELECT 1 FROM event", "SELECT 1 FROM membership", "SELECT 1 FROM log_head"])
def test_who_is_in_no_role_cannot_even_read(users, statement):
    refused(users["stranger"], statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE event SET recorded_by = 'me'", "DELETE FROM event_subject", "TRUNCATE merkle_tile"]
)
def test_even_the_owner_cannot_change_the_log_by_the_way(users, statement):
    address = users["owner"].replace("+psycopg", "")
    with psycopg.connect(address) as connection, pytest.raises(errors.RaiseException, match="the log is never changed"):
        connection.execute(statement)


@pytest.mark.parametrize("statement", ["CREATE ROLE other", "CREATE DATABASE other", "SET ROLE postgres"])
def test_the_owner_is_no_superuser(users, statement):
    refused(users["owner"], statement)


def test_each_role_can_do_its_work(users):
    with Database(users["reader"]).record() as connection:
        assert [row["state"] for row in membership.members(connection, "1991-12-31", "cis")] == []
    appender = Database(users["appender"], write=True)
    given(appender, fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY"))
    with appender.record() as connection:
        runner.rebuild(connection)
    with Database(users["reader"]).record() as connection:
        assert [row["state"] for row in membership.members(connection, "1991-12-31", "cis")] == ["BY"]
    import migrations

    with Database(users["owner"], write=True).transaction() as connection:
        assert migrations.upgrade(connection) == []


def test_who_may_only_read_is_told_so_in_words(users):
    with pytest.raises(DatabaseError) as refusal:
        given(
            Database(users["reader"], write=True), fact("treaty-signed", "1991-12-08", treaty="belovezha", state="RU")
        )
    assert refusal.value.problems[0].what == "the database refuses this user"


def test_where_roles_may_not_be_made_the_record_is_made_without_and_says_so(postgres):
    # For this test the roles are called otherwise, as on a server where nobody ever made them.
    name = "modest"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE cis_test_modest LOGIN PASSWORD 'x'")
        url = make_url(postgres.create_database(name)).set(username="cis_test_modest", password="x")
        database = Database(url.render_as_string(hide_password=False), write=True)
        with psycopg.connect(postgres.conninfo(name), autocommit=True) as inside:
            inside.execute("GRANT CREATE, USAGE ON SCHEMA public TO cis_test_modest")
        others = [
            role for role in ("cis_reader", "cis_appender", "cis_owner") if renamed(connection, role, f"{role}_away")
        ]
        try:
            run = cis(database, "init", "--empty")
        finally:
            for role in others:
                renamed(connection, f"{role}_away", role)
        assert run.status == 0
        assert "The roles cis_reader, cis_appender, cis_owner are not made: this user may not make roles." in run.err
        given(database, *WORLD)
        postgres.drop_database(name)
        connection.execute("DROP ROLE cis_test_modest")


def renamed(connection: "psycopg.Connection[tuple[object, ...]]", role: str, other: str) -> bool:
    try:
        connection.execute(f"ALTER ROLE {role} RENAME TO {other}")
    except errors.UndefinedObject:
        return False
    return True


def test_every_table_is_granted_also_one_that_a_later_revision_brings(users, postgres):
    log = ("event", "event_subject", "event_definition", "merkle_tile")
    with psycopg.connect(postgres.conninfo("roles")) as connection:
        rights = "SELECT has_table_privilege(%s, %s, %s)"
        for table in (*TABLES, *metadata.tables.values(), projection):
            for role in ("cis_reader", "cis_appender"):
                assert connection.execute(rights, (role, table.name, "SELECT")).fetchone() == (True,), (
                    role,
                    table.name,
                )
            for right in ("INSERT", "UPDATE", "DELETE"):
                expected = table.name not in metadata.tables or (table.name in log and right == "INSERT")
                found = connection.execute(rights, ("cis_appender", table.name, right)).fetchone()
                assert found == (expected,), (table.name, right)
            owner = "SELECT tableowner FROM pg_tables WHERE tablename = %s"
            assert connection.execute(owner, (table.name,)).fetchone() == ("cis_owner",)


# --- SQLite ---------------------------------------------------------------------------------------------------------------

ASKING = [
    ["members", "cis"],
    ["treaties"],
    ["treaty", "cis-charter"],
    ["roster", "council-of-heads-of-state"],
    ["state", "RU"],
    ["meetings"],
    ["replay", "--as-of", "1994"],
    ["report", "treaties-in-force"],
    ["sql", "SELECT 1"],
    ["check"],
    ["log"],
    ["show", "1"],
    ["export"],
    ["status"],
    ["verify"],
    ["verify", "--views"],
    ["panel", "state-year", "--organisation", "cis", "--rule", "any-day"],
    ["compare", "-", "--state", "state", "--year", "year", "--value", "value"],
    ["cite", "--as-of", "1994"],
    ["diff", "1993", "1994"],
    ["diff", "--known-from", "3"],
    ["why", "membership", "RU", "--as-of", "1994"],
    ["coverage"],
    ["plot", "membership"],
    ["checkpoint"],
    ["proof", "1"],
]
WRITING = [
    ["append", "--file", "-"],
    ["init", "--empty"],
    ["rebuild"],
    ["import", "-"],
    ["retract", "5", "--reason", "x"],
]
ELSEWHERE = {
    *("correct", "dispute", "corroborate"),  # one way with `retract`
    *("completion", "docs", "schema"),  # ask no record
    "serve",  # tests/test_page.py: a browser's questions
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How each connection to a SQLite file was opened: ro or rwc."""
    modes = list[str]()
    connect = sqlite3.connect

    def watched(name, *arguments, **options):
        modes.append(str(name).partition("mode=")[2])
        return connect(name, *arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", watched)
    return modes


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_who_asks_opens_the_file_read_only_and_leaves_it_as_it_is(empty_sqlite, opened, words):
    told(empty_sqlite)
    before = empty_sqlite.file.read_bytes()
    opened.clear()
    ran = cis(empty_sqlite, *words, given="state,year,value\nRU,1994,1\n")
    assert ran.status in (0, 1), ran.err  # check finds something in this history
    assert {mode for mode in opened if mode} == {"ro"}
    assert empty_sqlite.file.read_bytes() == before


def test_every_command_is_held_to_one_or_the_other():
    assert {words[0] for words in (*ASKING, *WRITING)} | ELSEWHERE == set(COMMANDS)


@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[0])
def test_who_writes_opens_it_to_write(empty_sqlite, opened, words):
    told(empty_sqlite)
    opened.clear()
    cis(empty_sqlite, *words, given=HISTORY)
    assert "rwc" in opened


def test_a_file_that_may_only_be_read_answers_and_takes_nothing(empty_sqlite):
    told(empty_sqlite)
    reader = Database(empty_sqlite.url)
    for statement in (
        "DELETE FROM membership",
        "CREATE TABLE mine (x)",
        "PRAGMA user_version = 7",
        "DROP TRIGGER event_no_update",
    ):
        with pytest.raises(DatabaseError) as refused, reader.record() as connection:
            connection.exec_driver_sql(statement)
        assert refused.value.problems[0].what == "the database may only be read"
