"""A question: as of which day, as known when; and what its answer rests on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from eventstore.driver import ask
from eventstore.errors import DatabaseError, Misuse, Problem
from eventstore.events import FAMILIES
from eventstore.reading import hash_at, head, position_at, recorded_at

if TYPE_CHECKING:
    import sqlite3


class Basis(NamedTuple):
    """What an answer rests on: the day D asked for, the position K it is known at, and the hash of the log there."""

    as_of: str
    known_at: int
    hash: str

    def __str__(self) -> str:
        day = f"as of {self.as_of}, " if self.as_of else ""
        hashed = f", hash {self.hash[:16]}" if self.hash else ""  # before the first event there is none
        return f"{day}known at position {self.known_at}{hashed}"


def basis(connection: Connection, as_of: str, known_at: str | None = None, option: str = "--known-at") -> Basis:
    """The basis of a question; `known_at` is a position, or a UTC time in ISO form (default: now).

    Raises `Misuse`, which names the option, for what is neither, or a position that the log has not reached.
    """
    newest = head(connection)
    if known_at is None:
        return Basis(as_of, *newest)
    position = _position(connection, known_at, newest.position, option)
    return Basis(as_of, position, hash_at(connection, position) or "")


def _position(connection: Connection, known_at: str, newest: int, option: str) -> int:
    from datetime import UTC, datetime

    if known_at.isascii() and known_at.isdigit():
        position = int(known_at.lstrip("0")[:18] or 0)
        if position > newest:
            raise Misuse(Problem(f"the log ends at position {newest}", f"{option} {known_at[:40]}"))
        return position
    try:
        time = datetime.fromisoformat(known_at)
        if len(known_at) <= len("2026-11-22"):  # a day means its end, as everywhere
            time = time.replace(hour=23, minute=59, second=59, microsecond=999_999)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        advice = "Write a position such as 120, or a time such as 2026-11-22T10:00Z."
        raise Misuse(Problem("neither a position nor a time", f"{option} {known_at[:40]!r}", advice)) from None
    # Not strftime: it writes the year 300 with three digits, which sort after 2026.
    return position_at(connection, time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")


def begins_after(connection: Connection, day: str, known_at: int) -> str | None:
    """The first day (ISO) of which a log, as known at a position, can tell, if that is after `day`; None if it is not.

    It is the day by which something had certainly happened; what only was said, or entered in a register of persons or
    sources, is not counted.
    """
    told = "FROM event WHERE position <= ? AND kind NOT IN ??"
    values = (known_at, [*_BESIDE])
    # Of a day that the record knows, one of the first rows tells: only of others is the log gone through.
    if ask(connection, f"SELECT 1 {told} AND occurred_to <= ? LIMIT 1", (*values, day)):
        return None
    ((first,),) = ask(connection, f"SELECT min(occurred_to) {told}", values)
    return None if first is None else str(first)


def added_on(connection: Connection, known_at: int) -> str:
    """The day (ISO) of the event at a position: nothing that happened later is in the log before it. '' for position 0."""
    return recorded_at(connection, known_at)[:10]


# Kinds whose dates say nothing about what the views can tell of a day.
_BESIDE = (
    "source-registered",
    "person-registered",
    "statement-made",
    *(cls.kind for cls in FAMILIES["the log itself"]),
)


@contextmanager
def views(connection: Connection, known_at: int, subjects: Iterable[str] = ()) -> Iterator[Connection]:
    """A connection on which the views stand as known at a position.

    At the head that is the database itself. For an earlier one the log is folded into a database of its own, which is in memory
    as long as it is small, and only as far as the subjects asked for need it (none: all of it). Raises `DatabaseError` where
    the views have not followed the log.
    """
    newest = head(connection).position
    if known_at == newest:
        # Not by way of the runner, which loads every view: most questions are about one, and end here.
        if (ask(connection, "SELECT min(position) FROM projection")[0][0] or 0) != newest:
            raise DatabaseError(Problem("the views have not followed the log", "", "Fold them anew: cis rebuild"))
        yield connection
        return
    from eventstore.history import History
    from projections.runner import replay
    from projections.views import metadata

    aside = create_engine("sqlite://", creator=_aside, poolclass=StaticPool)
    with aside.begin() as replayed:
        metadata.create_all(replayed)
        replay(History(connection, known_at), replayed, subjects=subjects)
        yield replayed
    aside.dispose()


def _aside() -> "sqlite3.Connection":
    """A database that ends with its connection; what does not fit into its cache SQLite keeps in a file without a name."""
    import sqlite3

    connection = sqlite3.connect("")
    connection.execute("PRAGMA cache_size=-65536")  # KiB
    return connection
