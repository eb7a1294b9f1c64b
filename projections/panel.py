"""State-year, state-month and treaty-year tables, coded as the Correlates of War project codes its IGO-year tables.

A year has many days and a table one cell, so every panel declares its rule: the code of the first day, of the last day, the
highest on any day, or the one that held on most days (`share`). Only what is certain gets a code; what the dates leave open is
-9 with the codes it can be beside it. Nothing is said of a day after the horizon: the last day on which anything in the log
happened (or may have happened), and never later than today.

Codes of a state in an organisation, in the meaning of the Correlates of War *state-year* table (IGO data set, version 3):
1 full member, 2 associate, 3 observer, 0 the organisation existed and the state did not belong, -1 the organisation did not
exist, -9 it existed, but what the record holds does not settle the code. (In the *IGO-year* table -1 says that the state
was not in the state system; here such a state has no row.) A founding state and a participant count as full members.

Codes of a treaty are ours, in the same shape: 1 in force, 2 provisionally applied, 3 suspended, 0 adopted and not in force,
-1 not adopted yet or ended, -9 not settled.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select

from eventstore.dates import shift
from eventstore.facts import END
from eventstore.states import State, states
from projections.interval import Row
from projections.membership import membership
from projections.registers import organisation, treaty
from projections.timeline import timeline
from projections.treaty_party import treaty_party
from projections.treaty_status import treaty_status

UNITS = ("state-year", "state-month", "treaty-year")
RULES = ("first-day", "last-day", "any-day", "share")
UNSETTLED, NONE, ABSENT = -9, 0, -1
MEMBER_CODES = {"founding-state": 1, "member": 1, "participant": 1, "associate": 2, "observer": 3}
TREATY_CODES = {"in-force": 1, "extended": 1, "provisionally-applied": 2, "suspended": 3}
PARTY_CODES = {"party": 1, "withdrawing": 1, "provisionally-applying": 2, "signatory": 3, "consent-given": 3}
STRONGEST = (1, 2, 3, NONE, ABSENT)  # on any day: the code that counts where several held

STATE_COLUMNS = (
    "organisation",
    "state",
    "name",
    "iso3",
    "cow",
    "gw",
    "year",
    "month",
    "code",
    "certainty",
    "possible_codes",
    "share_certain",
    "share_possible",
    "days",
    "status",
    "practice",
    "disputed",
    "events",
)
TREATY_COLUMNS = (
    "treaty",
    "title",
    "organisation",
    "year",
    "code",
    "certainty",
    "possible_codes",
    "share_certain",
    "share_possible",
    "days",
    "status",
    "parties",
    "parties_possible",
    "signatories",
    "signatories_possible",
    "states",
    "disputed",
)

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


def horizon(views: Connection, today: str) -> str:
    """The last day on which anything in the log happened or may have happened, at most today (ISO); '' in an empty log.

    Something without a latest day counts with its earliest.
    """
    last = case((timeline.c.occurred_to == END, timeline.c.occurred_from), else_=timeline.c.occurred_to)
    newest = views.execute(select(func.max(last))).scalar() or ""
    return min(str(newest), today)


def periods(unit: str, first: int, last: int, limit: str, rule: str) -> list[Period]:
    """The years or months from one year to another of which the log can say something under a rule."""
    found = list[Period]()
    end = _ordinal(limit)
    for year in range(first, last + 1):
        for month in range(1, 13) if unit == "state-month" else (None,):
            begins = f"{year:04}-{month or 1:02}-01"
            ends = shift(begins, months=1 if month else 12, days=-1)
            start, stop = _ordinal(begins), _ordinal(ends)
            if start <= end and (rule != "last-day" or stop <= end):
                found.append(Period(year, month, start, min(stop, end)))
    return found


# -- what holds on which days -----------------------------------------------------------------------------------------


def _ordinal(day: str) -> int:
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


def _days(spans: Iterable[Span], within: Span) -> int:
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
        surely = _days(_union(s for c in (1, 2, 3) for s in self.certain.get(c, ())), whole)
        maybe = _days(_union(s for c in (1, 2, 3) for s in self.possible.get(c, ())), whole)
        return Answer(code, others, round(surely / days, 4), round(maybe / days, 4), days, span)

    def _strongest(self, span: Span) -> tuple[int, tuple[int, ...]]:
        """The strongest code that held on any of the days; on one day, the code that held."""
        others = list[int]()
        for code in STRONGEST:
            if _days(self.certain.get(code, ()), span):
                return (UNSETTLED, tuple(sorted([*others, code]))) if others else (code, ())
            if _days(self.possible.get(code, ()), span):
                others.append(code)
        return UNSETTLED, tuple(sorted(others))

    def _most(self, span: Span) -> tuple[int, tuple[int, ...]]:
        """The code that held on more days than any other can have held."""
        surely = {code: _days(self.certain.get(code, ()), span) for code in STRONGEST}
        maybe = {code: _days(self.possible.get(code, ()), span) for code in STRONGEST}
        best = max(STRONGEST, key=lambda code: surely[code])  # at a tie the stronger, which comes first
        rivals = [code for code in STRONGEST if code != best and maybe[code] > surely[best]]
        return (UNSETTLED, tuple(sorted([best, *rivals]))) if rivals else (best, ())

    def behind(self, answer: Answer) -> list[Row]:
        """The rows that may have held on the days of an answer and bear its code (any code, where it is not settled)."""
        settled = answer.code != UNSETTLED
        return [
            row
            for row in self.rows
            if _days([_outer(row)], answer.span) and (not settled or self.codes.get(row["status"], NONE) == answer.code)
        ]


def _outer(row: Row) -> Span:
    stop = row["valid_to_latest"]
    return _ordinal(row["valid_from"]), ALWAYS[1] if stop is None else _ordinal(stop)


def _inner(first: Row, last: Row) -> Span:
    stop = last["valid_to"]
    return _ordinal(first["valid_from_latest"]), ALWAYS[1] if stop is None else _ordinal(stop)


def _spans(rows: Iterable[Row], codes: Mapping[str, int]) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Spans by code. Rows of one code that follow each other by the same event are one: that one of them held is certain
    even where the day of the change is not."""
    certain, possible = dict[int, list[Span]](), dict[int, list[Span]]()
    run = list[Row]()
    for row in [*sorted(rows, key=lambda r: (r["valid_from"], r["valid_from_latest"], r["valid_to"] or END)), None]:
        follows = (
            run
            and row is not None
            and run[-1]["ended_by"] == row["began_by"]
            and codes.get(run[-1]["status"]) == codes.get(row["status"])
        )
        if run and not follows:
            code = codes.get(run[0]["status"])
            if code is not None:
                certain.setdefault(code, []).append(_inner(run[0], run[-1]))
                possible.setdefault(code, []).append((_outer(run[0])[0], _outer(run[-1])[1]))
            run = []
        if row is not None:
            run.append(row)
    return {c: _union(s) for c, s in certain.items()}, {c: _union(s) for c, s in possible.items()}


