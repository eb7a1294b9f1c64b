"""Who belonged to an organisation, as what: a row for each state that ever did, a bar for each status."""

from typing import Any

from sqlalchemy import select

from eventstore.states import states
from projections.membership import membership
from projections.pictures import Asked


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of an organisation."""
    rows = asked.views.execute(
        select(membership)
        .where(membership.c.organisation == asked.subject, membership.c.status != "former")
        .order_by(membership.c.state, membership.c.valid_from)
    ).mappings()
    values = [
        {
            "state": states()[row["state"]].name,
            "status": row["status"],
            "from": row["valid_from"],
            "to": row["valid_to"] or asked.horizon,
        }
        for row in rows
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": f"Membership of {asked.subject}", "subtitle": str(asked.basis)},
        "description": f"Membership of {asked.subject}",
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "x": {"field": "from", "type": "temporal", "scale": {"type": "utc"}},
            "x2": {"field": "to"},
            "y": {"field": "state", "type": "nominal"},
            "color": {"field": "status", "type": "nominal"},
        },
    }
