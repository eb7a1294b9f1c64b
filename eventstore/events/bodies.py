"""Seats, offices, meetings and decisions of bodies, and what governments say."""

from typing import Annotated, Literal

from msgspec import Meta

from .base import Effective, Event
from .fields import BodyId, DecisionId, MeetingId, OfficeId, OrganisationId, PersonId, StateCode, Text, TreatyId


class StateSeated(Effective, frozen=True, kw_only=True):
    """A state took its seat in a body."""

    kind = "state-seated"

    body: Annotated[BodyId, Meta(description="The body.")]
    state: Annotated[StateCode, Meta(description="The state.")]
    status: Annotated[
        Literal["member", "associate", "observer", "participant"], Meta(description="As what it sits there.")
    ] = "member"


class StateLeftBody(Effective, frozen=True, kw_only=True):
    """A state left a body."""

    kind = "state-left-body"

    body: Annotated[BodyId, Meta(description="The body.")]
    state: Annotated[StateCode, Meta(description="The state.")]


class OfficeAssumed(Effective, frozen=True, kw_only=True):
    """A person, or a state where the office rotates among states, took an office."""

    kind = "office-assumed"

    office: Annotated[OfficeId, Meta(description="The office.")]
    person: Annotated[PersonId | None, Meta(description="Who took it.")] = None
    state: Annotated[StateCode | None, Meta(description="The state they act for, or that holds the office.")] = None
    acting: Annotated[bool, Meta(description="Whether they only act in the office.")] = False

    def problems(self) -> list[str]:
        """An office is taken by somebody."""
        return [] if self.person or self.state else ["person and state are both missing: who took the office?"]


class OfficeVacated(Effective, frozen=True, kw_only=True):
    """An office was left. Without a person and a state: by whoever held it."""

    kind = "office-vacated"

    office: Annotated[OfficeId, Meta(description="The office.")]
    person: Annotated[PersonId | None, Meta(description="Who left it.")] = None
    state: Annotated[StateCode | None, Meta(description="The state that left it, where states hold it.")] = None


class MeetingHeld(Event, frozen=True, kw_only=True):
    """A meeting took place; its date may be a span (first day/last day)."""

    kind = "meeting-held"
    version = 2
    introduces = "meeting"
    lasts = True

    meeting: Annotated[MeetingId, Meta(description="The new meeting's id.")]
    bodies: Annotated[tuple[BodyId, ...], Meta(description="The bodies that met.")] = ()
    type: Annotated[
        Literal["regular", "extraordinary", "informal", "jubilee"] | None,
        Meta(description="What sort of meeting it was."),
    ] = None
    title: Annotated[Text | None, Meta(description="Its name, where it has one.")] = None
    place: Annotated[Text | None, Meta(description="The city or place.")] = None
    country: Annotated[StateCode | None, Meta(description="The state where it was held.")] = None
    chair: Annotated[PersonId | None, Meta(description="Who chaired it.")] = None
    chair_state: Annotated[StateCode | None, Meta(description="The state that chaired it.")] = None
    states: Annotated[tuple[StateCode, ...], Meta(description="The states that took part.")] = ()
    absent: Annotated[tuple[StateCode, ...], Meta(description="The states that are said to have stayed away.")] = ()
    outcome: Annotated[Text | None, Meta(description="What came of it, in short.")] = None


class DecisionAdopted(Effective, frozen=True, kw_only=True):
    """A body adopted a decision or another document that is not a treaty."""

    kind = "decision-adopted"
    introduces = "decision"

    decision: Annotated[DecisionId, Meta(description="The new decision's id.")]
    title: Annotated[Text, Meta(description="Its title or subject in English.")]
    title_ru: Annotated[Text | None, Meta(description="Its title in Russian.")] = None
    body: Annotated[BodyId | None, Meta(description="The body that adopted it.")] = None
    meeting: Annotated[MeetingId | None, Meta(description="The meeting where it was adopted.")] = None
    treaty: Annotated[TreatyId | None, Meta(description="The treaty it concerns.")] = None
    states: Annotated[tuple[StateCode, ...], Meta(description="The states that adopted it, where not all did.")] = ()
    summary: Annotated[Text | None, Meta(description="What it decides, in short.")] = None


class StatementMade(Event, frozen=True, kw_only=True):
    """Something was announced, proposed, threatened, discussed or voted that changes no standing."""

    kind = "statement-made"
    lasts = True

    text: Annotated[Text, Meta(description="What was said or done, in short.")]
    type: Annotated[
        Literal["announcement", "proposal", "intention", "denial", "bill", "vote", "talks", "assessment", "other"],
        Meta(description="What sort of statement it is."),
    ] = "announcement"
    states: Annotated[tuple[StateCode, ...], Meta(description="The states that speak or are spoken of.")] = ()
    person: Annotated[PersonId | None, Meta(description="Who spoke.")] = None
    organisation: Annotated[OrganisationId | None, Meta(description="The organisation it concerns.")] = None
    body: Annotated[BodyId | None, Meta(description="The body that spoke or that it concerns.")] = None
    treaty: Annotated[TreatyId | None, Meta(description="The treaty it concerns.")] = None
    meeting: Annotated[MeetingId | None, Meta(description="The meeting where it was made.")] = None
    place: Annotated[Text | None, Meta(description="Where.")] = None
