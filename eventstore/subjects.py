"""What an event is about, as `register:id`: state:AM, treaty:cis-charter, organisation:cis."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import permutations
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct

from eventstore.events import ACTS, DEFINING
from eventstore.events.base import Event
from eventstore.events.fields import fields_of

_TOWARDS = ("treaty:", "organisation:")  # of the subjects of an act, those towards which it was done


class About(NamedTuple):
    """What an event is about: the kind of the event about the world that it is, or amends, and the subjects."""

    kind: str
    subjects: Sequence[str]

    def sides(self) -> list[str]:
        """The two sides of an act in one name (see `sides_of`); none where it is no act."""
        if self.kind not in ACTS:
            return []
        return [sides for pair in permutations(self.subjects, 2) if (sides := sides_of(pair)) is not None]

    def defines(self) -> list[str]:
        """What the event is found by together with its kind."""
        return [*self.subjects, *self.sides()] if self.kind in DEFINING else self.sides()


def about(event: Event) -> About:
    """What an event that amends no other is about."""
    return About(event.kind, subjects_of(event))


def sides_of(subjects: Sequence[str]) -> str | None:
    """The name under which all acts of a state towards a treaty or an organisation are found: `treaty:x state:AM`.

    None for any other subjects than one of each, in this order.
    """
    if len(subjects) == 2 and subjects[0].startswith(_TOWARDS) and subjects[1].startswith("state:"):
        return " ".join(subjects)
    return None


def subjects_of(event: Event) -> tuple[str, ...]:
    """Every subject that the fields of an event name, once each."""
    naming = _naming(type(event))
    found = {
        prefix + name: None
        for prefix, name in zip(naming.prefixes, naming.singles(event), strict=False)
        if name is not None
    }
    for prefix, field in naming.many:
        found |= dict.fromkeys([prefix + name for name in getattr(event, field)])
    for field in naming.nested:
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
    for field in fields_of(cls):
        value = fields.get(field.name) if field.register else None
        for name in value if field.many and isinstance(value, list | tuple) else (value,):
            if isinstance(name, str):
                yield f"{field.register}:{name}"


class _Naming(NamedTuple):
    """The fields of a kind by which an event names something: those with one name and the prefixes of these, and the others."""

    singles: Callable[[Struct], Sequence[Any]]  # their values, and more
    prefixes: tuple[str, ...]
    many: tuple[tuple[str, str], ...]  # the prefix of each, and its name
    nested: tuple[str, ...]


@cache
def _naming(cls: type[Struct]) -> _Naming:
    fields = fields_of(cls)
    singles = [field for field in fields if field.register and not field.many]
    # One attribute more than is wanted, twice: of a single one attrgetter would give the bare value.
    read = attrgetter(*(field.name for field in singles), "__class__", "__class__")
    return _Naming(
        read,
        tuple(f"{field.register}:" for field in singles),
        tuple((f"{field.register}:", field.name) for field in fields if field.register and field.many),
        tuple(field.name for field in fields if field.form == "struct"),
    )
