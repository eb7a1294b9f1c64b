"""Which changes a person asks for: of one view, or on one subject."""

from sqlalchemy import Connection

from eventstore import reading
from eventstore.errors import Misuse, Problem, did_you_mean
from projections.diff.comparing import VIEWS
from projections.links import REGISTERS


def view_of(name: str) -> str:
    """The name of a view as it stands in the lines; raises `Misuse`, with the nearest names, for one that is not compared."""
    view = name.replace("-", "_").lower()
    if view in VIEWS:
        return view
    advice = did_you_mean(view, VIEWS) or f"Compared: {', '.join(VIEWS)}."
    raise Misuse(Problem(f"there is no view {name[:100]!r} to compare", "--view", advice))


def subjects_named(log: Connection, text: str) -> frozenset[str]:
    """The subjects that a text names: `state:GE` itself, or whatever register knows the name. Raises `Misuse` for none."""
    from eventstore.states import UnknownState, state_code

    register, colon, name = text.partition(":")
    word, found, near = (name if colon else text), set[str](), set[str]()
    for asked in (register,) if colon else REGISTERS:
        if asked == "state":
            try:
                found.add(f"state:{state_code(word)}")
            except UnknownState:
                continue
        else:
            ids = reading.known_ids(log, asked)
            near |= ids
            if word in ids:
                found.add(f"{asked}:{word}")
    if not found:
        raise Misuse(Problem(f"nothing is called {text[:100]!r}", "--subject", did_you_mean(word, near)))
    return frozenset(found)
