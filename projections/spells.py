"""On which days something held, certainly and possibly, and what that makes of a year or month by a rule.

Days are counted (ordinals), spans half-open, so that what two of them have in common is plain arithmetic.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from eventstore.facts import END
from projections.interval import Row, runs

UNSETTLED, NONE, ABSENT = -9, 0, -1
STRONGEST = (1, 2, 3, NONE, ABSENT)  # on any day: the code that counts where several held

Span = tuple[int, int]  # days as ordinals, half-open
ALWAYS: Span = (1, date.max.toordinal() + 1)


class Period(NamedTuple):
    """A year or month of a panel: its first and last day as ordinals, the last one not after the horizon."""

    year: int
    month: int | None
    first: int
    last: int

    @property
    def span(self) -> Span:
        """Its days, half-open."""
        return self.first, self.last + 1


class Answer(NamedTuple):
    """The code of one cell: how certain, what else it can be, the shares of days that belong (codes 1, 2, 3), and the span
    of days that the rule looked at."""

    code: int
    possible: tuple[int, ...]
    share_certain: float
    share_possible: float
    days: int
    span: Span

    @property
    def certainty(self) -> str:
        """'certain', or 'possible' where the code is not settled."""
        return "possible" if self.code == UNSETTLED else "certain"


def ordinal(day: str) -> int:
    """A day (ISO) counted."""
    return date.fromisoformat(day).toordinal()


def _union(spans: Iterable[Span]) -> list[Span]:
    joined = list[Span]()
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _without(spans: Iterable[Span], removed: Sequence[Span]) -> list[Span]:
    left = list[Span]()
    for start, stop in _union(spans):
        at = start
        for gone, back in removed:
            if back <= at or gone >= stop:
                continue
            left.append((at, gone))
            at = back
        left.append((at, stop))
    return _union(left)


def days_of(spans: Iterable[Span], within: Span) -> int:
    """How many days of a span lie in some spans that do not overlap."""
    return sum(max(0, min(stop, within[1]) - max(start, within[0])) for start, stop in spans)


class Spells:
    """On which days each code certainly held, and on which possibly."""

    def __init__(self, rows: Iterable[Row], codes: Mapping[str, int], existence: Iterable[Row] | None = None) -> None:
        rows = list(rows)
        self.rows, self.codes = rows, codes
        self.certain, self.possible = _spans(rows, codes)
        exists, may_exist = ([ALWAYS], [ALWAYS]) if existence is None else _existence(existence)
        surely = _union(span for spans in self.certain.values() for span in spans)
        maybe = _union(span for spans in self.possible.values() for span in spans)
        # What belongs to an organisation shows that there is one, whatever its founding date leaves open.
        self.certain[NONE], self.possible[NONE] = _without(exists, maybe), _without(may_exist, surely)
        self.certain[ABSENT] = _without([ALWAYS], _union([*may_exist, *maybe]))
        self.possible[ABSENT] = _without([ALWAYS], _union([*exists, *surely]))

    def answer(self, period: Period, rule: str) -> Answer:
        """The code of a period under a rule."""
        span = {"first-day": (period.first, period.first + 1), "last-day": (period.last, period.last + 1)}.get(
            rule, period.span
        )
        code, others = self._most(span) if rule == "share" else self._strongest(span)
        whole = period.span
        days = whole[1] - whole[0]
        surely = days_of(_union(s for c in (1, 2, 3) for s in self.certain.get(c, ())), whole)
        maybe = days_of(_union(s for c in (1, 2, 3) for s in self.possible.get(c, ())), whole)
        return Answer(code, others, round(surely / days, 4), round(maybe / days, 4), days, span)

    def _strongest(self, span: Span) -> tuple[int, tuple[int, ...]]:
        """The strongest code that held on any of the days; on one day, the code that held."""
        others = list[int]()
        for code in STRONGEST:
            if days_of(self.certain.get(code, ()), span):
                return (UNSETTLED, tuple(sorted([*others, code]))) if others else (code, ())
            if days_of(self.possible.get(code, ()), span):
                others.append(code)
        return UNSETTLED, tuple(sorted(others))

    def _most(self, span: Span) -> tuple[int, tuple[int, ...]]:
        """The code that held on more days than any other can have held."""
        surely = {code: days_of(self.certain.get(code, ()), span) for code in STRONGEST}
        maybe = {code: days_of(self.possible.get(code, ()), span) for code in STRONGEST}
        best = max(STRONGEST, key=lambda code: surely[code])  # at a tie the stronger, which comes first
        stronger = STRONGEST[: STRONGEST.index(best)]
        # It must not be matched by a stronger code, nor surpassed by a weaker one.
        rivals = [
            code
            for code in STRONGEST
            if code != best and maybe[code] and maybe[code] >= surely[best] + (code not in stronger)
        ]
        return (UNSETTLED, tuple(sorted([best, *rivals]))) if rivals else (best, ())

    def behind(self, answer: Answer) -> list[Row]:
        """The rows that may have held on the days of an answer and bear its code (any code, where it is not settled)."""
        settled = answer.code != UNSETTLED
        return [
            row
            for row in self.rows
            if days_of([outer(row)], answer.span)
            and (not settled or self.codes.get(row["status"], NONE) == answer.code)
        ]


def outer(row: Row) -> Span:
    """The days on which a row of intervals possibly held."""
    stop = row["valid_to_latest"]
    return ordinal(row["valid_from"]), ALWAYS[1] if stop is None else ordinal(stop)


def _inner(run: Sequence[Row]) -> Span:
    stop = run[-1]["valid_to"]
    return ordinal(min(row["valid_from_latest"] for row in run)), ALWAYS[1] if stop is None else ordinal(stop)


def _spans(rows: Iterable[Row], codes: Mapping[str, int]) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Spans by code. Rows of one code that follow each other by the same event are one: that one of them held is certain
    even where the day of the change is not."""
    certain, possible = dict[int, list[Span]](), dict[int, list[Span]]()
    ordered = sorted(rows, key=lambda row: (row["valid_from"], row["valid_from_latest"], row["valid_to"] or END))
    for run in runs(ordered, alike=lambda row: codes.get(row["status"])):
        code = codes.get(run[0]["status"])
        if code is not None:
            certain.setdefault(code, []).append(_inner(run))
            possible.setdefault(code, []).append((outer(run[0])[0], outer(run[-1])[1]))
    return {c: _union(s) for c, s in certain.items()}, {c: _union(s) for c, s in possible.items()}


def _existence(rows: Iterable[Row]) -> tuple[list[Span], list[Span]]:
    certain, possible = _spans(({**row, "status": "exists"} for row in rows), {"exists": 1})
    return certain.get(1, []), possible.get(1, [])
