"""Memberships as commands for Wikidata's QuickStatements (version 2, tab-separated), to be looked through before they are run.

    Q399  P463  QORG  P580  +1991-12-21T00:00:00Z/11  P582 ...  S854  "https://..."  S813  +2026-11-22T00:00:00Z/11

P463 is "member of"; P580 and P582 its start and end; P1319 and P1326 the earliest and latest day of a start that is not known
to the day; P585 the point in time where one day is asked about; S854 and S813 the address of a source and when it was read.
A state that was associate or observer is not a member and is left out, and so is a standing that is only possible on the day
asked about, or at all: nothing doubtful is handed on. A state that changes from founding state to member is one statement.

Items are never guessed: a state's comes from the register of states; an organisation's is given by whoever exports.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from sqlalchemy import select

from eventstore.dates import last_day
from eventstore.facts import BEGINNING, END
from eventstore.states import states
from projections.exports import Request
from projections.exports.citing import Citations, sources, url_of
from projections.exports.popolo import reduced
from projections.interval import Row, runs
from projections.membership import membership

MEMBER = ("founding-state", "member", "participant")
_PRECISION = {4: 9, 7: 10, 10: 11}  # of a year, a month, a day


def lines(request: Request, items: Mapping[str, str] | None = None) -> Iterator[str]:
    """The commands, ordered by organisation and state; `items` gives the Wikidata item of each organisation.

    Organisations and states without an item are left out, and named to the person.
    """
    items = items or {}
    order = (membership.c.organisation, membership.c.state, membership.c.valid_from, membership.c.valid_from_latest)
    found = [dict(row) for row in request.views.execute(select(membership).order_by(*order)).mappings()]
    members = [row for row in found if row["status"] in MEMBER]
    missing = sorted({row["organisation"] for row in members} - set(items))
    if missing:
        request.say(
            f"Left out, for no Wikidata item of theirs is known: {', '.join(missing)}. Give it: --item {missing[0]}=Q..."
        )
    entries = sources(request.views)
    citations = Citations(request.views, (name for row in members for name in row["events"].split()))
    for (organisation, state), rows in groupby(members, lambda row: (row["organisation"], row["state"])):
        known = states().get(state)
        if organisation not in items:
            continue
        if known is None or not known.wikidata:
            request.say(f"Left out, for no Wikidata item is known: {state}.")
            continue
        for run in runs(rows):
            dates = _on(request.as_of, run) if request.as_of else _from_to(run)
            if dates is not None:
                cited = citations.of(*(name for row in run for name in row["events"].split()))
                said = _sources(entries[one.source] for one in cited if one.source in entries)
                yield "\t".join([known.wikidata, "P463", items[organisation], *dates, *said])


def _begun_by(run: list[Row]) -> str:
    """The latest day on which a membership can have begun: a later row may know it better."""
    return min(str(row["valid_from_latest"]) for row in run)


def _on(day: str, run: list[Row]) -> list[str] | None:
    last = run[-1]
    certain = _begun_by(run) <= day and (last["valid_to"] is None or day < last["valid_to"])
    return ["P585", _time(day)] if certain else None


def _from_to(run: list[Row]) -> list[str] | None:
    first, last = run[0], run[-1]
    start, latest = first["valid_from"], _begun_by(run)
    if start == BEGINNING or (last["valid_to"] is not None and last["valid_to"] <= latest):
        return None  # nobody can say when it began, or that it was a member at all
    dates = list[str]()
    if (day := reduced(start, latest)) is not None:
        dates += ["P580", _time(day)]
    if start != latest:
        dates += ["P1319", _time(start)]
        if latest != END:
            dates += ["P1326", _time(latest)]
    if last["valid_to"] is not None and (day := reduced(last["valid_to"], last["valid_to_latest"])) is not None:
        dates += ["P582", _time(day)]
    return dates


def _time(date: str) -> str:
    full = f"{date}-00-00"[:10] if len(date) == 4 else f"{date}-00"[:10]
    return f"+{full}T00:00:00Z/{_PRECISION[len(date)]}"


def _sources(cited: Iterable[Row]) -> Iterator[str]:
    mark = "S"
    for entry in cited:
        if (url := url_of(entry)) is None:
            continue
        yield from (f"{mark}854", f'"{url}"')
        if (read := _read_on(entry)) is not None:
            yield from ("S813", _time(read))
        mark = "!S"  # begins another reference


def _read_on(entry: Row) -> str | None:
    day: str | None = entry["accessed"]
    return day if day is not None and len(day) == 10 and last_day(day) == day else None
