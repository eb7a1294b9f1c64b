"""What every explanation is made of: its steps, the claims of sources, what is not known, and why a row is certain or not."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from eventstore import reading
from eventstore.events.registers import STANDINGS
from eventstore.facts import BEGINNING, END
from projections.interval import Row
from projections.rules import Link, Rule, changed
from projections.sentences import sentence
from projections.why.explanation import Amended, Change, Claim, Remark, Source, Used
from projections.why.found import Found

if TYPE_CHECKING:
    from eventstore.events import Citation
    from eventstore.facts import Fact, Said
    from eventstore.history import History
    from eventstore.stored import Stored


def remark(fact: "Fact", history: "History") -> Remark:
    """A fact as a remark."""
    return Remark(event_id=fact.event_id, date=fact.occurred, sentence=sentence(fact, history))


def next_step(link: Link | None, history: "History") -> Remark | None:
    """The first step after the day, if there is one."""
    if link is None:
        return None
    fact = history.fact_of(link.event_id)
    assert fact is not None
    effect = "It takes effect: " if link.part == "effect" else ""
    return Remark(event_id=link.event_id, date=link.date, sentence=effect + sentence(fact, history))


def shown(row: Row) -> dict[str, Any]:
    """The columns of a row that it is made of, without what is told of it."""
    return {name: value for name, value in row.items() if name != "certainty"}


def used(link: Link, fact: "Fact", rule: Rule, history: "History", day: str) -> Used:
    """A step of the chain in words."""
    changes = changed(link.before, link.after)
    for derived in ("since", "events"):  # they follow from the others
        changes.pop(derived, None)
    if link.before is None or link.after is None:  # what a row begins and ends with, without what it has not
        changes = {name: pair for name, pair in changes.items() if pair != (None, None) and name in _TELLING}
    if link.rule in _SHARPENED:
        changes[_SHARPENED[link.rule]] = (None, link.last)
    return Used(
        event_id=link.event_id,
        date=link.date,
        kind=fact.kind,
        sentence=sentence(fact, history),
        part=link.part,
        by_then=link.last <= day,
        rule=rule.words,
        basis=rule.basis,
        changes=[Change(what=name, before=pair[0], after=pair[1]) for name, pair in changes.items()],
        sources=_sources(fact.sources, history),
        amended=list(_amendments(fact, history)),
        inferred=fact.event.inferred,
        note=fact.event.note,
        disputed=fact.disputed,
    )


_TELLING = frozenset(("status", "holders", "name"))  # what a row is, where all of it is new or gone
# What changes, by rule, where no value does but how well the day is known from which it is so.
_SHARPENED = {"sharpened": "valid_from_latest", "sharpened-end": "valid_to_latest"}


def _sources(citations: "Iterable[Citation]", history: "History") -> list[Source]:
    return [
        Source(
            source=cited.source,
            title=history.remembered(_title, cited.source),
            standing=_standing(history.standing(cited.source)),
            locator=cited.locator,
        )
        for cited in citations
    ]


def _title(source: str, history: "History") -> str:
    entered: list[Any] = [fact.event for fact in history.about(f"source:{source}", kinds=("source-registered",))]
    return min((event.title for event in entered if event.source == source), default=source)


def _best(citations: "Iterable[Citation]", history: "History") -> int:
    return min((history.standing(cited.source) for cited in citations), default=len(STANDINGS))


def _standing(rank: int) -> str:
    return STANDINGS[rank] if rank < len(STANDINGS) else "unknown"


def _amendments(fact: "Fact", history: "History") -> Iterator[Amended]:
    from eventstore.stored import citations_of, event_of

    for stored in reading.read(history.connection, event_ids=fact.amended_by):
        event: Any = event_of(stored)
        yield Amended(
            event_id=stored.event_id,
            kind=stored.kind,
            date=stored.occurred,
            reason=event.reason,
            sources=_sources(citations_of(stored), history),
        )


def claims(fact: "Fact", history: "History") -> Iterator[Claim]:
    """What other sources say of a fact."""
    for said in fact.said:
        yield Claim(
            event_id=said.event_id,
            about=fact.event_id,
            sentence=sentence(fact, history),
            says=_says(said.date, said.changes, said.denied),
            reason=said.reason,
            sources=_sources(said.sources, history),
            prevails=said.prevails,
            judgement=_judgement(said, fact, history),
        )


def _says(date: str | None, changes: "dict[str, Any]", denied: bool) -> str:
    if denied:
        return "that it did not happen"
    parts = [f"the date {date}"] if date else []
    parts += [f"{name}: {'nothing' if value is None else value}" for name, value in changes.items()]
    return "; ".join(parts)


def _judgement(said: "Said", fact: "Fact", history: "History") -> str:
    claimed, recorded = _best(said.sources, history), _best(fact.sources, history)
    if said.prevails:
        return f"It prevails: its best source ({_standing(claimed)}) is better than those of what was recorded."
    if any(other.prevails for other in fact.said):
        return "It is not shown: another claim with a better or an equal source prevails."
    if claimed == recorded:
        return f"It is not shown: its best source ({_standing(claimed)}) is no better than what is recorded has."
    than = f"than that of what is recorded ({_standing(recorded)})"
    return f"It is not shown: its best source ({_standing(claimed)}) counts for less {than}."


def set_aside(root: "Stored", history: "History") -> Iterator[Claim]:
    """For an event that is out: who took it out, and why."""
    from eventstore.facts import unamended
    from eventstore.stored import citations_of, event_of

    if history.fact(root) is not None:
        return
    for stored in history.events(subject=f"event:{root.event_id}"):
        event: Any = event_of(stored)
        denied = stored.kind == "event-retracted" or getattr(event, "denied", False)
        if stored.event_id == root.event_id or event.event != root.event_id or not denied:
            continue
        sources = citations_of(stored)
        best = _standing(_best(sources, history))
        retracted = "It is taken out by the editors: it cannot be upheld."
        better = f"It prevails: its best source ({best}) is better than those of what was recorded."
        yield Claim(
            event_id=stored.event_id,
            about=root.event_id,
            sentence=sentence(unamended(root), history),
            says=_says(None, {}, True),
            reason=event.reason,
            sources=_sources(sources, history),
            prevails=True,
            judgement=retracted if stored.kind == "event-retracted" else better,
        )


def imprecise(facts: "Iterable[Fact]", history: "History") -> Iterator[str]:
    """Of which facts the day is not known, and what is known of it."""
    for fact in facts:
        if fact.first != fact.last and not type(fact.event).lasts:
            yield f"On which day: “{sentence(fact, history)}” is dated {fact.occurred}, {_between(fact.first, fact.last)}."


def _between(first: str, last: str) -> str:
    if first == BEGINNING:
        return "no day is known" if last == END else f"some day until {last}"
    return f"some day from {first} on" if last == END else f"some day from {first} to {last}"


def because(row: Row, found: Found, day: str) -> str:
    """Why a row that holds on a day is certain, or only possible."""
    if found.once:
        happened = _between(row["valid_from"], row["valid_from_latest"])
        if row["certainty"] == "possible":
            return f"Only possible: it happened on {happened}, so by {day} it may not have happened yet."
        return f"Certain: it had happened by {row['valid_from_latest']}."
    stretch = _stretch(row, found.rows)
    reasons = list[str]()
    if row["valid_from_latest"] > day:
        begun = _between(stretch[0]["valid_from"], row["valid_from_latest"])
        reasons.append(f"it began on {begun}, so on {day} it may not have begun yet")
    if row["valid_to"] is not None and row["valid_to"] <= day:
        ended = _between(row["valid_to"], row["valid_to_latest"])
        reasons.append(f"it ended on {ended}, so on {day} it may have been over")
    if reasons:
        return f"Only possible: {'; and '.join(reasons)}."
    begun_by = min(part["valid_from_latest"] for part in stretch)
    return f"Certain: it had begun by {begun_by}, and nothing can have ended it by {day}."


def _stretch(row: Row, rows: list[Row]) -> list[Row]:
    """The rows of one standing up to this one: a date that became known alone makes a new row and no new standing."""
    for earlier in rows:
        same = all(earlier.get(name) == row.get(name) for name in ("status", "acting", "person", "state", "office"))
        if (
            same
            and earlier["valid_from"] < row["valid_from"] == earlier["valid_to"]
            and earlier["ended_by"] == row["began_by"]
            and "status" in row
        ):
            return [*_stretch(earlier, rows), row]
    return [row]
