"""Who belonged to which organisation, as what, by which acts.

Standing follows from the acts: a treaty says what its signature, ratification, accession, entry into force or withdrawal confers
in which organisation (`confers` of treaty-adopted); acts towards the organisation itself do the rest. Beside the status
stand the tests by which the contested cases are judged: the founding agreements, the charter, and practice.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Column, Connection, Index, Table, bindparam, select

from eventstore.driver import Prepared
from eventstore.tables import Name
from projections.interval import DAY, Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING, ORGANISATION_ACTS
from projections.projection import Key, Projection, metadata
from projections.registers import dissolutions, state
from projections.rules import Link, Rule, link, take_all

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

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
_ENTRY = "entry-into-force"
_ACTS = {
    "treaty-signed": "signature",
    "treaty-ratified": "ratification",
    "treaty-acceded": "accession",
    "treaty-in-force-for-state": _ENTRY,
    "treaty-withdrawn": "withdrawal",
    "treaty-withdrawal-notified": "withdrawal",
    "treaty-withdrawal-revoked": "withdrawal",
}
_FULLEST_FIRST = ("member", "founding-state", "associate", "observer", "participant")
_STATE_ACTS = frozenset(_ACTS) | {"instrument-deposited"}
# On these hangs when a treaty entered into force for a state (`treaty_party.entries`): on its acts, and on the treaty's life.
_BINDING_ACTS = _STATE_ACTS | {"treaty-provisionally-applied"}
_TREATY_EVENTS = frozenset(("treaty-adopted", "treaty-entered-into-force", "treaty-terminated"))
_FOUNDING = frozenset(("organisation-founded", "organisation-dissolved"))
HANDLES = ORGANISATION_ACTS | _BINDING_ACTS | _FOUNDING | _TREATY_EVENTS


class Grounds(NamedTuple):
    """What standing in an organisation rests on: by treaty and act the status that it confers; and the treaties that found it."""

    confers: dict[tuple[str, str], str]
    agreements: frozenset[str]
    charter: str | None

    @property
    def treaties(self) -> list[str]:
        """Every treaty that matters to standing in the organisation."""
        return sorted(
            {treaty for treaty, _ in self.confers} | self.agreements | ({self.charter} if self.charter else set())
        )


def grounds(organisation: str, history: "History") -> Grounds:
    """The grounds of standing in an organisation, as its founding and its treaties lay them down."""
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
    return Grounds(confers, frozenset(agreements), charter)


def _ordered(facts: "Iterable[Fact]") -> "list[Fact]":
    return [step.fact for step in steps(facts) if step.acts]


def keys(fact: "Fact", history: "History") -> Iterator[Key]:
    """(organisation, state) of an act; of a treaty or an organisation, of every state that acted towards it."""
    event: Any = fact.event
    if fact.kind in ORGANISATION_ACTS:
        yield event.organisation, event.state
    elif fact.kind in _BINDING_ACTS:
        for organisation in history.remembered(_organisations, event.treaty):
            yield organisation, event.state
    elif fact.kind in _FOUNDING:
        yield from _of_organisation(event.organisation, history)
    else:
        if fact.kind == "treaty-adopted":
            for organisation in sorted({rule.organisation for rule in event.confers}):
                yield from _of_organisation(organisation, history)
        if organisations := history.remembered(_conferring_by_entry, event.treaty):
            acts: list[Any] = [act.event for act in history.about(f"treaty:{event.treaty}", kinds=_STATE_ACTS)]
            yield from product(organisations, sorted({act.state for act in acts}))


def _of_organisation(organisation: str, history: "History") -> Iterator[Key]:
    """The keys of every state that acted towards an organisation, or towards a treaty that matters to standing in it."""
    facts = history.about(f"organisation:{organisation}", kinds=ORGANISATION_ACTS)
    for treaty in grounds(organisation, history).treaties:
        facts = facts + history.about(f"treaty:{treaty}", kinds=_STATE_ACTS)
    acts: list[Any] = [fact.event for fact in facts]
    return product((organisation,), sorted({act.state for act in acts}))


def _organisations(treaty: str, history: "History") -> list[str]:
    found = set[str]()
    for fact in history.about(f"treaty:{treaty}", kinds=("treaty-adopted", "organisation-founded")):
        event: Any = fact.event
        if fact.kind == "organisation-founded":
            found.add(event.organisation)
        elif event.treaty == treaty:
            found |= {rule.organisation for rule in event.confers}
    return sorted(found)


def _conferring_by_entry(treaty: str, history: "History") -> list[str]:
    """The organisations in which a treaty confers standing by its entry into force."""
    adopted: list[Any] = [fact.event for fact in _adoption(treaty, history)]
    return sorted({rule.organisation for event in adopted for rule in event.confers if rule.by == _ENTRY})


def fold(key: Key, history: "History") -> list[Row]:
    """The rows of one state in one organisation."""
    standing, taken = _begin(key, history)
    take_all(map(standing.take, taken))
    return standing.track.rows()


def chain(key: Key, history: "History") -> list[Link]:
    """The steps from which `fold` has its rows, each with the rule applied."""
    standing, taken = _begin(key, history)
    return [standing.take(step) for step in taken]


def _begin(key: Key, history: "History") -> "tuple[_Standing, list[Step]]":
    organisation, acting = key
    laid_down = history.remembered(grounds, organisation)
    facts = history.about(f"organisation:{organisation}", f"state:{acting}", kinds=ORGANISATION_ACTS)
    facts += history.remembered(dissolutions, organisation)
    entered = list[Step]()
    for treaty in laid_down.treaties:
        acts = history.about(f"treaty:{treaty}", f"state:{acting}", kinds=_BINDING_ACTS)
        facts += [act for act in acts if act.kind in _STATE_ACTS]
        if acts and (treaty, _ENTRY) in laid_down.confers:
            entered += _entries((treaty, acting), acts, history)
    return _Standing(organisation, acting, laid_down), steps(facts, entered)


def _entries(key: Key, acts: "list[Fact]", history: "History") -> "Iterator[Step]":
    from projections.treaty_party import entries  # only where it is needed: most answers come without

    return entries(key, acts, history)


class _Standing:
    """One state's standing in one organisation while its acts are gone through."""

    def __init__(self, organisation: str, state: str, laid_down: Grounds) -> None:
        self.organisation, self.grounds = organisation, laid_down
        self.track = Track("status", organisation=organisation, state=state)
        self.status: str | None = None
        self.since = ""
        self.practice = "participating"
        self.tests = dict.fromkeys(("agreement_signed", "agreement_ratified", "charter_signed", "charter_ratified"))
        self.notice: Step | None = None
        self.basis: dict[str, Fact] = {}  # by role: the facts on which the present row rests
        self.rule = ""  # the one that the present step falls under, by its name in RULES
        self.affirms = False  # whether the present step shows that the state had its status by then, already or anew

    def take(self, step: Step) -> Link:
        before = self.track.values
        self.rule, self.affirms = "beside", False
        if step.kind in _STATE_ACTS or step.kind in _TREATY_EVENTS:
            self._towards_treaty(step)
        else:
            self._towards_organisation(step)
        disputed = any(fact.disputed for fact in self.basis.values())
        self.track.set(step, self._values(), disputed=disputed, affirms=self.affirms)
        return link(step, self.rule, before, self.track.values)

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

    def _become(self, status: str | None, step: Step, rule: str) -> None:
        """Take another status (None: none any more) by a step and its rule; what the row rests on begins anew with it."""
        self.rule = rule
        if status == self.status:
            self._affirm(step)
            return
        if status == "founding-state" and self.status == "member":
            self.rule = "had-already"
            return
        # What a state does meanwhile takes no notice back (VCLT art. 68): only who had left begins without it. And what a
        # member does says nothing of its practice.
        stays = self.status in _FULLEST_FIRST and status in _FULLEST_FIRST
        noticed = status in _FULLEST_FIRST and self.status != "former"
        lasting = [role for role, lasts in (("notice", noticed), ("practice", stays)) if lasts and role in self.basis]
        self.basis = {"status": step.fact} | {role: self.basis[role] for role in lasting}
        self.status, self.since = status, step.date
        if step.presupposed is not None:
            self.basis["presupposed"] = step.presupposed
        if not noticed:
            self.notice = None
        if not stays:
            self.practice = "participating" if status != "former" else "ceased"

    def _affirm(self, step: Step) -> None:
        """What gives a standing that the state has already tells at the latest from when it had it."""
        self.rule, self.affirms = "had-already", True
        if self.status is not None and self.track.is_sharpened_by(step.last):
            self.rule, self.since = "sharpened", step.date
            self.basis["sharpened"] = step.fact

    def _towards_treaty(self, step: Step) -> None:
        event = step.event
        act = _act(step.kind, event) or ""
        if step.acts and act in ("signature", "ratification", "accession"):
            self._meet_test(event.treaty, "signed" if act == "signature" else "ratified", step)
        status = self.grounds.confers.get((event.treaty, act))
        if status is None:
            return
        if step.kind in ("treaty-withdrawal-notified", "treaty-withdrawal-revoked"):
            self._give_notice(step, status)
        elif not step.takes_effect:
            self.rule = "effect-later"
        elif act != "withdrawal" and self._has_fuller(status):
            self.rule = "had-already"
        else:
            conferred = "conferred-by-entry" if step.kind in _TREATY_EVENTS else "conferred"
            self._become(status, step, "left-treaty" if status == "former" else conferred)

    def _has_fuller(self, status: str) -> bool:
        """Whether the state has more already than a treaty confers: one more treaty takes nothing from it."""
        return status in _FULLEST_FIRST and self.status in _FULLEST_FIRST[: _FULLEST_FIRST.index(status)]

    def _meet_test(self, treaty: str, done: str, step: Step) -> None:
        tests = {"agreement": treaty in self.grounds.agreements, "charter": treaty == self.grounds.charter}
        for name in (name for name, met in tests.items() if met):
            self.rule = f"{name}-{done}"
            if self.tests[f"{name}_{done}"] is None:
                self.tests[f"{name}_{done}"] = step.date

    def _towards_organisation(self, step: Step) -> None:
        match step.kind:
            case "withdrawal-notified" | "withdrawal-revoked":
                self._give_notice(step, "former")
            case _ if not step.takes_effect:
                self.rule = "effect-later"
            case "state-joined" | "state-status-changed":
                self._become(step.event.status, step, "admitted")
                self._practise("participating" if self.status != "former" else "ceased", step)
            case "state-withdrew":
                self._become("former", step, "left")
            case "participation-ceased":
                self.rule = "ceased"
                self._practise("ceased", step)
            case "participation-suspended":
                self.rule = "suspended"
                self._practise("suspended", step)
            case "organisation-dissolved":
                self._become(None, step, "dissolved")

    def _practise(self, practice: str, step: Step) -> None:
        if practice != self.practice:
            self.practice = practice
            self.basis["practice"] = step.fact

    def _give_notice(self, step: Step, status: str) -> None:
        """A notice is pending until its day of effect, if it names one and is not taken back before."""
        if step.kind.endswith("revoked"):
            self.rule = "notice-revoked"
            self.notice = None
            self.basis.pop("notice", None)
        elif step.acts and self.notice is not None and self.notice.event.effective and not step.event.effective:
            self.rule = "notice-confirmed"
        elif step.acts:
            self.rule = "notice"
            self.notice = step
            self.basis["notice"] = step.fact
        elif self.notice is not None and self.notice.event_id == step.event_id:
            self._become(status, step, "notice-effect")
        else:
            self.rule = "had-already" if status == self.status else "notice-void"


