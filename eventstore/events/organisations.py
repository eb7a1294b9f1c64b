"""Acts of a state towards an organisation (CIS Charter of 22 January 1993, art. 7-9)."""

from typing import Annotated, Literal

from msgspec import Meta

from .base import Effective, Event
from .fields import OrganisationId, StateCode, Text
from .treaties import Status


class StateJoined(Effective, frozen=True, kw_only=True):
    """A state joined an organisation by an act towards the organisation itself."""

    kind = "state-joined"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]
    status: Annotated[
        Literal["founding-state", "member", "associate", "observer", "participant"],
        Meta(description="The standing in which it joined."),
    ] = "member"


class StateStatusChanged(Effective, frozen=True, kw_only=True):
    """A state's standing in an organisation changed; also how a suspended or ceased participation is taken up again."""

    kind = "state-status-changed"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]
    status: Annotated[Status, Meta(description="The standing from then on.")]


class WithdrawalNotified(Effective, frozen=True, kw_only=True):
    """A state gave notice that it leaves an organisation (CIS Charter art. 9: twelve months before)."""

    kind = "withdrawal-notified"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]


class WithdrawalRevoked(Event, frozen=True, kw_only=True):
    """A state took its notice of leaving back before it took effect."""

    kind = "withdrawal-revoked"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]


class StateWithdrew(Effective, frozen=True, kw_only=True):
    """A state left an organisation."""

    kind = "state-withdrew"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]


class ParticipationCeased(Effective, frozen=True, kw_only=True):
    """A state stopped taking part, whatever its standing in law."""

    kind = "participation-ceased"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]
    extent: Annotated[Text | None, Meta(description="In what it stopped taking part, if not in everything.")] = None


class ParticipationSuspended(Effective, frozen=True, kw_only=True):
    """A state's taking part was suspended, whatever its standing in law."""

    kind = "participation-suspended"

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    state: Annotated[StateCode, Meta(description="The state.")]
    extent: Annotated[Text | None, Meta(description="In what it was suspended, if not in everything.")] = None
