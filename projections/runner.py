"""How the views follow the log: which keys new events touch, and their rows folded anew.

An append folds the keys that its events touch. A rebuild folds every key: what each event says by itself in the order of the
log, then what is folded from many, subject by subject, so that all that concerns a treaty is read once, folded and let go, in
memory that does not grow with the log. A replay does the same into another database, as far as the log was known then. The
folds are the same in every case.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select

from eventstore.amending import is_amendment
from eventstore.driver import FEW as FEW_ROWS
from eventstore.driver import ask, do, do_each, put, together
from eventstore.errors import DatabaseError, Problem
from eventstore.events import DEFINING
from eventstore.facts import Fact
from eventstore.history import History
from eventstore.reading import chunks
from eventstore.stored import Stored, event_of
from eventstore.subjects import introduced_by, sides_of
from projections.interval import Row
from projections.projection import AnyView, EventView, Key, Projection
from projections.registers import state, state_rows
from projections.views import ALL_VIEWS, EVENT_VIEWS, PROJECTIONS, TABLES, projection

Progress = Callable[[int], object]
BATCH = 2_000  # rows of a table, or keys with their rows, held at once
FEW = 50  # events up to which asking the database for each is cheaper than keeping what was read
_MOVE = "UPDATE projection SET position = ?"


class Touched(NamedTuple):
    """A key of a projection, or an event of an event view, whose rows are to be folded anew."""

    view: AnyView
    key: Key
    fact: Fact | None = None  # of an event view: the event as it stands, None if it is out
    fresh: bool = False  # of an event view: the event is new, so that it has no rows yet


def catch_up(connection: Connection, progress: Progress | None = None) -> int:
    """Bring every view to the head of the log, in the transaction at hand; gives the number of events read.

    `progress` is told after each event. Raises `DatabaseError` where the views are those of another release.
    """
    position, head = _positions(connection)
    history = History(connection, head)
    new = history.known_at - position
    if new > max(position, FEW):  # more is to be folded than stays as it is
        _empty(connection)
        _fold_all(history, connection, progress)
        do(connection, _MOVE, (history.known_at,))
    elif new:
        for chunk in chunks(_once(touched(history, position, progress)), BATCH):
            _fold_anew(chunk, history, connection)
    return new


def rebuild(connection: Connection, progress: Progress | None = None) -> int:
    """Empty every view and fold the whole log again; gives the number of events read."""
    _empty(connection)
    connection.execute(delete(projection))
    history = History(connection)
    _fold_all(history, connection, progress)
    put(connection, projection, [(name, version, history.known_at) for name, version in _versions().items()])
    return history.known_at


def _empty(connection: Connection) -> None:
    for table in TABLES:
        connection.execute(delete(table))


def replay(
    history: History, into: Connection, *, subjects: Iterable[str] = (), progress: Progress | None = None
) -> None:
    """Fold the log as known to `history` into the empty tables of another database.

    With `subjects`, only what the events about these touch.
    """
    if not (names := [*subjects]):
        _fold_all(history, into, progress)
        return
    into.execute(insert(state), state_rows())
    rows = _Rows(into)
    for chunk in chunks(_once(key for name in names for key in touched(history, 0, progress, name))):
        _read_ahead(chunk, history)
        _fold(chunk, history, rows)
    rows.write()


def _fold_all(history: History, into: Connection, progress: Progress | None) -> None:
    """Fold everything that `history` knows into empty tables."""
    history.bulk = True
    history.look_ahead(0)
    into.execute(insert(state), state_rows())
    rows = _Rows(into)
    for stored in history.events():
        if not is_amendment(stored.kind):  # an amendment shows in the event that it is about
            fact = history.fact(stored)
            for view in _views_of(stored, stored):
                if isinstance(view, EventView):
                    rows.fold(view, (stored.event_id,), fact, history)
        if progress is not None:
            progress(1)
    for register in dict.fromkeys(view.key[0] for view in PROJECTIONS):
        views_of_it = [view for view in PROJECTIONS if view.key[0] == register]
        for subject in history.subjects(register):
            for view in views_of_it:
                for key in _keys_of(view, subject, history):
                    rows.fold(view, key, None, history)
    rows.write()


def _keys_of(view: Projection, subject: str, history: History) -> list[Key]:
    """The keys of a projection that are of a subject."""
    name = subject.partition(":")[2]
    facts = history.about(subject, kinds=view.leads)
    return sorted({key for fact in facts for key in view.keys(fact, history) if key[0] == name})


def projections_position(connection: Connection) -> int:
    """How far the views have read the log."""
    return min(connection.execute(select(projection.c.position)).scalars(), default=0)


def _versions() -> dict[str, int]:
    return {view.name: view.version for view in ALL_VIEWS}


def _positions(connection: Connection) -> tuple[int, int]:
    """How far the views have read the log, and how far it goes."""
    views = ask(connection, "SELECT name, version, position, (SELECT position FROM log_head) FROM projection")
    found = {name: version for name, version, _, _ in views}
    if found != _versions():
        changed = sorted(name for name, _ in found.items() ^ _versions().items())
        raise DatabaseError(
            Problem(
                f"the views are of another release ({', '.join(dict.fromkeys(changed))})",
                "",
                "Fold them anew: cis rebuild",
            )
        )
    return min((position, head) for _, _, position, head in views)


def touched(
    history: History, after: int, progress: Progress | None = None, subject: str | None = None
) -> Iterator[Touched]:
    """What the events after a position touch (those about `subject`, if given); a key may come more than once.

    Raises `DatabaseError`, naming the event, at a kind that a view neither handles nor declares ignored.
    """
    before = History(history.connection, after)
    events = history.events(after, subject)
    if subject is None and history.known_at - after <= FEW:
        events = iter(few := list(events))
        history.look_ahead(after, [stored for stored in few if is_amendment(stored.kind)])
    elif subject is None:
        history.look_ahead(after)
    for stored in _with_what_concerns_them(events, before, history):
        root = history.root(stored)
        told = _told(root, before, history)
        yield from _rows_of(root, stored, told, history, fresh=root.position > after)
        if root.position <= after or not _is_first(root, history):
            yield from _elsewhere(told, before, history)
        if progress is not None:
            progress(1)


def _with_what_concerns_them(events: Iterator[Stored], before: History, history: History) -> Iterator[Stored]:
    """The events; what folding them asks for is read at once before each few hundred of them."""
    for group in chunks(events):
        history.keep_for(group)
        if amendments := [stored for stored in group if is_amendment(stored.kind)]:
            before.keep_for(amendments)
        yield from group


# An event as it stood, and as it stands: where its rows are now, and where they are to be; each with what was known then,
# for which keys an event touches depends on others (on what a treaty confers, say).
_Told = list[tuple[Fact, History]]


def _told(root: Stored, before: History, history: History) -> _Told:
    known_then = (before, history) if root.position <= before.known_at else (history,)
    return [(fact, known) for known in known_then if (fact := known.fact(root)) is not None]


def _rows_of(root: Stored, stored: Stored, told: _Told, history: History, *, fresh: bool = False) -> Iterator[Touched]:
    """What one event touches by itself."""
    now = next((fact for fact, known in told if known is history), None)
    for view in _views_of(root, stored):
        if isinstance(view, EventView):
            yield Touched(view, (root.event_id,), now, fresh)
        else:
            yield from (Touched(view, key) for fact, known in told for key in view.keys(fact, known))


def _once(keys: Iterable[Touched]) -> Iterator[Touched]:
    seen = set[tuple[str, Key]]()
    for touched_key in keys:
        if (mark := (touched_key.view.name, touched_key.key)) not in seen:
            seen.add(mark)
            yield touched_key


def _views_of(root: Stored, stored: Stored) -> Sequence[AnyView]:
    handling, strangers = _handling(root.kind)
    if strangers:
        raise DatabaseError(
            Problem(
                f"the view {strangers[0].name} neither handles nor ignores the kind {root.kind!r}",
                f"event {stored.event_id} at position {stored.position}",
                "Upgrade the program, or report this to its makers.",
            )
        )
    return handling


@cache
def _handling(kind: str) -> tuple[list[AnyView], list[AnyView]]:
    """The views that handle a kind, and those that do not know it."""
    handling = [view for view in ALL_VIEWS if kind in view.handles]
    return handling, [view for view in ALL_VIEWS if kind not in view.handles | view.ignores]


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


def _is_first(root: Stored, history: History) -> bool:
    """Whether an event is the first about what it enters into a register: then nothing before it can have named that."""
    name = introduced_by(event_of(root))
    return name is not None and history.first(name) == root.position


def _judged_by(source: str, before: History, history: History) -> Iterator[Touched]:
    """What changes where the standing of a source decides a dispute."""
    for stored in history.events(subject=source):
        if not is_amendment(stored.kind):
            continue
        root = history.root(stored)
        told = _told(root, before, history)
        yield from _rows_of(root, stored, told, history)
        if root.kind != "source-registered":  # the standing of a source itself hangs on no other's
            yield from _elsewhere(told, before, history)


class _Rows:
    """Rows on their way into the tables, written in batches."""

    def __init__(self, connection: Connection, batch: int = BATCH) -> None:
        self._connection = connection
        self._batch = batch
        self._held = dict[Table, list[tuple[object, ...]]]()

    def fold(self, view: AnyView, key: Key, fact: Fact | None, history: History) -> None:
        """Add the rows of a key of a projection, or of an event as it stands (None: it is out)."""
        if isinstance(view, Projection):
            self._add(view.table, view.fold(key, history))
        else:
            for table, row in view.rows(fact, history) if fact is not None else view.denied(key[0], history):
                self._add(table, (row,))

    def _add(self, table: Table, rows: Iterable[Row]) -> None:
        held = self._held.get(table)
        if held is None:
            held = self._held[table] = []
        held += map(_in_order(table), rows)
        if len(held) >= self._batch:
            put(self._connection, table, held)
            held.clear()

    @property
    def few(self) -> bool:
        """Whether what is held may be written `together` with other things."""
        return all(len(held) <= FEW_ROWS for held in self._held.values())

    def write(self) -> None:
        """Write what is still held."""
        for table, held in self._held.items():
            put(self._connection, table, held)
        self._held.clear()


@cache
def _in_order(table: Table) -> Callable[[Row], tuple[object, ...]]:
    """What gives the values of a row in the order of the table's columns."""
    return itemgetter(*table.c.keys())


