"""What is odd, contradictory or missing in the record. Nothing here is refused: it is recorded as the sources have it, and shown.

Each check is a small function: the views and the facts behind them in, as known at one position, findings out. A finding that the
makers of the history have looked into is explained beside the data, by its code and subject.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from eventstore import reading
from eventstore.dates import parse, shift
from eventstore.facts import BEGINNING, END, unamended
from eventstore.history import History
from projections.assertions import Assertion, failures
from projections.council_roster import council_roster, office_chain
from projections.meeting import meeting, meeting_body
from projections.membership import membership
from projections.registers import body, office, organisation, person, source, treaty
from projections.rules import Link
from projections.sentences import sentence
from projections.timeline import dispute, timeline
from projections.treaty_party import treaty_party
from projections.treaty_status import treaty_status


class Finding(NamedTuple):
    """One thing that `cis check` shows.

    `code` says what sort of thing it is, `subject` what it concerns; `explained` why it is as it is, where somebody has
    looked into it.
    """

    code: str
    subject: str
    what: str
    explained: str = ""


Explanations = Mapping[tuple[str, str], str]


def findings(
    views: Connection,
    history: History,
    assertions: Iterable[Assertion] = (),
    explanations: Explanations | None = None,
) -> Iterator[Finding]:
    """Every finding, failed assertions first; `explanations` gives the explained ones their words.

    `views` are as known at the position at which `history` is known.
    """
    for failure in failures(views, assertions):
        yield Finding("failed-assertion", failure.assertion.file_line, str(failure))
    for check in CHECKS:
        for finding in check(views, history):
            explained = (explanations or {}).get((finding.code, finding.subject), finding.explained)
            yield finding._replace(explained=explained)


def left_without_joining(views: Connection, history: History) -> Iterator[Finding]:
    """A state is said to have left an organisation that it never belonged to."""
    before = membership.alias("earlier")
    earlier = select(before.c.state).where(
        before.c.organisation == membership.c.organisation,
        before.c.state == membership.c.state,
        before.c.status != "former",
    )
    left = membership.c.organisation, membership.c.state
    rows = (
        select(*left, func.min(membership.c.valid_from_latest).label("by"))
        .where(membership.c.status == "former", ~earlier.where(before.c.valid_from <= membership.c.valid_from).exists())
        .group_by(*left)
        .order_by(*left)
    )
    for row in views.execute(rows):
        # Where it joined and left on one day, no row says that it belonged, but an act does.
        joined = history.about(f"organisation:{row.organisation}", f"state:{row.state}", kinds=("state-joined",))
        if not any(fact.first <= row.by for fact in joined):
            subject = f"{row.organisation}/{row.state}"
            yield Finding(
                "left-without-joining", subject, f"{row.state} left {row.organisation} without having joined it"
            )


_STANDING = {  # what a state must have had some standing in before it can do this: the table that says so, and the register
    "withdrawal-notified": (membership, "organisation"),
    "participation-suspended": (membership, "organisation"),
    "participation-ceased": (membership, "organisation"),
    "treaty-withdrawal-notified": (treaty_party, "treaty"),
    "treaty-withdrawn": (treaty_party, "treaty"),
    "reservation-withdrawn": (treaty_party, "treaty"),
    "state-left-body": (council_roster, "body"),
}


def acts_without_standing(views: Connection, _: History) -> Iterator[Finding]:
    """A state gave notice, left or took something back where it had no standing before."""
    acts = select(
        timeline.c.event_id, timeline.c.kind, timeline.c.occurred, timeline.c.occurred_to, timeline.c.subjects
    )
    order = timeline.c.occurred_from, timeline.c.occurred_to, timeline.c.event_id
    for row in views.execute(acts.where(timeline.c.kind.in_(_STANDING)).order_by(*order)):
        table, register = _STANDING[row.kind]
        subjects = dict(name.split(":") for name in row.subjects.split())
        where, state = subjects[register], subjects["state"]
        stood = select(table.c.state).where(
            table.c[register] == where,
            table.c.state == state,
            table.c.valid_from <= row.occurred_to,
            table.c.began_by != row.event_id,
        )
        if views.execute(stood.limit(1)).first() is None:
            what = f"{state}: {row.kind} on {row.occurred}, without any standing in {where} before"
            yield Finding("act-without-standing", f"{where}/{state}/{row.kind}", what)


def acts_out_of_order(views: Connection, _: History) -> Iterator[Finding]:
    """A state bound itself before it signed, or was bound before it gave its consent or before the treaty was in force."""
    started = _first_told(views, "treaty-entered-into-force")
    entered = _first_told(views, "treaty-in-force-for-state")
    latest = _last_rows(views, treaty_party, ("treaty", "state"))
    for row in latest:
        for later, earlier in (("ratified", "signed"), ("deposited", "ratified"), ("in_force", "signed")):
            if row[later] and row[earlier] and _surely_before(row[later], row[earlier]):
                what = f"{row['state']}: {later.replace('_', ' ')} {row[later]}, before {earlier} {row[earlier]}"
                yield Finding("acts-out-of-order", f"{row['treaty']}/{row['state']}/{later}-{earlier}", what)
        since, of_state = started.get((row["treaty"], None)), entered.get((row["treaty"], row["state"]))
        if of_state and since and _surely_before(of_state, since):
            what = f"in force for {row['state']} on {of_state}, before the treaty itself on {since}"
            yield Finding("acts-out-of-order", f"{row['treaty']}/{row['state']}/in-force", what)


def _first_told(views: Connection, kind: str) -> dict[tuple[str, str | None], str]:
    """By treaty, and by state where it is about one: the first date (EDTF) that is told by the events of a kind."""
    told = select(timeline.c.subjects, timeline.c.occurred).where(timeline.c.kind == kind)
    order = timeline.c.occurred_from, timeline.c.occurred_to, timeline.c.event_id
    found = dict[tuple[str, str | None], str]()
    for row in views.execute(told.order_by(*order)):
        subjects = dict(name.split(":") for name in row.subjects.split())
        found.setdefault((subjects["treaty"], subjects.get("state")), row.occurred)
    return found


def _last_rows(views: Connection, table: Any, key: tuple[str, ...]) -> list[dict[str, Any]]:
    found = dict[tuple[Any, ...], dict[str, Any]]()
    for row in views.execute(select(table).order_by(*(table.c[name] for name in key), table.c.valid_from)).mappings():
        found[tuple(row[name] for name in key)] = dict(row)
    return list(found.values())


def _surely_before(one: str, other: str) -> bool:
    return (parse(one).last or END) < (parse(other).first or BEGINNING)


def recorded_twice(views: Connection, _: History) -> Iterator[Finding]:
    """The same id was entered in a register twice, or a state is said to have done the same thing on two dates."""
    for table, name in (
        (treaty, "treaty"), (person, "person"), (office, "office"), (source, "source"), (meeting, "meeting"),
    ):  # fmt: skip
        ids = select(table.c[name]).group_by(table.c[name]).having(func.count() > 1).order_by(table.c[name])
        for twice in views.execute(ids).scalars():
            yield Finding("entered-twice", f"{name}:{twice}", f"the {name} {twice} was entered more than once")
    once = (
        "treaty-signed",
        "treaty-ratified",
        "treaty-in-force-for-state",
        "treaty-acceded",
        "treaty-entered-into-force",
    )
    acts = (
        select(timeline.c.kind, timeline.c.subjects, func.count().label("times"))
        .where(timeline.c.kind.in_(once))
        .group_by(timeline.c.kind, timeline.c.subjects)
        .having(func.count() > 1)
        .order_by(timeline.c.kind, timeline.c.subjects)
    )
    for row in views.execute(acts):
        subject = f"{row.kind} {row.subjects}"
        yield Finding("done-twice", subject, f"{row.kind} is recorded {row.times} times for {row.subjects}")


def holders_at_odds(views: Connection, history: History) -> Iterator[Finding]:
    """Somebody left an office that another had taken before, or two took it on the same days: two held it at once, or one of the
    dates is wrong."""
    for name in views.execute(
        select(office.c.office).where(office.c.holders == "one").order_by(office.c.office)
    ).scalars():
        taken: Link | None = None
        for link in office_chain((name,), history):
            if link.rule == "not-held" and link.before and (who := _person(link, history)):
                what = f"{who} leaves {name} on {link.date}, when {link.before['holders']} holds it"
                yield Finding("two-holders", f"{name}/{who}", what)
            if link.rule == "succeeded" and taken is not None and _taken_at_once(taken, link):
                both = " and ".join(sorted((_holder(taken), _holder(link))))
                what = f"{both} take {name} on the same days ({link.date}): who held it after that is not known"
                yield Finding("two-holders", f"{name}/{_holder(link)}", what)
            taken = link if link.rule in ("office-assumed", "succeeded") else taken


def _person(link: Link, history: History) -> str | None:
    fact = history.fact_of(link.event_id)
    return getattr(fact.event, "person", None) if fact is not None else None


def _taken_at_once(one: Link, other: Link) -> bool:
    return (one.first, one.last) == (other.first, other.last) and _holder(one) != _holder(other)


def _holder(link: Link) -> str:
    return str((link.after or {}).get("holders"))


def outside_the_life_of_a_body(views: Connection, _: History) -> Iterator[Finding]:
    """A body met, or an office in it was held, on a day when by the record it did not exist."""
    lives = defaultdict[str, list[tuple[str, str]]](list)
    for row in views.execute(select(body)):
        lives[row.body].append((row.valid_from, row.valid_to_latest or END))
    met = select(meeting_body.c.body, meeting.c.meeting, meeting.c.occurred_from, meeting.c.occurred_to).join(
        meeting, meeting.c.event_id == meeting_body.c.event_id
    )
    for row in views.execute(met.order_by(meeting.c.occurred_from, meeting.c.meeting, meeting_body.c.body)):
        if not any(first <= row.occurred_to and row.occurred_from <= last for first, last in lives[row.body]):
            what = f"{row.meeting}: {row.body} did not exist then"
            yield Finding("outside-life", f"{row.meeting}/{row.body}", what)
    seats = select(council_roster).order_by(
        council_roster.c.body, council_roster.c.valid_from, council_roster.c.began_by
    )
    for row in views.execute(seats):
        if not any(first <= row.valid_from_latest and row.valid_from <= last for first, last in lives[row.body]):
            holder = row.person or row.state
            what = f"{holder} in {row.office or row.body} from {row.since}: {row.body} did not exist then"
            yield Finding("outside-life", f"{row.body}/{row.office or 'seat'}/{holder}", what)


def entry_into_force(views: Connection, history: History) -> Iterator[Finding]:
    """A treaty's recorded entry into force is not on the day that its clause gives (VCLT art. 24(1))."""
    for name in views.execute(select(treaty.c.treaty).distinct().order_by(treaty.c.treaty)).scalars():
        facts = history.about(f"treaty:{name}")
        clause = next(
            (c for f in facts if f.kind == "treaty-adopted" and (c := _clause(f.event, name)) is not None), None
        )
        recorded = next((f for f in facts if f.kind == "treaty-entered-into-force"), None)
        if clause is None or recorded is None or not clause.instruments:
            continue
        deposits = sorted(f.first for f in facts if f.kind == "instrument-deposited" and f.first == f.last)
        if len(deposits) < clause.instruments:
            continue
        due = shift(deposits[clause.instruments - 1], days=clause.days_after or 0, months=clause.months_after or 0)
        if not recorded.first <= due <= recorded.last:
            what = f"{name} entered into force on {recorded.occurred}; by its clause and the deposits known it was due on {due}"
            yield Finding("entry-into-force", name, what)


