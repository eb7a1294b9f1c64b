"""Where each state stood towards each treaty: signatory, consent-given, provisionally-applying, party, withdrawing, withdrawn.

Consent to be bound is given by ratifying, by depositing an instrument, by acceding, or by a signature where the treaty says that
signature binds (VCLT art. 11-16). A state is a party from the day on which a source says that the treaty entered into force for
it, or from the general entry into force if it had deposited, acceded or bound itself by signature before. A state's own
ratification is not a deposit, and a consent given after the entry into force takes effect as the treaty provides: in both
cases the state stays consent-given until a source says more, be it by naming the day on which the consent takes effect.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Index, Table, bindparam, select

from eventstore.driver import Prepared
from eventstore.tables import Name
from projections.interval import DAY, Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import DAY_ORDER, EVERYTHING, TREATY_ACTS
from projections.projection import Key, Projection, metadata
from projections.rules import Link, Rule, link, take_all

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

DATES = {  # the columns with the dates that events tell, by kind of event
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
_IN_FORCE = (
    "date (EDTF) from which it is in force for the state, as told or by its acts and the general entry into force"
)

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
    *(
        Column(name, Name, comment=_IN_FORCE if name == "in_force" else f"date (EDTF) of {kind}, as far as done")
        for kind, name in DATES.items()
    ),
    Column("instrument", Name, comment="what was deposited"),
    Column("withdrawal_effective_on", Name, comment="date (EDTF) on which a notice of withdrawal takes effect"),
    Column("reservations", Name, comment="the reservations in force and special opinions, one a line"),
    Column("declarations", Name, comment="the declarations made, one a line"),
    *interval_columns(),
    Index(None, "treaty", "state", "valid_from"),
    Index("ix_treaty_party_state", "state"),
    comment="The standing of each state towards each treaty.",
)
_ENTRY = "treaty-entered-into-force"
_DERIVED = "in_force_derived"  # beside the columns while a row is made
_TREATY_EVENTS = frozenset(("treaty-adopted", _ENTRY, "treaty-terminated"))
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


def _of_treaty(treaty: str, history: "History") -> list[Step]:
    """What happened to the treaty as such, the same for every state."""
    return steps(_treaty_facts(treaty, history))


def _treaty_facts(treaty: str, history: "History") -> "list[Fact]":
    facts = history.about(f"treaty:{treaty}", kinds=_TREATY_EVENTS)
    events: list[Any] = [fact.event for fact in facts]
    return [fact for fact, event in zip(facts, events, strict=True) if event.treaty == treaty]


def fold(key: Key, history: "History") -> list[Row]:
    """The rows of one state towards one treaty."""
    standing, taken = _begin(key, history)
    take_all(map(standing.take, taken))
    return [_with_day_in_force(row) for row in standing.track.rows()]


def _with_day_in_force(row: Row) -> Row:
    """The row with the day from which the treaty is in force for the state also where it is only derived."""
    derived = row.pop(_DERIVED)
    return row | {"in_force": row["in_force"] or derived}


def chain(key: Key, history: "History") -> list[Link]:
    """The steps from which `fold` has its rows, each with the rule applied; `in_force` only as a source tells it."""
    standing, taken = _begin(key, history)
    return [_as_told(standing.take(step)) for step in taken]


def _as_told(step: Link) -> Link:
    before, after = (
        values and {name: value for name, value in values.items() if name != _DERIVED}
        for values in (step.before, step.after)
    )
    return step._replace(before=before, after=after)


def _begin(key: Key, history: "History") -> "tuple[_Standing, list[Step]]":
    treaty, state = key
    facts = history.about(f"treaty:{treaty}", f"state:{state}", kinds=TREATY_ACTS)
    return _Standing(treaty, state), steps(facts, history.remembered(_of_treaty, treaty))


def entries(key: Key, acts: "Iterable[Fact]", history: "History") -> Iterator[Step]:
    """When a treaty entered into force for a state by its own acts towards it, without an event that says so of the state.

    A step is the act by which the state became a party; the other fact that this rests on, if there is one, is `presupposed`. If
    the state is only possibly a party, no latest day is known.
    """
    standing = _Standing(*key)
    for step in steps(acts, history.remembered(_of_treaty, key[0])):
        before = standing.standing
        standing.take(step)
        if standing.standing == "party" != before and step.kind != "treaty-in-force-for-state":
            yield standing.entry(step)


class _Standing:
    """One state's standing towards one treaty while its acts are gone through.

    `standing` is the state's own, `status` what the view shows: a party that has given notice is withdrawing until the notice
    takes effect or is taken back, whatever it does in between.
    """

    def __init__(self, treaty: str, state: str) -> None:
        self.track = Track("status", treaty=treaty, state=state)
        self.standing: str | None = None
        self.status: str | None = None
        self.values: dict[str, Any] | None = None
        self.since = ""
        self.dates: dict[str, str | None] = dict.fromkeys(DATES.values())
        self.in_force_derived: str | None = None  # from when the treaty is in force for it, by what made it a party
        self.instrument: str | None = None
        self.notice: Step | None = None
        self.reservations = dict[str | None, str]()
        self.opinions = dict[str, None]()
        self.declarations = list[str]()
        self.binds_by_signature = self.in_force_on_signature = False
        self.entered: Step | None = None  # the general entry into force
        self.bound: Step | None = None  # the consent that counts at the general entry into force
        self.over: Step | None = None  # the end of the treaty
        self.returning = False  # whether it withdrew and has begun to come back
        self.disputed = False  # whether somebody disputes what its standing rests on
        self.presupposed: Step | None = None  # what the present step presupposes for what it changes
        self.not_sure_before = ""
        self.perhaps_in_time = False  # whether its present consent may have come before the general entry into force
        self.in_doubt = False  # whether it is only perhaps a party: else it has consented or applies it provisionally
        self.rule = ""  # the one that the present step falls under, by its name in RULES

    def take(self, step: Step) -> Link:
        if self.over is not None and step.first >= self.over.last:
            return link(step, "over", None, None)
        if step.kind == "treaty-terminated":
            return self._end(step)
        standing, values = self.standing, self.values
        self.rule = _NOTED.get(step.kind, "effect-later")
        self.not_sure_before, self.presupposed = "", None
        if step.acts:
            self._note(step)
        self._move(step)
        if self.standing != standing:
            self._settle(step, standing)
        status = self._status()
        affirms = step.takes_effect and status == _AFFIRMED.get(step.kind)
        if self.status != status:
            self.status, self.since = status, step.date
        elif affirms and self.track.is_sharpened_by(step.last):
            self.since, self.rule = step.date, "sharpened"
        self.values = self._values()
        self._show(step, values, affirms)
        if self.perhaps_in_time and self.entered is not None:
            self._be_perhaps_party(step, self.entered)
        return link(step, self.rule, values, self.values)

    def entry(self, step: Step) -> Step:
        """The entry into force for the state, as a step of its own, that this step brought about by making it a party."""
        from eventstore.facts import END

        presupposed, last = self.presupposed, max(step.last, self.not_sure_before)
        if self.rule == "perhaps-in-force-later" and self.entered is not None:
            step, presupposed = self.entered._replace(first=step.first), step
        return step._replace(
            last=last if self.over is None else END,  # the treaty may have ended before
            order=DAY_ORDER[_ENTRY],
            takes_effect=True,
            acts=True,
            kind=_ENTRY,
            presupposed=presupposed.fact if presupposed is not None else None,
        )

    def _status(self) -> str | None:
        return "withdrawing" if self.notice is not None and self.standing in _LEAVING else self.standing

    def _settle(self, step: Step, before: str | None) -> None:
        """What a new standing rests on, and what of the old one is past."""
        presupposed = self.presupposed
        self.disputed = step.fact.disputed or (presupposed is not None and presupposed.fact.disputed)
        if self.standing != "withdrawn":
            self.in_force_derived = step.date if self.standing == "party" else None
        if before == "withdrawn":
            self.dates["withdrawn"], self.returning = None, False

    def _show(self, step: Step, before: dict[str, Any] | None, affirms: bool) -> None:
        """Put the values into the rows."""
        disputed = self.disputed or (
            self.notice is not None and self.notice.fact.disputed and self.status == "withdrawing"
        )
        if self.over is None:
            not_sure = self.not_sure_before
            self.track.set(step, self.values, disputed=disputed, not_sure_before=not_sure, affirms=affirms)
        elif self.values != before:
            self._show_until_over(step, self.over, before, disputed or step.fact.disputed)

    def _show_until_over(self, step: Step, over: Step, before: dict[str, Any] | None, disputed: bool) -> None:
        """The treaty may have ended already: until it surely has, what the step changes is possible."""
        stays = before is not None and before["status"] == self.status
        last = step.first if stays else max(step.last, self.not_sure_before)
        self.track.bound(last)
        self.track.change(step.first, last, step.event_id, self.values, disputed=disputed)
        self.track.change(step.first, over.last, over.event_id, None)

    def _end(self, step: Step) -> Link:
        """The end of the treaty; of several that are told, the one by which it surely had ended first."""
        before = self.values if self.over is None else None
        if not step.takes_effect:
            return link(step, "effect-later", before, before)
        if self.over is None or step.last < self.over.last:
            self.over = step
            self.track.set(step, None, affirms=True)
        return link(step, "terminated", before, None)

    def _values(self) -> dict[str, Any] | None:
        if self.status is None:
            return None
        return {
            "status": self.status,
            "since": self.since,
            **self.dates,
            _DERIVED: self.in_force_derived,  # apart, so that an event about the state makes a row of its own also on that day
            "instrument": self.instrument,
            "withdrawal_effective_on": self.notice.event.effective if self.notice else None,
            "reservations": "\n".join((*self.reservations.values(), *self.opinions)) or None,
            "declarations": "\n".join(self.declarations) or None,
        }

    def _note(self, step: Step) -> None:
        """Write down the date of an act, and what was said with it."""
        event = step.event
        if self.standing == "withdrawn" and step.kind in _BEGINNINGS and not self.returning:
            self._begin_anew()
        name = DATES.get(step.kind)
        if name == "withdrawn" and not step.takes_effect:
            name = "withdrawal_notified"
        if name is not None and self.dates[name] is None:
            self.dates[name] = step.date
        if (text := getattr(event, "reservation", None)) is not None:
            self.reservations[text] = text
        if (text := getattr(event, "special_opinion", None)) is not None:
            self.opinions[text] = None
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
            case "treaty-withdrawal-revoked":
                self.dates["withdrawal_notified"] = None

    def _begin_anew(self) -> None:
        """A state that withdrew and comes back binds itself anew: what it did and said before, but for signing, is past."""
        self.dates = {name: day if name in ("signed", "withdrawn") else None for name, day in self.dates.items()}
        self.in_force_derived, self.instrument, self.bound, self.returning = None, None, None, True
        self.reservations.clear()
        self.opinions.clear()
        self.declarations.clear()

    def _move(self, step: Step) -> None:
        match step.kind:
            case "treaty-adopted":
                self.rule = "adopted"
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
                if step.takes_effect:
                    self.rule = "stronger-already"
                if step.takes_effect and (self.in_doubt or self.standing in _WITHOUT_FORCE):
                    self.rule = "provisional"
                    self.standing, self.perhaps_in_time = "provisionally-applying", self.in_doubt
            case "treaty-in-force-for-state":
                self.rule = "in-force-for-state"
                self.standing, self.in_doubt = "party", False
            case "treaty-entered-into-force":
                self._enter(step)
            case "treaty-withdrawal-notified" | "treaty-withdrawal-revoked":
                self._give_notice(step)
            case "treaty-withdrawn":
                if step.acts and step.takes_effect:
                    self._leave(step, "withdrawn")
                else:
                    self._give_notice(step)

    def _sign(self, step: Step) -> None:
        if self.standing == "party" or not (self.binds_by_signature or self.standing in (None, "withdrawn")):
            self.rule = "stronger-already"
        elif not self.binds_by_signature:
            self.standing, self.rule = "signatory", "signed"
        elif self.in_force_on_signature:
            self.standing, self.rule = "party", "signed-in-force"
        else:
            self.rule = "signed-binding"
            if self.standing in (None, "withdrawn"):
                self.standing = "consent-given"
            self._bind(step)

    def _consent(self, step: Step, *, deposited: bool) -> None:
        """The act establishes the consent. Where it names a day of effect, the treaty is in force for the state from then."""
        if step.acts:
            self.rule = "stronger-already" if self.standing == "party" else _CONSENTS[step.kind]
            if self.standing in (None, "signatory", "withdrawn"):
                self.standing = "consent-given"
        if not deposited or not step.takes_effect:
            return
        if not step.acts:
            self.rule = "stronger-already" if self.standing == "party" else "effect-awaited"
        if step.acts or self.entered is None:
            self._bind(step)
        elif self.standing in ("consent-given", "provisionally-applying"):
            self.standing, self.rule = "party", "consent-effect"
            self.presupposed, self.not_sure_before = self.entered, self.entered.last
            self.dates["in_force"] = self.dates["in_force"] or step.date

    def _bind(self, step: Step) -> None:
        """A consent counts at the general entry into force; of several the one that had surely been given first."""
        if self.entered is not None:
            self.perhaps_in_time = self.standing != "party" and step.first < self.entered.last
        elif self.bound is None or step.last < self.bound.last:
            self.bound = step

    def _be_perhaps_party(self, step: Step, entered: Step) -> None:
        """The treaty may have entered into force only after a consent that was given when it may have been in force already."""
        from eventstore.facts import END

        before, self.perhaps_in_time = self.values, False
        self.standing, self.in_doubt = "party", True
        self.status = self._status()
        self.since, self.in_force_derived, self.not_sure_before = entered.date, entered.date, END
        self.rule = "perhaps-provisional" if self.rule == "provisional" else "perhaps-in-force-later"
        self.disputed = self.disputed or entered.fact.disputed
        self.values = self._values()
        self._show(entered._replace(first=step.first), before, affirms=False)  # that made it a party, if anything did

    def _enter(self, step: Step) -> None:
        """The treaty entered into force: for those who had bound themselves by then."""
        bound = self.bound
        self.rule = "stronger-already" if self.standing == "party" else "in-force-for-others"
        if self.entered is None or step.last < self.entered.last:
            self.entered = step
        if bound is None or self.standing not in ("signatory", "consent-given", "provisionally-applying"):
            return
        self.standing, self.presupposed, self.rule = "party", bound, "in-force-for-bound"
        self.not_sure_before = bound.last
        if bound.last > step.first and bound.acts:
            # It may have bound itself only later, and of such a state nothing tells when it became a party.
            from eventstore.facts import END

            self.not_sure_before, self.rule, self.in_doubt = END, "in-force-for-perhaps-bound", True

    def _give_notice(self, step: Step) -> None:
        """A notice is pending until its day of effect, if it names one and is not taken back before."""
        if step.kind == "treaty-withdrawal-revoked":
            self.rule = "notice-revoked"
            self.disputed = self.disputed or (self.notice is not None and step.fact.disputed)
            self.notice = None
        elif step.acts and self.standing == "withdrawn":
            self.rule = "left-already"
        elif step.acts and self.notice is not None and step.event.effective is None:
            self.rule = "notice-confirmed"
        elif step.acts:
            self.rule = "notice" if self.standing in _LEAVING else "notice-of-another"
            self.notice, self.in_doubt = step, False
        elif self.notice is not None and self.notice.event_id == step.event_id:
            self._leave(step, "notice-effect")
        else:
            self.rule = "notice-void"

    def _leave(self, step: Step, rule: str) -> None:
        if self.in_doubt:  # whether the treaty ever was in force for it is not known
            self.in_force_derived = None
        self.standing, self.notice, self.rule, self.in_doubt = "withdrawn", None, rule, False
        self.dates["withdrawn"] = self.dates["withdrawn"] or step.date


# Who leaves when it gives notice: a party, and a state of which nothing else is told (for only a party withdraws).
_LEAVING = ("party", None)
_WITHOUT_FORCE = (None, "signatory", "consent-given", "withdrawn")
_NOTED = {
    "reservation-made": "reservation",
    "reservation-withdrawn": "reservation-withdrawn",
    "declaration-made": "declaration",
    "treaty-suspended": "suspended",
}
_BEGINNINGS = (
    "treaty-signed",
    "treaty-ratified",
    "instrument-deposited",
    "treaty-acceded",
    "treaty-provisionally-applied",
    "treaty-in-force-for-state",
)
_CONSENTS = {"treaty-ratified": "ratified", "instrument-deposited": "deposited", "treaty-acceded": "acceded"}

# What a state certainly is by the day of an act, whatever it was before.
_AFFIRMED = {
    "treaty-signed": "signatory",
    "treaty-ratified": "consent-given",
    "instrument-deposited": "consent-given",
    "treaty-acceded": "consent-given",
    "treaty-provisionally-applied": "provisionally-applying",
    "treaty-in-force-for-state": "party",
    "treaty-withdrawn": "withdrawn",
}

# The rules of this fold by the names it gives them. {clause} is the clause on entry into force, as far as it is recorded.
RULES = {
    "adopted": Rule("Adopting the text binds nobody; it fixes how states consent. {consent}", "VCLT articles 9-16"),
    "signed": Rule(
        "A signature makes a signatory: it does not bind where an instrument is to follow.", "VCLT articles 10, 14, 18"
    ),
    "signed-binding": Rule("By this treaty a signature is consent to be bound.", "VCLT article 12"),
    "signed-in-force": Rule(
        "By this treaty a signature binds, and it is in force from signature.", "VCLT articles 12, 24"
    ),
    "ratified": Rule(
        "A state's own ratification is consent at home: only its deposit establishes it towards the others.",
        "VCLT articles 2(1)(b), 14, 16",
    ),
    "deposited": Rule("A deposited instrument establishes the consent to be bound.", "VCLT article 16; {clause}"),
    "acceded": Rule(
        "Accession establishes the consent to be bound of a state that had not signed.", "VCLT article 15; {clause}"
    ),
    "provisional": Rule(
        "The treaty is applied provisionally, without being in force for the state.", "VCLT article 25"
    ),
    "perhaps-provisional": Rule(
        "The state applies the treaty provisionally, unless it was a party already: which of the two is not known.",
        "VCLT articles 24-25; {clause}",
    ),
    "in-force-for-state": Rule(
        "A source says that the treaty entered into force for the state: it is a party.", "VCLT article 24; {clause}"
    ),
    "in-force-for-bound": Rule(
        "The treaty entered into force, and the state had bound itself before: it is a party.",
        "VCLT article 24(1)-(2); {clause}",
    ),
    "in-force-for-perhaps-bound": Rule(
        "The treaty entered into force; whether the state had bound itself before is not known, so it is only possibly a party.",
        "VCLT article 24(1)-(3); {clause}",
    ),
    "perhaps-in-force-later": Rule(
        "The state bound itself; whether the treaty entered into force before or after that is not known, so it is only possibly"
        " a party.",
        "VCLT articles 16, 24(1)-(3); {clause}",
    ),
    "consent-effect": Rule(
        "The consent takes effect, on the day that its source names, in a treaty that is in force: the state is a party.",
        "VCLT articles 16, 24(3); {clause}",
    ),
    "effect-awaited": Rule(
        "The consent takes effect; that the treaty is in force is not recorded by then, so the state is no party yet.",
        "VCLT articles 16, 24(1)-(2); {clause}",
    ),
    "in-force-for-others": Rule(
        "The treaty entered into force; the state had not bound itself towards the depositary by then, so nothing changes.",
        "VCLT article 24(1)-(3); {clause}",
    ),
    "stronger-already": Rule("The state had this standing or a stronger one already.", "VCLT articles 11-16"),
    "sharpened": Rule(
        "The state had this standing already, since a day that is known less well: by this act it certainly had it.",
        "VCLT articles 11-16, 24, 54; {clause}",
    ),
    "effect-later": Rule("The act is done; its effect comes on a later day.", "VCLT article 24"),
    "reservation": Rule("A reservation limits what binds the state; its standing stays.", "VCLT articles 19-23"),
    "reservation-withdrawn": Rule("A reservation is taken back; the standing stays.", "VCLT article 22"),
    "declaration": Rule("A declaration says how the state reads the treaty; its standing stays.", "practice"),
    "suspended": Rule(
        "Suspension stops the operation of the treaty; the state stays what it was.", "VCLT articles 57-58, 72"
    ),
    "notice": Rule(
        "A notice of withdrawal does not end the obligations until it takes effect.", "VCLT articles 56, 65, 67"
    ),
    "notice-of-another": Rule(
        "A notice by a state that is no party leaves its standing as it is until it takes effect.",
        "VCLT articles 18, 25(2), 67",
    ),
    "notice-confirmed": Rule(
        "A further notice that names no day takes nothing back: the one before stands as it is.", "VCLT articles 67-68"
    ),
    "left-already": Rule(
        "The state had withdrawn already: there is nothing left to give notice of.", "VCLT article 70"
    ),
    "notice-revoked": Rule("The notice is taken back before its effect.", "VCLT article 68"),
    "notice-effect": Rule("The notice takes effect: the treaty binds the state no longer.", "VCLT articles 54, 70"),
    "notice-void": Rule(
        "The notice was taken back, another with its own day replaced it, or the state had left before: it has no effect.",
        "VCLT articles 67-68",
    ),
    "withdrawn": Rule("Withdrawal ends what binds the state.", "VCLT articles 54, 70"),
    "terminated": Rule("The treaty ended for all: nobody stands in any relation to it.", "VCLT articles 54, 59, 70"),
    "over": Rule("The treaty had ended already.", "VCLT article 70"),
}


def rule_of(step: Link, key: Key, history: "History") -> Rule:
    """The rule of a step of `chain`, in words with its legal basis."""
    clauses = clauses_of(key[0], history)
    return Rule(*(text.format(**clauses) for text in RULES[step.rule]))


def clauses_of(treaty: str, history: "History") -> dict[str, str]:
    """What the adoption of a treaty, as far as it is recorded, fixes on consent and entry into force, in words."""
    adopted: list[Any] = [fact.event for fact in _treaty_facts(treaty, history) if fact.kind == "treaty-adopted"]
    ways = {event.consent for event in adopted} - {None}
    consent = {
        "signature": "By this one a signature binds.",
        "instrument": "By this one an instrument is needed.",
    }
    found = [event.entry_into_force for event in adopted if event.entry_into_force is not None]
    return {
        "consent": " ".join(consent[way] for way in sorted(ways)) or "What this one asks for is not recorded.",
        "clause": " / ".join(map(_clause, found)) or "the treaty's clause on entry into force is not recorded",
    }


def _clause(clause: Any) -> str:
    if clause.clause:
        return f"clause on entry into force: {clause.clause}"
    parts = ["in force on signature"] if clause.on_signature else []
    parts += [f"in force on {clause.on}"] if clause.on else []
    parts += [f"after {clause.instruments} instruments"] if clause.instruments else []
    parts += [f"{clause.days_after} days later"] if clause.days_after else []
    parts += [f"{clause.months_after} months later"] if clause.months_after else []
    parts += [f"those of {', '.join(clause.from_states)} among them"] if clause.from_states else []
    return f"clause on entry into force: {', '.join(parts) or 'not told in detail'}"


PROJECTION = Projection(
    name="treaty_party",
    version=5,
    table=treaty_party,
    key=("treaty", "state"),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
    leads=TREATY_ACTS,
    keys=keys,
    fold=fold,
)


def parties(connection: Connection, day: str, treaty: str) -> list[Row]:
    """Every state that stood in some relation to a treaty on a day (ISO), with the dates of its acts and of entry into force."""
    return _parties()(connection, day=day, treaty=treaty)


@cache
def _parties() -> Prepared:
    first = ("state", "status", "signed", "ratified", "deposited", "acceded", "in_force", "withdrawn")
    columns = [treaty_party.c[name] for name in first]
    others = [column for column in treaty_party.c if column.name not in {*first, *_EDGES}]
    return Prepared(
        select(*columns, certainty_on(treaty_party, DAY), *others)
        .where(treaty_party.c.treaty == bindparam("treaty"), holds_on(treaty_party, DAY))
        .order_by(treaty_party.c.state, treaty_party.c.valid_from, treaty_party.c.valid_from_latest)
    )


_EDGES = ("treaty", "valid_from", "valid_from_latest", "valid_to", "valid_to_latest", "began_by", "ended_by")
