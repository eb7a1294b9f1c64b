"""What a person's words mean as a view and a key in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventstore import reading
from eventstore.errors import Misuse, Problem, did_you_mean
from projections import council_roster
from projections.projection import Key
from projections.why.views import VIEWS

if TYPE_CHECKING:
    from eventstore.history import History


def key_of(history: "History", view: str, words: Sequence[str]) -> tuple[str, Key]:
    """The name of a view and a key in it, from what a person typed: hyphens or underscores, names or codes of states.

    Raises `Misuse`, with the nearest names, for what is not known.
    """
    name = view.replace("-", "_").lower()
    if name not in VIEWS:
        raise Misuse(Problem(f"there is no view {view!r} to explain", "VIEW", _instead_of(name)))
    if name == "council_roster":
        return name, _seat_key(history, words)
    wanted = VIEWS[name].registers
    if name == "membership" and len(words) == 1:
        words = ("cis", *words)
    if len(words) != len(wanted):
        raise Misuse(
            Problem(f"{name} takes {' and '.join(map(str.upper, wanted))}: found {' '.join(words)[:100]!r}", "KEY")
        )
    return name, tuple(_known(history, register, word) for register, word in zip(wanted, words, strict=True))


def _instead_of(name: str) -> str:
    """What to ask for instead of what is no view that can be explained."""
    from projections.views import EVENT_VIEWS

    if name in {table.name for view in EVENT_VIEWS for table in view.tables}:
        return "Each of its rows is of one event, and that can be: cis why timeline EVENT."
    return did_you_mean(name, VIEWS) or f"Known: {', '.join(VIEWS)}."


def _known(history: "History", register: str, word: str) -> str:
    if register == "state":
        from eventstore.states import UnknownState, state_code

        try:
            return state_code(word)
        except UnknownState as error:
            raise Misuse(Problem(str(error), "KEY")) from error
    if register == "event":
        from eventstore.search import find

        return history.root(find(history.connection, word)).event_id
    ids = reading.known_ids(history.connection, register)
    if word not in ids:
        raise Misuse(Problem(f"there is no {register} {word[:100]!r}", "KEY", did_you_mean(word, ids)))
    return word


def _seat_key(history: "History", words: Sequence[str]) -> Key:
    """(body, state, id), (body, office, id) or (body, person, id): by its id alone, an office."""
    if len(words) == 1 and words[0] in reading.known_ids(history.connection, "body"):
        raise Misuse(Problem(f"council_roster takes a STATE, OFFICE or PERSON beside the body {words[0]}", "KEY"))
    if len(words) == 1:
        office = _known(history, "office", words[0])
        return council_roster.body_of(office, history), "office", office
    if len(words) != 2:
        raise Misuse(Problem("council_roster takes an OFFICE, or a BODY and a STATE, OFFICE or PERSON", "KEY"))
    body, word = _known(history, "body", words[0]), words[1]
    for register in ("office", "person"):
        if word in reading.known_ids(history.connection, register):
            return body, register, word
    from eventstore.states import UnknownState, state_code

    try:
        return body, "state", state_code(word)
    except UnknownState as error:
        ids = reading.known_ids(history.connection, "office") | reading.known_ids(history.connection, "person")
        advice = did_you_mean(word, ids) or str(error)
        raise Misuse(Problem(f"there is no state, office or person {word[:100]!r}", "KEY", advice)) from error
