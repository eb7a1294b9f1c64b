"""The registers: what the ids in the other views stand for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Index, Integer, Table

from eventstore.tables import Name
from projections.interval import Row, Track, interval_columns, steps
from projections.order import EVERYTHING
from projections.projection import EventView, Key, Projection, metadata
from projections.rules import Link, Rule, link, take_all

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

state = Table(
    "state",
    metadata,
    Column("state", Name, primary_key=True, comment="ISO 3166-1 alpha-2; ISO 3166-3 for states that no longer exist"),
    Column("alpha3", Name, comment="ISO 3166-1 alpha-3"),
    Column("name", Name, nullable=False, comment="name in English"),
    Column("name_ru", Name, comment="name in Russian"),
    Column("cow", Integer, comment="Correlates of War code"),
    Column("gw", Integer, comment="Gleditsch-Ward code"),
    Column("wikidata", Name, comment="Wikidata id"),
    Column("valid_from", Name, comment="from when the state existed, as far as sourced"),
    Column("valid_to", Name, comment="until when it existed; NULL: it exists"),
    comment="States and their codes. Part of the program, not of the log.",
)

organisation = Table(
    "organisation",
    metadata,
    Column("organisation", Name, nullable=False, comment="the organisation"),
    Column("name", Name, nullable=False, comment="name in English"),
    Column("name_ru", Name, comment="name in Russian"),
    Column("abbreviation", Name, comment="usual abbreviation"),
    Column("founding_treaties", Name, comment="ids of the treaties that founded it"),
    Column("charter", Name, comment="its charter"),
    Column("predecessor", Name, comment="the organisation it took over from"),
    Column("since", Name, nullable=False, comment="date (EDTF) of its founding"),
    *interval_columns(),
    Index(None, "organisation", "valid_from"),
    comment="Organisations, from founding to dissolution.",
)

body = Table(
    "body",
    metadata,
    Column("body", Name, nullable=False, comment="the body"),
    Column("organisation", Name, nullable=False, comment="the organisation it belongs to"),
    Column("name", Name, nullable=False, comment="name in English"),
    Column("name_ru", Name, comment="name in Russian"),
    Column("type", Name, comment="council, assembly, executive ..."),
    Column("seat", Name, comment="the city where it sits"),
    Column("established_by", Name, comment="the treaty that set it up"),
    Column("predecessor", Name, comment="the body it took over from"),
    Column("since", Name, nullable=False, comment="date (EDTF) from which it is so"),
    *interval_columns(),
    Index(None, "body", "valid_from"),
    comment="Bodies, from establishment to dissolution; a new row where name, form or seat changed.",
)


def _event_columns() -> list[Column[Any]]:
    return [
        Column("occurred", Name, nullable=False, comment="date (EDTF) of the entry"),
        Column("occurred_from", Name, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        Column("event_id", Name, primary_key=True, comment="the event that entered it"),
        Column("disputed", Boolean, nullable=False, comment="whether a source says otherwise"),
    ]


office = Table(
    "office",
    metadata,
    Column("office", Name, nullable=False, comment="the office"),
    Column("body", Name, nullable=False, comment="the body it belongs to"),
    Column("name", Name, nullable=False, comment="title in English"),
    Column("name_ru", Name, comment="title in Russian"),
    Column("holders", Name, nullable=False, comment="one or several at a time"),
    *_event_columns(),
    Index(None, "office"),
    comment="Offices: posts, not their holders.",
)
person = Table(
    "person",
    metadata,
    Column("person", Name, nullable=False, comment="the person"),
    Column("name", Name, nullable=False, comment="name in English"),
    Column("name_ru", Name, comment="name in Russian"),
    Column("state", Name, comment="the state they are known for acting for"),
    Column("wikidata", Name, comment="Wikidata id"),
    *_event_columns(),
    Index(None, "person"),
    comment="Persons.",
)
treaty = Table(
    "treaty",
    metadata,
    Column("treaty", Name, nullable=False, comment="the treaty"),
    Column("title", Name, nullable=False, comment="title in English"),
    Column("title_ru", Name, comment="title in Russian"),
    Column("type", Name, comment="what it calls itself"),
    Column("organisation", Name, comment="the organisation within which it was made"),
    Column("place", Name, comment="where it was settled"),
    Column("amends", Name, comment="the treaty to which it is a protocol or amendment"),
    Column("consent", Name, comment="what binds a state: signature or instrument"),
    Column("depositary", Name, comment="who keeps the text and the instruments"),
    Column("registration", Name, comment="number in the UN Treaty Series"),
    *_event_columns(),
    Index(None, "treaty"),
    comment="Treaties.",
)
source = Table(
    "source",
    metadata,
    Column("source", Name, nullable=False, comment="the source"),
    Column("title", Name, nullable=False, comment="title"),
    Column("standing", Name, nullable=False, comment="how much it counts where sources disagree"),
    Column("publisher", Name, comment="who published it"),
    Column("author", Name, comment="who wrote it"),
    Column("address", Name, comment="address or call number"),
    Column("published", Name, comment="when it was published (EDTF)"),
    Column("accessed", Name, comment="when it was read (EDTF)"),
    Column("language", Name, comment="ISO 639-1 code"),
    *_event_columns(),
    Index(None, "source"),
    comment="Sources that events cite.",
)

_TABLES = {"office-created": office, "person-registered": person, "treaty-adopted": treaty, "source-registered": source}


def state_rows() -> list[Row]:
    """The register of states, which comes with the program."""
    from eventstore.states import states

    return [{column.name: getattr(entry, column.name) or None for column in state.c} for entry in states().values()]


def _entry(fact: "Fact", _: "History") -> Iterator[tuple[Table, Row]]:
    table = _TABLES[fact.kind]
    row = {column.name: getattr(fact.event, column.name, None) for column in table.c}
    dated = {"occurred": fact.occurred, "occurred_from": fact.first}
    yield table, row | dated | {"event_id": fact.event_id, "disputed": fact.disputed}


def _organisation_keys(fact: "Fact", _: "History") -> Iterator[Key]:
    event: Any = fact.event
    yield (event.organisation,)


def dissolutions(organisation: str, history: "History") -> "list[Fact]":
    """The facts by which an organisation ends; not those in which it is only named, as the one that takes over."""
    facts = history.about(f"organisation:{organisation}", kinds=("organisation-dissolved",))
    return [fact for fact in facts if next(_organisation_keys(fact, history)) == (organisation,)]


def _fold_organisation(key: Key, history: "History") -> list[Row]:
    track = Track(organisation=key[0])
    take_all(_organisation_links(track, key, history))
    return track.rows()


def organisation_chain(key: Key, history: "History") -> list[Link]:
    """The steps from which the rows of an organisation come, each with the rule applied."""
    return list(_organisation_links(Track(), key, history))


def _organisation_links(track: Track, key: Key, history: "History") -> Iterator[Link]:
    values: Row | None = None
    facts = history.about(f"organisation:{key[0]}", kinds=ORGANISATIONS.handles)
    for step in steps(fact for fact in facts if next(_organisation_keys(fact, history)) == key):
        before = track.values
        if step.kind == "organisation-founded":
            event = step.event
            values = {
                "name": event.name,
                "name_ru": event.name_ru,
                "abbreviation": event.abbreviation,
                "founding_treaties": " ".join(event.founding_treaties) or None,
                "charter": event.charter,
                "predecessor": event.predecessor,
                "since": step.date,
            }
        elif step.takes_effect:
            values = None
        track.set(step, values)
        yield link(step, step.kind if step.takes_effect else "effect-later", before, track.values)


def bodies_touched(fact: "Fact", history: "History") -> Iterator[str]:
    """The bodies whose life a fact about a body or an organisation touches."""
    event: Any = fact.event
    if fact.kind == "organisation-dissolved":
        for established in history.about(f"organisation:{event.organisation}", kinds=("body-established",)):
            ended: Any = established.event
            yield ended.body
    else:
        yield event.body


def _body_keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(body,); of an organisation that ended, its bodies."""
    return ((body,) for body in bodies_touched(fact, history))


