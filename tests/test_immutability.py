"""No row of the log can be changed or taken out with SQL, on either database, after any revision of the schema."""

import pytest
from histories import written
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import migrations
from eventstore.database import REVISIONS, Database
from eventstore.errors import DatabaseError
from eventstore.reading import check_chain

COLUMNS = "position, event_id, kind, version, occurred, recorded_at, recorded_by, data, sources, hash"
FORGED = f"INTO event ({COLUMNS}) VALUES (1, 'x', 'x', 1, '1991', 'x', 'x', '{{}}', '[]', 'x')"
SAME_ID = (
    f"INTO event ({COLUMNS}) SELECT 99, event_id, kind, version, occurred, recorded_at, recorded_by, data, sources, hash"
    " FROM event WHERE position = 1"
)
AGAIN = "INTO event_subject (subject, position) VALUES ('state:AM', 1)"

EVERYWHERE = (
    "UPDATE event SET data = '{}'",
    "UPDATE event SET data = data WHERE position = 1",
    "UPDATE event SET position = 99 WHERE position = 2",
    "UPDATE event SET hash = 'x' WHERE position = 2",
    "DELETE FROM event",
    "DELETE FROM event WHERE position = 2",
    f"INSERT {FORGED} ON CONFLICT (position) DO UPDATE SET data = '{{}}'",
    f"INSERT {SAME_ID} ON CONFLICT (event_id) DO UPDATE SET data = '{{}}'",
    "UPDATE event_subject SET subject = 'state:AZ'",
    "UPDATE event_subject SET position = 2 WHERE position = 1",
    "DELETE FROM event_subject",
    "DELETE FROM event_subject WHERE subject = 'state:AM'",
    f"INSERT {AGAIN} ON CONFLICT (subject, position) DO UPDATE SET subject = 'state:AZ'",
    "UPDATE log_head SET position = 0",
    "UPDATE log_head SET hash = 'x'",
    "UPDATE log_head SET position = position - 1, hash = 'x'",
    "DELETE FROM log_head",
    "INSERT INTO log_head (one, position, hash) VALUES (1, 9, 'x')",
    "INSERT INTO log_head (one, position, hash) VALUES (2, 9, 'x')",
    "INSERT INTO log_head (one, position, hash) VALUES (1, 9, 'x') ON CONFLICT (one) DO UPDATE SET position = 0",
)
ON_SQLITE = (
    f"INSERT OR REPLACE {FORGED}",
    f"INSERT OR REPLACE {SAME_ID}",
    f"REPLACE {FORGED}",
    f"INSERT OR REPLACE {AGAIN}",
    "INSERT OR REPLACE INTO log_head (one, position, hash) VALUES (1, 0, 'x')",
    "UPDATE OR REPLACE event SET position = 1 WHERE position = 2",
    "UPDATE OR REPLACE event_subject SET position = 1, subject = 'state:AM' WHERE position = 2",
)
ON_POSTGRES = (
    "TRUNCATE event CASCADE",
    "TRUNCATE event_subject",
    "TRUNCATE log_head",
    "TRUNCATE event, event_subject, log_head",
    "MERGE INTO event USING (SELECT 1 AS one) AS x ON event.position = x.one WHEN MATCHED THEN UPDATE SET data = '{}'",
    "MERGE INTO event USING (SELECT 1 AS one) AS x ON event.position = x.one WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM event RETURNING 1) SELECT count(*) FROM gone",
)
REPLICA = "SET session_replication_role = replica"  # in such a session, ordinary triggers are not fired


def log_of(database):
    with database.transaction() as connection:
        return [
            sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in ("event", "event_subject", "log_head")
        ]


def attempts(database: Database) -> list[tuple[str, ...]]:
    if database.file is not None:
        return [(statement,) for statement in (*EVERYWHERE, *ON_SQLITE)]
    plainly = [(statement,) for statement in (*EVERYWHERE, *ON_POSTGRES)]
    return [*plainly, *((REPLICA, statement) for (statement,) in plainly)]


@pytest.mark.parametrize("revision", REVISIONS)
def test_after_every_revision_the_log_refuses_whatever_is_not_an_addition(blank, revision):
    with blank.transaction() as connection:
        migrations.upgrade(connection, revision)
    for state in ("AM", "BY"):
        data = f'{{"state":"{state}","treaty":"belovezha"}}'
        written(blank, "treaty-signed", "1991-12-08", data, f"state:{state}", "treaty:belovezha")
    before = log_of(blank)
    for statements in attempts(blank):
        with pytest.raises(DatabaseError) as refused, blank.transaction() as connection:  # noqa: PT012 - one attempt
            for statement in statements:
                connection.execute(text(statement))
        assert str(refused.value) == (
            f"{blank.place}: the log is never changed: rows are only added\n  Record a correction: cis correct."
        ), statements
        assert log_of(blank) == before, statements
    with blank.transaction() as connection:
        assert check_chain(connection).problems == []


def test_a_place_that_is_taken_cannot_be_taken_again(database):
    written(database, "treaty-signed", "1991-12-08", '{"state":"AM","treaty":"belovezha"}', "state:AM")
    before = log_of(database)
    for statement in (f"INSERT {FORGED}", f"INSERT {SAME_ID}", f"INSERT {AGAIN}"):
        # On Postgres the key itself refuses, before any trigger: that is no request a person would make.
        with pytest.raises((DatabaseError, IntegrityError)), database.transaction() as connection:
            connection.execute(text(statement))
    assert log_of(database) == before


def test_every_trigger_of_the_log_on_postgres_is_fired_in_every_session(empty_postgres):
    with empty_postgres.record() as connection:
        query = "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
        triggers = dict(map(tuple, connection.execute(text(query))))
    assert len(triggers) >= 7
    assert {name for name, enabled in triggers.items() if enabled != "A"} == set()


def test_adding_goes_on_as_before(database):
    written(database, "treaty-signed", "1991-12-08", '{"state":"AM","treaty":"belovezha"}', "state:AM")
    assert len(log_of(database)[0]) == 1
