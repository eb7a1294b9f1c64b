"""The figures: each piece of work done by the record and by what it is compared with, in turns."""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from figure import Figure
from records import BY, ROOT, Clocked, Grown, Place, clocked, in_a_process, in_turns, on_one_core, peak_memory
from sqlalchemy import Connection, text
from synthetic import BATCH, BODY, NOW, ORGANISATION, TODAY, TREATY, Told

from eventstore import log, reading
from eventstore.audit import audit
from eventstore.database import Database
from eventstore.stored import event_of
from projections import council_roster, membership, question, runner, treaty_party

SMALL = 10_000  # the size that growth is measured from
AGAIN = 20  # times that a question is asked in its turn
DAY = "1990-06-30"  # which every history reaches


def figures_of(place: Place, size: int, rounds: int) -> Iterator[Figure]:
    """Figures 1 to 7 on one sort of database."""
    more = (rounds + 4) * BATCH + rounds * 50
    grown = Grown(place, size, "grown", alone=False, more=more)
    grown.grow()
    yield appended(grown)
    yield from rebuilt(grown, place, rounds)
    small = Grown(place, SMALL, "small", alone=True) if size > SMALL else grown
    if small is not grown:
        small.grow()
        small.rebuild()
    yield from appended_with_views(grown, rounds)
    small.catch_up()
    yield from one_by_one(grown, rounds * 20)
    yield from read_whole(grown, rounds)
    yield from as_of(grown, small, place.folder / f"{place.sort}-answers.db", rounds * 5)
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
    """3: everything, decoded; on connections that are open."""

    def ours(connection: Connection) -> None:
        for stored in reading.read(connection):
            event_of(stored)

    assert grown.bare is not None
    with grown.asked() as connection:
        works: dict[str, Clocked] = {"ours": partial(ours, connection), "bare": grown.bare.read_all}
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
    with grown.asked() as large, small.asked() as little, on_one_core(large, little):
        bare = Answers(answers, large)
        for name, ask in questions.items():
            found = len(ask(large))
            asked = bare.ask if grown.url.startswith("sqlite") else partial(bare.ask_postgres, large)
            assert len(asked(name)) == found > 0, (name, found, len(asked(name)))
            works = {"ours": partial(ask, large), "small": partial(ask, little), "bare": partial(asked, name)}
            seconds = in_turns(rounds, **{which: partial(again, work) for which, work in works.items()})
            us = {which: taken / AGAIN * 1e6 for which, taken in seconds.items()}
            yield Figure(
                f"5 {name}",
                f"{name} as of a day ({found} rows)",
                "us",
                us["ours"],
                us["bare"],
                small=us["small"],
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


def again(question: Clocked) -> None:
    """A question several times over: a server that has just been woken answers the first more slowly."""
    for _ in range(AGAIN):
        question()


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
    with on_one_core(grown.connection, small.connection):
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
    """7: every hash recomputed, and all that follows from the events derived; and what streams, with the memory it takes."""

    def recomputed(connection: Connection) -> None:
        assert not reading.check_chain(connection).problems

    def examined(connection: Connection) -> None:
        assert not audit(connection).problems

    assert grown.bare is not None
    with grown.asked() as connection:
        seconds = in_turns(rounds, chain=partial(recomputed, connection), bare=grown.bare.hash_all)
        seconds["all"] = clocked(partial(examined, connection))
    events = {name: grown.size / taken for name, taken in seconds.items()}
    yield Figure("7a", "verify --chain", "events/s", events["chain"], events["bare"], bars={"bare": 0.7})
    yield Figure("7a all", "verify", "events/s", events["all"], events["bare"])
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
                    into_file(views, basis, Path(folder) / "world.db")
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "memory": peak_memory()}))


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
