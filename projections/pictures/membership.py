"""Who belonged to an organisation, as what: a row for each state that ever did, a bar for each standing."""

from itertools import groupby
from typing import Any

from sqlalchemy import select

from projections.interval import Row
from projections.membership import membership
from projections.pictures import Asked
from projections.pictures.bars import Line, Standing, bars, by_label, joined
from projections.pictures.chart import Chart
from projections.pictures.names import Text, disputed_events, named, state_name
from projections.pictures.style import BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, VERMILION, YELLOW, page

SHOWS = Text("Who belonged, as what, and from when to when", "Кто состоял, в каком качестве, с какого и по какое время")
TITLE = Text("{0}: membership", "{0}: членство")
STANDINGS = {
    "founding-state": Standing(Text("founding state", "государство-учредитель"), SKY),
    "member": Standing(Text("member", "член"), BLUE, light=True),
    "participant": Standing(Text("participant", "участник"), GREEN),
    "leaving": Standing(Text("has given notice of leaving", "уведомило о выходе"), YELLOW),
    "associate": Standing(Text("associate", "ассоциированный член"), ORANGE, thin=True),
    "observer": Standing(Text("observer", "наблюдатель"), PURPLE, thin=True),
    "suspended": Standing(Text("participation suspended", "участие приостановлено"), VERMILION, thin=True),
    "ceased": Standing(Text("has ceased to take part", "прекратило участие"), PALE, thin=True),
}


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of an organisation."""
    query = select(membership).where(membership.c.organisation == asked.subject)
    rows = asked.views.execute(query.order_by(membership.c.state, membership.c.valid_from)).mappings()
    disputed = disputed_events(asked.views)
    found = {
        state: bars(state, joined(held, "status", "practice", "withdrawal_effective_on"), _standing, disputed)
        for state, held in groupby(map(dict, rows), key=lambda row: str(row["state"]))
    }
    lines = sorted(
        (Line(state, state_name(state, asked.language)) for state, own in found.items() if own), key=by_label
    )
    chart = Chart(asked, lines, [bar for line in lines for bar in found[line.key]], STANDINGS)
    name = named(asked.views, "organisation", str(asked.subject), asked.language)
    return page(asked, TITLE.in_(asked.language).format(name), SHOWS.in_(asked.language), chart.plot(), chart.notes())


def _standing(row: Row) -> str | None:
    """Its status; what it does, where that is less; the notice of leaving, while that runs."""
    if row["status"] == "former":
        return None
    if row["practice"] != "participating":
        return str(row["practice"])
    return "leaving" if row["withdrawal_effective_on"] else str(row["status"])
