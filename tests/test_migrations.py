"""The schema goes up, down and up again, is the one the code works with, and a database of another release is told apart."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import migrated
from histories import RECORD, append, written
from sqlalchemy import inspect, text

import migrations
from eventstore.database import REVISIONS, Database
from eventstore.errors import DatabaseError
from eventstore.reading import check_chain
from eventstore.tables import metadata as log_tables
from projections import runner
from projections.views import metadata as view_tables


def upgraded(database: Database, revision: str = "head") -> None:
    with database.transaction() as connection:
        migrations.upgrade(connection, revision)


def downgraded(database: Database, revision: str) -> None:
    with database.transaction() as connection:
        migrations.downgrade(connection, revision)


def schema(database: Database) -> dict[str, object]:
    """All that a migration makes: tables with columns and indexes, triggers, functions."""
    with database.transaction() as connection:
        looked = inspect(connection)
        found: dict[str, object] = {
            table: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in looked.get_columns(table)],
                sorted((index["name"] or "", index["column_names"]) for index in looked.get_indexes(table)),
            )
            for table in looked.get_table_names()
            if table != "alembic_version"
        }
        query = {
            "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        }[connection.dialect.name]
        found["triggers"] = sorted(map(tuple, connection.execute(text(query))))
        return found


def refusal(database: Database) -> str:
    with pytest.raises(DatabaseError) as refused, database.record():
        pass
    return str(refused.value)


def test_the_program_knows_exactly_the_revisions_that_there_are(empty_sqlite):
    with empty_sqlite.transaction() as connection:
        script = ScriptDirectory.from_config(migrations.configuration(connection))
    assert tuple(found.revision for found in script.walk_revisions())[::-1] == REVISIONS
    assert script.get_heads() == [REVISIONS[-1]]


def test_migrations_and_tables_agree(database):
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, [log_tables, view_tables]) == []


def test_primary_keys_and_comments_agree_too(database):
    # What `compare_metadata` does not look at.
    with database.transaction() as connection:
        looked = inspect(connection)
        for table in (*log_tables.sorted_tables, *view_tables.sorted_tables):
            found = looked.get_pk_constraint(table.name)["constrained_columns"]
            assert found == [column.name for column in table.primary_key], table.name
            if connection.dialect.name == "postgresql":
                assert looked.get_table_comment(table.name)["text"] == table.comment
                comments = {column["name"]: column["comment"] for column in looked.get_columns(table.name)}
                assert comments == {column.name: column.comment for column in table.columns}, table.name


def test_text_is_compared_byte_by_byte_in_every_column_on_postgres(empty_postgres):
    with empty_postgres.transaction() as connection:
        query = (
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
        )
        assert connection.execute(text(query)).all() == []


def test_up_down_and_up_again_gives_the_same_schema(blank):
    upgraded(blank)
    fresh = schema(blank)
    assert fresh["triggers"]
    downgraded(blank, "base")
    assert schema(blank) == {"triggers": []}
    upgraded(blank)
    assert schema(blank) == fresh


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_can_be_gone_back_to_and_left_again(blank, revision):
    upgraded(blank, revision)
    there = schema(blank)
    upgraded(blank)
    fresh = schema(blank)
    downgraded(blank, revision)
    assert schema(blank) == there
    upgraded(blank)
    assert schema(blank) == fresh


def test_a_database_upgraded_step_by_step_is_like_one_made_at_once(blank, database):
    for revision in REVISIONS:
        upgraded(blank, revision)
    if blank.engine.dialect.name == database.engine.dialect.name:
        assert schema(blank) == schema(database)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_log_that_was_begun_under_an_older_revision_goes_on_under_the_present_one(blank, revision):
    upgraded(blank, revision)
    data = '{"source":"record","standing":"press","title":"The record"}'
    written(blank, "source-registered", "1991-01-01", data, "source:record")
    upgraded(blank)
    with blank.record() as connection:
        runner.rebuild(connection)
        (outcome,) = append(connection, RECORD)
        assert (outcome.position, outcome.new) == (1, False)
        assert check_chain(connection).problems == []
        assert connection.execute(text("SELECT title FROM source")).scalars().all() == ["The record"]


def test_a_second_upgrade_changes_nothing(database):
    before = schema(database)
    upgraded(database)
    assert schema(database) == before


def test_an_upgrade_that_fails_leaves_nothing_behind(blank):
    with pytest.raises(ZeroDivisionError), blank.transaction() as connection:  # noqa: PT012 - the failure comes after
        migrations.upgrade(connection)
        raise ZeroDivisionError
    assert schema(blank) == {"triggers": []}


def test_a_database_of_a_newer_release_is_told_apart(database):
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert refusal(database) == (
        f"{database.place}: the database is of a newer release (revision 9999; this program knows {REVISIONS[-1]})\n"
        "  Upgrade the program: pip install --upgrade cis-record"
    )


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_database_of_an_older_release_is_told_apart(blank, revision):
    upgraded(blank, revision)
    assert refusal(blank) == (
        f"{blank.place}: the database is of an older release (revision {revision})\n  Upgrade it: cis init"
    )


def test_a_database_that_is_no_record_is_told_apart(blank):
    with blank.transaction() as connection:
        connection.execute(text("CREATE TABLE mine (x integer)"))
    assert refusal(blank).startswith(f"{blank.place}: this database holds something else (mine)\n")


def test_a_database_that_was_taken_back_to_nothing_is_told_apart(database):
    downgraded(database, "base")
    assert refusal(database) == f"{database.place}: this database is not a record\n  Make it one: cis init"


def test_views_of_another_release_are_folded_anew_and_not_trusted(database):
    with database.transaction() as connection:
        connection.execute(text("UPDATE projection SET version = 99 WHERE name = 'membership'"))
    with pytest.raises(DatabaseError) as refused, database.record() as connection:
        append(connection, RECORD)
    assert str(refused.value) == "the views are of another release (membership)\n  Fold them anew: cis rebuild"
    with database.record() as connection:
        runner.rebuild(connection)
        append(connection, RECORD)


def test_an_empty_record_is_ready_for_questions(tmp_path):
    with migrated(f"sqlite:///{tmp_path / 'new.db'}").record() as connection:
        assert connection.execute(text("SELECT count(*) FROM state WHERE state = 'AM'")).scalar() == 1
        assert runner.projections_position(connection) == 0
