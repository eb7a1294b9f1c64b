"""What a view has on a key, before it is put into words, and how it is looked up."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from eventstore import reading
from eventstore.amending import is_amendment
from projections.interval import Row
from projections.projection import Key
from projections.rules import Link, Rule

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History
    from eventstore.stored import Stored


class Found(NamedTuple):
    """What a view has on a key: rows of all days, the steps they come from with the rule of each, and what to say about it."""

    rows: list[Row]
    links: list[Link]
    rule_of: Callable[[Link], Rule]
    said_of: Callable[[list[Row]], str]  # the answer, given the rows of the day
    roots: "list[Stored]" = []  # noqa: RUF012  # events of the key as recorded, those that are out included; never changed
    missing: Sequence[str] = ()
    unknown: Sequence[str] = ()
    beside: "Sequence[Fact]" = ()
    once: bool = False  # whether its rows are of what happened once, not of what lasted


class View(NamedTuple):
    """A view that can be explained: the registers of its key, and what it has on a key on a day."""

    registers: tuple[str, ...]
    find: "Callable[[Key, History, str], Found]"


def facts_of(history: "History", event_ids: Iterable[str]) -> "Iterator[Fact]":
    """The facts first recorded under these ids, each once, without those that are out."""
    for event_id in dict.fromkeys(event_ids):
        fact = history.fact_of(event_id)
        if fact is not None:
            yield fact


def when(fact: "Fact") -> tuple[str, str, str]:
    """What facts are ordered by: their days, then their ids."""
    return fact.first, fact.last, fact.event_id


def roots_of(history: "History", kinds: frozenset[str], *subjects: str) -> "list[Stored]":
    """The events recorded of all these subjects, of these kinds, those that are out included."""
    found = reading.about(history.connection, subjects, sorted(kinds), history.known_at)
    return [stored for stored in found if not is_amendment(stored.kind)]


def subjects_of_link(history: "History", link: Link) -> tuple[str, ...]:
    """What the event of a step concerns."""
    fact = history.fact_of(link.event_id)
    return fact.subjects if fact is not None else ()
