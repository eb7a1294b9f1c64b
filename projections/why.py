"""Why a row of a view is as it is: the events used, the rules applied, the claims overruled, and what is not known.

The chain comes from the fold itself (`projections.rules`); here it is put into words. An explanation is nested; its keys:
`answer` the row in a sentence, `rows` the rows of the view on the day with their certainty and its reason, `chain` the events
used in historical order, `missing` what would give another standing and was not done, `claims` what other sources say and why
that is shown or not, `inferred` what is the editor's inference, `unknown` what is not known, `beside` what is told of the same
and changes nothing, `next` the first step after the day.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from eventstore import reading
from eventstore.amending import is_amendment
from eventstore.errors import Misuse, Problem, did_you_mean
from eventstore.events.registers import STANDINGS
from eventstore.facts import BEGINNING, END
from projections import council_roster, meeting, membership, registers, timeline, treaty_party, treaty_status
from projections.interval import Row
from projections.order import ORGANISATION_ACTS
from projections.projection import EventView, Key
from projections.rules import Link, Rule, changed, on_day
from projections.sentences import name_of, sentence

if TYPE_CHECKING:
    from eventstore.events import Citation
    from eventstore.facts import Fact, Said
    from eventstore.history import History
    from eventstore.stored import Stored


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


class Found(NamedTuple):
    """What a view has on a key: rows of all days, the steps they come from with the rule of each, and what to say about it."""

    rows: list[Row]
    links: list[Link]
    rule_of: Callable[[Link], Rule]
    said_of: Callable[[list[Row]], str]  # the answer, given the rows of the day
    roots: "list[Stored]" = []  # noqa: RUF012  # events of the key as recorded, those that are out included; never changed
    missing: Sequence[str] = ()
    unknown: Sequence[str] = ()
    beside: "Sequence[Fact]" = ()
    once: bool = False  # whether its rows are of what happened once, not of what lasted


class View(NamedTuple):
    """A view that can be explained: the registers of its key, and what it has on a key on a day."""

    registers: tuple[str, ...]
    find: "Callable[[Key, History, str], Found]"


def why(history: "History", view: str, key: Key, day: str) -> Explanation:
    """The reasons for what a view shows of a key on a day (ISO), as known to `history`.

    `key` is one that `key_of` gives.
    """
    found = VIEWS[view].find(key, history, day)
    rows = on_day(found.rows, day)
    links = [link for link in found.links if link.first <= day]
    facts = {fact.event_id: fact for fact in _facts(history, [link.event_id for link in links])}
    later = next((link for link in found.links if link.first > day and link.before != link.after), None)
    told = list(dict.fromkeys(link.event_id for link in links))
    return Explanation(
        view=view,
        key=dict(zip(_names(view, key), key, strict=True)),
        as_of=day,
        known_at=history.known_at,
        answer=found.said_of(rows),
        rows=[Held(row=_shown(row), certainty=row["certainty"], because=_because(row, found, day)) for row in rows],
        chain=[_used(link, facts[link.event_id], found.rule_of(link), history, day) for link in links],
        missing=list(found.missing),
        claims=[claim for event_id in told for claim in _claims(facts[event_id], history)]
        + [claim for root in found.roots for claim in _set_aside(root, history)],
        inferred=[
            Remark(event_id=event_id, date=facts[event_id].occurred, sentence=facts[event_id].event.inferred or "")
            for event_id in told
            if facts[event_id].event.inferred
        ],
        unknown=[*_imprecise([facts[event_id] for event_id in told], history), *found.unknown],
        beside=[_remark(fact, history) for fact in sorted(found.beside, key=_when) if fact.first <= day],
        next=_next(later, history),
    )


def key_of(history: "History", view: str, words: Sequence[str]) -> tuple[str, Key]:
    """The name of a view and a key in it, from what a person typed: hyphens or underscores, names or codes of states.

    Raises `Misuse`, with the nearest names, for what is not known.
    """
    name = view.replace("-", "_").lower()
    if name not in VIEWS:
        known = ", ".join(VIEWS)
        raise Misuse(
            Problem(f"there is no view {view!r} to explain", "VIEW", did_you_mean(name, VIEWS) or f"Known: {known}.")
        )
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


def _names(view: str, key: Key) -> tuple[str, ...]:
    return ("body", "seat", key[1]) if view == "council_roster" else VIEWS[view].registers


# --- the parts ----------------------------------------------------------------------------------------------------------


def _facts(history: "History", event_ids: Iterable[str]) -> "Iterator[Fact]":
    for event_id in dict.fromkeys(event_ids):
        fact = history.fact_of(event_id)
        if fact is not None:
            yield fact


def _when(fact: "Fact") -> tuple[str, str, str]:
    return fact.first, fact.last, fact.event_id


def _remark(fact: "Fact", history: "History") -> Remark:
    return Remark(event_id=fact.event_id, date=fact.occurred, sentence=sentence(fact, history))


def _next(link: Link | None, history: "History") -> Remark | None:
    if link is None:
        return None
    fact = history.fact_of(link.event_id)
    assert fact is not None
    effect = "It takes effect: " if link.part == "effect" else ""
    return Remark(event_id=link.event_id, date=link.date, sentence=effect + sentence(fact, history))


def _shown(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "certainty"}


def _used(link: Link, fact: "Fact", rule: Rule, history: "History", day: str) -> Used:
    changes = changed(link.before, link.after)
    for derived in ("since", "events"):  # they follow from the others
        changes.pop(derived, None)
    if link.before is None or link.after is None:  # what a row begins and ends with, without what it has not
        changes = {name: pair for name, pair in changes.items() if pair != (None, None) and name in _TELLING}
    return Used(
        event_id=link.event_id,
        date=link.date,
        kind=fact.kind,
        sentence=sentence(fact, history),
        part=link.part,
        by_then=link.last <= day,
        rule=rule.words,
        basis=rule.basis,
        changes=[Change(what=name, before=pair[0], after=pair[1]) for name, pair in changes.items()],
        sources=_sources(fact.sources, history),
        amended=list(_amendments(fact, history)),
        inferred=fact.event.inferred,
        note=fact.event.note,
        disputed=fact.disputed,
    )


_TELLING = frozenset(("status", "holders", "name"))  # what a row is, where all of it is new or gone


def _sources(citations: "Iterable[Citation]", history: "History") -> list[Source]:
    return [
        Source(
            source=cited.source,
            title=history.remembered(_title, cited.source),
            standing=_standing(history.standing(cited.source)),
            locator=cited.locator,
        )
        for cited in citations
    ]


def _title(source: str, history: "History") -> str:
    entered: list[Any] = [fact.event for fact in history.about(f"source:{source}", kinds=("source-registered",))]
    return min((event.title for event in entered if event.source == source), default=source)


def _standing(rank: int) -> str:
    return STANDINGS[rank] if rank < len(STANDINGS) else "unknown"


def _amendments(fact: "Fact", history: "History") -> Iterator[Amended]:
    from eventstore.stored import citations_of, event_of

    for stored in reading.read(history.connection, event_ids=fact.amended_by):
        event: Any = event_of(stored)
        yield Amended(
            event_id=stored.event_id,
            kind=stored.kind,
            date=stored.occurred,
            reason=event.reason,
            sources=_sources(citations_of(stored), history),
        )


def _claims(fact: "Fact", history: "History") -> Iterator[Claim]:
    for said in fact.said:
        yield Claim(
            event_id=said.event_id,
            about=fact.event_id,
            sentence=sentence(fact, history),
            says=_says(said.date, said.changes, said.denied),
            reason=said.reason,
            sources=_sources(said.sources, history),
            prevails=said.prevails,
            judgement=_judgement(said, fact, history),
        )


def _says(date: str | None, changes: "dict[str, Any] | None", denied: bool) -> str:
    if denied:
        return "that it did not happen"
    parts = [f"the date {date}"] if date else []
    parts += [f"{name}: {'nothing' if value is None else value}" for name, value in (changes or {}).items()]
    return "; ".join(parts)


def _judgement(said: "Said", fact: "Fact", history: "History") -> str:
    def best(citations: "Iterable[Citation]") -> int:
        return min((history.standing(cited.source) for cited in citations), default=len(STANDINGS))

    claimed, recorded = best(said.sources), best(fact.sources)
    if said.prevails:
        return f"It prevails: its best source ({_standing(claimed)}) is better than those of what was recorded."
    if any(other.prevails for other in fact.said):
        return "It is not shown: another claim with a better or an equal source prevails."
    if claimed == recorded:
        return f"It is not shown: its best source ({_standing(claimed)}) is no better than what is recorded has."
    than = f"than that of what is recorded ({_standing(recorded)})"
    return f"It is not shown: its best source ({_standing(claimed)}) counts for less {than}."


def _set_aside(root: "Stored", history: "History") -> Iterator[Claim]:
    """For an event that is out: who took it out, and why."""
    from eventstore.facts import unamended
    from eventstore.stored import citations_of, event_of

    if history.fact(root) is not None:
        return
    for stored in history.events(subject=f"event:{root.event_id}"):
        event: Any = event_of(stored)
        denied = stored.kind == "event-retracted" or getattr(event, "denied", False)
        if stored.event_id == root.event_id or event.event != root.event_id or not denied:
            continue
        sources = citations_of(stored)
        best = _standing(min(history.standing(cited.source) for cited in sources))
        retracted = "It is taken out by the editors: it cannot be upheld."
        better = f"It prevails: its best source ({best}) is better than those of what was recorded."
        yield Claim(
            event_id=stored.event_id,
            about=root.event_id,
            sentence=sentence(unamended(root), history),
            says=_says(None, None, True),
            reason=event.reason,
            sources=_sources(sources, history),
            prevails=True,
            judgement=retracted if stored.kind == "event-retracted" else better,
        )


def _imprecise(facts: "Iterable[Fact]", history: "History") -> Iterator[str]:
    for fact in facts:
        if fact.first != fact.last and not type(fact.event).lasts:
            yield f"On which day: “{sentence(fact, history)}” is dated {fact.occurred}, {_between(fact.first, fact.last)}."


def _between(first: str, last: str) -> str:
    if first == BEGINNING:
        return "no day is known" if last == END else f"some day until {last}"
    return f"some day from {first} on" if last == END else f"some day from {first} to {last}"


def _because(row: Row, found: Found, day: str) -> str:
    """Why a row that holds on a day is certain, or only possible."""
    if found.once:
        happened = _between(row["valid_from"], row["valid_from_latest"])
        if row["certainty"] == "possible":
            return f"Only possible: it happened on {happened}, so by {day} it may not have happened yet."
        return f"Certain: it had happened by {row['valid_from_latest']}."
    rows = found.rows
    since = _begun_with(row, rows)["valid_from"]
    reasons = list[str]()
    if row["valid_from_latest"] > day:
        begun = _between(since, row["valid_from_latest"])
        reasons.append(f"it began on {begun}, so on {day} it may not have begun yet")
    if row["valid_to"] is not None and row["valid_to"] <= day:
        ended = _between(row["valid_to"], row["valid_to_latest"])
        reasons.append(f"it ended on {ended}, so on {day} it may have been over")
    if reasons:
        return f"Only possible: {'; and '.join(reasons)}."
    return f"Certain: it had begun by {_begun_with(row, rows)['valid_from_latest']}, and nothing can have ended it by {day}."


def _begun_with(row: Row, rows: list[Row]) -> Row:
    """The row with which this one's standing began: a date that became known alone makes a new row and no new standing."""
    for earlier in rows:
        same = all(earlier.get(name) == row.get(name) for name in ("status", "acting", "person", "state", "office"))
        if (
            same
            and row["valid_from"] == earlier["valid_to"]
            and earlier["ended_by"] == row["began_by"]
            and "status" in row
        ):
            return _begun_with(earlier, rows)
    return row


