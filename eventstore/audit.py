"""The whole log examined: that every row of it is as it was written, and says what the events say.

The chain of hashes shows that no event was altered, moved, taken out or slipped in. All else in the log follows from the
events and is derived from them anew: bounds from dates, ids from facts, subjects from data, the Merkle tree from the hashes,
the head from the newest event. One pass, in memory that does not grow with the log.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, cast

from msgspec import MsgspecError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from eventstore import dates, merkle
from eventstore.amending import about_in_log, is_amendment
from eventstore.database import in_words, lacks_room
from eventstore.driver import stream
from eventstore.errors import DatabaseError, Problem, RecordError
from eventstore.events import KINDS
from eventstore.events.fields import misshapen
from eventstore.integrity import Chain, Verdict, event_id
from eventstore.protection import unprotected
from eventstore.reading import LAST_POSITION
from eventstore.stored import Stored, citations_of, decode_sources, event_of
from eventstore.subjects import About, about

if TYPE_CHECKING:
    import sqlite3

MOST = 20  # problems of one sort that are told one by one
_EVENTS = f"SELECT {', '.join(Stored._fields)} FROM event ORDER BY position"  # noqa: S608 - names of columns
_SUBJECTS = "SELECT position, subject FROM event_subject ORDER BY position, subject"
_DEFINITIONS = "SELECT position, subject || ' as ' || kind FROM event_definition ORDER BY position, kind, subject"
_TILES = "SELECT level, tile FROM merkle_tile ORDER BY level, tile"
_TILE = "SELECT hash FROM merkle_tile"


class Held(NamedTuple):
    """What somebody kept of the log outside of it: how many events it had, and the root of the Merkle tree over them."""

    size: int
    root: bytes


def audit(
    connection: Connection,
    held: Iterable[Held] = (),
    *,
    progress: Callable[[int], object] | None = None,
    most: int = MOST,
) -> Verdict:
    """Examine the whole log; every problem names the position where it is first seen.

    The log must go on from each root that is `held`. Of one sort of problem the first `most` are told, and the number of
    the others. `progress` is told after each event.
    """
    with any_bytes(connection):
        return _Audit(connection, held, most).run(progress)


@contextmanager
def any_bytes(connection: Connection) -> Iterator[None]:
    """On SQLite, read text also where a flipped byte left it no UTF-8: it is to be found wrong, not to end the reading."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    before, raw.text_factory = raw.text_factory, lambda found: found.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = before


