"""Finding events: by what people write for one (an id, the beginning of one, a position), and by what they are about."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, select

from eventstore.errors import Problem, Refused
from eventstore.reading import head
from eventstore.stored import Stored
from eventstore.tables import event, event_subject

SHORTEST = 6  # characters of the beginning of an id that names an event
_BEGINNING = re.compile(r"[0-9a-f][0-9a-f-]*")
_COLUMNS = tuple(event.c[name] for name in Stored._fields)


def find(connection: Connection, text: str) -> Stored:
    """The one event that `text` names: a position, an id, or the beginning of an id of at least six characters.

    Digits are a position as long as the log reaches so far. Raises `Refused` where no event, or more than one, is meant.
    """
    wanted = text.strip().lower()
    by_position = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18 else 0
    if 0 < by_position <= head(connection).position:
        found = connection.execute(select(*_COLUMNS).where(event.c.position == by_position)).one()
        return Stored._make(found)
    if len(wanted) < SHORTEST or _BEGINNING.fullmatch(wanted) is None:
        advice = f"Give its position, its id, or at least {SHORTEST} characters of the id: cis log lists them."
        raise Refused(Problem(_no_event(connection, text, by_position), "EVENT", advice))
    # 'g' is the character after 'f': the range is every id that begins so, found by index
    within = select(*_COLUMNS).where(event.c.event_id >= wanted, event.c.event_id < f"{wanted}g")
    rows = connection.execute(within.order_by(event.c.event_id).limit(4)).all()
    if not rows:
        raise Refused(Problem(_no_event(connection, text, by_position), "EVENT", "cis log lists the events."))
    if len(rows) > 1:
        ids = ", ".join(row.event_id for row in rows)
        raise Refused(Problem(f"{text!r} begins more than one id", "EVENT", f"Write more of it: {ids}"))
    return Stored._make(rows[0])


def _no_event(connection: Connection, text: str, position: int) -> str:
    if position:
        return f"there is no position {position}: the log ends at position {head(connection).position}"
    return f"there is no event {text[:80]!r}"


def subjects_at(connection: Connection, position: int) -> list[str]:
    """What the event at a position is about, in order."""
    column = event_subject.c.subject
    return list(
        connection.execute(select(column).where(event_subject.c.position == position).order_by(column)).scalars()
    )


def search(
    connection: Connection,
    *,
    subjects: Sequence[str] = (),
    kinds: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
    text: str | None = None,
    upto: int | None = None,
    newest: int | None = None,
) -> Iterator[Stored]:
    """The events, in log order, that meet every condition given.

    About all of `subjects`; of one of `kinds`; that happened, or may have happened, from the day `first` to the day `last`
    (ISO, inclusive); whose data or sources hold `text`, whatever its case; up to a position; and of all these the `newest` so
    many.
    """
    query = select(*_COLUMNS)
    for subject in dict.fromkeys(subjects):
        about = event_subject.alias()
        query = query.join(about, about.c.position == event.c.position).where(about.c.subject == subject)
    if kinds:
        query = query.where(event.c.kind.in_(kinds))
    if first is not None:
        query = query.where((event.c.occurred_to >= first) | event.c.occurred_to.is_(None))
    if last is not None:
        query = query.where((event.c.occurred_from <= last) | event.c.occurred_from.is_(None))
    if upto is not None:
        query = query.where(event.c.position <= upto)
    order = event.c.position if newest is None else event.c.position.desc()
    found = connection.execute(query.order_by(order), execution_options={"yield_per": 1000})
    rows = _holding(map(Stored._make, found), text)
    return rows if newest is None else reversed([*islice(rows, newest)])


def _holding(rows: Iterator[Stored], text: str | None) -> Iterator[Stored]:
    # Letters are compared here and not in SQL, where each database folds another part of the alphabet.
    wanted = (text or "").casefold()
    return (row for row in rows if wanted in row.data.casefold() or wanted in row.sources.casefold())
