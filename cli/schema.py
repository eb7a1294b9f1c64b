"""The JSON Schemas of entries: schema."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli.completion import kinds
from cli.options import Command
from cli.output import put, to_json

if TYPE_CHECKING:
    from eventstore.events.fields import Field


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
