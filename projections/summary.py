"""All views at once, in numbers: how many rows of each hold on a day, certainly and possibly."""

from sqlalchemy import Connection, Select, Table, case, func, literal, select

from projections.interval import Row, certainty_on, holds_on
from projections.timeline import timeline
from projections.views import TABLES


def summary(views: Connection, day: str) -> list[Row]:
    """For every view, by name, the rows that hold on a day (ISO) or happened by then: certain, and only possible."""
    rows = list[Row]()
    for table in sorted(TABLES, key=lambda table: table.name):
        counts = {found.certainty: found.rows for found in views.execute(_counted(table, day))}
        rows.append({"view": table.name, "certain": counts.get("certain", 0), "possible": counts.get("possible", 0)})
    return rows


def _counted(table: Table, day: str) -> Select[str, int]:
    held = _held(table, day).subquery()
    return select(held.c.certainty, func.count().label("rows")).group_by(held.c.certainty)


def _held(table: Table, day: str) -> Select[str]:
    """The certainty of each row of a table that holds on a day, or of which it is possible."""
    if "valid_from_latest" in table.c:
        return select(certainty_on(table, day)).where(holds_on(table, day))
    if "event_id" in table.c:  # what happened once holds from then on
        happened = case((timeline.c.occurred_to <= day, literal("certain")), else_=literal("possible"))
        query = select(happened.label("certainty")).where(timeline.c.occurred_from <= day)
        if table is timeline:
            return query
        return query.select_from(table.join(timeline, timeline.c.event_id == table.c.event_id))
    return select(literal("certain").label("certainty")).select_from(table)
