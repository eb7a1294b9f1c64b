"""Intervals with soft edges: when something held, as far as the dates of its beginning and end are known.

An interval is half-open and its edges may be uncertain: it began on some day from `valid_from` to `valid_from_latest` and was
over on some day from `valid_to` to `valid_to_latest` (both NULL: not over). On day D it is certain if
`valid_from_latest <= D < valid_to`, and possible if only `valid_from <= D < valid_to_latest`. As of D means the end of day D.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
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
        Column("disputed", Boolean, nullable=False, comment="whether a source says otherwise"),
    ]


def holds_on(table: FromClause, day: Day) -> ColumnElement[bool]:
    """The condition that a row of a table of intervals possibly or certainly holds on a day (ISO)."""
    return and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to_latest > day))


def certainty_on(table: FromClause, day: Day) -> ColumnElement[str]:
    """'certain' or 'possible' for a row that `holds_on` the day."""
    certain = and_(table.c.valid_from_latest <= day, or_(table.c.valid_to.is_(None), table.c.valid_to > day))
    return case((certain, literal("certain")), else_=literal("possible")).label("certainty")


def on_day(rows: Iterable[Row], day: str) -> list[Row]:
    """The rows that hold on a day (ISO), certainly or possibly, each with its `certainty`."""
    held = list[Row]()
    for row in rows:
        if row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to_latest"] > day):
            certain = row["valid_from_latest"] <= day and (row["valid_to"] is None or row["valid_to"] > day)
            held.append({**row, "certainty": "certain" if certain else "possible"})
    return held


def runs(rows: Iterable[Row], alike: Callable[[Row], object] = lambda row: None) -> Iterator[list[Row]]:
    """Rows in order, in lists of those that follow each other by the same event and are alike in what is asked of them."""
    run = list[Row]()
    for row in rows:
        if run and (run[-1]["ended_by"] != row["began_by"] or alike(run[-1]) != alike(row)):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


class Step(NamedTuple):
    """Something happens to what is folded, on some day from `first` to `last`.

    An event whose effect comes later gives two steps: one that `acts` and one that `takes_effect`; others one that does both.
    """

    first: str
    last: str
    order: int
    event_id: str
    takes_effect: bool
    acts: bool
    kind: str
    event: Any
    fact: "Fact"
    date: str
    presupposed: "Fact | None" = None  # another that it rests on


# What puts steps in order, and tells any two of them apart: an act, which does not take effect, comes before its effect.
_historical = itemgetter(slice(5))


def steps(facts: Iterable["Fact"], others: Iterable[Step] = ()) -> list[Step]:
    """The steps of some facts, and others that are at hand, in historical order."""
    found = [*others]
    for fact in facts:
        event_id, kind, occurred, first, last, event = fact[:6]
        order = DAY_ORDER[kind]
        effective = getattr(event, "effective", None)
        if effective is not None:
            begins, ends = _effect(effective, fact)
            found.append(Step(begins, ends, order, event_id, True, False, kind, event, fact, effective))
            last = min(last, ends)
        found.append(Step(first, last, order, event_id, effective is None, True, kind, event, fact, occurred))
    found.sort(key=_historical)
    return found


def _effect(effective: str, fact: "Fact") -> tuple[str, str]:
    """The first and the last day of an effect: it never comes before its act, and so bounds the act as the act bounds it."""
    from eventstore.dates import parse
    from eventstore.facts import END

    effect = parse(effective)
    first = max(effect.first or fact.first, fact.first)
    return first, max(effect.last or END, first)


class Track:
    """The rows of one thing whose values change over time, one row for each stretch in which they stay the same.

    The soft edges of a row are those of its `main` values (its status; with none, that there is anything at all): certainty
    speaks of these. A change of other values, whose text carries its own uncertainty, makes a new row from the first day it
    can have been, and leaves the main values as uncertain as they were. What affirms main values that began on a day known
    less well makes a new row too, with the sharper edge: the days before it are answered from what had happened by them.
    """

    def __init__(self, *main: str, **key: Any) -> None:
        self._main = main
        self._key = key
        self._rows = list[Row]()
        self._over = ""  # the latest day by which any of these rows was over
        self._open: Row | None = None
        self._values: Mapping[str, Any] | None = None

    def set(
        self,
        step: Step,
        values: Mapping[str, Any] | None,
        *,
        disputed: bool = False,
        not_sure_before: str = "",
        affirms: bool = False,
    ) -> None:
        """From this step on the values are these; None: there is nothing any more.

        `not_sure_before` is the latest day of something else that the change presupposes. A step that `affirms` shows by
        itself that the main values (or nothing) were so by its own latest day, also where they were so before.
        """
        last = max(step.last, not_sure_before)
        disputed = disputed or step.fact.disputed
        self.change(step.first, last, step.event_id, values, disputed=disputed, affirms=affirms)

    def change(
        self,
        first: str,
        last: str,
        event_id: str,
        values: Mapping[str, Any] | None,
        *,
        disputed: bool = False,
        affirms: bool = False,
    ) -> None:
        """`set`, for a change that is known by its bounds and its event only. Nobody changes `values` afterwards."""
        if values == self._values and not (affirms and self.is_sharpened_by(last)):
            return
        self._values = values
        row = self._open
        if row is not None and values is not None and self._stays(values, row):
            self._close(first, first, event_id)
            if affirms and last < row["valid_from_latest"]:
                self.bound(last)
            else:
                last = max(first, row["valid_from_latest"])
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

    def is_sharpened_by(self, last: str) -> bool:
        """Whether what is so may have begun after this day for all that is known so far (where nothing is: have ended)."""
        return (self._over if self._open is None else self._open["valid_from_latest"]) > last

    def _stays(self, values: Mapping[str, Any], row: Row) -> bool:
        """Whether the main values are those of the row."""
        for name in self._main:  # noqa: SIM110 - a third of the time that all() takes, at each step of each fold
            if values[name] != row[name]:
                return False
        return True

    def _close(self, first: str, last: str, event_id: str) -> None:
        # A disputed end does not mark the row: while the row held, nobody disputed that it did.
        row, self._open = self._open, None
        if row is None or last <= row["valid_from"]:  # what is over at the end of its first day held on no day's end
            return
        row["valid_to"], row["valid_to_latest"], row["ended_by"] = first, last, event_id
        self._rows.append(row)
        self._over = max(self._over, last)

    def bound(self, last: str) -> None:
        """What had ended before something that happened by `last` had ended by then, however vague its own end is."""
        if self._over <= last:
            return
        for row in self._rows:
            row["valid_to_latest"] = min(row["valid_to_latest"], last)
        self._rows = [row for row in self._rows if row["valid_to_latest"] > row["valid_from"]]
        self._over = last

    @property
    def values(self) -> Mapping[str, Any] | None:
        """The values at the step reached; None: there is nothing."""
        return self._values

    def rows(self) -> list[Row]:
        """The rows so far, in order."""
        return [*self._rows, self._open] if self._open is not None else list(self._rows)
