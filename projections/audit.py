"""The views examined: the whole log is folded anew, elsewhere, and every row of every view compared with what that gives."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, create_engine, select
from sqlalchemy.pool import NullPool

from eventstore.audit import any_bytes
from eventstore.driver import stream
from eventstore.history import History
from eventstore.reading import head
from projections.runner import replay
from projections.views import ALL_VIEWS, PROJECTIONS, TABLES, metadata, projection

MOST = 20  # differences of one view that are told one by one
Values = Sequence[Any]


def check_views(
    connection: Connection, *, progress: Callable[[int], object] | None = None, most: int = MOST
) -> list[str]:
    """What in the views is not what the log gives, one sentence for each row, with its table and key.

    The log is folded into a temporary database of SQLite's own, which keeps what is too much for memory in a file without a
    name. Of one view the first `most` differences are told, and the number of the others. `progress` is told after each
    event. Raises `DatabaseError` where the log cannot be folded: examine it first (`eventstore.audit`).
    """
    elsewhere = create_engine("sqlite://", creator=lambda: sqlite3.connect(""), poolclass=NullPool)
    with elsewhere.begin() as folded, any_bytes(connection):
        metadata.create_all(folded)
        found = list(_positions(connection))
        replay(History(connection), folded, progress=progress)
        for table in TABLES:
            differences = list[str]()
            count = 0
            for sentence in _differences(table, _rows(connection, table), _rows(folded, table)):
                count += 1
                if count <= most:
                    differences.append(f"{table.name}: {sentence}")
            found += differences
            if count > most:
                found.append(f"{table.name}: {count - most} more rows differ")
    return found


def _positions(connection: Connection) -> Iterator[str]:
    """What is wrong with how far the views say that they have read."""
    newest = head(connection).position
    wanted = {view.name: (view.version, newest) for view in ALL_VIEWS}
    stored = {row.name: (row.version, row.position) for row in connection.execute(select(projection))}
    for name in sorted(wanted.keys() | stored.keys()):
        if name not in stored:
            yield f"projection: name={name!r}: missing"
        elif name not in wanted:
            yield f"projection: name={name!r}: there is no such view"
        else:
            for column, is_now, should in zip(("version", "position"), stored[name], wanted[name], strict=True):
                if is_now != should:
                    yield f"projection: name={name!r}: {column} is {is_now!r}, but should be {should!r}"


def _rows(connection: Connection, table: Table) -> Iterator[Values]:
    """The rows as they are stored, past all conversion, in the order of `_ordered`."""
    null_first = "" if connection.dialect.name == "sqlite" else " NULLS FIRST"  # SQLite does so by itself
    names = [f'"{name}"' for name in _columns(table)]
    order = ", ".join(f"{name}{null_first}" for name in names)
    sql = f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {order}"  # noqa: S608 - our own tables
    return stream(connection, sql)


def _key(table: Table) -> list[str]:
    """The columns that tell the rows of a table from each other; of a table of intervals, those of its key and its begin."""
    if len(table.primary_key):
        return [column.name for column in table.primary_key]
    keys = dict.fromkeys(name for view in PROJECTIONS if view.table is table for name in (*view.key, *view.fixed))
    return [*keys, "valid_from"]


def _columns(table: Table) -> list[str]:
    key = _key(table)
    return [*key, *(column.name for column in table.c if column.name not in key)]


def _differences(table: Table, stored: Iterator[Values], folded: Iterator[Values]) -> Iterator[str]:
    columns, width = _columns(table), len(_key(table))
    row, wanted = next(stored, None), next(folded, None)
    while row is not None or wanted is not None:
        if row == wanted:
            row, wanted = next(stored, None), next(folded, None)
        elif row is not None and wanted is not None and row[:width] == wanted[:width]:
            yield f"{_named(columns, row[:width])}: {_changed(columns, row, wanted)}"
            row, wanted = next(stored, None), next(folded, None)
        elif wanted is None or (row is not None and _ordered(row) < _ordered(wanted)):
            assert row is not None
            yield f"{_named(columns, row[:width])}: the log does not give this row"
            row = next(stored, None)
        else:
            yield f"{_named(columns, wanted[:width])}: missing, though the log gives this row"
            wanted = next(folded, None)


def _ordered(row: Values) -> tuple[tuple[int, Any], ...]:
    """The place of a row among others, as both databases see it: NULL, numbers, text byte by byte, and what else there is."""
    return tuple(
        (0, 0)
        if value is None
        else (1, value)
        if isinstance(value, int | float)
        else (2, value.encode("utf-8", "surrogateescape"))
        if isinstance(value, str)
        else (3, bytes(value))
        for value in row
    )


def _named(columns: Sequence[str], values: Values) -> str:
    return " ".join(f"{name}={value!r}" for name, value in zip(columns, values, strict=False) if value is not None)


def _changed(columns: Sequence[str], row: Values, wanted: Values) -> str:
    told = zip(columns, row, wanted, strict=True)
    return "; ".join(
        f"{name} is {is_now!r}, the log gives {should!r}" for name, is_now, should in told if is_now != should
    )
