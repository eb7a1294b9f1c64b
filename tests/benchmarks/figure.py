"""One figure: what was measured, of the record and of what it is compared with, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Figure:
    """One figure: what was measured, of ours and of the others, and the bars."""

    number: str
    what: str
    unit: str  # events/s: more is better; everything else: less is better
    ours: float
    bare: float | None = None
    peer: float | None = None
    small: float | None = None  # ours at ten thousand events
    bars: dict[str, float] = field(default_factory=dict)  # by what ours is divided by (bare, peer, small, most)
    database: str = ""

    @property
    def more_is_better(self) -> bool:
        return self.unit.endswith("/s")

    def ratio(self, other: str) -> float | None:
        """Ours divided by the other (`most`: the bar is a plain number)."""
        if other == "most":
            return self.ours
        against = getattr(self, other)
        return self.ours / against if against else None

    def met(self, other: str) -> bool | None:
        """Whether a bar is met; None where there was nothing to compare with."""
        if (ratio := self.ratio(other)) is None:
            return None
        return ratio >= self.bars[other] if self.more_is_better else ratio <= self.bars[other]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    head = ("figure", "on", "what", "unit", "ours", "bare", "eventsourcing", "at 10,000", "ratios and bars")
    lines = [head, tuple("---" for _ in head)]
    for one in figures:
        cells = (
            one.number,
            one.database,
            one.what,
            one.unit,
            *(shown(v) for v in (one.ours, one.bare, one.peer, one.small)),
        )
        lines.append((*cells, "; ".join(bar(one, other) for other in one.bars)))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bar(figure: Figure, other: str) -> str:
    """A ratio, its bar, and whether it is met."""
    ratio, limit = figure.ratio(other), figure.bars[other]
    if ratio is None:
        return f"{other}: not measured"
    sign = ">=" if figure.more_is_better else "<="
    verdict = "met" if figure.met(other) else "NOT MET"
    if other == "most":
        return f"{sign} {limit:g} {figure.unit}: {verdict}"
    return f"{ratio:.2f} of {other} ({sign} {limit:g}): {verdict}"
