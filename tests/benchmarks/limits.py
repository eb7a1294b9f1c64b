"""What no fold and no check can go below: what must be written, and what must be hashed, decoded and encoded once.

    python tests/benchmarks/limits.py --size 20000 --database both

Written by the driver alone, from rows that are at hand, into the same tables with their indexes and triggers; on
events of the same invented history as `bench.py`. Where a bar of `docs/performance.md` is not met, this says how much of it
could be met at all.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from hashlib import sha1, sha256
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from records import Bare, Grown, Place, clocked
from sqlalchemy import Connection, Table
from synthetic import BATCH

import migrations
from eventstore import driver, log, reading
from eventstore.database import Database
from eventstore.drafts import Draft
from eventstore.driver import do, put
from eventstore.events import KINDS
from eventstore.preparing import prepare_file
from eventstore.stored import Stored
from eventstore.tables import event, event_definition, event_subject
from projections import runner
from projections.views import TABLES

SINGLES = 200  # events that are recorded one by one
Write = tuple[Callable[..., None], tuple[Any, ...]]  # what writes, and what it is given after the connection


class Limit(NamedTuple):
    """A piece of work that cannot be left out, and the microseconds that it takes for each event."""

    what: str
    us: float


def limits_of(place: Place, size: int) -> Iterator[Limit]:
    """Every limit on one sort of database."""
    grown = Grown(place, size, "told", alone=True, more=BATCH)
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
    beside = place.bare("bare")
    beside.append(rows)
    yield from _limits_of_one(grown, twin, beside)
    twin.close()
    grown.close()


def _limits_of_one(grown: Grown, twin: Connection, beside: Bare) -> Iterator[Limit]:
    """What one event takes that is committed by itself: its turn, what an append of it writes, and the commit."""
    drafts = [one.draft() for one in next(grown.following) if not one.kind.startswith("event-")]
    seconds: dict[bool, list[float]] = {False: [], True: []}
    bare = list[float]()
    driver.prepare_for(twin, 1)
    twin.commit()
    for draft in drafts[: 2 * SINGLES]:
        views = len(seconds[True]) < len(seconds[False])
        writes = _writes_of(grown, draft, views)
        seconds[views].append(clocked(partial(_written_again, twin, writes)))
        row = next(reading.read(grown.connection, after=reading.head(grown.connection).position - 1))
        grown.connection.rollback()
        bare.append(clocked(partial(beside.append_one, row)))
    yield Limit("one bare INSERT and COMMIT, for comparison", median(bare) * 1e6)
    yield Limit("one durable append: its writes and the commit", median(seconds[False]) * 1e6)
    yield Limit("one durable append, views current: its writes and the commit", median(seconds[True]) * 1e6)


def _writes_of(grown: Grown, draft: Draft, views: bool) -> list[Write]:
    """Record an event; gives what that wrote."""
    writes = list[Write]()

    def noted(name: str) -> Callable[..., None]:
        do_it = getattr(driver, name)

        def note(connection: Connection, *given: Any) -> None:
            writes.append((do_it, given))
            do_it(connection, *given)

        return note

    with ExitStack() as stack:
        for module in (log, runner):
            for name in ("put", "do", "do_each"):
                if hasattr(module, name):
                    stack.enter_context(mock.patch.object(module, name, noted(name)))
        grown.append([draft], views=views)
    if not views:
        grown.catch_up()
    return writes


def _written_again(twin: Connection, writes: Sequence[Write]) -> None:
    few = all(len(given[-1]) <= driver.FEW for _, given in writes)
    with twin.begin():
        if twin.dialect.name == "postgresql":
            do(twin, "SELECT position, hash FROM log_head FOR UPDATE")
        with driver.together(twin) if few else nullcontext():
            for do_it, given in writes:
                do_it(twin, *given)


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
