"""Measures the record beside the bare database and the best Python event store, in one run, interleaved, medians.

    python tests/benchmarks/bench.py --size 100000 --database both --json figures.json

What counts is the ratios: what is compared was measured in turns within one run, on one machine, on the same facts. The bars are
those the makers set themselves; `docs/performance.md` holds the last run, and says what the limit is where a bar is not met.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Run as a program, from any folder: what follows is found only now.
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT)]

import synthetic  # noqa: E402
from contenders import Bare, BarePostgres, BareSqlite, Peer, Streams  # noqa: E402
from postgres_server import NoPostgres, PostgresServer, start  # noqa: E402
from sqlalchemy import Connection, text  # noqa: E402
from synthetic import BATCH, BODY, NOW, ORGANISATION, TODAY, TREATY, Told  # noqa: E402

import migrations  # noqa: E402
from eventstore import log, reading  # noqa: E402
from eventstore.database import Database  # noqa: E402
from eventstore.preparing import prepare_file  # noqa: E402
from eventstore.stored import event_of  # noqa: E402
from projections import council_roster, membership, question, runner, treaty_party  # noqa: E402

SMALL = 10_000  # the size that growth is measured from
DAY = "1990-06-30"  # which every history reaches
BY = "benchmark"
Clocked = Callable[[], object]


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


def in_a_process(work: str, url: str, size: int) -> dict[str, float]:
    """Seconds and peak memory (MB) of a piece of work that has a process to itself."""
    command = [sys.executable, str(HERE / "bench.py"), "--alone", work, url, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


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

    def bare(self, name: str) -> Bare:
        if self.server is None:
            return BareSqlite(str(self.folder / f"{name}.db"))
        self.server.create_database(name)
        return BarePostgres(self.server.conninfo(name))

    def close(self) -> None:
        if self.server is not None:
            self.server.stop()


# The figures


def figures_of(place: Place, size: int, rounds: int) -> Iterator[Figure]:
    """Figures 1 to 7 on one sort of database."""
    more = (rounds + 4) * BATCH + rounds * 50
    grown = Grown(place, size, "grown", alone=False, more=more)
    grown.grow()
    yield appended(grown)
    yield from rebuilt(grown, place, rounds)
    small = Grown(place, SMALL, "small", alone=True, more=more) if size > SMALL else grown
    if small is not grown:
        small.grow()
        small.rebuild()
    yield from appended_with_views(grown, rounds)
    small.catch_up()
    yield from one_by_one(grown, rounds * 20)
    yield from read_whole(grown, rounds)
    yield from as_of(grown, small, place.folder / f"{place.sort}-answers.db", rounds * 20)
    yield from caught_up(grown, small, rounds * 3)
    yield from carried(grown, rounds)
    for done in {grown, small}:
        done.close()


def rate(seconds: Sequence[float], events: int = BATCH) -> float | None:
    """Events a second from the seconds of batches."""
    return events / median(seconds) if seconds else None


def appended(grown: Grown) -> Figure:
    """1: batches into the log, complete. Medians of the second half, where the log is large."""
    half = {name: seconds[len(seconds) // 2 :] for name, seconds in grown.seconds.items()}
    ours = [checked + written for checked, written in zip(half["checked"], half["ours"], strict=True)]
    return Figure(
        "1a", "append in batches", "events/s", rate(ours) or 0, rate(half["bare"]), rate(half["peer"]), bars={"peer": 1}
    )


def appended_with_views(grown: Grown, rounds: int) -> Iterator[Figure]:
    """1: the same with all views kept current, in the same transactions."""
    if grown.peer is not None:
        grown.peer.skip()
    grown.seconds = {name: [] for name in grown.seconds}
    events = sum(grown.batch(told, views=True) for told in islice(grown.following, rounds + 2)) // (rounds + 2)
    ours = [checked + written for checked, written in zip(grown.seconds["checked"], grown.seconds["ours"], strict=True)]
    peer = rate(grown.seconds["peer"], events)
    yield Figure(
        "1b", "append in batches, views current", "events/s", rate(ours, events) or 0, None, peer, bars={"peer": 5}
    )


def one_by_one(grown: Grown, rounds: int) -> Iterator[Figure]:
    """2: one event, one durable commit."""
    assert grown.bare is not None
    told = (one for batch in grown.following for one in batch if not one.kind.startswith("event-"))
    taken: dict[str, list[float]] = {name: [] for name in ("log", "views", "bare", "peer", "projected")}
    for _ in range(rounds):
        for views in (False, True):
            one = next(told)
            name = "views" if views else "log"
            began = time.perf_counter()
            drafts = [one.draft()]
            grown.append(drafts, views=views)
            taken[name].append(time.perf_counter() - began)
            row = list(reading.read(grown.connection, after=reading.head(grown.connection).position - 1))[-1]
            grown.connection.rollback()
            if not views:
                grown.catch_up()
            taken["bare"].append(clocked(partial(grown.bare.append_one, row)))
            if grown.peer is not None:
                events = grown.peer.events(drafts)
                taken["peer"].append(clocked(partial(grown.peer.append, events)))
                taken["projected"].append(taken["peer"][-1] + clocked(partial(grown.peer.project, 1)))
    rates = {name: rate(seconds, 1) for name, seconds in taken.items()}
    yield Figure(
        "2a", "one durable append", "events/s", rates["log"] or 0, rates["bare"], rates["peer"], bars={"bare": 0.5}
    )
    yield Figure(
        "2b",
        "one durable append, views current",
        "events/s",
        rates["views"] or 0,
        rates["bare"],
        rates["projected"],
        bars={"bare": 0.25},
    )


def read_whole(grown: Grown, rounds: int) -> Iterator[Figure]:
    """3: everything, decoded."""

    def ours() -> None:
        with grown.asked() as connection:
            for stored in reading.read(connection):
                event_of(stored)

    assert grown.bare is not None
    works: dict[str, Clocked] = {"ours": ours, "bare": grown.bare.read_all}
    if grown.peer is not None:
        works["peer"] = grown.peer.read_all
    seconds = in_turns(rounds, **works)
    yield Figure(
        "3",
        "read all as typed events",
        "events/s",
        grown.size / seconds["ours"],
        grown.size / seconds["bare"],
        grown.size / seconds["peer"] if "peer" in seconds else None,
        bars={"bare": 0.7, "peer": 4},
    )


def rebuilt(grown: Grown, place: Place, rounds: int) -> Iterator[Figure]:
    """4: all views from nothing, beside one table folded by a bare loop and by the event store's projection."""
    assert grown.bare is not None
    alone, bare, peer = [], [], []
    projected = min(3_000, grown.size)
    for _ in range(max(rounds // 2, 1)):
        alone.append(in_a_process("rebuild", grown.url, grown.size))
        bare.append(clocked(grown.bare.fold_all))
        if grown.peer is not None:
            peer.append(clocked(partial(grown.peer.project, projected)))
    seconds = median(one["seconds"] for one in alone)
    yield Figure(
        "4a",
        "rebuild all views",
        "events/s",
        grown.size / seconds,
        rate(bare, grown.size),
        rate(peer, projected),
        bars={"bare": 0.3, "peer": 20},
    )
    memory = max(one["memory"] for one in alone)
    yield Figure("4b", "rebuild: peak memory of the process", "MB", memory, bars={"most": 300})


def as_of(grown: Grown, small: Grown, answers: Path, rounds: int) -> Iterator[Figure]:
    """5: questions about a day, beside one covering index with nothing else around it; and as known in the middle of the log."""
    questions: dict[str, Callable[[Connection], list[Any]]] = {
        "members": lambda views: membership.members(views, DAY, ORGANISATION),
        "roster": lambda views: council_roster.roster(views, DAY, BODY),
        "treaty": lambda views: treaty_party.parties(views, DAY, TREATY),
    }
    with grown.asked() as large, small.asked() as little:
        bare = Answers(answers, large)
        for name, ask in questions.items():
            found = len(ask(large))
            asked = bare.ask if grown.url.startswith("sqlite") else partial(bare.ask_postgres, large)
            assert len(asked(name)) == found > 0, (name, found, len(asked(name)))
            seconds = in_turns(rounds, ours=partial(ask, large), small=partial(ask, little), bare=partial(asked, name))
            yield Figure(
                f"5 {name}",
                f"{name} as of a day ({found} rows)",
                "us",
                *(seconds[which] * 1e6 for which in ("ours", "bare")),
                small=seconds["small"] * 1e6,
                bars={"bare": 3} | ({"small": 1.3} if grown is not small else {}),
            )
        subjects = [f"organisation:{ORGANISATION}"]

        def past(connection: Connection, position: int) -> None:
            with question.views(connection, position, subjects) as views:
                questions["members"](views)

        seconds = in_turns(
            max(rounds // 10, 3),
            ours=partial(past, large, grown.size // 2),
            small=partial(past, little, small.size // 2),
        )
        yield Figure(
            "5 known-at",
            "members as known in the middle of the log",
            "ms",
            seconds["ours"] * 1e3,
            small=seconds["small"] * 1e3,
        )


_ASKED = {
    "members": ("membership", "organisation", ORGANISATION, "AND status != 'former'"),
    "roster": ("council_roster", "body", BODY, ""),
    "treaty": ("treaty_party", "treaty", TREATY, ""),
}
_SHOWN = {
    "members": "organisation, state, status, since, disputed, events, valid_from_latest",
    "roster": "body, seat, state, person, office, since, status, acting, disputed, valid_from_latest",
    "treaty": "state, status, since, signed, ratified, deposited, acceded, in_force, withdrawn, valid_from_latest, disputed",
}


class Answers:
    """The rows behind the three questions, each in a table of the columns asked for with one index that covers them."""

    def __init__(self, path: Path, views: Connection) -> None:
        self.file = sqlite3.connect(path, isolation_level=None)
        for name, (table, key, _, _) in _ASKED.items():
            columns = list(dict.fromkeys([key, "valid_from", "valid_to", "valid_to_latest", *self.columns(name)]))
            listed = ", ".join(columns)
            self.file.execute(f"CREATE TABLE {name} ({listed})")
            rows = views.execute(text(f"SELECT {listed} FROM {table}"))
            marks = ", ".join("?" * len(columns))
            self.file.execute("BEGIN")
            self.file.executemany(f"INSERT INTO {name} VALUES ({marks})", (tuple(row) for row in rows))
            self.file.execute(f"CREATE INDEX covering_{name} ON {name} ({listed})")
            self.file.execute("COMMIT")

    def columns(self, name: str) -> list[str]:
        return _SHOWN[name].split(", ")

    def sql(self, name: str, table: str, mark: str) -> str:
        _, key, _, condition = _ASKED[name]
        return (
            f"SELECT {_SHOWN[name]}, valid_to FROM {table} WHERE {key} = {mark} AND valid_from <= {mark}"
            f" AND (valid_to IS NULL OR valid_to_latest > {mark}) {condition} ORDER BY state"
        )

    def ask(self, name: str) -> list[Any]:
        """The answer from the bare file."""
        return self.file.execute(self.sql(name, name, "?"), (_ASKED[name][2], DAY, DAY)).fetchall()

    def ask_postgres(self, views: Connection, name: str) -> list[Any]:
        """The answer from Postgres's own table and index, by the driver alone."""
        table, _, value, _ = _ASKED[name]
        driver: Any = views.connection.driver_connection
        found: list[Any] = driver.execute(self.sql(name, table, "%s"), (value, DAY, DAY)).fetchall()
        return found


def caught_up(grown: Grown, small: Grown, rounds: int) -> Iterator[Figure]:
    """6: the views after one new event, of several sorts, at both sizes; each is undone."""
    seconds: dict[Any, list[float]] = {}
    for _ in range(rounds):
        for told in new_events():
            for one in (grown, small):
                seconds.setdefault((told.kind, one.size), []).append(catching_up(one, told))
    for told in new_events():
        yield Figure(
            f"6 {told.kind}",
            f"catch up after {told.kind}",
            "ms",
            median(seconds[told.kind, grown.size]) * 1e3,
            small=median(seconds[told.kind, small.size]) * 1e3,
            bars={"small": 1.3} if grown is not small else {},
        )


def new_events() -> list[Told]:
    """One event each of the sorts that touch most, about what every history holds."""
    cited = [{"source": "source-0", "locator": "p. 1"}]
    return [
        Told("treaty-acceded", "2000-01-01", {"treaty": TREATY, "state": "ZW"}, cited),
        Told("treaty-ratified", "2000-01-01", {"treaty": "charter-0", "state": "AE"}, cited),
        Told("state-joined", "2000-01-01", {"organisation": ORGANISATION, "state": "AE"}, cited),
        Told("state-seated", "2000-01-01", {"body": BODY, "state": "AE"}, cited),
        Told("office-vacated", "2000-01-01", {"office": "chair-0-0"}, cited),
        Told("statement-made", "2000-01-01", {"text": "A benchmark is announced.", "states": ["AE"]}, cited),
        Told("meeting-held", "2000-01-01", {"meeting": "a-benchmark", "bodies": [BODY]}, cited),
    ]


def catching_up(grown: Grown, told: Told) -> float:
    drafts = [told.draft()]
    with grown.connection.begin() as transaction:
        log.append(grown.connection, drafts, recorded_by=BY, now=NOW)
        seconds = clocked(partial(runner.catch_up, grown.connection))
        transaction.rollback()
    return seconds


def carried(grown: Grown, rounds: int) -> Iterator[Figure]:
    """7: every hash recomputed; and what streams, with the memory it takes."""

    def verified() -> None:
        with grown.asked() as connection:
            assert not reading.check_chain(connection).problems

    assert grown.bare is not None
    seconds = in_turns(rounds, ours=verified, bare=grown.bare.hash_all)
    events = {name: grown.size / taken for name, taken in seconds.items()}
    yield Figure("7a", "verify", "events/s", events["ours"], events["bare"], bars={"bare": 0.7})
    for number, work in (("7b", "export"), ("7c", "replay --into")):
        done = in_a_process(work, grown.url, grown.size)
        yield Figure(f"{number} rate", work, "events/s", grown.size / done["seconds"])
        yield Figure(f"{number} memory", f"{work}: peak memory", "MB", done["memory"], bars={"most": 300})


def alone(work: str, url: str, size: int) -> None:
    """A piece of work in this process, which has nothing else to do; prints seconds and peak memory."""
    database = Database(url, write=work == "rebuild")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with database.record() as connection:
            if work == "rebuild":
                runner.rebuild(connection)
            elif work == "export":
                from eventstore.transfer import export

                with (Path(folder) / "log.jsonl").open("w", encoding="utf-8") as file:
                    file.writelines(f"{line}\n" for line in export(connection))
            else:
                from projections.export import into_file

                basis = question.basis(connection, TODAY, str(size))
                with question.views(connection, size) as views:
                    into_file(views, basis, str(Path(folder) / "world.db"))
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "memory": peak_memory()}))


def peak_memory() -> float:
    """The most memory (MB) that this process has held."""
    # Not ru_maxrss where it can be helped: a process inherits that of the one that started it.
    held = [line for line in _lines("/proc/self/status") if line.startswith("VmHWM")]
    return (int(held[0].split()[1]) if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def command_line(folder: Path, rounds: int) -> Iterator[Figure]:
    """8: whole processes, on the real history."""
    url = f"sqlite:///{folder / 'real.db'}"
    cis = "from cli.main import main; main()"
    ask = (cis, "--database", url, "members", "--as-of", "1994-06-30")
    seconds = in_turns(
        1,
        init=partial(process, cis, "--database", url, "init"),
        imports=partial(process, "import sqlalchemy, click, alembic, yaml"),
    )
    yield Figure("8a", "cis init beyond imports", "s", seconds["init"] - seconds["imports"], bars={"most": 3})
    seconds = in_turns(rounds, ours=partial(process, *ask), bare=partial(process, "import sqlalchemy, click"))
    yield Figure("8b", "cis members --as-of", "ms", seconds["ours"] * 1e3, seconds["bare"] * 1e3, bars={"bare": 1.5})
    seconds = in_turns(rounds, ours=partial(process, cis, "--help"), bare=partial(process, "import click"))
    yield Figure("8c", "cis --help", "ms", seconds["ours"] * 1e3, seconds["bare"] * 1e3, bars={"bare": 2})


def process(program: str, *arguments: str) -> None:
    """Run a program of a line as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


# What is shown


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


def machine(server: str) -> dict[str, str]:
    """The machine, as far as it matters to the figures."""
    versions = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, "Postgres": server}
    for name in ("sqlalchemy", "psycopg", "msgspec", "eventsourcing"):
        try:
            versions[name] = __import__("importlib.metadata").metadata.version(name)
        except ModuleNotFoundError:
            versions[name] = "not installed"
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {"cores": str(os.cpu_count()), "processor": processor, "memory": f"{pages:.0f} GB"} | versions


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words}    ", end="", file=sys.stderr)


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
    figures += command_line(folder, max(rounds, 3))
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