def _existence(rows: Iterable[Row]) -> tuple[list[Span], list[Span]]:
    certain, possible = _spans(({**row, "status": "exists"} for row in rows), {"exists": 1})
    return certain.get(1, []), possible.get(1, [])


# -- states in an organisation ----------------------------------------------------------------------------------------


class Standings:
    """The standing of every state in one organisation, read once."""

    def __init__(self, views: Connection, name: str) -> None:
        order = (membership.c.state, membership.c.valid_from, membership.c.valid_from_latest)
        query = select(membership).where(membership.c.organisation == name).order_by(*order)
        self.organisation = name
        self._rows = dict[str, list[Row]]()
        for row in views.execute(query).mappings():
            self._rows.setdefault(row["state"], []).append(dict(row))
        found = views.execute(select(organisation).where(organisation.c.organisation == name)).mappings()
        self.existence: list[Row] = [dict(row) for row in found]
        self._spells = dict[str, Spells]()

    @property
    def states(self) -> list[str]:
        """Every state that ever stood in the organisation, ever so shortly or doubtfully."""
        return sorted(self._rows)

    def of(self, state: str) -> Spells:
        """What a state was on which days."""
        if state not in self._spells:
            self._spells[state] = Spells(self._rows.get(state, ()), MEMBER_CODES, self.existence)
        return self._spells[state]


def state_rows(
    views: Connection, unit: str, name: str, rule: str, years: tuple[int, int], today: str, *, everyone: bool = False
) -> Iterator[Row]:
    """A state-year or state-month panel of an organisation, ordered by period, then state.

    Its states are those that ever stood in the organisation; with `everyone`, all that have a Correlates of War or
    Gleditsch-Ward number. A state has a row for every period in which it existed or stood in the organisation.
    """
    standings = Standings(views, name)
    known = states()
    chosen = sorted(code for code, s in known.items() if s.cow or s.gw or code in standings.states)
    for period in periods(unit, *years, horizon(views, today), rule):
        found = dict[str, Answer]()
        for code in chosen if everyone else standings.states:
            answer = standings.of(code).answer(period, rule)
            if _days([lifetime(known[code])], period.span) or answer.share_possible:
                found[code] = answer
        numbers = _numbers([known[code] for code in found], period)
        for code, answer in found.items():
            yield _state_row(standings, known[code], numbers.get(code, (None, None)), period, answer)


def lifetime(state: State) -> Span:
    """The days on which the register of states has a state."""
    first = _ordinal(state.valid_from) if state.valid_from else ALWAYS[0]
    return first, _ordinal(state.valid_to) if state.valid_to else ALWAYS[1]


