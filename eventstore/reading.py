"""The ways to read the log."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, select

from eventstore.events import KINDS
from eventstore.integrity import Verdict, verify
from eventstore.stored import Stored
from eventstore.tables import event, event_subject, log_head

T = TypeVar("T")

CHUNK = 500  # values in one IN (...): well under the limit of every SQLite


class Head(NamedTuple):
    """The newest event: its position (0 in an empty log) and its hash."""

    position: int
    hash: str


def head(connection: Connection) -> Head:
    """The newest event of the log."""
    row = connection.execute(select(log_head.c.position, log_head.c.hash)).one()
    return Head(row.position, row.hash)


def read(
    connection: Connection,
    *,
    after: int = 0,
    upto: int | None = None,
    subject: str | None = None,
    event_ids: Iterable[str] | None = None,
) -> Iterator[Stored]:
    """Events in log order, streamed: after a position, up to one, about a subject, or those with the given ids."""
    query = select(event).order_by(event.c.position)
    if event_ids is not None:
        query = query.where(event.c.event_id.in_(bindparam("ids", expanding=True)))
        for chunk in chunks(sorted(event_ids)):
            yield from map(Stored._make, connection.execute(query, {"ids": chunk}))
        return
    if after:
        query = query.where(event.c.position > after)
    if upto is not None:
        query = query.where(event.c.position <= upto)
    if subject is not None:
        query = query.join(event_subject, event_subject.c.position == event.c.position).where(
            event_subject.c.subject == subject
        )
    yield from map(Stored._make, connection.execution_options(yield_per=1000).execute(query))


def known_ids(connection: Connection, register: str) -> set[str]:
    """Every id that the log knows in a register (treaty, body, person ...)."""
    column = event_subject.c.subject
    # ';' is the character after ':': the range is every subject of the register, found by index
    within = connection.execute(select(column).where(column >= f"{register}:", column < f"{register};").distinct())
    return ids_of(within.scalars(), register)


def position_at(connection: Connection, known_at: str) -> int:
    """The last position recorded at or before a UTC time (ISO, with Z); 0 if there was none."""
    # recorded_at never decreases and positions have no gaps, so halving finds it in a few steps
    low, high = 0, head(connection).position
    while low < high:
        middle = (low + high + 1) // 2
        recorded = connection.execute(select(event.c.recorded_at).where(event.c.position == middle)).scalar_one()
        low, high = (middle, high) if recorded <= known_at else (low, middle - 1)
    return low


def check_chain(connection: Connection) -> Verdict:
    """Recompute every hash of the log and compare it with what is stored (see `integrity.verify`)."""
    rows = connection.execution_options(yield_per=1000).execute(select(event).order_by(event.c.position))
    found = connection.execute(select(log_head.c.position, log_head.c.hash)).first()
    return verify(rows, found)


def ids_of(subjects: Iterable[str], register: str) -> set[str]:
    """The ids of one register among subjects."""
    return {name.partition(":")[2] for name in subjects if name.startswith(f"{register}:")}


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in lists that fit into one IN (...)."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def introduction(connection: Connection, subject: str) -> str | None:
    """The id of the event that first entered a subject (`meeting:x`) into its register, or None."""
    register = subject.partition(":")[0]
    kinds = [kind for kind, cls in KINDS.items() if cls.introduces == register]
    return connection.execute(
        select(event.c.event_id)
        .join(event_subject, event_subject.c.position == event.c.position)
        .where(event_subject.c.subject == subject, event.c.kind.in_(kinds))
        .order_by(event.c.position)
        .limit(1)
    ).scalar()
