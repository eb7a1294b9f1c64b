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
from projections.pictures.names import Text, named, state_name
from projections.pictures.style import BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, YELLOW, page
from projections.treaty_party import treaty_party
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
    found = {
        state: list(held)
        for state, held in groupby(_rows(asked, treaty_party, "state"), key=lambda row: str(row["state"]))
    }
    lines = sorted((Line(state, state_name(state, asked.language)) for state in found), key=by_label)
    itself = bars("itself", joined(_rows(asked, treaty_status), "status"), _standing)
    stood = [bar for state, rows in found.items() for bar in bars(state, joined(rows, "status"), _standing)]
    acts = sorted({act for state, rows in found.items() for row in rows for act in _acts(state, row)})
    head = [Line("itself", ITSELF.in_(asked.language))] if itself else []
    chart = Chart(asked, [*head, *lines], [*itself, *stood], STANDINGS, acts, SYMBOLS)
    title = named(asked.views, "treaty", str(asked.subject), asked.language)
    return page(asked, title, SHOWS.in_(asked.language), chart.plot(), chart.notes())


def _rows(asked: Asked, table: Table, *by: str) -> list[Row]:
    query = select(table).where(table.c.treaty == asked.subject)
    order = (*(table.c[name] for name in by), table.c.valid_from, table.c.valid_from_latest)
    return [dict(row) for row in asked.views.execute(query.order_by(*order)).mappings()]


def _standing(row: Row) -> str | None:
    return None if row["status"] in ("withdrawn", "terminated") else str(row["status"])


def _acts(state: str, row: Row) -> list[Act]:
    dated = [(column, parse(row[column])) for column in SYMBOLS if row[column]]
    return [Act(state, column, when.first or BEGINNING, when.last or END) for column, when in dated]
