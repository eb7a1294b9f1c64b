"""Who belonged to which organisation, as what, by which acts.

Standing follows from the acts: a treaty says what its signature, ratification, accession, entry into force or withdrawal confers
in which organisation (`confers` of treaty-adopted); acts towards the organisation itself do the rest. Beside the status
stand the tests by which the contested cases are judged: the founding agreements, the charter, and practice.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Column, Connection, Index, Table, select

from eventstore.tables import Name
from projections.interval import Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING, ORGANISATION_ACTS
from projections.projection import Key, Projection, metadata
from projections.registers import state

if TYPE_CHECKING:
    from eventstore.facts import Fact, History

membership = Table(
    "membership",
    metadata,
    Column("organisation", Name, nullable=False, comment="the organisation"),
    Column("state", Name, nullable=False, comment="the state"),
    Column(
        "status", Name, nullable=False, comment="founding-state, member, associate, observer, participant or former"
    ),
    Column("since", Name, nullable=False, comment="date (EDTF) from which it has this status"),
    Column("withdrawal_effective_on", Name, comment="date (EDTF) on which a notice of leaving takes effect"),
    Column("agreement_signed", Name, comment="when it signed a founding agreement"),
    Column("agreement_ratified", Name, comment="when it ratified a founding agreement"),
    Column("charter_signed", Name, comment="when it signed the charter"),
    Column("charter_ratified", Name, comment="when it ratified the charter"),
    Column(
        "practice",
        Name,
        nullable=False,
        comment="participating, suspended or ceased: what it does, whatever its status",
    ),
    Column("events", Name, nullable=False, comment="ids of the events that the row rests on"),
    *interval_columns(),
    Index(None, "organisation", "state", "valid_from"),
    Index("ix_membership_state", "state"),
    comment="Who belonged to which organisation, as what.",
)
_ACTS = {
    "treaty-signed": "signature",
    "treaty-ratified": "ratification",
    "treaty-acceded": "accession",
    "treaty-in-force-for-state": "entry-into-force",
    "treaty-withdrawn": "withdrawal",
    "treaty-withdrawal-notified": "withdrawal",
    "treaty-withdrawal-revoked": "withdrawal",
}
_STATE_ACTS = frozenset(_ACTS) | {"instrument-deposited"}
_FOUNDING = frozenset(("organisation-founded", "organisation-dissolved"))
HANDLES = ORGANISATION_ACTS | _STATE_ACTS | _FOUNDING | {"treaty-adopted"}


class Rules(NamedTuple):
    """What confers standing in an organisation: by treaty and act the status; and which treaties found it."""

    confers: dict[tuple[str, str], str]
    agreements: frozenset[str]
    charter: str | None

    @property
    def treaties(self) -> list[str]:
        """Every treaty that matters to standing in the organisation."""
        return sorted(
            {treaty for treaty, _ in self.confers} | self.agreements | ({self.charter} if self.charter else set())
        )


def rules(organisation: str, history: "History") -> Rules:
    """The rules of standing in an organisation, as its founding and its treaties lay them down."""
    confers, agreements, charter = dict[tuple[str, str], str](), set[str](), None
    for fact in _ordered(
        history.about(f"organisation:{organisation}", kinds=("treaty-adopted", "organisation-founded"))
    ):
        event: Any = fact.event
        if fact.kind == "organisation-founded":
            if event.organisation == organisation:
                agreements |= set(event.founding_treaties)
                charter = charter or event.charter
        else:
            for rule in event.confers:
                if rule.organisation == organisation:
                    confers[event.treaty, rule.by] = rule.status
    return Rules(confers, frozenset(agreements), charter)


def _ordered(facts: "Iterable[Fact]") -> "list[Fact]":
    return [step.fact for step in steps(facts) if step.acts]


def keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(organisation, state) of an act; of a treaty or an organisation, of every state that acted towards it."""
    event: Any = fact.event
    if fact.kind in ORGANISATION_ACTS:
        yield event.organisation, event.state
    elif fact.kind in _STATE_ACTS:
        for organisation in _organisations(event.treaty, history):
            yield organisation, event.state
    else:
        named = {event.organisation} if fact.kind in _FOUNDING else {rule.organisation for rule in event.confers}
        for organisation in sorted(named):
            for acting in sorted(_states(organisation, history)):
                yield organisation, acting


def _organisations(treaty: str, history: "History") -> list[str]:
    found = set[str]()
    for fact in history.about(f"treaty:{treaty}", kinds=("treaty-adopted", "organisation-founded")):
        event: Any = fact.event
        if fact.kind == "organisation-founded":
            found.add(event.organisation)
        elif event.treaty == treaty:
            found |= {rule.organisation for rule in event.confers}
    return sorted(found)


def _states(organisation: str, history: "History") -> set[str]:
    facts = history.about(f"organisation:{organisation}", kinds=ORGANISATION_ACTS)
    for treaty in rules(organisation, history).treaties:
        facts = facts + history.about(f"treaty:{treaty}", kinds=_STATE_ACTS)
    acts: list[Any] = [fact.event for fact in facts]
    return {act.state for act in acts}


def _ends(organisation: str, history: "History") -> "list[Fact]":
    facts = history.about(f"organisation:{organisation}", kinds=("organisation-dissolved",))
    events: list[Any] = [fact.event for fact in facts]
    return [fact for fact, event in zip(facts, events, strict=True) if event.organisation == organisation]


