"""Records of a size and what they are compared with, and the clocks that time them in turns."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Run as a program, from any folder: what follows is found only now.
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT)]

import synthetic  # noqa: E402
from contenders import Bare, BarePostgres, BareSqlite, Peer, Streams  # noqa: E402
from postgres_server import PostgresServer, start  # noqa: E402
from sqlalchemy import Connection, make_url, text  # noqa: E402
from synthetic import NOW, Told  # noqa: E402

import migrations  # noqa: E402
from eventstore import log, reading  # noqa: E402
from eventstore.database import Database  # noqa: E402
from eventstore.preparing import prepare_file  # noqa: E402
from projections import runner  # noqa: E402

BY = "benchmark"
Clocked = Callable[[], object]

# Clocks


def clocked(work: Clocked) -> float:
    """Seconds that a piece of work took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(rounds: int, **works: Clocked) -> dict[str, float]:
    """The median seconds of each piece of work, done in turns, each round beginning with another."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    order = list(works)
    for _ in range(rounds):
        for name in order:
            taken[name].append(clocked(works[name]))
        order.append(order.pop(0))
    return {name: median(seconds) for name, seconds in taken.items()}


@contextmanager
def on_one_core(*connections: Connection) -> Iterator[None]:
    """Let this process and the Postgres servers of some connections share one core, where the system can be told so.

    Whether a question wakes another core decides half of what a small one takes, and the system decides that anew for
    each connection.
    """
    drivers: list[Any] = [one.connection.driver_connection for one in connections if one.dialect.name == "postgresql"]
    near = [driver.info.backend_pid for driver in drivers if driver.info.host.startswith("/")]  # on this machine
    if not near or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = {process: os.sched_getaffinity(process) for process in (os.getpid(), *near)}
    for process in before:
        os.sched_setaffinity(process, {min(before[os.getpid()])})
    try:
        yield
    finally:
        for process, cores in before.items():
            os.sched_setaffinity(process, cores)


def in_a_process(work: str, url: str, size: int) -> dict[str, float]:
    """Seconds and peak memory (MB) of a piece of work that has a process to itself."""
    command = [sys.executable, str(HERE / "bench.py"), "--alone", work, url, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_memory() -> float:
    """The most memory (MB) that this process has held."""
    # Not ru_maxrss where it can be helped: a process inherits that of the one that started it.
    held = [line for line in lines_of("/proc/self/status") if line.startswith("VmHWM")]
    return (int(held[0].split()[1]) if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def lines_of(path: str) -> list[str]:
    """The lines of a file; none where it is not there."""
    return Path(path).read_text().splitlines() if Path(path).exists() else []


# One record of a size, and what it is compared with


class Grown:
    """A record with a history of a size, and beside it the same events in the bare database and in the event store.

    The history goes on for `more` events, which are recorded one way or another while figures are taken.
    """

    def __init__(self, place: "Place", size: int, name: str, *, alone: bool, more: int = 0) -> None:
        self.size = size
        self.url = place.url(f"ours_{name}")
        self.database = Database(self.url, write=True)
        prepare_file(self.database)
        with self.database.transaction() as connection:
            migrations.upgrade(connection)
            runner.rebuild(connection)
        self.connection = self.database.engine.connect()
        self.bare = None if alone else place.bare(f"bare_{name}")
        self.peer = None if alone or Peer is None else Peer(place.url(f"peer_{name}"), Streams())
        self.following = synthetic.tellings(size + more)
        self.seconds: dict[str, list[float]] = {"ours": [], "checked": [], "bare": [], "peer": []}

    def grow(self) -> None:
        """Record the history; what each batch takes is kept in `seconds`."""
        position = 0
        while position < self.size:
            position += self.batch(next(self.following))
            progress(f"{position:,} of {self.size:,} events")
        self.analyse()

    def analyse(self) -> None:
        """Let the database see what is in it, as it does by itself in the course of a day."""
        if not self.url.startswith("sqlite"):
            with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))

    def batch(self, told: list[Told], *, views: bool = False) -> int:
        """One batch to each in turn; gives its number of events."""
        began = time.perf_counter()
        drafts = [one.draft() for one in told]
        self.seconds["checked"].append(time.perf_counter() - began)
        before = reading.head(self.connection).position
        self.connection.rollback()
        self.seconds["ours"].append(clocked(partial(self.append, drafts, views=views)))
        if self.bare is not None:
            rows = list(reading.read(self.connection, after=before))
            self.connection.rollback()
            self.seconds["bare"].append(clocked(partial(self.bare.append, rows)))
        if self.peer is not None:
            events = self.peer.events(drafts)

            def peer() -> None:
                assert self.peer is not None
                self.peer.append(events)
                if views:
                    self.peer.project(len(events))

            self.seconds["peer"].append(clocked(peer))
        return len(drafts)

    def append(self, drafts: Sequence[Any], *, views: bool = False) -> None:
        """Record drafts in one transaction."""
        with self.connection.begin():
            log.append(self.connection, drafts, recorded_by=BY, now=NOW)
            if views:
                runner.catch_up(self.connection)

    def rebuild(self) -> None:
        with self.connection.begin():
            runner.rebuild(self.connection)

    def catch_up(self) -> None:
        with self.connection.begin():
            runner.catch_up(self.connection)

    @contextmanager
    def asked(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with Database(self.url).record() as connection:
            yield connection

    def close(self) -> None:
        self.connection.close()
        if self.peer is not None:
            self.peer.close()


class Place:
    """Where databases of one sort are made."""

    def __init__(self, sort: str, folder: Path) -> None:
        self.sort, self.folder = sort, folder
        settings = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
        self.server: PostgresServer | None = start(durable=True, settings=settings) if sort == "postgres" else None

    def url(self, name: str) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder / name}.db"
        return self.server.create_database(name)

    def copied(self, url: str, name: str) -> str:
        """Copy a database to which nobody is connected, page by page; gives the address of the copy."""
        if self.server is None:
            shutil.copy(url.removeprefix("sqlite:///"), self.folder / f"{name}.db")
            return self.url(name)
        return self.server.create_database(name, template=str(make_url(url).database))

    def bare(self, name: str) -> Bare:
        if self.server is None:
            return BareSqlite(str(self.folder / f"{name}.db"))
        self.server.create_database(name)
        return BarePostgres(self.server.conninfo(name))

    def close(self) -> None:
        if self.server is not None:
            self.server.stop()


def progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words}    ", end="", file=sys.stderr)