def _clause(event: Any, name: str) -> Any:
    return event.entry_into_force if event.treaty == name else None


def disputed(views: Connection, history: History) -> Iterator[Finding]:
    """A source says otherwise; the dispute says why the shown claim is shown."""
    shown = timeline.c.sentence, timeline.c.occurred, timeline.c.occurred_from
    rows = select(dispute, *shown).outerjoin(timeline, timeline.c.event_id == dispute.c.event_id)
    found = list[tuple[str, str, str, Finding]]()  # after what puts them in order
    for row in views.execute(rows):
        claim = row.date or row.changes or "denied"
        said, occurred, first = row.sentence, row.occurred, row.occurred_from
        if said is None:  # a better source denies it: it is in no other view
            claim += ", and so not shown" if row.prevails else ""
            said, occurred, first = _as_recorded(row.event_id, history)
        finding = Finding("disputed", row.event_id, f"{said} ({occurred}) – {row.sources}: {claim}", row.reason)
        found.append((first or BEGINNING, row.event_id, row.claim_id, finding))
    yield from (finding for *_, finding in sorted(found))


def _as_recorded(event_id: str, history: History) -> tuple[str, str, str]:
    """An event as it was recorded, which is out: its sentence, its date and the earliest day of that."""
    fact = unamended(next(reading.read(history.connection, event_ids=[event_id])))
    return sentence(fact, history), fact.occurred, fact.first


