"""The one door into the log.

An append takes the lock on the one row of `log_head` first. So positions are gapless and follow commit order under any
number of writers: whoever holds the lock is alone in giving out positions, and lets go only by committing. A reader can
never step over an event that commits late, because no later position exists until it has committed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple

from sqlalchemy import Connection, select

from eventstore import amending, canonical, merkle
from eventstore.amending import is_amendment
from eventstore.drafts import Draft
from eventstore.driver import FEW, ask_all, do, prepare_for, put, putting, together
from eventstore.errors import Misuse, Problem, Refused, in_order
from eventstore.events import Citation
from eventstore.integrity import chained
from eventstore.known import existing, named_by, unknown_names
from eventstore.reading import Head, as_stored, by_ids, chunks, recorded_at
from eventstore.stored import Stored
from eventstore.subjects import About
from eventstore.tables import event, event_definition, event_subject


class Expectation(NamedTuple):
    """A condition of an append: nothing newer than `position` concerns these subjects (None: what the new events are about)."""

    subjects: tuple[str, ...] | None
    position: int


class Outcome(NamedTuple):
    """What became of one draft: the event's position and id, and whether it is new or was already recorded."""

    position: int
    event_id: str
    new: bool
    draft: Draft


def append(
    connection: Connection,
    drafts: Iterable[Draft],
    *,
    recorded_by: str,
    now: str,
    expect: Expectation | None = None,
) -> list[Outcome]:
    """Record drafts, all or none, at the end of the log; the only way in.

    `connection` is in a writing transaction; `now` is the UTC time (ISO, with Z). A draft that is already recorded adds
    nothing; if it brings a new source, that is recorded as event-corroborated. Raises `Refused` with every problem: unknown
    ids, amendments that do not fit their event, a broken expectation, a name of the recorder that is not one line of text.
    """
    if not (recorded_by and recorded_by.isprintable()):  # a line break in it would be one in what is hashed
        raise Refused(Problem(f"who records is missing or not on one line: {recorded_by[:80]!r}"))
    drafts = [*drafts]
    unique = _joined(drafts)
    seen = _look(connection, unique)
    recorded = seen.recorded
    fresh = [draft for draft in unique.values() if draft.event_id not in recorded]
    corroborations = amending.corroborations(connection, [unique[event_id] for event_id in recorded], recorded, now)
    fresh += [draft for draft in corroborations if draft.event_id not in recorded]
    told = _abouts(connection, drafts, fresh, seen.plain, seen.unknown, now[:10])
    if expect is not None:
        _check_expectation(connection, expect, told, seen.newest.position)
    new = _write(connection, fresh, told, seen, recorded_by, now)
    return [
        Outcome(
            new.get(draft.event_id) or recorded[draft.event_id].position, draft.event_id, draft.event_id in new, draft
        )
        for draft in [*unique.values(), *corroborations]
    ]


class _Seen(NamedTuple):
    """What an append finds in the log once it has its turn, and what it worked out of its drafts meanwhile."""

    newest: Head
    newest_at: str  # when the newest event was recorded
    recorded: dict[str, Stored]  # the drafts that are recorded already, by id
    plain: Mapping[str, About]  # what the drafts that amend nothing are about, by id
    unknown: set[str]  # the subjects of these, and the sources of all, that the log does not know


def _look(connection: Connection, drafts: Mapping[str, Draft]) -> _Seen:
    """Take the turn, and ask in one go all that can be asked."""
    plain, named = dict[str, About](), set[str]()
    # On SQLite the transaction itself is the lock: a writer's begins by taking the only turn there is.
    recorded = "SELECT recorded_at FROM event WHERE event.position = log_head.position"
    lock = f"SELECT position, hash, ({recorded}) FROM log_head"  # noqa: S608 - a constant
    ids = [by_ids(chunk) for chunk in chunks(sorted(drafts))]

    def questions() -> Iterator[tuple[str, Sequence[object]]]:
        nonlocal plain, named
        yield lock if connection.dialect.name == "sqlite" else f"{lock} FOR UPDATE", ()
        yield from ids
        plain, named = named_by(drafts.values())  # while Postgres looks for the ids
        yield from map(existing, chunks(sorted(named)))

    ((position, newest, newest_at),), *found = ask_all(connection, questions())
    if newest_at is None and position:
        # Postgres saw the head that it waited for, but what else it saw is from before it waited.
        newest_at = recorded_at(connection, position)
    known = [as_stored(row) for rows in found[: len(ids)] for row in rows]
    return _Seen(
        Head(position, newest),
        newest_at or "",
        {stored.event_id: stored for stored in known},
        plain,
        named - {name for rows in found[len(ids) :] for (name,) in rows},
    )


def _joined(drafts: Iterable[Draft]) -> dict[str, Draft]:
    """One draft for each event: where a batch states the same fact twice, the sources are joined."""
    unique, sources = dict[str, Draft](), dict[str, set[Citation]]()
    for draft in drafts:
        first = unique.setdefault(draft.event_id, draft)
        if first.sources != draft.sources:
            sources.setdefault(draft.event_id, set(first.sources)).update(draft.sources)
    for event_id, cited in sources.items():
        unique[event_id] = unique[event_id]._replace(sources=tuple(sorted(cited)))
    return unique


