"""What the log says happened: each event as it stands after the corrections, retractions and disputes that a reader knows.

Nothing here depends on the order in which things were recorded: of two corrections of one event the later-dated counts
(then the greater id), and of two claims the better-sourced.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from eventstore import canonical, dates
from eventstore.amending import merged
from eventstore.events import KINDS, Citation, Event
from eventstore.events.amendments import (
    Amendment,
    Claim,
    EventCorrected,
    EventCorroborated,
    EventDisputed,
    EventRetracted,
)
from eventstore.events.registers import STANDINGS
from eventstore.stored import Stored, citations_of, cited_in, event_of, fields_of_stored
from eventstore.subjects import subjects_of

BEGINNING = "0001-01-01"  # the first day there can be: stands for "no earliest day is known"
END = "9999-12-31"  # the last day there can be: stands for "no latest day is known"


class Said(NamedTuple):
    """One claim about an event that is disputed: who says what, and whether it is the one shown."""

    event_id: str
    date: str | None
    changes: dict[str, Any]
    denied: bool
    reason: str
    sources: tuple[Citation, ...]
    prevails: bool


class Fact(NamedTuple):
    """An event about the world as it stands: its date (text and bounds), its fields and all that supports it.

    `first` and `last` are days, `BEGINNING` and `END` where none is known. `event_id` is that of the event first recorded.
    `cited` is what supports it in the form of the log, which few folds ask for: `sources` reads it.
    """

    event_id: str
    kind: str
    occurred: str
    first: str
    last: str
    event: Event
    cited: str
    disputed: bool = False
    amended_by: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def sources(self) -> tuple[Citation, ...]:
        """What supports it."""
        return cited_in(self.cited)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is about."""
        return subjects_of(self.event)


def unamended(stored: Stored) -> Fact:
    """An event that nothing was said about, as a fact."""
    return Fact(
        stored.event_id,
        stored.kind,
        stored.occurred,
        stored.occurred_from or BEGINNING,
        stored.occurred_to or END,
        event_of(stored),
        stored.sources,
    )


def resolve(root: Stored, amendments: Iterable[Stored], standing: Callable[[str], int]) -> Fact | None:
    """The event `root` after its amendments (all of them, in any order), or None if it is out.

    `standing` ranks a source, 0 the best. Of a claim and its disputes the one with the best source is shown; at equal
    standing the recorded event stays.
    """
    return _Resolution(root, amendments, standing).fact()


def denial(root: Stored, amendments: Iterable[Stored], standing: Callable[[str], int]) -> tuple[Said, ...]:
    """Every claim about an event that is out because a better source denies it; none about one that is in, or retracted."""
    return _Resolution(root, amendments, standing).denial()


class _Amending(NamedTuple):
    """An amendment as it is stored and as it is typed."""

    stored: Stored
    event: Amendment

    @property
    def order(self) -> tuple[str, str, str]:
        return (self.stored.occurred_from or BEGINNING, self.stored.occurred_to or END, self.stored.event_id)


class _Change(NamedTuple):
    """What becomes of an event: another date (None: the one recorded), and other values of its fields."""

    date: str | None
    changes: dict[str, Any]

    def then(self, date: str | None, changes: Mapping[str, Any]) -> "_Change":
        """The same after a claim that counts more."""
        return _Change(date or self.date, {**self.changes, **changes})


