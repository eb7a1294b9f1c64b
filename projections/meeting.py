"""Meetings, who took part in them, and what they decided."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Connection, Index, Table, select

from eventstore.tables import Name
from projections.interval import Row
from projections.order import EVERYTHING
from projections.projection import EventView, metadata
from projections.rules import Rule

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History


def _event_columns() -> list[Column[Any]]:
    return [
        Column("occurred_from", Name, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        Column("occurred_to", Name, nullable=False, comment="latest day it can have been (9999-12-31: unknown)"),
        Column("event_id", Name, primary_key=True, comment="the event that recorded it"),
        Column("disputed", Boolean, nullable=False, comment="whether a source says otherwise"),
    ]


meeting = Table(
    "meeting",
    metadata,
    Column("meeting", Name, nullable=False, comment="the meeting"),
    Column("kind", Name, comment="regular, extraordinary, informal or jubilee"),
    Column("title", Name, comment="its name, where it has one"),
    Column("bodies", Name, comment="ids of the bodies that met"),
    Column("start", Name, nullable=False, comment="date (EDTF) of its first day"),
    Column("end", Name, nullable=False, comment="date (EDTF) of its last day"),
    Column("place", Name, comment="city or place"),
    Column("country", Name, comment="the state where it was held"),
    Column("chair", Name, comment="the person who chaired it"),
    Column("chair_state", Name, comment="the state that chaired it"),
    Column("states", Name, comment="codes of the states that took part, as far as known"),
    Column("outcome", Name, comment="what came of it"),
    *_event_columns(),
    Index(None, "meeting"),
    Index("ix_meeting_occurred_from", "occurred_from"),
    comment="Meetings.",
)
meeting_attendance = Table(
    "meeting_attendance",
    metadata,
    Column("event_id", Name, primary_key=True, comment="the event that recorded it"),
    Column("meeting", Name, nullable=False, comment="the meeting"),
    Column("state", Name, primary_key=True, comment="the state"),
    Column("attendance", Name, nullable=False, comment="present or absent, as the source says"),
    Index(None, "meeting"),
    Index("ix_meeting_attendance_state", "state"),
    comment="Which states took part in a meeting, and which stayed away.",
)
meeting_body = Table(
    "meeting_body",
    metadata,
    Column("event_id", Name, primary_key=True, comment="the event that recorded it"),
    Column("meeting", Name, nullable=False, comment="the meeting"),
    Column("body", Name, primary_key=True, comment="the body that met"),
    Index(None, "meeting"),
    Index("ix_meeting_body_body", "body"),
    comment="Which bodies met in a meeting.",
)
decision = Table(
    "decision",
    metadata,
    Column("decision", Name, nullable=False, comment="the decision"),
    Column("title", Name, nullable=False, comment="title or subject in English"),
    Column("title_ru", Name, comment="title in Russian"),
    Column("body", Name, comment="the body that adopted it"),
    Column("meeting", Name, comment="the meeting where it was adopted"),
    Column("treaty", Name, comment="the treaty it concerns"),
    Column("states", Name, comment="codes of the states that adopted it, where not all did"),
    Column("summary", Name, comment="what it decides"),
    Column("occurred", Name, nullable=False, comment="date (EDTF) of its adoption"),
    Column("effective", Name, comment="date (EDTF) of its effect, where it is another"),
    *_event_columns(),
    Index(None, "decision"),
    comment="Decisions of bodies.",
)


def _meeting(fact: "Fact", _: "History") -> Iterator[tuple[Table, Row]]:
    event: Any = fact.event
    start, lasts, end = fact.occurred.partition("/")
    yield (
        meeting,
        {
            "meeting": event.meeting,
            "kind": event.type,
            "title": event.title,
            "bodies": " ".join(event.bodies) or None,
            "start": start,
            "end": end if lasts else start,
            "place": event.place,
            "country": event.country,
            "chair": event.chair,
            "chair_state": event.chair_state,
            "states": " ".join(event.states) or None,
            "outcome": event.outcome,
            **_event_values(fact),
        },
    )
    for body in event.bodies:
        yield meeting_body, {"meeting": event.meeting, "body": body, "event_id": fact.event_id}
    # A source that names a state among both contradicts itself; it is counted as present.
    attendance = dict.fromkeys(event.absent, "absent") | dict.fromkeys(event.states, "present")
    for state, attended in attendance.items():
        row = {"meeting": event.meeting, "state": state, "attendance": attended, "event_id": fact.event_id}
        yield meeting_attendance, row


def _decision(fact: "Fact", _: "History") -> Iterator[tuple[Table, Row]]:
    event: Any = fact.event
    names = ("decision", "title", "title_ru", "body", "meeting", "treaty", "summary", "effective")
    row = {name: getattr(event, name) for name in names}
    yield decision, row | {"states": " ".join(event.states) or None, "occurred": fact.occurred, **_event_values(fact)}


def _event_values(fact: "Fact") -> Row:
    return {
        "occurred_from": fact.first,
        "occurred_to": fact.last,
        "event_id": fact.event_id,
        "disputed": fact.disputed,
    }


# The rules of these views by their tables.
RULES = {
    "meeting": Rule("A meeting is shown as its sources tell of it, on the days they give.", "practice"),
    "meeting_attendance": Rule(
        "A state is present if a source names it among those that took part, and absent if it is said to have stayed away; one"
        " named among both is counted as present. Of others nothing is known.",
        "practice",
    ),
    "decision": Rule(
        "A decision is shown as its sources tell of it, from the day of its adoption.", "practice of the body"
    ),
}

MEETINGS = EventView(
    name="meeting",
    version=2,
    tables=(meeting, meeting_attendance, meeting_body),
    handles=frozenset(("meeting-held",)),
    ignores=EVERYTHING - {"meeting-held"},
    rows=_meeting,
)
DECISIONS = EventView(
    name="decision",
    version=1,
    tables=(decision,),
    handles=frozenset(("decision-adopted",)),
    ignores=EVERYTHING - {"decision-adopted"},
    rows=_decision,
)


def meetings(connection: Connection, first: str, last: str, body: str | None = None) -> list[Row]:
    """The meetings that were, or may have been, held from one day to another (ISO, inclusive), of one body or all."""
    names = ("meeting", "bodies", "kind", "start", "end", "place", "country", "chair", "states", "chair_state", "title")
    query = (
        select(*(meeting.c[name] for name in names), meeting.c.outcome, meeting.c.disputed)
        .where(meeting.c.occurred_from <= last, meeting.c.occurred_to >= first)
        .order_by(meeting.c.occurred_from, meeting.c.occurred_to, meeting.c.event_id)
    )
    if body is not None:
        query = query.where(
            meeting.c.event_id.in_(select(meeting_body.c.event_id).where(meeting_body.c.body == body).scalar_subquery())
        )
    return [dict(row) for row in connection.execute(query).mappings()]
