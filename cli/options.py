"""The options that many commands share, and what holds for every command's options."""

import os
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

import click
from click.core import ParameterSource

F = TypeVar("F", bound=Callable[..., Any])

DATABASE = "sqlite:///cis.db"
VARIABLE = "_CIS_COMPLETE"  # tells the program to complete what is typed instead of running it


class Command(click.Command):
    """A command that refuses what would have no effect: an option given twice, or meant for other commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; raises `click.UsageError` for an option of which one value would be lost."""
        _refuse_repeated(self, ctx, args)
        rest = super().parse_args(ctx, args)
        if not any(param.name == "database" for param in self.params):
            refuse_database(ctx)
        return rest


class Group(click.Group):
    """A group of commands with the same rules as `Command`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; raises `click.UsageError` for an option of which one value would be lost."""
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)


def must_be_one_of(ctx: click.Context, name: str, known: Collection[str], what: str, otherwise: str) -> None:
    """Answer an unknown name with the known ones nearest to it, or with what to do `otherwise`; raises `click.UsageError`."""
    if name in known or name.startswith("-") or ctx.resilient_parsing:
        return
    from cli.output import visible
    from eventstore.errors import did_you_mean

    raise click.UsageError(f"There is no {what} {visible(name)!r}. {did_you_mean(name, known) or otherwise}", ctx)


def _refuse_repeated(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    if ctx.resilient_parsing:
        return
    _, _, order = command.make_parser(ctx).parse_args(args=list(args))
    seen = set[str]()
    for given in order:
        if isinstance(given, click.Option) and not given.multiple:
            if given.name in seen:
                raise click.UsageError(f"{given.opts[0]} is given twice: only one can have an effect.", ctx)
            seen.add(str(given.name))


def refuse_database(ctx: click.Context) -> None:
    """Raise `click.UsageError` if a database was named for a command that asks none."""
    if any(typed_in(ctx, "database")):
        raise click.UsageError(f"--database has no effect on {ctx.command_path}.", ctx)


def inherited(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """A callback for options that may stand before the command or after it; typed in both places they are refused, since one of
    the two would have no effect.
    """
    where = list(typed_in(ctx, str(param.name)))
    if len(where) > 1 and ctx in where:
        raise click.UsageError(f"{param.opts[0]} is given twice: only one can have an effect.", ctx)
    return value if not where or ctx in where else where[0].params[str(param.name)]


def typed_in(ctx: click.Context | None, name: str) -> Iterator[click.Context]:
    """The commands, this one first and then those before it, after which a person typed an option."""
    while ctx is not None:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            yield ctx
        ctx = ctx.parent


def options_on(function: Callable[..., Any]) -> list[click.Parameter]:
    """The options that decorators put on a function, in their order."""
    return list(reversed(getattr(function, "__click_params__", [])))


ORIGIN = "cis.database"  # in the meta of a context: the option or variable from which the address of the database comes


def _address(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """What `inherited` gives; where it comes from is noted for whoever has to say that it is wrong."""
    variables = param.envvar if isinstance(param.envvar, list) else []
    given = param.opts if any(typed_in(ctx, str(param.name))) else [*filter(os.environ.get, variables), *param.opts]
    ctx.meta[ORIGIN] = given[0]
    found: str = inherited(ctx, param, value)
    return found


def database_option_of(*variables: str) -> Callable[[F], F]:
    """`--database`, before or after the command; left out, the first of the environment variables that is set."""
    return click.option(
        "--database",
        metavar="URL",
        envvar=list(variables),
        default=DATABASE,
        show_default=True,
        show_envvar=True,
        callback=_address,
        help="Where the record is: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
    )


database_option = database_option_of("CIS_DATABASE_URL")
# A replica can serve the questions while the primary server takes the appends.
asking_option = database_option_of("CIS_REPORT_DATABASE_URL", "CIS_DATABASE_URL")


class Number(click.IntRange):
    """A whole number, called so in errors (`a year`, if it is one)."""

    def __init__(self, least: int, most: int | None = None, name: str = "whole number") -> None:
        super().__init__(min=least, max=most)
        self.name = name


class Day(click.ParamType[str]):
    """A day, month or year, read as its last day (or its first)."""

    name = "date"

    def __init__(self, *, first: bool = False) -> None:
        self.first = first

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The day in ISO form."""
        from eventstore.dates import DateError, last_day, parse

        try:
            last = last_day(value)
            return (parse(value).first or last) if self.first else last
        except DateError as error:
            self.fail(str(error), param, ctx)


def today() -> str:
    """Today in UTC, the clock of the log (ISO)."""
    return now()[:10]


def now() -> str:
    """The time in UTC, as the log has it (ISO, microseconds, Z)."""
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


as_of_option = click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    default=today,
    show_default="today",
    help="The day asked about; a month or a year means its last day.",
)

known_at_option = click.option(
    "--known-at",
    metavar="K",
    show_default="now",
    help="What was known then: a position in the log, or a time (UTC).",
)

language_option = click.option(
    "--language",
    type=click.Choice(("en", "ru")),
    show_default="en",
    help="The language of headings and names.",
)

reports_option = click.option(
    "--reports",
    "folders",
    multiple=True,
    type=click.Path(),  # in the environment several are told apart as in PATH
    metavar="FOLDER",
    envvar="CIS_REPORTS",
    show_envvar=True,
    help="Also take the .sql files of this folder as reports; again for another one.",
)
