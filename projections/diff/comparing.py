"""What is compared of each view, and in which columns some rows of it differ from others."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Table

from projections import meeting, registers, treaty_party
from projections.diff.line import Line
from projections.interval import Row, on_day
from projections.projection import Key


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
    "organisation": Compared(
        ("organisation",),
        "name",
        ("name_ru", "abbreviation", "predecessor", "charter", "founding_treaties", "disputed"),
    ),
    "body": Compared(
        ("body",),
        "name",
        ("name_ru", "organisation", "type", "seat", "established_by", "predecessor", "disputed"),
    ),
}
HAPPENED: dict[str, Table] = {"meeting": meeting.meeting, "decision": meeting.decision}

VIEWS: tuple[str, ...] = (
    *dict.fromkeys(name.partition(".")[0] for name in (*INTERVALS, *HAPPENED)),
    *(table.name for table in registers.ENTRIES.tables),
    "timeline",
)


def line_of(name: str, compared: Compared, key: Key, what: str, before: str, after: str, causes: Iterable[str]) -> Line:
    """What changed of a key of a view: the column, its value before and after, and the events that caused it."""
    named = dict(zip(compared.key, key, strict=True))
    subjects = frozenset(f"{register}:{value}" for register, value in named.items())
    return Line(name.partition(".")[0], named, what, before, after, tuple(causes), (), subjects=subjects)


def prepared(name: str, row: Row) -> Row:
    """A row with what is compared of it: the holder of an office in words."""
    if name == "council_roster.offices":
        row["holder"] = f"{row['person'] or row['state']}{' (acting)' if row['acting'] else ''}"
    return row


def pairs(
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
