"""What happened, as a sentence for people. Names come from the registers."""

from collections.abc import Callable
from functools import cache, partial
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventstore.facts import Fact
    from eventstore.history import History

# {field} is the name of what the field holds; {field?words} gives the words only where the field holds something.
_PATTERNS = {
    "source-registered": "The source “{title}” is entered.",
    "organisation-founded": "{name} is founded.",
    "organisation-dissolved": "{organisation} ends.",
    "body-established": "{name} of {organisation} is established.",
    "body-reorganised": "{body} is reorganised.",
    "body-dissolved": "{body} ends.",
    "office-created": "The office of {name} of {body} is created.",
    "person-registered": "{name} is entered in the register of persons.",
    "treaty-adopted": "{title} is adopted.",
    "treaty-entered-into-force": "{treaty} enters into force.",
    "treaty-extended": "{treaty} is extended.",
    "treaty-amended": "{treaty} is amended.",
    "treaty-terminated": "{treaty} ends for all.",
    "treaty-signed": "{state} signs {treaty}.",
    "treaty-ratified": "{state} ratifies {treaty}.",
    "instrument-deposited": "{state} deposits its instrument concerning {treaty}.",
    "treaty-acceded": "{state} accedes to {treaty}.",
    "treaty-provisionally-applied": "{state} begins to apply {treaty} provisionally.",
    "treaty-in-force-for-state": "{treaty} enters into force for {state}.",
    "reservation-made": "{state} makes a reservation to {treaty}: {text}",
    "reservation-withdrawn": "{state} withdraws a reservation to {treaty}.",
    "declaration-made": "{state} declares on {treaty}: {text}",
    "treaty-suspended": "{treaty} is suspended for {state}.",
    "treaty-withdrawal-notified": "{state} gives notice of withdrawal from {treaty}.",
    "treaty-withdrawal-revoked": "{state} takes back its notice of withdrawal from {treaty}.",
    "treaty-withdrawn": "{state} withdraws from {treaty}.",
    "state-joined": "{state} joins {organisation} as {status}.",
    "state-status-changed": "{state} becomes {status} in {organisation}.",
    "withdrawal-notified": "{state} gives notice that it leaves {organisation}.",
    "withdrawal-revoked": "{state} takes back its notice of leaving {organisation}.",
    "state-withdrew": "{state} leaves {organisation}.",
    "participation-ceased": "{state} ceases to take part in {organisation}.",
    "participation-suspended": "The participation of {state} in {organisation} is suspended.",
    "state-seated": "{state} takes its seat in {body} as {status}.",
    "state-left-body": "{state} leaves {body}.",
    "office-assumed": "{holder} becomes {office}.",
    "office-vacated": "{holder} leaves the office of {office}.",
    "meeting-held": "{bodies} meets{where}.",
    "decision-adopted": "{body} adopts: {title}.",
    "statement-made": "{text}",
}
_INDIRECTLY = {  # fields from which a word of the pattern is made
    "office-assumed": {"person", "state"},
    "office-vacated": {"person", "state"},
    "meeting-held": {"title", "bodies"},
}
_REGISTERS = {
    "treaty": "title",
    "organisation": "name",
    "body": "name",
    "office": "name",
    "person": "name",
    "meeting": "title",
}
_INTRODUCED_BY = {
    "treaty": "treaty-adopted",
    "organisation": "organisation-founded",
    "body": "body-established",
    "office": "office-created",
    "person": "person-registered",
    "meeting": "meeting-held",
}


def sentence(fact: "Fact", history: "History") -> str:
    """One sentence that says what an event means, ending in a full stop."""
    event: Any = fact.event
    words = {name: word(getattr(event, name), history) for name, word in _words(fact.kind)}
    match fact.kind:
        case "office-assumed" | "office-vacated":
            acting = " (acting)" if getattr(event, "acting", False) else ""
            words["holder"] = (words["person"] or words["state"] or "The holder") + acting
        case "meeting-held":
            words["bodies"] = words["title"] or words["bodies"] or "A meeting"
            words["where"] = f" in {event.place}" if event.place else ""
        case "treaty-suspended":
            words["state"] = words["state"] or "all"
        case "decision-adopted":
            words["body"] = words["body"] or "A meeting"
    text = _PATTERNS[fact.kind].format_map(words).replace("\n", " ")
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


_Word = Callable[[Any, "History"], str]  # from what a field holds


@cache
def _words(kind: str) -> list[tuple[str, _Word]]:
    """The fields from which a sentence of this kind is made, each with what puts it into words."""
    from eventstore.events import KINDS

    named = {name for _, name, _, _ in Formatter().parse(_PATTERNS[kind]) if name} | _INDIRECTLY.get(kind, set())
    return [(name, _word(name)) for name in KINDS[kind].__struct_fields__ if name in named]


def _word(field: str) -> _Word:
    one: _Word = _as_it_is
    if field in ("state", "states", "country", "chair_state"):
        one = _state
    elif (register := {"bodies": "body", "chair": "person"}.get(field, field)) in _REGISTERS:
        one = partial(_registered, f"{register}:")
    return partial(_several, one) if field in ("states", "bodies") else one


def _as_it_is(value: Any, _: "History") -> str:
    return "" if value is None else str(value)


def _state(value: str | None, _: "History") -> str:
    from eventstore.states import state_name

    return state_name(value or "")


def _registered(prefix: str, value: str | None, history: "History") -> str:
    return "" if value is None else name_of(prefix + value, history)


def _several(one: _Word, values: tuple[Any, ...], history: "History") -> str:
    *most, last = [one(value, history) for value in values] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def name_of(subject: str, history: "History") -> str:
    """The name under which a subject (treaty:x, body:y) stands in its register; its id if it has none."""
    return history.remembered(_name_of, subject)


def _name_of(subject: str, history: "History") -> str:
    register, _, name = subject.partition(":")
    names = sorted(
        str(getattr(fact.event, _REGISTERS[register]) or name)
        for fact in history.about(subject, kinds=(_INTRODUCED_BY[register],))
        if getattr(fact.event, register) == name
    )
    return names[0] if names else name
