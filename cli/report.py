"""SQL over the views: report, sql."""

from typing import TYPE_CHECKING

import click

from cli.asking import outside, question, typed
from cli.completion import names
from cli.options import (
    Command,
    Group,
    asking_option,
    known_at_option,
    must_be_one_of,
    options_on,
    refuse_database,
    reports_option,
    today,
)
from cli.output import emit, format_option, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.asking import Question
    from projections.report import Parameter, Report, Value

REPORTS = ("report", "group", "help", "parameters")
_METAVARS = {"date": "DATE", "first-day": "DATE", "integer": "N", "flag": "yes|no", "text": "TEXT", "state": "STATE"}
_TAKES = {  # what the values of a type look like
    "date": "a DATE is a day, month or year (1994-06-30, 1994-06, 1994; its last day is meant), or today",
    "first-day": "a DATE is a day, month or year (1994-06-30, 1994-06, 1994; its first day is meant), or today",
    "state": "a STATE is a code or a usual name (GE, GEO, Georgia)",
    "id": "{name} is an id, such as {example}",
    "integer": "N is a whole number",
    "text": "TEXT is any text",
}
_IDS = {  # one of each register, from the history that comes with the program
    "organisation": "cis",
    "body": "council-of-heads-of-state",
    "office": "executive-secretary",
    "person": "boris-yeltsin",
    "treaty": "cis-charter",
    "meeting": "chs-1993-01-22-minsk",
    "decision": "1992-10-09-inf-treaty",
    "source": "nti-cis",
}


class Reports(Group):
    """`cis report`: the reports of the library as commands, their parameters as options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all reports, by group."""
        return list(_library(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that runs a report."""
        report = _library(ctx).get(cmd_name)
        return None if report is None else _command(report)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The report that the arguments name; an unknown one is answered with the nearest names."""
        must_be_one_of(ctx, args[0], _library(ctx), "report", "`cis report` lists them.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The reports by group."""
        from projections.report import GROUPS

        reports = _library(ctx).values()
        for group in dict.fromkeys(report.group for report in reports):
            told = GROUPS.get(group)
            with formatter.section(f"Reports: {group}{f' ({told[0].lower()}{told[1:]})' if told else ''}"):
                formatter.write_dl([(report.name, report.help) for report in reports if report.group == group])


def _library(ctx: click.Context) -> "dict[str, Report]":
    """The reports of the program and of the folders that the command line names."""
    from projections.report import library

    found: dict[str, Report] | None = ctx.meta.get(__name__)
    if found is None:
        found = ctx.meta[__name__] = library(ctx.params.get("folders") or ())
    return found


@click.group(
    "report",
    cls=Reports,
    invoke_without_command=True,
    options_metavar="[--reports FOLDER] [OPTIONS]",
    subcommand_metavar="[NAME [PARAMETERS]...]",
)
@reports_option
@format_option
@click.pass_context
def report_command(ctx: click.Context, folders: tuple[str, ...], form: str) -> None:
    """Run a report from the library.

    Without a NAME, lists the reports. `cis report NAME --help` shows the parameters of one, with an example. `cis docs reports`
    tells how a report is written; those in a folder of your own are run with --reports FOLDER.
    """
    if ctx.invoked_subcommand is not None:
        return
    refuse_database(ctx)
    rows = [
        {
            "report": report.name,
            "group": report.group,
            "help": report.help,
            "parameters": " ".join(_flag(parameter) for parameter in report.parameters) or None,
        }
        for report in _library(ctx).values()
    ]
    emit(rows, form, REPORTS, shown=("group", "report", "help"))


def _command(report: "Report") -> click.Command:
    @known_at_option
    @format_option
    @asking_option
    def run(known_at: str | None, form: str, database: str, **given: str | None) -> None:
        from projections import report as reports

        texts = {name.removeprefix("of_"): text for name, text in given.items() if text is not None}
        values = reports.values(report, texts, today())
        with question(database, str(values.get("as_of", "")), known_at, options=["of_as_of"]) as asked:
            columns, rows = reports.run(asked.views, report, values)
            emit((dict(zip(columns, row, strict=True)) for row in rows), form, columns)
            for beyond in _outside(asked, report, values):
                say(beyond)
        say(str(asked.basis))

    params = [*map(_option, report.parameters), *options_on(run)]
    return Command(report.name, callback=run, params=params, help=report.help, epilog=_epilog(report))


def _outside(asked: "Question", report: "Report", values: "Mapping[str, Value]") -> "Iterator[str]":
    """What is to be said of days that a person gave beside that of the answer: they may lie outside the record."""
    for name, kind, *_ in report.parameters:
        if kind in ("date", "first-day") and name != "as_of" and typed(f"of_{name}"):
            day = asked.basis._replace(as_of=str(values[name]))
            if beyond := outside(asked.log, day, [f"of_{name}"], begins=kind == "first-day"):
                yield beyond


def _epilog(report: "Report") -> str:
    """What the values look like, and the example."""
    takes = [
        _TAKES[parameter.type].format(name=parameter.name.upper(), example=_IDS.get(parameter.name))
        for parameter in report.parameters
        if parameter.type in _TAKES
    ]
    told = "; ".join(dict.fromkeys(takes))
    example = f"\n\n\b\nExample:  cis report {report.name} {report.example}" if report.example else ""
    return f"{told[:1].upper()}{told[1:]}{'.' if told else ''}{example}"


def _option(parameter: "Parameter") -> click.Option:
    left_out = "  [required]" if parameter.default is None else f"  [default: {parameter.default}]"
    return click.Option(
        [_flag(parameter), f"of_{parameter.name}"],
        metavar=_METAVARS.get(parameter.type, parameter.name.upper()),
        shell_complete=names(parameter.name if parameter.type == "id" else "state")
        if parameter.type in ("id", "state")
        else None,
        help=f"{parameter.help}{left_out}",
    )


def _flag(parameter: "Parameter") -> str:
    return f"--{parameter.name.replace('_', '-')}"


@click.command("sql", cls=Command)
@click.argument("query")
@known_at_option
@format_option
@asking_option
def sql_command(query: str, known_at: str | None, form: str, database: str) -> None:
    """Run any SQL query that only reads.

    QUERY is one statement, or - for standard input. `cis docs tables` describes the tables. With --known-at the query is put
    to SQLite tables of the views as known then, whatever the database is.
    """
    from projections.read_only import select

    text = _standard_input() if query == "-" else query
    with question(database, "", known_at) as asked:
        columns, rows = select(asked.views, text)
        emit((dict(zip(columns, row, strict=True)) for row in rows), form, columns)
    say(str(asked.basis))


def _standard_input() -> str:
    from eventstore.errors import Problem, Refused
    from eventstore.files import read_whole
    from projections.read_only import LONGEST

    raw, name = read_whole("-", 4 * LONGEST, f"the SQL is too long; {LONGEST} characters are read", "Ask for less.")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(Problem("this is not UTF-8 text", name)) from error
