"""Where each state stood towards a treaty over time: its acts as symbols, what follows from them as bars."""

from itertools import groupby
from typing import Any

from sqlalchemy import Table, select

from eventstore.dates import parse
from eventstore.facts import BEGINNING, END
from projections.interval import Row
from projections.pictures import Asked
from projections.pictures.bars import Act, Line, Standing, bars, by_label, joined
from projections.pictures.chart import Chart
from projections.pictures.names import Text, disputed_events, named, state_name
from projections.pictures.style import BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, YELLOW, page
from projections.timeline import concerns, timeline
from projections.treaty_party import DATES, treaty_party
from projections.treaty_status import treaty_status

SHOWS = Text("What each state did about it, and where it stood", "Что сделало каждое государство и каков его статус")
ITSELF = Text("The treaty itself", "Сам договор")
_PROVISIONALLY = Text("applied provisionally", "применяется временно")
STANDINGS = {  # thin: not in force
    "adopted": Standing(Text("adopted", "принят"), PALE, thin=True),
    "in-force": Standing(Text("in force", "в силе"), "#666666", light=True),
    "extended": Standing(Text("extended", "продлён"), "#444444", light=True),
    "suspended": Standing(Text("suspended", "приостановлен"), PURPLE, thin=True),
    "signatory": Standing(Text("has signed", "подписало"), SKY, thin=True),
    "consent-given": Standing(Text("has given consent", "выразило согласие"), GREEN, thin=True),
    "provisionally-applying": Standing(_PROVISIONALLY, ORANGE),
    "provisionally-applied": Standing(_PROVISIONALLY, ORANGE),
    "party": Standing(Text("party", "участник"), BLUE, light=True),
    "withdrawing": Standing(Text("has given notice", "уведомило о выходе"), YELLOW),
}
SYMBOLS = {  # columns of the view, and the shapes of Vega
    "signed": (Text("signature", "подписание"), "circle"),
    "ratified": (Text("ratification", "ратификация"), "square"),
    "deposited": (Text("deposit", "сдача на хранение"), "diamond"),
    "acceded": (Text("accession", "присоединение"), "triangle-up"),
    "suspended": (Text("suspension", "приостановление"), "M-.9,-1H-.3V1H-.9ZM.3,-1H.9V1H.3Z"),
    "withdrawal_notified": (Text("notice of withdrawal", "уведомление о выходе"), "triangle-down"),
    "withdrawn": (
        Text("withdrawal", "выход"),
        "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z",
    ),
}


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of a treaty."""
    rows = _rows(asked, treaty_party, "state")
    found = {state: list(held) for state, held in groupby(rows, key=lambda row: str(row["state"]))}
    lines = sorted((Line(state, state_name(state, asked.language)) for state in found), key=by_label)
    disputed = disputed_events(asked.views)
    drawn = bars("itself", joined(_rows(asked, treaty_status), "status"), _standing, disputed)
    head = [Line("itself", ITSELF.in_(asked.language))] if drawn else []
    for line in lines:
        drawn += bars(line.key, joined(found[line.key], "status"), _standing, disputed)
    chart = Chart(asked, [*head, *lines], drawn, STANDINGS, _acts(asked, rows), SYMBOLS)
    title = named(asked.views, "treaty", str(asked.subject), asked.language)
    return page(asked, title, SHOWS.in_(asked.language), chart.plot(), chart.notes())


def _rows(asked: Asked, table: Table, *by: str) -> list[Row]:
    query = select(table).where(table.c.treaty == asked.subject)
    order = (*(table.c[name] for name in by), table.c.valid_from, table.c.valid_from_latest)
    return [dict(row) for row in asked.views.execute(query.order_by(*order)).mappings()]


def _standing(row: Row) -> str | None:
    return None if row["status"] in ("withdrawn", "terminated") else str(row["status"])


def _acts(asked: Asked, rows: list[Row]) -> list[Act]:
    """Every act that a row has the date of, each once."""
    query = select(timeline.c.kind, timeline.c.subjects).where(
        timeline.c.kind.in_(DATES), timeline.c.disputed, concerns(f"treaty:{asked.subject}")
    )
    claimed = {(DATES[kind], subject) for kind, subjects in asked.views.execute(query) for subject in subjects.split()}
    dated = {(row["state"], column, row[column]) for row in rows for column in SYMBOLS if row[column]}
    return [
        Act(state, column, parse(on).first or BEGINNING, parse(on).last or END, (column, f"state:{state}") in claimed)
        for state, column, on in sorted(dated)
    ]
