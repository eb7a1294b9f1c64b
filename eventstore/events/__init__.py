"""Every kind of event that can happen: one typed class each, by its name in `KINDS`."""

from . import amendments, bodies, organisations, registers, treaties
from .base import Citation, Event

FAMILIES: dict[str, tuple[type[Event], ...]] = {
    "registers": (
        registers.SourceRegistered,
        registers.OrganisationFounded,
        registers.OrganisationDissolved,
        registers.BodyEstablished,
        registers.BodyReorganised,
        registers.BodyDissolved,
        registers.OfficeCreated,
        registers.PersonRegistered,
    ),
    "treaty": (
        treaties.TreatyAdopted,
        treaties.TreatyEnteredIntoForce,
        treaties.TreatyExtended,
        treaties.TreatyAmended,
        treaties.TreatyTerminated,
    ),
    "state and treaty": (
        treaties.TreatySigned,
        treaties.TreatyRatified,
        treaties.InstrumentDeposited,
        treaties.TreatyAcceded,
        treaties.TreatyProvisionallyApplied,
        treaties.TreatyInForceForState,
        treaties.ReservationMade,
        treaties.ReservationWithdrawn,
        treaties.DeclarationMade,
        treaties.TreatySuspended,
        treaties.TreatyWithdrawalNotified,
        treaties.TreatyWithdrawalRevoked,
        treaties.TreatyWithdrawn,
    ),
    "state and organisation": (
        organisations.StateJoined,
        organisations.StateStatusChanged,
        organisations.WithdrawalNotified,
        organisations.WithdrawalRevoked,
        organisations.StateWithdrew,
        organisations.ParticipationCeased,
        organisations.ParticipationSuspended,
    ),
    "body": (
        bodies.StateSeated,
        bodies.StateLeftBody,
        bodies.OfficeAssumed,
        bodies.OfficeVacated,
        bodies.MeetingHeld,
        bodies.DecisionAdopted,
    ),
    "statement": (bodies.StatementMade,),
    "the log itself": (
        amendments.EventCorrected,
        amendments.EventRetracted,
        amendments.EventDisputed,
        amendments.EventCorroborated,
    ),
}

KINDS: dict[str, type[Event]] = {cls.kind: cls for family in FAMILIES.values() for cls in family}

# What states do towards treaties and organisations. How a state stands follows from all that it did towards one of them, so
# these are found by both (in `event_definition`, see below).
ACTS = frozenset(cls.kind for family in ("state and treaty", "state and organisation") for cls in FAMILIES[family])
# The kinds that say what something is, from when and until when, and not what was done with it: few among the many events about
# it, and asked for with each of them.
LIFE = frozenset(cls.kind for family in ("registers", "treaty") for cls in FAMILIES[family])
# These, and what decides how a treaty stands and who sits in a body: they are asked for by kind and have an index of their own
# (`event_definition`). A kind that comes in here or among the acts, or goes out, needs a migration that makes that index anew if
# there are events of it.
DEFINING = LIFE | {
    *(treaties.TreatyProvisionallyApplied.kind, treaties.TreatyInForceForState.kind, treaties.TreatySuspended.kind),
    *(bodies.StateSeated.kind, bodies.StateLeftBody.kind),
}

__all__ = ["ACTS", "DEFINING", "FAMILIES", "KINDS", "LIFE", "Citation", "Event"]
