"""The record in pictures: one file a picture, and the list of them.

A picture is a Vega-Lite specification made from the views by one function, `specification(asked)`. Bars run over time, at most
to the horizon: the last day on which anything in the record happened. What is only possible is hatched, what is disputed has a
mark.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.pictures.picture import Picture
    from projections.question import Basis


class Asked(NamedTuple):
    """What is asked for: the views as known then, of what, in which language, what the answer rests on, and the horizon.

    `basis.as_of` is empty where no day was asked about.
    """

    views: "Connection"
    subject: str | None
    language: str
    basis: "Basis"
    horizon: str


class About(NamedTuple):
    """A picture in the list: what it shows, and what it is about: a register whose id it needs (empty: none)."""

    shows: str
    register: str = ""
    default: str | None = None  # the id that is meant where none is given
    optional: bool = False  # whether it may also be about nothing in particular


PICTURES: Mapping[str, About] = {
    "membership": About("who belonged to an organisation, as what, over time", "organisation", "cis"),
    "treaty": About("what each state did about a treaty, and where it stood, over time", "treaty"),
    "roster": About("who held the offices of a body, and which states sat in it, over time", "body"),
    "timeline": About("how many events of each sort there were in each year", "state", optional=True),
    "network": About("by how many treaties every two states were bound on a day", "organisation", optional=True),
}


def draw(
    views: "Connection",
    name: str,
    subject: str | None = None,
    *,
    basis: "Basis",
    today: str,
    language: str = "en",
) -> "Picture":
    """A picture of `PICTURES`, from the views as known at `basis.known_at`.

    `subject` is an id of the register that the picture is about (default: that of the list), which the views know. The day of
    `basis.as_of` gets a line, if there is one; the network is that of this day. `today` (ISO) bounds the horizon; `language` is
    en or ru. Raises `Refused` where there would be nothing in the picture.
    """
    from projections.panel import horizon
    from projections.pictures.picture import Picture

    about = PICTURES[name]
    asked = Asked(views, subject or about.default, language, basis, horizon(views, today))
    specification: Callable[[Asked], dict[str, Any]] = import_module(f"projections.pictures.{name}").specification
    return Picture(specification(asked))
