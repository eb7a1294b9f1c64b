"""The world on one day, as plain tables in a new SQLite file that any tool opens."""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert

from eventstore.sqlite_file import new_file
from projections.exports.tables import columns, of_day, order, streamed
from projections.question import Basis
from projections.views import TABLES


def into_file(views: Connection, basis: Basis, path: Path) -> dict[str, int]:
    """Write every view as of a day into a new SQLite file; gives the number of rows of each table.

    The rows are those of `tables.of_day`. Table `about` says what the file rests on. Raises `OSError` if it cannot be written.
    """
    engine = new_file(path)
    try:
        with engine.begin() as file:
            counts = {table.name: _copy(views, file, table, basis.as_of) for table in TABLES}
            about = Table("about", MetaData(), *(Column(name, Text) for name in ("as_of", "known_at", "hash")))
            about.create(file)
            file.execute(insert(about), basis._asdict())
    finally:
        engine.dispose()
    return counts


def _copy(views: Connection, file: Connection, table: Table, day: str) -> int:
    plain = Table(table.name, MetaData(), *(Column(c.name, c.type, comment=c.comment) for c in columns(table, day)))
    plain.create(file)
    count = 0
    query = of_day(table, day).order_by(*order(table))
    for chunk in streamed(views, query):
        file.execute(insert(plain), chunk)
        count += len(chunk)
    return count
