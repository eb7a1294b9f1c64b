"""Whether what the entries of a batch name is known: to the log, or to the batch itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from eventstore import amending
from eventstore.amending import Claimed, is_amendment
from eventstore.drafts import Draft
from eventstore.driver import ask_all
from eventstore.errors import Problem, did_you_mean
from eventstore.events import KINDS
from eventstore.reading import chunks, ids_of, known_ids, read
from eventstore.subjects import About, about, introduced_by


class Named(NamedTuple):
    """What one entry of a batch names and cites (`treaty:x`, `event:ID`, `source:y`): its kind, and where it stands."""

    kind: str
    where: str
    subjects: Collection[str]


class InDoubt(NamedTuple):
    """The entries that are faulty in themselves: what can be read of what they name, and what they may bring in when mended.

    Of the latter a bare register (`treaty:`) stands for any of its ids. Whoever names that is not accused. `claims` is what can
    be read of the corrections and disputes among them.
    """

    entries: Sequence[Named] = ()
    brought: Collection[str] = ()
    claims: Sequence[Claimed] = ()

    def may_bring(self, subject: str) -> bool:
        """Whether a subject may be known once they are mended."""
        return subject in self.brought or f"{subject.partition(':')[0]}:" in self.brought


NONE_IN_DOUBT = InDoubt()
MOST_LIKENED = 100  # unknown names to which the nearest known ones are looked up: who has more has left out a file


def existing(subjects: Sequence[str]) -> tuple[str, Sequence[object]]:
    """The question about which of some subjects there is any event; not about the events, of which there may be thousands."""
    return "SELECT name FROM EACH ?? WHERE EXISTS (SELECT 1 FROM event_subject WHERE subject = name)", ([*subjects],)


def named_by(drafts: Collection[Draft]) -> tuple[dict[str, About], set[str]]:
    """What the drafts that amend nothing are about, by id; and the subjects that the log or the batch must know.

    These are what those drafts are about, but for states and events, and what all the drafts cite.
    """
    plain = {draft.event_id: about(draft.event) for draft in drafts if not is_amendment(draft.kind)}
    cited = {citation.source for draft in drafts for citation in draft.sources}
    named = {name for one in plain.values() for name in one.subjects}
    return plain, _to_ask(named) | {f"source:{source}" for source in cited}


def _to_ask(subjects: Iterable[str]) -> set[str]:
    return {name for name in subjects if not name.startswith(("state:", "event:"))}


def faults(connection: Connection, drafts: Sequence[Draft], in_doubt: InDoubt, today: str) -> list[Problem]:
    """What the log has against a batch that is refused anyway, since some of its entries are faulty in themselves.

    So that it is told together with their faults, and not when the batch is tried again.
    """
    problems = list[Problem]()
    claims = amending.unfit_in_doubt(connection, in_doubt.claims, drafts, today, problems)
    changed = [Named(claimed.kind, claimed.where, named) for claimed, named in claims]
    in_doubt = in_doubt._replace(entries=[*in_doubt.entries, *changed])
    plain, asked = named_by(drafts)
    asked |= _to_ask(name for entry in in_doubt.entries for name in entry.subjects)
    unknown = asked - in_log(connection, asked)
    problems += _no_such_events(connection, drafts, in_doubt)
    amendments = [draft for draft in drafts if is_amendment(draft.kind)]
    recorded = {stored.event_id for stored in read(connection, event_ids=[draft.event_id for draft in amendments])}
    fresh = [draft for draft in amendments if draft.event_id not in recorded]
    abouts = {**plain, **amending.abouts(connection, fresh, drafts, problems, today=today, in_doubt=in_doubt.brought)}
    return problems + unknown_names(connection, drafts, abouts, unknown, in_doubt)


def _no_such_events(connection: Connection, drafts: Iterable[Draft], in_doubt: InDoubt) -> Iterator[Problem]:
    """Each faulty amendment that is about an event which neither the log nor the batch has."""
    named = {name for entry in in_doubt.entries for name in entry.subjects if name.startswith("event:")}
    unknown = named - {f"event:{draft.event_id}" for draft in drafts} - {*in_doubt.brought}
    unknown -= {f"event:{stored.event_id}" for stored in read(connection, event_ids=ids_of(unknown, "event"))}
    for entry in in_doubt.entries:
        for name in unknown.intersection(entry.subjects):
            yield amending.no_such_event(entry.kind, name.partition(":")[2], entry.where)


def unknown_names(
    connection: Connection,
    drafts: Sequence[Draft],
    abouts: Mapping[str, About],
    unknown: set[str],
    in_doubt: InDoubt = NONE_IN_DOUBT,
) -> list[Problem]:
    """Each place in a batch where something is named that neither the log nor the batch knows.

    `abouts` is what the drafts that are new are about, by id. `unknown` are the subjects of those that are no amendments, and
    the sources of all, that the log does not know.
    """
    introduced = {name for draft in drafts if (name := introduced_by(draft.event)) is not None}
    amendments = [draft for draft in drafts if is_amendment(draft.kind)]
    named = _to_ask(name for draft in amendments for name in _names_itself(draft, abouts.get(draft.event_id)))
    if brought := named - introduced:  # not asked about before
        unknown = unknown | brought - in_log(connection, brought)
    unknown = {name for name in unknown - introduced if not in_doubt.may_bring(name)}
    if not unknown:
        return []
    entries = [
        *(Named(draft.kind, draft.where, _names_and_cites(draft, abouts.get(draft.event_id))) for draft in drafts),
        *in_doubt.entries,
    ]
    places = [(name, entry) for entry in entries for name in entry.subjects if name in unknown]
    advice = _advice(connection, dict.fromkeys(name for name, _ in places), introduced)
    return [Problem(f"{entry.kind}: {_no_such(name)}", entry.where, advice[name]) for name, entry in places]


def in_log(connection: Connection, subjects: Iterable[str]) -> set[str]:
    """Those of some subjects of which there is any event."""
    questions = [existing(chunk) for chunk in chunks(sorted(subjects))]
    return {name for rows in ask_all(connection, questions) for (name,) in rows}


def _names_and_cites(draft: Draft, about: About | None) -> Collection[str]:
    """What a draft names and cites; `about`: what it is about, if it is new."""
    cited = (f"source:{citation.source}" for citation in draft.sources)
    return dict.fromkeys((*_names_itself(draft, about), *cited))


def _names_itself(draft: Draft, about: About | None) -> Iterable[str]:
    if about is None:
        return ()
    # What an amendment is about because its event is, it does not name itself.
    return amending.names_in_changes(draft.event, about.kind) if is_amendment(draft.kind) else about.subjects


def _no_such(subject: str) -> str:
    register, _, wrong = subject.partition(":")
    return f"there is no {register} {wrong!r}"


def _advice(connection: Connection, unknown: Collection[str], introduced: set[str]) -> dict[str, str]:
    """What to do about each unknown subject."""
    registers = {name.partition(":")[0] for name in unknown}
    known = {register: known_ids(connection, register) | ids_of(introduced, register) for register in registers}
    introducing = {cls.introduces: kind for kind, cls in KINDS.items() if cls.introduces}
    found = dict[str, str]()
    for number, name in enumerate(unknown):
        register, _, wrong = name.partition(":")
        near = did_you_mean(wrong, known[register]) if number < MOST_LIKENED else ""
        found[name] = " ".join(filter(None, (near, f"A new one is entered by {introducing[register]}.")))
    return found
