"""How the views follow the log: which keys new events touch, and their rows folded anew.

There is one way only. An append folds the keys that its events touch; a rebuild does the same from position 0 on empty
tables; a replay does it into another database, as far as the log was known then.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from eventstore.amending import is_amendment
from eventstore.errors import DatabaseError, Problem
from eventstore.facts import Fact, History
from eventstore.stored import Stored
from eventstore.subjects import introduced_by
from projections.interval import Row
from projections.projection import EventView, Key, Projection
from projections.registers import state, state_rows
from projections.views import EVENT_VIEWS, PROJECTIONS, TABLES, projection

Progress = Callable[[int], object]
BATCH = 2_000  # rows held at once
FEW = 50  # events up to which asking the database for each is cheaper than keeping what was read


class Touched(NamedTuple):
    """A key of a projection, or an event of an event view, whose rows are to be folded anew."""

    view: Projection | EventView
    key: Key
    fact: Fact | None = None  # of an event view: the event as it stands, None if it is out


def catch_up(connection: Connection, progress: Progress | None = None) -> int:
    """Bring every view to the head of the log, in the transaction at hand; gives the number of events read.

    `progress` is told after each event. Raises `DatabaseError` where the views are those of another release.
    """
    position = _position(connection)
    history = History(connection)
    history.bulk = history.known_at - position > FEW
    if position < history.known_at:
        keys = _once(touched(history, position, progress))
        _replace(connection, history, keys, empty=position == 0)
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
    names: list[str | None] = [*subjects]
    history.bulk = not names
    keys = (key for name in names or [None] for key in touched(history, 0, progress, name))
    _replace(into, history, _once(keys), empty=True)


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
    """What the events after a position touch (those about `subject`, if given); a key may come more than once.

    Raises `DatabaseError`, naming the event, at a kind that a view neither handles nor declares ignored.
    """
    before = History(history.connection, after)
    everything = after == 0 and subject is None
    for stored in history.events(after, subject):
        root = history.root(stored)
        told = _told(root, before, history)
        yield from _rows_of(root, stored, told, history)
        if not everything:  # where everything is folded, these are met as events of their own
            yield from _elsewhere(told, before, history)
        if progress is not None:
            progress(1)


# An event as it stood, and as it stands: where its rows are now, and where they are to be; each with what was known then,
# for which keys an event touches depends on others (on what a treaty confers, say).
_Told = list[tuple[Fact, History]]


def _told(root: Stored, before: History, history: History) -> _Told:
    known_then = (before, history) if root.position <= before.known_at else (history,)
    return [(fact, known) for known in known_then if (fact := known.fact(root)) is not None]


def _rows_of(root: Stored, stored: Stored, told: _Told, history: History) -> Iterator[Touched]:
    """What one event touches by itself."""
    now = next((fact for fact, known in told if known is history), None)
    for view in _views_of(root, stored):
        if isinstance(view, EventView):
            yield Touched(view, (root.event_id,), now)
        else:
            yield from (Touched(view, key) for fact, known in told for key in view.keys(fact, known))


def _once(keys: Iterable[Touched]) -> Iterator[Touched]:
    seen = set[tuple[str, Key]]()
    for touched_key in keys:
        if (mark := (touched_key.view.name, touched_key.key)) not in seen:
            seen.add(mark)
            yield touched_key


def _views_of(root: Stored, stored: Stored) -> Iterator[Projection | EventView]:
    views: tuple[Projection | EventView, ...] = (*PROJECTIONS, *EVENT_VIEWS)
    for view in views:
        if root.kind in view.handles:
            yield view
        elif root.kind not in view.ignores:
            raise DatabaseError(
                Problem(
                    f"the view {view.name} neither handles nor ignores the kind {root.kind!r}",
                    f"event {stored.event_id} at position {stored.position}",
                    "Upgrade the program, or report this to its makers.",
                )
            )


def _elsewhere(told: _Told, before: History, history: History) -> Iterator[Touched]:
    """What a new or amended entry of a register changes elsewhere: sentences that name it, disputes that turn on a source."""
    for fact, known in told:
        name = introduced_by(fact.event)
        if name is None:
            continue
        for view in EVENT_VIEWS:
            if view.names_others:
                for other in known.about(name):
                    now = other if known is history else history.fact_of(other.event_id)
                    yield Touched(view, (other.event_id,), now)
        if fact.kind == "source-registered":
            yield from _judged_by(name, before, history)


def _judged_by(source: str, before: History, history: History) -> Iterator[Touched]:
    """What changes where the standing of a source decides a dispute."""
    for stored in history.events(subject=source):
        if not is_amendment(stored.kind):
            continue
        root = history.root(stored)
        if root.kind != "source-registered":  # disputes about sources are not weighed by standing
            told = _told(root, before, history)
            yield from _rows_of(root, stored, told, history)
            yield from _elsewhere(told, before, history)


def _replace(connection: Connection, history: History, keys: Iterable[Touched], *, empty: bool) -> None:
    """Fold the keys and put their rows in the place of what was there; into empty tables nothing needs to be taken out."""
    rows = dict[Table, list[Row]]()
    for touched_key in keys:
        if not empty:
            _delete(connection, touched_key.view, touched_key.key)
        for table, row in _fold(touched_key, history):
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


def _fold(touched_key: Touched, history: History) -> Iterator[tuple[Table, Row]]:
    view, key, fact = touched_key
    if isinstance(view, Projection):
        yield from ((view.table, row) for row in view.fold(key, history))
    elif fact is not None:
        yield from view.rows(fact, history)
