"""Who sat in a body and who held its offices: a row for each holder under the office, then a row for each state."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from projections.council_roster import council_roster
from projections.interval import Row
from projections.pictures import Asked
from projections.pictures.bars import Bar, Line, Standing, bars, by_label, joined
from projections.pictures.chart import Chart
from projections.pictures.names import Text, disputed_events, named, state_name
from projections.pictures.style import BLUE, GREEN, ORANGE, PURPLE, SKY, page

SHOWS = Text(
    "Who held its offices, and which states sat in it", "Кто занимал должности и какие государства входили в состав"
)
SEATS = Text("Seats of states", "Места государств")
STANDINGS = {
    "holder": Standing(Text("in office", "в должности"), BLUE, light=True),
    "acting": Standing(Text("acting", "исполняет обязанности"), ORANGE),
    "member": Standing(Text("seat of a member", "место члена"), SKY),
    "participant": Standing(Text("seat of a participant", "место участника"), GREEN),
    "associate": Standing(Text("seat of an associate", "место ассоциированного члена"), ORANGE, thin=True),
    "observer": Standing(Text("seat of an observer", "место наблюдателя"), PURPLE, thin=True),
}


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of a body."""
    table = council_roster
    query = select(table).where(table.c.body == asked.subject).order_by(table.c.valid_from, table.c.valid_from_latest)
    found = [dict(row) for row in asked.views.execute(query).mappings()]
    disputed = disputed_events(asked.views)
    lines, drawn = list[Line](), list[Bar]()
    for office, held in _by(("office",), (row for row in found if row["seat"] == "office")):
        lines.append(Line(f"office:{office[0]}", named(asked.views, "office", office[0], asked.language), heading=True))
        for holder, rows in _by(("person", "state"), held):
            key = ":".join((*office, *holder))
            lines.append(Line(key, _holder(asked, *holder)))
            drawn += bars(key, joined(rows, "acting"), lambda row: "acting" if row["acting"] else "holder", disputed)
    seats = dict(_by(("state",), (row for row in found if row["seat"] == "state")))
    if seats:
        lines.append(Line("seats", SEATS.in_(asked.language), heading=True))
        seated = sorted((Line(state, state_name(state, asked.language)) for (state,) in seats), key=by_label)
        for line in seated:
            lines.append(line)
            drawn += bars(line.key, joined(seats[line.key,], "status"), lambda row: str(row["status"]), disputed)
    chart = Chart(asked, lines, drawn, STANDINGS)
    title = named(asked.views, "body", str(asked.subject), asked.language)
    return page(asked, title, SHOWS.in_(asked.language), chart.plot(), chart.notes())


def _by(names: tuple[str, ...], rows: Iterable[Row]) -> list[tuple[tuple[str, ...], list[Row]]]:
    """The rows by what they have in some columns, each group where its first row stands."""
    groups = dict[tuple[str, ...], list[Row]]()
    for row in rows:
        groups.setdefault(tuple(row[name] or "" for name in names), []).append(row)
    return list(groups.items())


def _holder(asked: Asked, person: str, state: str) -> str:
    """The name of a holder with the state it acted for; the state itself where no person is known."""
    country = state_name(state, asked.language) if state else ""
    if not person:
        return country
    name = named(asked.views, "person", person, asked.language)
    return f"{name} ({country})" if country else name
