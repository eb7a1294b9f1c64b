"""The ways to read the log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, select

from eventstore.driver import ask, ask_all, stream
from eventstore.errors import DatabaseError, Problem
from eventstore.events import DEFINING, KINDS, LIFE
from eventstore.integrity import Verdict, verify
from eventstore.stored import Stored
from eventstore.tables import event_subject

T = TypeVar("T")

LAST_POSITION = 2**62  # beyond any position
_COLUMNS = "SELECT " + ", ".join(f"event.{name}" for name in Stored._fields)
_SELECT = f"{_COLUMNS} FROM event"
# The rows that say what events are about, and what they define, each with its event.
_SUBJECTS = "FROM event_subject s JOIN event ON event.position = s.position"
_DEFINITIONS = "FROM event_definition d JOIN event ON event.position = d.position"
_ABOUT = f"{_COLUMNS} {_SUBJECTS} WHERE s.subject = ? AND s.position > ? AND s.position <= ?"
_FIRST = f"SELECT event_id {_SUBJECTS} WHERE s.subject = name AND event.kind IN ?? ORDER BY s.position LIMIT 1"
_INTRODUCTIONS = f"SELECT name, ({_FIRST}) FROM EACH ??"  # noqa: S608 - a constant
as_stored = partial(tuple.__new__, Stored)  # a row as it comes; _make would count its columns once more for each
_BESIDE_LIFE = sorted(DEFINING - LIFE)
CHUNK = 500  # values in one list: well under the limit of every SQLite


class Head(NamedTuple):
    """The newest event: its position (0 in an empty log) and its hash."""

    position: int
    hash: str


def head(connection: Connection) -> Head:
    """The newest event of the log; raises `DatabaseError` where the row that names it is gone."""
    if not (found := ask(connection, "SELECT position, hash FROM log_head")):
        raise DatabaseError(Problem("log_head is empty, so the newest event is not known", "", "Run: cis verify"))
    return Head(*found[0])


def hash_at(connection: Connection, position: int) -> str | None:
    """The hash of the event at a position, or None if there is none."""
    found = ask(connection, "SELECT hash FROM event WHERE position = ?", (position,))
    return found[0][0] if found else None


def recorded_at(connection: Connection, position: int) -> str:
    """When the event at a position was recorded (UTC, ISO, with Z); '' if there is none."""
    found = ask(connection, "SELECT recorded_at FROM event WHERE position = ?", (position,))
    return str(found[0][0]) if found else ""


def length(connection: Connection) -> int:
    """The number of events in the log, by the events themselves; for one that may be damaged."""
    return int(ask(connection, "SELECT coalesce(max(position), 0) FROM event")[0][0])


def read(
    connection: Connection,
    *,
    after: int = 0,
    upto: int | None = None,
    subject: str | None = None,
    event_ids: Iterable[str] | None = None,
) -> Iterator[Stored]:
    """Events in log order, streamed: after a position, up to one, about a subject, or those with the given ids."""
    if event_ids is not None:
        for chunk in chunks(sorted(event_ids)):
            yield from map(as_stored, ask(connection, *by_ids(chunk)))
        return
    last = LAST_POSITION if upto is None else upto
    if subject is not None:
        yield from map(as_stored, ask(connection, f"{_ABOUT} ORDER BY s.position", (subject, after, last)))
        return
    sql = f"{_SELECT} WHERE position > ? AND position <= ? ORDER BY position"
    read_on = ask if last - after <= CHUNK else stream
    yield from map(as_stored, read_on(connection, sql, (after, last)))


def by_ids(event_ids: Sequence[str]) -> tuple[str, Sequence[object]]:
    """The question for the events with these ids (at most `CHUNK`), in log order."""
    return f"{_SELECT} WHERE event_id IN ?? ORDER BY position", ([*event_ids],)


def about(connection: Connection, subjects: Sequence[str], kinds: Sequence[str], upto: int) -> list[Stored]:
    """The events that concern all of some subjects, of these kinds (none: any), up to a position, in no particular order.

    The first subject is the one that fewer events are about.
    """
    first, *others = subjects
    of_kinds = " AND kind IN ??" if kinds else ""
    sql = _ABOUT + of_kinds + f" AND EXISTS ({_also('s', '?')})" * len(others)
    of_these = ([*kinds],) if kinds else ()
    return list(map(as_stored, ask(connection, sql, (first, 0, upto, *of_these, *others))))


def defining(connection: Connection, subjects: Sequence[str], kinds: Sequence[str], upto: int) -> list[Stored]:
    """The events of these kinds, all of them `DEFINING`, about all of some subjects, and what amends them, up to a position."""
    first, *others = subjects
    sql = f"{_COLUMNS} {_DEFINITIONS} WHERE d.subject = ? AND d.kind IN ?? AND d.position <= ?"
    sql += f" AND EXISTS ({_also('d', '?')})" * len(others)
    return list(map(as_stored, ask(connection, sql, (first, [*kinds], upto, *others))))


def _also(row: str, subject: str) -> str:
    """The question whether the event of a row is about a subject too."""
    # Looked up for each row: what has a LIMIT Postgres does not turn into a join, which would read all that is about the subject.
    same = f"o.subject = {subject} AND o.position = {row}.position"
    return f"SELECT 1 FROM event_subject o WHERE {same} LIMIT 1 OFFSET 0"  # noqa: S608 - names of our own


def first_positions(connection: Connection, subjects: Sequence[str]) -> dict[str, int]:
    """The position of the first event about each of some subjects."""
    found = dict[str, int]()
    for chunk in chunks(subjects):
        first = "(SELECT min(position) FROM event_subject WHERE subject = name)"
        found |= ask(connection, f"SELECT name, {first} FROM EACH ??", (chunk,))  # noqa: S608 - a constant
    return found


class Concerning(NamedTuple):
    """What `concerning` found, by what was asked for."""

    lives: dict[str, list[Stored]]
    definitions: dict[str, list[Stored]]
    about: dict[str, list[Stored]]


def concerning(
    connection: Connection,
    upto: int,
    *,
    things: Sequence[str] = (),
    defined: Sequence[str] = (),
    subjects: Sequence[str] = (),
) -> Concerning:
    """What a fold reads ahead, up to a position: of `things` their life (kinds in `LIFE`); of what is `defined`, what defines it
    (kinds in `DEFINING`; of two sides joined by `subjects.sides_of`, the `ACTS`); and all that is about other `subjects`.

    All is asked at once; what is about other subjects, mostly nothing, is read in a second go if there is any.
    """
    found = Concerning({name: [] for name in things}, {name: [] for name in defined}, {name: [] for name in subjects})
    of_things = [_definitions(chunk, upto, _BESIDE_LIFE) for chunk in chunks(things)]
    of_defined = [_definitions(chunk, upto) for chunk in chunks(defined)]
    of_subjects = [_places(chunk, upto) for chunk in chunks(subjects)]
    if not (questions := [*of_things, *of_defined, *of_subjects]):
        return found
    answers = iter(ask_all(connection, questions))
    for row in chain.from_iterable(islice(answers, len(of_things))):
        found.lives[row[-1]].append(as_stored(row[:-1]))
    for row in chain.from_iterable(islice(answers, len(of_defined))):
        found.definitions[row[-1]].append(as_stored(row[:-1]))
    places = list(chain.from_iterable(answers))
    told = _at(connection, {position for _, position in places})
    for name, position in places:
        found.about[name].append(told[position])
    return found


def _definitions(subjects: Sequence[str], upto: int, others: Sequence[str] = ()) -> tuple[str, Sequence[object]]:
    """The question what defines some subjects, but for kinds that are not asked for."""
    beside, named = (" AND d.kind NOT IN ??", ([*others],)) if others else ("", ())
    sql = f"{_COLUMNS}, d.subject {_DEFINITIONS} WHERE d.subject IN ?? AND d.position <= ?{beside}"
    return sql, ([*subjects], upto, *named)


def _places(subjects: Sequence[str], upto: int) -> tuple[str, Sequence[object]]:
    """The question where in the log the events about some subjects stand."""
    # Not joined with the events: before Postgres knows how rare a subject is, it would read all of them to do so.
    sql = "SELECT subject, position FROM event_subject WHERE subject IN ?? AND position <= ? ORDER BY position"
    return sql, ([*subjects], upto)


def _at(connection: Connection, positions: Iterable[int]) -> dict[int, Stored]:
    """The events at some positions."""
    found = dict[int, Stored]()
    for chunk in chunks(sorted(positions)):
        # A list is one of texts (see `driver.ask`).
        rows = ask(connection, f"{_COLUMNS} FROM EACH ?? JOIN event ON event.position = CAST(name AS BIGINT)", (chunk,))
        found |= {stored.position: stored for stored in map(as_stored, rows)}
    return found


def subjects_by_position(connection: Connection, after: int) -> Iterator[tuple[int, list[str]]]:
    """What the events after a position are about: positions in order, each with its subjects in order; streamed.

    Sorted once for all: there is no index by position, and to look for the subjects of each event goes through all of them.
    """
    sql = "SELECT position, subject FROM event_subject WHERE position > ? ORDER BY position, subject"
    for position, rows in groupby(stream(connection, sql, (after,)), key=itemgetter(0)):
        yield position, [subject for _, subject in rows]


def sharing(connection: Connection, subject: str, others: Sequence[str], kinds: Sequence[str], upto: int) -> list[str]:
    """Those of the others, in order, that an event of these kinds (`DEFINING`) concerns together with a subject."""
    found = list[str]()
    for chunk in chunks(sorted(others)):
        shared = f"d.subject IN ?? AND d.kind IN ?? AND d.position <= ? AND EXISTS ({_also('d', '?')})"
        sql = f"SELECT DISTINCT d.subject FROM event_definition d WHERE {shared} ORDER BY d.subject"  # noqa: S608 - names of our own
        found += [name for (name,) in ask(connection, sql, (chunk, [*kinds], upto, subject))]
    return found


def of_kinds(connection: Connection, kinds: Sequence[str], after: int, upto: int) -> list[Stored]:
    """The few events of these kinds after a position and up to another, in log order."""
    sql = f"{_SELECT} WHERE position > ? AND position <= ? AND kind IN ?? ORDER BY position"
    return list(map(as_stored, ask(connection, sql, (after, upto, [*kinds]))))


def by_subject(connection: Connection, register: str, upto: int) -> Iterator[tuple[str, Stored]]:
    """Every subject of a register with each event that concerns it up to a position, by subject and then in log order; streamed.

    An event that concerns several of them comes with each.
    """
    # ';' is the character after ':': the range is every subject of the register, found by index
    range_of = "s.subject >= ? AND s.subject < ? AND s.position <= ?"
    sql = f"{_COLUMNS}, s.subject {_SUBJECTS} WHERE {range_of} ORDER BY s.subject, s.position"
    for row in stream(connection, sql, (f"{register}:", f"{register};", upto)):
        yield row[-1], as_stored(row[:-1])


def known_ids(connection: Connection, register: str) -> set[str]:
    """Every id that the log knows in a register (treaty, body, person ...)."""
    column = event_subject.c.subject
    # ';' is the character after ':': the range is every subject of the register, found by index
    within = connection.execute(select(column).where(column >= f"{register}:", column < f"{register};").distinct())
    return ids_of(within.scalars(), register)


def replica(connection: Connection) -> tuple[int, str | None] | None:
    """If a Postgres replica answers: how many bytes it has received and not applied, and when (UTC) the last change applied
    was made, where it knows. None: this is the primary server, or SQLite.
    """
    if connection.dialect.name == "sqlite" or not connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
        return None
    row = connection.exec_driver_sql(
        "SELECT coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)::bigint,"
        " to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    ).one()
    return max(row[0], 0), row[1]


def position_at(connection: Connection, known_at: str) -> int:
    """The last position recorded at or before a UTC time (ISO, with Z); 0 if there was none."""
    # recorded_at never decreases and positions have no gaps, so halving finds it in a few steps
    low, high = 0, head(connection).position
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if recorded_at(connection, middle) <= known_at else (low, middle - 1)
    return low


def check_chain(connection: Connection, progress: Callable[[int], object] | None = None) -> Verdict:
    """Recompute every hash of the log and compare it with what is stored (see `integrity.verify`).

    `progress` is told of every thousandth event, by how many that are.
    """
    rows = stream(connection, f"{_SELECT} ORDER BY position")
    found = ask(connection, "SELECT position, hash FROM log_head")
    return verify(rows if progress is None else _counted(rows, progress), found[0] if found else None)


def _counted(rows: Iterator[T], progress: Callable[[int], object]) -> Iterator[T]:
    for number, row in enumerate(rows, start=1):
        if number % 1000 == 0:
            progress(1000)
        yield row


def ids_of(subjects: Iterable[str], register: str) -> set[str]:
    """The ids of one register among subjects."""
    return {name.partition(":")[2] for name in subjects if name.startswith(f"{register}:")}


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists that fit into one question."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def introductions(connection: Connection, subjects: Iterable[str]) -> dict[str, str]:
    """By subject (`meeting:x`), the id of the event that first entered it into its register; of each that was entered."""
    questions = list[tuple[str, Sequence[object]]]()
    for register, group in groupby(sorted(subjects), key=lambda name: name.partition(":")[0]):
        kinds = [kind for kind, cls in KINDS.items() if cls.introduces == register]
        questions += [(_INTRODUCTIONS, (kinds, chunk)) for chunk in chunks(group)]
    rows = chain.from_iterable(ask_all(connection, questions))
    return {name: event_id for name, event_id in rows if event_id is not None}
