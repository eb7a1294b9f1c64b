"""An explanation as it is printed, nested.

Its keys: `answer` the row in a sentence, `rows` the rows of the view on the day with their certainty and its reason, `chain`
the events used in historical order, `missing` what would give another standing and was not done, `claims` what other sources
say and why that is shown or not, `inferred` what is the editor's inference, `unknown` what is not known, `beside` what is told
of the same and changes nothing, `next` the first step after the day.
"""

from typing import Any

import msgspec


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source cited: its id, title and standing, and the place in it (empty: the whole)."""

    source: str
    title: str
    standing: str
    locator: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a step changed in the row: a column, and its value before and after."""

    what: str
    before: Any
    after: Any


class Amended(msgspec.Struct, frozen=True, kw_only=True):
    """What was said later about an event: a correction, a dispute, a further source."""

    event_id: str
    kind: str
    date: str
    reason: str
    sources: list[Source]


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the chain.

    `part` is "act" or "effect" where these come on two days. `by_then` is false where the step may have come after the day.
    """

    event_id: str
    date: str
    kind: str
    sentence: str
    part: str
    by_then: bool
    rule: str
    basis: str
    changes: list[Change]
    sources: list[Source]
    amended: list[Amended]
    inferred: str | None
    note: str | None
    disputed: bool


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What another source says of an event (`about`), whether that is what the views show, and why (`judgement`)."""

    event_id: str
    about: str
    sentence: str
    says: str
    reason: str
    sources: list[Source]
    prevails: bool
    judgement: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the view on the day: its columns, whether it is certain, and why."""

    row: dict[str, Any]
    certainty: str
    because: str


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and the event it is of."""

    event_id: str
    date: str
    sentence: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row of a view is as it is on a day; see the head of this module for the parts."""

    view: str
    key: dict[str, str]
    as_of: str
    known_at: int
    answer: str
    rows: list[Held]
    chain: list[Used]
    missing: list[str]
    claims: list[Claim]
    inferred: list[Remark]
    unknown: list[str]
    beside: list[Remark]
    next: Remark | None
