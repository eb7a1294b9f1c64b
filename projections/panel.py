"""State-year, state-month and treaty-year tables, coded as the Correlates of War project codes its IGO-year tables.

A year has many days and a table one cell, so every panel declares its rule: the code of the first day, of the last day, the
highest on any day, or the one that held on most days (`share`). Only what is certain gets a code; what the dates leave open is
-9 with the codes it can be beside it. Nothing is said of a day after the horizon: the last day on which anything in the log
happened (or may have happened), and never later than today.

Codes of a state in an organisation, in the meaning of the Correlates of War *state-year* table (IGO data set, version 3):
1 full member, 2 associate, 3 observer, 0 the organisation existed and the state did not belong, -1 the organisation did not
exist, -9 it existed, but what the record holds does not settle the code. (In the *IGO-year* table -1 says that the state
was not in the state system; here such a state has no row.) A founding state and a participant count as full members.

By a `criterion` other than the declared standing the codes say who belongs by that test alone (see `projections.criteria`): by
agreement or charter 1 for who ratified it, else 0; by practice the declared code of who takes part, else 0. A combined panel has
the codes of all four side by side, and whether they were contested on a day of the rule.

Codes of a treaty are ours, in the same shape: 1 in force, 2 provisionally applied, 3 suspended, 0 adopted and not in force,
-1 not adopted yet or ended, -9 not settled.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, case, func, select

from eventstore.dates import parse, shift
from eventstore.facts import END
from eventstore.states import State, states
from projections.criteria import Tests, by_test, is_contested, tests_of
from projections.interval import Row
from projections.membership import membership
from projections.registers import organisation, treaty
from projections.spells import ALWAYS, Answer, Period, Span, Spells, days_of, ordinal, outer
from projections.timeline import timeline
from projections.treaty_party import treaty_party
from projections.treaty_status import treaty_status

MEMBER_CODES = {"founding-state": 1, "member": 1, "participant": 1, "associate": 2, "observer": 3}
CRITERION_CODES = {
    "declared": MEMBER_CODES,
    "agreement": {"ratified": 1},
    "charter": {"ratified": 1},
    "practice": MEMBER_CODES,
}
TREATY_CODES = {"in-force": 1, "extended": 1, "provisionally-applied": 2, "suspended": 3}
PARTY_CODES = {"party": 1, "withdrawing": 1, "provisionally-applying": 2, "signatory": 3, "consent-given": 3}

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
COMBINED_COLUMNS = (
    *STATE_COLUMNS[: STATE_COLUMNS.index("code")],
    *CRITERION_CODES,
    "contested",
    "days",
    "status",
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
    end = ordinal(limit)
    for year in range(first, last + 1):
        for month in range(1, 13) if unit == "state-month" else (None,):
            begins = f"{year:04}-{month or 1:02}-01"
            ends = shift(begins, months=1 if month else 12, days=-1)
            start, stop = ordinal(begins), ordinal(ends)
            if start <= end and (rule != "last-day" or stop <= end):
                found.append(Period(year, month, start, min(stop, end)))
    return found


def rows(
    views: Connection,
    unit: str,
    name: str | None,
    rule: str,
    years: tuple[int, int],
    today: str,
    everyone: bool = False,
    criterion: str = "declared",
) -> Iterator[Row]:
    """The rows of a panel: `unit` is state-year, state-month or treaty-year, `years` are the first and the last, `rule` says what
    stands for a year or month. Nothing is said of days after the horizon, which is at most `today` (ISO).
    A state-year or state-month panel is about an organisation and is ordered by period, then state. Its states are those that
    ever stood in the organisation; with `everyone`, all that have a Correlates of War or Gleditsch-Ward number. A state has a row
    for every period in which it existed or stood in the organisation. `criterion` is one of the criteria, or `combined`.

    A treaty-year panel is about the treaties of an organisation (None: about all) and is ordered by treaty, then year. A treaty
    has a row from the year in which it was, or may have been, adopted.
    """
    wanted = periods(unit, *years, horizon(views, today), rule)
    if unit == "treaty-year":
        return _treaty_rows(views, name, wanted, rule)
    assert name is not None
    return _state_rows(views, name, wanted, rule, everyone, criterion)


# -- states in an organisation ----------------------------------------------------------------------------------------


class Standings:
    """The standing of every state in one organisation by one of the criteria (see `CRITERION_CODES`), read once."""

    def __init__(self, views: Connection, name: str, criterion: str = "declared") -> None:
        order = (membership.c.state, membership.c.valid_from, membership.c.valid_from_latest)
        query = select(membership).where(membership.c.organisation == name).order_by(*order)
        self.organisation, self._codes = name, CRITERION_CODES[criterion]
        self.rows = dict[str, list[Row]]()
        for row in views.execute(query).mappings():
            self.rows.setdefault(row["state"], []).append(by_test(dict(row), criterion))
        found = views.execute(select(organisation).where(organisation.c.organisation == name)).mappings()
        self.existence: list[Row] = [dict(row) for row in found]
        self._spells = dict[str, Spells]()

    @property
    def states(self) -> list[str]:
        """Every state that ever stood in the organisation, ever so shortly or doubtfully."""
        return sorted(self.rows)

    def stood(self, state: str, period: Period) -> bool:
        """Whether a state may have stood in the organisation in a period."""
        rows = self.rows.get(state, ())
        return any(row["status"] != "former" and days_of([outer(row)], period.span) for row in rows)

    def of(self, state: str) -> Spells:
        """What a state was on which days."""
        if state not in self._spells:
            self._spells[state] = Spells(self.rows.get(state, ()), self._codes, self.existence)
        return self._spells[state]


def _state_rows(
    views: Connection, name: str, wanted: Iterable[Period], rule: str, everyone: bool, criterion: str
) -> Iterator[Row]:
    if criterion == "combined":
        fill: Callable[[str, Period, str], Row] = _Combined(views, name).cells
        standings = Standings(views, name)
    else:
        standings = Standings(views, name, criterion)
        fill = partial(_cells, standings)
    known = states()
    chosen = sorted(code for code, s in known.items() if s.cow or s.gw or code in standings.states)
    for period in wanted:
        found = [
            code
            for code in (chosen if everyone else standings.states)
            if days_of([lifetime(known[code])], period.span) or standings.stood(code, period)
        ]
        numbers = _numbers([known[code] for code in found], period)
        for code in found:
            yield _state_row(name, known[code], numbers.get(code, (None, None)), period) | fill(code, period, rule)


def lifetime(state: State) -> Span:
    """The days on which the register of states has a state."""
    first = ordinal(state.valid_from) if state.valid_from else ALWAYS[0]
    return first, ordinal(state.valid_to) if state.valid_to else ALWAYS[1]


def _numbers(present: Sequence[State], period: Period) -> dict[str, tuple[int | None, int | None]]:
    """The numbers of the states in a period, each given once.

    The Soviet Union and Russia share 365, Yugoslavia and Serbia 345: in a period in which both existed the later one has it.
    """
    living = [state for state in present if days_of([lifetime(state)], period.span)]
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


def _state_row(name: str, state: State, numbers: tuple[int | None, int | None], period: Period) -> Row:
    row = {
        "organisation": name,
        "state": state.state,
        "name": state.name,
        "iso3": state.alpha3 or None,
        "cow": numbers[0],
        "gw": numbers[1],
        "year": period.year,
    }
    return row if period.month is None else {**row, "month": period.month}


def _cells(standings: Standings, state: str, period: Period, rule: str) -> Row:
    answer = standings.of(state).answer(period, rule)
    behind = standings.of(state).behind(answer)
    last = behind[-1] if behind else None
    return {
        **_answer_columns(answer),
        "status": _words(behind),
        "practice": last["practice"] if last else None,
        "disputed": any(row["disputed"] for row in behind),
        "events": last["events"] if last else None,
    }


class _Combined:
    """The codes of every criterion side by side; None where an organisation gives nothing to test."""

    def __init__(self, views: Connection, name: str) -> None:
        self._tests = tests_of(views, name)
        self._by = {
            criterion: Standings(views, name, criterion)
            for criterion in CRITERION_CODES
            if not self._tests.lacking(criterion)
        }

    def cells(self, state: str, period: Period, rule: str) -> Row:
        """The cells of a state in a period."""
        codes = {criterion: by.of(state).answer(period, rule).code for criterion, by in self._by.items()}
        told = _cells(self._by["declared"], state, period, rule)
        span = self._by["declared"].of(state).answer(period, rule).span
        return {
            **{criterion: codes.get(criterion) for criterion in CRITERION_CODES},
            "contested": _ever_contested(self._by["declared"].rows.get(state, []), span, self._tests),
            **{name: told[name] for name in ("days", "status", "disputed", "events")},
        }


def _ever_contested(rows: list[Row], span: Span, tests: Tests) -> bool:
    """Whether the tests differed on any day of a span: they can begin to only where one of their dates lies."""
    dates = {row[edge] for row in rows for edge in ("valid_from", "valid_from_latest", "valid_to", "valid_to_latest")}
    done = {row[f"{test}_{act}"] for row in rows for test in ("agreement", "charter") for act in ("signed", "ratified")}
    dates |= {parse(text).last for text in done if text} | {tests.adopted, tests.open_until}
    days = {span[0], *(ordinal(day) for day in dates if day)}
    return any(is_contested(rows, date.fromordinal(day).isoformat(), tests) for day in days if span[0] <= day < span[1])


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


def _treaty_rows(views: Connection, name: str | None, wanted: Sequence[Period], rule: str) -> Iterator[Row]:
    query = select(treaty.c.treaty, func.min(treaty.c.title).label("title"), func.min(treaty.c.organisation))
    if name is not None:
        query = query.where(treaty.c.organisation == name)
    for found, title, within in views.execute(query.group_by(treaty.c.treaty).order_by(treaty.c.treaty)).all():
        whole = _of_treaty(views, treaty_status, found)
        parties = dict[str, list[Row]]()
        for row in _of_treaty(views, treaty_party, found):
            parties.setdefault(row["state"], []).append(row)
        lives = [row for row in whole if row["status"] != "terminated"]
        status = Spells(whole, TREATY_CODES, lives)
        spells = {state: Spells(rows, PARTY_CODES) for state, rows in sorted(parties.items())}
        for period in wanted:
            if any(outer(row)[0] <= period.last for row in whole):
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
