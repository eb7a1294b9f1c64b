"""What an event is about, as `register:id`: state:AM, treaty:cis-charter, organisation:cis."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from eventstore.events.base import Event
from eventstore.events.fields import fields_of


def subject(register: str, name: str) -> str:
    """The subject under which the events about an entry of a register are found."""
    return f"{register}:{name}"


def subjects_of(event: Event) -> tuple[str, ...]:
    """Every subject that the fields of an event name, in order and once each."""
    references, nested = _naming(type(event))
    found = dict[str, None]()
    for field, register, many in references:
        value = getattr(event, field)
        if many:
            found |= dict.fromkeys([f"{register}:{name}" for name in value])
        elif value is not None:
            found[f"{register}:{value}"] = None
    for field in nested:
        value = getattr(event, field)
        for struct in value if isinstance(value, tuple) else (value,):
            if struct is not None:
                found |= dict.fromkeys(subjects_of(struct))
    return tuple(found)


def introduced_by(event: Event) -> str | None:
    """The subject that an event enters into a register, or None."""
    register = type(event).introduces
    return None if register is None else f"{register}:{getattr(event, register)}"


def named_in(fields: Mapping[str, Any], cls: type[Struct]) -> Iterable[str]:
    """The subjects named by some fields of a kind, given as plain values (the changes of a correction)."""
    for nested in (field for field in fields_of(cls) if field.struct is not None):
        value = fields.get(nested.name)
        for inner in value if isinstance(value, list | tuple) else (value,):
            if isinstance(inner, Mapping) and nested.struct is not None:
                yield from named_in(inner, nested.struct)
    for field, register, many in _naming(cls)[0]:
        value = fields.get(field)
        for name in value if many and isinstance(value, list | tuple) else (value,):
            if isinstance(name, str):
                yield f"{register}:{name}"


@cache
def _naming(cls: type[Struct]) -> tuple[tuple[tuple[str, str, bool], ...], tuple[str, ...]]:
    """The fields of a kind that name something, each with its register and whether it takes many; and the nested ones."""
    fields = fields_of(cls)
    references = tuple((field.name, field.register, field.many) for field in fields if field.register)
    return references, tuple(field.name for field in fields if field.form == "struct")
