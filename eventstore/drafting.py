"""From the entries of a batch to the drafts of events that they come to.

An entry is a mapping: `kind`, `on` (the date), the fields of the kind, and `sources` (or `source` and `locator`). A list where
the kind takes one state gives one event for each. `disputed` holds what other sources say of this entry. An amendment says
which event it is `about`: by the id of the event, by the id it introduced, or by repeating it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from eventstore.amending import Claimed, is_amendment
from eventstore.batch import Entry
from eventstore.drafts import Draft, draft, sound_parts
from eventstore.errors import Problem, Refused, did_you_mean
from eventstore.events import KINDS, Event
from eventstore.events.amendments import Claim, EventDisputed
from eventstore.events.fields import SLUG, fields_of, matches
from eventstore.known import MOST_LIKENED, InDoubt, Named
from eventstore.reading import ids_of
from eventstore.subjects import introduced_by, named_in

_DUMMY = ({"source": "any"},)  # the identity of an event does not depend on its sources
_UNTOLD = "00000000-0000-5000-8000-000000000000"  # stands for the event that is meant, where it cannot be told which one that is
_INTRODUCED = frozenset(cls.introduces for cls in KINDS.values() if cls.introduces)


Find = Callable[[Collection[str]], Mapping[str, str]]


class Drafted(NamedTuple):
    """What the entries of a batch come to: the drafts of those that are sound, and what is wrong with the others."""

    drafts: list[Draft]
    problems: list[Problem]
    in_doubt: InDoubt


def drafted(
    entries: Iterable[Entry],
    *,
    today: str,
    find: Find,
    ids: Callable[[str], set[str]],
) -> Drafted:
    """The drafts of a batch, and every fault of every entry.

    `find` gives, by subject (`meeting:x`), the id of the event in the log that introduced it, of those that there are; `ids`
    every id that the log knows in a register (`meeting`), to liken a wrong one to; `today` is a day (ISO).
    """
    batch = _Batch(today, find, ids)
    for entry in entries:
        batch.take(entry)
    batch.find_introductions()
    for entry in batch.amendments:  # what disputes one of them comes to the end of the list
        batch.enter(entry)
    return batch.drafted()


class _Batch:
    """A batch while its entries are drafted: first what is about the world, then the amendments, which may be about that."""

    def __init__(self, today: str, find: Find, ids: Callable[[str], set[str]]) -> None:
        self.today, self.find, self.ids = today, find, cache(ids)
        self.drafts = list[Draft]()
        self.problems = list[Problem]()
        self.amendments = list[Entry]()
        self.introduced = dict[str, str]()
        self.found = dict[str, str | None]()  # in the log: what introduced a subject
        self.repeated = dict[str, str]()  # the events that amendments repeat, by id: their kinds
        self.faulty = list[Named]()
        self.claims = list[Claimed]()  # those of them that are corrections and disputes
        self.brought = {f"event:{_UNTOLD}"}  # what the faulty entries may bring in
        self.likened = 0

    def drafted(self) -> Drafted:
        """What it all comes to."""
        kinds = {entry.kind for entry in self.faulty}
        misspelt = any(kind not in KINDS for kind in kinds)
        may_be_faulty = (name for name, kind in self.repeated.items() if misspelt or kind in kinds)
        brought = self.brought.union(f"event:{name}" for name in may_be_faulty)
        return Drafted(self.drafts, self.problems, InDoubt(self.faulty, brought, self.claims))

    def take(self, entry: Entry) -> None:
        """Enter what is about the world; what is about another event waits until all of those are known."""
        if entry.problem is not None:
            self.problems.append(entry.problem)
        elif "hash" in entry.fields:
            self._note("this is a line of an exported log", entry, "Bring it in with: cis import FILE")
        elif "about" in entry.fields or is_amendment(str(entry.fields.get("kind"))):
            self.amendments.append(entry)
        else:
            self.enter(entry)

    def enter(self, entry: Entry) -> None:
        """The drafts of an entry, and of what disputes it."""
        fields, sources = self._parts(entry)
        disputes = fields.pop("disputed", None) or []
        if is_amendment(str(fields.get("kind"))):
            self._settle_event(fields, entry)
        given = dict[str, Draft | None]()
        for state, one in _one_for_each_state(fields):
            given[state] = made = self._draft(one, sources, entry.where)
            if made is not None and (name := introduced_by(made.event)) is not None:
                self.introduced.setdefault(name, made.event_id)
        for dispute in _as_list(disputes):
            self._dispute(dispute, entry, given)

    def _note(self, what: str, entry: Entry, advice: str = "") -> None:
        self.problems.append(Problem(what, entry.where, advice))

    def _parts(self, entry: Entry) -> tuple[dict[str, Any], list[Any]]:
        """The fields of an entry with `kind` and `on`, and its sources; what would be lost is noted."""
        fields = dict(entry.fields)
        if "occurred" in fields:
            if "on" in fields:
                self._note("on and occurred say the same: leave one out", entry)
            fields.setdefault("on", fields.pop("occurred"))
        sources = fields.pop("sources", None) or []
        single, locator = fields.pop("source", None), fields.pop("locator", None)
        if isinstance(locator, list | dict):
            self._note("locator is one text; for several sources write sources, each with its own", entry)
            locator = None
        if single is None and locator is not None:
            self._note("locator belongs to a source: write source beside it, or put it into sources", entry)
        if fields.get("kind") == "source-registered" and single is not None:
            fields["source"] = single
            single = single if not sources else None
        fields.pop("edited", None)
        if isinstance(data := fields.get("data"), dict):
            del fields["data"]
            if twice := sorted(str(name) for name in fields.keys() & data.keys()):
                self._note(f"{', '.join(twice)} stands in data and beside it: leave one out", entry)
            fields |= data
        return fields, _sources(sources, single, locator)

    def _settle_event(self, fields: dict[str, Any], entry: Entry) -> None:
        """Say by its id which event an amendment is about."""
        if "about" in fields:
            if "event" in fields:
                self._note("about and event say the same: leave one out", entry)
            fields["event"] = self._meant(fields.pop("about"), entry)

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
            self.brought |= {*cites, *(_subject(name, fields[name]) for name in _INTRODUCED & fields.keys())}
        elif cls.introduces is not None:
            self.brought.add(_subject(cls.introduces, fields.get(cls.introduces)))
        self.faulty.append(Named(kind, where, dict.fromkeys((*named_in(sound, cls or Event), *cites))))
        if cls is not None and issubclass(cls, Claim) and "event" in sound:
            date = "" if fields.get("date") is None else sound.get("date")
            changes = {} if fields.get("changes") is None else sound.get("changes")
            self.claims.append(Claimed(kind, where, sound["event"], date, changes))

    def _dispute(self, dispute: Any, entry: Entry, given: Mapping[str, Draft | None]) -> None:
        if not isinstance(dispute, dict):
            self._note("disputed is a list of mappings with date, changes or denied", entry)
            return
        told = dict(dispute)
        only = told.pop("only", None)
        chosen = given.keys() if only is None else set(map(str, _as_list(only)))
        if strange := sorted(chosen - given.keys()):
            self._note(f"only names {strange}, which the entry does not", entry)
        if strange := sorted({"kind", "event", "about"} & told.keys()):
            self._note(f"disputed takes no {', '.join(strange)}: it disputes the entry in which it stands", entry)
            return
        told = {"on": entry.fields.get("edited"), **told, "kind": EventDisputed.kind}
        for state, disputed in given.items():
            if state in chosen:
                event_id = disputed.event_id if disputed else _UNTOLD
                self.amendments.append(Entry({**told, "event": event_id}, entry.where))

    def _meant(self, about: Any, entry: Entry) -> str:
        """The id of the event that an amendment is about; `_UNTOLD` where that cannot be told."""
        if isinstance(about, str):
            return about
        if not isinstance(about, dict):
            self._note("about is the id of an event, or a mapping", entry)
            return _UNTOLD
        if len(about) == 1:
            ((register, name),) = about.items()
            return self._introduction(str(register), str(name), entry)
        fields, _ = self._parts(Entry(about, entry.where))
        kind, on = fields.pop("kind", None), fields.pop("on", None)
        self._settle_event(fields, entry)
        try:
            meant = draft(kind, on, fields, _DUMMY, where=entry.where, today=self.today)
        except Refused as refusal:
            self.problems += refusal.problems
            return _UNTOLD
        self.repeated[meant.event_id] = meant.kind
        return meant.event_id

    def find_introductions(self) -> None:
        """Ask at once for what introduced the subjects by which amendments say what they are about: not entry by entry."""
        self._find(filter(None, (_said_by(entry.fields) for entry in self.amendments)))

    def _find(self, subjects: Iterable[str]) -> None:
        new = set(subjects) - self.introduced.keys() - self.found.keys()
        if asked := set(filter(_may_be_introduced, new)):
            self.found |= {**dict.fromkeys(asked), **self.find(asked)}

    def _introduction(self, register: str, name: str, entry: Entry) -> str:
        """The id of the event that introduced a subject; `_UNTOLD` if there is none."""
        if register not in _INTRODUCED:
            advice = f"Name a {', '.join(sorted(_INTRODUCED))}; write the id of the event; or repeat all of it."
            self._note(f"about: {register[:80]!r} is nothing that an event introduces", entry, advice)
            return _UNTOLD
        subject = f"{register}:{name}"
        self._find([subject])
        found = self.introduced.get(subject) or self.found.get(subject)
        if found is None and not {subject, f"{register}:"} & self.brought:
            self._note(f"about: there is no {register} {name[:80]!r}", entry, self._near(register, name))
        return found or _UNTOLD

    def _near(self, register: str, name: str) -> str:
        self.likened += 1
        if self.likened > MOST_LIKENED:
            return ""
        return did_you_mean(name, self.ids(register) | ids_of(self.introduced, register))


def _said_by(fields: Mapping[str, Any]) -> str | None:
    """The subject by which an amendment, or the one that it repeats, says which event it is about, if it does so."""
    about = fields.get("about")
    while isinstance(about, dict) and len(about) != 1:
        about = about.get("about")
    if not isinstance(about, dict):
        return None
    ((register, name),) = about.items()
    return f"{register}:{name}"


def _may_be_introduced(subject: str) -> bool:
    register, _, name = subject.partition(":")
    return register in _INTRODUCED and matches(SLUG, name)


def _subject(register: str, name: Any) -> str:
    """The subject of an id; of what is no id, the register alone."""
    return f"{register}:{name if isinstance(name, str) and matches(SLUG, name) else ''}"


def _as_list(value: Any) -> list[Any]:
    """What may be written as a list or, where it is only one, without."""
    return value if isinstance(value, list) else [value]


def _sources(sources: Any, single: Any, locator: Any) -> list[Any]:
    """All sources of an entry: those in `sources`, and those that `source` names beside them, with its locator."""
    found = [*_as_list(sources)]
    cited = {str(cited.get("source")) for cited in found if isinstance(cited, dict)}
    at = {} if locator is None else {"locator": str(locator)}
    for name in [] if single is None else _as_list(single):
        if str(name) not in cited:
            cited.add(str(name))
            found.append({"source": name, **at})
    return found


def _one_for_each_state(fields: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of each event of an entry, after the state as it is written: a list of states gives one event for each."""
    states = fields.get("state")
    cls = KINDS.get(str(fields.get("kind")))
    takes_one = cls is not None and any(field.name == "state" and not field.many for field in fields_of(cls))
    if takes_one and isinstance(states, list):
        for state in states or [None]:
            yield str(state), {**fields, "state": state}
    else:
        yield str(states), fields
