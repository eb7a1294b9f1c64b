"""From what somebody wrote to an event that may be recorded: every fault is named, none is guessed away."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

import msgspec

from eventstore import canonical, dates
from eventstore.errors import Problem, Refused, did_you_mean
from eventstore.events import KINDS, Citation, Event
from eventstore.events.fields import SLUG, Field, fields_of, has_shape, matches, misshapen
from eventstore.integrity import event_id
from eventstore.states import UnknownState, state_code, states

_NO_SOURCE = "the source is missing: an event without a source is not recorded"


class Draft(NamedTuple):
    """An event that is sound in itself, with its identity, and where it was written (file and line, or option)."""

    kind: str
    when: dates.When
    event: Event
    data: str
    event_id: str
    sources: tuple[Citation, ...]
    where: str = ""


def draft(
    kind: object,
    occurred: object,
    fields: Mapping[str, Any],
    sources: Iterable[Mapping[str, Any]],
    *,
    where: str = "",
    today: str,
) -> Draft:
    """The draft of one event.

    `fields` are the fields of the kind's class as read from JSON, YAML or options; `occurred` is EDTF text; `today` is the
    day (ISO) after which nothing can have happened yet. Raises `Refused` with every problem of the entry.
    """
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise Refused(
            Problem(_unknown_kind(kind), where, did_you_mean(str(kind), KINDS) or "`cis docs` lists the kinds.")
        )
    problems = list[str]()
    when = _when(cls, occurred, today, problems)
    written = _as_it_is(cls, fields) or _settled_event(cls, fields, problems)
    citations = _citations(sources, problems)
    if when and written:
        problems += _impossible(written[0], when)
    if problems or when is None or written is None:
        raise Refused([Problem(f"{kind}: {problem}", where) for problem in problems])
    return _identified(*written, when, citations, where)


def of_event(event: Event, when: dates.When, sources: tuple[Citation, ...], where: str = "") -> Draft:
    """The draft of an event that is already typed and sound."""
    return _identified(event, canonical.encode(event), when, sources, where)


def _identified(event: Event, data: str, when: dates.When, sources: tuple[Citation, ...], where: str) -> Draft:
    return Draft(event.kind, when, event, data, event_id(event.kind, when.text, data), sources, where)


def unfit(
    cls: type[Event], fields: Mapping[str, Any], changes: Mapping[str, Any] | None, occurred: str | None, today: str
) -> list[str]:
    """Why an event of this kind with these fields, as it is stored, cannot be changed so, or cannot have happened on that date.

    In the changes None takes a field out; `occurred` is EDTF text, seen from `today` (ISO). Of changes or a date that are None
    themselves nothing is said.
    """
    problems = list[str]()
    event = None if changes is None else _changed(cls, fields, changes, problems)
    when = None if occurred is None else _when(cls, occurred, today, problems)
    if event and when:
        problems += _impossible(event, when)
    return problems


def _changed(
    cls: type[Event], fields: Mapping[str, Any], changes: Mapping[str, Any], problems: list[str]
) -> Event | None:
    """The event after changes, or None; why there can be none is added to `problems`, and what is not in the stored form."""
    faults = list[str]()
    kept = {name: value for name, value in fields.items() if name not in changes}
    written = _settled_event(cls, changes, faults, kept)
    problems += [f"{cls.kind}: {fault}" for fault in faults]
    if written is None:
        return None
    event, data = written
    settled = msgspec.json.decode(data)
    problems += [
        f"changes: write {name} as {settled[name]!r}"
        for name, value in changes.items()
        if value is not None and name in settled and settled[name] != value
    ]
    return event


def sound_parts(
    cls: type[Event], fields: Mapping[str, Any], sources: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[Citation, ...]]:
    """The fields and the sources of a faulty entry that are sound, in the form that is stored; so also of changes."""
    if isinstance(changes := fields.get("changes"), Mapping):
        sound = {name: value for name, value in changes.items() if not canonical.check({name: value})}
        fields = {**fields, "changes": sound}
    return _sound(cls, fields, []), _citations(sources, [])


def _unknown_kind(kind: object) -> str:
    return "the kind of event is missing" if kind in (None, "") else f"there is no kind of event {str(kind)[:80]!r}"


def _when(cls: type[Event], occurred: object, today: str, problems: list[str]) -> dates.When | None:
    text = "" if occurred is None else str(occurred)
    try:
        when = dates.parse(text)
    except dates.DateError as error:
        problems.append("the date is missing (`on`)" if _is_blank(text) else str(error))
        return None
    if when.lasts and not cls.lasts:
        problems.append(
            f"{when.text!r} lasts from one day to another, but this happens once: for a day not known exactly write [a,b]"
        )
    if when.first is not None and when.first > today:
        problems.append(
            f"{when.text!r} is after today ({today}): what has not happened cannot be recorded as done;"
            " record an announcement as statement-made"
        )
    elif when.lasts and when.end_earliest is not None and when.end_earliest > today:
        problems.append(f"{when.text!r} ends after today ({today}): record it when it is over, or with an open end")
    return when


def _as_it_is(cls: type[Event], raw: Mapping[str, Any]) -> tuple[Event, str] | None:
    """The event and its data, if what was written has already the one form that is stored, as most of a batch has; else None.

    It is sound exactly where `_settled_event` finds nothing to settle and nothing to say.
    """
    try:
        event = msgspec.convert(raw, cls)
        data = canonical.encode(event)
    except (msgspec.ValidationError, UnicodeEncodeError):  # the latter at half a character
        return None
    for name, has_form in _forms(cls):
        value = getattr(event, name)
        if value is not None and value != () and not has_form(value):
            return None
    return (event, data) if canonical.is_plain(data) and not event.problems() else None


@cache
def _forms(cls: type[Event]) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    """The fields of a kind whose values may have another form than the one that is stored, each with a test for that one."""
    return tuple((field.name, form) for field in fields_of(cls) if (form := _form(field)) is not None)


def _form(field: Field) -> Callable[[Any], bool] | None:
    """The test whether a value of a field has the form that is stored; None where every value of its type has it."""
    if field.struct is not None or field.form == "object":
        return lambda _: False  # few events have such fields, and much can be said of them
    if field.many and not field.register:
        return lambda _: False
    one: Callable[[Any], bool] | None = None
    if field.register == "state":
        one = _is_state
    elif field.pattern is not None:
        one = partial(matches, field.pattern)
    elif field.form == "date":
        one = _is_date
    if field.many:
        return lambda items: _is_set(items) and (one is None or all(map(one, items)))
    return one


def _is_blank(value: object) -> bool:
    """Whether a text says nothing: it is empty, or nothing of it can be seen."""
    return isinstance(value, str) and all(character == " " or not character.isprintable() for character in value)


def _is_state(text: str) -> bool:
    return text in states()


def _is_set(items: Sequence[str]) -> bool:
    return all(one < following for one, following in pairwise(items))


def _is_date(text: str) -> bool:
    try:
        dates.parse(text)
    except dates.DateError:
        return False
    return True


def _settled_event(
    cls: type[Event], raw: Mapping[str, Any], problems: list[str], kept: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Event, str] | None:
    """The event with these fields, in the form that is stored, beside those that it keeps; and its data."""
    before = len(problems)
    values = _sound(cls, raw, problems, kept)
    if len(problems) > before:
        return None
    event = msgspec.convert({**kept, **values}, cls)
    problems += event.problems()
    return event, canonical.encode(event)


def _sound(cls: type[Event], raw: Mapping[str, Any], problems: list[str], kept: Container[str] = ()) -> dict[str, Any]:
    """The fields that are sound, in the form that is stored; every fault of the others is added to `problems`.

    What is `kept` is there already, and not missing.
    """
    known = {field.name: field for field in fields_of(cls)}
    unknown = [str(name) for name in raw if name not in known]
    problems += [
        f"no field {name[:80]!r}. {did_you_mean(name, known) or 'Fields: ' + ', '.join(known)}" for name in unknown
    ]
    given = {name for name, value in raw.items() if value is not None and not _is_blank(value)}
    missing = {name for name, field in known.items() if field.required and name not in given and name not in kept}
    values = dict[str, Any]()
    for name, value in raw.items():
        faults = canonical.check({name: value})
        if not faults and name in known and name not in missing and value is not None:
            settled = _settled(known[name], value, faults)
            faults = faults or _misfits(cls, known[name], settled)
            if not faults:
                values[name] = settled
        problems += faults
    problems += [
        f"{name} is missing: {field.description}"
        for name, field in known.items()
        if name in missing and not any(did_you_mean(other, [name]) for other in unknown)  # it may be that one, misspelt
    ]
    return values


def _settled(field: Field, value: Any, problems: list[str]) -> Any:
    """The value in the one form that is stored: NFC text, state codes, sets in order, dates that exist."""
    value = canonical.composed(value)
    if field.many:
        items, before = value if isinstance(value, list | tuple) else [value], len(problems)
        settled = [_settled(field._replace(many=False), item, problems) for item in items]
        return _in_order(settled, field.name, problems) if len(problems) == before else settled
    if _is_blank(value):
        problems.append(f"{field.name} is blank: say what it is, or leave it out")
        return value
    if field.form == "object" and isinstance(value, Mapping):
        return {name: _settled_change(name, item) for name, item in value.items()}
    if field.struct is not None and isinstance(value, Mapping):
        inner = {nested.name: nested for nested in fields_of(field.struct)}
        return {
            name: _settled(inner[name], item, problems) if name in inner else item
            for name, item in value.items()
            if item is not None
        }
    if field.struct is not None and isinstance(value, str):
        return _from_shorthand(field, value, problems)
    if field.register == "state" and isinstance(value, str):
        try:
            return state_code(value)
        except UnknownState as error:
            problems.append(f"{field.name}: {error}")
    elif field.form == "date":
        try:
            return dates.parse(str(value)).text
        except dates.DateError as error:
            problems.append(f"{field.name}: {error}")
    elif field.form in ("text", "choice") and isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # YAML reads 1991 as a number where a text was meant
    return value


def _settled_change(name: str, value: Any) -> Any:
    """The other value of a field in the form that is stored; as it is, if there is no such field, or something is wrong with it.

    What is wrong with it is told when the kind of the event to be changed is known (`unfit`).
    """
    if value is None or (field := _any_kind().get(name)) is None:
        return value
    faults = list[str]()
    settled = _settled(field, value, faults)
    return value if faults else settled


@cache
def _any_kind() -> dict[str, Field]:
    """The fields of all kinds by their names: what goes by one name is written in one form."""
    return {field.name: field for cls in KINDS.values() for field in fields_of(cls)}


def _in_order(items: list[Any], name: str, problems: list[str]) -> list[Any]:
    ordered = sorted(items, key=canonical.encode)
    problems += [f"{name} names {one!r} twice" for one, following in pairwise(ordered) if one == following]
    return ordered


def _from_shorthand(field: Field, text: str, problems: list[str]) -> dict[str, str]:
    """`cis:member:ratification` for {organisation: cis, status: member, by: ratification}."""
    if field.struct is None:
        return {}
    names = [nested.name for nested in fields_of(field.struct)]
    parts = text.split(":")
    if len(parts) != len(names):
        problems.append(f"{field.name}: {text[:80]!r} is not of the form {':'.join(names)}")
        return {}
    return dict(zip(names, parts, strict=True))


def _misfits(cls: type[Event], field: Field, value: Any) -> list[str]:
    """Why a value cannot be that of a field, if it cannot."""
    try:
        if has_shape(cls, field.name, msgspec.convert(value, _types(cls)[field.name])):
            return []
        why = _shape_of_id(field)
    except msgspec.ValidationError as error:
        why = _in_words(field, str(error))
    return [f"{field.name} = {str(value)[:80]!r} does not fit: {why}"]


@cache
def _types(cls: type[Event]) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _in_words(field: Field, error: str) -> str:
    if "Invalid enum value" in error and field.choices:
        return f"it is one of {', '.join(field.choices)}"
    if "regex" in error:
        return _shape_of_id(field)
    return error.replace("`", "").replace("$", field.name)


def _shape_of_id(field: Field) -> str:
    if field.register == "event":
        return "an event's id looks like 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2"
    example = f", such as {field.example}" if field.example else ""
    return f"ids are small letters and digits joined by hyphens{example}"


def _citations(sources: Iterable[Mapping[str, Any]], problems: list[str]) -> tuple[Citation, ...]:
    before = len(problems)
    found = [_as_it_is_cited(source) or _citation(source, problems) for source in sources]
    citations = {citation for citation in found if citation is not None}
    if not citations and len(problems) == before:
        problems.append(_NO_SOURCE)
    return tuple(sorted(citations))


def _as_it_is_cited(source: object) -> Citation | None:
    """What is cited, if it is written in the form that is stored, as most of a batch has it; else None."""
    if type(source) is not dict:
        return None
    try:
        citation = msgspec.convert(source, Citation)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return None
    locator = citation.locator
    plain = locator.isascii() and locator.isprintable() and locator[:1] != " " and matches(SLUG, citation.source)
    return citation if plain else None


def _citation(source: object, problems: list[str]) -> Citation | None:
    """What is cited, however it is written; None after saying what is wrong with it."""
    entry = canonical.composed(dict(source) if isinstance(source, Mapping) else {"source": source})
    if faults := canonical.check(entry):
        problems += faults
        return None
    try:
        citation = msgspec.convert(entry, Citation, strict=False)
    except msgspec.ValidationError as error:
        problems.append(f"source {str(entry)[:80]}: {str(error).replace('`', '').replace('$.', '')}")
        return None
    if _is_blank(citation.source):
        problems.append(_NO_SOURCE)
        return None
    if citation.locator and _is_blank(citation.locator):
        problems.append(f"source {citation.source[:80]!r}: its locator is blank: say where it stands, or leave it out")
        return None
    if misshapen(citation):
        problems.append(f"source {citation.source[:80]!r}: ids are small letters and digits joined by hyphens")
        return None
    return citation


def _impossible(event: Event, when: dates.When) -> list[str]:
    effective = getattr(event, "effective", None)
    if effective is None:
        return []
    effect = dates.parse(effective)
    if effect.lasts:
        return [f"effective {effective!r} lasts: an effect begins on a day"]
    if effect.last is not None and when.first is not None and effect.last < when.first:
        return [f"takes effect on {effective}, before it was done ({when.text})"]
    return []
