"""What the views say at one position of the log and did not say at an earlier one; also of a batch about to be recorded."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

from eventstore import reading
from eventstore.amending import is_amendment
from eventstore.facts import BEGINNING, unamended
from eventstore.history import History
from eventstore.reading import head
from eventstore.stored import event_of
from eventstore.subjects import subjects_of
from projections import registers, timeline
from projections.diff.comparing import HAPPENED, INTERVALS, Compared, line_of, pairs, prepared
from projections.diff.line import Line
from projections.interval import Row, on_day
from projections.projection import AnyView, EventView, Key
from projections.runner import FEW, touched
from projections.sentences import sentence
from projections.views import ALL_VIEWS, EVENT_VIEWS, PROJECTIONS

if TYPE_CHECKING:
    from eventstore.batch import Entry
    from eventstore.database import Database
    from eventstore.log import Expectation, Outcome
    from eventstore.stored import Stored

_NAMED = ("sentence", "title", "name")  # what stands for an entry of an event view, the first that it has
_ENTERED = frozenset((*registers.ENTRIES.tables, *HAPPENED.values(), timeline.timeline))
_DERIVED = frozenset(("event_id", "occurred_from", "occurred_to", "day_order", "subjects", "amended"))
_SHOWN_ELSEWHERE = frozenset(
    chain(
        chain.from_iterable(view.handles for view in PROJECTIONS),
        chain.from_iterable(view.handles for view in EVENT_VIEWS if view is not timeline.VIEW),
    )
)


def changes_known(log: Connection, day: str | None, earlier: int, later: int) -> Iterator[Line]:
    """What the views say of a day (ISO; None: of all days) as known at a later position and did not say at an earlier one.

    The events that caused a change are those recorded in between.
    """
    known = _Known(log, earlier, later)
    for (view, key), positions in known.touched().items():
        for line in known.lines(view, key, day):
            yield known.explained(line, positions)


class _Known:
    """The record as known at two positions of the log, and the keys whose rows can differ between them."""

    def __init__(self, log: Connection, earlier: int, later: int) -> None:
        bulk = later - earlier > FEW
        self.before, self.after = History(log, earlier, bulk=bulk), History(log, later, bulk=bulk)
        self.recorded = dict[int, "Stored"]()

    def touched(self) -> dict[tuple[AnyView, Key], list[int]]:
        """The keys whose rows can differ, each with the positions of the events that touch it; by view."""
        found = dict[tuple[AnyView, Key], list[int]]()
        position = self.before.known_at + 1

        def next_event(_: int) -> None:
            nonlocal position
            position += 1

        for view, key, *_ in touched(self.after, self.before.known_at, next_event):
            positions = found.setdefault((view, key), [])
            if position not in positions[-1:]:
                positions.append(position)
        return dict(sorted(found.items(), key=lambda item: (ALL_VIEWS.index(item[0][0]), item[0][1])))

    def lines(self, view: AnyView, key: Key, day: str | None) -> Iterator[Line]:
        if isinstance(view, EventView):
            return self._entries(view, key[0], day)
        before, after = (
            [prepared(view.name, dict(row)) for row in view.fold(key, history)] for history in (self.before, self.after)
        )
        return _stretches(view.name, before, after) if day is None else _on(view.name, before, after, day)

    def _entries(self, view: EventView, event_id: str, day: str | None) -> Iterator[Line]:
        """What differs in the rows of one event."""
        earlier, later = (dict(self._rows(view, event_id, history, day)) for history in (self.before, self.after))
        for table in dict.fromkeys((*earlier, *later)):
            one, other = earlier.get(table), later.get(table)
            if table is timeline.timeline and one is None and other is not None and other["kind"] in _SHOWN_ELSEWHERE:
                continue  # the other views show what is new
            shown = other or one or {}
            name = table.name if table.name in shown else "event_id"
            key = {"event" if name == "event_id" else name: str(shown[name])}
            subject = frozenset(f"{register}:{value}" for register, value in key.items())
            named = next((column for column in _NAMED if shown.get(column)), name)
            columns = (
                [named] if one is None or other is None else [column for column in shown if column not in _DERIVED]
            )
            for column in columns:
                values = [_text(row, column) for row in (one, other)]
                if values[0] != values[1]:
                    yield Line(table.name, key, column, values[0], values[1], (event_id,), (), subjects=subject)

    def _rows(self, view: EventView, event_id: str, history: History, day: str | None) -> Iterator[tuple[Table, Row]]:
        fact = history.fact_of(event_id)
        if fact is not None and (day is None or fact.first <= day):
            yield from ((table, row) for table, row in view.rows(fact, history) if table in _ENTERED)

    def explained(self, line: Line, positions: list[int]) -> Line:
        """The line with the events recorded in between that caused it: of those that touch its key, those it rests on."""
        causes = [self._at(position) for position in positions]
        resting = [stored for stored in causes if self.after.root(stored).event_id in line.events]
        told = resting or causes
        subjects = (subjects_of(event_of(self.after.root(stored))) for stored in told)
        return line._replace(
            events=tuple(stored.event_id for stored in told),
            because=tuple(map(self._sentence, told)),
            subjects=line.subjects | frozenset(chain.from_iterable(subjects)),
        )

    def _at(self, position: int) -> "Stored":
        if position not in self.recorded:
            found = reading.read(self.after.connection, after=position - 1, upto=position)
            self.recorded[position] = next(found)
        return self.recorded[position]

    def _sentence(self, stored: "Stored") -> str:
        if not is_amendment(stored.kind):
            return f"{stored.occurred}: {sentence(unamended(stored), self.after)}"
        root, event = self.after.root(stored), event_of(stored)
        about = sentence(unamended(root), self.after)
        done = stored.kind.removeprefix("event-")
        return f"{done} on {stored.occurred}: “{about}” {getattr(event, 'reason', '')}"


def _text(row: Row | None, column: str) -> str:
    value = None if row is None else row.get(column)
    return "" if value is None or value is False else "yes" if value is True else str(value)


def _on(name: str, before: list[Row], after: list[Row], day: str) -> Iterator[Line]:
    compared = INTERVALS[name]
    for key, one, other in _by_key(compared, before, after):
        for what, was, becomes in pairs(compared, one, day, other, day):
            yield line_of(name, compared, key, what, was, becomes, _events(on_day(one, day), on_day(other, day)))


def _stretches(name: str, before: list[Row], after: list[Row]) -> Iterator[Line]:
    """What differs on any day, one line for each stretch of days on which it differs in the same way."""
    compared = INTERVALS[name]
    edges = ("valid_from", "valid_from_latest", "valid_to", "valid_to_latest")
    for key, one, other in _by_key(compared, before, after):
        days = sorted({row[edge] for row in (*one, *other) for edge in edges if row[edge] is not None})
        open_lines = dict[tuple[str, str, str], Line]()
        for day in days:
            now = list(pairs(compared, one, day, other, day))
            for pair in [pair for pair in open_lines if pair not in now]:
                yield open_lines.pop(pair)._replace(until=day)
            for pair in now:
                causes = _events(on_day(one, day), on_day(other, day))
                line = line_of(name, compared, key, *pair, causes)._replace(start="" if day == BEGINNING else day)
                open_lines.setdefault(pair, line)
        yield from open_lines.values()


def _by_key(compared: Compared, before: list[Row], after: list[Row]) -> Iterator[tuple[Key, list[Row], list[Row]]]:
    def key_of(row: Row) -> Key:
        return tuple(row[name] for name in compared.key)

    for key in sorted({key_of(row) for row in (*before, *after)}):
        yield key, [row for row in before if key_of(row) == key], [row for row in after if key_of(row) == key]


def _events(*rows: list[Row]) -> list[str]:
    """The events that some rows rest on."""
    found = dict[str, None]()
    for row in chain.from_iterable(rows):
        found |= dict.fromkeys((row["began_by"], *str(row.get("events") or "").split()))
        if row["ended_by"]:
            found[row["ended_by"]] = None
    return list(found)


def preview(
    database: "Database",
    entries: "Iterable[Entry]",
    *,
    recorded_by: str,
    now: str,
    expect: "Expectation | None" = None,
) -> "tuple[list[Outcome], list[Line]]":
    """What a batch would record, and what that would change in the views on any day; nothing is recorded.

    Raises what `record.record` raises.
    """
    from projections.record import record_on

    with database.record() as connection:
        earlier = head(connection).position
        outcomes = record_on(connection, entries, recorded_by=recorded_by, now=now, expect=expect)
        lines = list(changes_known(connection, None, earlier, head(connection).position))
        connection.rollback()
    return outcomes, lines
