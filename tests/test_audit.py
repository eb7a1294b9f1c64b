"""Examining the whole log: a sound one has no problem, and one whose chain fits but whose columns lie is found out."""

import pytest
from conftest import DATABASES
from histories import BORIS, NOW, RECORD, WORLD, append, corrected, disputed, fact, given, retracted, source, written
from history_strategies import History, histories
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from eventstore.audit import Held, audit
from eventstore.integrity import chained
from eventstore.log import write_rows
from eventstore.merkle import root
from eventstore.protection import FUNCTIONS, PROTECTION
from eventstore.reading import head, read
from eventstore.stored import Stored
from eventstore.subjects import About


def problems_of(database, *held):
    with database.record() as connection:
        return audit(connection, held).problems


@pytest.fixture(scope="module", params=DATABASES)
def shared(request, tmp_path_factory):
    """A record that every example finds empty."""
    from conftest import migrated

    if request.param == "sqlite":
        yield migrated(f"sqlite:///{tmp_path_factory.mktemp('audit') / 'cis.db'}")
        return
    postgres = request.getfixturevalue("postgres")
    yield migrated(postgres.create_database("audit"))
    postgres.drop_database("audit")


def test_a_log_that_was_written_by_the_program_has_no_problem(shared):
    @settings(max_examples=40 if shared.file else 10)
    @examples(histories(), st.booleans())
    def holds(history: History, singly: bool) -> None:
        with shared.engine.connect() as connection, connection.begin() as transaction:
            append(connection, RECORD, *history.registers)
            for batch in [[told] for told in history.facts] if singly else [history.facts]:
                append(connection, *batch)
            newest = head(connection)
            assert audit(connection) == (newest.position, newest.hash, [])
            transaction.rollback()

    holds()


def test_amendments_of_one_event_have_the_same_subjects_in_one_batch_as_in_several(database):
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    sources = [source("first", "press"), source("second", "press")]
    claims = [
        disputed(joined, citing="first", date="1993-12-03"),
        disputed(joined, citing="second", changes={"state": "AM"}),
    ]
    given(database, *WORLD, *sources, joined, *claims)
    with database.record() as connection:
        *_, last = read(connection, subject=f"event:{joined.id}")
        about = connection.exec_driver_sql(
            f"SELECT subject FROM event_subject WHERE position = {last.position}"
        ).scalars()
        named = {"organisation:cis", "state:GE", "state:AM", f"event:{joined.id}"}
        assert set(about) == named | {"source:record", "source:first", "source:second"}
    assert problems_of(database) == []


def test_an_empty_log_has_no_problem(database):
    with database.record() as connection:
        assert audit(connection) == (0, head(connection).hash, [])
        assert audit(connection, [Held(0, root(connection, 0))]).problems == []


def added(database, **columns):
    """One more event whose hash fits, and whose columns are as given."""
    with database.record() as connection:
        newest = head(connection)
        row = next(read(connection, event_ids=[BORIS.id]))._replace(position=newest.position + 1, **columns)
        row = row._replace(hash=chained(newest.hash, row[:-1]))
        write_rows(connection, newest.position, [Stored(*row)], [About(row.kind, ("person:boris", "state:RU"))])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"occurred_from": "1991-12-20"}, "occurred_from is '1991-12-20', but 1991-12-21 gives '1991-12-21'"),
        ({"occurred_to": None}, "occurred_to is None, but 1991-12-21 gives '1991-12-21'"),
        ({"kind": "person-praised"}, "this program does not know the kind 'person-praised'"),
        ({"version": 2}, "this program does not know version 2 of person-registered"),
        ({"version": 0}, "this program does not know version 0 of person-registered"),
        ({"data": '{"person":"leonid","name":"Boris"}'}, "event_subject does not say that it is about person:leonid"),
        (
            {"data": "{"},
            "what it is about cannot be derived: its data does not fit person-registered: Input data was truncated",
        ),
        ({"data": '{"name":"B","person":"No One"}'}, "what it is about cannot be derived: no id: person"),
        ({"sources": '[{"source":"A Page"}]'}, "what it is about cannot be derived: no id: source"),
        ({"sources": "[]"}, "it names no source"),
        ({"sources": "{}"}, "sources are not a list of citations: Expected `array`, got `object`"),
        ({"recorded_at": "1991"}, "recorded_at is earlier than that of the event before it"),
    ],
)
def test_an_event_whose_hash_fits_but_whose_columns_lie_is_named(columns, said, empty_sqlite):
    given(empty_sqlite, *WORLD)
    added(empty_sqlite, event_id="another", **columns)
    assert f"position 10: {said}" in problems_of(empty_sqlite)
    assert "position 10: event_id is not that of its kind, date and data" in problems_of(empty_sqlite)


