"""Which states were bound to each other by how many treaties on a day: a row and a column for each state.

A matrix and not a net of lines: a dozen states of which every two share dozens of treaties make a net in which every line runs
across all others. In a matrix each pair has a place, its number stands in it, and grey print carries it.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select

from projections.interval import Row, on_day
from projections.pictures import Asked
from projections.pictures.bars import joined
from projections.pictures.names import Text, named, state_name
from projections.pictures.style import FAINT, INK, heat, ink_on, nothing, page
from projections.registers import treaty
from projections.treaty_party import treaty_party

CELL = 44  # units: a side of a cell
TITLE = Text("Treaties in force between states on {0}", "Договоры, действовавшие между государствами на {0}")
WITHIN = Text("{0}: treaties in force between states on {1}", "{0}: договоры, действовавшие между государствами на {1}")
SHOWS = Text(
    "By how many treaties of the record both states were bound; framed: how many bound the state itself",
    "Сколько договоров летописи связывало оба государства; в рамке: сколько связывало само государство",
)
NOTE_POSSIBLE = Text(
    "a–b: certainly a, possibly up to b, by the dates known.", "a–b: достоверно a, возможно до b, по известным датам."
)
NOTE_ORDER = Text(
    "States stand in the order of how many treaties bound them. Who had only signed, or applied provisionally, is not counted.",
    "Порядок – по числу договоров. Подписание без согласия и временное применение не учтены.",
)
TELLS = Text("{0} and {1}: {2}", "{0} и {1}: {2}")
_BOUND = ("party", "withdrawing")


class Bound(NamedTuple):
    """The treaties that certainly bound a state on the day, and those that may have."""

    certain: set[str]
    possible: set[str]


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of a day, of all treaties of the record or those of an organisation."""
    day = asked.basis.as_of or asked.horizon
    bound = _bound(asked, day)
    if not bound:
        raise nothing(asked)
    title = TITLE.in_(asked.language).format(day)
    if asked.subject:
        title = WITHIN.in_(asked.language).format(
            named(asked.views, "organisation", asked.subject, asked.language), day
        )
    cells = list(_cells(bound, asked.language))
    notes = [NOTE_ORDER.in_(asked.language)]
    notes += [NOTE_POSSIBLE.in_(asked.language)] if any("–" in cell["text"] for cell in cells) else []
    return page(asked, title, SHOWS.in_(asked.language), _plot(cells), notes)


def _bound(asked: Asked, day: str) -> dict[str, Bound]:
    query = select(treaty_party).order_by(
        treaty_party.c.state, treaty_party.c.treaty, treaty_party.c.valid_from, treaty_party.c.valid_from_latest
    )
    if asked.subject:
        query = query.where(
            treaty_party.c.treaty.in_(select(treaty.c.treaty).where(treaty.c.organisation == asked.subject))
        )
    found = defaultdict[str, Bound](lambda: Bound(set(), set()))
    rows = ({**row, "bound": row["status"] in _BOUND} for row in asked.views.execute(query).mappings())
    for (state, name), own in groupby(rows, key=lambda row: (row["state"], row["treaty"])):
        for row in on_day(joined(own, "bound"), day):
            if row["bound"]:
                found[state].possible.add(name)
                if row["certainty"] == "certain":
                    found[state].certain.add(name)
    return found


def _cells(bound: dict[str, Bound], language: str) -> Iterator[Row]:
    names = {state: state_name(state, language) for state in bound}
    order = sorted(bound, key=lambda s: (-len(bound[s].certain), -len(bound[s].possible), names[s]))
    greatest = max((len(own.certain) for own in bound.values()), default=1)
    for one in order:
        for other in order:
            certain = len(bound[one].certain & bound[other].certain)
            possible = len(bound[one].possible & bound[other].possible)
            text = str(certain) if certain == possible else f"{certain}–{possible}"
            yield {
                "one": names[one],
                "other": names[other],
                "count": certain,
                "text": text,
                "own": one == other,
                "ink": ink_on(certain / max(greatest, 1)),
                "told": f"{names[one]}: {text}"
                if one == other
                else TELLS.in_(language).format(names[one], names[other], text),
            }


def _plot(cells: list[Row]) -> dict[str, Any]:
    names = list(dict.fromkeys(cell["one"] for cell in cells))
    axis = {"domain": False, "ticks": False, "labelPadding": 6}
    scale = {"domain": names, "padding": 0}
    colour = heat("count", max((cell["count"] for cell in cells), default=1), "linear")
    return {
        "width": {"step": CELL},
        "height": {"step": CELL * 0.68},
        "encoding": {
            "x": {
                "field": "one",
                "type": "nominal",
                "scale": scale,
                "axis": axis | {"orient": "top", "labelAngle": -45},
            },
            "y": {"field": "other", "type": "nominal", "scale": scale, "axis": axis},
        },
        "layer": [
            {
                "data": {"values": cells},
                "mark": {"type": "rect", "stroke": FAINT, "strokeWidth": 1},
                "encoding": {"fill": colour, "description": {"field": "told"}},
            },
            {
                "data": {"values": [cell for cell in cells if cell["own"]]},
                "mark": {"type": "rect", "filled": False, "stroke": INK, "strokeWidth": 2, "aria": False},
            },
            {
                "data": {"values": cells},
                "mark": {"type": "text", "fontSize": 11, "aria": False},
                "encoding": {"text": {"field": "text"}, "color": {"field": "ink", "type": "nominal", "scale": None}},
            },
        ],
    }