class _Audit:
    """One examination while it goes through the log: what it has recomputed so far, and what is wrong."""

    def __init__(self, connection: Connection, held: Iterable[Held], most: int) -> None:
        self.connection = connection
        self.most = most
        self.problems = list[str]()
        self.told = Counter[str]()
        self.chain = Chain()
        self.recorded_at = ""
        self.tree = merkle.Frontier()
        self.held = sorted(held)

    def run(self, progress: Callable[[int], object] | None) -> Verdict:
        indexes = _Index("event_subject", self._read(_SUBJECTS)), _Index("event_definition", self._read(_DEFINITIONS))
        self._compare_roots()
        for row in self._read(_EVENTS):
            stored = Stored._make(row)
            self._look_at_event(stored)
            understood = self._look_at_meaning(stored)
            self._look_at_indexes(stored, indexes, understood)
            self._grow_tree(stored)
            if progress is not None:
                progress(1)
        for index in indexes:
            self._beyond(index, LAST_POSITION)
        self._look_at_tiles()
        self._look_at_head()
        self._compare_roots(at_end=True)
        self._look_at_triggers()
        self._look_at_file()
        more = [f"{sort}: {n - self.most} more of these" for sort, n in self.told.items() if n > self.most]
        return Verdict(self.chain.events, self.chain.hash, self.problems + more)

    def _tell(self, sort: str, sentence: str, position: object = None) -> None:
        self.told[sort] += 1
        if self.told[sort] <= self.most:
            at = "" if position is None else f"position {position}: "
            self.problems.append(f"{at}{sentence}".encode("utf-8", "backslashreplace").decode())

    def _read(self, sql: str) -> Iterator[Sequence[object]]:
        """The rows of a question; where a damaged file ends them, that is told, and the rest is examined without them."""
        try:
            yield from stream(self.connection, sql)
        except DBAPIError as error:
            if self.connection.dialect.name != "sqlite" or lacks_room(error):
                raise
            problem = in_words(error, "")
            self._tell("file", f"it cannot be read: {problem.what if problem else error.orig}", self.chain.expected)

    def _look_at_event(self, stored: Stored) -> None:
        position = stored.position
        if (problem := self.chain.add(stored)) is not None:
            self._tell("hash", problem)
        if str(stored.recorded_at) < self.recorded_at:
            self._tell("recorded_at", "recorded_at is earlier than that of the event before it", position)
        self.recorded_at = str(stored.recorded_at)
        try:
            when = dates.parse(str(stored.occurred))
        except dates.DateError as error:
            self._tell("occurred", f"occurred: {error}", position)
        else:
            for column, wanted in (("occurred_from", when.first), ("occurred_to", when.last)):
                if (found := getattr(stored, column)) != wanted:
                    self._tell("bounds", f"{column} is {found!r}, but {when.text} gives {wanted!r}", position)
        if not _has_its_id(stored):
            self._tell("event_id", "event_id is not that of its kind, date and data", position)

    def _look_at_meaning(self, stored: Stored) -> bool:
        try:
            if not decode_sources(stored.sources):
                self._tell("sources", "it names no source", stored.position)
        except (MsgspecError, TypeError, ValueError) as error:
            self._tell("sources", f"sources are not a list of citations: {error}", stored.position)
        cls = KINDS.get(stored.kind)
        if cls is None:
            self._tell("kind", f"this program does not know the kind {str(stored.kind)[:80]!r}", stored.position)
        elif not (isinstance(stored.version, int) and 1 <= stored.version <= cls.version):
            what = f"this program does not know version {str(stored.version)[:20]} of {stored.kind}"
            self._tell("version", what, stored.position)
        else:
            return True
        return False

    def _look_at_indexes(self, stored: Stored, indexes: "Sequence[_Index]", understood: bool) -> None:
        for index in indexes:
            self._beyond(index, stored.position - 1)
        found = [index.at(stored.position) for index in indexes]
        if not understood:
            return
        try:
            derived = _derived(self.connection, stored)
        except (RecordError, MsgspecError, KeyError, TypeError, ValueError) as error:
            why = error.problems[0].what if isinstance(error, RecordError) else f"{type(error).__name__}: {error}"
            self._tell("data", f"what it is about cannot be derived: {why}", stored.position)
            return
        defined = {f"{name} as {derived.kind}" for name in derived.defines()}
        for index, there, wanted in zip(indexes, found, (set(derived.subjects), defined), strict=True):
            if missing := wanted - there:
                self._tell(index.table, f"{index.table} does not say that it is about {_few(missing)}", stored.position)
            if added := there - wanted:
                self._tell(index.table, f"{index.table} wrongly says that it is about {_few(added)}", stored.position)

    def _beyond(self, index: "_Index", last: int) -> None:
        """Tell what is said of positions where there is no event."""
        while (group := index.next_upto(last)) is not None:
            position, names = group
            what = f"{index.table} says that it is about {_few(names)}, but there is no such event"
            self._tell(index.table, what, position)

    def _grow_tree(self, stored: Stored) -> None:
        try:
            entry = bytes.fromhex(stored.hash)
        except (ValueError, TypeError):
            entry = b""  # the chain has told it; no tile fits any more
        for height, root in self.tree.add(merkle.leaf_hash(entry)):
            if height and height % 8 == 0:
                self._compare_tile(height // 8, self.tree.size >> height, root)
        self._compare_roots()

    def _compare_tile(self, level: int, tile: int, root: bytes) -> None:
        found = next((row[0] for row in self._read(f"{_TILE} WHERE level = {level:d} AND tile = {tile:d}")), None)
        if found != root.hex():
            first, last = tile * 256**level + 1, (tile + 1) * 256**level
            what = "is missing" if found is None else "is not the root over them"
            # Named without a position before it: where an event in it was altered, that is told and this only follows.
            self._tell("merkle_tile", f"merkle_tile: the hash of positions {first} to {last} {what}")

    def _compare_roots(self, at_end: bool = False) -> None:
        while self.held and (self.held[0].size <= self.tree.size or at_end):
            size, root = self.held.pop(0)
            if size > self.tree.size:
                self._tell("held", f"missing: the checkpoint held is of {size} events", self.tree.size + 1)
            elif root != self.tree.root():
                what = (
                    f"the first {size} events are not those of the checkpoint held: one of them, or more, was replaced"
                )
                self._tell("held", f"{what} (their root is {self.tree.root().hex()}, not {root.hex()})")

    def _look_at_tiles(self) -> None:
        size = self.tree.size
        for level, tile in self._read(_TILES):
            whole = (
                isinstance(level, int) and isinstance(tile, int) and 1 <= level < 8 and 0 <= tile < size >> 8 * level
            )
            if not whole:
                at = f"level {str(level)[:20]}, tile {str(tile)[:20]}"
                self._tell("merkle_tile", f"merkle_tile: there is a hash at {at}, where no tile is complete")

    def _look_at_head(self) -> None:
        heads = [tuple(row) for row in self._read("SELECT one, position, hash FROM log_head ORDER BY one")]
        if len(heads) > 1 or any(head[0] != 1 for head in heads):
            what = f"log_head is not one row, numbered 1, but {len(heads)}, numbered {_few(str(head[0]) for head in heads)}"
            self._tell("log_head", what, self.chain.expected - 1)
        for problem in self.chain.end(heads[0][1:] if heads else None):
            self._tell("log_head", problem)

    def _look_at_triggers(self) -> None:
        for sentence in unprotected(self.connection.dialect.name, self._read):
            self._tell("triggers", sentence)

    def _look_at_file(self) -> None:
        """On SQLite, ask it whether its file is sound: indexes hold copies of what the tables hold."""
        if self.connection.dialect.name == "sqlite":
            for (found,) in self._read("PRAGMA integrity_check"):
                if found != "ok":
                    self._tell("file", f"the SQLite file is damaged: {found}")


class _Index:
    """The rows of a table that says what events are about, in the order of positions, beside the events."""

    def __init__(self, table: str, rows: Iterator[Sequence[object]]) -> None:
        self.table = table
        self._rows = rows
        self._next = next(rows, None)

    def next_upto(self, last: int) -> tuple[object, frozenset[str]] | None:
        """The next position up to one, and what is said of it; what is no number counts as beyond every event."""
        if self._next is None:
            return None
        position = self._next[0]
        if not (isinstance(position, int) and position <= last) and last < LAST_POSITION:
            return None
        return position, self.at(position)

    def at(self, position: object) -> frozenset[str]:
        """What is said of an event: the rows that come next, as far as they are of its position."""
        names = set[str]()
        while self._next is not None and self._next[0] == position:
            names.add(str(self._next[1]))
            self._next = next(self._rows, None)
        return frozenset(names)


def _derived(connection: Connection, stored: Stored) -> About:
    """What an event is about, from what it says."""
    event = event_of(stored)
    if names := [*misshapen(event), *(name for citation in citations_of(stored) for name in misshapen(citation))]:
        raise DatabaseError(Problem(f"no id: {', '.join(names)}"))
    if is_amendment(stored.kind):
        return about_in_log(connection, stored)
    return about(event)


def _has_its_id(stored: Stored) -> bool:
    try:
        return stored.event_id == event_id(stored.kind, stored.occurred, stored.data)
    except UnicodeEncodeError:  # damaged text
        return False


def _few(names: Iterable[str], most: int = 5) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:most]) + (f" and {len(ordered) - most} more" if len(ordered) > most else "")
