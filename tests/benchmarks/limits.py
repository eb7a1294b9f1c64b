"""What no fold and no check can go below, beside the bar that the makers set: what must be asked, written, hashed and read.

    python tests/benchmarks/limits.py --size 20000 --database both

What a record asked and wrote while it recorded events is done again by the driver alone, in a copy of that record, with its
indexes and triggers; none of our own code has a part in that. The bars are measured in the same run, in turns with it, so
that both find the machine alike. Where a bar of `docs/performance.md` is not met, this says whether it could be.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from hashlib import sha1, sha256
from itertools import chain, groupby, islice, product
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest import mock

import msgspec
from records import Grown, Place, clocked
from sqlalchemy import Connection
from synthetic import BATCH, Told

import migrations
from eventstore import amending, driver, history, log, merkle, reading
from eventstore.database import Database
from eventstore.drafts import Draft
from eventstore.driver import do, put
from eventstore.events import KINDS, Citation
from eventstore.preparing import prepare_file
from eventstore.stored import Stored, event_of
from projections import runner
from projections.views import PROJECTIONS, TABLES

SINGLES = 100  # events that are recorded one by one, for each limit
BATCHES = 6  # batches that are recorded, for each limit
HASHED = 10_000  # events that are hashed
PUTTING = ("put", "putting")  # the functions of the driver by which rows go into a table
# Those that write, those that ask, and the modules in which an append and its catch-up turn to them.
WRITING = ("prepare_for", "do", "do_each", *PUTTING)
ASKING = ("ask", "ask_all", "stream")
MODULES = (log, amending, merkle, reading, history, runner)
Call = tuple[str, tuple[Any, ...]]  # a function of the driver, and what it is given after the connection
DECODERS = {kind: msgspec.json.Decoder(cls).decode for kind, cls in KINDS.items()}
encode = msgspec.json.Encoder(order="sorted").encode


class Recorded(NamedTuple):
    """Events that were recorded: what came of it, and the seconds that it took in all."""

    told: Sequence[Told]
    drafts: list[Draft]
    calls: list[Call]
    seconds: float


class Limit(NamedTuple):
    """What cannot be left out of a piece of work, what the record takes for it, and what the bar allows: seconds for each event."""

    figure: str
    writes: float  # and the commit
    asks: float  # the same, and what is asked or read
    libraries: float | None  # the same, and all given its type, hashed three times, decoded and encoded once
    record: float  # all in all
    bars: dict[str, float]  # by what the bar is a multiple of


def limits_of(place: Place, size: int) -> Iterator[Limit]:
    """Every limit on one sort of database."""
    grown = Grown(place, size, "told", alone=False, more=6 * SINGLES + (4 * BATCHES + 6) * BATCH)
    grown.grow()
    yield from _limits_of_rebuild(grown, _empty(place))
    twin = _copy(grown, place)
    yield from _limits_of_batches(grown, twin)
    yield from _limits_of_one(grown, twin)
    twin.close()
    grown.close()


def _limits_of_rebuild(grown: Grown, twin: Connection) -> Iterator[Limit]:
    """What a rebuild takes: its rows into empty tables and the commit, and the events read."""
    assert grown.bare is not None
    ours = clocked(grown.rebuild)
    bars = {"bare": clocked(grown.bare.fold_all) / grown.size / 0.3}
    if grown.peer is not None:
        projected = min(3_000, grown.size)
        bars["peer"] = clocked(partial(grown.peer.project, projected)) / projected / 20
        grown.peer.skip()
    with grown.asked() as views:
        written = _views_written(views, twin)
        read = clocked(partial(_read_for_views, views))
    twin.close()
    yield Limit("4a", written / grown.size, (written + read) / grown.size, None, ours / grown.size, bars)


def _limits_of_batches(grown: Grown, twin: Connection) -> Iterator[Limit]:
    """What a batch takes: its turn, its writes and the commit, with and without its questions."""
    with grown.asked() as connection:
        rows = list(islice(reading.read(connection), HASHED))
    hashed = clocked(partial(_hashed, rows)) / len(rows)
    for figure, views, times in (("1a", False, 1), ("1b", True, 5)):
        seconds: dict[bool, list[float]] = {False: [], True: []}
        ours, peer = list[float](), list[float]()
        for number in range(2 * BATCHES):
            done = _recorded(grown, next(grown.following), views)
            events = len(done.drafts)
            ours.append(done.seconds / events)
            asking = number % 2 == 1
            seconds[asking].append(clocked(partial(_repeated, twin, done.calls, asking)) / events)
            if grown.peer is not None:
                work = partial(_by_peer, grown.peer, grown.peer.events(done.drafts), views)
                peer.append(clocked(work) / events / times)
        bars = {"peer": median(peer)} if peer else {}
        writes, asks = median(seconds[False]), median(seconds[True])
        yield Limit(figure, writes, asks, asks + hashed, median(ours), bars)


def _limits_of_one(grown: Grown, twin: Connection) -> Iterator[Limit]:
    """The same of one event that is committed by itself."""
    assert grown.bare is not None
    told = (one for batch in grown.following for one in batch if not one.kind.startswith("event-"))
    seconds: dict[tuple[bool, Callable[..., None]], list[float]] = {}
    ours: dict[bool, list[float]] = {False: [], True: []}
    bare = list[float]()
    works = (_written_again, _asked_again, _worked_again)
    for one, (views, work) in zip(told, [*product((False, True), works)] * SINGLES, strict=False):
        done = _recorded(grown, [one], views)
        ours[views].append(done.seconds)
        seconds.setdefault((views, work), []).append(clocked(partial(work, twin, done)))
        row = next(reading.read(grown.connection, after=reading.head(grown.connection).position - 1))
        grown.connection.rollback()
        bare.append(clocked(partial(grown.bare.append_one, row)))
    for figure, views, times in (("2a", False, 2), ("2b", True, 4)):
        writes, asks, worked = (median(seconds[views, work]) for work in works)
        yield Limit(figure, writes, asks, worked, median(ours[views]), {"bare": median(bare) * times})


def _written_again(twin: Connection, done: Recorded) -> None:
    _repeated(twin, done.calls, asking=False)


def _asked_again(twin: Connection, done: Recorded) -> None:
    _repeated(twin, done.calls, asking=True)


def _worked_again(twin: Connection, done: Recorded) -> None:
    """Record it again by the libraries alone: each event given its type and hashed, and each event that was read decoded."""
    for one in done.told:
        event = msgspec.convert(one.fields, KINDS[one.kind])
        cited = msgspec.convert(one.sources, list[Citation])
        data = encode(event)
        sha1(data, usedforsecurity=False).hexdigest()
        sha256(sha256(data + encode(cited)).digest()).digest()
    for row in _repeated(twin, done.calls, asking=True):
        DECODERS[row[2]](row[9])


def _by_peer(peer: Any, events: Sequence[Any], views: bool) -> None:
    """The same by the event store, with its projection where the views are kept current."""
    peer.append(events)
    if views:
        peer.project(len(events))


def _recorded(grown: Grown, told: Sequence[Told], views: bool) -> Recorded:
    """Check and record some events; what that wrote and asked is noted in order."""
    calls, drafts = list[Call](), list[Draft]()

    def noted(name: str) -> Callable[..., Any]:
        do_it = getattr(driver, name)

        def note(connection: Connection, *given: Any) -> Any:
            if name in PUTTING:
                table, rows = given
                kept = rows if isinstance(rows, list) else list[Any]()
                calls.append(("put", (table, kept)))
                # Those that are no list are made while they are written.
                return do_it(connection, table, rows if kept is rows else (kept.append(row) or row for row in rows))
            calls.append((name, given))
            return do_it(connection, *given)

        return note

    def record() -> None:
        drafts.extend(one.draft() for one in told)
        grown.append(drafts, views=views)

    with ExitStack() as stack:
        for module in MODULES:
            for name in (*WRITING, *ASKING):
                if hasattr(module, name):
                    stack.enter_context(mock.patch.object(module, name, noted(name)))
        seconds = clocked(record)
    if not views:
        grown.catch_up()
    return Recorded(told, drafts, calls, seconds)


def _repeated(twin: Connection, calls: Sequence[Call], asking: bool) -> list[tuple[Any, ...]]:
    """Do it again in another record of the same history, by the driver alone; the turn is taken in any case.

    Gives the rows of events that were read.
    """
    rows = list[tuple[Any, ...]]()
    with twin.begin():
        if twin.dialect.name == "postgresql" and not asking:
            do(twin, "SELECT position, hash FROM log_head FOR UPDATE")
        for writing, group in groupby(calls, key=lambda call: call[0] in WRITING):
            several = list(group)
            few = writing and all(name != "put" or len(given[-1]) <= 5 * driver.FEW for name, given in several)
            with driver.together(twin) if few else nullcontext():
                for name, given in several if writing or asking else ():
                    found = getattr(driver, name)(twin, *given)
                    if name in ASKING:
                        rows += chain.from_iterable(found) if name == "ask_all" else found
    return [row for row in rows if len(row) >= len(Stored._fields)]


def _empty(place: Place) -> Connection:
    """A record without any row, also in its views."""
    database = Database(place.url("empty"), write=True)
    prepare_file(database)
    with database.transaction() as connection:
        migrations.upgrade(connection)
        for table in TABLES:
            connection.execute(table.delete())
    return database.engine.connect()


def _copy(grown: Grown, place: Place) -> Connection:
    """A copy of a record, page by page."""
    grown.analyse()
    grown.connection.close()
    url = place.copied(grown.url, "twin")
    grown.connection = grown.database.engine.connect()
    return Database(url, write=True).engine.connect()


def _hashed(rows: Sequence[Stored]) -> None:
    """What every event costs that is decoded from its text into its type, encoded again, and hashed for its id, chain and tree."""
    for row in rows:
        data = encode(DECODERS[row.kind](row.data))
        sha1(data, usedforsecurity=False).hexdigest()
        chained = sha256("\n".join(map(str, row)).encode()).digest()
        sha256(b"\0" + chained).digest()


def _read_for_views(connection: Connection) -> None:
    for stored in reading.read(connection):
        event_of(stored)
    for register in dict.fromkeys(view.key[0] for view in PROJECTIONS):
        for _, stored in reading.by_subject(connection, register, reading.LAST_POSITION):
            event_of(stored)


def _views_written(views: Connection, twin: Connection) -> float:
    """Seconds that it takes to write the rows of all views into empty tables."""
    seconds = 0.0
    turn = twin.begin()
    for table in TABLES:
        found = views.execute(table.select().execution_options(yield_per=runner.BATCH))
        for rows in found.partitions():
            seconds += clocked(partial(put, twin, table, [tuple(row) for row in rows]))
    return seconds + clocked(turn.commit)


def _shown(limit: Limit) -> str:
    steps = (limit.writes, limit.asks, limit.libraries, limit.record)
    bars = "; ".join(f"{bar * 1e6:.0f} of {name}" for name, bar in limit.bars.items())
    return " | ".join([*("" if step is None else f"{step * 1e6:.0f}" for step in steps), bars])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=20_000, help="events")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args(arguments)
    print(f"{options.size:,} events, us an event\n")
    print("| figure | on | its writes | its questions, too | typed and hashed, too | the record | the bar |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for sort in ("sqlite", "postgres") if options.database == "both" else (options.database,):
        folder = Path(tempfile.mkdtemp(prefix="cis-limits-"))
        place = Place(sort, folder)
        try:
            for limit in limits_of(place, options.size):
                print(f"| {limit.figure} | {sort} | {_shown(limit)} |", flush=True)
        finally:
            place.close()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
