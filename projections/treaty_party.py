"""Where each state stood towards each treaty: signatory, consent-given, provisionally-applying, party, withdrawing, withdrawn.

Consent to be bound is given by ratifying, by depositing an instrument, by acceding, or by a signature where the treaty says that
signature binds (VCLT art. 11-16). A state is a party from the day on which a source says that the treaty entered into force for
it, or from the general entry into force if it had deposited, acceded or bound itself by signature before. A state's own
ratification is not a deposit, and a consent given after the entry into force takes effect as the treaty provides: in both
cases the state stays consent-given until a source says more.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Index, Table, select

from eventstore.tables import Name
from projections.interval import Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING, TREATY_ACTS
from projections.projection import Key, Projection, metadata

if TYPE_CHECKING:
    from eventstore.facts import Fact, History

_DATES = {  # of the acts, by kind of event
    "treaty-signed": "signed",
    "treaty-ratified": "ratified",
    "instrument-deposited": "deposited",
    "treaty-acceded": "acceded",
    "treaty-provisionally-applied": "provisionally_applied",
    "treaty-in-force-for-state": "in_force",
    "treaty-suspended": "suspended",
    "treaty-withdrawal-notified": "withdrawal_notified",
    "treaty-withdrawn": "withdrawn",
}

treaty_party = Table(
    "treaty_party",
    metadata,
    Column("treaty", Name, nullable=False, comment="the treaty"),
    Column("state", Name, nullable=False, comment="the state"),
    Column(
        "status",
        Name,
        nullable=False,
        comment="signatory, consent-given, provisionally-applying, party, withdrawing or withdrawn",
    ),
    Column("since", Name, nullable=False, comment="date (EDTF) from which it has this status"),
    *(Column(name, Name, comment=f"date (EDTF) of {kind}, as far as done") for kind, name in _DATES.items()),
    Column("instrument", Name, comment="what was deposited"),
    Column("withdrawal_effective_on", Name, comment="date (EDTF) on which a notice of withdrawal takes effect"),
    Column("reservations", Name, comment="the reservations in force and special opinions, one a line"),
    Column("declarations", Name, comment="the declarations made, one a line"),
    *interval_columns(),
    Index(None, "treaty", "state", "valid_from"),
    Index("ix_treaty_party_state", "state"),
    comment="The standing of each state towards each treaty.",
)
_TREATY_EVENTS = frozenset(("treaty-adopted", "treaty-entered-into-force", "treaty-terminated"))
HANDLES = TREATY_ACTS | _TREATY_EVENTS


def keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(treaty, state) of an act; of a treaty, of every state that acted towards it."""
    event: Any = fact.event
    if fact.kind in TREATY_ACTS:
        if event.state is not None:
            yield event.treaty, event.state
    else:
        acts: list[Any] = [act.event for act in history.about(f"treaty:{event.treaty}", kinds=TREATY_ACTS)]
        for state in sorted({act.state for act in acts if act.state is not None}):
            yield event.treaty, state


def _treaty_facts(treaty: str, history: "History") -> "list[Fact]":
    facts = history.about(f"treaty:{treaty}", kinds=_TREATY_EVENTS)
    events: list[Any] = [fact.event for fact in facts]
    return [fact for fact, event in zip(facts, events, strict=True) if event.treaty == treaty]


def fold(key: Key, history: "History") -> list[Row]:
    """The rows of one state towards one treaty."""
    treaty, state = key
    facts = history.about(f"treaty:{treaty}", f"state:{state}", kinds=TREATY_ACTS)
    standing = _Standing(treaty, state)
    for step in steps([*facts, *history.remembered(_treaty_facts, treaty)]):
        standing.take(step)
    return standing.track.rows()


