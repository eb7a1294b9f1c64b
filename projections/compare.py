"""Any outside state-year table held against the record: a ledger of the cells that differ, each with our answer and its evidence.

The table is CSV with a column for the state (ISO code, name, or Correlates of War or Gleditsch-Ward number), one for the year and
one for the value. Values are the codes of `projections.panel` or words for them; a table that knows only yes and no (or 1 and
0) says whether a state belonged at all, as full member, associate or observer. An empty value, NA and -9 are missing.

A cell `differs` if the record certainly says otherwise, or leaves open only other answers; it is `open` if the record leaves
open what the table says, and `missing` if the table has nothing where the record has an answer.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import StringIO
from typing import NamedTuple

from sqlalchemy import Connection, select

from eventstore.errors import Misuse, Problem, Refused, did_you_mean
from eventstore.files import as_text
from eventstore.reading import chunks
from eventstore.states import UnknownState, state_code, states
from projections.exports.citing import Citations
from projections.interval import Row
from projections.panel import Standings, horizon, lifetime, periods
from projections.spells import ABSENT, UNSETTLED, Answer, Period, Spells
from projections.timeline import timeline

COLUMNS = (
    "line",
    "state",
    "name",
    "year",
    "theirs",
    "ours",
    "verdict",
    "certainty",
    "possible_codes",
    "status",
    "since",
    "practice",
    "occurred",
    "sentence",
    "sources",
    "event_id",
)
LARGEST = 64 * 2**20  # bytes of a table: those of 200 states over 200 years may have 1,600 in each row
MOST_PROBLEMS = 10
_MISSING = frozenset(("", "na", "nan", "null", ".", "-9"))
_CODES = {
    **{str(code): code for code in (1, 2, 3, 0, -1)},
    **{"full": 1, "full member": 1, "member": 1, "founding-state": 1, "participant": 1, "associate": 2},
    **{"associate member": 2, "observer": 3, "no": 0, "false": 0, "none": 0, "non-member": 0, "former": 0},
    **{"yes": 1, "true": 1},
}
_YES_NO = frozenset(("0", "1", "yes", "no", "true", "false"))


class Asked(NamedTuple):
    """What is compared: the names of the columns, the organisation, the rule, how values and numbers are meant, by which test."""

    state: str
    year: str
    value: str
    organisation: str
    rule: str
    values: str = "auto"
    numbers: str = "cow"
    criterion: str = "declared"


class Theirs(NamedTuple):
    """A row of the outside table: its line, state, year, and value (None: missing)."""

    line: int
    state: str
    year: int
    value: int | None


class Ledger(NamedTuple):
    """The outcome: cells compared, rows after the horizon, and what differs."""

    compared: int
    beyond: int
    horizon: str
    rows: list[Row]


def read(data: bytes, name: str, asked: Asked) -> tuple[list[Theirs], bool]:
    """The rows of a table, and whether it says only yes and no; raises `Refused` with file and line for what is no such table."""
    text = _text(data, name)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    table = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    problems = list[Problem]()
    try:
        header = [cell.strip() for cell in next(table)]
        places = _places(header, name, asked)
        rows = (row for row in table if any(cell.strip() for cell in row))
        cells = [(table.line_num, len(row), [row[place] for place in places if place < len(row)]) for row in rows]
    except csv.Error as error:
        raise Refused(Problem(f"this is not CSV: {error}", f"{name}:{table.line_num}")) from None
    if not cells:
        raise Refused(Problem("the table has a header and no rows", name))
    values = {found[2].strip().lower() for _, _, found in cells if len(found) == len(places)} - _MISSING
    yes_no = asked.values == "yes-no" or (asked.values == "auto" and values <= _YES_NO)
    taken = list[Theirs]()
    for line, width, found in cells:
        try:
            taken.append(_row(line, width, found, asked, yes_no))
        except ValueError as error:
            problems.append(Problem(str(error), f"{name}:{line}"))
        if len(problems) == MOST_PROBLEMS:
            problems.append(Problem("more lines may be wrong; these come first", name))
            break
    if problems:
        raise Refused(problems)
    return taken, yes_no


def _text(data: bytes, name: str) -> str:
    if not data.strip():
        raise Refused(Problem("the file is empty", name))
    if b"\0" in data:
        raise Refused(Problem("this is a binary file, not CSV", name, "Save the table as CSV (UTF-8)."))
    return as_text(data, name, "Save the table as CSV (UTF-8).")


def _places(header: list[str], name: str, asked: Asked) -> tuple[int, int, int]:
    problems = [
        Problem(
            f"there is no column {wanted!r}",
            name,
            did_you_mean(wanted, header) or f"Its columns: {', '.join(filter(None, header))[:300]}.",
        )
        for wanted in (asked.state, asked.year, asked.value)
        if wanted not in header
    ]
    if problems:
        raise Misuse(problems)
    return header.index(asked.state), header.index(asked.year), header.index(asked.value)


def _row(line: int, width: int, found: list[str], asked: Asked, yes_no: bool) -> Theirs:
    if len(found) < 3:
        raise ValueError(f"the row has {width} cells, fewer than the header")
    state, year, value = (cell.strip() for cell in found)
    number = _whole(year)
    if number is None or not 1 <= number <= 9998:
        raise ValueError(f"{year[:40]!r} in column {asked.year!r} is not a year")
    return Theirs(line, _state(state, number, asked), number, _value(value, asked, yes_no))


def _whole(text: str) -> int | None:
    """A whole number, also as programs write it from a column of decimals (1994.0)."""
    plain = text.removesuffix(".0")
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


def _value(text: str, asked: Asked, yes_no: bool) -> int | None:
    number = _whole(text)
    word = text.lower() if number is None else str(number)
    if word in _MISSING:
        return None
    if word not in (_YES_NO if yes_no else _CODES):
        expected = "yes or no, 1 or 0" if yes_no else "one of 1, 2, 3, 0, -1, -9 or a word such as member"
        raise ValueError(f"{text[:40]!r} in column {asked.value!r} is not {expected}")
    return _CODES[word]


def _state(text: str, year: int, asked: Asked) -> str:
    number = _whole(text)
    if number is None:
        try:
            return state_code(text)
        except UnknownState as error:
            raise ValueError(f"column {asked.state!r}: {error}") from None
    bearers = [state for state in states().values() if getattr(state, asked.numbers) == number]
    if not bearers:
        title = {"cow": "Correlates of War", "gw": "Gleditsch-Ward"}[asked.numbers]
        raise ValueError(f"column {asked.state!r}: no state has the {title} number {number}")
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    living = [s for s in bearers if lifetime(s)[0] <= last and lifetime(s)[1] > first]
    return max(living or bearers, key=lambda s: lifetime(s)[0]).state  # where two share it, the later (see `panel`)


def ledger(views: Connection, table: Iterable[Theirs], asked: Asked, yes_no: bool, today: str) -> Ledger:
    """What differs between a table and the record, in the order of the table."""
    standings, limit = Standings(views, asked.organisation, asked.criterion), horizon(views, today)
    known = dict[int, Period | None]()
    compared, beyond, found = 0, 0, list[tuple[Theirs, Answer, str]]()
    for row in table:
        if row.year not in known:
            known[row.year] = next(iter(periods("state-year", row.year, row.year, limit, asked.rule)), None)
        period = known[row.year]
        if period is None:
            beyond += 1
            continue
        compared += 1
        answer = standings.of(row.state).answer(period, asked.rule)
        verdict = _verdict(row.value, answer, yes_no)
        if verdict:
            found.append((row, answer, verdict))
    return Ledger(compared, beyond, limit, list(_told(views, standings, found)))


def _verdict(theirs: int | None, answer: Answer, yes_no: bool) -> str:
    ours = {answer.code} if answer.code != UNSETTLED else set(answer.possible)
    if yes_no:
        ours = {int(code in (1, 2, 3)) for code in ours}
    if theirs is None:
        return "missing" if len(ours) == 1 else ""
    if theirs not in ours:
        return "differs"
    return "" if len(ours) == 1 else "open"


def _told(views: Connection, standings: Standings, found: list[tuple[Theirs, Answer, str]]) -> Iterator[Row]:
    evidence = [_evidence(standings, row.state, answer) for row, answer, _ in found]
    named = sorted({event_id for event_id in evidence if event_id})
    sentences, citations = _sentences(views, named), Citations(views, named)
    for (row, answer, verdict), event_id in zip(found, evidence, strict=True):
        occurred, sentence = sentences.get(event_id, (None, None))
        behind = standings.of(row.state).behind(answer)[-1:]
        held = {name: behind[0][name] if behind else None for name in ("status", "since", "practice")}
        cited = "; ".join(", ".join((one.source, *one.locators)) for one in citations.of(event_id))
        yield {
            "line": row.line,
            "state": row.state,
            "name": states()[row.state].name,
            "year": row.year,
            "theirs": UNSETTLED if row.value is None else row.value,
            "ours": answer.code,
            "verdict": verdict,
            "certainty": answer.certainty,
            "possible_codes": " ".join(map(str, answer.possible)) or None,
            **held,
            "occurred": occurred,
            "sentence": sentence,
            "sources": cited or None,
            "event_id": event_id or None,
        }


def _sentences(views: Connection, event_ids: list[str]) -> Mapping[str, tuple[str, str]]:
    found = dict[str, tuple[str, str]]()
    for chunk in chunks(event_ids):
        query = select(timeline.c.event_id, timeline.c.occurred, timeline.c.sentence)
        for event_id, occurred, sentence in views.execute(query.where(timeline.c.event_id.in_(chunk))):
            found[event_id] = (occurred, sentence)
    return found


def _evidence(standings: Standings, state: str, answer: Answer) -> str:
    """The event on which our answer turns: what began the standing; for a state outside, what ended it or began it later;
    for an organisation that was not there, its founding or its end. '' if there is none."""
    spells: Spells = standings.of(state)
    if answer.code == ABSENT:
        return _around(standings.existence, answer)
    behind = spells.behind(answer)
    if not behind:
        return _around(spells.rows, answer)
    first = behind[-1]
    for row in reversed(spells.rows[: spells.rows.index(first)]):
        if row["status"] != first["status"] or row["ended_by"] != first["began_by"]:
            break
        first = row
    return str(first["began_by"])


def _around(rows: list[Row], answer: Answer) -> str:
    day = date.fromordinal(answer.span[0]).isoformat()
    ended = [row for row in rows if row["ended_by"] and (row["valid_to"] or "") <= day]
    if ended:
        return str(ended[-1]["ended_by"])
    return str(rows[0]["began_by"]) if rows else ""