# --- the views ----------------------------------------------------------------------------------------------------------


def _state_name(code: str) -> str:
    from eventstore.states import states

    return states()[code].name if code in states() else code


def _a(status: str) -> str:
    words = status.replace("-", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _or(parts: Iterable[str]) -> str:
    return ", or ".join(dict.fromkeys(parts))


def _roots(history: "History", kinds: frozenset[str], *subjects: str) -> "list[Stored]":
    found = reading.about(history.connection, subjects, sorted(kinds), history.known_at)
    return [stored for stored in found if not is_amendment(stored.kind)]


def _membership(key: Key, history: "History", day: str) -> Found:
    organisation, code = key
    links = membership.chain(key, history)
    rows = membership.fold(key, history)
    laid_down = membership.rules(organisation, history)
    missing = (
        list(membership.missing(key, history, day, {row["status"] for row in rows})) if _may_want(rows, day) else []
    )
    said = history.about(f"organisation:{organisation}", f"state:{code}", kinds=("statement-made",))
    roots = _roots(history, ORGANISATION_ACTS, f"organisation:{organisation}", f"state:{code}")
    for treaty in laid_down.treaties:
        roots += _roots(history, membership.HANDLES, f"treaty:{treaty}", f"state:{code}")
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
    state, name = _state_name(code), name_of(f"organisation:{organisation}", history)
    if not held:
        return f"On {day} {state} did not belong to the {name}: {_not_yet(rows, links, day)}"
    parts = list[str]()
    for row in held:
        may = "may have " if row["certainty"] == "possible" else ""
        if row["status"] == "former":
            parts.append(f"{may or 'had '}left the {name} ({row['since']})")
        else:
            parts.append(f"{may}belonged to the {name} as {_a(row['status'])} (since {row['since']})")
    last = held[-1]
    more = ""
    if last["withdrawal_effective_on"] and last["status"] != "former":
        more += f" Its notice of leaving takes effect on {last['withdrawal_effective_on']}."
    if last["practice"] != "participating" and last["status"] != "former":
        more += f" In practice its participation had {'ceased' if last['practice'] == 'ceased' else 'been suspended'}."
    if last["disputed"]:
        more += " Sources dispute this."
    return f"On {day} {state} {_or(parts)}.{more}"


def _not_yet(rows: list[Row], links: list[Link], day: str) -> str:
    if not links:
        return "no act of it towards the organisation or its treaties is recorded."
    later = [row for row in rows if row["valid_from"] > day]
    if later:
        return f"its standing begins only later ({later[0]['since']})."
    if rows:
        return "its standing had ended."
    return "what it did confers no standing there."


def _untold(laid_down: membership.Rules, code: str, history: "History", day: str) -> Iterator[str]:
    """What the record lacks on a state and the charter."""
    if laid_down.charter is None:
        return
    title, state = name_of(f"treaty:{laid_down.charter}", history), _state_name(code)
    for row in on_day(treaty_party.fold((laid_down.charter, code), history), day):
        if row["ratified"] and not row["deposited"]:
            yield f"Whether and when {state} deposited its instrument concerning {title}: none is recorded by {day}."
        if row["status"] == "consent-given" and not row["in_force"]:
            yield f"From when {title} is in force for {state}: no day is recorded."


def _treaty_party(key: Key, history: "History", day: str) -> Found:
    treaty, code = key
    rows, links = treaty_party.fold(key, history), treaty_party.chain(key, history)
    title, state = name_of(f"treaty:{treaty}", history), _state_name(code)
    acted = any(f"state:{code}" in _subjects(history, link) for link in links if link.first <= day)

    def said_of(held: list[Row]) -> str:
        if not held:
            reason = _no_relation(rows, links, day) if acted else "no act of it towards the treaty is recorded by then."
            return f"On {day} {state} stood in no relation to the {title}: {reason}"
        parts = [
            f"{'may have been' if row['certainty'] == 'possible' else 'was'} {_TOWARDS[row['status']]} the {title}"
            f" (since {row['since']})"
            for row in held
        ]
        dispute = " Sources dispute this." if any(row["disputed"] for row in held) else ""
        return f"On {day} {state} {_or(parts)}.{dispute}"

    shown = links if acted else [link for link in links if link.rule == "adopted"]
    return Found(
        rows,
        shown,
        lambda link: treaty_party.rule_of(link, key, history),
        said_of,
        _roots(history, treaty_party.HANDLES, f"treaty:{treaty}", f"state:{code}"),
        unknown=list(_party_unknown(on_day(rows, day), state, title, treaty, history, day)),
    )


_TOWARDS = {
    "signatory": "a signatory of",
    "consent-given": "bound to become a party, having consented, to",
    "provisionally-applying": "provisionally applying",
    "party": "a party to",
    "withdrawing": "still a party, with notice of withdrawal given, to",
    "withdrawn": "no longer a party, having withdrawn, to",
}


def _subjects(history: "History", link: Link) -> tuple[str, ...]:
    from eventstore.subjects import subjects_of

    fact = history.fact_of(link.event_id)
    return subjects_of(fact.event) if fact is not None else ()


def _no_relation(rows: list[Row], links: list[Link], day: str) -> str:
    if any(row["valid_from"] > day for row in rows):
        return "its first act comes later."
    return "the treaty had ended." if any(link.rule == "terminated" for link in links) else "what it did gives none."


def _party_unknown(held: list[Row], state: str, title: str, treaty: str, history: "History", day: str) -> Iterator[str]:
    for row in held[-1:]:
        if row["ratified"] and not row["deposited"]:
            yield f"Whether and when {state} deposited its instrument: none is recorded by {day}."
        if row["status"] == "consent-given" and not row["in_force"]:
            yield f"From when {title} is in force for {state}: no day is recorded."
        if row["status"] in ("party", "withdrawing") and not row["in_force"]:
            yield f"The day of entry into force for {state} itself: it follows from the general entry into force only."
        if not row["signed"] and not row["acceded"]:
            yield f"Whether {state} signed: no signature is recorded by {day}."
    if not history.about(f"treaty:{treaty}", kinds=("treaty-entered-into-force",)):
        yield f"When {title} as such entered into force: no day is recorded."


def _treaty_status(key: Key, history: "History", day: str) -> Found:
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
        return f"On {day} the {title} {_or(parts)}."

    unknown = []
    if not any(link.rule == "treaty-entered-into-force" for link in links):
        unknown.append(f"When {title} as such entered into force: no day is recorded.")
    return Found(
        rows,
        links,
        lambda link: treaty_status.rule_of(link, key, history),
        said_of,
        _roots(history, treaty_status.HANDLES, f"treaty:{key[0]}"),
        unknown=unknown,
    )


def _council_roster(key: Key, history: "History", day: str) -> Found:
    body, seat, name = key
    if seat == "state":
        rows, links = council_roster.fold_seat((body, name), history), council_roster.seat_chain((body, name), history)
        roots = _roots(history, council_roster.SEATS.handles, f"body:{body}", f"state:{name}")
        keys: dict[str, Key] = dict.fromkeys((link.event_id for link in links), (body, name))
    else:
        offices = [name] if seat == "office" else _offices_of(name, body, history)
        rows, links, roots, keys = [], [], [], {}
        for office in offices:
            rows += [row for row in council_roster.fold_office((office,), history) if name in (office, row["person"])]
            told = _about_holder(council_roster.office_chain((office,), history), seat, name, history, day)
            links += told
            keys |= {link.event_id: (office,) for link in told}
            roots += _roots(history, council_roster.OFFICES.handles, f"office:{office}")
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
            if f"person:{name}" in _subjects(history, link)
            or (name in str((link.before or {}).get("holders")).split(", "))
            != (name in str((link.after or {}).get("holders")).split(", "))
        ]
    sure = [place for place, link in enumerate(links) if link.last <= day and link.after is not None]
    return links[max(sure[-1] - 1, 0) if sure else 0 :]


