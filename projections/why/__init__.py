"""Why a row of a view is as it is: the events used, the rules applied, the claims overruled, and what is not known.

The chain comes from the fold itself (`projections.rules`); here it is put into words. A view gives what it has on a key
(`found`), and the parts of the explanation (`explanation`) are made of that.
"""

from typing import TYPE_CHECKING

from projections.interval import on_day
from projections.projection import Key
from projections.why.explanation import Claim, Explanation, Held, Remark, Source, Used
from projections.why.found import facts_of, when
from projections.why.keys import key_of
from projections.why.parts import because, claims, imprecise, next_step, remark, set_aside, shown, used
from projections.why.views import VIEWS

if TYPE_CHECKING:
    from eventstore.history import History

__all__ = ["VIEWS", "Claim", "Explanation", "Remark", "Source", "Used", "key_of", "why"]


def why(history: "History", view: str, key: Key, day: str) -> Explanation:
    """The reasons for what a view shows of a key on a day (ISO), as known to `history`.

    `key` is one that `key_of` gives.
    """
    found = VIEWS[view].find(key, history, day)
    rows = on_day(found.rows, day)
    links = [link for link in found.links if link.first <= day]
    facts = {fact.event_id: fact for fact in facts_of(history, [link.event_id for link in links])}
    later = next((link for link in found.links if link.first > day and link.before != link.after), None)
    told = list(dict.fromkeys(link.event_id for link in links))
    return Explanation(
        view=view,
        key=dict(zip(_names(view, key), key, strict=True)),
        as_of=day,
        known_at=history.known_at,
        answer=found.said_of(rows),
        rows=[Held(row=shown(row), certainty=row["certainty"], because=because(row, found, day)) for row in rows],
        chain=[used(link, facts[link.event_id], found.rule_of(link), history, day) for link in links],
        missing=list(found.missing),
        claims=[claim for event_id in told for claim in claims(facts[event_id], history)]
        + [claim for root in found.roots for claim in set_aside(root, history)],
        inferred=[
            Remark(event_id=event_id, date=facts[event_id].occurred, sentence=facts[event_id].event.inferred or "")
            for event_id in told
            if facts[event_id].event.inferred
        ],
        unknown=[*imprecise([facts[event_id] for event_id in told], history), *found.unknown],
        beside=[remark(fact, history) for fact in sorted(found.beside, key=when) if fact.first <= day],
        next=next_step(later, history),
    )


def _names(view: str, key: Key) -> tuple[str, ...]:
    return ("body", "seat", key[1]) if view == "council_roster" else VIEWS[view].registers
