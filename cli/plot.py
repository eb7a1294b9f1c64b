"""The record in pictures: plot."""

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from cli.asking import known, question
from cli.completion import files, names
from cli.options import Command, Day, asking_option, known_at_option, language_option, today
from cli.output import say
from cli.target import refuse_record, target
from projections.pictures import PICTURES, About

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from sqlalchemy import Connection


def _listed(name: str, about: About) -> str:
    of = f" [{about.register.upper()}]" if about.default or about.optional else f" {about.register.upper()}"
    return (
        f"{name}{of if about.register else ''}: {about.shows}{f' (default: {about.default})' if about.default else ''}"
    )


def _offered(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """The ids of the register that the picture is about."""
    about = PICTURES.get(str(ctx.params.get("picture")))
    return names(about.register)(ctx, parameter, incomplete) if about else []


_LISTED = "\n\n".join(_listed(name, about) for name, about in PICTURES.items())


@click.command("plot", cls=Command, epilog=_LISTED)
@click.argument("picture", type=click.Choice(tuple(PICTURES)), metavar="PICTURE")
@click.argument("subject", required=False, shell_complete=_offered)
@click.option(
    "--output", metavar="FILE", shell_complete=files, help="The new file to write; its name ends in .svg or .png."
)
@click.option("--force", is_flag=True, help="Write over what is there.")
@click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    help="The day asked about: bars get a line there, a timeline ends, a network is that of this day (default for it: the last "
    "day of which the record tells).",
)
@language_option
@known_at_option
@asking_option
def plot_command(
    picture: str,
    subject: str | None,
    output: str | None,
    force: bool,
    as_of: str | None,
    language: str | None,
    known_at: str | None,
    database: str,
) -> None:
    """Draw the record: bars over time, counts by year, treaties between states.

    A picture goes to a new file, as SVG or PNG; without --output its SVG goes to standard output, if that is no terminal. Bars
    run to the last day of which the record tells. What is only possible by the dates known is hatched, or marked ? where it is
    too short for that; what a source disputes is marked !. Below it stands what it rests on, so that it can be cited.
    """
    _refuse_idle(picture, subject, output, force)
    refuse_record(output, database)
    from projections.pictures import draw
    from projections.pictures.picture import converter

    converter()  # whoever lacks it learns so before the record is asked
    with target(output, force) as place, question(database, as_of or "", known_at) as asked:
        chosen = _chosen(asked.log, PICTURES[picture], subject)
        drawn = draw(asked.views, picture, chosen, basis=asked.basis, today=today(), language=language or "en")
        if place is None:
            click.echo(drawn.svg(), nl=False)
        else:
            place.write_bytes(drawn.png() if _form(output) == ".png" else drawn.svg().encode())
        basis = asked.basis
    say(f"{f'Written to {output}; ' if output else ''}{basis}")


def _on_terminal() -> bool:
    return sys.stdout.isatty()


def _form(output: str | None) -> str:
    return PurePath(output or "").suffix.lower()


def _refuse_idle(picture: str, subject: str | None, output: str | None, force: bool) -> None:
    """Refuse what lacks its subject or its place, and what would have no effect."""
    about = PICTURES[picture]
    if subject is None and not about.default and not about.optional:
        raise click.UsageError(f"Name the {about.register}: cis plot {picture} ID")
    if output is None:
        if force:
            raise click.UsageError("--force has no effect without --output.")
        if _on_terminal():
            name = "-".join(filter(None, (picture, subject)))
            raise click.UsageError(f"A picture is not read on a terminal: write it to a file (--output {name}.svg).")
    elif _form(output) not in (".svg", ".png"):
        raise click.BadParameter(f"{output!r} ends neither in .svg nor in .png.", param_hint="--output")


def _chosen(log: "Connection", about: About, subject: str | None) -> str | None:
    """The id that a subject stands for, one that the record knows."""
    if subject is None:
        subject = about.default
    if subject is None:
        return None
    if about.register != "state":
        return known(log, about.register, subject, "SUBJECT")
    from eventstore.states import UnknownState, state_code

    try:
        return state_code(subject)
    except UnknownState as error:
        raise click.BadParameter(str(error), param_hint="SUBJECT") from None
