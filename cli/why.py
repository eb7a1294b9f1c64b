"""Why a row of a view is as it is: `cis why`, as text, JSON, CSV and Markdown."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from cli.completion import of_rows
from cli.options import Command, as_of_option, asking_option, known_at_option
from cli.output import emit, format_option, markdown_text, put, say, text_width, to_json, visible

if TYPE_CHECKING:
    from projections.why import Claim, Explanation, Remark, Source, Used

STEPS = ("date", "part", "sentence", "changes", "rule", "basis", "sources", "disputed", "by_then", "event_id")

KEYS_HELP = """Views and their keys: membership [ORGANISATION] STATE (cis if left out), council_roster BODY and a STATE, an OFFICE
or a PERSON (or an OFFICE alone), treaty_status TREATY, treaty_party TREATY STATE, meeting MEETING, meeting_attendance MEETING
STATE, decision DECISION, timeline EVENT, and the registers: organisation, body, office, person, treaty, source, each with an id.

In JSON, `answer` is the row in a sentence, `rows` what the view shows with its certainty, `chain` the events used in historical
order, each with its rule, basis, changes and sources, `missing` what would give another standing and was not done, `claims` what
other sources say and why that is shown or not, `inferred` the editor's inferences, `unknown` what is not known, `beside` what is
told of the same and changes nothing, `next` the first step after the day. CSV has the chain alone, a line for each event."""


@click.command("why", cls=Command, epilog=KEYS_HELP)
@click.argument("view")
@click.argument("key", nargs=-1, required=True, shell_complete=of_rows)
@as_of_option
@known_at_option
@format_option
@asking_option
def why_command(view: str, key: tuple[str, ...], as_of: str, known_at: str | None, form: str, database: str) -> None:
    """Explain a row of a view: the events used, the rules applied, the claims overruled, and what is not known."""
    from cli.asking import outside, say_if_replica
    from eventstore.database import Database
    from eventstore.history import History
    from projections.question import basis
    from projections.why import key_of, why

    with Database(database).record() as log:
        rests_on = basis(log, as_of, known_at)
        history = History(log, rests_on.known_at)
        explanation = why(history, *key_of(history, view, key), as_of)
        beyond = outside(log, rests_on)
        say_if_replica(log)
    match form:
        case "json":
            from msgspec import to_builtins

            put(to_json(to_builtins(explanation), indent=2).splitlines())
        case "csv":
            emit(map(_line, explanation.chain), form, STEPS)
        case "markdown":
            put(_markdown(explanation))
        case _:
            put(map(visible, _text(explanation, text_width())))
    if beyond:
        say(beyond)
    say(str(rests_on))


# --- text ---------------------------------------------------------------------------------------------------------------


def _text(told: "Explanation", room: int) -> Iterator[str]:
    yield from _wrapped(told.answer, room)
    for held in told.rows:
        yield from _wrapped(held.because, room, "  ")
    steps = Numbered(told.chain)
    if steps.telling:
        yield from ("", "The events it rests on:")
        for number, used in enumerate(steps.telling, 1):
            yield from _step(number, used, steps.rule(number, used), room)
    for title, items in sections(told, steps):
        yield from ("", f"{title}:")
        for item in items:
            yield from _wrapped(f"- {item}", room, "  ", "    ")
    if told.next is not None:
        yield from ("", *_wrapped(f"The next step is of {remarked(told.next)}", room))


def _step(number: int, used: "Used", rule: str, room: int) -> Iterator[str]:
    yield from _wrapped(f"{number:>2}. {dated(used)}", room, "", "    ")
    rest = "     "
    for change in changes(used):
        yield from _wrapped(change, room, rest, rest + "  ")
    yield from _wrapped(f"rule: {rule}", room, rest, rest + "  ")
    for source in used.sources:
        yield from _wrapped(f"source: {cited(source)}", room, rest, rest + "  ")
    for amended in amendments(used):
        yield from _wrapped(amended, room, rest, rest + "  ")
    if used.note:
        yield from _wrapped(f"note: {used.note}", room, rest, rest + "  ")
    yield f"{rest}event: {used.event_id}"


def _wrapped(text: str, room: int, first: str = "", rest: str | None = None) -> list[str]:
    indents = {"initial_indent": first, "subsequent_indent": first if rest is None else rest}
    return wrap(text, room, break_long_words=False, break_on_hyphens=False, **indents)  # type: ignore[arg-type]  # both are text


# --- the words of all forms, and of the page ----------------------------------------------------------------------------


class Numbered:
    """The steps apart: those that made the row what it is, numbered, and those that changed nothing."""

    def __init__(self, chain: "Sequence[Used]") -> None:
        self.telling = [used for used in chain if used.changes] or list(chain)
        self.void = [used for used in chain if used not in self.telling]
        self._told = dict[tuple[str, str], int]()  # the number of the step at which a rule was told

    def rule(self, number: int, used: "Used") -> str:
        """The rule of a step; told once, then by the number of the step that told it."""
        before = self._told.setdefault((used.rule, used.basis), number)
        return f"{used.rule} [{used.basis}]" if before == number else f"as at {before}"


def void(used: "Used") -> str:
    """A step that changed nothing, with its rule and its sources."""
    by = ", ".join(dict.fromkeys(source.source for source in used.sources))
    return f"{dated(used)} {used.rule} [{used.basis}] ({by}; event {used.event_id})"


def dated(used: "Used") -> str:
    """What happened, with its date and whatever casts doubt on it."""
    part = {"act": " (the act)", "effect": " (its effect)"}.get(used.part, "")
    marks = [] if used.by_then else ["it may have come later than the day asked about"]
    marks += ["disputed"] if used.disputed else []
    return f"{used.date}{part}: {used.sentence}" + (f" ({'; '.join(marks)})" if marks else "")


def changes(used: "Used") -> Iterator[str]:
    """What a step changed in the row."""
    for change in used.changes:
        what, before, after = change.what.replace("_", " "), _value(change.before), _value(change.after)
        yield f"{what}: {before} → {after}" if before else f"{what}: {after}"


def _value(value: Any) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value) or "nothing"


def cited(source: "Source") -> str:
    """A source with its place, its standing and its id."""
    place = f", {source.locator}" if source.locator else ""
    return f"{source.title}{place} ({source.standing.replace('-', ' ')}; {source.source})"


def amendments(used: "Used") -> Iterator[str]:
    """What was said of an event later; disputes are told among the claims."""
    for amended in used.amended:
        if amended.kind != "event-disputed":
            yield f"{amended.kind.removeprefix('event-')} on {amended.date}: {amended.reason}"


def claimed(claim: "Claim") -> str:
    """What other sources say of an event, and why that is shown or not."""
    by = "; ".join(map(cited, claim.sources))
    return f"Of “{claim.sentence}” {by} says: {claim.says}. {claim.reason} {claim.judgement}"


def remarked(remark: "Remark") -> str:
    """A sentence with its date."""
    return f"{remark.date}: {remark.sentence}"


def sections(told: "Explanation", steps: Numbered) -> list[tuple[str, list[str]]]:
    """What is told after the steps that made the row what it is: title and items of each section that has any."""
    found = [
        ("Acts that changed nothing here", list(map(void, steps.void))),
        ("What was not done", told.missing),
        ("What other sources say", list(map(claimed, told.claims))),
        ("What is inferred", list(map(remarked, told.inferred))),
        ("What is not known", told.unknown),
        ("Told beside it, without effect on the row", list(map(remarked, told.beside))),
    ]
    return [(title, items) for title, items in found if items]


def next_step(told: "Explanation") -> list[tuple[str, list[str]]]:
    """The section of the next step, where there is one."""
    return [] if told.next is None else [("The next step", [remarked(told.next)])]


# --- CSV ----------------------------------------------------------------------------------------------------------------


def _line(used: "Used") -> dict[str, object]:
    told = {name: getattr(used, name) for name in STEPS}
    return told | {"changes": "\n".join(changes(used)), "sources": "\n".join(map(cited, used.sources))}


# --- Markdown -----------------------------------------------------------------------------------------------------------


def _markdown(told: "Explanation") -> Iterator[str]:
    key = " ".join(told.key.values())
    yield f"# Why: {markdown_text(f'{told.view} {key}')}, {told.as_of}"
    yield from ("", f"**{markdown_text(told.answer)}**")
    for held in told.rows:
        yield from ("", markdown_text(held.because))
    steps = Numbered(told.chain)
    if steps.telling:
        yield from ("", "## The events it rests on", "")
        for number, used in enumerate(steps.telling, 1):
            yield f"{number}. {markdown_text(dated(used))}"
            yield from (f"   - {markdown_text(change)}" for change in changes(used))
            yield f"   - Rule: {markdown_text(steps.rule(number, used))}"
            yield from (f"   - Source: {markdown_text(cited(source))}" for source in used.sources)
            yield from (f"   - {markdown_text(amended[:1].upper() + amended[1:])}" for amended in amendments(used))
            if used.note:
                yield f"   - Note: {markdown_text(used.note)}"
            yield f"   - Event `{used.event_id}`"
    for title, items in (*sections(told, steps), *next_step(told)):
        yield from ("", f"## {title}", "", *(f"- {markdown_text(item)}" for item in items))
