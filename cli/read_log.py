"""The log itself: log, show."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.asking import known, say_if_replica
from cli.completion import kinds
from cli.options import Command, Day, Number, asking_option, known_at_option
from cli.output import Counted, Row, Shown, emit, emit_one, format_option, lines_of_one, plural, put, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from eventstore.stored import Stored

LOG = ("position", "recorded_at", "kind", "occurred", "summary", "event_id", "recorded_by", "data", "sources")
_SHOWN: tuple[Shown, ...] = (
    "position",
    ("recorded", lambda row: row["recorded_at"][:10]),
    "kind",
    "occurred",
    "summary",
)


@click.command("log", cls=Command)
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="REGISTER:ID",
    help="Only events about this, such as state:AM or treaty:cis-charter; given again, about all of them.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    shell_complete=kinds,
    help="Only events of this kind; given again, of any of them.",
)
@click.option("--from", "first", type=Day(first=True), metavar="DATE", help="Only what happened on this day or later.")
@click.option("--to", "last", type=Day(), metavar="DATE", help="Only what happened on this day or earlier.")
@click.option("--text", metavar="TEXT", help="Only events whose data or sources hold this text.")
@click.option("--limit", type=Number(1), metavar="N", help="Only the newest N of them.")
@known_at_option
@format_option
@asking_option
def log_command(
    subjects: tuple[str, ...],
    kinds: tuple[str, ...],
    first: str | None,
    last: str | None,
    text: str | None,
    limit: int | None,
    known_at: str | None,
    form: str,
    database: str,
) -> None:
    """List events in the order in which they were recorded.

    The log shows every event as it was recorded, amended or not. What it comes to is in the views.
    """
    from eventstore.database import Database
    from eventstore.search import search
    from projections.question import basis

    _check_kinds(kinds)
    if text == "":
        raise click.UsageError("--text is empty: it has no effect.")
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"The period ends ({last}) before it begins ({first}).")
    with Database(database).record() as connection:
        rests_on = basis(connection, "", known_at)
        say_if_replica(connection)
        about = [_subject(connection, name) for name in subjects]
        found = search(
            connection,
            subjects=about,
            kinds=kinds,
            first=first,
            last=last,
            text=text,
            upto=rests_on.known_at,
            newest=limit,
        )
        counted = Counted(map(_row, found))
        emit(counted, form, LOG, shown=_SHOWN)
    say(f"{plural(counted.count, 'event')}; {rests_on}")


def _check_kinds(kinds: Sequence[str]) -> None:
    from eventstore.errors import Misuse, Problem, did_you_mean
    from eventstore.events import KINDS

    advice = "`cis append --help` lists the kinds."
    wrong = [
        Problem(f"there is no kind of event {kind[:80]!r}", "--kind", did_you_mean(kind, KINDS) or advice)
        for kind in kinds
        if kind not in KINDS
    ]
    if wrong:
        raise Misuse(wrong)


def _subject(connection: "Connection", text: str) -> str:
    """The subject that a person names; states also by alpha-3 code or name."""
    from eventstore.errors import Misuse, Problem, did_you_mean
    from eventstore.events import KINDS
    from eventstore.states import UnknownState, state_code

    register, colon, name = text.partition(":")
    registers = {"state", "event", *(cls.introduces for cls in KINDS.values() if cls.introduces)}
    if not colon or register not in registers:
        advice = f"Write REGISTER:ID, the register being one of {', '.join(sorted(registers))}."
        raise Misuse(
            Problem(f"{text[:100]!r} names no subject", "--subject", did_you_mean(register, registers) or advice)
        )
    if register == "state":
        try:
            return f"state:{state_code(name)}"
        except UnknownState as error:
            raise Misuse(Problem(str(error), "--subject")) from None
    if register == "event":
        from eventstore.search import find

        return f"event:{find(connection, name).event_id}"
    return f"{register}:{known(connection, register, name, '--subject')}"


def _row(stored: "Stored") -> Row:
    from eventstore.stored import fields_of_stored

    fields = fields_of_stored(stored)
    return {
        "position": stored.position,
        "recorded_at": stored.recorded_at,
        "kind": stored.kind,
        "occurred": stored.occurred,
        "summary": summary(stored.kind, fields),
        "event_id": stored.event_id,
        "recorded_by": stored.recorded_by,
        "data": stored.data,
        "sources": stored.sources,
    }


LONGEST_SUMMARY = 200


def summary(kind: str, fields: "dict[str, Any]") -> str:
    """The fields of an event in one line, in the order of its kind; remarks are left out."""
    from eventstore.events import KINDS
    from eventstore.events.fields import fields_of

    told = [
        f"{field.name}: {fields[field.name][:8] if field.register == 'event' else value_text(fields[field.name])}"
        for field in fields_of(KINDS[kind])
        if field.name in fields and field.name not in ("note", "inferred")
    ]
    line = "; ".join(told).replace("\n", " ")
    return line if len(line) <= LONGEST_SUMMARY else f"{line[:LONGEST_SUMMARY]} ..."


def value_text(value: object) -> str:
    """The value of a field for people."""
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} = {value_text(item)}" for name, item in value.items())
        case list() | tuple():
            return (", " if not any(isinstance(item, dict) for item in value) else "; ").join(map(value_text, value))
        case None:
            return "(taken out)"
        case _:
            return str(value)


@click.command("show", cls=Command)
@click.argument("event")
@known_at_option
@format_option
@asking_option
def show_command(event: str, known_at: str | None, form: str, database: str) -> None:
    """Show one event whole, and what was said about it since.

    EVENT is its position, its id, or at least six characters of its id. With `--known-at`, what was said about it by then.
    """
    from eventstore.database import Database
    from eventstore.errors import Problem, Refused
    from eventstore.search import find
    from projections.question import basis

    with Database(database).record() as connection:
        rests_on = basis(connection, "", known_at)
        say_if_replica(connection)
        stored = find(connection, event)
        if stored.position > rests_on.known_at:
            what = f"event {event[:80]} was not known then: it was recorded later, at position {stored.position}"
            raise Refused(
                Problem(what, f"--known-at {str(known_at)[:40]}", "Ask for it as known at that position or later.")
            )
        told = _whole(connection, stored, rests_on.known_at)
    if form in ("json", "csv"):
        emit_one(told, form)
    else:
        put(_shown(told, form))
    say(str(rests_on))


def _shown(told: dict[str, Any], form: str) -> Iterator[str]:
    yield from lines_of_one(_for_people(told), form)
    for later in told["said_since"]:
        yield from ("", "Later:")
        if form == "markdown":
            yield ""
        yield from lines_of_one(_for_people(later), form)


def _whole(connection: "Connection", stored: "Stored", known_at: int) -> dict[str, Any]:
    """Everything about one event that was known at a position, as JSON has it."""
    from eventstore.reading import read
    from eventstore.search import subjects_at

    whole = _event(connection, stored, known_at) | {
        "subjects": subjects_at(connection, stored.position),
        "hash": stored.hash,
        "standing": standing_in_words(connection, stored, known_at),
    }
    later = read(connection, after=stored.position, upto=known_at, subject=f"event:{stored.event_id}")
    whole["said_since"] = [_event(connection, told, known_at) for told in later]
    return whole


def _event(connection: "Connection", stored: "Stored", known_at: int) -> dict[str, Any]:
    from eventstore.stored import citations_of, fields_of_stored

    envelope = ("position", "event_id", "kind", "version", "occurred", "occurred_from", "occurred_to")
    return {name: getattr(stored, name) for name in (*envelope, "recorded_at", "recorded_by")} | {
        "data": fields_of_stored(stored),
        "sources": [
            {
                "source": cited.source,
                "locator": cited.locator or None,
                "title": _title(connection, cited.source, known_at),
            }
            for cited in citations_of(stored)
        ],
    }


def _title(connection: "Connection", source: str, known_at: int) -> str | None:
    """The title under which a source was first entered, if it was by then."""
    from eventstore.reading import introductions, read
    from eventstore.stored import fields_of_stored

    entered = introductions(connection, [f"source:{source}"]).values()
    registered = next(read(connection, event_ids=entered), None)
    return str(fields_of_stored(registered)["title"]) if registered and registered.position <= known_at else None


def standing_in_words(connection: "Connection", stored: "Stored", known_at: int) -> str:
    """What had become of an event as known at a position, in words."""
    from msgspec import to_builtins

    from eventstore.amending import is_amendment
    from eventstore.history import History
    from eventstore.stored import event_of

    history = History(connection, known_at)
    root = history.root(stored)
    fact = history.fact(root)
    if fact is None:
        return f"event {root.event_id} is taken out" if is_amendment(stored.kind) else "taken out"
    if is_amendment(stored.kind):
        return "in force" if stored.event_id in fact.amended_by else "taken out"
    changed = fact.occurred != stored.occurred or fact.event != event_of(stored)
    marks = ["changed since" if changed else "in force as recorded", *(["disputed"] if fact.disputed else [])]
    now = f": {fact.occurred}; {summary(fact.kind, to_builtins(fact.event))}" if changed else ""
    return ", ".join(marks) + now


def _for_people(told: dict[str, Any]) -> dict[str, Any]:
    """An event as names and values that fill a page from top to bottom."""
    bounds = (told["occurred_from"] or "unknown", told["occurred_to"] or "unknown")
    days = f" (from {bounds[0]} to {bounds[1]})" if bounds != (told["occurred"],) * 2 else ""
    page = {"kind": told["kind"], "occurred": f"{told['occurred']}{days}"}
    page |= {name: value_text(value) for name, value in told["data"].items()}
    page["cited"] = "\n".join(
        ", ".join(filter(None, (cited["source"], cited["locator"], cited["title"]))) for cited in told["sources"]
    )
    page |= {"position": told["position"], "event id": told["event_id"]}
    page["recorded"] = f"{told['recorded_at']} by {told['recorded_by']}"
    if "hash" in told:
        page |= {"hash": told["hash"], "about": ", ".join(told["subjects"]), "standing": told["standing"]}
    return page
