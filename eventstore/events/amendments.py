"""Events about events: nothing is edited, so what the log says of an event changes by another event.

Their date is the day on which the editor corrected, retracted, disputed or corroborated.
"""

from typing import Annotated, Any

from msgspec import Meta

from .base import Event
from .fields import Date, EventId, Text


class Amendment(Event, frozen=True, kw_only=True):
    """An event about an earlier event; it always gives its reason."""

    event: Annotated[EventId, Meta(description="The id of the event it is about.")]
    reason: Annotated[Text, Meta(description="Why.")]


class Claim(Amendment, frozen=True, kw_only=True):
    """Another date, or other fields, for an earlier event."""

    date: Annotated[Date | None, Meta(description="The other date of what happened.")] = None
    changes: Annotated[
        dict[str, Any] | None, Meta(description="The other values of its fields; null takes a field out.")
    ] = None


class EventCorrected(Claim, frozen=True, kw_only=True):
    """An earlier event is replaced in its date or fields for every reader who knows this correction."""

    kind = "event-corrected"

    def problems(self) -> list[str]:
        """A correction says what is right."""
        return [] if self.date or self.changes else ["neither a date nor changes: what is right?"]


class EventRetracted(Amendment, frozen=True, kw_only=True):
    """An earlier event is taken out: it did not happen, or cannot be upheld."""

    kind = "event-retracted"


class EventDisputed(Claim, frozen=True, kw_only=True):
    """Another source says otherwise; the better-sourced claim is shown, marked as disputed."""

    kind = "event-disputed"

    denied: Annotated[bool, Meta(description="Whether the other source says that it did not happen at all.")] = False

    def problems(self) -> list[str]:
        """A dispute says what the other source claims."""
        if self.denied:
            return ["denied, and yet a date or changes: what is claimed?"] if self.date or self.changes else []
        return [] if self.date or self.changes else ["no date, no changes, not denied: what is claimed?"]


class EventCorroborated(Amendment, frozen=True, kw_only=True):
    """Another source says the same."""

    kind = "event-corroborated"