# The rules of this fold by the names it gives them. {act} is the act of the step, {status} what it confers.
RULES = {
    "conferred": Rule(
        "{act} of {treaty} confers the standing of {status} in {organisation}.", "what the treaty confers; {law}"
    ),
    "conferred-by-entry": Rule(
        "By this {treaty} entered into force for the state, as far as is known from its acts and the general entry into force;"
        " that confers the standing of {status} in {organisation}.",
        "VCLT article 24; what the treaty confers; {law}",
    ),
    "left-treaty": Rule("Withdrawal from {treaty} ends the standing in {organisation}.", "VCLT articles 54, 70; {law}"),
    "had-already": Rule("It had this standing, or a fuller one, already: nothing changes.", "{law}"),
    "sharpened": Rule(
        "It had this standing already, since a day that is known less well: by this act it certainly had it.", "{law}"
    ),
    "effect-later": Rule("The act is done; its effect on the standing comes on a later day.", "{law}"),
    "agreement-signed": Rule(
        "Signing a founding agreement is one of the tests of belonging to {organisation}.",
        "VCLT articles 10, 14; {law}",
    ),
    "agreement-ratified": Rule(
        "Ratifying a founding agreement is one of the tests of belonging to {organisation}; the standing stays.",
        "VCLT articles 14-16; {law}",
    ),
    "charter-signed": Rule(
        "Signing the charter of {organisation} is shown beside the standing and does not change it.",
        "VCLT articles 14, 18",
    ),
    "charter-ratified": Rule(
        "Consent to the charter of {organisation} is shown beside the standing; no further standing follows from it.",
        "VCLT articles 14-16",
    ),
    "admitted": Rule("An act towards {organisation} itself gives the standing of {status}.", "{law}"),
    "notice": Rule(
        "A notice of leaving does not end the standing: it stays until the notice takes effect.",
        "VCLT articles 56, 65, 67; {law}",
    ),
    "notice-confirmed": Rule(
        "A further notice that names no day takes nothing back: the one before takes effect on its day.",
        "VCLT articles 67, 68",
    ),
    "notice-revoked": Rule("The notice is taken back before its effect: the standing goes on.", "VCLT article 68"),
    "notice-effect": Rule(
        "The notice takes effect: the state belongs to {organisation} no longer.", "VCLT article 70; {law}"
    ),
    "notice-void": Rule(
        "The notice was taken back, or another that names its day replaced it, or the state has come anew since: it has no"
        " effect.",
        "VCLT article 68",
    ),
    "left": Rule("The state left {organisation}.", "VCLT article 70; {law}"),
    "ceased": Rule(
        "Ceasing to take part changes the practice and not the standing: nobody leaves without the act of leaving.",
        "{law}",
    ),
    "suspended": Rule(
        "A suspended participation changes the practice and not the standing: it stays a {status}.", "practice"
    ),
    "dissolved": Rule("With the end of {organisation} every standing in it ends.", "VCLT article 54"),
    "beside": Rule("This act neither confers a standing in {organisation} nor meets one of the tests.", "practice"),
}

