"""What an earlier release of the history told and this one does not: entries that were changed or taken out of its files since.

A database that was loaded with them keeps them, for nothing is ever changed in a log; they count until they are retracted.
"""

from collections.abc import Container, Iterable

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from eventstore.amending import found_again
from eventstore.batch import Entry
from eventstore.events.amendments import Amendment, EventCorroborated, EventRetracted
from eventstore.stored import Stored, citations_of, event_of
from eventstore.tables import event

_REASON = (
    "No longer in the history that comes with cis-record: its sources are read otherwise, or better ones were found."
)


def superseded(connection: Connection, kept: Container[str], recorded_by: str) -> list[Stored]:
    """The events recorded by `recorded_by` that still stand and are not among those `kept` (their ids), in log order.

    What loading a history adds by itself is not among them: the corroboration of an entry that is kept and gained a source, and
    the retraction of one that is not kept.
    """
    retractions = dict[str, list[str]]()
    for stored in _read(connection, event.c.kind == EventRetracted.kind):
        retractions.setdefault(_about(stored), []).append(stored.event_id)

    def stands(event_id: str) -> bool:
        return not any(map(stands, retractions.get(event_id, ())))

    own = _read(connection, event.c.recorded_by == recorded_by)
    return [s for s in own if s.event_id not in kept and not _follows(s, kept) and stands(s.event_id)]


def retracting(events: Iterable[Stored], today: str) -> list[Entry]:
    """The entries that take events out, each on the word of the sources that it was read from; `today` is an ISO day."""
    return [
        Entry(
            {
                "kind": EventRetracted.kind,
                "on": today,
                "event": stored.event_id,
                "reason": _REASON,
                "sources": msgspec.json.decode(stored.sources),
            }
        )
        for stored in events
    ]


def _read(connection: Connection, condition: ColumnElement[bool]) -> list[Stored]:
    query = select(*(event.c[name] for name in Stored._fields)).where(condition).order_by(event.c.position)
    return [Stored(*row) for row in connection.execute(query)]


def _about(amendment: Stored) -> str:
    told = event_of(amendment)
    assert isinstance(told, Amendment)
    return told.event


def _follows(stored: Stored, kept: Container[str]) -> bool:
    if stored.kind == EventRetracted.kind:
        return _about(stored) not in kept
    if stored.kind == EventCorroborated.kind:
        return _about(stored) in kept and event_of(stored) == found_again(_about(stored), citations_of(stored))
    return False
