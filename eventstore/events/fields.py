"""The types of the fields of events, and what is derived from them: options, schemas, references, the catalogue.

A field that names something in a register (a treaty, a state, a body ...) has one of the `...Id` types. Its register makes
the event findable under that subject, and is what the value is checked against.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct
from msgspec.structs import fields as struct_fields

SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
LONGEST_ID = 100
LONGEST_TEXT = 20_000
LARGEST_INTEGER = 2**53 - 1  # RFC 7493 section 2.2: beyond it, readers of JSON disagree


# The patterns of ids and codes stand in the JSON Schema only: to match them anew at every reading takes longer than the rest of
# the reading. What is written is held against them once, when it comes in (`misshapen`).
def _in_register(name: str, example: str) -> Meta:
    return Meta(
        max_length=LONGEST_ID, examples=[example], extra={"register": name}, extra_json_schema={"pattern": SLUG}
    )


TreatyId = Annotated[str, _in_register("treaty", "cis-charter")]
OrganisationId = Annotated[str, _in_register("organisation", "cis")]
BodyId = Annotated[str, _in_register("body", "council-of-heads-of-state")]
OfficeId = Annotated[str, _in_register("office", "executive-secretary")]
PersonId = Annotated[str, _in_register("person", "boris-yeltsin")]
MeetingId = Annotated[str, _in_register("meeting", "chs-1991-12-30-minsk")]
DecisionId = Annotated[str, _in_register("decision", "chs-2000-06-21-anti-terrorist-center")]
SourceId = Annotated[str, _in_register("source", "nti-cis")]
StateCode = Annotated[  # ISO 3166-1 alpha-2; four letters of ISO 3166-3 for states that no longer exist
    str,
    Meta(
        min_length=2,
        max_length=4,
        examples=["AM"],
        extra={"register": "state"},
        extra_json_schema={"pattern": "^[A-Z]{2}([A-Z]{2})?$"},
    ),
]
EventId = Annotated[
    str,
    Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$", extra={"register": "event"}),
]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
Date = Annotated[str, Meta(min_length=4, max_length=100, examples=["1993-12"], extra={"date": True})]
Count = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]

Form = Literal["text", "date", "count", "flag", "choice", "struct", "object"]


class Field(NamedTuple):
    """What one field of an event takes, read off its type.

    `register` is the register its ids belong to, or None; `many` says that it takes a list (a set: order does not matter).
    """

    name: str
    form: Form
    required: bool
    many: bool
    register: str | None
    pattern: str | None
    choices: tuple[str, ...]
    example: str
    description: str
    struct: type[Struct] | None


@cache
def fields_of(cls: type[Struct]) -> tuple[Field, ...]:
    """The fields of an event class (or of a struct nested in one), in their order of declaration."""
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_field(field.name, hints[field.name], field.required) for field in struct_fields(cls))


def _field(name: str, hint: Any, required: bool) -> Field:
    description, many = "", False
    metas = list[Meta]()
    struct: type[Struct] | None = None
    choices: tuple[str, ...] = ()
    form: Form = "text"
    while True:
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            metas.extend(args[1:])
            hint = args[0]
        elif origin in (Union, UnionType):
            hint = next(arg for arg in args if arg is not NoneType)
        elif origin is tuple:
            many, hint = True, args[0]
        else:
            break
    if origin is Literal:
        form, choices = "choice", args
    elif origin is dict or hint is dict:
        form = "object"
    elif hint is bool:
        form = "flag"
    elif hint is int:
        form = "count"
    elif isinstance(hint, type) and issubclass(hint, Struct):
        form, struct = "struct", hint
    register, pattern, example = None, None, ""
    for meta in metas:
        description = description or meta.description or ""
        extra = meta.extra or {}
        register = register or extra.get("register")
        pattern = pattern or (meta.extra_json_schema or {}).get("pattern")
        example = example or (meta.examples or [""])[0]
        if extra.get("date"):
            form = "date"
    return Field(name, form, required, many, register, pattern, choices, example, description, struct)


def misshapen(value: Struct) -> list[str]:
    """The names of the fields of an event (or of a citation) that hold what cannot be an id or the code of a state."""
    return [name for name, fits in _shapes(type(value)).items() if not fits(getattr(value, name))]


def has_shape(cls: type[Struct], name: str, value: object) -> bool:
    """Whether what a field of a kind is to hold, of the right type, can be an id or the code of a state, where it takes these."""
    fits = _shapes(cls).get(name)
    return fits is None or fits(value)


@cache
def _shapes(cls: type[Struct]) -> dict[str, Callable[[Any], bool]]:
    return {field.name: shape for field in fields_of(cls) if (shape := _shape(field)) is not None}


def _shape(field: Field) -> Callable[[Any], bool] | None:
    """Whether a value of a field has the shape of what the field takes; None where there is no other shape."""
    one: Callable[[Any], bool]
    if field.struct is not None:
        one = _is_well_shaped
    elif field.pattern is not None:
        one = partial(matches, field.pattern)
    else:
        return None
    return lambda value: value is None or (all(map(one, value)) if isinstance(value, tuple) else one(value))


def _is_well_shaped(value: Struct) -> bool:
    return not misshapen(value)


@lru_cache(maxsize=50_000)
def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is of a pattern."""
    # Not re.match: with it, `$` lets a line break through.
    return re.fullmatch(pattern, text) is not None