# Where the rules of an organisation are written, by the standing that is gained or by "practice".
LAW = {
    ("cis", "founding-state"): (
        "Charter of the CIS, article 7: founding states are those that had signed and ratified the agreement of 8 December 1991"
        " and its protocol of 21 December 1991 when the Charter was adopted; the record counts from the signature and shows the"
        " ratification beside it"
    ),
    ("cis", "member"): (
        "Charter of the CIS, article 7: a founding state is a member when it takes on the duties of the Charter; another state by"
        " acceding to it with the consent of all members"
    ),
    ("cis", "associate"): (
        "Charter of the CIS, article 8: by an agreement on associate membership, on a decision of the heads of state"
    ),
    ("cis", "observer"): "Charter of the CIS, article 8: on a decision of the heads of state",
    ("cis", "former"): "Charter of the CIS, article 9: written notice to the depositary, twelve months before",
    ("cis", "practice"): "practice; by article 9 of the Charter only a written notice leads out of the CIS",
    ("cst", "member"): "Collective Security Treaty, article 10: open to accession",
    ("cst", "former"): "Collective Security Treaty, article 11: notice six months before",
    ("csto", "member"): "Charter of the CSTO, article 19",
    ("eaeu", "member"): "Treaty on the Eurasian Economic Union, article 108",
    ("eaeu", "observer"): "Treaty on the Eurasian Economic Union, article 109",
    ("eaeu", "former"): "Treaty on the Eurasian Economic Union, article 118",
}