def in_force_without_parties(views: Connection, _: History) -> Iterator[Finding]:
    """A treaty is in force, but no state is known to be party: the record has a gap."""
    party = select(treaty_party.c.treaty).where(
        treaty_party.c.treaty == treaty_status.c.treaty, treaty_party.c.status == "party"
    )
    rows = select(treaty_status.c.treaty).where(treaty_status.c.status == "in-force", ~party.exists()).distinct()
    for name in views.execute(rows.order_by(treaty_status.c.treaty)).scalars():
        what = f"{name} is in force, but for which states is not recorded"
        yield Finding("gap", name, what, "The sources read so far do not say for which states.")


def organisations_without_members(views: Connection, _: History) -> Iterator[Finding]:
    """An organisation has no member on record."""
    belongs = select(membership.c.state).where(membership.c.organisation == organisation.c.organisation)
    rows = select(organisation.c.organisation).where(~belongs.exists()).distinct().order_by(organisation.c.organisation)
    for name in views.execute(rows).scalars():
        yield Finding("gap", name, f"{name} has no member on record", "The sources read so far name none.")


CHECKS: tuple[Callable[[Connection, History], Iterator[Finding]], ...] = (
    left_without_joining,
    acts_without_standing,
    acts_out_of_order,
    recorded_twice,
    holders_at_odds,
    outside_the_life_of_a_body,
    entry_into_force,
    disputed,
    in_force_without_parties,
    organisations_without_members,
)
