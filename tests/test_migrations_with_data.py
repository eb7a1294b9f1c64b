"""The schema goes from every revision to the newest and back with a log in place: no byte of the log ever changes."""

import random
import time

import pytest
from children import Child
from histories import NOW, WORLD, fact, given
from sqlalchemy import text

import migrations
from eventstore.database import REVISIONS, Database
from eventstore.errors import DatabaseError
from eventstore.reading import check_chain, head
from projections import runner

LOG = ("event", "event_subject", "log_head")
ALTERING = {  # what the triggers refuse, since the first revision
    "UPDATE event SET recorded_by = 'me' WHERE position = 1",
    "DELETE FROM event WHERE position = 1",
    "UPDATE event_subject SET subject = 'x' WHERE position = 1",
    "DELETE FROM event_subject WHERE position = 1",
    "DELETE FROM log_head",
    "UPDATE log_head SET position = 0",
}


@pytest.fixture
def filled(database: Database) -> Database:
    """A record of some three hundred events: more than one tile of the tree."""
    told = [fact("statement-made", "1992", text=f"statement {number}", states=["AM", "GE"]) for number in range(290)]
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"), *told)
    return database


def log_of(database: Database) -> dict[str, list[str]]:
    with database.transaction() as connection:
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in LOG}


def rest_of(database: Database) -> dict[str, list[str]]:
    from projections.views import TABLES

    with database.record() as connection:
        derived = {
            name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))
            for name in ("event_definition", "merkle_tile")
        }
        views = {table.name: sorted(map(repr, connection.execute(table.select()))) for table in TABLES}
        return {**derived, **views}


def moved(database: Database, revision: str, *, down: bool = False) -> None:
    with database.transaction() as connection:
        if down:
            migrations.downgrade(connection, revision)
        else:
            migrations.upgrade(connection, revision)


def protected(database: Database) -> None:
    for statement in sorted(ALTERING):
        with pytest.raises(DatabaseError, match="the log is never changed"), database.transaction() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_log_in_place_goes_back_to_a_revision_and_up_again_unchanged(filled, revision):
    log, rest = log_of(filled), rest_of(filled)
    moved(filled, revision, down=True)
    assert log_of(filled) == log
    protected(filled)
    moved(filled, "head")
    assert log_of(filled) == log
    protected(filled)
    with filled.record() as connection:
        runner.rebuild(connection)
        assert check_chain(connection).problems == []
    assert rest_of(filled) == rest
    given(filled, fact("statement-made", "1993", text="afterwards", states=["AM"]))


def test_a_log_in_place_goes_down_and_up_step_by_step_unchanged(filled):
    log, rest = log_of(filled), rest_of(filled)
    for revision in REVISIONS[-2::-1]:
        moved(filled, revision, down=True)
        assert log_of(filled) == log
        protected(filled)
    for revision in REVISIONS:
        moved(filled, revision)
        assert log_of(filled) == log
        protected(filled)
    with filled.record() as connection:
        runner.rebuild(connection)
    assert rest_of(filled) == rest


def rights_of(database: Database) -> dict[tuple[str, str, str], bool]:
    """What each role may do to each table, and whose it is."""
    from projections.views import TABLES

    tables = [
        *LOG,
        "event_definition",
        "merkle_tile",
        "alembic_version",
        "projection",
        *(table.name for table in TABLES),
    ]
    question = text("SELECT has_table_privilege(:role, :name, :doing)")
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
    with database.transaction() as connection:
        return {
            (role, name, doing): connection.execute(question, {"role": role, "name": name, "doing": doing}).scalar_one()
            for role in ("cis_reader", "cis_appender", "cis_owner")
            for name in tables
            for doing in rights
        }


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision < "0004"])
def test_the_rights_of_the_roles_go_with_their_revision_and_come_back(empty_postgres, revision):
    rights = rights_of(empty_postgres)
    assert rights["cis_appender", "event", "INSERT"]
    assert not rights["cis_appender", "event", "DELETE"]
    moved(empty_postgres, revision, down=True)
    with empty_postgres.transaction() as connection:
        allowed = "SELECT has_table_privilege('cis_appender', 'event', 'INSERT, SELECT')"
        assert connection.execute(text(allowed)).scalar() is False
    moved(empty_postgres, "head")
    assert rights_of(empty_postgres) == rights


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_upgrade_that_fails_leaves_the_database_as_it_was_and_usable(filled, revision):
    moved(filled, revision, down=True)
    log = log_of(filled)
    with pytest.raises(ZeroDivisionError), filled.transaction() as connection:  # noqa: PT012 - the failure comes after
        migrations.upgrade(connection)
        raise ZeroDivisionError
    assert log_of(filled) == log
    with filled.transaction() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == revision
    protected(filled)
    moved(filled, "head")
    with filled.record() as connection:
        runner.rebuild(connection)


def upgrade(tell, url: str) -> None:
    """Upgrade a database; tells when it begins."""
    database = Database(url, write=True)
    tell("begun")
    with database.transaction() as connection:
        migrations.upgrade(connection)


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.long)])
def test_an_upgrade_that_was_killed_leaves_the_database_usable(filled, times):
    chance = random.Random(times)
    log = log_of(filled)
    for _ in range(times):
        moved(filled, REVISIONS[0], down=True)
        child = Child(upgrade, filled.url)
        child.told()
        time.sleep(chance.uniform(0, 0.15))
        child.kill()
        at = revision_of(filled)
        assert at in (REVISIONS[0], REVISIONS[-1])  # all of it or nothing
        assert log_of(filled) == log
        protected(filled)
        moved(filled, "head")
    with filled.record() as connection:
        runner.rebuild(connection)
        assert (head(connection).position, check_chain(connection).problems) == (300, [])
    given(filled, fact("statement-made", "1993", text="afterwards", states=["AM"]), now=NOW)


def revision_of(database: Database) -> str:
    """The revision, once nobody upgrades any more: on Postgres the killed one's session may still be at its end."""
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
