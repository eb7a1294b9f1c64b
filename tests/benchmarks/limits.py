"""What no fold and no check can go below: the rows that must be written, and what must be hashed, decoded and encoded once.

    python tests/benchmarks/limits.py --size 20000 --database both

Written by the driver alone, from rows that are at hand, into the same tables with their indexes, triggers and foreign keys; on
events of the same invented history as `bench.py`. Where a bar of `docs/performance.md` is not met, this says how much of it
could be met at all.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from records import Grown, Place, clocked
from sqlalchemy import Connection, Table
from synthetic import BATCH

import migrations
from eventstore import reading
from eventstore.database import Database
from eventstore.driver import do, put
from eventstore.events import KINDS
from eventstore.preparing import prepare_file
from eventstore.stored import Stored
from eventstore.tables import event, event_definition, event_subject
from projections import runner
from projections.views import TABLES


class Limit(NamedTuple):
    """A piece of work that cannot be left out, and the microseconds that it takes for each event."""

    what: str
    us: float


def limits_of(place: Place, size: int) -> Iterator[Limit]:
    """Every limit on one sort of database."""
    grown = Grown(place, size, "told", alone=True)
    grown.grow()
    grown.rebuild()
    with grown.asked() as connection:
        rows = list(reading.read(connection))
        indexes = {
            table: [tuple(row) for row in connection.execute(table.select())]
            for table in (event_subject, event_definition)
        }
        views = {table: [tuple(row) for row in connection.execute(table.select())] for table in TABLES}
    twin = _empty(place, "twin")
    yield Limit("append: its rows into the tables of the log", _written(twin, rows, indexes) / size * 1e6)
    yield Limit("append: hashed three times, decoded and encoded once", clocked(lambda: _hashed(rows)) / size * 1e6)
    yield Limit("rebuild: the rows of all views into their tables", _views_written(twin, views) / size * 1e6)
    twin.close()
    grown.close()


def _empty(place: Place, name: str) -> Connection:
    """A record without any row, also in its views."""
    database = Database(place.url(name), write=True)
    prepare_file(database)
    with database.transaction() as connection:
        migrations.upgrade(connection)
        for table in TABLES:
            connection.execute(table.delete())
    return database.engine.connect()


def _written(twin: Connection, rows: Sequence[Stored], indexes: dict[Table, list[tuple[Any, ...]]]) -> float:
    seconds = 0.0
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        last = batch[-1].position
        about = {table: sorted(row for row in told if start < row[-1] <= last) for table, told in indexes.items()}

        def write(batch: Sequence[Stored] = batch, about: dict[Table, list[tuple[Any, ...]]] = about) -> None:
            with twin.begin():
                put(twin, event, batch)
                for table, told in about.items():
                    put(twin, table, told)
                do(twin, "UPDATE log_head SET position = ?, hash = ?", (batch[-1].position, batch[-1].hash))

        seconds += clocked(write)
    return seconds


def _hashed(rows: Sequence[Stored]) -> None:
    """What every event costs that is decoded from its text into its type, encoded again, and hashed for its id, chain and tree."""
    decoders = {kind: msgspec.json.Decoder(cls).decode for kind, cls in KINDS.items()}
    encode = msgspec.json.Encoder(order="sorted").encode
    for row in rows:
        data = encode(decoders[row.kind](row.data))
        sha1(data, usedforsecurity=False).hexdigest()
        chained = sha256("\n".join(map(str, row)).encode()).digest()
        sha256(b"\0" + chained).digest()


def _views_written(twin: Connection, views: dict[Any, list[tuple[Any, ...]]]) -> float:
    def write() -> None:
        with twin.begin():
            for table, rows in views.items():
                for start in range(0, len(rows), runner.BATCH):
                    put(twin, table, rows[start : start + runner.BATCH])

    return clocked(write)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=20_000, help="events")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args(arguments)
    print("| on | what cannot be left out | us an event | events/s at most |\n| --- | --- | --- | --- |")
    for sort in ("sqlite", "postgres") if options.database == "both" else (options.database,):
        folder = Path(tempfile.mkdtemp(prefix="cis-limits-"))
        place = Place(sort, folder)
        try:
            for limit in limits_of(place, options.size):
                print(f"| {sort} | {limit.what} | {limit.us:.1f} | {1e6 / limit.us:,.0f} |")
        finally:
            place.close()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
