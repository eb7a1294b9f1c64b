"""Draws how each figure grows with the log, from ten thousand events to a million.

    python tests/benchmarks/plot.py figures.json docs/pictures/growth.svg

`figures.json` is what `bench.py --json` wrote, one run for each size. A level line is a cost for each event that does not depend
on how long the log is.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import altair

LOGARITHMIC = altair.Scale(type="log")
DECADES = [10.0**power for power in range(-3, 7)]  # where there are ticks: a line at every digit would hide the others
SHORT = "datum.value < 1 ? datum.value : format(datum.value, '~s')"  # 0.1, 10, 100k; not 100m
NAMES = {"ours": "cis-record", "bare": "bare database", "peer": "eventsourcing"}


def points(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One point for each figure, size and contender."""
    for size, run in kept.items():
        for figure in run["figures"]:
            for contender, name in NAMES.items():
                if figure.get(contender) and figure["database"]:
                    yield {
                        "events in the log": int(size),
                        "figure": f"{figure['what'].partition(' (')[0]}, {figure['database']} ({figure['unit']})",
                        "contender": name,
                        "value": figure[contender],
                    }


def chart(kept: dict[str, Any]) -> altair.FacetChart:
    """A small picture for each figure, on logarithmic axes."""
    lines = (
        altair.Chart(altair.Data(values=list(points(kept))))
        .mark_line(point=True)
        .encode(
            x=altair.X(
                "events in the log:Q", scale=LOGARITHMIC, axis=altair.Axis(format="~s", values=[*map(int, kept)])
            ),
            y=altair.Y("value:Q", scale=LOGARITHMIC, axis=altair.Axis(labelExpr=SHORT, values=DECADES), title=None),
            color=altair.Color("contender:N", legend=altair.Legend(orient="top", title=None)),
        )
        .properties(width=190, height=120)
    )
    return lines.facet(facet=altair.Facet("figure:N", title=None), columns=4).resolve_scale(y="independent")


def main(arguments: Sequence[str]) -> None:
    """Draw the figures of a file into another; its suffix (svg, png) says how."""
    source, target = map(Path, arguments)
    chart(json.loads(source.read_text())).save(str(target))


if __name__ == "__main__":
    main(sys.argv[1:])
