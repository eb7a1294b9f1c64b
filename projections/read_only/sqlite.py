"""A question on SQLite: what a statement may do there, its limits, and SQLite's errors in words."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from eventstore.errors import DatabaseError
from projections.read_only.answering import BATCH, Guard, Values
from projections.read_only.statements import WHAT_ASKS

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Connection

LARGEST = 16 * 2**20  # bytes of one value on SQLite: no question about this record needs more, and memory is finite

# SQLite's own functions that reach beyond the database. None of them is there unless somebody built or loaded it so.
_REACHING = frozenset(("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"))

# Reading what tables there are: SELECT name FROM pragma_table_info('membership')
_LOOKS = frozenset(
    ("table_list", "table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list")
)


def only_reads(action: int, first: str | None, second: str | None) -> bool:
    """Whether what a statement is about to do on SQLite only reads; the arguments are those of SQLite's authorizer."""
    import sqlite3

    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in _REACHING
    if action == sqlite3.SQLITE_PRAGMA:
        return first in _LOOKS
    if action == sqlite3.SQLITE_UPDATE:
        # How SQLite sets up its table-valued functions (json_each, pragma_...); the real one refuses every update itself.
        return first == "sqlite_master"
    return action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)


class Sqlite:
    """Answers one question on SQLite; the limits hold while the database works on it, and no longer."""

    def __init__(self, connection: "Connection", guard: Guard) -> None:
        raw: Any = connection.connection.driver_connection
        self.raw: sqlite3.Connection = raw
        self.guard = guard
        self.cursor = self.raw.cursor()
        self.would = ""  # what the authorizer did not let it do

    def open(self, values: Mapping[str, object]) -> tuple[list[str], Sequence[Values]]:
        """The names of the columns, and the first rows."""
        text = self.guard.asked.text

        def ask() -> Sequence[Values]:
            self.cursor.execute(text, dict(values))
            return self._fetch()

        rows = self._guarded(ask)
        return [column[0] for column in self.cursor.description], rows

    def more(self) -> Sequence[Values]:
        """The next rows."""
        return self._guarded(self._fetch)

    def _fetch(self) -> Sequence[Values]:
        rows: list[Values] = self.cursor.fetchmany(BATCH)
        return rows

    def _guarded(self, work: Callable[[], Sequence[Values]]) -> Sequence[Values]:
        import sqlite3

        try:
            with self.guard.timed() as left, self._limits(deadline := monotonic() + left):
                return work()
        except sqlite3.Error as error:
            if (
                str(error) == "interrupted" and monotonic() < deadline
            ):  # SQLite keeps it to itself that Ctrl-C was pressed
                raise KeyboardInterrupt from error
            raise self._in_words(error) from error

    @contextmanager
    def _limits(self, deadline: float) -> Iterator[None]:
        import sqlite3

        raw = self.raw
        (reads_only,) = raw.execute("PRAGMA query_only").fetchone()
        largest = raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
        raw.execute("PRAGMA query_only=ON")
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        raw.set_progress_handler(lambda: monotonic() > deadline, 10_000)
        raw.set_authorizer(self._allows)
        try:
            yield
        finally:
            raw.set_authorizer(None)
            raw.set_progress_handler(None, 0)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, largest)
            raw.execute(f"PRAGMA query_only={reads_only}")

    def _allows(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        import sqlite3

        if only_reads(action, first, second):
            return sqlite3.SQLITE_OK
        doing = {
            sqlite3.SQLITE_FUNCTION: f"call {second}",
            sqlite3.SQLITE_INSERT: f"add to {first}",
            sqlite3.SQLITE_UPDATE: f"change {first}",
            sqlite3.SQLITE_DELETE: f"take out of {first}",
            sqlite3.SQLITE_PRAGMA: f"run PRAGMA {first}",
        }
        self.would = doing.get(action, "change the database")
        return sqlite3.SQLITE_DENY

    def _in_words(self, error: "sqlite3.Error") -> Exception:
        from eventstore.database import in_words

        said, guard = str(error), self.guard
        if said == "interrupted":
            return guard.too_long()
        if "not authorized" in said or "prohibited" in said or "readonly database" in said:
            return guard.refused(f"this SQL would {self.would or 'change the database'}: it may only read", WHAT_ASKS)
        if found := re.match(r"no such (table|column|function): (\S+)", said):
            return guard.mistaken(found[1], found[2])
        if found := re.match(r'near "(.*)": syntax error', said, re.DOTALL):
            return guard.syntax(found[1])
        if found := re.match('unrecognized token: "(.*)"', said, re.DOTALL):
            advice = "Write CAST(x AS TEXT) instead of x::text." if "::" in guard.asked.text else ""
            return guard.refused(f"{found[1]} has no meaning here", advice)
        if said == "incomplete input":
            return guard.incomplete()
        if "bind" in said.lower():
            return guard.refused(
                "only parameters written :name can be filled", "Write :name instead of ?, @name or $1."
            )
        if (problem := in_words(error, guard.where)) is not None:
            return DatabaseError(problem)
        return guard.refused(said.splitlines()[0] if said else "SQLite refuses this")
