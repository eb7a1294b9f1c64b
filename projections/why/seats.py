"""Who sat in a body and held an office: what there is on it, and in words."""

from typing import TYPE_CHECKING, Any

from eventstore.states import state_name
from projections import council_roster
from projections.interval import Row
from projections.projection import Key
from projections.rules import Link
from projections.sentences import name_of
from projections.why.found import Found, roots_of, subjects_of_link
from projections.why.words import any_of, with_article

if TYPE_CHECKING:
    from eventstore.history import History


def seat_of(key: Key, history: "History", day: str) -> Found:
    """What there is on (body, "state", "office" or "person", id)."""
    body, seat, name = key
    if seat == "state":
        rows, links = council_roster.fold_seat((body, name), history), council_roster.seat_chain((body, name), history)
        roots = roots_of(history, council_roster.SEATS.handles, f"body:{body}", f"state:{name}")
        keys: dict[str, Key] = dict.fromkeys((link.event_id for link in links), (body, name))
    else:
        offices = [name] if seat == "office" else _offices_of(name, body, history)
        rows, links, roots, keys = [], [], [], {}
        for office in offices:
            rows += [row for row in council_roster.fold_office((office,), history) if name in (office, row["person"])]
            told = _about_holder(council_roster.office_chain((office,), history), seat, name, history, day)
            links += told
            keys |= {link.event_id: (office,) for link in told}
            roots += roots_of(history, council_roster.OFFICES.handles, f"office:{office}")
        links.sort(key=lambda link: (link.first, link.last))
    return Found(
        rows,
        links,
        lambda link: council_roster.rule_of(link, keys[link.event_id], history),
        lambda held: _seat_words(key, history, day, held, links),
        roots,
    )


def _offices_of(person: str, body: str, history: "History") -> list[str]:
    acts: list[Any] = [
        fact.event for fact in history.about(f"person:{person}", kinds=("office-assumed", "office-vacated"))
    ]
    return sorted({act.office for act in acts if council_roster.body_of(act.office, history) == body})


def _about_holder(links: list[Link], seat: str, name: str, history: "History", day: str) -> list[Link]:
    """Of the life of an office, the steps that concern a person; or else the last ones before a day, and the next."""
    if seat == "person":
        return [
            link
            for link in links
            if f"person:{name}" in subjects_of_link(history, link)
            or (name in str((link.before or {}).get("holders")).split(", "))
            != (name in str((link.after or {}).get("holders")).split(", "))
        ]
    sure = [place for place, link in enumerate(links) if link.last <= day and link.after is not None]
    return links[max(sure[-1] - 1, 0) if sure else 0 :]


def _seat_words(key: Key, history: "History", day: str, held: list[Row], links: list[Link]) -> str:
    body, seat, name = key
    in_body = name_of(f"body:{body}", history)
    if not held:
        who = state_name(name) if seat == "state" else name_of(f"{seat}:{name}", history)
        if seat == "office":
            return f"On {day} nobody is recorded in the office of {who}."
        what = "had no seat" if seat == "state" else "held no office"
        return f"On {day} {who} {what} in the {in_body}{'' if links else ': nothing of that kind is recorded'}."
    parts = list[str]()
    for row in held:
        may = "may have " if row["certainty"] == "possible" else ""
        holder = name_of(f"person:{row['person']}", history) if row["person"] else state_name(row["state"])
        what = (
            f"sat in the {in_body} as {with_article(row['status'])}" if seat == "state" else _held_office(row, history)
        )
        parts.append(f"{holder} {may}{what} (since {row['since']})")
    sure = all(row["certainty"] == "certain" for row in held)
    joined = ", and ".join(dict.fromkeys(parts)) if sure else any_of(parts)
    dispute = " Sources dispute this." if any(row["disputed"] for row in held) else ""
    return f"On {day} {joined}.{dispute}"


def _held_office(row: Row, history: "History") -> str:
    office = name_of(f"office:{row['office']}", history)
    return f"held the office of {office}{' (acting)' if row['acting'] else ''}"
