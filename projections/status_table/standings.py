"""What the views say of a treaty on a day: the treaty itself, where each state stands, and what is disputed of that."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, select

from projections.interval import Row, holds_on
from projections.membership import membership
from projections.registers import treaty
from projections.timeline import concerns, dispute, timeline
from projections.treaty_party import DATES, parties, treaty_party
from projections.treaty_status import treaty_status

# The acts of which a status table tells, by kind of event, with the column that holds their date: none tells of suspensions.
_ACTS = {kind: column for kind, column in DATES.items() if column != "suspended"}


class Standing(NamedTuple):
    """Where one state stands on the day, with what is disputed of its acts (by column)."""

    name: str
    row: Row  # the last that may hold; its dates are those of what can have happened
    statuses: tuple[str, ...]
    certain: bool
    whole: bool  # whether it certainly has some standing
    claims: dict[str, list[tuple[str, str | None, str]]]

    @property
    def status(self) -> str:
        """Its status, if that is certain; what is only possible gets no sign, only a footnote."""
        return self.statuses[0] if self.certain else ""


def about(views: Connection, name: str, day: str) -> Row:
    """What is registered of a treaty, and since when it has been in force (`in_force`) by a day (ISO)."""
    registered = select(treaty).where(treaty.c.treaty == name).order_by(treaty.c.occurred_from, treaty.c.event_id)
    known = dict(views.execute(registered).mappings().first() or {"treaty": name, "title": name})
    force = (
        select(treaty_status.c.since)  # the first time, as it is known best
        .where(treaty_status.c.treaty == name, treaty_status.c.status == "in-force")
        .where(treaty_status.c.valid_from <= day)
        .order_by(treaty_status.c.valid_from_latest, treaty_status.c.valid_from, treaty_status.c.began_by)
        .limit(1)
    )
    return known | {"in_force": views.execute(force).scalar()}


def standings_on(views: Connection, name: str, day: str, named: Callable[[str], str]) -> dict[str, Standing]:
    """Where each state stands towards a treaty on a day (ISO), by its code; `named` gives the name of a code."""
    rows = dict[str, list[Row]]()
    for row in parties(views, day, name):
        rows.setdefault(row["state"], []).append(row)
    outer = select(treaty_party.c.state, treaty_party.c.valid_from_latest).where(
        treaty_party.c.treaty == name, holds_on(treaty_party, day)
    )
    sure = {row.state for row in views.execute(outer) if row.valid_from_latest <= day}
    claims = _claims(views, name, day)
    return {
        state: Standing(
            named(state),
            held[-1],
            tuple(dict.fromkeys(row["status"] for row in held)),
            len(held) == 1 and held[0]["certainty"] == "certain",
            state in sure,
            claims.get(state, {}),
        )
        for state, held in rows.items()
    }


def _claims(views: Connection, name: str, day: str) -> dict[str, dict[str, list[tuple[str, str | None, str]]]]:
    """By state and column, who says otherwise of what happened by a day: what ('says', 'denied', 'otherwise'), date, sources."""
    query = (
        select(timeline.c.kind, timeline.c.subjects, dispute.c.date, dispute.c.denied, dispute.c.sources)
        .join(dispute, dispute.c.event_id == timeline.c.event_id)
        .where(timeline.c.kind.in_(_ACTS), concerns(f"treaty:{name}"), timeline.c.occurred_from <= day)
        .order_by(timeline.c.event_id, dispute.c.claim_id)
    )
    found = dict[str, dict[str, list[tuple[str, str | None, str]]]]()
    for kind, subjects, date, denied, sources in views.execute(query):
        what = "denied" if denied else "says" if date else "otherwise"
        for subject in subjects.split():
            if subject.startswith("state:"):
                columns = found.setdefault(subject.removeprefix("state:"), {})
                columns.setdefault(_ACTS[kind], []).append((what, date, ", ".join(sources.split())))
    return found


def members(views: Connection, organisation: str | None, day: str) -> set[str]:
    """The codes of the states that belonged to an organisation on a day (ISO)."""
    query = select(membership.c.state).where(
        membership.c.organisation == organisation,
        membership.c.status != "former",
        holds_on(membership, day),
    )
    return set(views.execute(query).scalars())
