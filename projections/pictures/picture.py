"""A picture that is drawn: a Vega-Lite specification as SVG or PNG, by vl-convert, without a browser or a network."""

import re
from typing import Any
from xml.sax.saxutils import escape

from eventstore.errors import not_installed

RELEASE = "6.4"  # of Vega-Lite; others may place things otherwise


class Picture:
    """A picture, to be had as SVG or PNG. The same specification always gives the same text."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self.specification = specification

    @property
    def title(self) -> str:
        """The heading of the picture."""
        return " ".join(self.specification["title"]["text"])

    @property
    def description(self) -> str:
        """What the picture shows, for those who cannot see it."""
        return str(self.specification["description"])

    def svg(self) -> str:
        """The picture as SVG; raises `Refused` where vl-convert is not installed."""
        drawn = converter().vegalite_to_svg(self.specification, vl_version=RELEASE)
        opening, rest = drawn.split(">", 1)
        about = f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        return f'{opening} role="graphics-document">{about}{_patterns(rest)}{rest}\n'

    def png(self, scale: float = 2) -> bytes:
        """The picture as PNG, `scale` pixels for each unit of the SVG; raises `Refused` where vl-convert is not installed."""
        drawn: bytes = converter().svg_to_png(self.svg(), scale=scale)
        return drawn


def hatched(colour: str) -> str:
    """The fill that is hatched in a colour (#RRGGBB). Vega-Lite has no patterns, so it carries the name of one."""
    return f"url(#hatched-{colour[1:]})"


def _patterns(drawn: str) -> str:
    """The patterns that a drawing names."""
    made = []
    for colour in sorted(set(re.findall(r"url\(#hatched-([0-9A-F]{6})\)", drawn))):
        lines = f'<path d="M0,0V5" stroke="#{colour}" stroke-width="3.2"/><path d="M0,0V5" stroke="#222222" stroke-width="0.8"/>'
        place = 'width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
        made.append(
            f'<pattern id="hatched-{colour}" {place}><rect width="5" height="5" fill="white"/>{lines}</pattern>'
        )
    return f"<defs>{''.join(made)}</defs>" if made else ""


def converter() -> Any:
    """The package that draws; raises `Refused` where it is not installed."""
    try:
        import vl_convert
    except ImportError as error:
        raise not_installed("pictures need", "vl-convert-python", "plot") from error
    return vl_convert
