"""Where each treaty as such stood: adopted, provisionally applied, in force, extended, suspended, terminated."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Index, ScalarSelect, Table, func, select

from eventstore.tables import Name
from projections.interval import Row, Step, Track, certainty_on, holds_on, interval_columns, steps
from projections.order import EVERYTHING
from projections.projection import Key, Projection, metadata
from projections.registers import treaty
from projections.treaty_party import treaty_party

if TYPE_CHECKING:
    from eventstore.facts import Fact, History

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
    (name,) = key
    track, status, until = Track("status", treaty=name), None, None
    facts = history.about(f"treaty:{name}", kinds=HANDLES)
    for step in steps(fact for fact in facts if next(keys(fact, history)) == key):
        if not step.takes_effect:
            continue
        after = _after(step, status)
        if after != status or step.kind == "treaty-extended":
            status = after
            until = getattr(step.event, "until", None)
            track.set(step, {"status": status, "since": step.date, "until": until} if status else None)
    return track.rows()


def _after(step: Step, status: str | None) -> str | None:
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
            return "extended"
        case "treaty-suspended":
            return "suspended" if step.event.state is None else status
        case _:
            return "terminated"


PROJECTION = Projection(
    name="treaty_status",
    version=1,
    table=treaty_status,
    key=("treaty",),
    handles=HANDLES,
    ignores=EVERYTHING - HANDLES,
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
    query = select(func.count(func.distinct(treaty_party.c.state))).where(
        treaty_party.c.treaty == treaty_status.c.treaty,
        treaty_party.c.status.in_(statuses),
        holds_on(treaty_party, day),
    )
    if certain:
        query = query.where(certainty_on(treaty_party, day) == "certain")
    return query.correlate(treaty_status).scalar_subquery()
