"""What changed between two days."""

from collections.abc import Iterable, Iterator
from itertools import chain

from sqlalchemy import Connection, Table, and_, or_, select

from eventstore import reading
from projections import timeline
from projections.diff.comparing import HAPPENED, INTERVALS, line_of, pairs, prepared
from projections.diff.line import Line
from projections.interval import Row
from projections.projection import Key, Projection
from projections.views import PROJECTIONS


def changes(views: Connection, first: str, second: str) -> Iterator[Line]:
    """What changed in the views from the end of one day to the end of a later one (ISO)."""
    lines = [line for projection in PROJECTIONS for line in _changed(views, projection, first, second)]
    lines += [line for name, table in HAPPENED.items() for line in _happened(views, name, table, first, second)]
    told = _told(views, chain.from_iterable(line.events for line in lines))
    for line in lines:
        sentences = tuple(told[event_id][0] for event_id in line.events if event_id in told)
        about = chain.from_iterable(told[event_id][1] for event_id in line.events if event_id in told)
        yield line._replace(because=sentences, subjects=line.subjects | frozenset(about))


def _changed(views: Connection, projection: Projection, first: str, second: str) -> Iterator[Line]:
    table, compared = projection.table, INTERVALS[projection.name]
    c = table.c
    edges = or_(
        and_(c.valid_from <= second, c.valid_from_latest > first), and_(c.valid_to <= second, c.valid_to_latest > first)
    )
    query = select(table).where(edges).filter_by(**projection.fixed)
    query = query.order_by(*(c[name] for name in compared.key), c.valid_from, c.valid_from_latest, c.began_by)
    groups = dict[Key, list[Row]]()
    for found in views.execute(query).mappings():
        row = prepared(projection.name, dict(found))
        groups.setdefault(tuple(row[name] for name in compared.key), []).append(row)
    for key, rows in groups.items():
        for what, before, after in pairs(compared, rows, first, rows, second):
            causes = _causes(rows, what, first, second, certainty=what == compared.main)
            yield line_of(projection.name, compared, key, what, before, after, causes)


def _causes(rows: list[Row], what: str, first: str, second: str, *, certainty: bool) -> list[str]:
    """The events at which the value of a column changed, or may have changed, between two days; of the main column also those by
    which it became certain."""
    found = list[tuple[str, str]]()
    for row in rows:
        if row["valid_from"] <= second and row["valid_from_latest"] > first:
            before = [other for other in rows if other["ended_by"] == row["began_by"]]
            surer = certainty and any(other["valid_from_latest"] > row["valid_from_latest"] for other in before)
            if surer or ([other[what] for other in before] or [None]) != [row[what]]:
                found.append((row["valid_from"], row["began_by"]))
        if row["valid_to"] is not None and row["valid_to"] <= second and row["valid_to_latest"] > first:
            after = [other[what] for other in rows if other["began_by"] == row["ended_by"]]
            if (after or [None]) != [row[what]]:
                found.append((row["valid_to"], row["ended_by"]))
    return list(dict.fromkeys(event_id for _, event_id in sorted(found)))


def _happened(views: Connection, name: str, table: Table, first: str, second: str) -> Iterator[Line]:
    word = {"meeting": "held", "decision": "adopted"}[name]
    query = (
        select(table.c[name], table.c.occurred_from, table.c.occurred_to, table.c.event_id)
        .where(table.c.occurred_from <= second, table.c.occurred_to > first)
        .order_by(table.c.occurred_from, table.c.occurred_to, table.c.event_id)
    )
    for row in views.execute(query):
        before = f"possibly {word}" if row.occurred_from <= first else ""
        after = word if row.occurred_to <= second else f"possibly {word}"
        if before != after:
            yield Line(name, {name: row[0]}, word, before, after, (row.event_id,), ())


def _told(views: Connection, event_ids: Iterable[str]) -> dict[str, tuple[str, list[str]]]:
    """The sentence and the subjects of events, by their ids."""
    table, found = timeline.timeline, dict[str, tuple[str, list[str]]]()
    for ids in reading.chunks(dict.fromkeys(event_ids)):
        query = select(table.c.event_id, table.c.occurred, table.c.sentence, table.c.subjects)
        for row in views.execute(query.where(table.c.event_id.in_(ids))):
            found[row.event_id] = (f"{row.occurred}: {row.sentence}", row.subjects.split())
    return found