def _numbers(present: Sequence[State], period: Period) -> dict[str, tuple[int | None, int | None]]:
    """The numbers of the states in a period, each given once.

    The Soviet Union and Russia share 365, Yugoslavia and Serbia 345: in a period in which both existed the later one has it.
    """
    living = [state for state in present if _days([lifetime(state)], period.span)]
    living.sort(key=lambda state: lifetime(state)[0])
    by_cow = {state.cow: state.state for state in living}
    by_gw = {state.gw: state.state for state in living}
    return {
        state.state: (
            state.cow if by_cow[state.cow] == state.state else None,
            state.gw if by_gw[state.gw] == state.state else None,
        )
        for state in living
    }


def _state_row(
    standings: Standings, state: State, numbers: tuple[int | None, int | None], period: Period, answer: Answer
) -> Row:
    behind = standings.of(state.state).behind(answer)
    last = behind[-1] if behind else None
    row = {
        "organisation": standings.organisation,
        "state": state.state,
        "name": state.name,
        "iso3": state.alpha3 or None,
        "cow": numbers[0],
        "gw": numbers[1],
        "year": period.year,
        "month": period.month,
        **_answer_columns(answer),
        "status": _words(behind),
        "practice": last["practice"] if last else None,
        "disputed": any(row["disputed"] for row in behind),
        "events": last["events"] if last else None,
    }
    if period.month is None:
        del row["month"]
    return row


def _answer_columns(answer: Answer) -> dict[str, Any]:
    return {
        "code": answer.code,
        "certainty": answer.certainty,
        "possible_codes": " ".join(map(str, answer.possible)) or None,
        "share_certain": answer.share_certain,
        "share_possible": answer.share_possible,
        "days": answer.days,
    }


def _words(rows: Iterable[Row]) -> str | None:
    return " or ".join(dict.fromkeys(row["status"] for row in rows)) or None


# -- treaties ---------------------------------------------------------------------------------------------------------


def treaty_rows(views: Connection, name: str | None, rule: str, years: tuple[int, int], today: str) -> Iterator[Row]:
    """A treaty-year panel of the treaties of an organisation (None: of all), ordered by treaty, then year.

    A treaty has a row from the year in which it was, or may have been, adopted.
    """
    query = select(treaty.c.treaty, func.min(treaty.c.title).label("title"), func.min(treaty.c.organisation))
    if name is not None:
        query = query.where(treaty.c.organisation == name)
    wanted = periods("treaty-year", *years, horizon(views, today), rule)
    for found, title, within in views.execute(query.group_by(treaty.c.treaty).order_by(treaty.c.treaty)).all():
        whole = _of_treaty(views, treaty_status, found)
        parties = dict[str, list[Row]]()
        for row in _of_treaty(views, treaty_party, found):
            parties.setdefault(row["state"], []).append(row)
        lives = [row for row in whole if row["status"] != "terminated"]
        status = Spells(whole, TREATY_CODES, lives)
        spells = {state: Spells(rows, PARTY_CODES) for state, rows in sorted(parties.items())}
        for period in wanted:
            if any(_outer(row)[0] <= period.last for row in whole):
                head = {"treaty": found, "title": title, "organisation": within, "year": period.year}
                yield head | _treaty_row(status, spells, period, rule)


def _of_treaty(views: Connection, table: Any, name: str) -> list[Row]:
    query = select(table).where(table.c.treaty == name).order_by(table.c.valid_from, table.c.valid_from_latest)
    return [dict(row) for row in views.execute(query).mappings()]


def _treaty_row(status: Spells, parties: Mapping[str, Spells], period: Period, rule: str) -> Row:
    answer = status.answer(period, rule)
    held = {state: spells.answer(period, rule) for state, spells in parties.items()}
    behind = status.behind(answer)

    def counted(*codes: int) -> list[str]:
        return [state for state, one in held.items() if one.code in codes]

    def open_for(*codes: int) -> int:
        return sum(bool(set(codes) & set(one.possible)) for one in held.values())

    return _answer_columns(answer) | {
        "status": _words(behind),
        "parties": len(counted(1)),
        "parties_possible": len(counted(1)) + open_for(1),
        "signatories": len(counted(2, 3)),
        "signatories_possible": len(counted(2, 3)) + open_for(2, 3),
        "states": " ".join(counted(1)) or None,
        "disputed": any(row["disputed"] for row in behind),
    }


def rows(
    views: Connection,
    unit: str,
    name: str | None,
    rule: str,
    years: tuple[int, int],
    today: str,
    everyone: bool = False,
) -> Iterator[Row]:
    """The rows of a panel; see `state_rows` and `treaty_rows`."""
    if unit == "treaty-year":
        return treaty_rows(views, name, rule, years, today)
    assert name is not None
    return state_rows(views, unit, name, rule, years, today, everyone=everyone)
