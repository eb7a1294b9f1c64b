"""Carrying a whole log from one database to another, line by line (JSON Lines), with the same hashes at the end.

A line is one event with every column of `event` as stored and its subjects; `data` and `sources` stay the exact text that
was hashed.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError

from eventstore.amending import is_amendment, root_of
from eventstore.audit import audit
from eventstore.errors import Problem, RecordError, Refused
from eventstore.integrity import GENESIS, chained
from eventstore.log import write_rows
from eventstore.reading import CHUNK, hash_at, read, subjects_by_position
from eventstore.stored import Stored
from eventstore.subjects import About
from eventstore.tables import log_head

LONGEST_LINE = 4 * 2**20  # characters


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event of an exported log."""

    position: int
    event_id: str
    kind: str
    version: int
    occurred: str
    occurred_from: str | None
    occurred_to: str | None
    recorded_at: str
    recorded_by: str
    data: str
    sources: str
    hash: str
    subjects: list[str]


def export(connection: Connection, after: int = 0) -> Iterator[str]:
    """The lines of the log after a position, in log order, streamed."""
    named = subjects_by_position(connection, after)
    position, subjects = next(named, (0, list[str]()))
    for stored in read(connection, after=after):
        while position < stored.position and (following := next(named, None)) is not None:
            position, subjects = following
        about = subjects if position == stored.position else []
        yield msgspec.json.encode(Line(*stored, subjects=about)).decode()


def import_lines(connection: Connection, lines: Iterable[str], name: str = "the export") -> int:
    """Add the events of an exported log that this log does not have yet; gives their number.

    The log must be empty or a beginning of the exported one. Raises `Refused`, naming line and position, for a line that
    is damaged, out of order or not chained to the one before it, and where the two logs part; nothing is written then. What
    was added is examined as `cis verify` does it, for not all of a line is in the chain.
    """
    # The lock is taken before anything is compared: no append comes between.
    newest = connection.execute(select(log_head.c.position).with_for_update()).scalar_one()
    previous, expected, added = GENESIS, 1, 0
    pending = list[tuple[Stored, list[str]]]()
    for number, line in _numbered(lines):
        entry = _line(line, f"{name}:{number}")
        stored = Stored(*(getattr(entry, column) for column in Stored._fields))
        if stored.position != expected or chained(previous, stored[:-1]) != stored.hash:
            what = f"position {stored.position} is damaged or does not follow position {expected - 1}"
            raise Refused(Problem(what, f"{name}:{number}", "Export the log again: cis export."))
        if expected <= newest:
            _compare(connection, stored, f"{name}:{number}")
        else:
            pending.append((stored, entry.subjects))
            added += 1
        previous, expected = stored.hash, expected + 1
        if len(pending) >= CHUNK:
            _write(connection, pending, name)
    if expected == 1:
        raise Refused(Problem("the export is empty", name))
    _write(connection, pending, name)
    if added:
        _examine(connection, name)
    return added


def _examine(connection: Connection, name: str) -> None:
    """Refuse a log whose hashes fit but that does not say what its events say: subjects, bounds and ids are not in the chain."""
    if problems := audit(connection, most=1).problems:
        raise Refused(Problem(f"this is not a sound log: {problems[0]}", name, "Export it again: cis export."))


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line


def _line(line: str, where: str) -> Line:
    if len(line) > LONGEST_LINE:
        raise Refused(Problem("this line is too long for an event", where))
    try:
        return msgspec.json.decode(line, type=Line)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Refused(
            Problem(f"not a line of an exported log: {error}", where, "Export it again: cis export.")
        ) from error


def _compare(connection: Connection, stored: Stored, where: str) -> None:
    if hash_at(connection, stored.position) != stored.hash:
        raise Refused(
            Problem(
                f"the two logs part at position {stored.position}: this database holds another event there",
                where,
                "Import into an empty database, and compare with: cis log.",
            )
        )


def _write(connection: Connection, pending: list[tuple[Stored, list[str]]], name: str) -> None:
    """Write events, each with its subjects, behind the end of the log; none is left pending."""
    if not pending:
        return
    rows = [stored for stored, _ in pending]
    among = {stored.event_id: stored for stored in rows}
    abouts = [About(_root_kind(connection, stored, among), subjects) for stored, subjects in pending]
    try:
        write_rows(connection, rows[0].position - 1, rows, abouts)
    except (IntegrityError, DataError, OverflowError, UnicodeEncodeError) as error:
        what = f"between positions {rows[0].position} and {rows[-1].position} something stands twice, or is no text or number"
        raise Refused(Problem(what, name, "Export the log again: cis export.")) from error
    pending.clear()


def _root_kind(connection: Connection, stored: Stored, among: Mapping[str, Stored]) -> str:
    try:
        return root_of(connection, stored, among).kind if is_amendment(stored.kind) else stored.kind
    except (RecordError, msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return stored.kind  # the examination that follows tells what is wrong with it