class _Standing:
    """One state's standing towards one treaty while its acts are gone through."""

    def __init__(self, treaty: str, state: str) -> None:
        self.track = Track("status", treaty=treaty, state=state)
        self.status: str | None = None
        self.since = ""
        self.dates: dict[str, str | None] = dict.fromkeys(_DATES.values())
        self.instrument: str | None = None
        self.notice: Step | None = None
        self.before_notice: str | None = None
        self.reservations = dict[str | None, str]()
        self.declarations = list[str]()
        self.binds_by_signature = self.in_force_on_signature = False
        self.in_force = self.over = False
        self.bound_by = ""  # latest day of the consent that counts at the general entry into force
        self.not_sure_before = ""
        self.disputed = False

    def take(self, step: Step) -> None:
        if self.over:
            return
        before = self.status
        self.not_sure_before = ""
        if step.acts:
            self._note(step)
        self._move(step)
        if self.status != before:
            self.since, self.disputed = step.date, step.fact.disputed
        self.track.set(step, self._values(), disputed=self.disputed, not_sure_before=self.not_sure_before)

    def _values(self) -> dict[str, Any] | None:
        if self.status is None or self.over:
            return None
        return {
            "status": self.status,
            "since": self.since,
            **self.dates,
            "instrument": self.instrument,
            "withdrawal_effective_on": self.notice.event.effective if self.notice else None,
            "reservations": "\n".join(self.reservations.values()) or None,
            "declarations": "\n".join(self.declarations) or None,
        }

    def _note(self, step: Step) -> None:
        """Write down the date of an act, and what was said with it."""
        event = step.event
        name = _DATES.get(step.kind)
        if name is not None and self.dates[name] is None:
            self.dates[name] = step.date
        for said in ("reservation", "special_opinion"):
            if (text := getattr(event, said, None)) is not None:
                self.reservations[text] = text
        match step.kind:
            case "instrument-deposited":
                self.instrument = self.instrument or event.instrument
            case "reservation-made":
                self.reservations[event.provision or event.text] = event.text
            case "reservation-withdrawn":
                if event.provision is None:
                    self.reservations.clear()
                self.reservations.pop(event.provision, None)
            case "declaration-made":
                self.declarations.append(event.text)

    def _move(self, step: Step) -> None:
        match step.kind:
            case "treaty-adopted":
                self.binds_by_signature = step.event.consent == "signature"
                clause = step.event.entry_into_force
                self.in_force_on_signature = clause is not None and clause.on_signature
            case "treaty-signed":
                self._sign(step)
            case "treaty-ratified":
                self._consent(step, deposited=False)
            case "instrument-deposited" | "treaty-acceded":
                self._consent(step, deposited=True)
            case "treaty-provisionally-applied":
                if step.takes_effect and self.status in (None, "signatory", "consent-given"):
                    self.status = "provisionally-applying"
            case "treaty-in-force-for-state":
                self.status, self.notice = "party", None
            case "treaty-entered-into-force":
                self.in_force = True
                if self.bound_by and self.status in ("signatory", "consent-given", "provisionally-applying"):
                    self.status, self.not_sure_before = "party", self.bound_by
            case "treaty-withdrawal-notified" | "treaty-withdrawal-revoked":
                self._give_notice(step)
            case "treaty-withdrawn":
                if step.takes_effect:
                    self.status, self.notice = "withdrawn", None
            case "treaty-terminated":
                self.over = step.takes_effect

    def _sign(self, step: Step) -> None:
        if self.status not in (None, "withdrawn"):
            return
        self.status = "signatory"
        if self.binds_by_signature:
            self.bound_by = step.last
            self.status = "party" if self.in_force_on_signature else "consent-given"

    def _consent(self, step: Step, *, deposited: bool) -> None:
        if not step.takes_effect:
            return
        if self.status in (None, "signatory", "withdrawn"):
            self.status = "consent-given"
        if deposited and not self.in_force:
            self.bound_by = self.bound_by or step.last

    def _give_notice(self, step: Step) -> None:
        """A notice is pending until its day of effect, if it names one and is not taken back before."""
        if step.kind.endswith("revoked"):
            if self.status == "withdrawing":
                self.status = self.before_notice
            self.notice = None
        elif step.acts:
            if self.status not in ("withdrawing", "withdrawn"):
                self.before_notice, self.status = self.status, "withdrawing"
            self.notice = step
        elif self.notice is not None and self.notice.event_id == step.event_id:
            self.status, self.notice = "withdrawn", None


PROJECTION = Projection(
    name="treaty_party",
    version=1,
    table=treaty_party,
    key=("treaty", "state"),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
    keys=keys,
    fold=fold,
)


def parties(connection: Connection, day: str, treaty: str) -> list[Row]:
    """Every state that stood in some relation to a treaty on a day (ISO), with the dates of its acts."""
    columns = [column for column in treaty_party.c if column.name not in _EDGES]
    query = (
        select(*columns, certainty_on(treaty_party, day))
        .where(treaty_party.c.treaty == treaty, holds_on(treaty_party, day))
        .order_by(treaty_party.c.state, treaty_party.c.valid_from, treaty_party.c.valid_from_latest)
    )
    shown = ("state", "status", "signed", "ratified", "deposited", "acceded", "in_force", "withdrawn", "certainty")
    return [_in_order(dict(row), shown) for row in connection.execute(query).mappings()]


_EDGES = ("treaty", "valid_from", "valid_from_latest", "valid_to", "valid_to_latest", "began_by", "ended_by")


def _in_order(row: Row, first: tuple[str, ...]) -> Row:
    return {name: row[name] for name in first} | row
