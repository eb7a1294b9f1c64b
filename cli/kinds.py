"""The options of a kind of event, read off its class, and the entry that they come to: the one that a line of a file is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from msgspec.structs import fields as struct_fields

from cli.completion import names
from cli.options import Command
from eventstore.events import Event
from eventstore.events.fields import Field, fields_of

CITES = "--source"
FIELD = "field_"  # before the name of a field, so that no field can be mistaken for an option of the command


class KindCommand(Command):
    """A command whose options are, in this order, fields of an event, its date and sources, and how it is recorded."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options in three parts."""
        parts: dict[str, list[tuple[str, str]]] = {
            "What happened": [],
            "When, and where it says so": [],
            "Recording": [],
        }
        fields, envelope, recording = parts.values()
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            name = str(param.name)
            if record is not None:
                part = fields if name.startswith(FIELD) or name == "set" else envelope
                (part if part is fields or name in ("on", "sources", "locators") else recording).append(record)
        for title, options in parts.items():
            if options:
                with formatter.section(title):
                    formatter.write_dl(options)


def options_of(cls: type[Event], *, without: Sequence[str] = ()) -> list[click.Parameter]:
    """The options of a kind of event: one for each field, then its date and its sources."""
    params = list[click.Parameter]()
    for field in ordered(cls):
        if field.name not in without:
            params.append(_option(cls, field))
            if field.form == "object":
                params.append(click.Option(["--set", "set"], multiple=True, metavar="FIELD=VALUE", help=_SET))
    return [*params, *_envelope(cls)]


_SET = (
    'One other value; again for another field. A VALUE that begins with [ or { or " is JSON; without a VALUE the field is taken'
    " out."
)


def ordered(cls: type[Event]) -> list[Field]:
    """The fields of a kind, those that every kind has (remarks) last."""
    common = {field.name for field in fields_of(Event)}
    return sorted(fields_of(cls), key=lambda field: field.name in common)


def _envelope(cls: type[Event]) -> Iterator[click.Option]:
    on = "The date (EDTF), such as 1993-12-21, 1993-12 or [1993-12-03,1993-12-09]."
    if "event" in {field.name for field in fields_of(cls)}:
        on = "The day on which this is found.  [default: today]"
    yield click.Option(["--on"], metavar="DATE", help=on)
    yield click.Option(
        [cites(cls), "sources"],
        multiple=True,
        metavar="SOURCE",
        shell_complete=names("source"),
        help="The source that says so; again for another one."
        + ("  [default: the new source itself]" if cites(cls) != CITES else ""),
    )
    yield click.Option(
        ["--locator", "locators"],
        multiple=True,
        metavar="TEXT",
        help="The place in the source, such as a paragraph; one for each source, in the same order.",
    )


def cites(cls: type[Event]) -> str:
    """The option that names what an event cites; another one for the kind that has a field of the usual name."""
    return "--cited-source" if any(field.name == "source" for field in fields_of(cls)) else CITES


def flag_of(name: str) -> str:
    """The option of a field."""
    return f"--{name.replace('_', '-')}"


def _option(cls: type[Event], field: Field) -> click.Option:
    flags = [flag_of(field.name), FIELD + field.name]
    text = help_of(cls, field)
    if field.form == "flag":
        return click.Option(flags, is_flag=True, help=text)
    return click.Option(
        flags,
        multiple=takes_several(field),
        metavar=None if field.choices else metavar_of(field),
        type=click.Choice(field.choices) if field.choices else click.INT if field.form == "count" else click.STRING,
        shell_complete=names(field.register) if field.register else None,
        help=text,
    )


def takes_several(field: Field) -> bool:
    """Whether an option may be given again: for a list, and for the state, where each one gives an event of its own."""
    return field.many or field.name == "state"


def metavar_of(field: Field) -> str:
    """What stands for the value in help."""
    if field.struct is not None:
        return ":".join(nested.name.upper() for nested in fields_of(field.struct)) if _has_shorthand(field) else "JSON"
    forms = {"date": "DATE", "count": "N", "object": "JSON", "flag": "", "choice": "|".join(field.choices)}
    return (field.register or "").upper() or forms.get(field.form, "TEXT")


