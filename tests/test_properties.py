"""The five properties that define correctness on invented histories, on SQLite and on Postgres.

Every example lives in a transaction that is undone at its end, on a record that was empty before.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import DATABASES
from histories import NOW, RECORD, Told, append
from history_strategies import AMENDMENTS, NAMES, History, days, histories
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from eventstore import reading
from eventstore.database import Database
from eventstore.facts import Fact
from eventstore.history import History as KnownHistory
from eventstore.stored import Stored
from projections import membership, question, runner, timeline, treaty_party
from projections.interval import certainty_on, holds_on
from projections.views import TABLES, metadata
from projections.why import key_of, why

LATER = "2026-11-23T00:00:00.000000Z"
Rows = dict[str, list[tuple[Any, ...]]]
Test = Callable[..., None]


@pytest.fixture(scope="module")
def sqlite_record(sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("properties") / "cis.db"
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite:///{path}", write=True)


@pytest.fixture(scope="module")
def postgres_record(postgres, postgres_template):
    yield Database(postgres.create_database("properties", template=postgres_template), write=True)
    postgres.drop_database("properties")


@pytest.fixture(scope="module", params=DATABASES)
def record(request):
    """A record that every example finds empty."""
    return request.getfixturevalue(f"{request.param}_record")


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


@contextmanager
def tried(connection: Connection) -> Iterator[None]:
    """What happens within is undone, the transaction goes on."""
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def holds(database: Database, *strategies: st.SearchStrategy[Any]) -> Callable[[Test], None]:
    """Run a test on examples: many on SQLite, fewer on Postgres, where each takes several times as long."""
    examples = settings().max_examples if database.file else max(settings().max_examples // 6, 1)
    return lambda test: given(*strategies)(settings(max_examples=examples)(test))()


def every_row(connection: Connection) -> Rows:
    """All views, row for row; the order of rows in a table means nothing."""
    return {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in TABLES}


def on_the_day(connection: Connection, day: str) -> Rows:
    """What the views say of a day: all that holds or has happened by then, with its certainty, without its future."""
    found = Rows()
    by_then = select(timeline.timeline.c.event_id).where(timeline.timeline.c.occurred_from <= day)
    for table in TABLES:
        columns = [column for column in table.c if column.name not in ("valid_to", "valid_to_latest", "ended_by")]
        query = select(*columns)
        if "valid_from_latest" in table.c:
            query = select(*columns, certainty_on(table, day)).where(holds_on(table, day))
        elif "occurred_from" in table.c:
            query = query.where(table.c.occurred_from <= day)
        elif "event_id" in table.c:
            query = query.where(table.c.event_id.in_(by_then))
        found[table.name] = sorted(map(tuple, connection.execute(query)), key=repr)
    return found


class ByThen(KnownHistory):
    """A history as of a day: of the facts known, those that have, or may have, happened by then.

    Entries of the registers are always there. That there is a treaty and what it confers, or to which body an office belongs,
    is not a thing that happens on a day: who looks a name up finds it, whenever it was entered.
    """

    def __init__(self, connection: Connection, known_at: int, day: str) -> None:
        super().__init__(connection, known_at)
        self.day = day

    def about(self, *subjects: str, **kinds: Any) -> list[Fact]:
        return [fact for fact in super().about(*subjects, **kinds) if self._by_then(fact)]

    def fact_of(self, event_id: str) -> Fact | None:
        return self._if_by_then(super().fact_of(event_id))

    def fact(self, root: Stored) -> Fact | None:
        return self._if_by_then(super().fact(root))

    def _if_by_then(self, fact: Fact | None) -> Fact | None:
        return fact if fact is not None and self._by_then(fact) else None

    def _by_then(self, fact: Fact) -> bool:
        return fact.first <= self.day or type(fact.event).introduces is not None


@contextmanager
def folded_from_nothing(history: KnownHistory) -> Iterator[Connection]:
    memory = create_engine("sqlite://")
    with memory.begin() as connection:
        metadata.create_all(connection)
        runner.replay(history, connection)
        yield connection
    memory.dispose()


def one_by_one(connection: Connection, told: tuple[Told, ...]) -> None:
    for one in told:
        append(connection, one)


def test_reading_the_tables_at_a_day_as_known_then_equals_folding_what_had_happened_and_was_known(record):
    @holds(record, histories(), days(), st.floats(0, 1))
    def property_holds(history: History, day: str, known: float) -> None:
        with undone(record) as connection:
            append(connection, *history.registers)
            one_by_one(connection, history.facts)
            newest = reading.head(connection).position
            for known_at in {newest, round(newest * known)}:
                with (
                    question.views(connection, known_at) as views,
                    folded_from_nothing(ByThen(connection, known_at, day)) as fold,
                ):
                    assert on_the_day(views, day) == on_the_day(fold, day)


@st.composite
def reordered(draw: st.DrawFn) -> tuple[History, list[tuple[Told, ...]]]:
    """A history, and the same facts in batches of another order; an amendment still comes after what it amends."""
    history = draw(histories())
    waiting = draw(st.permutations(history.facts))
    ordered, recorded = list[Told](), {told.id for told in history.registers}
    while waiting:
        ready = next(told for told in waiting if told.kind not in AMENDMENTS or told.fields["event"] in recorded)
        waiting.remove(ready)
        recorded.add(ready.id)
        ordered.append(ready)
    cuts = sorted(draw(st.lists(st.integers(0, len(ordered)), max_size=len(ordered))))
    pieces = [ordered[start:end] for start, end in zip([0, *cuts], [*cuts, len(ordered)], strict=True)]
    first = tuple(draw(st.permutations([*history.registers, *pieces[0]])))  # within a batch, order is free altogether
    return history, [first, *(tuple(piece) for piece in pieces[1:] if piece)]


def test_any_order_of_recording_gives_the_same_views(record):
    @holds(record, reordered())
    def property_holds(case: tuple[History, list[tuple[Told, ...]]]) -> None:
        history, batches = case
        with undone(record) as connection:
            with tried(connection):
                append(connection, *history.everything)
                expected = every_row(connection)
            for batch in batches:
                append(connection, *batch)
            assert every_row(connection) == expected


def test_catching_up_event_by_event_equals_a_rebuild_and_a_second_rebuild_changes_nothing(record):
    @holds(record, histories())
    def property_holds(history: History) -> None:
        with undone(record) as connection:
            append(connection, *history.registers)
            one_by_one(connection, history.facts)
            followed = every_row(connection)
            runner.rebuild(connection)
            assert followed == every_row(connection)
            runner.rebuild(connection)
            assert followed == every_row(connection)


def test_loading_the_same_history_twice_adds_nothing(record):
    @holds(record, histories(), st.randoms(use_true_random=False))
    def property_holds(history: History, shuffler: Any) -> None:
        with undone(record) as connection:
            append(connection, *history.everything)
            before, views = reading.head(connection), every_row(connection)
            again = list(history.everything)
            shuffler.shuffle(again)
            assert not any(outcome.new for outcome in append(connection, *again, now=LATER, by="somebody else"))
            assert reading.head(connection) == before
            assert every_row(connection) == views


def test_sqlite_and_postgres_give_identical_views_and_the_same_head_hash(sqlite_record, postgres_record):
    @holds(postgres_record, histories(), st.booleans())
    def property_holds(history: History, singly: bool) -> None:
        found = list[tuple[reading.Head, Rows]]()
        for database in (sqlite_record, postgres_record):
            with undone(database) as connection:
                append(connection, RECORD, *history.registers)
                if singly:
                    one_by_one(connection, history.facts)
                else:
                    append(connection, *history.facts)
                found.append((reading.head(connection), every_row(connection)))
                assert reading.check_chain(connection) == (len(list(reading.read(connection))), found[0][0].hash, [])
        assert found[0] == found[1]


EXCLUSIVE = {  # of each of these there is one at a time
    "membership": ("organisation", "state"),
    "treaty_status": ("treaty",),
    "treaty_party": ("treaty", "state"),
    "organisation": ("organisation",),
    "body": ("body",),
}


def test_what_is_certain_on_a_day_excludes_everything_else_of_its_kind(record):
    @holds(record, histories(), st.lists(days(), min_size=3, max_size=3, unique=True))
    def property_holds(history: History, on: list[str]) -> None:
        with undone(record) as connection:
            append(connection, *history.everything)
            for table, day in ((table, day) for table in TABLES for day in on if table.name in EXCLUSIVE):
                found = dict[tuple[str, ...], list[str]]()
                for row in connection.execute(select(table, certainty_on(table, day)).where(holds_on(table, day))):
                    key = tuple(row._mapping[name] for name in EXCLUSIVE[table.name])
                    found.setdefault(key, []).append(row.certainty)
                assert [key for key, said in found.items() if "certain" in said and len(said) > 1] == []


def test_an_earlier_answer_from_the_part_of_the_views_it_needs_is_the_answer_from_all_of_them(record):
    @holds(record, histories(), days(), st.floats(0, 1))
    def property_holds(history: History, day: str, known: float) -> None:
        with undone(record) as connection:
            append(connection, *history.registers)
            one_by_one(connection, history.facts)
            known_at = round((reading.head(connection).position - 1) * known)
            with question.views(connection, known_at) as whole:
                for subject, ask in (
                    ("organisation:cis", lambda views: membership.members(views, day, "cis", former=True)),
                    ("treaty:charter", lambda views: treaty_party.parties(views, day, "charter")),
                    ("state:GE", lambda views: timeline.story(views, "state:GE", "0001-01-01", day)),
                ):
                    with question.views(connection, known_at, [subject]) as part:
                        assert ask(part) == ask(whole), subject


def explicable() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of every view whose rows follow from several acts, the keys that there are in an invented history."""
    for state in NAMES["state"]:
        yield from (("membership", (organisation, state)) for organisation in NAMES["organisation"])
        yield from (("treaty_party", (treaty, state)) for treaty in NAMES["treaty"])
        yield from (("council_roster", (body, state)) for body in NAMES["body"])
    yield from (("council_roster", (office,)) for office in NAMES["office"])
    for view in ("treaty_status", "organisation", "body"):
        yield from ((view, (name,)) for name in NAMES["treaty" if view == "treaty_status" else view])


def test_whatever_happened_each_step_that_led_to_a_row_is_told_with_its_rule(record):
    keys = list(explicable())

    @holds(record, histories(), days())
    def property_holds(history: History, day: str) -> None:
        with undone(record) as connection:
            append(connection, *history.everything)
            known = KnownHistory(connection)
            for view, words in keys:
                told = why(known, *key_of(known, view, words), day)
                assert told.chain or not told.rows, (view, words)
                assert all(step.rule and step.basis and step.sentence for step in told.chain), (view, words)


def test_the_clock_of_the_examples_is_fixed():
    assert NOW < LATER  # a second load is a later one
