"""What is fed with hostile input, and what must hold of each: it answers or refuses in words, soon, and touches nothing.

`TARGETS` are functions of one text. They raise nothing but what people can read, take at most `LONGEST` seconds, open no file
and start nothing. Both Hypothesis (test_hostile.py) and the coverage-guided fuzzer (fuzz/run.py) feed them.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from histories import COUNCIL, NOW, RECORD, TODAY, WORLD, append, fact
from sqlalchemy import Connection, create_engine

import migrations
from cli.output import visible
from eventstore import batch, checkpoint, dates, drafting, integrity, known, merkle, proof, signing, verifier
from eventstore.errors import Problem, RecordError
from eventstore.reading import check_chain, head, introductions, known_ids, read
from eventstore.stored import Stored
from eventstore.transfer import export, import_lines
from projections import question, read_only, report, runner

LONGEST = 20  # seconds of one input, on a machine that has much else to do
FORBIDDEN = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "socket.connect",
    "sqlite3.connect",
    "ctypes.dlopen",
)


class Touched(BaseException):
    """A target opened or started what it should not; no handler of ordinary errors hides it."""


class Hung(BaseException):
    """A target took too long."""


_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "open":
        path, mode, flags = (*arguments, None, None)[:3]
        ours = isinstance(path, str) and path.endswith((".py", ".pyc", ".sql", ".csv")) and path.startswith("/")
        if not ours or (isinstance(flags, int) and flags & 3) or (mode and set(str(mode)) & set("wax+")):
            raise Touched(f"open {path!r} {mode}")
    elif event in FORBIDDEN:
        raise Touched(f"{event} {arguments!r}"[:200])


sys.addaudithook(_watch)


@contextmanager
def guarded() -> Iterator[None]:
    """No file, no process, no connection, and not for long."""
    global _watching  # noqa: PLW0603 - an audit hook stays for good, so it is turned on and off

    def hung(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    _watching = True
    try:
        yield
    finally:
        _watching = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def shown(error: Exception | Problem) -> None:
    """What is said of a fault can be printed: nothing in it steers a terminal."""
    text = visible(str(error))
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode("utf-8", "strict")


def try_date(text: str) -> None:
    for reading in (dates.parse, dates.last_day):
        try:
            found = reading(text)
        except dates.DateError as error:
            shown(error)
        else:
            if isinstance(found, dates.When) and found.first and found.last:
                assert "0000" < found.first <= found.last <= "9999-12-31"


def try_batch(form: str) -> Callable[[str], None]:
    def read(text: str) -> None:
        try:
            entries = batch.read_text(text, "hostile", form)
            drafts, problems, in_doubt = drafting.drafted(
                entries, today=TODAY, find=partial(introductions, memory()), ids=partial(known_ids, memory())
            )
            for problem in (*problems, *known.faults(memory(), drafts, in_doubt, TODAY)):
                shown(problem)
        except RecordError as error:
            shown(error)

    return read


def try_bytes(form: str) -> Callable[[str], None]:
    """The bytes of a file, as characters from 0 to 255."""
    read = try_batch(form)

    def tried(text: str) -> None:
        read(text.encode("latin-1", "replace").decode("utf-8", "surrogateescape"))

    return tried


@cache
def memory() -> Connection:
    """A record in memory that lives as long as the tests do."""
    connection = create_engine("sqlite://").connect()
    migrations.upgrade(connection)
    runner.rebuild(connection)
    append(connection, RECORD, *WORLD, *FACTS)
    connection.commit()
    connection.exec_driver_sql("SELECT 1")
    return connection


FACTS = (
    fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY"),
    fact("treaty-ratified", "1993-04", treaty="charter", state="RU"),
    fact("state-joined", "1993-12", organisation="cis", state="GE"),
    fact("state-seated", "1991-12-30", body="council", state="BY"),
    fact("office-assumed", "1993-12-24", office="chair", person="boris"),
    fact("meeting-held", "1991-12-30", meeting="m", bodies=["council"]),
    fact("event-corrected", "2026-01-01", event=COUNCIL.id, reason="misread", date="1991-12-22"),
    fact("event-disputed", "2026-01-01", event=COUNCIL.id, reason="says otherwise", date="1991-12-23"),
)


@cache
def exported() -> tuple[str, ...]:
    return tuple(export(memory()))


@cache
def blank() -> Connection:
    connection = create_engine("sqlite://").connect()
    migrations.upgrade(connection)
    runner.rebuild(connection)
    connection.commit()
    return connection


def try_import(text: str) -> None:
    """Lines of a log, into an empty record: what is taken is a sound log that the views can follow."""
    connection = blank()
    try:
        added = import_lines(connection, text.split("\n"), "hostile")
        runner.catch_up(connection)
        newest = head(connection)
        assert check_chain(connection) == (added, newest.hash, [])
        assert runner.projections_position(connection) == newest.position == added
    except RecordError as error:
        shown(error)
    finally:
        connection.rollback()
    assert head(connection).position == 0


def rechained(lines: list[dict[str, Any]], *, ids: bool = True) -> str:
    """The lines of a log with the ids and hashes that fit them: as a forger would write it."""
    previous, made = integrity.GENESIS, []
    for position, line in enumerate(lines, 1):
        line = {**line, "position": position}  # noqa: PLW2901
        try:
            if ids:
                line["event_id"] = integrity.event_id(*(str(line[name]) for name in ("kind", "occurred", "data")))
            previous = integrity.chained(previous, [line.get(name) for name in Stored._fields[:-1]])
        except (UnicodeEncodeError, KeyError):
            previous = "0" * 64
        made.append(json.dumps({**line, "hash": previous}))
    return "\n".join(made)


@cache
def library() -> dict[str, report.Report]:
    return report.library()


def try_report(text: str) -> None:
    """A line that names a report and a line for each parameter: `name` and value, divided by =."""
    name, *given = text.split("\n")
    chosen = library().get(name) or sorted(library().items())[len(name) % len(library())][1]
    names = [parameter.name for parameter in chosen.parameters] or ["none"]
    texts = dict(
        pair.split("=", 1) if "=" in pair else (names[place % len(names)], pair) for place, pair in enumerate(given)
    )
    connection = memory()
    try:
        values = report.values(chosen, texts, TODAY)
        _, rows = report.run(connection, chosen, values, seconds=5)
        for _ in rows:
            pass
    except RecordError as error:
        shown(error)


def try_sql(text: str) -> None:
    connection = memory()
    before = (
        connection.exec_driver_sql("PRAGMA data_version").scalar(),
        connection.exec_driver_sql("SELECT total_changes()").scalar(),
    )
    try:
        _, rows = read_only.select(connection, text, seconds=1)
        for number, _ in enumerate(rows):
            if number > 10_000:
                break
    except RecordError as error:
        shown(error)
    finally:
        connection.rollback()
    after = (
        connection.exec_driver_sql("PRAGMA data_version").scalar(),
        connection.exec_driver_sql("SELECT total_changes()").scalar(),
    )
    assert after == before
    assert all(not row[2] for row in connection.exec_driver_sql("PRAGMA database_list"))  # no file is attached


def try_known_at(text: str) -> None:
    try:
        question.basis(memory(), TODAY, text)
    except RecordError as error:
        shown(error)


def try_checkpoint(text: str) -> None:
    """A text is a checkpoint, read alike by a stranger once it is written in its own form, or it is refused; a key likewise."""
    try:
        found = checkpoint.parse(text)
        assert checkpoint.parse(str(found)) == found
        elsewhere = verifier.Checkpoint(str(found))
        assert (elsewhere.origin, elsewhere.size, elsewhere.root, elsewhere.note) == (*found[:3], found.note)
    except RecordError as error:
        shown(error)
    try:
        assert str(signing.parse_key(text)) == text
    except RecordError as error:
        shown(error)


def try_proof(text: str) -> None:
    """A proof is refused, or a stranger, whose verifier shares no code with the program, believes it as well."""
    try:
        proven = proof.check(proof.read_proof(text))
    except RecordError as error:
        shown(error)
    else:
        assert visible(proven.sentence)
        assert verifier.check_proof(verifier.Checkpoint(str(proven.checkpoint)), json.loads(text))


def try_visible(text: str) -> None:
    """Nothing that a terminal obeys is left, on one line or on several."""
    out = visible(text)
    assert all(char.isprintable() or char == "\n" for char in out)
    assert not set(out) & set("\x1b\x07\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


TARGETS: dict[str, Callable[[str], None]] = {
    "date": try_date,
    "yaml": try_batch("yaml"),
    "json": try_batch("json"),
    "jsonl": try_batch("jsonl"),
    "yaml-bytes": try_bytes("yaml"),
    "json-bytes": try_bytes("json"),
    "import": try_import,
    "report": try_report,
    "sql": try_sql,
    "known-at": try_known_at,
    "checkpoint": try_checkpoint,
    "proof": try_proof,
    "visible": try_visible,
}


@cache
def proofs() -> tuple[str, ...]:
    """A checkpoint, a key, and a proof of either kind."""
    connection = memory()
    made = checkpoint.of_log(connection, "example.org/cis")
    key = signing.Key(made.origin, bytes(range(32)), private=True)
    stored = next(read(connection, after=4, upto=5))
    older = made._replace(size=3, root=merkle.root(connection, 3))
    documents = (proof.inclusion(connection, stored, made), proof.consistency(connection, older, made))
    return str(signing.sign(made, key)), str(key.public), *map(proof.write, documents)


def warm() -> None:
    """Use everything once, so that what is loaded late is loaded before anybody watches."""
    for text in (
        "1991",
        "x",
        "kind: treaty-signed\non: 1991",
        '{"kind": "treaty-signed"}',
        "SELECT 1",
        "SELECT x FROM membership",
    ):
        for target in TARGETS.values():
            target(text)
    try_import("\n".join(exported()))
    for text in proofs():
        try_checkpoint(text)
        try_proof(text)
    for name in library():
        try_report(name)


__all__ = ["NOW", "TARGETS", "exported", "guarded", "proofs", "rechained", "warm"]
