"""Batches: files (YAML, JSON, JSON Lines) of entries that people write, and the drafts of events they come to.

An entry is a mapping: `kind`, `on` (the date), the fields of the kind, and `sources` (or `source` and `locator`). A list where
the kind takes one state gives one event for each. `disputed` holds what other sources say of this entry. An amendment says
which event it is `about`: by the id of the event, by the id it introduced, or by repeating it. Every entry remembers its place.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from eventstore.drafts import Draft, draft
from eventstore.errors import Problem, Refused, did_you_mean
from eventstore.events import KINDS
from eventstore.events.fields import fields_of
from eventstore.subjects import introduced_by

LARGEST = 64 * 2**20  # bytes in one file; a longer history is several files
FORMS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_DUMMY = ({"source": "any"},)  # the identity of an event does not depend on its sources


class Entry(NamedTuple):
    """One entry of a batch as it was read, and where it stands (`file:line`)."""

    fields: dict[str, Any]
    where: str = ""


def read_file(path: str) -> list[Entry]:
    """The entries of a file; its form follows from its suffix, that of standard input (`-`) from how it begins.

    Raises `Refused` for a file that cannot be read or is not of that form, with the line.
    """
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(Problem(f"the file cannot be read: {error.strerror}", name)) from error
    if len(raw) > LARGEST:
        raise Refused(Problem(f"the file is larger than {LARGEST >> 20} MB", name, "Split it into several batches."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(
            Problem("this is not UTF-8 text", f"{name}:{line}", "Is it a text file? Save it as UTF-8.")
        ) from error
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
        defaults: Mapping[str, Any] = {}
        items, lines = [document], [line]
        if isinstance(document, dict) and isinstance(document.get(key), list):
            unknown = [other for other in document if other not in (key, "defaults")]
            if unknown:
                raise Refused(Problem(f"{unknown[0]!r} is not known beside {key} and defaults", f"{name}:{line}"))
            defaults, items = document.get("defaults") or {}, document[key]
            if not isinstance(defaults, dict):
                raise Refused(Problem("defaults is not a mapping", f"{name}:{line}"))
        elif isinstance(document, list):
            items = document
        if isinstance(items, Lined):
            lines = items.lines
        for item, at in zip(items, lines if len(lines) == len(items) else [line] * len(items), strict=True):
            if not isinstance(item, dict):
                advice = "An entry is a mapping with kind, on, fields and sources."
                raise Refused(Problem(f"an entry is missing: found {str(item)[:40]!r}", f"{name}:{at}", advice))
            yield Entry({**defaults, **item}, f"{name}:{at}")


def drafts(entries: Iterable[Entry], *, today: str, find: Callable[[str], str | None]) -> list[Draft]:
    """The drafts of a batch. `find` gives the id of the event in the log that introduced a subject (`meeting:x`), or None.

    Raises `Refused` with every problem of every entry.
    """
    batch = _Batch(today, find)
    for entry in entries:
        batch.attempt(batch.take, entry)
    for entry in batch.amendments:
        batch.attempt(batch.amend, entry)
    if batch.problems:
        raise Refused(batch.problems)
    return batch.drafts


class _Batch:
    def __init__(self, today: str, find: Callable[[str], str | None]) -> None:
        self.today, self.find = today, find
        self.drafts = list[Draft]()
        self.problems = list[Problem]()
        self.amendments = list[Entry]()
        self.introduced = dict[str, str]()

    def attempt(self, step: Callable[[Entry], None], entry: Entry) -> None:
        try:
            step(entry)
        except Refused as refusal:
            self.problems += refusal.problems

    def take(self, entry: Entry) -> None:
        """The drafts of an entry about the world; one about another event waits until all of those are known."""
        if "hash" in entry.fields:
            raise Refused(
                Problem("this is a line of an exported log", entry.where, "Bring it in with: cis import FILE")
            )
        if "about" in entry.fields:
            self.amendments.append(entry)
            return
        fields, sources = _parts(entry)
        disputes = fields.pop("disputed", None) or []
        given = list[tuple[Any, Draft]]()
        for state, one in _one_for_each_state(fields):
            made = self._draft(one, sources, entry.where)
            given.append((state, made))
            self.drafts.append(made)
            if (name := introduced_by(made.event)) is not None:
                self.introduced.setdefault(name, made.event_id)
        for dispute in disputes if isinstance(disputes, list) else [disputes]:
            self._dispute(dispute, entry, given)

    def _draft(self, fields: Mapping[str, Any], sources: list[Any], where: str) -> Draft:
        rest = {name: value for name, value in fields.items() if name not in ("kind", "on")}
        return draft(fields.get("kind"), fields.get("on"), rest, sources, where=where, today=self.today)

    def _dispute(self, dispute: Any, entry: Entry, given: list[tuple[Any, Draft]]) -> None:
        if not isinstance(dispute, dict):
            raise Refused(Problem("disputed is a list of mappings with date, changes or denied", entry.where))
        told = dict(dispute)
        only = told.pop("only", None)
        states = {state for state, _ in given}
        chosen = states if only is None else set(only if isinstance(only, list) else [only])
        if chosen - states:
            raise Refused(
                Problem(f"only names {sorted(map(str, chosen - states))}, which the entry does not", entry.where)
            )
        told = {"kind": "event-disputed", "on": entry.fields.get("edited"), **told}
        for state, disputed in given:
            if state in chosen:
                self.amendments.append(Entry({**told, "event": disputed.event_id}, entry.where))

    def amend(self, entry: Entry) -> None:
        """The draft of an entry about another event."""
        fields, sources = _parts(entry)
        if "about" in fields:
            fields["event"] = self._meant(fields.pop("about"), entry.where)
        self.drafts.append(self._draft(fields, sources, entry.where))

    def _meant(self, about: Any, where: str) -> str:
        if isinstance(about, str):
            return about
        if not isinstance(about, dict):
            raise Refused(Problem("about is the id of an event, or a mapping", where))
        if len(about) == 1:
            ((register, name),) = about.items()
            subject = f"{register}:{name}"
            found = self.introduced.get(subject) or self.find(subject)
            if found is None:
                near = did_you_mean(str(name), [known.partition(":")[2] for known in self.introduced])
                raise Refused(Problem(f"about: there is no {register} {name!r}", where, near))
            return found
        fields, _ = _parts(Entry(about, where))
        return self._draft(fields, list(_DUMMY), where).event_id


def _parts(entry: Entry) -> tuple[dict[str, Any], list[Any]]:
    """The fields of an entry with `kind` and `on`, and its sources."""
    fields = dict(entry.fields)
    if "occurred" in fields:
        fields.setdefault("on", fields.pop("occurred"))
    sources = fields.pop("sources", None) or []
    single, locator = fields.pop("source", None), fields.pop("locator", None)
    if fields.get("kind") == "source-registered" and single is not None:
        fields["source"] = single
        single = single if not sources else None
    if not isinstance(sources, list):
        sources = [sources]
    for name in single if isinstance(single, list) else [] if single is None else [single]:
        if not any(isinstance(cited, dict) and cited.get("source") == name for cited in sources):
            sources = [*sources, {"source": name, **({"locator": str(locator)} if locator is not None else {})}]
    fields.pop("edited", None)
    if isinstance(data := fields.get("data"), dict):
        fields = {**{name: value for name, value in fields.items() if name != "data"}, **data}
    return fields, sources


def _one_for_each_state(fields: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    states = fields.get("state")
    cls = KINDS.get(str(fields.get("kind")))
    takes_one = cls is not None and any(field.name == "state" and not field.many for field in fields_of(cls))
    if not (takes_one and isinstance(states, list)):
        yield states if not isinstance(states, list) else None, fields
        return
    for state in states:
        yield state, {**fields, "state": state}
