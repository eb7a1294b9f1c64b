"""What changed in the views: between two days, between two positions of the log, or by a batch about to be recorded.

A line names the view, the key, what changed from what to what, and the events that caused it. In a value, `possible` stands
before what is not certain; several values stand beside each other with commas, or with `or` where they exclude each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Table, and_, or_, select

from eventstore import reading
from eventstore.amending import is_amendment
from eventstore.errors import Misuse, Problem, did_you_mean
from eventstore.facts import BEGINNING, unamended
from eventstore.history import History
from eventstore.reading import head
from eventstore.stored import event_of
from eventstore.subjects import subjects_of
from projections import meeting, registers, timeline, treaty_party
from projections.interval import Row
from projections.projection import EventView, Key, Projection
from projections.rules import on_day
from projections.runner import FEW, touched
from projections.sentences import sentence
from projections.views import EVENT_VIEWS, PROJECTIONS

if TYPE_CHECKING:
    from eventstore.batch import Entry
    from eventstore.database import Database
    from eventstore.log import Expectation, Outcome
    from eventstore.stored import Stored


class Line(NamedTuple):
    """One change. `start` and `until` (days, empty: open) say when it is so, where all days are compared."""

    view: str
    key: dict[str, str]
    what: str
    before: str
    after: str
    events: tuple[str, ...]
    because: tuple[str, ...]
    start: str = ""
    until: str = ""
    subjects: frozenset[str] = frozenset()

    def row(self) -> Row:
        """The line as a flat object: the key as its parts with `/` between them, events by blanks, sentences by newlines."""
        days = {"start": self.start, "until": self.until} if self.start or self.until else {}
        return {
            "view": self.view,
            "key": "/".join(self.key.values()),
            "what": self.what,
            "before": self.before,
            "after": self.after,
            **days,
            "events": " ".join(self.events),
            "because": "\n".join(self.because),
        }


class Compared(NamedTuple):
    """How the rows of a table of intervals are compared: by key, first their main column, then the others."""

    key: tuple[str, ...]
    main: str
    others: tuple[str, ...]


_TESTS = ("agreement_signed", "agreement_ratified", "charter_signed", "charter_ratified")
_ACTS = tuple(treaty_party.DATES.values())
INTERVALS: dict[str, Compared] = {
    "membership": Compared(
        ("organisation", "state"), "status", ("withdrawal_effective_on", *_TESTS, "practice", "disputed")
    ),
    "council_roster.states": Compared(("body", "state"), "status", ("disputed",)),
    "council_roster.offices": Compared(("body", "office"), "holder", ("disputed",)),
    "treaty_status": Compared(("treaty",), "status", ("until", "disputed")),
    "treaty_party": Compared(
        ("treaty", "state"),
        "status",
        (*_ACTS, "instrument", "withdrawal_effective_on", "reservations", "declarations", "disputed"),
    ),
    "organisation": Compared(("organisation",), "name", ("charter", "founding_treaties", "disputed")),
    "body": Compared(("body",), "name", ("organisation", "type", "seat", "disputed")),
}
_HAPPENED: dict[str, Table] = {"meeting": meeting.meeting, "decision": meeting.decision}
_NAMED = ("sentence", "title", "name")  # what stands for an entry of an event view, the first that it has

VIEWS: tuple[str, ...] = (
    *dict.fromkeys(name.partition(".")[0] for name in (*INTERVALS, *_HAPPENED)),
    *(table.name for table in registers.ENTRIES.tables),
    "timeline",
)


# --- between two days ---------------------------------------------------------------------------------------------------


def changes(views: Connection, first: str, second: str) -> Iterator[Line]:
    """What changed in the views from the end of one day to the end of a later one (ISO)."""
    lines = [line for projection in PROJECTIONS for line in _changed(views, projection, first, second)]
    lines += [line for name, table in _HAPPENED.items() for line in _happened(views, name, table, first, second)]
    told = _told(views, chain.from_iterable(line.events for line in lines))
    for line in lines:
        sentences = tuple(told[event_id][0] for event_id in line.events if event_id in told)
        about = chain.from_iterable(told[event_id][1] for event_id in line.events if event_id in told)
        yield line._replace(because=sentences, subjects=line.subjects | frozenset(about))


def _changed(views: Connection, projection: Projection, first: str, second: str) -> Iterator[Line]:
    table, compared = projection.table, INTERVALS[projection.name]
    c = table.c
    edges = or_(
        and_(c.valid_from <= second, c.valid_from_latest > first), and_(c.valid_to <= second, c.valid_to_latest > first)
    )
    query = select(table).where(edges).filter_by(**projection.fixed)
    query = query.order_by(*(c[name] for name in compared.key), c.valid_from, c.valid_from_latest, c.began_by)
    groups = dict[Key, list[Row]]()
    for found in views.execute(query).mappings():
        row = _prepared(projection.name, dict(found))
        groups.setdefault(tuple(row[name] for name in compared.key), []).append(row)
    for key, rows in groups.items():
        for what, before, after in _pairs(compared, rows, first, rows, second):
            causes = _causes(rows, what, first, second)
            yield _line(projection.name, compared, key, what, before, after, causes)


def _line(name: str, compared: Compared, key: Key, what: str, before: str, after: str, causes: Iterable[str]) -> Line:
    named = dict(zip(compared.key, key, strict=True))
    subjects = frozenset(f"{register}:{value}" for register, value in named.items())
    return Line(name.partition(".")[0], named, what, before, after, tuple(causes), (), subjects=subjects)


def _prepared(name: str, row: Row) -> Row:
    if name == "council_roster.offices":
        row["holder"] = f"{row['person'] or row['state']}{' (acting)' if row['acting'] else ''}"
    return row


def _pairs(
    compared: Compared, earlier: list[Row], first: str, later: list[Row], second: str
) -> Iterator[tuple[str, str, str]]:
    """What differs between some rows on a day and others on a day: the column, its value before and after."""
    held, holding = on_day(earlier, first), on_day(later, second)
    before, after = _words(held, compared.main), _words(holding, compared.main)
    if before != after:
        yield compared.main, before, after
    if not held or not holding:
        return
    # Where the standing changed, its date, its practice and whether it is disputed go with it.
    follows = ("practice", "disputed", "since") if before != after else ()
    others = [name for name in (*compared.others, "since") if name not in follows]
    for name in others:
        one, other = _plain(held, name), _plain(holding, name)
        if one != other:
            yield name, one, other


def _words(rows: list[Row], column: str) -> str:
    words = [f"{'possible ' if row['certainty'] == 'possible' else ''}{row[column]}" for row in rows]
    sure = all(row["certainty"] == "certain" for row in rows)
    return (", " if sure else " or ").join(sorted(set(words)))


def _plain(rows: list[Row], column: str) -> str:
    values = (row.get(column) for row in rows)
    texts = ("yes" if value is True or value == 1 else "" if value is False else value for value in values)
    return " or ".join(dict.fromkeys(str(text) for text in texts if text))


def _causes(rows: list[Row], what: str, first: str, second: str) -> list[str]:
    """The events at which the value of a column changed, or may have changed, between two days."""
    found = list[tuple[str, str]]()
    for row in rows:
        if row["valid_from"] <= second and row["valid_from_latest"] > first:
            before = [other[what] for other in rows if other["ended_by"] == row["began_by"]]
            if (before or [None]) != [row[what]]:
                found.append((row["valid_from"], row["began_by"]))
        if row["valid_to"] is not None and row["valid_to"] <= second and row["valid_to_latest"] > first:
            after = [other[what] for other in rows if other["began_by"] == row["ended_by"]]
            if (after or [None]) != [row[what]]:
                found.append((row["valid_to"], row["ended_by"]))
    return list(dict.fromkeys(event_id for _, event_id in sorted(found)))


def _happened(views: Connection, name: str, table: Table, first: str, second: str) -> Iterator[Line]:
    word = {"meeting": "held", "decision": "adopted"}[name]
    query = (
        select(table.c[name], table.c.occurred_from, table.c.occurred_to, table.c.event_id)
        .where(table.c.occurred_from <= second, table.c.occurred_to > first)
        .order_by(table.c.occurred_from, table.c.occurred_to, table.c.event_id)
    )
    for row in views.execute(query):
        before = f"possibly {word}" if row.occurred_from <= first else ""
        after = word if row.occurred_to <= second else f"possibly {word}"
        if before != after:
            subject = frozenset((f"{name}:{row[0]}",))
            yield Line(name, {name: row[0]}, word, before, after, (row.event_id,), (), subjects=subject)


def _told(views: Connection, event_ids: Iterable[str]) -> dict[str, tuple[str, list[str]]]:
    """The sentence and the subjects of events, by their ids."""
    table, found = timeline.timeline, dict[str, tuple[str, list[str]]]()
    for ids in reading.chunks(dict.fromkeys(event_ids)):
        query = select(table.c.event_id, table.c.occurred, table.c.sentence, table.c.subjects)
        for row in views.execute(query.where(table.c.event_id.in_(ids))):
            found[row.event_id] = (f"{row.occurred}: {row.sentence}", row.subjects.split())
    return found


# --- between two positions ----------------------------------------------------------------------------------------------


def changes_known(log: Connection, day: str | None, earlier: int, later: int) -> Iterator[Line]:
    """What the views say of a day (ISO; None: of all days) as known at a later position and did not say at an earlier one.

    The events that caused a change are those recorded in between.
    """
    known = _Known(log, earlier, later)
    for (view, key), positions in known.touched().items():
        for line in known.lines(view, key, day):
            yield known.explained(line, positions)


class _Known:
    def __init__(self, log: Connection, earlier: int, later: int) -> None:
        bulk = later - earlier > FEW
        self.before, self.after = History(log, earlier, bulk=bulk), History(log, later, bulk=bulk)
        self.recorded = dict[int, "Stored"]()

    def touched(self) -> dict[tuple[Projection | EventView, Key], list[int]]:
        """The keys whose rows can differ, each with the positions of the events that touch it; by view."""
        found = dict[tuple[Projection | EventView, Key], list[int]]()
        position = self.before.known_at + 1

        def next_event(_: int) -> None:
            nonlocal position
            position += 1

        for view, key, *_ in touched(self.after, self.before.known_at, next_event):
            positions = found.setdefault((view, key), [])
            if position not in positions[-1:]:
                positions.append(position)
        views: tuple[Projection | EventView, ...] = (*PROJECTIONS, *EVENT_VIEWS)
        return dict(sorted(found.items(), key=lambda item: (views.index(item[0][0]), item[0][1])))

    def lines(self, view: Projection | EventView, key: Key, day: str | None) -> Iterator[Line]:
        if isinstance(view, EventView):
            return self._entries(view, key[0], day)
        before, after = (
            [_prepared(view.name, dict(row)) for row in view.fold(key, history)]
            for history in (self.before, self.after)
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
            named = next(column for column in _NAMED if column in table.c)
            subject = frozenset(f"{register}:{value}" for register, value in key.items())
            for column in [named] if one is None or other is None else table.c.keys():
                values = [_text(row, column) for row in (one, other)]
                if column not in _DERIVED and values[0] != values[1]:
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


_ENTERED = frozenset((*registers.ENTRIES.tables, *_HAPPENED.values(), timeline.timeline))
_DERIVED = frozenset(("event_id", "occurred_from", "occurred_to", "day_order", "subjects", "amended"))
_SHOWN_ELSEWHERE = frozenset(
    chain(
        chain.from_iterable(view.handles for view in PROJECTIONS),
        chain.from_iterable(view.handles for view in EVENT_VIEWS if view is not timeline.VIEW),
    )
)


def _text(row: Row | None, column: str) -> str:
    value = None if row is None else row.get(column)
    return "" if value is None or value is False else "yes" if value is True else str(value)


def _on(name: str, before: list[Row], after: list[Row], day: str) -> Iterator[Line]:
    compared = INTERVALS[name]
    for key, one, other in _by_key(compared, before, after):
        for what, was, becomes in _pairs(compared, one, day, other, day):
            yield _line(name, compared, key, what, was, becomes, _events(on_day(one, day), on_day(other, day)))


def _stretches(name: str, before: list[Row], after: list[Row]) -> Iterator[Line]:
    """What differs on any day, one line for each stretch of days on which it differs in the same way."""
    compared = INTERVALS[name]
    edges = ("valid_from", "valid_from_latest", "valid_to", "valid_to_latest")
    for key, one, other in _by_key(compared, before, after):
        days = sorted({row[edge] for row in (*one, *other) for edge in edges if row[edge] is not None})
        open_lines = dict[tuple[str, str, str], Line]()
        for day in days:
            now = list(_pairs(compared, one, day, other, day))
            for pair in [pair for pair in open_lines if pair not in now]:
                yield open_lines.pop(pair)._replace(until=day)
            for pair in now:
                causes = _events(on_day(one, day), on_day(other, day))
                line = _line(name, compared, key, *pair, causes)._replace(start="" if day == BEGINNING else day)
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


# --- before a batch is recorded -----------------------------------------------------------------------------------------


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


# --- which lines --------------------------------------------------------------------------------------------------------


def view_of(name: str) -> str:
    """The name of a view as it stands in the lines; raises `Misuse`, with the nearest names, for one that is not compared."""
    view = name.replace("-", "_").lower()
    if view in VIEWS:
        return view
    advice = did_you_mean(view, VIEWS) or f"Compared: {', '.join(VIEWS)}."
    raise Misuse(Problem(f"there is no view {name[:100]!r} to compare", "--view", advice))


def subjects_named(log: Connection, text: str) -> frozenset[str]:
    """The subjects that a text names: `state:GE` itself, or whatever register knows the name. Raises `Misuse` for none."""
    from eventstore.states import UnknownState, state_code

    register, colon, name = text.partition(":")
    registers_asked: Sequence[str] = (register,) if colon else _REGISTERS
    word, found, near = (name if colon else text), set[str](), set[str]()
    for asked in registers_asked:
        if asked == "state":
            try:
                found.add(f"state:{state_code(word)}")
            except UnknownState:
                continue
        else:
            ids = reading.known_ids(log, asked)
            near |= ids
            if word in ids:
                found.add(f"{asked}:{word}")
    if not found:
        raise Misuse(Problem(f"nothing is called {text[:100]!r}", "--subject", did_you_mean(word, near)))
    return frozenset(found)


_REGISTERS = ("state", "organisation", "treaty", "body", "office", "person", "meeting", "decision", "source")
