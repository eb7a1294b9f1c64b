"""All views and the log in one SQLite file that says what its columns mean.

`data_dictionary` has a row for every table (with no column) and every column; `about` says what the file rests on. The keys
and indexes of the record come along; its triggers do not, for this is a copy to work with. `event` and `event_subject` are
the log as stored, so that its hashes can be checked from the file alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, select

from eventstore.sqlite_file import new_file
from eventstore.tables import event, event_subject
from projections.exports import Request
from projections.exports.tables import columns, kind_of, rows, streamed
from projections.views import TABLES

_TYPES = {"boolean": "BOOLEAN (0 or 1)", "integer": "INTEGER", "day": "TEXT (ISO day)", "text": "TEXT"}


def write(request: Request, path: Path) -> None:
    """Write the file, which must not be there yet; raises `OSError` where it cannot be written."""
    engine = new_file(path)
    try:
        with engine.begin() as file:
            file.exec_driver_sql("PRAGMA journal_mode = OFF")  # the file is new: what fails leaves none
            for table in TABLES:
                copy = _create(file, table, columns(table, request.as_of))
                for chunk in rows(request, table):
                    file.execute(insert(copy), chunk)
            for table in (event, event_subject):
                _copy_log(request, file, table)
            _describe(request, file)
    finally:
        engine.dispose()


def _create(file: Connection, table: Table, found: list[Column[Any]]) -> Table:
    copy = table.to_metadata(MetaData(naming_convention=table.metadata.naming_convention))
    for column in found[len(table.c) :]:
        copy.append_column(column)
    copy.create(file)
    return copy


def _copy_log(request: Request, file: Connection, table: Table) -> None:
    copy = Table(table.name, MetaData(), *(Column(c.name, c.type, primary_key=c.primary_key) for c in table.c))
    copy.create(file)
    query = select(table).where(table.c.position <= request.basis.known_at).order_by(*table.primary_key.columns)
    for chunk in streamed(request.log, query):
        file.execute(insert(copy), chunk)


def _describe(request: Request, file: Connection) -> None:
    names = ("table_name", "column_name", "type", "description")
    dictionary = Table("data_dictionary", MetaData(), *(Column(name, Text) for name in names))
    about = Table("about", MetaData(), *(Column(name, Text) for name in ("as_of", "known_at", "hash")))
    for table in (dictionary, about):
        table.create(file)
    file.execute(insert(dictionary), [dict(zip(names, row, strict=True)) for row in _dictionary(request)])
    file.execute(insert(about), request.basis._asdict() | {"as_of": request.as_of})


def _dictionary(request: Request) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    for table in (*TABLES, event, event_subject):
        yield table.name, None, None, table.comment
        for column in columns(table, request.as_of) if table in TABLES else table.c:
            yield table.name, column.name, _TYPES[kind_of(column)], column.comment
