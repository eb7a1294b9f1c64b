"""The life of a treaty, and the acts of a state towards it (Vienna Convention on the Law of Treaties 1969, "VCLT")."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .base import Effective, Event
from .fields import BodyId, Count, Date, MeetingId, OrganisationId, PersonId, StateCode, Text, TreatyId

Status = Literal["founding-state", "member", "associate", "observer", "participant", "former"]
ConferringAct = Literal["signature", "ratification", "accession", "entry-into-force", "withdrawal"]


class Confers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What standing an act towards the treaty gives a state in an organisation (written organisation:status:by)."""

    organisation: Annotated[OrganisationId, Meta(description="The organisation.")]
    status: Annotated[Status, Meta(description="The standing that the act gives.")]
    by: Annotated[ConferringAct, Meta(description="The act that gives it.")]


class EntryIntoForce(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """The clause on entry into force as data, so that the date can be computed and compared (VCLT art. 24)."""

    instruments: Annotated[Count | None, Meta(description="How many instruments must be deposited.")] = None
    days_after: Annotated[Count | None, Meta(description="Days from the last of them to the entry into force.")] = None
    months_after: Annotated[Count | None, Meta(description="Months from the last of them to the entry into force.")] = (
        None
    )
    on_signature: Annotated[bool, Meta(description="Whether it is in force from signature.")] = False
    from_states: Annotated[
        tuple[StateCode, ...], Meta(description="States whose instruments must be among those deposited.")
    ] = ()
    on: Annotated[Date | None, Meta(description="A fixed day named by the clause.")] = None
    clause: Annotated[Text | None, Meta(description="The clause in short, and its article.")] = None


class TreatyAdopted(Event, frozen=True, kw_only=True):
    """The text of a treaty was settled (VCLT art. 9). Enters the treaty into the register."""

    kind = "treaty-adopted"
    introduces = "treaty"

    treaty: Annotated[TreatyId, Meta(description="The new treaty's id.")]
    title: Annotated[Text, Meta(description="Its title in English.")]
    title_ru: Annotated[Text | None, Meta(description="Its title in Russian.")] = None
    type: Annotated[
        Literal["treaty", "agreement", "protocol", "convention", "charter", "declaration", "memorandum", "decision"]
        | None,
        Meta(description="What it calls itself."),
    ] = None
    organisation: Annotated[OrganisationId | None, Meta(description="The organisation within which it was made.")] = (
        None
    )
    place: Annotated[Text | None, Meta(description="Where it was settled.")] = None
    body: Annotated[BodyId | None, Meta(description="The body that settled it.")] = None
    meeting: Annotated[MeetingId | None, Meta(description="The meeting that settled it.")] = None
    amends: Annotated[TreatyId | None, Meta(description="The treaty to which it is a protocol or amendment.")] = None
    confers: Annotated[
        tuple[Confers, ...],
        Meta(
            description="The standing that acts towards it give in an organisation.",
            examples=["cis:member:ratification"],
        ),
    ] = ()
    consent: Annotated[
        Literal["signature", "instrument"] | None,
        Meta(description="What binds a state: its signature alone (VCLT art. 12) or an instrument (art. 14-16)."),
    ] = None
    entry_into_force: Annotated[EntryIntoForce | None, Meta(description="The clause on entry into force, as data.")] = (
        None
    )
    depositary: Annotated[Text | None, Meta(description="Who keeps the text and the instruments (VCLT art. 76).")] = (
        None
    )
    registration: Annotated[Text | None, Meta(description="Its number in the UN Treaty Series.")] = None


class TreatyEnteredIntoForce(Event, frozen=True, kw_only=True):
    """The treaty as such entered into force (VCLT art. 24(1)-(2))."""

    kind = "treaty-entered-into-force"

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    until: Annotated[Date | None, Meta(description="The last day of its term, where it is in force for a term.")] = None
    term: Annotated[Text | None, Meta(description="The term for which it is in force, as the source has it.")] = None


class TreatyExtended(Effective, frozen=True, kw_only=True):
    """The term of a treaty was prolonged."""

    kind = "treaty-extended"

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    by: Annotated[TreatyId | None, Meta(description="The protocol that extends it.")] = None
    until: Annotated[Date | None, Meta(description="The last day of the new term.")] = None
    term: Annotated[Text | None, Meta(description="The new term, as the source has it.")] = None


class TreatyAmended(Effective, frozen=True, kw_only=True):
    """A treaty was amended (VCLT art. 39-40)."""

    kind = "treaty-amended"

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    by: Annotated[TreatyId | None, Meta(description="The protocol that amends it.")] = None
    subject: Annotated[Text | None, Meta(description="What was changed.")] = None


class TreatyTerminated(Effective, frozen=True, kw_only=True):
    """A treaty ended for all its parties (VCLT art. 54, 59)."""

    kind = "treaty-terminated"

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    by: Annotated[TreatyId | None, Meta(description="The treaty or act that ended it.")] = None


class StateAct(Event, frozen=True, kw_only=True):
    """An act of a state towards a treaty."""

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    state: Annotated[StateCode, Meta(description="The state that acts.")]


class EffectiveStateAct(Effective, frozen=True, kw_only=True):
    """An act of a state towards a treaty whose effect may come on another day."""

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    state: Annotated[StateCode, Meta(description="The state that acts.")]


class TreatySigned(StateAct, frozen=True, kw_only=True):
    """A state signed the treaty (VCLT art. 10-12, 14, 18)."""

    kind = "treaty-signed"

    place: Annotated[Text | None, Meta(description="Where it was signed.")] = None
    signatory: Annotated[PersonId | None, Meta(description="Who signed for the state.")] = None
    reservation: Annotated[Text | None, Meta(description="The reservation made on signing (VCLT art. 19).")] = None
    special_opinion: Annotated[
        Text | None, Meta(description="The special opinion attached on signing (CIS rules of procedure).")
    ] = None


class TreatyRatified(StateAct, frozen=True, kw_only=True):
    """A state ratified by its own act, usually a law: not yet a deposit (VCLT art. 2(1)(b), 14)."""

    kind = "treaty-ratified"

    act: Annotated[Text | None, Meta(description="The law or decision, with its number.")] = None
    reservation: Annotated[Text | None, Meta(description="The reservation in that act.")] = None


class InstrumentDeposited(EffectiveStateAct, frozen=True, kw_only=True):
    """A state deposited an instrument, or notified that its internal procedures are complete (VCLT art. 16)."""

    kind = "instrument-deposited"
    version = 2

    instrument: Annotated[
        Literal["ratification", "acceptance", "approval", "accession", "completed-procedures"] | None,
        Meta(description="What was deposited; left out where the source does not say."),
    ] = None
    reservation: Annotated[Text | None, Meta(description="The reservation in the instrument.")] = None


class TreatyAcceded(EffectiveStateAct, frozen=True, kw_only=True):
    """A state that had not signed bound itself by accession (VCLT art. 15)."""

    kind = "treaty-acceded"

    reservation: Annotated[Text | None, Meta(description="The reservation made on acceding.")] = None


class TreatyProvisionallyApplied(EffectiveStateAct, frozen=True, kw_only=True):
    """A state began to apply the treaty provisionally (VCLT art. 25)."""

    kind = "treaty-provisionally-applied"


class TreatyInForceForState(StateAct, frozen=True, kw_only=True):
    """The treaty entered into force for a state (VCLT art. 24(3))."""

    kind = "treaty-in-force-for-state"


class ReservationMade(StateAct, frozen=True, kw_only=True):
    """A state made a reservation (VCLT art. 2(1)(d), 19-23)."""

    kind = "reservation-made"

    text: Annotated[Text, Meta(description="What it reserves, in short.")]
    provision: Annotated[Text | None, Meta(description="The provision it concerns.")] = None


class ReservationWithdrawn(StateAct, frozen=True, kw_only=True):
    """A state took a reservation back (VCLT art. 22)."""

    kind = "reservation-withdrawn"

    provision: Annotated[Text | None, Meta(description="The provision it concerned; left out: all of them.")] = None


class DeclarationMade(StateAct, frozen=True, kw_only=True):
    """A state declared how it reads the treaty; the standing of the treaty does not change."""

    kind = "declaration-made"

    text: Annotated[Text, Meta(description="What it declares, in short.")]


class TreatySuspended(Effective, frozen=True, kw_only=True):
    """The operation of a treaty was suspended, by one state or (no state given) for all (VCLT art. 57-58)."""

    kind = "treaty-suspended"

    treaty: Annotated[TreatyId, Meta(description="The treaty.")]
    state: Annotated[StateCode | None, Meta(description="The state that suspends it; left out: suspended for all.")] = (
        None
    )


class TreatyWithdrawalNotified(EffectiveStateAct, frozen=True, kw_only=True):
    """A state gave notice of its withdrawal from a treaty (VCLT art. 56, 65, 67)."""

    kind = "treaty-withdrawal-notified"


class TreatyWithdrawalRevoked(StateAct, frozen=True, kw_only=True):
    """A state took its notice of withdrawal back before it took effect (VCLT art. 68)."""

    kind = "treaty-withdrawal-revoked"


class TreatyWithdrawn(EffectiveStateAct, frozen=True, kw_only=True):
    """A state ceased to be bound by, or to take part in, a treaty (VCLT art. 54, 70)."""

    kind = "treaty-withdrawn"

    act: Annotated[Text | None, Meta(description="The law or decision, with its number.")] = None
