"""Prints the figures of all sizes side by side, as the table of `docs/performance.md`.

    python tests/benchmarks/table.py figures.json

`figures.json` is what `bench.py --json` wrote. What does not reach its bar is in bold.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from figure import Figure, shown

NAMES = {"sqlite": "SQLite", "postgres": "Postgres", "": "the command line"}
OTHERS = {"bare": "bare", "peer": "peer", "small": "10,000"}


def lines(kept: dict[str, Any]) -> Iterator[str]:
    """The lines of the table, first what was measured on SQLite, then on Postgres, then of whole processes."""
    sizes = sorted(kept, key=int)
    found = {(one.database, one.number, size): one for size in sizes for one in map(_figure, kept[size]["figures"])}
    yield f"| figure | what | {' | '.join(f'{int(size):,}' for size in sizes)} | bar |"
    yield f"| --- | --- | {' | '.join('---' for _ in sizes)} | --- |"
    for database, name in NAMES.items():
        numbers = dict.fromkeys(number for of, number, _ in found if of == database)
        if numbers:
            yield f"| | **{name}** |{' |' * (len(sizes) + 1)}"
        for number in numbers:
            row = [found.get((database, number, size)) for size in sizes]
            last = next(one for one in reversed(row) if one is not None)
            what = f"{last.what.partition(' (')[0]} ({last.unit})"
            bars = "; ".join(
                f"{'>=' if last.more_is_better else '<='} {bar:g}{_of(other)}" for other, bar in last.bars.items()
            )
            yield f"| {number} | {what} | {' | '.join(map(_cell, row))} | {bars} |"


def _figure(fields: dict[str, Any]) -> Figure:
    return Figure(**fields)


def _cell(one: Figure | None) -> str:
    if one is None:
        return ""
    ratios = [(other, one.ratio(other), one.met(other)) for other in one.bars if other != "most"]
    over = "most" in one.bars and not one.met("most")
    parts = [f"**{shown(one.ours)}**" if over else shown(one.ours)]
    parts += [f"{_marked(ratio, met)}{_of(other)}" for other, ratio, met in ratios if ratio is not None]
    return "; ".join(parts)


def _marked(ratio: float, met: bool | None) -> str:
    return f"{ratio:.2f}" if met else f"**{ratio:.2f}**"


def _of(other: str) -> str:
    return f" of {OTHERS[other]}" if other in OTHERS else ""


def main(arguments: Sequence[str]) -> None:
    """Print the table of a file of figures."""
    print("\n".join(lines(json.loads(Path(arguments[0]).read_text()))))


if __name__ == "__main__":
    main(sys.argv[1:])
