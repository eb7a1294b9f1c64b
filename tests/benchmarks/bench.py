"""Measures the record beside the bare database and the best Python event store, in one run, interleaved, medians.

    python tests/benchmarks/bench.py --size 100000 --database both --json figures.json

What counts is the ratios: what is compared was measured in turns within one run, on one machine, on the same facts. The bars are
those the makers set themselves; `docs/performance.md` holds the last run, and says what the limit is where a bar is not met.
"""

import argparse
import json
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from figure import Figure, shown, table
from measures import SMALL, alone, command_line, figures_of
from postgres_server import NoPostgres
from records import Place, lines_of


def machine(server: str) -> dict[str, str]:
    """The machine, as far as it matters to the figures."""
    versions = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, "Postgres": server}
    for name in ("sqlalchemy", "psycopg", "msgspec", "eventsourcing"):
        try:
            versions[name] = __import__("importlib.metadata").metadata.version(name)
        except ModuleNotFoundError:
            versions[name] = "not installed"
    processor = next(
        (line.split(":")[1].strip() for line in lines_of("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {"cores": str(os.cpu_count()), "processor": processor, "memory": f"{pages:.0f} GB"} | versions


def measure(size: int, sorts: Sequence[str], rounds: int, folder: Path) -> tuple[list[Figure], dict[str, str]]:
    """All figures of one size, and the machine."""
    figures, version = list[Figure](), ""
    for sort in sorts:
        try:
            place = Place(sort, folder)
        except NoPostgres as reason:
            print(f"no Postgres: {reason}", file=sys.stderr)
            continue
        for figure in figures_of(place, size, rounds):
            figure.database = sort
            figures.append(figure)
            print(f"{sort} {figure.number} {figure.what}: {shown(figure.ours)} {figure.unit}", file=sys.stderr)
        if place.server is not None:
            version = place.server.version
        place.close()
    figures += command_line(folder, 3 * rounds)
    return figures, machine(version or "not measured")


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print the table, and write the figures to a file if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=SMALL, help="events: 10000, 100000 or 1000000")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=7, help="how often each figure is measured (default: 7)")
    parser.add_argument("--json", type=Path, help="also write the figures here; other sizes and databases stay")
    parser.add_argument("--alone", nargs=2, metavar=("WORK", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.alone:
        alone(*options.alone, options.size)
        return []
    sorts = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    folder = Path(tempfile.mkdtemp(prefix="cis-bench-"))
    try:
        figures, described = measure(options.size, sorts, options.rounds, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(", ".join(f"{name} {value}" for name, value in described.items()))
    print(f"{options.size:,} events\n")
    print(table(figures))
    if options.json:
        kept = json.loads(options.json.read_text()) if options.json.exists() else {}
        before = kept.get(str(options.size), {"figures": []})["figures"]
        others = [figure for figure in before if figure["database"] and figure["database"] not in sorts]
        kept[str(options.size)] = {"machine": described, "figures": others + [asdict(figure) for figure in figures]}
        options.json.write_text(json.dumps(kept, indent=1))
    return figures


if __name__ == "__main__":
    main()
