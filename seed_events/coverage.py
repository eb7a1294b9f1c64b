"""How much of the history is verified: for each treaty, state and field, and for each council's meetings by year.

What was looked for without result is data too: `searched.csv` beside this file. Together with the views it tells the four cases
apart: verified by two sources, verified by one, searched and not found, not searched.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, or_, select

from eventstore.dates import parse
from eventstore.facts import END
from projections.meeting import meeting, meeting_body
from projections.membership import membership
from projections.registers import body, source, treaty
from projections.timeline import citation, timeline
from projections.treaty_party import treaty_party

FINDINGS = ("two_sources", "one_source", "searched_not_found", "not_searched")
FIELDS = ("signed", "ratified", "deposited", "in_force", "withdrawn")
EVERY = "*"
_SEARCHED_FILE = Path(__file__).parent / "searched.csv"
_FIELD_OF = {
    "treaty-signed": "signed",
    "treaty-ratified": "ratified",
    "instrument-deposited": "deposited",
    "treaty-acceded": "deposited",  # accession is done by depositing an instrument (VCLT art. 15-16)
    "treaty-in-force-for-state": "in_force",
    "treaty-withdrawal-notified": "withdrawn",
    "treaty-withdrawn": "withdrawn",
}
_FIELD_OF_STATUS = {"party": "in_force", "withdrawn": "withdrawn"}
_BELONGING = ("founding-state", "member", "associate")

Row = dict[str, Any]


class Searched(NamedTuple):
    """A line of `searched.csv`: what was looked for, where, when (ISO day; empty: not yet), and whether it was found.

    `about` is treaty, meetings, office, body or standing; `state` and `field` may be `*`, every one; `when` is the date (EDTF)
    of what was looked for, where it is known.
    """

    about: str
    subject: str
    state: str
    field: str
    when: str
    where: str
    searched_on: str
    found: str
    note: str


def searched() -> list[Searched]:
    """The lines of `searched.csv`."""
    with _SEARCHED_FILE.open(encoding="utf-8", newline="") as file:
        return [Searched(**line) for line in csv.DictReader(file)]


def rows(connection: Connection, looked_for: Iterable[Searched] | None = None, *, today: str = "") -> list[Row]:
    """One row for each thing that the history could hold, with its `finding`.

    `about` treaty: a cell of a treaty, by state and field. `about` meetings: a meeting on record, one that a source points to
    and that is not on record, or a year of which nothing is known. `about` office, body, standing: a question that was looked
    into without result. `sources` counts the sources that do not merely copy each other. `today` (ISO, default the day of the
    clock) bounds the years.
    """
    lines = searched() if looked_for is None else list(looked_for)
    weights = _weights(connection)
    return [
        *_treaties(connection, lines, weights),
        *_meetings(connection, lines, weights, today or date.today().isoformat()),
        *(
            _row(line.about, line.subject, state=line.state, field=line.field, year=line.when[:4], line=line)
            for line in lines
            if line.about not in ("treaty", "meetings") and line.found == "no"
        ),
    ]


def summary(counted: Iterable[Row], *by: str) -> list[Row]:
    """How many rows of each finding there are, and of how many, by some keys (`about`, `subject`, `state`, `field`, `year`).

    Ordered as the rows are, except that years go up.
    """
    groups = defaultdict[tuple[str, ...], Counter[str]](Counter)
    for row in counted:
        groups[tuple(row[key] for key in by)][row["finding"]] += 1
    order = sorted(groups) if "year" in by else list(groups)
    return [
        dict(zip(by, group, strict=True))
        | {finding: groups[group][finding] for finding in FINDINGS}
        | {"of": groups[group].total()}
        for group in order
    ]


def _row(
    about: str,
    subject: str,
    *,
    state: str = "",
    field: str = "",
    year: str = "",
    item: str = "",
    count: int = 0,
    line: Searched | None = None,
) -> Row:
    """What is known of one thing: on how many sources it rests, or the line that says that it was looked for."""
    if count:
        finding = FINDINGS[0] if count > 1 else FINDINGS[1]
    else:
        finding = FINDINGS[2] if line is not None and line.searched_on else FINDINGS[3]
    return {
        "about": about,
        "subject": subject,
        "state": state,
        "field": field,
        "year": year,
        "item": item,
        "finding": finding,
        "sources": count,
        "where": line.where if line is not None and not count else "",
    }


def _weights(connection: Connection) -> Mapping[str, int]:
    """How many sources each event rests on; encyclopedias copy each other, so all of them count as one."""
    kinds = select(citation.c.event_id, citation.c.source, source.c.standing).outerjoin(
        source, source.c.source == citation.c.source
    )
    found = defaultdict[str, set[str]](set)
    for row in connection.execute(kinds):
        found[row.event_id].add("encyclopedia" if row.standing == "encyclopedia" else f"source:{row.source}")
    return {event: len(sources) for event, sources in found.items()}


# -- treaties -----------------------------------------------------------------------------------------------------------------


def _treaties(connection: Connection, lines: list[Searched], weights: Mapping[str, int]) -> Iterator[Row]:
    cells = _cells(connection, weights)
    looked_for = [line for line in lines if line.about == "treaty" and line.found == "no"]
    for name, states in _expected(connection, {(cell[0], cell[1]) for cell in cells}).items():
        for state in states:
            for field in FIELDS:
                line = _line(looked_for, name, state, field)
                yield _row("treaty", name, state=state, field=field, count=cells[name, state, field], line=line)


def _cells(connection: Connection, weights: Mapping[str, int]) -> Counter[tuple[str, str, str]]:
    """By treaty, state and field: on how many sources the act rests that says most."""
    cells = Counter[tuple[str, str, str]]()
    acts = select(timeline.c.event_id, timeline.c.kind, timeline.c.subjects).where(timeline.c.kind.in_(_FIELD_OF))
    for row in connection.execute(acts):
        about = dict(subject.split(":", 1) for subject in row.subjects.split(" "))
        _raise(cells, (about["treaty"], about["state"], _FIELD_OF[row.kind]), weights.get(row.event_id, 0))
    standing = select(
        treaty_party.c.treaty, treaty_party.c.state, treaty_party.c.status, treaty_party.c.began_by
    ).where(treaty_party.c.status.in_(_FIELD_OF_STATUS))
    for stood in connection.execute(standing):
        # A party by the general entry into force, or gone by a notice that took effect, needs no event of its own.
        _raise(cells, (stood.treaty, stood.state, _FIELD_OF_STATUS[stood.status]), weights.get(stood.began_by, 0))
    return cells


def _raise(cells: Counter[tuple[str, str, str]], cell: tuple[str, str, str], count: int) -> None:
    cells[cell] = max(cells[cell], count)


def _expected(connection: Connection, acted: set[tuple[str, str]]) -> dict[str, list[str]]:
    """The states that each treaty concerns: those that belonged to its organisation when it was adopted, and those that acted."""
    found = dict[str, set[str]]()
    adopted = select(treaty.c.treaty, treaty.c.organisation, treaty.c.occurred).order_by(treaty.c.treaty)
    for row in connection.execute(adopted):
        day = parse(row.occurred).last or END
        belonged = select(membership.c.state).where(
            membership.c.organisation == row.organisation,
            membership.c.status.in_(_BELONGING),
            membership.c.valid_from <= day,
            or_(membership.c.valid_to.is_(None), membership.c.valid_to > day),
        )
        found.setdefault(row.treaty, set()).update(connection.execute(belonged).scalars())
    for name, state in acted:
        found.setdefault(name, set()).add(state)
    return {name: sorted(states) for name, states in found.items()}


def _line(lines: Iterable[Searched], name: str, state: str, field: str) -> Searched | None:
    """The line that says that this cell was looked for."""
    return next(
        (
            line
            for line in lines
            if line.subject == name
            and (line.state == EVERY or state in line.state.split())
            and (line.field == EVERY or field in line.field.split())
        ),
        None,
    )


# -- meetings -----------------------------------------------------------------------------------------------------------------


def _meetings(connection: Connection, lines: list[Searched], weights: Mapping[str, int], today: str) -> Iterator[Row]:
    held = _held(connection)
    missing = defaultdict[str, list[Searched]](list)
    for line in lines:
        if line.about == "meetings" and line.found == "no":
            missing[line.subject].append(line)
    lives = _lives(connection, int(today[:4]))
    for name in sorted(lives.keys() & (held.keys() | missing.keys() | _councils(connection))):
        known = {int(year) for year, *_ in held[name]} | {int(line.when[:4]) for line in missing[name]}
        for year in range(min({*known, lives[name].start}), lives[name].stop):
            yield from _year(name, str(year), held[name], missing[name], weights)


def _year(
    name: str, year: str, held: Iterable[tuple[str, str, str]], missing: Iterable[Searched], weights: Mapping[str, int]
) -> Iterator[Row]:
    of_year = [(item, event) for when, item, event in held if when == year]
    sought = [line for line in missing if line.when[:4] == year]
    for item, event in of_year:
        yield _row("meetings", name, field="meeting", year=year, item=item, count=weights.get(event, 0))
    for line in sought:
        if len(line.when) > 4 or not of_year:
            yield _row("meetings", name, field="meeting", year=year, item=f"({line.when})", line=line)
    if not of_year and not sought:
        yield _row("meetings", name, field="meeting", year=year)


def _held(connection: Connection) -> dict[str, list[tuple[str, str, str]]]:
    """By body, every meeting: year, id, event."""
    found = defaultdict[str, list[tuple[str, str, str]]](list)
    query = select(meeting_body.c.body, meeting.c.occurred_from, meeting.c.meeting, meeting.c.event_id).join(
        meeting, meeting.c.event_id == meeting_body.c.event_id
    )
    for row in connection.execute(query.order_by(meeting.c.occurred_from, meeting.c.meeting)):
        found[row.body].append((row.occurred_from[:4], row.meeting, row.event_id))
    return found


def _lives(connection: Connection, last: int) -> dict[str, range]:
    """By body, the years in which it existed: from the last in which it can have begun."""
    found = dict[str, range]()
    for row in connection.execute(select(body).order_by(body.c.body, body.c.valid_from)):
        before = found.get(row.body, range(last, 0))
        began, ended = int(row.valid_from_latest[:4]), int((row.valid_to_latest or str(last))[:4])
        found[row.body] = range(min(before.start, began), max(before.stop, min(ended, last) + 1))
    return found


def _councils(connection: Connection) -> set[str]:
    """The councils that meet: those of the heads, of ministers, and of the organisations beside the CIS."""
    return set(connection.execute(select(body.c.body).where(body.c.type.in_(("council", "assembly")))).scalars())
