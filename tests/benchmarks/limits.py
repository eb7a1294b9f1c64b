"""What no fold and no check can go below: what must be written, and what must be hashed, decoded and encoded once.

    python tests/benchmarks/limits.py --size 20000 --database both

Written by the driver alone, from rows that are at hand, into the same tables with their indexes and triggers; on
events of the same invented history as `bench.py`. Where a bar of `docs/performance.md` is not met, this says how much of it
could be met at all.
"""

import argparse
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from hashlib import sha1, sha256
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from records import Bare, Grown, Place, clocked
from sqlalchemy import Connection, Table
from synthetic import BATCH

import migrations
from eventstore import amending, driver, history, log, merkle, reading
from eventstore.database import Database
from eventstore.drafts import Draft
from eventstore.driver import do, put
from eventstore.events import KINDS
from eventstore.preparing import prepare_file
from eventstore.stored import Stored, event_of
from eventstore.tables import event, event_definition, event_subject
from projections import runner
from projections.views import PROJECTIONS, TABLES

SINGLES = 100  # events that are recorded one by one, for each limit
BATCHES = 6  # batches that are recorded, for each limit
WRITING = ("put", "do", "do_each")
ASKING = ("ask", "ask_all", "stream")
MODULES = (log, amending, merkle, reading, history, runner)  # where an append and its catch-up turn to the driver
Call = tuple[str, tuple[Any, ...]]  # a function of the driver, and what it is given after the connection


class Limit(NamedTuple):
    """A piece of work that cannot be left out, and the microseconds that it takes for each event."""

    what: str
    us: float


def limits_of(place: Place, size: int) -> Iterator[Limit]:
    """Every limit on one sort of database."""
    grown = Grown(place, size, "told", alone=True, more=5 * SINGLES + (2 * BATCHES + 4) * BATCH)
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
    written = _views_written(twin, views)
    yield Limit("rebuild: the rows of all views into their tables", written / size * 1e6)
    with grown.asked() as connection:
        read = clocked(partial(_read_for_views, connection))
    yield Limit("rebuild: the events read, too, in order and by subject, and decoded", (written + read) / size * 1e6)
    beside = place.bare("bare")
    beside.append(rows)
    if twin.dialect.name == "postgresql":
        grown.analyse()
    yield from _limits_of_batches(grown, twin)
    yield from _limits_of_one(grown, twin, beside)
    twin.close()
    grown.close()


def _limits_of_batches(grown: Grown, twin: Connection) -> Iterator[Limit]:
    """What a batch takes that is recorded with all views: its turn, its writes and the commit, with and without its questions."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * BATCHES):
        drafts = [one.draft() for one in next(grown.following)]
        calls = _calls_of(grown, drafts, views=True)
        asking = number % 2 == 1
        seconds[asking].append(clocked(partial(_repeated, twin, calls, asking)) / len(drafts))
    yield Limit("batches, views current: their writes and the commit", median(seconds[False]) * 1e6)
    yield Limit("batches, views current: their questions, too", median(seconds[True]) * 1e6)


def _limits_of_one(grown: Grown, twin: Connection, beside: Bare) -> Iterator[Limit]:
    """The same of one event that is committed by itself, without the views and with them."""
    told = (one for batch in grown.following for one in batch if not one.kind.startswith("event-"))
    seconds: dict[tuple[bool, bool], list[float]] = {}
    bare = list[float]()
    driver.prepare_for(twin, 1)
    twin.commit()
    for one, (views, asking) in zip(
        told, [(v, a) for v in (False, True) for a in (False, True)] * SINGLES, strict=False
    ):
        calls = _calls_of(grown, [one.draft()], views)
        seconds.setdefault((views, asking), []).append(clocked(partial(_repeated, twin, calls, asking)))
        row = next(reading.read(grown.connection, after=reading.head(grown.connection).position - 1))
        grown.connection.rollback()
        bare.append(clocked(partial(beside.append_one, row)))
    yield Limit("one bare INSERT and COMMIT, for comparison", median(bare) * 1e6)
    for views, what in ((False, "one durable append"), (True, "one durable append, views current")):
        yield Limit(f"{what}: its writes and the commit", median(seconds[views, False]) * 1e6)
        yield Limit(f"{what}: its questions, too", median(seconds[views, True]) * 1e6)


def _calls_of(grown: Grown, drafts: Sequence[Draft], views: bool) -> list[Call]:
    """Record events; gives what that wrote and asked, in order."""
    calls = list[Call]()

    def noted(name: str) -> Callable[..., Any]:
        do_it = getattr(driver, name)

        def note(connection: Connection, *given: Any) -> Any:
            calls.append((name, given))
            return do_it(connection, *given)

        return note

    with ExitStack() as stack:
        for module in MODULES:
            for name in (*WRITING, *ASKING):
                if hasattr(module, name):
                    stack.enter_context(mock.patch.object(module, name, noted(name)))
        grown.append(drafts, views=views)
    if not views:
        grown.catch_up()
    return calls


def _repeated(twin: Connection, calls: Sequence[Call], asking: bool) -> None:
    """Do it again in another record of the same history, by the driver alone; the turn is taken in any case."""
    with twin.begin():
        if twin.dialect.name == "postgresql" and not asking:
            do(twin, "SELECT position, hash FROM log_head FOR UPDATE")
        for writing, group in groupby(calls, key=lambda call: call[0] in WRITING):
            several = list(group)
            few = writing and all(name != "put" or len(given[-1]) <= driver.FEW for name, given in several)
            with driver.together(twin) if few else nullcontext():
                for name, given in several if writing or asking else ():
                    found = getattr(driver, name)(twin, *given)
                    if name == "stream":
                        deque(found, maxlen=0)


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


def _read_for_views(connection: Connection) -> None:
    for stored in reading.read(connection):
        event_of(stored)
    for register in dict.fromkeys(view.key[0] for view in PROJECTIONS):
        for _, stored in reading.by_subject(connection, register, reading.LAST_POSITION):
            event_of(stored)


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
