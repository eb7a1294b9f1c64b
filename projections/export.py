"""The world on one day, as plain tables in a new SQLite file that any tool opens."""

import sqlite3
from pathlib import Path

from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text, insert, select
from sqlalchemy.exc import OperationalError

from eventstore.errors import Problem, Refused
from eventstore.reading import CHUNK
from eventstore.sqlite_file import new_file
from projections.interval import certainty_on, holds_on
from projections.question import Basis
from projections.timeline import timeline
from projections.views import TABLES


def into_file(views: Connection, basis: Basis, path: Path) -> dict[str, int]:
    """Write every view as of a day into a new SQLite file; gives the number of rows of each table.

    Intervals give their rows of that day with a column `certainty`; meetings, decisions, the timeline and the registers
    give what may have happened by then. Table `about` says what the file rests on. Raises `Refused` if it cannot be written.
    """
    engine = new_file(path)
    try:
        with engine.begin() as file:
            counts = {table.name: _copy(views, file, table, basis.as_of) for table in TABLES}
            about = Table("about", MetaData(), *(Column(name, Text) for name in ("as_of", "known_at", "hash")))
            about.create(file)
            file.execute(insert(about), basis._asdict())
    except OperationalError as error:
        if error.connection_invalidated or not isinstance(error.orig, sqlite3.Error):
            raise  # it was the record that could not be read
        raise Refused(Problem(f"the file cannot be written: {error.orig}", path.name)) from error
    finally:
        engine.dispose()
    return counts


def _copy(views: Connection, file: Connection, table: Table, day: str) -> int:
    columns = list[Column[object]](Column(c.name, c.type, comment=c.comment) for c in table.c)
    query = select(table)
    if "valid_from_latest" in table.c:
        query = select(table, certainty_on(table, day)).where(holds_on(table, day))
        columns.append(Column("certainty", Text))
    elif "occurred_from" in table.c:
        query = query.where(table.c.occurred_from <= day)
    elif "event_id" in table.c:
        by_then = select(timeline.c.event_id).where(timeline.c.occurred_from <= day)
        query = query.where(table.c.event_id.in_(by_then))
    plain = Table(table.name, MetaData(), *columns)
    plain.create(file)
    count = 0
    found = views.execute(query.order_by(*_order(table)), execution_options={"yield_per": CHUNK})
    for chunk in found.mappings().partitions():
        file.execute(insert(plain), [dict(row) for row in chunk])
        count += len(chunk)
    return count


def _order(table: Table) -> list[Column[object]]:
    """Every column in turn, so that equal worlds are equal files."""
    return [column for column in table.c if not isinstance(column.type, Boolean)]
