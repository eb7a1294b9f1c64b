"""The rows of the views for whoever writes them all, in one order on every database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, Select, Table, Text, select
from sqlalchemy.types import BigInteger

from eventstore.reading import CHUNK
from projections.exports import Request
from projections.interval import Row, certainty_on, holds_on
from projections.registers import source
from projections.timeline import timeline

_DAYS = frozenset(("valid_from", "valid_from_latest", "valid_to", "valid_to_latest", "occurred_from", "occurred_to"))


def columns(table: Table, as_of: str | None) -> list[Column[Any]]:
    """The columns of a view as exported; for a day, intervals also have their `certainty` on it."""
    found = list[Column[Any]](table.c)
    if as_of is not None and "valid_from_latest" in table.c:
        found.append(Column("certainty", Text, nullable=False, comment=f"certain or possible on {as_of}"))
    return found


def kind_of(column: Column[Any]) -> str:
    """'boolean', 'integer', 'day' (an ISO day) or 'text'."""
    if isinstance(column.type, Boolean):
        return "boolean"
    if isinstance(column.type, Integer | BigInteger):
        return "integer"
    return "day" if column.name in _DAYS else "text"


def rows(request: Request, table: Table) -> Iterator[list[Row]]:
    """The rows of a view in chunks: all of them, or those of the day asked about.

    See `of_day` for what a day gives.
    """
    query = select(table) if request.as_of is None else of_day(table, request.as_of)
    return streamed(request.views, query.order_by(*order(table)))


def streamed(connection: Connection, query: Select[Any]) -> Iterator[list[Row]]:
    """The rows of a query in chunks, read as they are used."""
    found = connection.execute(query, execution_options={"yield_per": CHUNK})
    for chunk in found.mappings().partitions():
        yield [dict(row) for row in chunk]


def of_day(table: Table, day: str) -> Select[Any]:
    """The rows of a view on a day (ISO): of intervals what held then, with its certainty; of what happens once, what may have
    happened by then; and every source, for what happened long ago is cited from sources that were registered when the record
    was made.
    """
    query = select(table)
    if "valid_from_latest" in table.c:
        return select(table, certainty_on(table, day)).where(holds_on(table, day))
    if table is source:
        return query
    if "occurred_from" in table.c:
        return query.where(table.c.occurred_from <= day)
    if "event_id" in table.c:
        return query.where(table.c.event_id.in_(select(timeline.c.event_id).where(timeline.c.occurred_from <= day)))
    return query


def order(table: Table) -> list[Column[Any]]:
    """Every column in turn, so that equal worlds are equal files."""
    return [column for column in table.c if not isinstance(column.type, Boolean)]