class _Resolution:
    """One event and everything said about it: which amendments stand, and what they make of it.

    An amendment can be amended itself, so each question here is asked of amendments too, down the chain.
    """

    def __init__(self, root: Stored, amendments: Iterable[Stored], standing: Callable[[str], int]) -> None:
        self.root = root
        self.standing = standing
        self.by_target = dict[str, list[_Amending]]()
        self.prevailing = set[str]()  # the disputes that are better sourced than what they are about
        read = [_Amending(stored, event) for stored in amendments if isinstance(event := event_of(stored), Amendment)]
        for amending in sorted(read, key=lambda amending: amending.order):
            self.by_target.setdefault(amending.event.event, []).append(amending)

    def fact(self) -> Fact | None:
        root = self.root
        if not self._stands(root.event_id):
            return None
        change = self._with_corrections(root.event_id, _Change(None, {}))
        support = self._support(root)
        winner = self._winner(root)
        if winner is not None:
            if winner.denied:
                return None
            change = change.then(winner.date, winner.changes)
            support = tuple(sorted({*support, *winner.sources}))
        said = self._claims()
        when = dates.parse(change.date or root.occurred)
        event = msgspec.convert(merged(fields_of_stored(root), change.changes), KINDS[root.kind])
        return Fact(
            root.event_id,
            root.kind,
            when.text,
            when.first or BEGINNING,
            when.last or END,
            event,
            canonical.encode(support),
            bool(said),
            tuple(a.stored.event_id for a in self._all_standing(root.event_id)),
            said,
        )

    def denial(self) -> tuple[Said, ...]:
        winner = self._winner(self.root) if self._stands(self.root.event_id) else None
        return self._claims() if winner is not None and winner.denied else ()

    def _claims(self) -> tuple[Said, ...]:
        said = [self._said(dispute) for dispute in self._disputes(self.root.event_id)]
        return tuple(claim._replace(prevails=claim.event_id in self.prevailing) for claim in said)

    def _standing(self, target: str, cls: type[Amendment]) -> list[_Amending]:
        """The amendments of one kind of an event, as far as they stand themselves."""
        return [
            amending
            for amending in self.by_target.get(target, ())
            if isinstance(amending.event, cls) and self._stands(amending.stored.event_id)
        ]

    def _stands(self, event_id: str) -> bool:
        """Whether an event was not retracted, by a retraction that stands and that no better source denies."""
        return not any(
            isinstance(amending.event, EventRetracted)
            and self._stands(amending.stored.event_id)
            and not self._is_denied(amending.stored)
            for amending in self.by_target.get(event_id, ())
        )

    def _is_denied(self, stored: Stored) -> bool:
        winner = self._winner(stored)
        return winner is not None and winner.denied

    def _with_corrections(self, event_id: str, change: _Change) -> _Change:
        """What is said of an event, after the corrections of it, each of which may have been corrected and disputed itself."""
        for correction, contested in self._corrections(event_id):
            claim = correction.event
            assert isinstance(claim, Claim)
            own = self._with_corrections(correction.stored.event_id, _Change(claim.date, claim.changes or {}))
            if contested is not None:
                own = own.then(contested.date, contested.changes)
            change = change.then(own.date, own.changes)
        return change

    def _corrections(self, event_id: str) -> Iterator[tuple[_Amending, Said | None]]:
        """The corrections of an event that better sources do not deny, each with the better-sourced claim about it."""
        for correction in self._standing(event_id, EventCorrected):
            contested = self._winner(correction.stored)
            if contested is None or not contested.denied:
                yield correction, contested

    def _support(self, stored: Stored) -> tuple[Citation, ...]:
        found = set(citations_of(stored))
        upheld = [correction for correction, _ in self._corrections(stored.event_id)]
        for amending in (*self._standing(stored.event_id, EventCorroborated), *upheld):
            found |= set(self._support(amending.stored))
        return tuple(sorted(found))

    def _disputes(self, event_id: str) -> Iterator[_Amending]:
        """What disputes an event, or what was said about it; also where a better source denies the dispute."""
        yield from self._standing(event_id, EventDisputed)
        for amending in self.by_target.get(event_id, ()):
            if self._stands(amending.stored.event_id):
                yield from self._disputes(amending.stored.event_id)

    def _said(self, dispute: _Amending) -> Said:
        claim, stored = dispute.event, dispute.stored
        assert isinstance(claim, EventDisputed)
        change = self._with_corrections(stored.event_id, _Change(claim.date, claim.changes or {}))
        if (contested := self._winner(stored)) is not None:
            change = change.then(contested.date, contested.changes)
        support = self._support(stored)
        return Said(stored.event_id, change.date, change.changes, claim.denied, claim.reason, support, prevails=False)

    def _winner(self, stored: Stored) -> Said | None:
        """Of the disputes about an event (or a correction) itself the best sourced, if it is better sourced than the event."""
        disputes = self._standing(stored.event_id, EventDisputed)
        said = [self._said(dispute) for dispute in disputes if not self._is_denied(dispute.stored)]
        if not said:
            return None
        best = min(said, key=lambda claim: (self._best(claim.sources), claim.event_id))
        if self._best(best.sources) >= self._best(self._support(stored)):
            return None
        self.prevailing.add(best.event_id)
        return best

    def _best(self, sources: Iterable[Citation]) -> int:
        return min((self.standing(citation.source) for citation in sources), default=len(STANDINGS))

    def _all_standing(self, event_id: str) -> Iterator[_Amending]:
        for amending in self.by_target.get(event_id, ()):
            if self._stands(amending.stored.event_id):
                yield amending
                yield from self._all_standing(amending.stored.event_id)
