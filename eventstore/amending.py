"""What an amendment (correction, retraction, dispute, corroboration) must be at append, and what it is about.

An amendment carries the subjects of the event it is about, of every amendment of that event recorded before it, and of the
values it brings. So whoever reads a subject meets every event that any amendment moved there.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from eventstore import dates, reading
from eventstore.drafts import Draft, of_event, typed
from eventstore.errors import Problem, Refused
from eventstore.events import KINDS, Event
from eventstore.events.amendments import Amendment, Claim, EventCorroborated
from eventstore.stored import Stored, citations_of, event_of
from eventstore.subjects import named_in, subjects_of
from eventstore.tables import event_subject

AMENDMENTS = frozenset(kind for kind, cls in KINDS.items() if issubclass(cls, Amendment))


def is_amendment(kind: str) -> bool:
    """Whether events of this kind are about other events."""
    return kind in AMENDMENTS


def root_of(connection: Connection, amendment: Stored) -> Stored:
    """The event that is about the world, at the end of a chain of amendments of amendments."""
    stored = amendment
    while is_amendment(stored.kind):
        event = event_of(stored)
        assert isinstance(event, Amendment)
        stored = next(reading.read(connection, event_ids=[event.event]))
    return stored


def subjects(
    connection: Connection, amendments: Sequence[Draft], batch: Sequence[Draft], problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """The subjects of each amendment by its id; faults are added to `problems`."""
    if not amendments:
        return {}
    return _Amended(connection, batch).subjects(amendments, problems)


class _Amended:
    """The events that a batch amends, in the log and in the batch itself."""

    def __init__(self, connection: Connection, batch: Iterable[Draft]) -> None:
        self.connection = connection
        self.batch = {draft.event_id: draft for draft in batch}
        self.stored = dict[str, Stored | None]()
        self.gathered = dict[str, dict[str, None]]()  # by root: the subjects of everything said about it so far

    def subjects(self, amendments: Sequence[Draft], problems: list[Problem]) -> dict[str, tuple[str, ...]]:
        found = dict[str, tuple[str, ...]]()
        for draft in amendments:
            assert isinstance(draft.event, Amendment)
            root = self._root(draft.event.event)
            if root is None:
                advice = "`cis log` lists the events with their ids; what is repeated under `about` must be repeated exactly."
                problems.append(Problem(f"{draft.kind}: there is no event {draft.event.event}", draft.where, advice))
                found[draft.event_id] = ()
                continue
            root_id, kind, fields, sources = root
            if isinstance(draft.event, Claim):
                problems += [
                    Problem(f"{draft.kind}: {p}", draft.where) for p in _unfit(draft.event, KINDS[kind], fields)
                ]
            about = self._gathered(root_id, kind, fields)
            about |= dict.fromkeys((f"event:{root_id}", f"event:{draft.event.event}"))
            about |= dict.fromkeys(named_in(getattr(draft.event, "changes", None) or {}, KINDS[kind]))
            # A change of a source's standing can turn a dispute: the sources lead to the disputed events.
            cited = [f"source:{source}" for source in (*sources, *(citation.source for citation in draft.sources))]
            found[draft.event_id] = tuple(dict.fromkeys((*about, *cited)))
        return found

    def _root(self, event_id: str) -> tuple[str, str, dict[str, Any], list[str]] | None:
        while True:
            if (draft := self.batch.get(event_id)) is not None:
                event, kind = draft.event, draft.kind
                sources = [citation.source for citation in draft.sources]
            elif (stored := self._read(event_id)) is not None:
                event, kind = event_of(stored), stored.kind
                sources = [citation.source for citation in citations_of(stored)]
            else:
                return None
            if not isinstance(event, Amendment):
                return event_id, kind, msgspec.to_builtins(event), sources
            event_id = event.event

    def _read(self, event_id: str) -> Stored | None:
        if event_id not in self.stored:
            self.stored[event_id] = next(reading.read(self.connection, event_ids=[event_id]), None)
        return self.stored[event_id]

    def _gathered(self, root_id: str, kind: str, fields: dict[str, Any]) -> dict[str, None]:
        if root_id not in self.gathered:
            positions = select(event_subject.c.position).where(event_subject.c.subject == f"event:{root_id}")
            earlier = self.connection.execute(
                select(event_subject.c.subject)
                .where(event_subject.c.position.in_(positions))
                .order_by(event_subject.c.position, event_subject.c.subject)
            ).scalars()
            own = subjects_of(msgspec.convert(fields, KINDS[kind]))
            self.gathered[root_id] = dict.fromkeys((*own, *earlier))
        return self.gathered[root_id]


def _unfit(claim: Claim, cls: type[Event], fields: Mapping[str, Any]) -> list[str]:
    """Why the date or the changes of a claim cannot be those of an event of this kind."""
    problems = list[str]()
    if claim.date is not None and dates.parse(claim.date).lasts and not cls.lasts:
        problems.append(f"date {claim.date!r} lasts, but {cls.kind} happens once: write [a,b]")
    if claim.changes:
        try:
            changed = typed(cls, merged(fields, claim.changes))
        except Refused as refusal:
            return problems + [problem.what for problem in refusal.problems]
        settled = msgspec.json.decode(msgspec.json.encode(changed))
        problems += [
            f"changes: write {name} as {settled[name]!r}"
            for name, value in claim.changes.items()
            if value is not None and name in settled and settled[name] != value
        ]
    return problems


def merged(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields after changes; a change to null takes the field out."""
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def corroborations(
    connection: Connection, repeated: Sequence[Draft], known: Mapping[str, Stored], now: str
) -> list[Draft]:
    """For facts that are recorded already, one event-corroborated for each that is now found in further sources."""
    found = list[Draft]()
    for draft in repeated:
        cited = set(citations_of(known[draft.event_id]))
        if set(draft.sources) <= cited:
            continue
        for stored in reading.read(connection, subject=f"event:{draft.event_id}"):
            if stored.kind == EventCorroborated.kind:
                cited |= set(citations_of(stored))
        if new := tuple(citation for citation in draft.sources if citation not in cited):
            places = "; ".join(f"{c.source}, {c.locator}" if c.locator else c.source for c in new)
            event = EventCorroborated(event=draft.event_id, reason=f"The same is found in {places}.")
            found.append(of_event(event, dates.parse(now[:10]), new, draft.where))
    return found
