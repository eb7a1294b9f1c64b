"""How all pictures look: page, letters, colours, and the words around them."""

import textwrap
from collections.abc import Sequence
from typing import Any

from eventstore.errors import Problem, Refused
from projections.pictures import Asked
from projections.pictures.names import Text

# Colours that the colour-blind tell apart (Okabe and Ito, https://jfly.uni-koeln.de/color/). Some print as the same grey: bars
# are also told apart by their height and by the words in them, acts by their shapes, what is only possible by hatching.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, FAINT, PALE, LINE, GREY = "#222222", "#E4E4E4", "#E0E0E0", "#555555", "#888888"

WIDTH = 720  # of the plot; with names before it, a page across
FONT = "Liberation Sans, Arimo, Arial, Helvetica, Nimbus Sans, sans-serif"  # of one width, with Cyrillic

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_WORDS = {
    "basis": Text("cis-record, known at position {0}, hash {1}.", "cis-record, по записям до № {0}, хэш {1}."),
    "basis-day": Text(
        "cis-record, as of {0}, known at position {1}, hash {2}.",
        "cis-record, на {0}, по записям до № {1}, хэш {2}.",
    ),
    "as-of": Text("as of {0}", "на {0}"),
}


def word(name: str, language: str, *values: object) -> str:
    """One of the words around every picture."""
    return _WORDS[name].in_(language).format(*values)


def cited(asked: Asked) -> str:
    """What the picture rests on, so that it can be cited."""
    basis = asked.basis
    if basis.as_of:
        return word("basis-day", asked.language, basis.as_of, basis.known_at, basis.hash[:16])
    return word("basis", asked.language, basis.known_at, basis.hash[:16])


def nothing(asked: Asked) -> Refused:
    """The refusal of a picture in which there would be nothing."""
    about = f" of {asked.subject}" if asked.subject else ""
    return Refused(
        Problem(f"the record holds nothing{about} that this picture shows", "", "cis log tells what it holds.")
    )


def columns(entries: Sequence[str]) -> dict[str, Any]:
    """In how many columns a legend has its entries, so that its rows are alike and not wider than the page."""
    rows = -(-sum(len(entry) + 5 for entry in entries) // 120) or 1
    return {"columns": -(-len(entries) // rows)}


def heat(field: str, greatest: int, scale: str) -> dict[str, Any]:
    """A colour for a count, on a scale (linear, sqrt): the darker the more, so that grey print tells it as well."""
    ranges = {"domain": [0, max(greatest, 1)], "range": ["#F2F7FB", BLUE], "interpolate": "lab"}
    return {"field": field, "type": "quantitative", "scale": {"type": scale} | ranges, "legend": None}


def ink_on(height: float) -> str:
    """The colour of letters that are read on the colour at a height of its scale, from 0 to 1."""
    return "white" if height > 0.85 else INK


def page(asked: Asked, title: str, shows: str, plot: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """The specification of a whole picture: heading, what it shows, the plot, and below it the notes and what it rests on."""
    foot = [line for said in (" ".join(notes), cited(asked)) for line in textwrap.wrap(said, 160)]
    below = {"text": foot, "orient": "bottom", "anchor": "start", "frame": "bounds", "offset": 12}
    return {
        "$schema": _SCHEMA,
        "description": " ".join([f"{title}.", f"{shows.rstrip('.')}.", *notes, cited(asked)]),
        "title": {"text": textwrap.wrap(title, 84), "subtitle": textwrap.wrap(shows, 120)},
        "background": "white",
        "padding": 18,  # also for letters that are wider where none of the fonts is there
        "vconcat": [plot | {"title": below | {"fontSize": 10, "fontWeight": "normal", "color": LINE}}],
        "config": {
            "font": FONT,
            "title": {
                "anchor": "start",
                "frame": "bounds",
                "fontSize": 16,
                "subtitleFontSize": 12,
                "subtitleColor": LINE,
                "color": INK,
                "offset": 10,
            },
            "view": {"stroke": None},
            "axis": {"labelFontSize": 11, "labelColor": INK, "labelLimit": 0, "title": None},
            "legend": {
                "orient": "top",
                "offset": 16,
                "labelFontSize": 11,
                "labelLimit": 0,
                "title": None,
                "symbolSize": 110,
                "gridAlign": "each",
                "rowPadding": 4,
                "columnPadding": 18,
                # The schema of Vega-Lite lacks this; Vega knows it and stacks the legends.
                "layout": {"top": {"direction": "vertical", "anchor": "start", "margin": 6}},
            },
        },
    }
