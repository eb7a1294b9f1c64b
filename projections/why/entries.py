"""What is entered in the registers, and what happened once: what there is on it, and in words."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from eventstore import reading
from eventstore.states import state_name
from projections import registers
from projections.interval import Row
from projections.projection import EventView, Key
from projections.rules import Link, Rule
from projections.sentences import name_of, sentence
from projections.why.found import Found, facts_of, roots_of, when
from projections.why.words import any_of

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History


def register_of_intervals(register: str) -> "Callable[[Key, History, str], Found]":
    """What there is on an organisation or a body, which last."""
    projection = registers.ORGANISATIONS if register == "organisation" else registers.BODIES
    chain = registers.organisation_chain if register == "organisation" else registers.body_chain

    def find(key: Key, history: "History", day: str) -> Found:
        rows = list(projection.fold(key, history))
        title = name_of(f"{register}:{key[0]}", history)

        def said_of(held: list[Row]) -> str:
            if not held:
                return f"On {day} {title} did not exist{_since_when(rows, day)}."
            exists = "may have existed" if all(row["certainty"] == "possible" for row in held) else "existed"
            return f"On {day} {title} {exists}, as it was since {any_of(row['since'] for row in held)}."

        return Found(
            rows,
            chain(key, history),
            lambda link: registers.rule_of(link, key, history),
            said_of,
            roots_of(history, projection.handles, f"{register}:{key[0]}"),
            unknown=lacking(rows[-1:], register),
        )

    return find


def _since_when(rows: list[Row], day: str) -> str:
    later = [row for row in rows if row["valid_from"] > day]
    return f": it begins only later ({later[0]['since']})" if later else ": it had ended" if rows else ""


# Columns without which something is missing, in the words of what is.
_GAPS = {
    "organisation": {"founding_treaties": "the treaties that founded it"},
    "body": {"established_by": "the treaty or act that set it up"},
    "meeting": {
        "place": "where it was held",
        "chair": "who chaired it",
        "states": "which states took part",
        "outcome": "what came of it",
    },
    "decision": {"body": "which body adopted it", "meeting": "at which meeting", "summary": "what it decides"},
    "treaty": {
        "consent": "whether a signature binds",
        "depositary": "who keeps it",
        "registration": "its registration with the UN",
        "place": "where it was settled",
    },
    "person": {"state": "the state they act for", "name_ru": "the name in Russian"},
    "source": {"publisher": "who published it", "published": "when it was published", "address": "where it is found"},
}


def lacking(rows: Iterable[Row], view: str) -> list[str]:
    """What the rows of a view lack, in sentences."""
    gaps = _GAPS.get(view, {})
    return [
        f"{words[0].upper()}{words[1:]}: not recorded." for row in rows for name, words in gaps.items() if not row[name]
    ]


def of_events(view: EventView, table: Any, register: str, rule: Rule) -> "Callable[[Key, History, str], Found]":
    """A view whose rows come each from one event."""

    def find(key: Key, history: "History", day: str) -> Found:
        from eventstore.subjects import introduced_by

        subject = f"{register}:{key[0]}"
        if register == "event":
            facts = list(facts_of(history, [key[0]]))
            roots = list(reading.read(history.connection, event_ids=[key[0]]))
        else:
            facts = [f for f in history.about(subject, kinds=view.handles) if introduced_by(f.event) == subject]
            roots = roots_of(history, view.handles, subject)
        rows, links = list[Row](), list[Link]()
        for fact in sorted(facts, key=when):
            made = [row for of, row in view.rows(fact, history) if of is table]
            made = [row for row in made if len(key) == 1 or row["state"] == key[1]]
            rows += [_as_interval(row, fact) for row in made]
            links.append(Link(fact.event_id, fact.occurred, fact.first, fact.last, "", "", None, None))
        name = state_name(key[1]) if len(key) == 2 else ""
        return Found(
            rows,
            links,
            lambda _: rule,
            lambda held: _event_words(name, _told(table.name, key[0], facts, rows, history), day, held, rows),
            roots,
            unknown=lacking(rows, table.name),
            once=True,
        )

    return find


def _as_interval(row: Row, fact: "Fact") -> Row:
    """A row of an event view as one that holds from its event on."""
    edges = {"valid_from": fact.first, "valid_from_latest": fact.last, "valid_to": None, "valid_to_latest": None}
    return {**row, **edges, "began_by": fact.event_id, "ended_by": None, "disputed": fact.disputed}


def _event_words(state: str, title: str, day: str, held: list[Row], rows: list[Row]) -> str:
    if state:
        if not held:
            return f"{title} Whether {state} took part: no source tells."
        return f"{title} {state} was {any_of(row['attendance'] for row in held)}."
    if not rows:
        return f"{title} It is out: it was retracted, or better sources deny it."
    if not held:
        return f"By {day} this had not happened: {title}"
    sure = any(row["certainty"] == "certain" for row in held)
    dispute = " Sources dispute this." if any(row["disputed"] for row in held) else ""
    return title + ("" if sure else f" Whether that was by {day} is not certain.") + dispute


def _told(view: str, name: str, facts: "list[Fact]", rows: list[Row], history: "History") -> str:
    """What an event view tells of, in a sentence."""
    if not facts:
        return f"{view.capitalize()} {name}."
    if view in ("timeline", "meeting", "meeting_attendance"):
        return f"{facts[0].occurred}: {sentence(facts[0], history)}"
    return f"{rows[0].get('title') or rows[0].get('name')} [{name}]."