def rule_of(step: Link, key: Key, history: "History") -> Rule:
    """The rule of a step of `chain`, in words with its legal basis."""
    from projections.sentences import name_of

    organisation, _ = key
    fact = history.fact_of(step.event_id)
    event: Any = fact.event if fact is not None else None
    treaty = getattr(event, "treaty", None)
    act = _act(fact.kind, event) if fact is not None and treaty else ""
    act = _ENTRY if step.rule == "conferred-by-entry" else act
    status = history.remembered(grounds, organisation).confers.get((treaty or "", act or ""))
    status = status or getattr(event, "status", None) or ((step.after or {}).get("status") if step.after else None)
    gained = "practice" if step.rule in ("ceased", "suspended") else _SEEN_AS.get(step.rule, status or "")
    law = LAW.get((organisation, gained), "acts towards the organisation as the sources have them (practice)")
    charter = history.remembered(grounds, organisation).charter
    if gained != "founding-state" and law.startswith("Charter") and charter:
        adopted = min((fact.first for fact in _adoption(charter, history)), default="")
        if step.last < adopted:
            law = "practice: there was no charter yet"
    words = {
        "act": (act or "").replace("-", " ").capitalize(),
        "treaty": name_of(f"treaty:{treaty}", history) if treaty else "",
        "organisation": name_of(f"organisation:{organisation}", history),
        "status": status or "member",
        "law": law,
    }
    return Rule(*(text.format(**words) for text in RULES[step.rule]))