def fold(key: Key, history: "History") -> list[Row]:
    """The rows of one state in one organisation."""
    organisation, acting = key
    laid_down = history.remembered(rules, organisation)
    facts = history.about(f"organisation:{organisation}", f"state:{acting}", kinds=ORGANISATION_ACTS)
    facts += history.remembered(_ends, organisation)
    for treaty in laid_down.treaties:
        facts += history.about(f"treaty:{treaty}", f"state:{acting}", kinds=_STATE_ACTS)
    standing = _Standing(organisation, acting, laid_down)
    for step in steps(facts):
        standing.take(step)
    return standing.track.rows()


class _Standing:
    """One state's standing in one organisation while its acts are gone through."""

    def __init__(self, organisation: str, state: str, laid_down: Rules) -> None:
        self.organisation, self.rules = organisation, laid_down
        self.track = Track("status", organisation=organisation, state=state)
        self.status: str | None = None
        self.since = ""
        self.practice = "participating"
        self.tests = dict.fromkeys(("agreement_signed", "agreement_ratified", "charter_signed", "charter_ratified"))
        self.notice: Step | None = None
        self.basis: dict[str, Fact] = {}  # by role: the facts on which the present row rests

    def take(self, step: Step) -> None:
        if step.kind in _STATE_ACTS:
            self._towards_treaty(step)
        else:
            self._towards_organisation(step)
        self.track.set(step, self._values(), disputed=any(fact.disputed for fact in self.basis.values()))

    def _values(self) -> dict[str, Any] | None:
        if self.status is None:
            return None
        return {
            "status": self.status,
            "since": self.since,
            "withdrawal_effective_on": self.notice.event.effective if self.notice else None,
            **self.tests,
            "practice": self.practice,
            "events": " ".join(dict.fromkeys(fact.event_id for fact in self.basis.values())),
        }

    def _become(self, status: str | None, step: Step) -> None:
        if status == self.status or (status == "founding-state" and self.status == "member"):
            return
        self.status, self.since, self.notice = status, step.date, None
        self.basis = {"status": step.fact}
        self.practice = "participating" if status != "former" else "ceased"

    def _towards_treaty(self, step: Step) -> None:
        event = step.event
        act = _ACTS.get(step.kind) or ("accession" if event.instrument == "accession" else "ratification")
        if step.acts and act in ("signature", "ratification", "accession"):
            self._meet_test(event.treaty, "signed" if act == "signature" else "ratified", step)
        status = self.rules.confers.get((event.treaty, act))
        if status is None:
            return
        if step.kind in ("treaty-withdrawal-notified", "treaty-withdrawal-revoked"):
            self._give_notice(step, status)
        elif step.takes_effect:
            self._become(status, step)

    def _meet_test(self, treaty: str, done: str, step: Step) -> None:
        for name, met in (("agreement", treaty in self.rules.agreements), ("charter", treaty == self.rules.charter)):
            if met and self.tests[f"{name}_{done}"] is None:
                self.tests[f"{name}_{done}"] = step.date

    def _towards_organisation(self, step: Step) -> None:
        match step.kind:
            case "withdrawal-notified" | "withdrawal-revoked":
                self._give_notice(step, "former")
            case _ if not step.takes_effect:
                pass
            case "state-joined" | "state-status-changed":
                self._become(step.event.status, step)
                self._practise("participating" if self.status != "former" else "ceased", step)
            case "state-withdrew":
                self._become("former", step)
            case "participation-ceased":
                self._practise("ceased", step)
            case "participation-suspended":
                self._practise("suspended", step)
            case "organisation-dissolved":
                self._become(None, step)

    def _practise(self, practice: str, step: Step) -> None:
        if practice != self.practice:
            self.practice = practice
            self.basis["practice"] = step.fact

    def _give_notice(self, step: Step, status: str) -> None:
        """A notice is pending until its day of effect, if it names one and is not taken back before."""
        if step.kind.endswith("revoked"):
            self.notice = None
            self.basis.pop("notice", None)
        elif step.acts:
            self.notice = step
            self.basis["notice"] = step.fact
        elif self.notice is not None and self.notice.event_id == step.event_id:
            self._become(status, step)


PROJECTION = Projection(
    name="membership",
    version=1,
    table=membership,
    key=("organisation", "state"),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
    keys=keys,
    fold=fold,
)


def members(connection: Connection, day: str, organisation: str | None = None, *, former: bool = False) -> list[Row]:
    """Who belonged on a day (ISO), in one organisation or all; with `former`, also who had left."""
    query = (
        select(
            membership.c.organisation,
            membership.c.state,
            state.c.name,
            membership.c.status,
            certainty_on(membership, day),
            membership.c.since,
            membership.c.disputed,
            membership.c.events,
        )
        .outerjoin(state, state.c.state == membership.c.state)
        .where(holds_on(membership, day))
        .order_by(
            membership.c.organisation, membership.c.state, membership.c.valid_from, membership.c.valid_from_latest
        )
    )
    if organisation is not None:
        query = query.where(membership.c.organisation == organisation)
    if not former:
        query = query.where(membership.c.status != "former")
    return [dict(row) for row in connection.execute(query).mappings()]
