"""Where each treaty as such stood: adopted, provisionally applied, in force, extended, suspended, terminated."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    ScalarSelect,
    Table,
    and_,
    func,
    or_,
    select,
)

from eventstore.tables import Name
from projections.interval import Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING
from projections.projection import Key, Projection, metadata
from projections.registers import treaty
from projections.rules import Link, Rule, link, take_all
from projections.treaty_party import clauses_of, treaty_party

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

treaty_status = Table(
    "treaty_status",
    metadata,
    Column("treaty", Name, nullable=False, comment="the treaty"),
    Column(
        "status",
        Name,
        nullable=False,
        comment="adopted, provisionally-applied, in-force, extended, suspended, terminated",
    ),
    Column("since", Name, nullable=False, comment="date (EDTF) from which it has this status"),
    Column("until", Name, comment="last day (EDTF) of its term, where it has one"),
    *interval_columns(),
    Index(None, "treaty", "valid_from"),
    comment="The standing of each treaty as such.",
)
HANDLES = frozenset(
    (
        "treaty-adopted",
        "treaty-entered-into-force",
        "treaty-extended",
        "treaty-suspended",
        "treaty-terminated",
        "treaty-provisionally-applied",
        "treaty-in-force-for-state",
    )
)


def keys(fact: "Fact", _: "History") -> Iterator[Key]:
    """(treaty,)."""
    event: Any = fact.event
    yield (event.treaty,)


def fold(key: Key, history: "History") -> list[Row]:
    """The rows of one treaty."""
    track = Track("status", treaty=key[0])
    take_all(_links(track, key, history))
    return track.rows()


def chain(key: Key, history: "History") -> list[Link]:
    """The steps from which `fold` has its rows, each with the rule applied."""
    return list(_links(Track("status", treaty=key[0]), key, history))


def _links(track: Track, key: Key, history: "History") -> Iterator[Link]:
    """The steps of a treaty, put into the track one by one, each with the rule applied."""
    status, since, until, disputed = None, "", None, False
    facts = history.about(f"treaty:{key[0]}", kinds=HANDLES)
    for step in steps(fact for fact in facts if next(keys(fact, history)) == key):
        before = track.values
        if not step.takes_effect:
            yield link(step, "effect-later", before, before)
            continue
        after, rule = _after(step, status), step.kind
        affirms = after == _AFFIRMED.get(step.kind)
        again = step.kind == "treaty-extended" and after == "extended"
        if after != status or again:
            status, since, disputed = after, step.date, step.fact.disputed
        elif affirms and track.is_sharpened_by(step.last):
            since, disputed, rule = step.date, step.fact.disputed, "sharpened"
        until = _term(step, status, until)
        values = {"status": status, "since": since, "until": until} if status else None
        track.set(step, values, disputed=disputed, affirms=affirms)
        yield link(step, rule if track.values is not before else "no-change", before, track.values)


def _after(step: Step, status: str | None) -> str | None:
    """The status of a treaty after a step that takes effect; what has ended has ended."""
    if status == "terminated":
        return status
    match step.kind:
        case "treaty-adopted":
            return status or "adopted"
        case "treaty-provisionally-applied":
            return "provisionally-applied" if status in (None, "adopted") else status
        case "treaty-entered-into-force":
            return "in-force" if status in (None, "adopted", "provisionally-applied", "suspended") else status
        case "treaty-in-force-for-state":
            # What is in force for a state is in force (VCLT art. 24): the latest day on which that can have begun.
            return "in-force" if status in (None, "adopted", "provisionally-applied") else status
        case "treaty-extended":
            return "extended" if status in ("in-force", "extended") else status
        case "treaty-suspended":
            return "suspended" if step.event.state is None else status
        case _:
            return "terminated"


def _term(step: Step, status: str | None, until: str | None) -> str | None:
    """The last day of the term after a step. A suspension leaves it as it is, and so does what names none."""
    if status == "terminated":
        return None
    said: str | None = getattr(step.event, "until", None)
    return said if step.kind == "treaty-extended" else said or until


# What a treaty certainly is by the day of an event, whatever it was before.
_AFFIRMED = {
    "treaty-adopted": "adopted",
    "treaty-provisionally-applied": "provisionally-applied",
    "treaty-entered-into-force": "in-force",
    "treaty-in-force-for-state": "in-force",
    "treaty-terminated": "terminated",
}

# The rules of this fold by the names it gives them: for what changes something, the kind of the event.
RULES = {
    "treaty-adopted": Rule("The text is settled; it is not in force yet.", "VCLT articles 9-10"),
    "treaty-provisionally-applied": Rule("Some states apply it before it is in force.", "VCLT article 25"),
    "treaty-entered-into-force": Rule("The treaty as such is in force.", "VCLT article 24(1)-(2); {clause}"),
    "treaty-in-force-for-state": Rule(
        "What is in force for a state is in force, even where the entry into force as such is not recorded.",
        "VCLT article 24; {clause}",
    ),
    "treaty-extended": Rule("Its term is prolonged.", "VCLT articles 39, 54"),
    "treaty-suspended": Rule("Its operation is suspended for all.", "VCLT article 57"),
    "treaty-terminated": Rule("It ends for all its parties.", "VCLT articles 54, 59"),
    "sharpened": Rule(
        "It stood so already, since a day that is known less well: by this it certainly did.",
        "VCLT article 24; {clause}",
    ),
    "effect-later": Rule("The act is done; its effect comes on a later day.", "VCLT article 24"),
    "no-change": Rule("The treaty as such stands as it stood before.", "VCLT article 24"),
}


def rule_of(step: Link, key: Key, history: "History") -> Rule:
    """The rule of a step of `chain`, in words with its legal basis."""
    clauses = clauses_of(key[0], history)
    return Rule(*(text.format(**clauses) for text in RULES[step.rule]))


PROJECTION = Projection(
    name="treaty_status",
    version=2,
    table=treaty_status,
    key=("treaty",),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
    leads=HANDLES,
    keys=keys,
    fold=fold,
)


def treaties(connection: Connection, day: str) -> list[Row]:
    """The standing of every treaty on a day (ISO), and how many states are party or have only signed.

    The counts are of certain standing; those with `_possible` add what is only possible.
    """
    query = (
        select(
            treaty_status.c.treaty,
            select(func.min(treaty.c.title))
            .where(treaty.c.treaty == treaty_status.c.treaty)
            .scalar_subquery()
            .label("title"),
            treaty_status.c.status,
            treaty_status.c.since,
            _count(day, _PARTIES, certain=True).label("parties"),
            _count(day, _SIGNATORIES, certain=True).label("signatories"),
            certainty_on(treaty_status, day),
            _count(day, _PARTIES, certain=False).label("parties_possible"),
            _count(day, _SIGNATORIES, certain=False).label("signatories_possible"),
            treaty_status.c.until,
            treaty_status.c.disputed,
        )
        .where(holds_on(treaty_status, day))
        .order_by(treaty_status.c.treaty, treaty_status.c.valid_from, treaty_status.c.valid_from_latest)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


_PARTIES = ("party", "withdrawing")
_SIGNATORIES = ("signatory", "consent-given", "provisionally-applying")


def _count(day: str, statuses: tuple[str, ...], *, certain: bool) -> ScalarSelect[int]:
    """How many states have one of these statuses: possibly, or for certain.

    For certain is also who passed from one of them to another on a day that is not known exactly.
    """
    party = treaty_party.alias()
    query = (
        select(func.count(func.distinct(party.c.state)))
        .where(party.c.treaty == treaty_status.c.treaty, party.c.status.in_(statuses), holds_on(party, day))
        .correlate(treaty_status)
    )
    if certain:
        other, lasting = treaty_party.alias(), treaty_party.alias()
        outside = select(other.c.state).where(
            _same(other, party), other.c.status.not_in(statuses), holds_on(other, day)
        )
        going_on = select(lasting.c.state).where(
            _same(lasting, party),
            lasting.c.status.in_(statuses),
            holds_on(lasting, day),
            or_(lasting.c.valid_to.is_(None), lasting.c.valid_to > day),
        )
        query = query.where(party.c.valid_from_latest <= day, ~outside.exists(), going_on.exists())
    return query.scalar_subquery()


def _same(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(one.c.treaty == other.c.treaty, one.c.state == other.c.state)