def _fold_body(key: Key, history: "History") -> list[Row]:
    track = Track(body=key[0])
    take_all(_body_links(track, key, history))
    return track.rows()


def body_chain(key: Key, history: "History") -> list[Link]:
    """The steps from which the rows of a body come, each with the rule applied."""
    return list(_body_links(Track(), key, history))


def _body_links(track: Track, key: Key, history: "History") -> Iterator[Link]:
    (name,) = key
    facts = [
        fact
        for fact in history.about(f"body:{name}", kinds=BODIES.handles)
        if fact.kind == "organisation-dissolved" or next(_body_keys(fact, history)) == key
    ]
    events: list[Any] = [fact.event for fact in facts if fact.kind == "body-established"]
    for parent in sorted({event.organisation for event in events}):
        facts += dissolutions(parent, history)
    values: Row | None = None
    for step in steps(facts):
        before, rule = track.values, "effect-later"
        if step.takes_effect:
            values, rule = _body_after(step, values), step.kind
            track.set(step, values)
        yield link(step, rule, before, track.values)


def _body_after(step: "Any", values: Row | None) -> Row | None:
    event = step.event
    if step.kind == "body-established":
        names = ("organisation", "name", "name_ru", "type", "seat", "established_by", "predecessor")
        return {name: getattr(event, name) for name in names} | {"since": step.date}
    if step.kind == "body-reorganised" and values is not None:
        changed = {
            name: value for name in ("name", "name_ru", "type", "seat") if (value := getattr(event, name)) is not None
        }
        return {**values, **changed, "since": step.date}
    return None


