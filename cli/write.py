"""Recording what happened: append, correct, retract, dispute, corroborate."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.completion import files
from cli.kinds import KindCommand, entry_of, example_of, options_of
from cli.options import Group, Number, database_option, inherited, must_be_one_of, now, options_on
from cli.output import emit, format_option, plural, say, to_json, visible
from eventstore.events import FAMILIES, KINDS, Event
from eventstore.events.amendments import Amendment, EventCorrected, EventCorroborated, EventDisputed, EventRetracted

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from eventstore.batch import Entry
    from eventstore.log import Outcome
    from projections.diff import Line

MOST_TOLD = 10  # events recorded before of which it is told what became of each
F = TypeVar("F", bound=Callable[..., Any])

OUTCOMES = ("position", "event_id", "outcome", "kind", "occurred", "data", "sources", "where")
WHERE = "command line"  # where an entry made of options stands


def recording_options(function: F) -> F:
    """The options of everything that records; they may stand before or after the kind of event."""
    options = (
        click.option(
            "--dry-run",
            is_flag=True,
            callback=inherited,
            help="Show what would be recorded and what would change in the views, and record nothing.",
        ),
        click.option(
            "--expect",
            type=Number(0),
            metavar="P",
            callback=inherited,
            help="Record only if nothing after position P concerns what the events are about.",
        ),
        click.option(
            "--recorded-by",
            metavar="NAME",
            envvar="CIS_RECORDED_BY",
            show_envvar=True,
            show_default="your login name",
            callback=inherited,
            help="Who records.",
        ),
        format_option,
        database_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


class Kinds(Group):
    """`cis append`: the kinds of events as commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all kinds, by family."""
        return list(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that appends events of a kind."""
        return kind_command(KINDS[cmd_name]) if cmd_name in KINDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The kind that the arguments name; an unknown one is answered with the nearest names."""
        name = args[0]
        if ctx.params.get("file"):
            raise click.UsageError(f"--file takes kinds and fields from the file: leave out {visible(name)!r}.", ctx)
        must_be_one_of(ctx, name, KINDS, "kind of event", "`cis append --help` lists the kinds.")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """The kinds that begin so, without making their commands; else the options."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=cls.__doc__) for name, cls in KINDS.items() if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The kinds by family, each with its line of help."""
        for title, family in FAMILIES.items():
            with formatter.section(f"Kinds: {title}"):
                formatter.write_dl([(cls.kind, str(cls.__doc__)) for cls in family])


@click.group(
    "append",
    cls=Kinds,
    invoke_without_command=True,
    subcommand_metavar="KIND [OPTIONS]...",
    options_metavar="[--file FILE] [OPTIONS]",
)
@click.option(
    "--file",
    metavar="FILE",
    shell_complete=files,
    help="Record a batch: YAML, JSON or JSON Lines by the name's ending; - is standard input, whose form is seen.",
)
@recording_options
@click.pass_context
def append_command(
    ctx: click.Context,
    file: str | None,
    dry_run: bool,
    expect: int | None,
    recorded_by: str | None,
    form: str,
    database: str,
) -> None:
    """Record events: one kind by options, or a file of any.

    All events of a call are recorded, or none. An event that is recorded already is not recorded again; a source that is new for
    it is added to it. `cis append KIND --help` shows the options of a kind.
    """
    if ctx.invoked_subcommand is not None:
        return
    if file is None:
        raise click.UsageError("Name a kind of event, or a file of events with --file.", ctx)
    from eventstore.batch import read_file

    _record(partial(read_file, file), dry_run, expect, recorded_by, form, database)


def kind_command(cls: type[Event]) -> click.Command:
    """The command that appends events of one kind, with an option for each of its fields."""

    @recording_options
    def append(
        dry_run: bool, expect: int | None, recorded_by: str | None, form: str, database: str, **given: Any
    ) -> None:
        from eventstore.batch import Entry

        if issubclass(cls, Amendment):
            given["on"] = given["on"] or now()[:10]
            given["field_event"] = given["field_event"] and _event_id(given["field_event"], database)
        entry = Entry(entry_of(cls, given), WHERE)
        _record(lambda: [entry], dry_run, expect, recorded_by, form, database)

    return _command(cls.kind, cls, append, options_of(cls), epilog=f"Example: {example_of(cls)}")


def _command(
    name: str, cls: type[Event], function: Callable[..., Any], params: Sequence[click.Parameter], **settings: Any
) -> click.Command:
    return KindCommand(name, callback=function, params=[*params, *options_on(function)], help=cls.__doc__, **settings)


def _amending(name: str, cls: type[Event], help_text: str, more: str) -> click.Command:
    """A command about an event that is recorded already."""

    @recording_options
    def amend(
        event: str,
        dry_run: bool,
        expect: int | None,
        recorded_by: str | None,
        form: str,
        database: str,
        **given: Any,
    ) -> None:
        from eventstore.batch import Entry

        given["on"] = given["on"] or now()[:10]
        entry = Entry(entry_of(cls, given, event=_event_id(event, database)), WHERE)
        _record(lambda: [entry], dry_run, expect, recorded_by, form, database)

    params = [click.Argument(["event"]), *options_of(cls, without=("event",))]
    command = _command(name, cls, amend, params)
    command.help = f"{help_text}\n\nEVENT is its position, its id, or at least six characters of its id. {more}"
    return command


