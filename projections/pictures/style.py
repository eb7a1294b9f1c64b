"""How all pictures look: page, letters, colours, and the words around them in English and Russian."""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from eventstore.errors import Problem, Refused
from eventstore.states import states
from projections.pictures import Asked
from projections.registers import body, office, organisation, person, treaty

# Colours that the colour-blind tell apart (Okabe and Ito, https://jfly.uni-koeln.de/color/). Their greys differ too, as far as
# eight can; what is printed grey is also told by words in the bars, by shapes and by hatching.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, FAINT, PALE, LINE, GREY = "#222222", "#E4E4E4", "#E0E0E0", "#555555", "#888888"

WIDTH = 720  # of the plot; with names before it, a page across
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # of one width in all its forms, with Cyrillic

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_WORDS = {
    "basis": ("cis-record, known at position {0}, hash {1}.", "cis-record, по записям до № {0}, хэш {1}."),
    "basis-day": (
        "cis-record, as of {0}, known at position {1}, hash {2}.",
        "cis-record, на {0}, по записям до № {1}, хэш {2}.",
    ),
    "as-of": ("as of {0}", "на {0}"),
}


class Text(NamedTuple):
    """A word or name in English and Russian."""

    en: str
    ru: str

    def in_(self, language: str) -> str:
        """The word in a language; a name without a Russian form stays English."""
        return (self.ru if language == "ru" else self.en) or self.en

    def plain(self) -> "Text":
        """The same without what does not print, or turns the direction of letters: a name from a source can hold it."""
        return Text(*("".join(char if char.isprintable() else " " for char in text or "") for text in self))


_REGISTERS = {"organisation": organisation, "body": body, "office": office, "person": person, "treaty": treaty}


def named(views: Connection, register: str, key: str, language: str) -> str:
    """The name of an entry of a register, its latest; the id if it has none."""
    table = _REGISTERS[register]
    name = "title" if register == "treaty" else "name"
    since = table.c.valid_from if "valid_from" in table.c else table.c.occurred_from
    query = select(table.c[name], table.c[f"{name}_ru"]).where(table.c[register] == key).order_by(since.desc())
    found = views.execute(query).first()
    return Text(*found).plain().in_(language) if found else key


def state_name(code: str, language: str) -> str:
    """The name of a state; its code if it has none."""
    known = states().get(code)
    return Text(known.name, known.name_ru).in_(language) if known else code


def word(name: str, language: str, *values: object) -> str:
    """One of the words around every picture."""
    return Text(*_WORDS[name]).in_(language).format(*values)


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


def day_line(asked: Asked, x: dict[str, Any], first: str, last: str) -> list[dict[str, Any]]:
    """The layers of a line at the day asked about, along an axis `x` from one day to another; none where it is outside."""
    day = asked.basis.as_of
    if not day or not first <= day <= last:
        return []
    told = word("as-of", asked.language, day)
    values = {"values": [{x["field"]: day, "told": told}]}
    description = {"description": {"field": "told"}}
    rule = {"type": "rule", "color": BLACK, "strokeDash": [5, 3]}
    letters = {"type": "text", "baseline": "bottom", "dy": -4, "fontSize": 10, "aria": False}
    return [
        {"data": values, "mark": rule, "encoding": {"x": x, "y": None, **description}},
        {"data": values, "mark": letters, "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "told"}}},
    ]


def columns(entries: Sequence[str]) -> dict[str, Any]:
    """In how many columns a legend has its entries, so that its rows are alike and not wider than the page."""
    rows = -(-sum(len(entry) + 5 for entry in entries) // 120) or 1
    return {"columns": -(-len(entries) // rows)}


def heat(field: str, greatest: int) -> dict[str, Any]:
    """A colour for a count: the darker the more, so that grey print tells it as well."""
    scale = {"type": "sqrt", "domain": [0, max(greatest, 1)], "range": ["#F2F7FB", BLUE], "interpolate": "lab"}
    return {"field": field, "type": "quantitative", "scale": scale, "legend": None}


def ink_on(count: int, greatest: int) -> str:
    """The colour of letters that are read on the colour of a count."""
    return "white" if count > greatest * 0.72 else INK


def page(asked: Asked, title: str, shows: str, plot: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """The specification of a whole picture: heading, what it shows, the plot, and below it the notes and what it rests on."""
    foot = [line for said in (" ".join(notes), cited(asked)) for line in textwrap.wrap(said, 160)]
    below = {"text": foot, "orient": "bottom", "anchor": "start", "frame": "bounds", "offset": 12}
    return {
        "$schema": _SCHEMA,
        "description": " ".join([f"{title}.", f"{shows}.", *notes, cited(asked)]),
        "title": {"text": textwrap.wrap(title, 84), "subtitle": textwrap.wrap(shows, 120)},
        "background": "white",
        "padding": 12,
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
                "columnPadding": 14,
                "layout": {"top": {"direction": "vertical", "anchor": "start", "margin": 6}},
            },
        },
    }