def _fold(keys: Iterable[Touched], history: History, rows: _Rows) -> None:
    for view, key, fact, _ in keys:
        rows.fold(view, key, fact, history)


def _fold_anew(keys: Sequence[Touched], history: History, into: Connection) -> None:
    """Put the rows of some keys in the place of those that they have, and the views where the history is."""
    _read_ahead(keys, history)
    rows = _Rows(into, batch=sys.maxsize)  # none before the old ones are out
    _fold(keys, history, rows)
    with together(into) if rows.few else nullcontext():
        _delete(into, keys)
        rows.write()
        do(into, _MOVE, (history.known_at,))


def _read_ahead(keys: Sequence[Touched], history: History) -> None:
    """Read at once what folding these keys asks for first.

    For a key of a state and a treaty or organisation these are the acts of the state towards it. For a key of one part it is all
    that is about it or, where the view handles nothing else, what defines it.
    """
    defined, wholes = set[str](), set[str]()
    for view, key, _, _ in keys:
        if not isinstance(view, Projection):
            continue
        subjects = [f"{register}:{name}" for register, name in zip(view.key, key, strict=True)]
        if (sides := sides_of(subjects)) is not None:
            defined.add(sides)
        elif len(subjects) == 1:
            (defined if view.handles <= DEFINING else wholes).add(subjects[0])
    # One alone is asked for when it is folded: that is one round trip, and reading ahead takes two.
    history.keep(defined=defined, wholes=wholes if len(wholes) > 1 else ())


def _delete(connection: Connection, keys: Iterable[Touched]) -> None:
    """Take out the rows that these keys have now."""
    found = dict[str, list[tuple[object, ...]]]()
    for view, key, _, fresh in keys:
        if isinstance(view, Projection):
            sql = _deletion(view.table, (*view.key, *view.fixed))
            found.setdefault(sql, []).append((*key, *view.fixed.values()))
        elif not fresh:
            for table in view.tables:
                found.setdefault(_deletion(table, ("event_id",)), []).append(key)
    for sql, values in found.items():
        do_each(connection, sql, values)


@cache
def _deletion(table: Table, columns: tuple[str, ...]) -> str:
    return f"DELETE FROM {table.name} WHERE {' AND '.join(f'{name} = ?' for name in columns)}"  # noqa: S608 - our own names
