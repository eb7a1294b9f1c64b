"""How the views follow the log: which keys new events touch, and their rows folded anew.

There is one way only. An append folds the keys that its events touch; a rebuild does the same from position 0 on empty
tables; a replay does it into another database, as far as the log was known then.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from eventstore.amending import is_amendment
from eventstore.errors import DatabaseError, Problem
from eventstore.facts import Fact, History, unamended
from eventstore.stored import Stored
from eventstore.subjects import introduced_by
from projections.interval import Row
from projections.projection import EventView, Key, Projection
from projections.registers import state, state_rows
from projections.views import EVENT_VIEWS, PROJECTIONS, TABLES, projection

Progress = Callable[[int], object]
BATCH = 2_000  # rows or keys held at once


class Touched(NamedTuple):
    """A key of a projection, or an event of an event view, whose rows are to be folded anew."""

    view: Projection | EventView
    key: Key


def catch_up(connection: Connection, progress: Progress | None = None) -> int:
    """Bring every view to the head of the log, in the transaction at hand; gives the number of events read.

    `progress` is told after each event. Raises `DatabaseError` where the views are those of another release.
    """
    position = _position(connection)
    history = History(connection)
    if position < history.known_at:
        _replace(connection, history, touched(history, position, progress), empty=position == 0)
        connection.execute(update(projection).values(position=history.known_at))
    return history.known_at - position


def rebuild(connection: Connection, progress: Progress | None = None) -> int:
    """Empty every view and fold the whole log again; gives the number of events read."""
    for table in TABLES:
        connection.execute(delete(table))
    connection.execute(delete(projection))
    connection.execute(insert(projection), [{"name": n, "version": v, "position": 0} for n, v in _versions().items()])
    connection.execute(insert(state), state_rows())
    return catch_up(connection, progress)


def replay(
    history: History, into: Connection, *, subjects: Iterable[str] = (), progress: Progress | None = None
) -> None:
    """Fold the log as known to `history` into the empty tables of another database.

    With `subjects`, only what the events about these touch.
    """
    into.execute(insert(state), state_rows())
    names = list(subjects)
    if not names:
        _replace(into, history, touched(history, 0, progress), empty=True)
        return
    seen = set[Touched]()
    for name in names:
        _replace(into, history, (key for key in touched(history, 0, progress, name) if key not in seen), empty=True)


def projections_position(connection: Connection) -> int:
    """How far the views have read the log."""
    return min(connection.execute(select(projection.c.position)).scalars(), default=0)


def _versions() -> dict[str, int]:
    views: tuple[Projection | EventView, ...] = (*PROJECTIONS, *EVENT_VIEWS)
    return {view.name: view.version for view in views}


def _position(connection: Connection) -> int:
    found = {row.name: row.version for row in connection.execute(select(projection))}
    if found != _versions():
        changed = sorted(name for name, _ in found.items() ^ _versions().items())
        raise DatabaseError(
            Problem(
                f"the views are of another release ({', '.join(dict.fromkeys(changed))})",
                "",
                "Fold them anew: cis rebuild",
            )
        )
    return projections_position(connection)


def touched(
    history: History, after: int, progress: Progress | None = None, subject: str | None = None
) -> Iterator[Touched]:
    """What the events after a position touch (those about `subject`, if given), each key once.

    Raises `DatabaseError`, naming the event, at a kind that a view neither handles nor declares ignored.
    """
    seen = set[Touched]()
    before = History(history.connection, after)
    for stored in history.events(after, subject):
        for fact in _standing_facts(stored, history, before):
            for key in _keys(fact, history, stored):
                if key not in seen:
                    seen.add(key)
                    yield key
        if progress is not None:
            progress(1)


def _standing_facts(stored: Stored, history: History, before: History) -> Iterator[Fact]:
    """The facts whose rows an event touches: itself; of an amendment, its event as it was and as it is."""
    fact = unamended(stored)
    if not is_amendment(stored.kind):
        yield fact
        if stored.kind == "source-registered":
            yield from _judged_by(introduced_by(fact.event) or "", history)
        return
    root = history.root(stored)
    for told in (unamended(root), before.fact(root) if root.position <= before.known_at else None, history.fact(root)):
        if told is not None:
            yield told
            if told.kind == "source-registered":
                yield from _judged_by(introduced_by(told.event) or "", history)


def _judged_by(source: str, history: History) -> Iterator[Fact]:
    """The disputed events that turn on the standing of a source."""
    for stored in history.events(subject=source):
        if is_amendment(stored.kind):
            root = history.root(stored)
            for told in (unamended(root), history.fact(root)):
                if told is not None and told.kind != "source-registered":
                    yield told


def _keys(fact: Fact, history: History, stored: Stored) -> Iterator[Touched]:
    for projected in PROJECTIONS:
        if fact.kind in projected.handles:
            for key in projected.keys(fact, history):
                yield Touched(projected, key)
        elif fact.kind not in projected.ignores:
            _stop(projected.name, stored)
    for view in EVENT_VIEWS:
        if fact.kind in view.handles:
            yield Touched(view, (fact.event_id,))
            if view.names_others and (name := introduced_by(fact.event)) is not None:
                yield from (Touched(view, (other.event_id,)) for other in history.about(name))
        elif fact.kind not in view.ignores:
            _stop(view.name, stored)


def _stop(view: str, stored: Stored) -> None:
    raise DatabaseError(
        Problem(
            f"the view {view} neither handles nor ignores the kind {stored.kind!r}",
            f"event {stored.event_id} at position {stored.position}",
            "Upgrade the program, or report this to its makers.",
        )
    )


def _replace(connection: Connection, history: History, keys: Iterable[Touched], *, empty: bool) -> None:
    """Fold the keys and put their rows in the place of what was there; into empty tables nothing needs to be taken out."""
    rows = dict[Table, list[Row]]()
    for view, key in keys:
        if not empty:
            _delete(connection, view, key)
        for table, row in _fold(view, key, history):
            held = rows.setdefault(table, [])
            held.append(row)
            if len(held) >= BATCH:
                connection.execute(insert(table), held)
                held.clear()
    for table, held in rows.items():
        if held:
            connection.execute(insert(table), held)


def _delete(connection: Connection, view: Projection | EventView, key: Key) -> None:
    if isinstance(view, Projection):
        chosen = dict(zip(view.key, key, strict=True)) | dict(view.fixed)
        connection.execute(delete(view.table).filter_by(**chosen))
    else:
        for table in view.tables:
            connection.execute(delete(table).where(table.c.event_id == key[0]))


def _fold(view: Projection | EventView, key: Key, history: History) -> Iterator[tuple[Table, Row]]:
    if isinstance(view, Projection):
        yield from ((view.table, row) for row in view.fold(key, history))
        return
    fact = history.fact_of(key[0])
    if fact is not None:
        yield from view.rows(fact, history)
