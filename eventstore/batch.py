"""Batches: files (YAML, JSON, JSON Lines) of entries that people write. Every entry remembers its place."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from eventstore.errors import Problem, Refused
from eventstore.files import as_text, read_whole

LARGEST = 64 * 2**20  # bytes in one file; a longer history is several files
FORMS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class Entry(NamedTuple):
    """One entry of a batch as it was read, where it stands (`file:line`), and what is wrong if it is no mapping."""

    fields: dict[str, Any]
    where: str = ""
    problem: Problem | None = None


def read_file(path: str) -> list[Entry]:
    """The entries of a file; its form follows from its suffix, that of standard input (`-`) from how it begins.

    Raises `Refused` for a file that cannot be read or is not of that form, with the line.
    """
    raw, name = read_whole(path, LARGEST, advice="Split it into several batches.")
    text = as_text(raw, name, "Is it a text file? Save it as UTF-8.")
    suffix = Path(path).suffix.lower()
    if path != "-" and suffix not in FORMS:
        raise Refused(
            Problem(f"no form of batch is called {suffix or 'no suffix'!r}", name, f"Known: {', '.join(FORMS)}.")
        )
    return read_text(text, name, FORMS.get(suffix) or _form_of(text))


def _form_of(text: str) -> str:
    beginning = text.lstrip()[:1]
    if beginning == "[":
        return "json"
    return "jsonl" if beginning == "{" else "yaml"


def read_text(text: str, name: str, form: str, key: str = "events") -> list[Entry]:
    """The entries of a text of a form (yaml, json, jsonl); `name` is what it is called in errors.

    They are a list, or stand under `key` in a mapping that may have `defaults` for all of them.
    """
    from eventstore import readers

    if not text.strip():
        raise Refused(Problem("the file is empty", name))
    if "\0" in text:
        raise Refused(Problem("this is a binary file", name, "Write YAML, JSON or JSON Lines."))
    try:
        text.encode()
    except UnicodeEncodeError as error:  # half of a character, as an escape or another program may leave it
        where = f"{name}:{text.count(chr(10), 0, error.start) + 1}"
        raise Refused(Problem("this is not UTF-8 text", where, "Is it a text file? Save it as UTF-8.")) from error
    read = {"yaml": readers.read_yaml, "json": readers.read_json, "jsonl": readers.read_json_lines}[form]
    return list(_entries(read(text, name), name, key))


def _entries(documents: Iterable[tuple[Any, int]], name: str, key: str) -> Iterator[Entry]:
    from eventstore.readers import Lined

    for document, line in documents:
        items, defaults = _listed(document, f"{name}:{line}", key)
        lines = items.lines if isinstance(items, Lined) else [line] * len(items)
        for item, at in zip(items, lines, strict=True):
            yield _entry(item, defaults, f"{name}:{at}")


def _listed(document: Any, where: str, key: str) -> tuple[list[Any], Mapping[str, Any]]:
    """The items of a document, and the defaults that it has for them."""
    if isinstance(document, list):
        return document, {}
    if not (isinstance(document, dict) and isinstance(document.get(key), list)):
        return [document], {}
    unknown = [other for other in document if other not in (key, "defaults")]
    if unknown:
        raise Refused(Problem(f"{unknown[0]!r} is not known beside {key} and defaults", where))
    defaults = document.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise Refused(Problem("defaults is not a mapping", where))
    return document[key], defaults


def _entry(item: Any, defaults: Mapping[str, Any], where: str) -> Entry:
    if isinstance(item, dict):
        return Entry({**defaults, **item}, where)
    if isinstance(item, Problem):
        return Entry({}, where, item)
    advice = "An entry is a mapping of kind, on, sources and the fields of the kind."
    found = "nothing" if item is None else repr(str(item)[:40])
    return Entry({}, where, Problem(f"an entry is missing: found {found}", where, advice))
