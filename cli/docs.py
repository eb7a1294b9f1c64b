"""Reference that is made from the code: JSON Schemas, the catalogue of events, the data dictionary, the commands.

`docs/*.md` hold what `cis docs` prints; a test fails when they differ. After a change:

    for name in events tables reports commands; do cis docs $name > docs/$name.md; done
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from cli.completion import kinds
from cli.options import Command
from cli.output import put, to_json, width

if TYPE_CHECKING:
    from sqlalchemy import Table

    from eventstore.events import Event
    from eventstore.events.fields import Field
    from projections.report import Report

_PAGES = ("events", "tables", "reports", "commands")
WIDTH = 96  # columns of the help in docs/commands.md


@click.command("schema", cls=Command)
@click.argument("kind", required=False, shell_complete=kinds)
def schema_command(kind: str | None) -> None:
    """Print the JSON Schema of entries.

    KIND is a kind of event; left out, the schema is that of an entry of any kind. An entry is what a file for
    `cis append --file` holds: the kind, the date (`on`), the fields of the kind, and the sources. (JSON Schema 2020-12.)
    """
    from eventstore.errors import Misuse, Problem, did_you_mean
    from eventstore.events import KINDS

    if kind is not None and kind not in KINDS:
        advice = did_you_mean(kind, KINDS) or "`cis append --help` lists the kinds."
        raise Misuse(Problem(f"there is no kind of event {kind[:80]!r}", "KIND", advice))
    put(to_json(schema_of_any() if kind is None else schema_of(kind), indent=2).splitlines())


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


# --- JSON Schema ----------------------------------------------------------------------------------------------------------

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DATE = {
    "description": "When it happened: EDTF, such as 1993-12-21, 1993-12, 1994? or [1993-12-03,1993-12-09].",
    "type": ["string", "integer"],
    "examples": ["1993-12-21", "1993-12"],
}
_SOURCE = {"description": "The id of a registered source.", "type": "string"}
_LOCATOR = {"description": "The place in the source, such as a paragraph.", "type": ["string", "integer"]}
_SOURCES = {
    "description": "The sources that say so.",
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"source": _SOURCE, "locator": _LOCATOR},
        "required": ["source"],
        "additionalProperties": False,
    },
}
_DISPUTE = {
    "description": "What another source says of this entry; each gives an event-disputed.",
    "type": "object",
    "properties": {
        "date": {**_DATE, "description": "The date that it claims."},
        "changes": {"description": "The values that it claims; null: that there is none.", "type": "object"},
        "denied": {"description": "Whether it says that it did not happen.", "type": "boolean"},
        "reason": {"description": "Why this is recorded.", "type": "string"},
        "only": {"description": "The states it speaks of, where the entry has several.", "type": ["array", "string"]},
        "on": {**_DATE, "description": "The day on which it was found; left out, that of `edited`."},
        "sources": _SOURCES,
        "source": _SOURCE,
        "locator": _LOCATOR,
        "note": {"type": "string"},
    },
    "required": ["reason"],
    "additionalProperties": False,
}
_ENVELOPE: Mapping[str, Any] = {
    "sources": _SOURCES,
    "source": {"description": "The source, or several: short for sources.", "type": ["string", "array"]},
    "locator": _LOCATOR,
    "edited": {**_DATE, "description": "The day on which the entry was written."},
    "disputed": {"anyOf": [{"type": "array", "items": _DISPUTE}, _DISPUTE]},
}
_ABOUT = {
    "description": "The event it is about: its id, the id that it introduced, or the event itself written out.",
    "examples": [{"meeting": "chs-1991-12-30-minsk"}],
    "type": ["string", "object"],
}


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of an entry of a kind, as batch files hold it."""
    entry, definitions = _entry(kind)
    return {"$schema": DIALECT, **entry, **({"$defs": definitions} if definitions else {})}


def schema_of_any() -> dict[str, Any]:
    """The JSON Schema of an entry of any kind."""
    from eventstore.events import KINDS

    definitions = dict[str, Any]()
    for kind in KINDS:
        definitions[kind], nested = _entry(kind)
        definitions |= nested
    return {
        "$schema": DIALECT,
        "title": "An entry of a batch",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS],
        "$defs": definitions,
    }


def _entry(kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of an entry of a kind, and the definitions that it refers to."""
    import msgspec

    from cli.kinds import ordered
    from eventstore.events import KINDS

    cls = KINDS[kind]
    definitions: dict[str, Any] = msgspec.json.schema(cls)["$defs"]
    data = definitions.pop(cls.__name__)
    fields = {field.name: field for field in ordered(cls)}
    properties = {name: _as_written(data["properties"][name], field) for name, field in fields.items()}
    required = [name for name, field in fields.items() if field.required]
    alternatives = [["sources"], ["source"]]
    if "event" in fields:
        properties["about"] = _ABOUT
        alternatives = [[target, *way] for target in ("event", "about") for way in alternatives]
        required.remove("event")
    envelope = {name: part for name, part in _ENVELOPE.items() if name not in properties}
    entry = {
        "title": kind,
        "description": data.get("description", ""),
        "type": "object",
        "properties": {"kind": {"const": kind}, "on": _DATE, **properties, **envelope},
        "required": ["kind", "on", *required],
        "anyOf": [{"required": way} for way in alternatives],
        "additionalProperties": False,
    }
    return entry, definitions


def _as_written(schema: dict[str, Any], field: "Field") -> dict[str, Any]:
    """The schema of a field in an entry: people may write a little less strictly than it is stored."""
    from cli.kinds import takes_several

    if field.register == "state":
        code = {"type": "string", "description": "ISO 3166 code or usual name.", "examples": ["AM"]}
        forms = [code, *([{"type": "array", "items": code}] if takes_several(field) else [])]
    elif field.form == "date":
        forms = [{"type": ["string", "integer"]}]
    elif field.struct is not None and field.many:
        forms = [{"type": "array", "items": {"anyOf": [schema["items"], {"type": "string"}]}}]
    elif field.many:
        forms = [schema, schema["items"]]
    else:
        return schema
    described: dict[str, Any] = {name: schema[name] for name in ("description", "examples") if name in schema}
    return {**described, "anyOf": [*forms, *([] if field.required else [{"type": "null"}])]}


# --- the catalogue of events ----------------------------------------------------------------------------------------------


def events_page() -> str:
    """The catalogue of events as Markdown."""
    return "\n".join(_events()) + "\n"


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


def tables_page() -> str:
    """The data dictionary as Markdown."""
    return "\n".join(_tables()) + "\n"


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


def commands_page() -> str:
    """The reference of the commands as Markdown: their help, as it is printed."""
    return "\n".join(_commands()) + "\n"


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


def reports_page() -> str:
    """The library of reports as Markdown, and how one is written."""
    return "\n".join(_reports()) + "\n"


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


PAGES: Mapping[str, Callable[[], str]] = {
    "events": events_page,
    "tables": tables_page,
    "reports": reports_page,
    "commands": commands_page,
}
