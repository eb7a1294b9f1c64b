"""Reference that is made from the code: the catalogue of events, the data dictionary, the reports, the commands.

`docs/*.md` hold what `cis docs` prints; a test fails when they differ. After a change:

    for name in events tables reports commands; do cis docs $name > docs/$name.md; done
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import click

from cli.options import Command
from cli.output import put, width

if TYPE_CHECKING:
    from sqlalchemy import Table

    from eventstore.events import Event
    from projections.report import Report

_PAGES = ("events", "tables", "reports", "commands")
WIDTH = 96  # columns of the help in docs/commands.md


@click.command("docs", cls=Command)
@click.argument("which", metavar="[events|tables|reports|commands]", required=False, type=click.Choice(_PAGES))
def docs_command(which: str | None) -> None:
    """Print the catalogue of events, the data dictionary, the reports or this reference.

    Made from the program itself: on a terminal set for reading, elsewhere as Markdown. Left out, all four are printed.
    """
    pages = (PAGES[name]() for name in ([which] if which else PAGES))
    if sys.stdout.isatty():
        put(_for_reading(pages))
    else:
        click.echo("\n".join(pages), nl=False)


def _for_reading(pages: Iterable[str]) -> Iterator[str]:
    """The lines of Markdown as a terminal shows it, part by part, so that the first of them is there at once."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    for page in pages:
        for part in re.split("^(?=## )", page, flags=re.MULTILINE):
            shown = StringIO()
            Console(file=shown, width=width(), force_terminal=True, highlight=False).print(Markdown(part))
            yield from shown.getvalue().splitlines()
            yield ""


# --- the catalogue of events ----------------------------------------------------------------------------------------------


_BATCHES = """\
## Files of events

`cis append --file FILE` records a file of entries, whole or not at all: YAML, JSON, or JSON Lines with an entry a line. A file
is a list of entries, or a mapping with `events` (the list) and `defaults` (what entries leave out). `cis schema` gives the form
of an entry for editors and programs.

```yaml
defaults: {source: my-archive, edited: 2026-11-02}
events:
  - kind: meeting-held
    on: 1991-12-30
    meeting: chs-1991-12-30-minsk
    states: [AM, Belarus, RUS]        # codes or names
    locator: page 3
  - kind: treaty-signed
    on: 1991-12-21
    treaty: alma-ata-declaration
    state: [AM, AZ]                   # one event for each
    sources: [{source: my-archive, locator: page 4}, {source: press-report}]
    disputed:                         # what another source says of this entry
      - {date: 1991-12-22, only: AZ, reason: The report has the day after., source: press-report}
  - kind: event-corrected
    on: 2026-11-02
    about: {meeting: chs-1991-12-30-minsk}   # what the event introduced; or its id; or the event repeated
    changes: {place: Minsk}
    reason: The minutes name the place.
```

`source` with `locator` is short for one of `sources`. `edited` is the day on which an entry was written, and the date of what
disputes it.
"""


def _events() -> Iterator[str]:
    from eventstore.events import FAMILIES

    yield "# Events\n"
    yield "What can happen, as the log knows it: one kind of event a section. Made from the program by `cis docs events`.\n"
    yield (
        "Beside its fields every event has a date (`on`, EDTF) and at least one source with the place in it. Ids are small"
        " letters and digits joined by hyphens; states are ISO 3166-1 alpha-2 codes, or four letters of ISO 3166-3 for those"
        " that no longer exist. The option of a field is its name with hyphens: `title_ru` is `--title-ru`.\n"
    )
    yield _BATCHES
    for title, family in FAMILIES.items():
        yield f"## {title[0].upper()}{title[1:]}\n"
        for cls in family:
            yield from _event(cls)


def _event(cls: "type[Event]") -> Iterator[str]:
    from cli.kinds import default_of, example_of, metavar_of, ordered

    yield f"### {cls.kind}\n"
    yield f"{_prose(str(cls.__doc__))}\n"
    told = []
    if cls.introduces:
        told.append(f"It enters a new {cls.introduces} into the register.")
    if cls.lasts:
        told.append("Its date may be a span, from a day to a day (`a/b`).")
    if cls.version > 1:
        told.append(
            f"Form {cls.version} of its data; events recorded in an earlier form are read as if they had this one."
        )
    if told:
        yield " ".join(told) + "\n"
    yield "| field | takes | |"
    yield "| --- | --- | --- |"
    for field in ordered(cls):
        takes = "yes or no" if field.form == "flag" else metavar_of(field).replace("|", ", ")
        if field.many:
            takes = f"list of {takes}"
        default = default_of(cls, field)
        must = "**Required.** " if field.required else f"Default: {default}. " if default else ""
        yield f"| `{field.name}` | {takes} | {must}{_prose(field.description)} |"
    yield f"\n```\n{example_of(cls)}\n```\n"


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