def test_an_amendment_of_what_is_not_there_is_named(database):
    given(database, *WORLD)
    nowhere = retracted(fact("person-registered", "1991", person="ivan", name="Ivan"))
    written(database, nowhere.kind, nowhere.on, nowhere.draft.data, "source:record")
    assert problems_of(database) == [
        f"position 10: what it is about cannot be derived: it is about event {nowhere.draft.event.event}, which is not there"
    ]


def test_amendments_in_a_circle_are_named_and_do_not_hold_up_the_examination(database):
    first, second = "00000000-0000-5000-8000-000000000001", "00000000-0000-5000-8000-000000000002"
    given(database, *WORLD)
    for about, event_id in ((second, first), (first, second)):
        with database.record() as connection:
            newest = head(connection)
            envelope = (
                newest.position + 1, event_id, "event-retracted", 1, "2026", "2026-01-01", "2026-12-31", NOW, "tests",
                f'{{"event":"{about}","reason":"x"}}', '[{"source":"record"}]',
            )  # fmt: skip
            row = Stored(*envelope, chained(newest.hash, envelope))
            write_rows(connection, newest.position, [row], [About("event-retracted", ())])
    told = problems_of(database)
    assert "position 10: what it is about cannot be derived: it is about itself, by way of others" in told
    assert "position 11: what it is about cannot be derived: it is about itself, by way of others" in told


def test_many_problems_of_one_sort_are_counted(database):
    given(database, *WORLD)
    for number in range(5):
        added(database, event_id=f"another-{number}")
    with database.record() as connection:
        told = audit(connection, most=2).problems
    assert told == [
        "position 10: event_id is not that of its kind, date and data",
        "position 11: event_id is not that of its kind, date and data",
        "event_id: 3 more of these",
    ]


def test_the_log_goes_on_from_the_roots_that_were_kept(database):
    kept = []
    for batch in (WORLD[:4], WORLD[4:], [corrected(BORIS, date="1990")]):
        given(database, *batch)
        with database.record() as connection:
            size = head(connection).position
            kept.append(Held(size, root(connection, size)))
    assert [size for size, _ in kept] == [5, 9, 10]
    assert problems_of(database, *kept) == []
    assert problems_of(database, Held(12, b"x")) == ["position 11: missing: the checkpoint held is of 12 events"]
    (told,) = problems_of(database, kept[0], Held(9, bytes(32)), kept[2])
    assert told == (
        "the first 9 events are not those of the checkpoint held: one of them, or more, was replaced"
        f" (their root is {kept[1].root.hex()}, not {'00' * 32})"
    )


def test_progress_is_told_after_each_event(empty_sqlite):
    given(empty_sqlite, *WORLD)
    steps = list[int]()
    with empty_sqlite.record() as connection:
        audit(connection, progress=steps.append)
    assert sum(steps) == 9


def test_the_triggers_looked_for_are_those_that_the_migrations_make(database):
    with database.record() as connection:
        if database.file is not None:
            query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
        else:
            query = "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid, true) FROM pg_trigger WHERE NOT tgisinternal"
        made = sorted(map(tuple, connection.exec_driver_sql(query)))
        assert made == sorted(PROTECTION[connection.dialect.name])


def test_the_functions_looked_for_are_those_that_the_migrations_make(empty_postgres):
    with empty_postgres.record() as connection:
        query = "SELECT DISTINCT proname, prosrc FROM pg_proc JOIN pg_trigger ON tgfoid = pg_proc.oid WHERE NOT tgisinternal"
        assert dict(map(tuple, connection.exec_driver_sql(query))) == FUNCTIONS