# The rules of these folds by the names they give them: as a rule, the kind of the event. An entry of a register shows what the
# event that entered it says, after corrections.
RULES = {
    "organisation-founded": Rule("An organisation exists from its founding, under what its founding says.", "{law}"),
    "organisation-dissolved": Rule(
        "An organisation ends on the day its dissolution takes effect, and its bodies with it.", "{law}"
    ),
    "body-established": Rule("A body exists from its establishment.", "{law}"),
    "body-reorganised": Rule("A body that is reorganised goes on under what was changed; the rest stays.", "{law}"),
    "body-dissolved": Rule("A body ends on the day its dissolution takes effect.", "{law}"),
    "effect-later": Rule("The act is done; its effect comes on a later day.", "{law}"),
}
ENTRY = Rule("A register shows an entry as the event that entered it has it, after corrections.", "rule of the record")


def rule_of(step: Link, key: Key, history: "History") -> Rule:
    """The rule of a step of `organisation_chain` or `body_chain`, with the treaty or act it rests on."""
    from projections.sentences import name_of

    fact = history.fact_of(step.event_id)
    event: Any = fact.event if fact is not None else None
    treaties = [*getattr(event, "founding_treaties", ())]
    treaties += [name for field in ("established_by", "by") if (name := getattr(event, field, None))]
    law = "; ".join(name_of(f"treaty:{name}", history) for name in treaties)
    return Rule(*(text.format(law=law or "practice: no founding act is named") for text in RULES[step.rule]))


_OF_ORGANISATIONS = frozenset(("organisation-founded", "organisation-dissolved"))
_OF_BODIES = frozenset(("body-established", "body-reorganised", "body-dissolved", "organisation-dissolved"))

ORGANISATIONS = Projection(
    name="organisation",
    version=1,
    table=organisation,
    key=("organisation",),
    handles=_OF_ORGANISATIONS,
    ignores=EVERYTHING - _OF_ORGANISATIONS,
    leads=frozenset(("organisation-founded",)),
    keys=_organisation_keys,
    fold=_fold_organisation,
)
BODIES = Projection(
    name="body",
    version=1,
    table=body,
    key=("body",),
    handles=_OF_BODIES,
    ignores=EVERYTHING - _OF_BODIES,
    leads=frozenset(("body-established", "body-reorganised")),
    keys=_body_keys,
    fold=_fold_body,
)
ENTRIES = EventView(
    name="registers",
    version=1,
    tables=(office, person, treaty, source),
    handles=frozenset(_TABLES),
    ignores=EVERYTHING - _TABLES.keys(),
    rows=_entry,
)
