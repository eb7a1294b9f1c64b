"""What goes to the driver itself, past SQLAlchemy: bulk, and small questions that take longer to put into words than to answer.

The transaction is SQLAlchemy's all the same: only what stands between its beginning and its end goes this way.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain, count
from typing import Any, NamedTuple

from msgspec import json
from sqlalchemy import Connection, Select, Table
from sqlalchemy.exc import DBAPIError

Row = dict[str, Any]

_CHECKPOINT, _CHECKPOINT_OF_MANY = 1_000, 32_000  # pages in SQLite's write-ahead log from which they are carried over
FEW = 20  # rows up to which single INSERTs are sent sooner than a COPY is set up
_PAGE = 500  # rows fetched at once from Postgres
_LIST = re.compile(r"(NOT IN|IN|EACH) \?\?")
_numbers = count()


def ask(connection: Connection, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of a small question in plain SQL, in which `?` stands for a value.

    `IN ??` stands for a list of texts, and `EACH ??` for a table that has each of a list as a `name`.
    """
    return _executed(connection, *_worded(connection, sql, values), fetch=True)


def ask_all(connection: Connection, questions: Iterable[tuple[str, Sequence[object]]]) -> list[list[tuple[Any, ...]]]:
    """The rows of each of several questions, none of which waits for another's answer; Postgres gets them in one go.

    They are taken one by one: what it takes to make one is done while Postgres answers those before it.
    """
    if _is_sqlite(connection):
        return [ask(connection, sql, values) for sql, values in questions]
    cursors = list[Any]()
    with together(connection):
        for sql, values in questions:
            cursors.append(connection.connection.cursor())
            cursors[-1].execute(*_worded(connection, sql, values))
    return [cursor.fetchall() for cursor in cursors]


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """What is done inside is sent to Postgres without waiting for each answer.

    What goes wrong is told at a later statement or at the end, and may name another statement.
    """
    if _is_sqlite(connection):
        yield
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, error, "several statements") from error


def do(connection: Connection, sql: str, values: Sequence[object] = ()) -> None:
    """Carry out one statement in plain SQL (see `ask`)."""
    _executed(connection, *_worded(connection, sql, values), fetch=False)


def do_each(connection: Connection, sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Carry out one statement in plain SQL with `?` for values once for each row of values."""
    cursor: Any = connection.connection.cursor()
    worded, _ = _worded(connection, sql, ())
    try:
        cursor.executemany(worded, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, error, worded) from error
    finally:
        cursor.close()


def _executed(connection: Connection, sql: str, values: Any, *, fetch: bool) -> list[tuple[Any, ...]]:
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(sql, values)
        return cursor.fetchall() if fetch else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, error, sql) from error
    finally:
        cursor.close()


def _as_usual(connection: Connection, error: Exception, sql: str) -> Exception:
    """The error as SQLAlchemy would have raised it, so that nobody needs to know which way a statement went."""
    dialect = connection.dialect
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


def stream(connection: Connection, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a large question, read as they are used, in constant memory."""
    if _is_sqlite(connection):
        cursor: Any = connection.connection.cursor()
    else:
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor(name=f"cis_{next(_numbers)}")  # a named one stays on the server
        cursor.itersize = _PAGE
    try:
        cursor.execute(*_worded(connection, sql, values))
        # SQLite gives row by row, Postgres a page: of a thousand, many leave the processor's cache before they are used.
        for row in cursor:  # noqa: UP028 - `yield from` would close the cursor of whoever leaves early, here, where it may be gone
            yield row
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, error, sql) from error
    finally:
        with suppress(connection.dialect.loaded_dbapi.Error):  # a reader that left early may have closed all before
            cursor.close()


