"""What the record is measured against: the bare database, and the best Python event store where it is installed.

The bare database holds the same bytes in one table that has only a primary key, written and read by the driver alone. The event
store (`eventsourcing`, the `bench` extra) keeps the same facts as its manual advises: an application that saves events of
aggregates, and a projection whose view records each event and how far it is in one transaction.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import psycopg

from eventstore.drafts import Draft
from eventstore.stored import Stored
from eventstore.subjects import subjects_of

try:
    from peer import Peer
except ModuleNotFoundError:
    Peer = None  # type: ignore[assignment,misc]  # the extra is not installed: its columns stay empty

__all__ = ["Bare", "BarePostgres", "BareSqlite", "Peer"]

_COLUMNS = ", ".join(Stored._fields)
_TYPES = ", ".join(
    f"{name} {'INTEGER' if name == 'version' else 'TEXT'}" for name in Stored._fields if name != "position"
)
_FOLDED = "CREATE TABLE folded (subject TEXT, state TEXT, kind TEXT, since TEXT, events INTEGER)"
Fold = dict[tuple[Any, Any], list[Any]]


class Bare(ABC):
    """One table of events, in the driver's own words."""

    mark = "?"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.do(f"CREATE TABLE bare (position BIGINT PRIMARY KEY, {_TYPES})".replace("BIGINT", self.integer))
        self.do(_FOLDED)

    integer = "INTEGER"

    def do(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self.connection.execute(sql, values)

    @property
    def insert(self) -> str:
        return f"INSERT INTO bare VALUES ({', '.join([self.mark] * len(Stored._fields))})"

    @abstractmethod
    def append(self, rows: Sequence[Stored]) -> None:
        """Write rows and commit."""

    def append_one(self, row: Stored) -> None:
        """Write one row and commit."""
        self.do(self.insert, row)

    @abstractmethod
    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Every row, in order, streamed."""

    @abstractmethod
    def write_fold(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put the rows of a fold into the table `folded`, which is empty, and commit."""

    def read_all(self) -> int:
        """Read and decode everything."""
        found = 0
        for row in self.rows():
            msgspec.json.decode(row[9])
            found += 1
        return found

    def fold_all(self) -> int:
        """Fold everything into one table: the last thing that happened between a subject and a state, and how many did."""
        folded, found = Fold(), 0
        for row in self.rows():
            fields = msgspec.json.decode(row[9])
            key = (fields.get("treaty") or fields.get("body") or fields.get("organisation"), fields.get("state"))
            if (entry := folded.get(key)) is None:
                folded[key] = [row[2], row[4], 1]
            else:
                entry[0], entry[1] = row[2], max(entry[1], row[4])
                entry[2] += 1
            found += 1
        self.write_fold((*key, *entry) for key, entry in folded.items())
        return found

    def hash_all(self) -> str:
        """SHA-256 over the same bytes, row by row, each over the one before."""
        digest = ""
        for row in self.rows():
            digest = sha256("\n".join([digest, *map(str, row)]).encode()).hexdigest()
        return digest


class BareSqlite(Bare):
    """The bare table in an SQLite file; a commit is as durable as the record's."""

    def __init__(self, path: str) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        super().__init__(connection)

    def append(self, rows: Sequence[Stored]) -> None:
        self.do("BEGIN")
        self.connection.executemany(self.insert, rows)
        self.do("COMMIT")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.do(f"SELECT {_COLUMNS} FROM bare ORDER BY position"))

    def write_fold(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.do("BEGIN")
        self.do("DELETE FROM folded")
        self.connection.executemany("INSERT INTO folded VALUES (?, ?, ?, ?, ?)", rows)
        self.do("COMMIT")


class BarePostgres(Bare):
    """The bare table in Postgres."""

    mark = "%s"
    integer = "BIGINT"

    def __init__(self, conninfo: str) -> None:
        super().__init__(psycopg.connect(conninfo, autocommit=True))

    def append(self, rows: Sequence[Stored]) -> None:
        copied = f"COPY bare ({_COLUMNS}) FROM STDIN"
        with self.connection.transaction(), self.connection.cursor() as cursor, cursor.copy(copied) as copy:
            for row in rows:
                copy.write_row(row)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        with self.connection.transaction(), self.connection.cursor(name="all") as cursor:
            cursor.itersize = 1000
            cursor.execute(f"SELECT {_COLUMNS} FROM bare ORDER BY position")
            yield from cursor

    def write_fold(self, rows: Iterable[tuple[Any, ...]]) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("TRUNCATE folded")
            with cursor.copy("COPY folded FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


class Streams:
    """Drafts as events of aggregates: each belongs to the first subject it names, as its next event."""

    def __init__(self) -> None:
        self._versions = defaultdict[str, int](int)

    def of(self, draft: Draft) -> tuple[str, int]:
        """The aggregate of an event, and the event's number in it."""
        name = next(iter(subjects_of(draft.event)), draft.kind)
        self._versions[name] += 1
        return name, self._versions[name]
