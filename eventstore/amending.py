"""What an amendment (correction, retraction, dispute, corroboration) must be at append, and what it is about.

An amendment carries the subjects of the event it is about, of every amendment of that event recorded before it, and of the
values it brings. So whoever reads a subject meets every event that any amendment moved there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from eventstore import dates, reading
from eventstore.drafts import Draft, of_event, unfit
from eventstore.errors import DatabaseError, Problem
from eventstore.events import KINDS, Citation, Event
from eventstore.events.amendments import Amendment, Claim, EventCorroborated
from eventstore.stored import Stored, citations_of, event_of
from eventstore.subjects import About, named_in, subjects_of

AMENDMENTS = frozenset(kind for kind, cls in KINDS.items() if issubclass(cls, Amendment))


def is_amendment(kind: str) -> bool:
    """Whether events of this kind are about other events."""
    return kind in AMENDMENTS


def root_of(connection: Connection, amendment: Stored, among: Mapping[str, Stored] | None = None) -> Stored:
    """The event that is about the world, at the end of a chain of amendments of amendments.

    Events are looked for among those given by their ids before the log is asked.
    """
    stored, met = amendment, set[str]()
    while is_amendment(stored.kind):
        event = event_of(stored)
        assert isinstance(event, Amendment)
        if event.event in met:
            raise _circle(event.event)
        met.add(event.event)
        target = among.get(event.event) if among else None
        if target is None and (target := next(reading.read(connection, event_ids=[event.event]), None)) is None:
            raise _nowhere(stored, event.event)
        stored = target
    return stored


def _nowhere(amendment: Stored, event_id: str) -> DatabaseError:
    where = f"event {amendment.event_id} at position {amendment.position}"
    return DatabaseError(Problem(f"it is about event {event_id}, which is not there", where, "Run: cis verify"))


def _circle(event_id: str) -> DatabaseError:
    # An id is a hash over what the event is about, so this cannot be recorded; it can only have been made by hand.
    return DatabaseError(Problem("it is about itself, by way of others", f"event {event_id}", "Run: cis verify"))


def abouts(
    connection: Connection,
    amendments: Sequence[Draft],
    batch: Sequence[Draft],
    problems: list[Problem],
    *,
    today: str,
    in_doubt: Collection[str] = (),
) -> dict[str, About]:
    """What each amendment is about, by its id; faults are added to `problems`, but not that an event (`event:ID`) in doubt is
    not there. After `today` (ISO) nothing can have happened.
    """
    if not amendments:
        return {}
    return _Amended(connection, batch).abouts(amendments, problems, today, in_doubt)


def no_such_event(kind: str, event_id: str, where: str) -> Problem:
    """That an amendment of a kind is about an event that is not there."""
    advice = "`cis log` lists the events with their ids; what is repeated under `about` must be repeated exactly."
    return Problem(f"{kind}: there is no event {event_id}", where, advice)


class Claimed(NamedTuple):
    """What a correction or a dispute says of an event: another date ('': the same one), and changes of its fields.

    Either is None if it is at fault in itself.
    """

    kind: str
    where: str
    event: str
    date: str | None
    changes: Mapping[str, Any] | None


def unfit_in_doubt(
    connection: Connection, claims: Iterable[Claimed], batch: Iterable[Draft], today: str, problems: list[Problem]
) -> Iterator[tuple[Claimed, Collection[str]]]:
    """Each faulty claim about an event that is there, with what its changes name; what does not fit that event is added to
    `problems`.
    """
    amended = _Amended(connection, batch)
    for claimed in claims:
        if (root := amended.root(claimed.event)) is not None:
            problems += _unfit(claimed, root, today)
            yield claimed, dict.fromkeys(named_in(claimed.changes or {}, KINDS[root.kind]))


def about_in_log(connection: Connection, amendment: Stored) -> About:
    """What an amendment in the log must be about, derived from what stands before it.

    Raises `DatabaseError` if what it is about is not in the log, or cannot be read.
    """
    event = event_of(amendment)
    assert isinstance(event, Amendment)
    amended = _Amended(connection, (), before=amendment.position)
    root = amended.root(event.event)
    if root is None:
        raise _nowhere(amendment, event.event)
    return amended.about(event, citations_of(amendment), root)


class _Root(NamedTuple):
    """The event about the world that amendments are about: its fields in the present form, and the sources it cites."""

    event_id: str
    kind: str
    occurred: str
    fields: dict[str, Any]
    sources: list[str]


class _Amended:
    """The events that a batch amends, in the log before a position (default: all of it) and in the batch itself."""

    def __init__(self, connection: Connection, batch: Iterable[Draft], before: int = reading.LAST_POSITION) -> None:
        self.connection = connection
        self.before = before
        self.batch = {draft.event_id: draft for draft in batch}
        self.stored = dict[str, Stored | None]()
        self.said = dict[str, list[Stored]]()  # by root (`event:ID`): what was recorded about it
        self.gathered = dict[str, dict[str, None]]()  # by root: the subjects of everything said about it so far

    def abouts(
        self, amendments: Sequence[Draft], problems: list[Problem], today: str, in_doubt: Collection[str]
    ) -> dict[str, About]:
        self._read_ahead(amendments)
        found = dict[str, About]()
        for draft in amendments:
            assert isinstance(draft.event, Amendment)
            root = self.root(draft.event.event)
            if root is None:
                # What is about an amendment of the same batch is not at fault if that one is about nothing.
                if draft.event.event not in self.batch and f"event:{draft.event.event}" not in in_doubt:
                    problems.append(no_such_event(draft.kind, draft.event.event, draft.where))
                found[draft.event_id] = About(draft.kind, ())
                continue
            if isinstance(draft.event, Claim):
                problems += _unfit(_claimed(draft.event, draft.where), root, today)
            found[draft.event_id] = self.about(draft.event, draft.sources, root)
        return found

    def about(self, event: Amendment, sources: Iterable[Citation], root: _Root) -> About:
        """What an amendment is about; its subjects are from now on also those of the next one of the same event."""
        if root.event_id not in self.gathered:
            self.gathered[root.event_id] = self._gathered(root)
        gathered = self.gathered[root.event_id]
        gathered |= _brought(event, sources, root)
        return About(root.kind, tuple(gathered))

    def root(self, event_id: str) -> _Root | None:
        """The event about the world at the end of a chain of amendments, or None if one of them is not there."""
        met = set[str]()
        while event_id not in met:
            met.add(event_id)
            if (draft := self.batch.get(event_id)) is not None:
                event, kind, occurred = draft.event, draft.kind, draft.when.text
                sources = [citation.source for citation in draft.sources]
            elif (stored := self._read(event_id)) is not None:
                event, kind, occurred = event_of(stored), stored.kind, stored.occurred
                sources = [citation.source for citation in citations_of(stored)]
            else:
                return None
            if not isinstance(event, Amendment):
                return _Root(event_id, kind, occurred, msgspec.to_builtins(event), sources)
            event_id = event.event
        raise _circle(event_id)

    def _read_ahead(self, amendments: Iterable[Draft]) -> None:
        """Read at once what the amendments are about, and what was said about that before: not event by event."""
        targets = {draft.event.event for draft in amendments if isinstance(draft.event, Amendment)}
        while wanted := targets - self.batch.keys() - self.stored.keys():
            self.stored |= dict.fromkeys(wanted) | {
                stored.event_id: stored for stored in reading.read(self.connection, event_ids=wanted)
            }
            read = filter(None, map(self.stored.get, wanted))
            targets = {event.event for stored in read if isinstance(event := event_of(stored), Amendment)}
        roots = [name for name, stored in self.stored.items() if stored is not None and not is_amendment(stored.kind)]
        subjects = [f"event:{name}" for name in roots]
        self.said |= reading.concerning(self.connection, self.before - 1, subjects=subjects).about

    def _read(self, event_id: str) -> Stored | None:
        if event_id not in self.stored:
            self.stored[event_id] = next(reading.read(self.connection, event_ids=[event_id]), None)
        return self.stored[event_id]

    def _gathered(self, root: _Root) -> dict[str, None]:
        """The subjects of an event and of all that was recorded about it so far."""
        gathered = dict.fromkeys(subjects_of(msgspec.convert(root.fields, KINDS[root.kind])))
        subject = f"event:{root.event_id}"
        said = self.said.get(subject)
        if said is None and root.event_id not in self.batch:  # of what is new the log says nothing
            said = list(reading.read(self.connection, upto=self.before - 1, subject=subject))
        for stored in said or ():
            event = event_of(stored)
            if isinstance(event, Amendment):
                gathered |= _brought(event, citations_of(stored), root)
        return gathered


def _brought(event: Amendment, sources: Iterable[Citation], root: _Root) -> dict[str, None]:
    """The subjects that an amendment brings, beside those of its root and of the amendments before it."""
    brought = dict.fromkeys((f"event:{root.event_id}", f"event:{event.event}"))
    brought |= dict.fromkeys(names_in_changes(event, root.kind))
    # A change of a source's standing can turn a dispute: the sources lead to the disputed events.
    cited = (*root.sources, *(citation.source for citation in sources))
    return brought | dict.fromkeys(f"source:{name}" for name in cited)


def names_in_changes(event: Event, kind: str) -> Iterable[str]:
    """The subjects that an amendment of an event of a kind names by the changes that it brings."""
    return named_in(getattr(event, "changes", None) or {}, KINDS[kind])


def _claimed(claim: Claim, where: str) -> Claimed:
    return Claimed(claim.kind, where, claim.event, claim.date or "", claim.changes or {})


def _unfit(claimed: Claimed, root: _Root, today: str) -> list[Problem]:
    """Why the date or the changes of a claim cannot be those of the event that it is about."""
    occurred = None if claimed.date is None else claimed.date or root.occurred
    faults = unfit(KINDS[root.kind], root.fields, claimed.changes, occurred, today)
    return [Problem(f"{claimed.kind}: {fault}", claimed.where) for fault in faults]


def merged(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields after changes; a change to null takes the field out."""
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def corroborations(
    connection: Connection, repeated: Sequence[Draft], known: Mapping[str, Stored], now: str
) -> list[Draft]:
    """For facts that are recorded already, one event-corroborated for each that is now found in further sources."""
    cites = {draft.event_id: set(citations_of(known[draft.event_id])) for draft in repeated}
    told = [draft for draft in repeated if not cites[draft.event_id].issuperset(draft.sources)]
    subjects = [f"event:{draft.event_id}" for draft in told]
    said = reading.concerning(connection, reading.LAST_POSITION, subjects=subjects).about
    found = list[Draft]()
    for draft, subject in zip(told, subjects, strict=True):
        cited = cites[draft.event_id]
        for stored in said[subject]:
            if stored.kind == EventCorroborated.kind:
                cited |= set(citations_of(stored))
        if new := tuple(citation for citation in draft.sources if citation not in cited):
            found.append(of_event(found_again(draft.event_id, new), dates.parse(now[:10]), new, draft.where))
    return found


def found_again(event_id: str, sources: Iterable[Citation]) -> EventCorroborated:
    """What is recorded of an event that was repeated with further sources."""
    places = "; ".join(f"{c.source}, {c.locator}" if c.locator else c.source for c in sources)
    return EventCorroborated(event=event_id, reason=f"The same is found in {places}.")
