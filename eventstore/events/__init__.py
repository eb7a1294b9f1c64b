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

__all__ = ["FAMILIES", "KINDS", "Citation", "Event"]