# Whose law it is that a rule refers to, where that is not the law of the standing which the act gives.
_SEEN_AS = {
    **dict.fromkeys(("notice", "notice-revoked", "notice-effect", "left", "left-treaty"), "former"),
    **dict.fromkeys(("agreement-signed", "agreement-ratified"), "founding-state"),
}


def _act(kind: str, event: Any) -> str | None:
    """The act towards a treaty that an event is, as `confers` has it."""
    if kind in _TREATY_EVENTS:
        return _ENTRY
    if kind == "instrument-deposited":
        return "accession" if event.instrument == "accession" else "ratification"
    return _ACTS.get(kind)


def missing(key: Key, history: "History", day: str, had: Collection[str] = ()) -> Iterator[str]:
    """What would confer another standing on a state and was not done by a day (ISO), as far as is recorded; in sentences.

    Standings that it `had` are passed over.
    """
    from eventstore.states import state_name
    from projections.sentences import name_of

    organisation, acting = key
    wanted = dict[tuple[str, str], list[str]]()
    for (treaty, act), status in sorted(history.remembered(grounds, organisation).confers.items()):
        if status != "former" and status not in had:
            wanted.setdefault((treaty, status), []).append(act)
    adopted = {treaty: min((fact.first for fact in _adoption(treaty, history)), default="") for treaty, _ in wanted}
    for (treaty, status), acts in sorted(wanted.items(), key=lambda item: (adopted[item[0][0]], item[0])):
        facts = history.about(f"treaty:{treaty}", f"state:{acting}", kinds=_BINDING_ACTS)
        done = {_act(fact.kind, fact.event) for fact in facts if fact.first <= day}
        if _ENTRY in acts and any(step.first <= day for step in _entries((treaty, acting), facts, history)):
            done.add(_ENTRY)
        if done.isdisjoint(acts) and adopted[treaty] <= day:
            title, none = name_of(f"treaty:{treaty}", history), " and no ".join(acts)
            signed = "" if "signature" in acts else f"; it had {'' if 'signature' in done else 'not '}signed"
            gives = f"{' or '.join(acts).capitalize()} of {title} confers the standing of {status}"
            yield f"{gives}: no {none} by {state_name(acting)} is recorded by then{signed}."


def _adoption(treaty: str, history: "History") -> "list[Fact]":
    facts = history.about(f"treaty:{treaty}", kinds=("treaty-adopted",))
    return [fact for fact in facts if getattr(fact.event, "treaty", None) == treaty]


PROJECTION = Projection(
    name="membership",
    version=4,
    table=membership,
    key=("organisation", "state"),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
    leads=ORGANISATION_ACTS | _FOUNDING | {"treaty-adopted"},
    keys=keys,
    fold=fold,
)


def members(connection: Connection, day: str, organisation: str | None = None, *, former: bool = False) -> list[Row]:
    """Who belonged on a day (ISO), in one organisation or all; with `former`, also who had left."""
    return _members(organisation is not None, former)(connection, day=day, organisation=organisation)


@cache
def _members(one: bool, former: bool) -> Prepared:
    query = (
        select(
            membership.c.organisation,
            membership.c.state,
            state.c.name,
            membership.c.status,
            certainty_on(membership, DAY),
            membership.c.since,
            membership.c.disputed,
            membership.c.events,
        )
        .outerjoin(state, state.c.state == membership.c.state)
        .where(holds_on(membership, DAY))
        .order_by(
            membership.c.organisation, membership.c.state, membership.c.valid_from, membership.c.valid_from_latest
        )
    )
    if one:
        query = query.where(membership.c.organisation == bindparam("organisation"))
    return Prepared(query if former else query.where(membership.c.status != "former"))