def _seat_words(key: Key, history: "History", day: str, held: list[Row], links: list[Link]) -> str:
    body, seat, name = key
    in_body = name_of(f"body:{body}", history)
    if not held:
        who = _state_name(name) if seat == "state" else name_of(f"{seat}:{name}", history)
        if seat == "office":
            return f"On {day} nobody is recorded in the office of {who}."
        what = "had no seat" if seat == "state" else "held no office"
        return f"On {day} {who} {what} in the {in_body}{'' if links else ': nothing of that kind is recorded'}."
    parts = list[str]()
    for row in held:
        may = "may have " if row["certainty"] == "possible" else ""
        holder = name_of(f"person:{row['person']}", history) if row["person"] else _state_name(row["state"])
        what = f"sat in the {in_body} as {_a(row['status'])}" if seat == "state" else _held_office(row, history)
        parts.append(f"{holder} {may}{what} (since {row['since']})")
    sure = all(row["certainty"] == "certain" for row in held)
    joined = ", and ".join(dict.fromkeys(parts)) if sure else _or(parts)
    dispute = " Sources dispute this." if any(row["disputed"] for row in held) else ""
    return f"On {day} {joined}.{dispute}"


def _held_office(row: Row, history: "History") -> str:
    office = name_of(f"office:{row['office']}", history)
    return f"held the office of {office}{' (acting)' if row['acting'] else ''}"