def put(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> None:
    """Insert rows, each with a value for every column of the table in its order; none is none.

    Of many, which are taken one by one, the next is made while Postgres takes in those before it.
    """
    with putting(connection, table, rows):
        pass


@contextmanager
def putting(connection: Connection, table: Table, rows: Iterable[Sequence[object]]) -> Iterator[None]:
    """Insert rows (see `put`); what is done inside, with no other statement, is done while Postgres takes in the last of many."""
    cursor: Any = connection.connection.cursor()
    try:
        if _is_sqlite(connection):
            cursor.executemany(_insert(table), rows)
            yield
        elif _goes_together(connection) or (isinstance(rows, list) and len(rows) <= FEW):
            held = [*rows]
            for some in (held[start : start + FEW] for start in range(0, len(held), FEW)):
                cursor.execute(_worded_for_postgres(_insert(table, len(some))), [*chain.from_iterable(some)])
            yield
        else:
            with cursor.copy(f"COPY {_columns(table)} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
                yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_usual(connection, error, _insert(table)) from error
    finally:
        cursor.close()


def prepare_for(connection: Connection, rows: int) -> None:
    """Prepare SQLite for a transaction that adds so many rows.

    Their ids scatter over an index, of which each large batch writes much: so it is carried over from the write-ahead log after
    several of them (at 130 MB). Single rows are sooner on disk where that log is short and written over.
    """
    pages = _CHECKPOINT if rows <= FEW else _CHECKPOINT_OF_MANY
    if _is_sqlite(connection) and connection.info.get(prepare_for, _CHECKPOINT) != pages:
        do(connection, f"PRAGMA wal_autocheckpoint={pages}")
        connection.info[prepare_for] = pages


class Prepared:
    """A SELECT with named values (`bindparam`) that SQLAlchemy puts into words once, and the driver answers from then on."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._worded = dict[str, _Words]()

    def __call__(self, connection: Connection, **values: object) -> list[Row]:
        """The rows as mappings, in the order of the columns."""
        words = self._words(connection)
        given = words.constants | values
        inserted = given if words.order is None else [given[name] for name in words.order]
        found = _executed(connection, words.sql, inserted, fetch=True)
        rows = [dict(zip(words.columns, row, strict=True)) for row in found]
        for name, settled in words.settle:
            for row in rows:
                row[name] = settled(row[name])
        return rows

    def _words(self, connection: Connection) -> "_Words":
        dialect = connection.dialect
        if dialect.name not in self._worded:
            compiled: Any = self._statement.compile(dialect=dialect)
            columns = list(self._statement.selected_columns)
            settle = [(c.name, c.type.dialect_impl(dialect).result_processor(dialect, None)) for c in columns]
            self._worded[dialect.name] = _Words(
                str(compiled),
                compiled.positiontup,
                dict(compiled.construct_params(_check=False)),
                [column.name for column in columns],
                [(name, how) for name, how in settle if how is not None],
            )
        return self._worded[dialect.name]


class _Words(NamedTuple):
    """A statement in one dialect."""

    sql: str
    order: list[str] | None  # of its values, where they have no names
    constants: dict[str, Any]
    columns: list[str]
    settle: list[tuple[str, Callable[[Any], Any]]]  # what the driver returns in another form (a flag as a number)


def _goes_together(connection: Connection) -> bool:
    """Whether statements are sent to Postgres without waiting: a COPY cannot be among them."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.pgconn.pipeline_status)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _worded(connection: Connection, sql: str, values: Sequence[object]) -> tuple[str, Sequence[object]]:
    """A statement and its values in the words of the database."""
    if _is_sqlite(connection):
        return _with_lists(sql, values, sys.maxsize) if "??" in sql else (sql, values)
    if "??" in sql:
        sql, values = _with_lists(sql, values, FEW)
    return _worded_for_postgres(sql), values


def _with_lists(sql: str, values: Sequence[object], most: int) -> tuple[str, Sequence[object]]:
    """A statement with the values of each list one by one, up to `most` of them; a longer one is one value, in JSON.

    Short lists Postgres plans once if it gets their values one by one. Of a long one it would weigh every value whenever it
    plans the question, which took a fifth of a batch with all views at a million events; and with hundreds of values psycopg
    3.3 comes to a standstill of a tenth of a second at times.
    """
    lengths = iter([len(given) for given in values if isinstance(given, list)])
    flat = list[object]()
    for given in values:
        if not isinstance(given, list):
            flat.append(given)
        elif len(given) <= most:
            flat += given
        else:
            flat.append(json.encode(given).decode())
    return _LIST.sub(lambda form: _list(form[1], next(lengths), most), sql), flat


def _list(form: str, length: int, most: int) -> str:
    if length > most:
        texts = "json_array_elements_text(?::json)"
        if form == "EACH":
            return f"{texts} AS each(name)"
        return f"{'= ANY' if form == 'IN' else '<> ALL'}(ARRAY(SELECT {texts}))"
    if form == "EACH":
        return f"(SELECT column1 AS name FROM (VALUES {', '.join(['(?)'] * length)}) AS listed) AS each"  # noqa: S608 - marks
    return f"{form} ({', '.join('?' * length)})"


@cache
def _worded_for_postgres(sql: str) -> str:
    return sql.replace("?", "%s")


@cache
def _insert(table: Table, rows: int = 1) -> str:
    marks = f"({', '.join(['?'] * len(table.c))})"
    return f"INSERT INTO {_columns(table)} VALUES {', '.join([marks] * rows)}"  # noqa: S608 - names of our own tables


@cache
def _columns(table: Table) -> str:
    names = ", ".join(f'"{name}"' for name in table.c.keys())  # noqa: SIM118 - not a dict: `end` is a word of SQL
    return f"{table.name} ({names})"
