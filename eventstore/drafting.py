"""From the entries of a batch to the drafts of events that they come to.

An entry is a mapping: `kind`, `on` (the date), the fields of the kind, and `sources` (or `source` and `locator`). A list where
the kind takes one state gives one event for each. `disputed` holds what other sources say of this entry. An amendment says
which event it is `about`: by the id of the event, by the id it introduced, or by repeating it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from eventstore.batch import Entry
from eventstore.drafts import Draft, draft, sound_parts
from eventstore.errors import Problem, Refused, did_you_mean
from eventstore.events import KINDS, Event
from eventstore.events.fields import SLUG, fields_of, matches
from eventstore.known import InDoubt, Named
from eventstore.subjects import introduced_by, named_in

_DUMMY = ({"source": "any"},)  # the identity of an event does not depend on its sources
_UNTOLD = "00000000-0000-5000-8000-000000000000"  # stands for the event that is meant, where it cannot be told which one that is
_INTRODUCED = frozenset(cls.introduces for cls in KINDS.values() if cls.introduces)


class Drafted(NamedTuple):
    """What the entries of a batch come to: the drafts of those that are sound, and what is wrong with the others."""

    drafts: list[Draft]
    problems: list[Problem]
    in_doubt: InDoubt


def drafted(entries: Iterable[Entry], *, today: str, find: Callable[[str], str | None]) -> Drafted:
    """The drafts of a batch, and every fault of every entry.

    `find` gives the id of the event in the log that introduced a subject (`meeting:x`), or None; `today` is a day (ISO).
    """
    batch = _Batch(today, find)
    for entry in entries:
        batch.take(entry)
    for entry in batch.amendments:
        batch.amend(entry)
    return batch.drafted()


class _Batch:
    def __init__(self, today: str, find: Callable[[str], str | None]) -> None:
        self.today, self.find = today, find
        self.drafts = list[Draft]()
        self.problems = list[Problem]()
        self.amendments = list[Entry]()
        self.introduced = dict[str, str]()
        self.repeated = dict[str, str]()  # the events that amendments repeat, by id: their kinds
        self.faulty = list[Named]()
        self.in_doubt = {f"event:{_UNTOLD}"}

    def drafted(self) -> Drafted:
        """What it all comes to."""
        kinds = {entry.kind for entry in self.faulty}
        misspelt = any(kind not in KINDS for kind in kinds)
        may_be_faulty = (name for name, kind in self.repeated.items() if misspelt or kind in kinds)
        in_doubt = self.in_doubt.union(f"event:{name}" for name in may_be_faulty)
        return Drafted(self.drafts, self.problems, InDoubt(self.faulty, in_doubt))

    def take(self, entry: Entry) -> None:
        """The drafts of an entry about the world; one about another event waits until all of those are known."""
        if entry.problem is not None:
            self.problems.append(entry.problem)
            return
        if "hash" in entry.fields:
            self._note("this is a line of an exported log", entry, "Bring it in with: cis import FILE")
            return
        if "about" in entry.fields:
            self.amendments.append(entry)
            return
        fields, sources = _parts(entry)
        disputes = fields.pop("disputed", None) or []
        given = list[tuple[Any, Draft | None]]()
        for state, one in _one_for_each_state(fields):
            made = self._draft(one, sources, entry.where)
            given.append((state, made))
            if made is not None and (name := introduced_by(made.event)) is not None:
                self.introduced.setdefault(name, made.event_id)
        for dispute in disputes if isinstance(disputes, list) else [disputes]:
            self._dispute(dispute, entry, given)

    def _note(self, what: str, entry: Entry, advice: str = "") -> None:
        self.problems.append(Problem(what, entry.where, advice))

    def _draft(self, fields: Mapping[str, Any], sources: list[Any], where: str) -> Draft | None:
        """The draft of one event, which is kept; None after noting what is wrong with it."""
        kind = fields.get("kind") or ""
        rest = {name: value for name, value in fields.items() if name not in ("kind", "on")}
        try:
            made = draft(kind, fields.get("on"), rest, sources, where=where, today=self.today)
        except Refused as refusal:
            self.problems += refusal.problems
            self._doubt(str(kind)[:80], rest, sources, where)
            return None
        self.drafts.append(made)
        return made

    def _doubt(self, kind: str, fields: Mapping[str, Any], sources: list[Any], where: str) -> None:
        """Note what a faulty entry names, and what it may bring in when it is mended; of no known kind, all that it names."""
        cls = KINDS.get(kind)
        sound, cited = sound_parts(cls or Event, fields, sources)
        cites = [f"source:{citation.source}" for citation in cited]
        if cls is None:
            self.in_doubt |= {*cites, *(_subject(name, fields[name]) for name in _INTRODUCED & fields.keys())}
        elif cls.introduces is not None:
            self.in_doubt.add(_subject(cls.introduces, fields.get(cls.introduces)))
        self.faulty.append(Named(kind, where, dict.fromkeys((*named_in(sound, cls or Event), *cites))))

    def _dispute(self, dispute: Any, entry: Entry, given: list[tuple[Any, Draft | None]]) -> None:
        if not isinstance(dispute, dict):
            self._note("disputed is a list of mappings with date, changes or denied", entry)
            return
        told = dict(dispute)
        only = told.pop("only", None)
        states = [state for state, _ in given]
        chosen = states if only is None else only if isinstance(only, list) else [only]
        if strange := sorted({str(state) for state in chosen if state not in states}):
            self._note(f"only names {strange}, which the entry does not", entry)
            return
        told = {"kind": "event-disputed", "on": entry.fields.get("edited"), **told}
        for state, disputed in given:
            if state in chosen:
                event_id = disputed.event_id if disputed else _UNTOLD
                self.amendments.append(Entry({**told, "event": event_id}, entry.where))

    def amend(self, entry: Entry) -> None:
        """The draft of an entry about another event."""
        fields, sources = _parts(entry)
        if "about" in fields:
            fields["event"] = self._meant(fields.pop("about"), entry)
        self._draft(fields, sources, entry.where)

    def _meant(self, about: Any, entry: Entry) -> Any:
        """The id of the event that an amendment is about; `_UNTOLD` where that cannot be told."""
        if isinstance(about, str):
            return about
        if not isinstance(about, dict):
            self._note("about is the id of an event, or a mapping", entry)
            return _UNTOLD
        if len(about) == 1:
            ((register, name),) = about.items()
            return self._introduction(str(register), str(name), entry)
        fields, _ = _parts(Entry(about, entry.where))
        kind, on = fields.pop("kind", None), fields.pop("on", None)
        try:
            meant = draft(kind, on, fields, _DUMMY, where=entry.where, today=self.today)
        except Refused as refusal:
            self.problems += refusal.problems
            return _UNTOLD
        self.repeated[meant.event_id] = meant.kind
        return meant.event_id

    def _introduction(self, register: str, name: str, entry: Entry) -> str:
        subject = f"{register}:{name}"
        found = self.introduced.get(subject) or self.find(subject)
        if found is None and not {subject, f"{register}:"} & self.in_doubt:
            near = did_you_mean(name, [known.partition(":")[2] for known in self.introduced])
            self._note(f"about: there is no {register} {name!r}", entry, near)
        return found or _UNTOLD


def _subject(register: str, name: Any) -> str:
    """The subject of an id; of what is no id, the register alone."""
    return f"{register}:{name if isinstance(name, str) and matches(SLUG, name) else ''}"


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
