"""A picture that is drawn: a Vega-Lite specification as SVG or PNG, by vl-convert, without a browser or a network."""

from typing import Any
from xml.sax.saxutils import escape

from eventstore.errors import Problem, Refused


class Picture:
    """A picture, to be had as SVG or PNG. The same specification always gives the same text."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self.specification = specification

    @property
    def title(self) -> str:
        """The heading of the picture."""
        return str(self.specification["title"]["text"])

    @property
    def description(self) -> str:
        """What the picture shows, for those who cannot see it."""
        return str(self.specification["description"])

    def svg(self) -> str:
        """The picture as SVG; raises `Refused` where vl-convert is not installed."""
        drawn = _converter().vegalite_to_svg(self.specification)
        opening, rest = drawn.split(">", 1)
        return f"{opening}><title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>{rest}\n"

    def png(self, scale: float = 2) -> bytes:
        """The picture as PNG, `scale` pixels for each unit of the SVG; raises `Refused` where vl-convert is not installed."""
        drawn: bytes = _converter().svg_to_png(self.svg(), scale=scale)
        return drawn


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        advice = 'Install it: pip install "cis-record[plot]"'
        raise Refused(
            Problem("pictures need the package vl-convert-python, which is not installed", "", advice)
        ) from error
    return vl_convert
