"""The command `cis`: which commands there are, and how every one of them ends.

A command's module is imported only when that command is used, so help and completion cost little more than click itself.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TextIO, cast

import click

from cli.options import ORIGIN, VARIABLE, database_option, must_be_one_of
from cli.output import say, visible

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

REFUSED, MISUSE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141  # the last two are 128 + the signal, as shells have it


class Listed(NamedTuple):
    """A command as the list of commands shows it: the module of `cli` that holds it, and its line of help."""

    module: str
    help: str


SECTIONS: Mapping[str, Mapping[str, Listed]] = {
    "Set up": {
        "init": Listed("start", "Create or upgrade the database and load the history."),
        "status": Listed("start", "Show how far the log and the views are."),
        "rebuild": Listed("start", "Fold all views anew from the log."),
    },
    "Record what happened": {
        "append": Listed("write", "Record events: one kind by options, or a file of any."),
        "correct": Listed("write", "Replace the date or the fields of an event."),
        "retract": Listed("write", "Take an event out."),
        "dispute": Listed("write", "Record that another source says otherwise."),
        "corroborate": Listed("write", "Record that another source says the same."),
    },
    "Ask": {
        "members": Listed("views", "Show who belonged to an organisation on a day."),
        "roster": Listed("views", "Show who sat in a body on a day."),
        "treaties": Listed("views", "Show where every treaty stood on a day."),
        "treaty": Listed("views", "Show where each state stood towards a treaty on a day."),
        "state": Listed("views", "Tell the story of a state."),
        "meetings": Listed("views", "Show the meetings of a period."),
        "panel": Listed("panels", "Make a state-year, state-month or treaty-year table."),
        "compare": Listed("panels", "Hold an outside state-year table against the record."),
        "cite": Listed("exporting", "Give the citation of an answer."),
        "diff": Listed("diff", "Show what changed in the views, and by which events."),
        "why": Listed(
            "why",
            "Explain a row of a view: the events used, the rules applied, the claims overruled, and what is not known.",
        ),
        "replay": Listed("replay", "Replay all views to a day, as known then."),
        "report": Listed("report", "Run a report from the library."),
        "sql": Listed("report", "Run any SQL query that only reads."),
        "check": Listed("check", "Show contradictions, disputes and failed assertions."),
        "coverage": Listed("coverage", "Show how much of the history is verified."),
        "plot": Listed("plot", "Draw the record: bars over time, counts by year, treaties between states."),
        "serve": Listed("serve", "Show the record as a page in a browser."),
    },
    "The log itself": {
        "log": Listed("read_log", "List events in the order in which they were recorded."),
        "show": Listed("read_log", "Show one event whole, and what was said about it since."),
        "export": Listed("exporting", "Write the record in a form that other programs read."),
        "import": Listed("transfer", "Add the events of an exported log."),
    },
    "Proof": {
        "verify": Listed("proofs", "Examine the whole log, or check a proof."),
        "checkpoint": Listed("proofs", "Print the size and the Merkle root of the log, to be kept elsewhere."),
        "proof": Listed("proofs", "Prove that an event is in the log, or that the log went on unchanged."),
    },
    "Reference": {
        "completion": Listed("completion", "Print the script that turns on completion in a shell."),
        "schema": Listed("schema", "Print the JSON Schema of entries."),
        "docs": Listed("docs", "Print the catalogue of events, the data dictionary, the reports or this reference."),
    },
}
COMMANDS = {name: listed for section in SECTIONS.values() for name, listed in section.items()}


class Program(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; imports its module."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        command = getattr(import_module(f"cli.{listed.module}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown one is answered with the nearest names."""
        must_be_one_of(ctx, args[0], COMMANDS, "command", "`cis --help` lists the commands.")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """The commands that begin so, without importing any; else the options."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(n, help=listed.help) for n, listed in COMMANDS.items() if n.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, by section, without importing any."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, listed.help) for name, listed in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and see that all it printed has left: a full disk or a closed pipe shows only then."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader has what it wanted (`cis log | head`). What is still held back goes nowhere, without complaint.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:
            _check_address(error, ctx)
            raise
        return status

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run the program to its end: every outcome has its exit status and, if it is not good, its words."""
        if VARIABLE in os.environ:
            _complete(self)
        try:
            _check_text(sys.argv[1:] if args is None else args)
            status = super().main(args, prog_name or "cis", complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            shown = StringIO()
            error.show(shown)
            say(shown.getvalue().rstrip())
            status = MISUSE
        except (click.Abort, KeyboardInterrupt):
            say("Stopped. What was not finished is undone.")
            status = INTERRUPTED
        except Exception as error:
            status = _failed(error)
        sys.exit(status or 0)


def _complete(command: click.Command) -> NoReturn:
    """Answer the shell that completes what a person types, and keep silent about what is wrong with it so far."""
    from click.shell_completion import shell_complete

    try:
        sys.exit(shell_complete(command, {}, "cis", VARIABLE, os.environ[VARIABLE]))
    except Exception:  # whatever it is: nobody asked for anything yet
        sys.exit(REFUSED)


def _check_text(args: Sequence[str]) -> None:
    """Raise `click.UsageError` for an argument that was not UTF-8: half a character fits into no log, question or answer."""
    for arg in args:
        if any("\ud800" <= char <= "\udfff" for char in arg):
            raise click.UsageError(f"This is not UTF-8 text: {visible(arg)[:100]}")


def _check_address(error: Exception, ctx: click.Context) -> None:
    """Raise the error anew, with what gave the address, if it is about the address of the database."""
    from eventstore.errors import NoAddress

    if isinstance(error, NoAddress):
        raise error.given_by(ctx.meta[ORIGIN]) from error


def _failed(error: Exception) -> int:
    from eventstore.errors import Misuse, RecordError

    if isinstance(error, RecordError):
        for problem in error.problems:
            say(str(problem))
        return MISUSE if isinstance(error, Misuse) else REFUSED
    if isinstance(error, OSError) and error.filename is None and error.strerror:
        say(f"the output cannot be written: {error.strerror}\n  Try again: what was recorded is not recorded twice.")
        return REFUSED
    if isinstance(error, OSError) and error.strerror:
        say(f"{error.filename}: it cannot be used: {error.strerror}")
        return REFUSED
    if os.environ.get("CIS_DEBUG") == "1":
        from traceback import format_exception

        say("".join(format_exception(error)))
    told = next(iter(str(error).splitlines()), "")
    say(f"This is a fault of the program, not of what you typed: {type(error).__name__}: {told[:500]}")
    say("Please report it to the makers of cis-record with the command you typed. CIS_DEBUG=1 shows where it arose.")
    return REFUSED


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"cis-record {version('cis-record')}")
        except PackageNotFoundError:
            click.echo("cis-record, run from its source")
        ctx.exit()


@click.group(cls=Program, name="cis", context_settings={"help_option_names": ["-h", "--help"]})
@database_option
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the release.")
def program(database: str) -> None:
    """The history of the Commonwealth of Independent States: a log of events, replayed to any day.

    \b
    Begin with:  cis init
    Then ask:    cis members cis --as-of 1994-06-30
    """


def _nothing(mode: str) -> TextIO:
    """A stream to which nothing comes and from which nothing goes."""
    return cast(TextIO, open(os.devnull, mode))


def main() -> NoReturn:
    """The `cis` command."""
    # Of a stream that was closed before we began Python has nothing: then there is nothing to read, and nobody to talk to.
    sys.stdin = sys.stdin or _nothing("r")
    sys.stderr = sys.stderr or _nothing("w")
    if sys.stdout is None:
        sys.stdout = _nothing("w")
        say("the output cannot be written: it is closed\n  Nothing was done.")
        sys.exit(REFUSED)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            # A terminal that cannot show a Russian title shows its codes; the answer does not end in an error.
            stream.reconfigure(errors="backslashreplace")
    program.main()


if __name__ == "__main__":
    main()
