"""The standing of a state in an organisation and towards a treaty, and of a treaty: what there is on it, and in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstore.states import state_name
from projections import membership, treaty_party, treaty_status
from projections.interval import Row, on_day
from projections.order import ORGANISATION_ACTS
from projections.projection import Key
from projections.rules import Link
from projections.sentences import name_of
from projections.why.found import Found, roots_of, subjects_of_link
from projections.why.words import any_of, with_article

if TYPE_CHECKING:
    from eventstore.history import History


def membership_of(key: Key, history: "History", day: str) -> Found:
    """What there is on (organisation, state)."""
    organisation, code = key
    links = membership.chain(key, history)
    rows = membership.fold(key, history)
    laid_down = membership.grounds(organisation, history)
    missing = (
        list(membership.missing(key, history, day, {row["status"] for row in rows})) if _may_want(rows, day) else []
    )
    said = history.about(f"organisation:{organisation}", f"state:{code}", kinds=("statement-made",))
    roots = roots_of(history, ORGANISATION_ACTS, f"organisation:{organisation}", f"state:{code}")
    for treaty in laid_down.treaties:
        roots += roots_of(history, membership.HANDLES, f"treaty:{treaty}", f"state:{code}")
    return Found(
        rows,
        links,
        lambda link: membership.rule_of(link, key, history),
        lambda held: _member_words(key, history, day, held, rows, links),
        roots,
        missing,
        list(_untold(laid_down, code, history, day)) if rows else [],
        said,
    )


def _may_want(rows: list[Row], day: str) -> bool:
    return not any(row["status"] in ("member", "former") for row in on_day(rows, day))


def _member_words(key: Key, history: "History", day: str, held: list[Row], rows: list[Row], links: list[Link]) -> str:
    organisation, code = key
    state, name = state_name(code), name_of(f"organisation:{organisation}", history)
    if not held:
        return f"On {day} {state} did not belong to the {name}: {_not_yet(rows, links, day)}"
    parts = list[str]()
    for row in held:
        may = "may have " if row["certainty"] == "possible" else ""
        if row["status"] == "former":
            parts.append(f"{may or 'had '}left the {name} ({row['since']})")
        else:
            parts.append(f"{may}belonged to the {name} as {with_article(row['status'])} (since {row['since']})")
    last = held[-1]
    more = ""
    if last["withdrawal_effective_on"] and last["status"] != "former":
        more += f" Its notice of leaving takes effect on {last['withdrawal_effective_on']}."
    if last["practice"] != "participating" and last["status"] != "former":
        more += f" In practice its participation had {'ceased' if last['practice'] == 'ceased' else 'been suspended'}."
    if last["disputed"]:
        more += " Sources dispute this."
    return f"On {day} {state} {any_of(parts)}.{more}"


def _not_yet(rows: list[Row], links: list[Link], day: str) -> str:
    if not links:
        return "no act of it towards the organisation or its treaties is recorded."
    later = [row for row in rows if row["valid_from"] > day]
    if later:
        return f"its standing begins only later ({later[0]['since']})."
    if rows:
        return "its standing had ended."
    return "what it did confers no standing there."


def _untold(laid_down: membership.Grounds, code: str, history: "History", day: str) -> Iterator[str]:
    """What the record lacks on a state and the charter."""
    if laid_down.charter is None:
        return
    title, state = name_of(f"treaty:{laid_down.charter}", history), state_name(code)
    for row in on_day(treaty_party.fold((laid_down.charter, code), history), day):
        if row["ratified"] and not row["deposited"]:
            yield f"Whether and when {state} deposited its instrument concerning {title}: none is recorded by {day}."
        if row["status"] == "consent-given" and not row["in_force"]:
            yield f"From when {title} is in force for {state}: no day is recorded."


def treaty_party_of(key: Key, history: "History", day: str) -> Found:
    """What there is on (treaty, state)."""
    treaty, code = key
    rows, links = treaty_party.fold(key, history), treaty_party.chain(key, history)
    title, state = name_of(f"treaty:{treaty}", history), state_name(code)
    acted = any(f"state:{code}" in subjects_of_link(history, link) for link in links if link.first <= day)

    def said_of(held: list[Row]) -> str:
        if not held:
            reason = _no_relation(rows, links, day) if acted else "no act of it towards the treaty is recorded by then."
            return f"On {day} {state} stood in no relation to the {title}: {reason}"
        parts = [
            f"{'may have been' if row['certainty'] == 'possible' else 'was'} {_TOWARDS[row['status']]} the {title}"
            f" (since {row['since']})"
            for row in held
        ]
        effect = held[-1]["withdrawal_effective_on"]
        notice = f" Its notice of withdrawal takes effect on {effect}." if effect else ""
        dispute = " Sources dispute this." if any(row["disputed"] for row in held) else ""
        return f"On {day} {state} {any_of(parts)}.{notice}{dispute}"

    shown = links if acted else [link for link in links if link.rule == "adopted"]
    return Found(
        rows,
        shown,
        lambda link: treaty_party.rule_of(link, key, history),
        said_of,
        roots_of(history, treaty_party.HANDLES, f"treaty:{treaty}", f"state:{code}"),
        unknown=list(_party_unknown(on_day(rows, day), links, state, title, treaty, history, day)),
    )


_TOWARDS = {
    "signatory": "a signatory of",
    "consent-given": "bound to become a party, having consented, to",
    "provisionally-applying": "provisionally applying",
    "party": "a party to",
    "withdrawing": "still a party, with notice of withdrawal given, to",
    "withdrawn": "no longer a party, having withdrawn, to",
}


def _no_relation(rows: list[Row], links: list[Link], day: str) -> str:
    if any(row["valid_from"] > day for row in rows):
        return "its first act comes later."
    return "the treaty had ended." if any(link.rule == "terminated" for link in links) else "what it did gives none."


def _party_unknown(
    held: list[Row], links: list[Link], state: str, title: str, treaty: str, history: "History", day: str
) -> Iterator[str]:
    told = [link.after for link in links if link.first <= day and link.after is not None]
    for row in held[-1:]:
        if row["ratified"] and not row["deposited"]:
            yield f"Whether and when {state} deposited its instrument: none is recorded by {day}."
        if row["status"] == "consent-given" and not row["in_force"]:
            yield f"From when {title} is in force for {state}: no day is recorded."
        if row["status"] in ("party", "withdrawing") and row["in_force"] and not told[-1]["in_force"]:
            yield f"The day of entry into force for {state} itself: that shown only follows from its acts and the treaty's."
        if not row["signed"] and not row["acceded"]:
            yield f"Whether {state} signed: no signature is recorded by {day}."
    if not history.about(f"treaty:{treaty}", kinds=("treaty-entered-into-force",)):
        yield f"When {title} as such entered into force: no day is recorded."


def treaty_status_of(key: Key, history: "History", day: str) -> Found:
    """What there is on (treaty,)."""
    rows, links = treaty_status.fold(key, history), treaty_status.chain(key, history)
    title = name_of(f"treaty:{key[0]}", history)

    def said_of(held: list[Row]) -> str:
        if not held:
            return f"On {day} nothing is recorded of {title} yet."
        parts = [
            f"{'may have been' if row['certainty'] == 'possible' else 'was'} {row['status'].replace('-', ' ')}"
            f" (since {row['since']})"
            for row in held
        ]
        return f"On {day} the {title} {any_of(parts)}."

    unknown = []
    if not any(link.rule == "treaty-entered-into-force" for link in links):
        unknown.append(f"When {title} as such entered into force: no day is recorded.")
    return Found(
        rows,
        links,
        lambda link: treaty_status.rule_of(link, key, history),
        said_of,
        roots_of(history, treaty_status.HANDLES, f"treaty:{key[0]}"),
        unknown=unknown,
    )
