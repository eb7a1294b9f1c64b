"""Intervals with soft edges: when something held, as far as the dates of its beginning and end are known.

An interval is half-open and its edges may be uncertain: it began on some day from `valid_from` to `valid_from_latest` and was
over on some day from `valid_to` to `valid_to_latest` (both NULL: not over). On day D it is certain if
`valid_from_latest <= D < valid_to`, and possible if only `valid_from <= D < valid_to_latest`. As of D means the end of day D.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    case,
    literal,
    or_,
)

from eventstore.tables import Name
from projections.order import DAY_ORDER

if TYPE_CHECKING:
    from eventstore.facts import Fact

Row = dict[str, Any]
Day = str | BindParameter[str]  # ISO
DAY = bindparam("day", type_=Text())  # the day asked about, in a statement that is prepared once


def interval_columns() -> list[Column[Any]]:
    """The columns that every table of intervals ends with."""
    return [
        Column("valid_from", Name, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        Column("valid_from_latest", Name, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"),
        Column("valid_to", Name, comment="earliest day it can have been over; NULL: not over"),
        Column("valid_to_latest", Name, comment="latest day it can have been over; NULL: not over"),
        Column("began_by", Name, nullable=False, comment="event that began it"),
        Column("ended_by", Name, comment="event that ended it"),
        Column("disputed", Boolean(create_constraint=False), nullable=False, comment="whether a source says otherwise"),
    ]


def holds_on(table: FromClause, day: Day) -> ColumnElement[bool]:
    """The condition that a row of a table of intervals possibly or certainly holds on a day (ISO)."""
    return and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to_latest > day))


def certainty_on(table: FromClause, day: Day) -> ColumnElement[str]:
    """'certain' or 'possible' for a row that `holds_on` the day."""
    certain = and_(table.c.valid_from_latest <= day, or_(table.c.valid_to.is_(None), table.c.valid_to > day))
    return case((certain, literal("certain")), else_=literal("possible")).label("certainty")


class Step(NamedTuple):
    """Something happens to what is folded, on some day from `first` to `last`.

    An event whose effect comes later gives two steps: one that `acts` and one that `takes_effect`; others one that does both.
    """

    first: str
    last: str
    order: int
    event_id: str
    acts: bool
    takes_effect: bool
    fact: "Fact"
    date: str

    @property
    def kind(self) -> str:
        """The kind of the event."""
        return self.fact.kind

    @property
    def event(self) -> Any:
        """The typed event."""
        return self.fact.event


def steps(facts: Iterable["Fact"]) -> list[Step]:
    """The steps of some facts in historical order."""
    return sorted((step for fact in facts for step in _steps_of(fact)), key=lambda step: step[:5])


def _steps_of(fact: "Fact") -> Iterator[Step]:
    order = DAY_ORDER[fact.kind]
    effective = getattr(fact.event, "effective", None)
    if effective is None:
        yield Step(fact.first, fact.last, order, fact.event_id, True, True, fact, fact.occurred)
        return
    from eventstore.dates import parse
    from eventstore.facts import END

    effect = parse(effective)
    # An effect never comes before its act, whatever the bounds of its date would allow.
    first, last = max(effect.first or fact.first, fact.first), max(effect.last or END, fact.last)
    yield Step(fact.first, fact.last, order, fact.event_id, True, False, fact, fact.occurred)
    yield Step(first, last, order, fact.event_id, False, True, fact, effective)


class Track:
    """The rows of one thing whose values change over time, one row for each stretch in which they stay the same.

    The soft edges of a row are those of its `main` values (its status; with none, that there is anything at all): certainty
    speaks of these. A change of other values, whose text carries its own uncertainty, makes a new row from the first day it
    can have been, and leaves the main values as uncertain as they were.
    """

    def __init__(self, *main: str, **key: Any) -> None:
        self._main = main
        self._key = key
        self._rows = list[Row]()
        self._open: Row | None = None
        self._values: Mapping[str, Any] | None = None

    def set(
        self, step: Step, values: Mapping[str, Any] | None, *, disputed: bool = False, not_sure_before: str = ""
    ) -> None:
        """From this step on the values are these; None: there is nothing any more.

        `not_sure_before` is the latest day of something else that the change presupposes.
        """
        last = max(step.last, not_sure_before)
        self.change(step.first, last, step.event_id, values, disputed=disputed or step.fact.disputed)

    def change(
        self, first: str, last: str, event_id: str, values: Mapping[str, Any] | None, *, disputed: bool = False
    ) -> None:
        """`set`, for a change that is known by its bounds and its event only."""
        if values == self._values:
            return
        if self._open is not None and values is not None and not any(values[n] != self._open[n] for n in self._main):
            started = self._open["valid_from_latest"]
            self._close(first, first, event_id)
            last = max(first, started)
        else:
            self._close(first, last, event_id)
            self.bound(last)
        if values is not None:
            self._open = {
                **self._key,
                **values,
                "valid_from": first,
                "valid_from_latest": last,
                "valid_to": None,
                "valid_to_latest": None,
                "began_by": event_id,
                "ended_by": None,
                "disputed": disputed,
            }
        self._values = dict(values) if values is not None else None

    def _close(self, first: str, last: str, event_id: str) -> None:
        # A disputed end does not mark the row: while the row held, nobody disputed that it did.
        row, self._open = self._open, None
        if row is None or last <= row["valid_from"]:  # what is over at the end of its first day held on no day's end
            return
        row |= {"valid_to": first, "valid_to_latest": last, "ended_by": event_id}
        self._rows.append(row)

    def bound(self, last: str) -> None:
        """What had ended before something that happened by `last` had ended by then, however vague its own end is."""
        for row in self._rows:
            row["valid_to_latest"] = min(row["valid_to_latest"], last)
        self._rows = [row for row in self._rows if row["valid_to_latest"] > row["valid_from"]]

    @property
    def values(self) -> Mapping[str, Any] | None:
        """The values at the step reached; None: there is nothing."""
        return self._values

    def rows(self) -> list[Row]:
        """The rows so far, in order."""
        return [*self._rows, self._open] if self._open is not None else list(self._rows)