correct_command = _amending(
    "correct",
    EventCorrected,
    "Replace the date or the fields of an event.",
    "Nothing is edited: whoever asks what was known before the correction still sees the event as it was.",
)
retract_command = _amending(
    "retract",
    EventRetracted,
    "Take an event out.",
    "It stays in the log, and whoever asks what was known before still sees it. To bring it back, retract the retraction.",
)
dispute_command = _amending(
    "dispute",
    EventDisputed,
    "Record that another source says otherwise.",
    "The views keep what the better source says and mark it as disputed.",
)
corroborate_command = _amending(
    "corroborate",
    EventCorroborated,
    "Record that another source says the same.",
    "With a better source, the event may prevail over claims that went against it.",
)


def _event_id(text: str, database: str) -> str:
    from eventstore.database import Database
    from eventstore.search import find

    with Database(database).record() as connection:
        return find(connection, text).event_id


def _record(
    read: "Callable[[], Sequence[Entry]]",
    dry_run: bool,
    expect: int | None,
    recorded_by: str | None,
    form: str,
    database: str,
) -> None:
    from eventstore.database import Database
    from eventstore.errors import Problem, Refused
    from eventstore.log import Expectation
    from projections.diff import preview
    from projections.record import record

    changes: Sequence[Line] = ()
    try:
        entries = read()
        target, who, time = Database(database, write=True), recorder(recorded_by), now()
        condition = None if expect is None else Expectation(None, expect)
        if dry_run:
            outcomes, changes = preview(target, entries, recorded_by=who, now=time, expect=condition)
        else:
            outcomes = record(target, entries, recorded_by=who, now=time, expect=condition)
    except Refused as refusal:
        raise Refused([*refusal.problems, Problem("Nothing was recorded.")]) from refusal
    _tell(outcomes, changes, dry_run, form)
    other = list(_other_since(outcomes, database))
    for told in other[:MOST_TOLD]:
        say(told)
    if len(other) > MOST_TOLD:
        say(f"And so {len(other) - MOST_TOLD} more of those that were recorded before.")


def _other_since(outcomes: "Iterable[Outcome]", database: str) -> "Iterator[str]":
    """What is to be said of events that were recorded before and do not stand any more as they were."""
    before = [outcome for outcome in outcomes if not outcome.new]
    if not before:
        return
    from cli.read_log import standing_in_words
    from eventstore.database import Database
    from eventstore.known import in_log
    from eventstore.reading import head, read

    with Database(database).record() as connection:
        amended = in_log(connection, [f"event:{outcome.event_id}" for outcome in before])
        ids = [outcome.event_id for outcome in before if f"event:{outcome.event_id}" in amended]
        for stored in read(connection, event_ids=ids):
            stands = standing_in_words(connection, stored, head(connection).position)
            if not stands.startswith("in force"):
                place = stored.position
                yield f"Position {place}, recorded before, is {stands}\n  By what tells: cis show {place}"


def recorder(name: str | None) -> str:
    """Who records: as told, or the login name. Raises `click.UsageError` for a name that is none."""
    if name is None:
        from getpass import getuser

        try:
            return getuser()
        except (KeyError, OSError, ImportError):
            raise click.UsageError("Your login name is not known: say who records with --recorded-by.") from None
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise click.BadParameter("A name of one line is needed.", param_hint="--recorded-by")
    return name.strip()


def _tell(outcomes: "Sequence[Outcome]", changes: "Sequence[Line]", dry_run: bool, form: str) -> None:
    new = sum(outcome.new for outcome in outcomes)
    if form == "table":
        for outcome in outcomes:
            click.echo(f"{outcome.position:>8}  {outcome.event_id}  {_became(outcome, dry_run)}")
            if dry_run:
                click.echo(visible(_draft(outcome)))
        if changes:
            from cli.diff import show

            click.echo("\nWhat would change in the views:")
            show(changes, form)
    else:
        rows = [_row(outcome, dry_run) for outcome in outcomes]
        if dry_run:
            rows = [{**row, "changes": _changes(row["event_id"], changes)} for row in rows]
        emit(rows, form, (*OUTCOMES, "changes") if dry_run else OUTCOMES)
    known = f", {plural(len(outcomes) - new, 'event')} recorded already" if new < len(outcomes) else ""
    views = f" {plural(len(changes), 'change')} in the views." if dry_run else ""
    say(f"{plural(new, 'event')} {'would be recorded' if dry_run else 'recorded'}{known}.{views}")


def _changes(event_id: str, changes: "Iterable[Line]") -> str:
    """What an event would change in the views, one change a line."""
    lines = (line for line in changes if event_id in line.events)
    return "\n".join(
        f"{line.view} {'/'.join(line.key.values())} {line.what}: {line.before or 'nothing'} -> {line.after or 'nothing'}"
        + (f" from {line.start}" if line.start else "")
        + (f" until {line.until}" if line.until else "")
        for line in lines
    )


def _became(outcome: "Outcome", dry_run: bool) -> str:
    return "already recorded" if not outcome.new else "would be recorded" if dry_run else "recorded"


def _row(outcome: "Outcome", dry_run: bool) -> dict[str, Any]:
    draft = outcome.draft
    sources = [{"source": cited.source, "locator": cited.locator} for cited in draft.sources]
    values = (outcome.position, outcome.event_id, _became(outcome, dry_run), draft.kind, draft.when.text, draft.data)
    return dict(zip(OUTCOMES, (*values, to_json(sources), draft.where), strict=True))


def _draft(outcome: "Outcome") -> str:
    """What would be recorded, field by field."""
    from msgspec import to_builtins

    from cli.read_log import value_text

    draft = outcome.draft
    cited = [", ".join(filter(None, (cited.source, cited.locator))) for cited in draft.sources]
    lines = [f"{draft.kind} on {draft.when.text}"]
    lines += [f"{name}: {value_text(value)}" for name, value in to_builtins(draft.event).items()]
    return "\n".join(f"          {line}" for line in (*lines, *(f"cited: {source}" for source in cited)))
