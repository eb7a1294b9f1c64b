"""Recording: a batch of entries goes into the log and the views follow, in one transaction."""

from collections.abc import Iterable
from functools import partial

from sqlalchemy import Connection

from eventstore import drafting, known, log
from eventstore.batch import Entry
from eventstore.database import Database
from eventstore.errors import Refused, in_order
from eventstore.log import Expectation, Outcome
from eventstore.reading import introductions, known_ids
from projections.runner import Progress, catch_up


def record(
    database: Database,
    entries: Iterable[Entry],
    *,
    recorded_by: str,
    now: str,
    expect: Expectation | None = None,
) -> list[Outcome]:
    """Record a batch, all or none, and bring the views to it (`diff.preview` does the same and undoes it).

    `now` is the UTC time (ISO, with Z). Raises `Refused` with every problem of the batch, `DatabaseError` where the database
    cannot be written.
    """
    with database.record() as connection:
        return record_on(connection, entries, recorded_by=recorded_by, now=now, expect=expect)


def record_on(
    connection: Connection,
    entries: Iterable[Entry],
    *,
    recorded_by: str,
    now: str,
    expect: Expectation | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """`record`, in a transaction that is already under way; `progress` is told of each event that the views have read."""
    drafts, problems, in_doubt = drafting.drafted(
        entries, today=now[:10], find=partial(introductions, connection), ids=partial(known_ids, connection)
    )
    if problems:
        raise Refused(in_order([*problems, *known.faults(connection, drafts, in_doubt, now[:10])]))
    outcomes = log.append(connection, drafts, recorded_by=recorded_by, now=now, expect=expect)
    catch_up(connection, progress)
    return outcomes
