"""The record in forms that other programs read: export; and the citation of an answer: cite."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.asking import question
from cli.options import Command, Day, as_of_option, database_option, known_at_option
from cli.output import plural, say
from cli.target import refuse_record, target
from projections.exports import FORMATS, Format, Request, load

if TYPE_CHECKING:
    from projections.question import Basis


def _items(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    import re

    found = dict[str, str]()
    for text in given:
        match = re.fullmatch(r"([a-z0-9-]+)=(Q[1-9][0-9]*)", text)
        if match is None:
            raise click.BadParameter(f"{text[:60]!r} is not of the form cis=Q123.")
        if match[1] in found:
            raise click.BadParameter(f"{match[1]} is given twice: only one can have an effect.")
        found[match[1]] = match[2]
    return found


_LISTED = "\n\n".join(f"{name}: {form.help}" for name, form in FORMATS.items())


@click.command("export", cls=Command, epilog=_LISTED)
@click.argument("form", metavar="FORMAT", type=click.Choice(tuple(FORMATS)), default="jsonl")
@click.option("--output", metavar="PATH", help="The new file, or for csv and parquet the new folder, to write.")
@click.option("--force", is_flag=True, help="Write over what is there.")
@click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    show_default="all of it",
    help="Only the record of this day (or month, year).",
)
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="ORG=Q...",
    callback=_items,
    help="For quickstatements: the Wikidata item of an organisation. Given again for others.",
)
@known_at_option
@database_option
def export_command(
    form: str,
    output: str | None,
    force: bool,
    as_of: str | None,
    items: dict[str, str],
    known_at: str | None,
    database: str,
) -> None:
    """Write the record in a form that other programs read.

    What is one text goes to standard output, or with --output to a new file; the rest needs --output. A file that is there
    stays as it is without --force, and also where anything goes wrong. FORMAT is jsonl if left out; `cis import` reads that.
    """
    chosen = FORMATS[form]
    _refuse_idle(form, chosen, output, force, as_of, items)
    refuse_record(output, database)
    with (
        target(output, force, folder=chosen.target == "folder") as place,
        _request(form, as_of, known_at, database) as request,
    ):
        count = 0
        if place is None:
            count = _write(sys.stdout.write, _lines(form, request, items))
        elif chosen.target == "text":
            with place.open("x", encoding="utf-8", newline="\n") as file:
                count = _write(file.write, _lines(form, request, items))
        else:
            load(form)(request, place)
        basis = request.basis
    say(_done(form, count, output, basis))


def _refuse_idle(
    form: str, chosen: Format, output: str | None, force: bool, as_of: str | None, items: Mapping[str, str]
) -> None:
    """Refuse what would have no effect, and what lacks a place to be written to."""
    if output is None and chosen.target != "text":
        raise click.UsageError(f"{form} is not one text: name the {chosen.target} to write with --output.")
    idle = {
        "--as-of": as_of is not None and not chosen.dated,
        "--item": bool(items) and form != "quickstatements",
        "--force": force and output is None,
    }
    for option, given in idle.items():
        if given:
            without = " without --output" if option == "--force" else f" on {form}"
            raise click.UsageError(f"{option} has no effect{without}.")


@contextmanager
def _request(form: str, as_of: str | None, known_at: str | None, database: str) -> Iterator[Request]:
    if form == "jsonl":  # the log alone: it can be carried over also where the views have not followed it
        from eventstore.database import Database
        from projections.question import basis

        with Database(database).record() as log:
            yield Request(log, log, None, basis(log, "", known_at), say)
        return
    with question(database, as_of or "", known_at) as asked:
        yield Request(asked.log, asked.views, as_of, asked.basis, say)


def _lines(form: str, request: Request, items: Mapping[str, str]) -> Iterable[str]:
    lines: Iterable[str] = load(form)(request, items) if items else load(form)(request)
    return lines


def _write(write: Callable[[str], object], lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        write(line + "\n")
        count += 1
    return count


def _done(form: str, count: int, output: str | None, basis: "Basis") -> str:
    what = f"{plural(count, 'event')} exported" if form == "jsonl" else f"The record is exported as {form}"
    return f"{what}{f' to {output}' if output else ''}; {basis}"


@click.command("cite", cls=Command)
@click.option(
    "--format",
    "style",
    type=click.Choice(("text", "bibtex", "csl")),
    default="text",
    show_default=True,
    help="How it is printed.",
)
@as_of_option
@known_at_option
@database_option
def cite_command(style: str, as_of: str, known_at: str | None, database: str) -> None:
    """Give the citation of an answer.

    It names the day asked about, the position in the log at which it was answered, and the hash of the log there: with these
    anyone who holds the log can ask again and get the same.
    """
    from importlib.metadata import PackageNotFoundError, version

    from eventstore.database import Database
    from projections.exports.bibliography import answer, cited
    from projections.question import basis

    try:
        release = version("cis-record")
    except PackageNotFoundError:
        release = "from source"
    with Database(database).record() as log:
        for line in cited(answer(log, basis(log, as_of, known_at), release), style):
            click.echo(line)
