"""Everything that happened, as it stands after corrections, in historical order, with a sentence for people."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Index, Integer, Table, literal, select

from eventstore.tables import Name
from projections.interval import Row
from projections.order import DAY_ORDER, EVERYTHING
from projections.projection import EventView, metadata
from projections.rules import Rule
from projections.sentences import sentence

if TYPE_CHECKING:
    from eventstore.facts import Fact, Said
    from eventstore.history import History

timeline = Table(
    "timeline",
    metadata,
    Column("event_id", Name, primary_key=True, comment="the event first recorded"),
    Column("kind", Name, nullable=False, comment="what sort of event"),
    Column("occurred", Name, nullable=False, comment="when it happened (EDTF), after corrections"),
    Column("occurred_from", Name, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
    Column("occurred_to", Name, nullable=False, comment="latest day it can have been (9999-12-31: unknown)"),
    Column("day_order", Integer, nullable=False, comment="order among the events of one day"),
    Column("sentence", Name, nullable=False, comment="what happened, for people"),
    Column("subjects", Name, nullable=False, comment="what it is about"),
    Column("sources", Name, nullable=False, comment="ids of the sources, corroborating ones included"),
    Column("inferred", Name, comment="what in it is the editor's inference"),
    Column("note", Name, comment="a remark for readers"),
    Column("amended", Boolean, nullable=False, comment="whether later events say more about it"),
    Column("disputed", Boolean, nullable=False, comment="whether a source says otherwise"),
    Index(None, "occurred_from", "occurred_to", "day_order", "event_id"),
    comment="Every event in force after corrections; order by occurred_from, occurred_to, day_order, event_id.",
)
citation = Table(
    "citation",
    metadata,
    Column("event_id", Name, primary_key=True, comment="the event"),
    Column("source", Name, primary_key=True, comment="the source that supports it"),
    Column("locator", Name, primary_key=True, comment="the place in the source"),
    Index("ix_citation_source", "source"),
    comment="On which page of which source each event in force rests.",
)
dispute = Table(
    "dispute",
    metadata,
    Column("event_id", Name, nullable=False, comment="the event that is disputed"),
    Column("claim_id", Name, primary_key=True, comment="the event that disputes it"),
    Column("date", Name, comment="the date (EDTF) claimed"),
    Column("changes", Name, comment="the fields claimed, as JSON"),
    Column("denied", Boolean, nullable=False, comment="whether it is said not to have happened"),
    Column("reason", Name, nullable=False, comment="why it is recorded"),
    Column("sources", Name, nullable=False, comment="ids of the sources that claim it"),
    Column("prevails", Boolean, nullable=False, comment="whether this claim is the one shown"),
    Index("ix_dispute_event_id", "event_id"),
    comment="Who says otherwise, about which event.",
)


def _rows(fact: "Fact", history: "History") -> Iterator[tuple[Table, Row]]:
    sources = fact.sources
    yield (
        timeline,
        {
            "event_id": fact.event_id,
            "kind": fact.kind,
            "occurred": fact.occurred,
            "occurred_from": fact.first,
            "occurred_to": fact.last,
            "day_order": DAY_ORDER[fact.kind],
            "sentence": sentence(fact, history),
            "subjects": " ".join(fact.subjects),
            "sources": " ".join(sorted({cited.source for cited in sources})),
            "inferred": fact.event.inferred,
            "note": fact.event.note,
            "amended": bool(fact.amended_by),
            "disputed": fact.disputed,
        },
    )
    for cited in sources:
        yield citation, {"event_id": fact.event_id, "source": cited.source, "locator": cited.locator}
    yield from _disputes(fact.event_id, fact.said)


def _denied(event_id: str, history: "History") -> "Iterator[tuple[Table, Row]]":
    return _disputes(event_id, history.denial(event_id))


def _disputes(event_id: str, claims: "Iterable[Said]") -> Iterator[tuple[Table, Row]]:
    for said in claims:
        from eventstore.canonical import encode

        yield (
            dispute,
            {
                "event_id": event_id,
                "claim_id": said.event_id,
                "date": said.date,
                "changes": encode(said.changes) if said.changes else None,
                "denied": said.denied,
                "reason": said.reason,
                "sources": " ".join(sorted({cited.source for cited in said.sources})),
                "prevails": said.prevails,
            },
        )


RULE = Rule(
    "An event is shown as it stands after corrections; of a claim and its disputes the one with the best source, and the recorded"
    " one where none is better.",
    "rule of the record",
)

VIEW = EventView(
    name="timeline",
    version=2,
    tables=(timeline, citation, dispute),
    handles=EVERYTHING,
    ignores=frozenset(),
    rows=_rows,
    denied=_denied,
    names_others=True,
)


def concerns(subject: str) -> ColumnElement[bool]:
    """The condition that an event of the timeline is about a subject (`state:AM`)."""
    return (literal(" ") + timeline.c.subjects + literal(" ")).contains(f" {subject} ", autoescape=True)


def story(connection: Connection, subject: str | None, first: str, last: str) -> list[Row]:
    """What happened from one day to another (ISO, inclusive) in historical order, about a subject (`state:AM`) or all."""
    order = (timeline.c.occurred_from, timeline.c.occurred_to, timeline.c.day_order, timeline.c.event_id)
    names = ("occurred", "kind", "sentence", "sources", "disputed", "event_id")
    query = select(*(timeline.c[name] for name in names)).where(
        timeline.c.occurred_from <= last, timeline.c.occurred_to >= first
    )
    if subject is not None:
        query = query.where(concerns(subject))
    return [dict(row) for row in connection.execute(query.order_by(*order)).mappings()]
