"""How a fold tells its reasons: the rule that it applied to each step, and what the step changed.

A fold goes through its steps as links. Its rows and the explanation of its rows come from the same links, so that what a view
shows and what is said about it cannot drift apart. The words of the rules stand beside the fold that applies them.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from projections.interval import Step


class Rule(NamedTuple):
    """A rule in words (`{field}` stands for a name), and the law or practice it comes from."""

    words: str
    basis: str


class Link(NamedTuple):
    """One step of a fold: which event, under which rule, and the values of the row before and after (None: no row).

    `part` is "act" or "effect" where these come on two days, else empty. `first` and `last` are the bounds of `date` (EDTF).
    """

    event_id: str
    date: str
    first: str
    last: str
    part: str
    rule: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def link(step: Step, rule: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Link:
    """The link that a step makes."""
    part = "" if step.acts and step.takes_effect else "act" if step.acts else "effect"
    return Link(step.event_id, step.date, step.first, step.last, part, rule, before, after)


def take_all(links: Iterable[Link]) -> None:
    """Go through the links of a fold for its rows alone; no link is kept."""
    deque(links, maxlen=0)


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, tuple[Any, Any]]:
    """What differs between two sets of values, by name: what it was and what it is (None: nothing)."""
    names = dict.fromkeys((*(before or {}), *(after or {})))
    pairs = {name: ((before or {}).get(name), (after or {}).get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