# --- the data dictionary --------------------------------------------------------------------------------------------------


def _tables() -> Iterator[str]:
    from eventstore.tables import metadata as log
    from projections.views import metadata as views

    yield "# Tables\n"
    yield (
        "What SQL reads, in `cis sql`, in reports and in the file that `cis replay --into` writes. Made from the program by"
        " `cis docs tables`.\n"
    )
    yield (
        "Days are text (`1993-12-21`), so they compare as they sort. A row with `valid_from` is an interval with soft edges: it"
        " began on some day from `valid_from` to `valid_from_latest` and was over on some day from `valid_to` to"
        " `valid_to_latest` (NULL: it is not over). On day D it holds\n"
    )
    yield "```sql"
    yield "-- possibly or certainly:"
    yield "valid_from <= D AND (valid_to IS NULL OR valid_to_latest > D)"
    yield "-- certainly:"
    yield "valid_from_latest <= D AND (valid_to IS NULL OR valid_to > D)"
    yield "```\n"
    yield (
        "`began_by` and `ended_by` are ids of events. What happened once has `occurred_from` and `occurred_to`, the first and"
        " last day on which it can have happened.\n"
    )
    for title, metadata in (("The views", views), ("The log", log)):
        yield f"## {title}\n"
        for table in sorted(metadata.tables.values(), key=lambda table: table.name):
            yield from _table(table)


def _table(table: "Table") -> Iterator[str]:
    yield f"### {table.name}\n"
    yield f"{_prose(table.comment or '')}\n"
    yield "| column | type | |"
    yield "| --- | --- | --- |"
    for column in table.columns:
        kind = {"INTEGER": "integer", "BIGINT": "integer", "BOOLEAN": "yes or no"}.get(str(column.type), "text")
        empty = ", may be NULL" if column.nullable else ""
        yield f"| `{column.name}` | {kind}{empty} | {_prose(column.comment or '')} |"
    yield ""


# --- the commands ---------------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    from cli.main import SECTIONS, program

    settings = {**program.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    top = click.Context(program, info_name="cis", **settings)
    yield "# Commands\n"
    yield "The help of every command. Made from the program by `cis docs commands`.\n"
    yield f"```\n{program.get_help(top)}\n```\n"
    for title, commands in SECTIONS.items():
        yield f"## {title}\n"
        for name in commands:
            command = program.get_command(top, name)
            assert command is not None
            yield f"### cis {name}\n"
            yield f"```\n{command.get_help(click.Context(command, parent=top, info_name=name))}\n```\n"


# --- the reports ----------------------------------------------------------------------------------------------------------


def _reports() -> Iterator[str]:
    from projections import report as reports

    library = reports.library().values()
    yield "# Reports\n"
    yield (
        f"The {len(library)} reports of the library, group by group. `cis report NAME` runs one, `cis report NAME --help` tells"
        " what it takes. Made from the program by `cis docs reports`. How to write one of your own stands at the end.\n"
    )
    for group in dict.fromkeys(report.group for report in library):
        yield f"## {group[0].upper()}{group[1:]}\n"
        yield f"{reports.GROUPS[group]}.\n"
        for report in library:
            if report.group == group:
                yield from _report(report)
    yield "## Your own\n"
    yield (
        "Put files of this form into a folder and name it: `cis report --reports FOLDER`, or `CIS_REPORTS` in the environment"
        " (several as in `PATH`). They are listed with the others; a name that is taken is refused, and a fault is told with its"
        " file and line. The tables are those of `cis docs tables`.\n"
    )
    yield str(reports.__doc__)


def _report(report: "Report") -> Iterator[str]:
    yield f"### {report.name}\n"
    yield f"{_prose(report.help)}\n"
    if report.parameters:
        yield "| parameter | takes | |"
        yield "| --- | --- | --- |"
    for parameter in report.parameters:
        must = "**Required.** " if parameter.default is None else f"Default: {parameter.default}. "
        yield f"| `--{parameter.name.replace('_', '-')}` | {parameter.type} | {must}{_prose(parameter.help)} |"
    if report.example:
        yield f"\n```\ncis report {report.name} {report.example}\n```\n"


def _page(lines: Callable[[], Iterator[str]]) -> str:
    return "\n".join(lines()) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {  # what gives each page as Markdown
    "events": partial(_page, _events),
    "tables": partial(_page, _tables),
    "reports": partial(_page, _reports),
    "commands": partial(_page, _commands),
}
