"""Reading YAML, JSON and JSON Lines with the line of every entry, and nothing that such files can hide.

YAML anchors and aliases are refused (a few lines of them can stand for gigabytes), so are repeated keys, which readers
resolve differently, and nesting that no entry needs. YAML's implicit types are not used: a date stays the text that it is,
and the state code NO does not become false.
"""

import json
from collections.abc import Iterator
from typing import Any

from eventstore.errors import Problem, Refused

DEEPEST = 12  # levels of nesting; an entry needs six


class Lined(list[Any]):
    """A list that knows the line on which each of its items begins."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = list[int]()


def read_yaml(text: str, name: str) -> Iterator[tuple[Any, int]]:
    """The documents of a YAML text, each with its line; raises `Refused` with the line of what cannot be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from _Builder(yaml.parse(text, Loader=loader), name).documents()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Refused(
            Problem(f"this is not YAML: {what}", where, "Check the indentation and the quotes there.")
        ) from error


class _Builder:
    """Values from the events of YAML's parser."""

    def __init__(self, parsed: Iterator[Any], name: str) -> None:
        from yaml import events

        self.parsed, self.name, self.are = parsed, name, events

    def documents(self) -> Iterator[tuple[Any, int]]:
        for event in self.parsed:
            if isinstance(event, self.are.DocumentStartEvent):
                start = next(self.parsed)
                if not (isinstance(start, self.are.ScalarEvent) and not start.value):
                    yield self._value(start, 0), start.start_mark.line + 1

    def _refuse(self, what: str, event: Any, advice: str = "") -> Refused:
        return Refused(Problem(what, f"{self.name}:{event.start_mark.line + 1}", advice))

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, self.are.AliasEvent) or event.anchor is not None:
            raise self._refuse("anchors and aliases are not read", event, "Write the value out.")
        if depth > DEEPEST:
            raise self._refuse(f"nested deeper than {DEEPEST} levels", event)
        if isinstance(event, self.are.ScalarEvent):
            return _scalar(event.value, plain=bool(event.implicit[0]))
        if isinstance(event, self.are.SequenceStartEvent):
            return self._list(depth)
        return self._mapping(depth)

    def _list(self, depth: int) -> Lined:
        items = Lined()
        while not isinstance(event := next(self.parsed), self.are.SequenceEndEvent):
            items.lines.append(event.start_mark.line + 1)
            items.append(self._value(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Any]:
        found = dict[str, Any]()
        while not isinstance(event := next(self.parsed), self.are.MappingEndEvent):
            if not isinstance(event, self.are.ScalarEvent):
                raise self._refuse("a key is not a word", event)
            if event.value in found:
                raise self._refuse(f"the key {event.value!r} stands twice", event)
            found[event.value] = self._value(next(self.parsed), depth + 1)
        return found


def _scalar(value: str, *, plain: bool) -> Any:
    if not plain:
        return value
    if value in ("", "~", "null"):
        return None
    if value in ("true", "false"):
        return value == "true"
    unsigned = value.removeprefix("-")
    if unsigned.isascii() and unsigned.isdigit() and (unsigned == "0" or unsigned[0] != "0") and len(unsigned) <= 20:
        return int(value)
    return value


def read_json(text: str, name: str) -> Iterator[tuple[Any, int]]:
    """The one document of a JSON text; if it is a list, with the line of each item."""
    start = _skip_blank(text, 0)
    if text[start : start + 1] != "[":
        value, end = _decode(text, start, name)
        yield value, _line(text, start)
    else:
        items, end = _json_list(text, start, name)
        yield items, _line(text, start)
    if (rest := _skip_blank(text, end)) < len(text):
        raise Refused(Problem("something follows the end of the JSON", f"{name}:{_line(text, rest)}"))


def _json_list(text: str, start: int, name: str) -> tuple[Lined, int]:
    items = Lined()
    at, line, counted = _skip_blank(text, start + 1), _line(text, start), start
    while text[at : at + 1] != "]":
        line += text.count("\n", counted, at)
        counted = at
        items.lines.append(line)
        value, end = _decode(text, at, name)
        items.append(value)
        at = _skip_blank(text, end)
        if text[at : at + 1] == ",":
            at = _skip_blank(text, at + 1)
            if text[at : at + 1] == "]":
                raise Refused(Problem("this is not JSON: a comma before the ]", f"{name}:{_line(text, at)}"))
        elif text[at : at + 1] != "]":
            raise Refused(Problem("this is not JSON: expecting , or ] between entries", f"{name}:{_line(text, at)}"))
    return items, at + 1


def read_json_lines(text: str, name: str) -> Iterator[tuple[Any, int]]:
    """The values of a JSON Lines text, one a line, or the `Problem` of a line that is none; blank lines are passed over."""
    if (beginning := _skip_blank(text, 0)) < len(text):
        # A single JSON document over several lines is taken for what it is.
        first = text[beginning:].split("\n", 1)[0].strip()
        if first in ("{", "["):
            yield from read_json(text, name)
            return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                value, end = _decode(line, _skip_blank(line, 0), name, number)
            except Refused as refusal:
                (value,), end = refusal.problems, len(line)
            if line[end:].strip():
                value = Problem("something follows the end of the JSON", f"{name}:{number}")
            yield value, number


def _decode(text: str, start: int, name: str, line: int | None = None) -> tuple[Any, int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        at = line or _line(text, error.pos)
        raise Refused(
            Problem(f"this is not JSON: {error.msg}", f"{name}:{at}", "Check the quotes and commas there.")
        ) from error
    except _Unreadable as error:
        raise Refused(Problem(str(error), f"{name}:{line or _line(text, start)}")) from error
    except (RecursionError, ValueError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        raise Refused(Problem(what, f"{name}:{line or _line(text, start)}")) from error
    return value, end


class _Unreadable(Exception):
    """What the decoder of JSON would take and we do not; the message says what it is."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict[str, Any]()
    for key, value in pairs:
        if key in found:
            raise _Unreadable(f"the key {key[:80]!r} stands twice")
        found[key] = value
    return found


def _constant(name: str) -> Any:
    raise _Unreadable(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant)


def _skip_blank(text: str, start: int) -> int:
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    return start


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