def _register_of_intervals(register: str) -> "Callable[[Key, History, str], Found]":
    projection = registers.ORGANISATIONS if register == "organisation" else registers.BODIES
    chain = registers.organisation_chain if register == "organisation" else registers.body_chain

    def find(key: Key, history: "History", day: str) -> Found:
        rows = list(projection.fold(key, history))
        title = name_of(f"{register}:{key[0]}", history)

        def said_of(held: list[Row]) -> str:
            if not held:
                return f"On {day} {title} did not exist{_since_when(rows, day)}."
            exists = "may have existed" if all(row["certainty"] == "possible" for row in held) else "existed"
            return f"On {day} {title} {exists}, as it was since {_or(row['since'] for row in held)}."

        return Found(
            rows,
            chain(key, history),
            lambda link: registers.rule_of(link, key, history),
            said_of,
            _roots(history, projection.handles, f"{register}:{key[0]}"),
            unknown=_gaps(rows[-1:], register),
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


def _gaps(rows: Iterable[Row], view: str) -> list[str]:
    gaps = _GAPS.get(view, {})
    return [
        f"{words[0].upper()}{words[1:]}: not recorded." for row in rows for name, words in gaps.items() if not row[name]
    ]


def _of_events(view: EventView, table: Any, register: str, rule: Rule) -> "Callable[[Key, History, str], Found]":
    """A view whose rows come each from one event."""

    def find(key: Key, history: "History", day: str) -> Found:
        from eventstore.subjects import introduced_by

        subject = f"{register}:{key[0]}"
        if register == "event":
            facts = list(_facts(history, [key[0]]))
            roots = list(reading.read(history.connection, event_ids=[key[0]]))
        else:
            facts = [f for f in history.about(subject, kinds=view.handles) if introduced_by(f.event) == subject]
            roots = _roots(history, view.handles, subject)
        rows, links = list[Row](), list[Link]()
        for fact in sorted(facts, key=_when):
            made = [row for of, row in view.rows(fact, history) if of is table]
            made = [row for row in made if len(key) == 1 or row["state"] == key[1]]
            rows += [_as_interval(row, fact) for row in made]
            links.append(Link(fact.event_id, fact.occurred, fact.first, fact.last, "", "", None, None))
        name = _state_name(key[1]) if len(key) == 2 else ""
        return Found(
            rows,
            links,
            lambda _: rule,
            lambda held: _event_words(key, name, _told(table.name, key[0], facts, rows, history), day, held, rows),
            roots,
            unknown=_gaps(rows, table.name),
            once=True,
        )

    return find


def _as_interval(row: Row, fact: "Fact") -> Row:
    """A row of an event view as one that holds from its event on."""
    edges = {"valid_from": fact.first, "valid_from_latest": fact.last, "valid_to": None, "valid_to_latest": None}
    return {**row, **edges, "began_by": fact.event_id, "ended_by": None, "disputed": fact.disputed}


def _event_words(key: Key, state: str, title: str, day: str, held: list[Row], rows: list[Row]) -> str:
    if state:
        if not held:
            return f"{title} Whether {state} took part: no source tells."
        return f"{title} {state} was {_or(row['attendance'] for row in held)}."
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


def _entry(table: Any) -> View:
    return View((table.name,), _of_events(registers.ENTRIES, table, table.name, registers.ENTRY))


VIEWS: dict[str, View] = {
    "membership": View(("organisation", "state"), _membership),
    "council_roster": View(("body", "seat"), _council_roster),
    "treaty_status": View(("treaty",), _treaty_status),
    "treaty_party": View(("treaty", "state"), _treaty_party),
    "meeting": View(("meeting",), _of_events(meeting.MEETINGS, meeting.meeting, "meeting", meeting.RULES["meeting"])),
    "meeting_attendance": View(
        ("meeting", "state"),
        _of_events(meeting.MEETINGS, meeting.meeting_attendance, "meeting", meeting.RULES["meeting_attendance"]),
    ),
    "decision": View(
        ("decision",), _of_events(meeting.DECISIONS, meeting.decision, "decision", meeting.RULES["decision"])
    ),
    "organisation": View(("organisation",), _register_of_intervals("organisation")),
    "body": View(("body",), _register_of_intervals("body")),
    "office": _entry(registers.office),
    "person": _entry(registers.person),
    "treaty": _entry(registers.treaty),
    "source": _entry(registers.source),
    "timeline": View(("event",), _of_events(timeline.VIEW, timeline.timeline, "event", timeline.RULE)),
}
