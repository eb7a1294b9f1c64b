"""SQL that a person types: it is answered, and it never writes.

Only one statement at a time is taken, and only SELECT, WITH, VALUES, TABLE and EXPLAIN (without ANALYZE). Behind that stand the
databases themselves, so that nothing rests on the reading of the text alone:

- SQLite: an authorizer that lets the statement read and call functions, and nothing else; `query_only`; a limit on the size of
  a value; a handler that stops it when its time is up. All of them are set for this statement only.
- Postgres: the transaction is read-only; the statement is declared as a cursor, which takes nothing that writes; functions that
  Postgres marks as volatile, which is how it marks whatever may do more than compute (read or write files of the server, end
  sessions, change settings), are refused; `statement_timeout`. A mistake is undone to a savepoint, so the caller's transaction
  goes on.

What rests on the rights of the Postgres role that asks: which tables and views it may read (foreign tables and the views that
show the server's own files among them), and what functions do that somebody created and marked as stable or immutable although
they are not. A team gives its readers a role that owns nothing and is no superuser.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from eventstore.errors import Problem, Refused
from projections.read_only.answering import BATCH, Guard, Reader, Values
from projections.read_only.postgres import Postgres
from projections.read_only.sqlite import LARGEST, Sqlite, only_reads
from projections.read_only.statements import LONGEST, QUESTIONS, place, statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["BATCH", "LARGEST", "LONGEST", "PATIENCE", "QUESTIONS", "Values", "only_reads", "select", "statement"]

PATIENCE = 30.0  # seconds that the database may work on one statement

_TOO_LARGE = 2**63  # for an integer on SQLite


def select(
    connection: "Connection",
    sql: str,
    parameters: Mapping[str, object] | None = None,
    *,
    where: str = "cis sql",
    seconds: float = PATIENCE,
) -> tuple[list[str], Iterator[Values]]:
    """The answer to SQL that only asks: the names of its columns, and its rows, fetched as they are read.

    `parameters` fill what the SQL has written `:name`. `where` names the SQL in errors. The database may work `seconds` on
    it; the reader's own time is not counted. Values are plain: text, numbers, None; truth is 1 and 0, as on SQLite, and
    what JSON has no form for is text (bytes: hexadecimal). A name that two columns share is numbered: `state`, `state_2`. The
    rows must be read while the transaction lasts; on Postgres it is read-only from here on.

    Raises `Refused` for SQL that does more than ask, is mistaken, or takes too long; `DatabaseError` where the database fails.
    """
    asked = statement(sql, where)
    values = dict(parameters or {})
    for name, at in asked.parameters.items():
        if name not in values:
            advice = "Write the value itself, text in single quotes."
            raise Refused(Problem(f"there is no value for the parameter :{name}", place(sql, at, where), advice))
    guard = Guard(asked, where, seconds)
    reader: Reader = Sqlite(connection, guard) if connection.dialect.name == "sqlite" else Postgres(connection, guard)
    names, first = reader.open({name: values[name] for name in asked.parameters})
    return _distinct(names), _rows(reader, first)


def _rows(reader: Reader, first: Sequence[Values]) -> Iterator[Values]:
    rows = first
    while rows:
        for row in rows:
            yield tuple(map(_plain, row))
        rows = reader.more() if len(rows) == BATCH else ()


def _distinct(names: Iterable[str]) -> list[str]:
    found = list[str]()
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(name if name not in found else next(other for other in numbered if other not in found))
    return found


def _plain(value: Any) -> Any:
    """A value as both databases would give it, in a form that JSON has."""
    from decimal import Decimal
    from math import isfinite

    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, Decimal):  # Postgres counts and sums in it
        if not value.is_finite() or abs(value) >= _TOO_LARGE:
            return str(value)
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