def _has_shorthand(field: Field) -> bool:
    return field.struct is not None and all(nested.required for nested in fields_of(field.struct))


def help_of(cls: type[Event], field: Field) -> str:
    """What a field means, what it must hold, and what it is when left out."""
    told = [field.description]
    if field.example and field.form != "date":
        told.append(f"Such as {field.example}.")
    if field.many:
        told.append("Again for another one.")
    elif takes_several(field):
        told.append("Again for another event, of another state.")
    default = default_of(cls, field)
    return " ".join(told) + ("  [required]" if field.required else f"  [default: {default}]" if default else "")


def default_of(cls: type[Event], field: Field) -> str:
    """The value that a field has when it is left out; empty if it has none."""
    (default,) = (found.default for found in struct_fields(cls) if found.name == field.name)
    return default if isinstance(default, str) else ""


def entry_of(cls: type[Event], given: Mapping[str, Any], **fixed: Any) -> dict[str, Any]:
    """The entry of a batch that options come to. Raises `click.UsageError` for options that do not go together."""
    entry: dict[str, Any] = {"kind": cls.kind, "on": given["on"], **fixed}
    for field in fields_of(cls):
        value = given.get(FIELD + field.name)
        if value is None or value is False or value == ():
            continue
        entry[field.name] = _value(field, value)
    if given.get("set"):
        if "changes" in entry:
            raise click.UsageError("--changes and --set say the same: give one of them.")
        entry["changes"] = _changes(given["set"])
    entry["sources"] = _sources(cls, given["sources"], given["locators"], entry)
    return entry


def _value(field: Field, value: Any) -> Any:
    if not takes_several(field):
        return _one(field, value)
    items = [_one(field, item) for item in value]
    return items if field.many or len(items) > 1 else items[0]


def _one(field: Field, value: Any) -> Any:
    if field.form == "object" or (field.struct is not None and (value.startswith("{") or not _has_shorthand(field))):
        return _json(value, flag_of(field.name))
    return value


def _json(text: str, option: str) -> Any:
    value = _decoded(text, option)
    if not isinstance(value, dict):
        raise click.BadParameter("a JSON object is needed: {...}", param_hint=option)
    return value


def _changes(pairs: Sequence[str]) -> dict[str, Any]:
    changes = dict[str, Any]()
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{pair!r} is not of the form FIELD=VALUE", param_hint="--set")
        name = name.replace("-", "_")
        if name in changes:
            raise click.BadParameter(f"{name} is set twice", param_hint="--set")
        changes[name] = _loose(text)
    return changes


def _loose(text: str) -> Any:
    """A value as people write it: JSON where it must be, text else, nothing for nothing."""
    if text in ("", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if text[0] not in '[{"':
        return text
    return _decoded(text, "--set")


def _decoded(text: str, option: str) -> Any:
    """The JSON of an option, read as that of a file is."""
    from eventstore.errors import Refused
    from eventstore.readers import read_json

    try:
        ((value, _),) = read_json(text, option)
    except Refused as refusal:
        raise click.BadParameter(f"{text[:80]!r}: {refusal.problems[0].what}", param_hint=option) from None
    return value


def _sources(
    cls: type[Event], sources: Sequence[str], locators: Sequence[str], entry: Mapping[str, Any]
) -> list[dict[str, str]]:
    option = cites(cls)
    if not sources and option != CITES and "source" in entry:
        sources = (entry["source"],)
    if locators and len(locators) != len(sources):
        counts = f"{len(locators)} for {len(sources)}"
        raise click.UsageError(
            f"--locator is needed once for each {option}, in the same order, or not at all ({counts})."
        )
    placed = zip(sources, locators or [""] * len(sources), strict=True)
    return [{"source": source, **({"locator": locator} if locator else {})} for source, locator in placed]


def example_of(cls: type[Event]) -> str:
    """A command line that records an event of a kind, its required fields only."""
    words = ["cis append", cls.kind, "--on", "1993-12-21"]
    for field in fields_of(cls):
        if field.required:
            words += [flag_of(field.name), field.choices[0] if field.choices else field.example or '"..."']
    return " ".join([*words, cites(cls), "nti-cis", "--locator", '"paragraph 1"'])