def _check_expectation(connection: Connection, expect: Expectation, told: Iterable[About], newest: int) -> None:
    """Raise `Refused` if anything newer than expected concerns the subjects, `Misuse` for a position beyond the newest."""
    if expect.position > newest:
        raise Misuse(Problem(f"the log ends at position {newest}", f"--expect {expect.position}"))
    # That something cites the same source says nothing against an amendment, which is about that source, too.
    about = {name for one in told for name in one.subjects if one.kind == "source-registered" or name[:7] != "source:"}
    newer = connection.execute(
        select(event_subject.c.position, event_subject.c.subject)
        .where(event_subject.c.subject.in_(expect.subjects or about), event_subject.c.position > expect.position)
        .order_by(event_subject.c.position)
        .limit(1)
    ).first()
    if newer is not None:
        raise Refused(
            Problem(
                f"position {newer.position} was recorded after position {expect.position} and concerns {newer.subject}",
                "--expect",
                f"Look at it (cis show {newer.position}) and append again if your event still stands.",
            )
        )


def _abouts(
    connection: Connection,
    drafts: Sequence[Draft],
    fresh: Sequence[Draft],
    plain: Mapping[str, About],
    unknown: set[str],
    today: str,
) -> list[About]:
    """What each of the fresh drafts is about; raises `Refused` with every place where a draft names what nobody knows.

    `plain` is that of the drafts that are no amendments, by id; `unknown` are the subjects of these, and the sources of all,
    that the log does not know.
    """
    problems = list[Problem]()
    amendments = [draft for draft in fresh if is_amendment(draft.kind)]
    abouts = {**plain, **amending.abouts(connection, amendments, fresh, problems, today=today)}
    problems += unknown_names(connection, drafts, abouts, unknown)
    if problems:
        raise Refused(in_order(problems))
    return [abouts[draft.event_id] for draft in fresh]


def _write(
    connection: Connection,
    drafts: Sequence[Draft],
    abouts: Sequence[About],
    seen: _Seen,
    recorded_by: str,
    now: str,
) -> dict[str, int]:
    """Write the drafts at the end of the log; gives the position of each by its id."""
    if not drafts:
        return {}
    # A clock that was set back must not make the log learn something before what it already knew.
    rows = _rows(drafts, seen.newest, max(now, seen.newest_at), recorded_by)
    write_rows(connection, seen.newest.position, rows, abouts)
    return {draft.event_id: position for position, draft in enumerate(drafts, start=seen.newest.position + 1)}


def _rows(drafts: Iterable[Draft], newest: Head, recorded_at: str, recorded_by: str) -> Iterator[Stored]:
    """The rows of some drafts, which go on from the newest event, each chained to the one before."""
    position, previous = newest
    for draft in drafts:
        position += 1
        envelope = (
            position,
            draft.event_id,
            draft.kind,
            draft.event.version,
            draft.when.text,
            draft.when.first,
            draft.when.last,
            recorded_at,
            recorded_by,
            draft.data,
            canonical.encode(draft.sources),
        )
        previous = chained(previous, envelope)
        yield as_stored((*envelope, previous))


def write_rows(connection: Connection, after: int, rows: Iterable[Stored], abouts: Sequence[About]) -> None:
    """Put rows behind position `after`, the end of the log, move the head and let the Merkle tree grow; also for an import.

    `rows` are what is written, one for each of `abouts`; of many, the next is made while Postgres takes in those before it.
    """
    numbered = [*enumerate(abouts, start=after + 1)]
    # What goes to Postgres together must be little: with more, psycopg 3.3 comes to a standstill of a tenth of a second at times.
    few = len(abouts) <= FEW and sum(len(one.subjects) for one in abouts) <= 5 * FEW
    hashes = list[str]()
    noted = _noting(rows, abouts, hashes)
    prepare_for(connection, len(abouts))
    # Subjects and definitions go in in the order of their index, sorted while Postgres takes in what comes before them.
    with together(connection) if few else nullcontext():
        with putting(connection, event, noted):
            subjects = sorted((name, position) for position, one in numbered for name in one.subjects)
        with putting(connection, event_subject, subjects):
            leaves = [merkle.leaf_hash(bytes.fromhex(one)) for one in hashes]
            defined = sorted((name, one.kind, position) for position, one in numbered for name in one.defines())
        put(connection, event_definition, defined)
        do(connection, "UPDATE log_head SET position = ?, hash = ?", (after + len(hashes), hashes[-1]))
    merkle.grow(connection, after, leaves)


def _noting(rows: Iterable[Stored], abouts: Sequence[About], hashes: list[str]) -> Iterator[Stored]:
    """The rows, whose hashes are noted as they pass; raises `ValueError` unless there is a row for each of `abouts`."""
    for row, _ in zip(rows, abouts, strict=True):
        hashes.append(row.hash)
        yield row
