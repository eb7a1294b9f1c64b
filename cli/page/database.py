"""The record as Datasette reads it: nothing can be written, and a report gets the values that its parameters mean."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from datasette.database import Database as Served
from datasette.utils.asgi import Forbidden

from cli.options import today
from eventstore.database import PATIENCE, Database
from eventstore.errors import RecordError
from eventstore.sqlite_file import opened
from projections import report as reports
from projections.read_only import LARGEST, only_reads
from projections.report import Report, Value

# What Datasette itself asks of a database. With a value after it, each of them would set something.
_ASKED_BY_DATASETTE = frozenset(("schema_version", "database_list"))


class Record(Served):  # type: ignore[misc]  # Datasette ships no types
    """The SQLite file of a record. It is opened read-only anew by each thread, so what is appended meanwhile is seen."""

    def __init__(self, datasette: object, record: Database, library: Iterable[Report], note: str = "") -> None:
        """`note` is said on every page: what a reader should know about where the record comes from."""
        assert record.file is not None, "Datasette reads SQLite only"
        super().__init__(datasette, path=str(record.file))
        self.record, self.note = record, note
        self.library = {report.name: report for report in library}
        self._connections = list[sqlite3.Connection]()  # one for each thread that answers
        self._by_sql = {_same(report.sql): report for report in self.library.values()}

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection that can only read; raises `Forbidden` where another is asked for."""
        if write:
            raise Forbidden("This page only reads.")
        connection = opened(Path(self.path), PATIENCE, write=False)
        connection.execute("PRAGMA query_only=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        connection.set_authorizer(_authorize)
        self._connections.append(connection)
        return connection

    async def execute_fn(self, fn: Any) -> Any:
        """Run a function on a connection; raises `DatabaseError` where the file is gone, though it may still be open."""
        self.record.check_is_there()
        return await super().execute_fn(fn)

    @property
    def size(self) -> int:
        """The bytes of the file; raises `DatabaseError` where it is no longer there."""
        self.record.check_is_there()
        found: int = super().size
        return found

    def interrupt(self) -> None:
        """Break off every question that is being answered."""
        for connection in self._connections:
            connection.interrupt()

    async def execute(self, sql: str, params: Any = None, **options: Any) -> Any:
        """Run SQL; that of a report with the values its parameters mean, as `cis report` does.

        What is wrong with them is raised as an error of the database, for that is what Datasette shows beside the form.
        """
        report = self._by_sql.get(_same(sql))
        if report is not None:
            given = {parameter.name: str((params or {}).get(parameter.name) or "") for parameter in report.parameters}
            params = await self.execute_fn(lambda _: self._values(report, given))
        try:
            # What a person mistyped is told to that person, not to the terminal of the server.
            return await super().execute(sql, params, **{**options, "log_sql_errors": False})
        except sqlite3.DatabaseError as error:
            if str(error) != "not authorized":
                raise
            raise sqlite3.OperationalError(
                "This page only reads: what happened is recorded with cis append."
            ) from error

    def _values(self, report: Report, given: Mapping[str, str]) -> dict[str, Value]:
        try:
            values = reports.values(report, {name: text for name, text in given.items() if text}, today())
            with self.record.record() as connection:
                reports.check(connection, report, values)
        except RecordError as error:
            raise sqlite3.OperationalError(in_sentences(error)) from error
        return values


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    asked = action == sqlite3.SQLITE_PRAGMA and first in _ASKED_BY_DATASETTE and second is None
    return sqlite3.SQLITE_OK if asked or only_reads(action, first, second) else sqlite3.SQLITE_DENY


def in_sentences(error: RecordError) -> str:
    """A refusal in sentences, without the places that only a command line has."""
    said = " ".join(f"{problem.what.rstrip('.')}. {problem.advice}".strip() for problem in error.problems)
    return said[:1].upper() + said[1:]


def _same(sql: str) -> str:
    """The SQL without what a form changes in it: the ends of lines, and blanks around."""
    return "\n".join(line.rstrip() for line in sql.strip().splitlines())
