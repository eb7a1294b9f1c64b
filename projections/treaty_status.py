"""Where each treaty as such stood: adopted, provisionally applied, in force, extended, suspended, terminated."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Table

from eventstore.tables import Name
from projections.interval import Row, Step, Track, interval_columns, steps
from projections.order import EVERYTHING
from projections.projection import Key, Projection, metadata

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
    (treaty,) = key
    track, status, until = Track(treaty=treaty), None, None
    facts = history.about(f"treaty:{treaty}", kinds=HANDLES)
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
