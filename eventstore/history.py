"""The facts of a log as known at a position: how they are asked for, and what is kept of the answers."""

from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection

from eventstore import reading
from eventstore.amending import AMENDMENTS, root_of
from eventstore.driver import ask
from eventstore.events import ACTS, DEFINING, LIFE
from eventstore.events.amendments import Amendment
from eventstore.events.registers import STANDINGS, SourceRegistered
from eventstore.facts import Fact, Said, denial, resolve, unamended
from eventstore.kept import Kept, Whole
from eventstore.stored import Stored, event_of
from eventstore.subjects import about, introduced_by, sides_of

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

MOST_REMEMBERED = 50_000  # answers kept by one History
KEPT_WHOLE = ("treaty:", "body:", "office:")  # what nobody did in hundreds of thousands of events
_UNKNOWN: Any = object()  # stands for what was not asked yet
# Beside a subject: the events about it that are of the kinds `LIFE`, or of the kinds `DEFINING`.
ITS_LIFE, ITS_DEFINITION = "life", "definition"
_PARTS = {ITS_LIFE: LIFE, ITS_DEFINITION: DEFINING}


class History:
    """The facts of a log as known at a position (default: all of it).

    With `bulk`, for folding all of the log, what concerns a treaty or a body is read once and kept for a while; without it,
    what was not read ahead (`keep`) is asked of the database. What is kept is bounded, however long the log is.
    """

    def __init__(self, connection: Connection, known_at: int | None = None, *, bulk: bool = False) -> None:
        self.connection = connection
        self.known_at = reading.head(connection).position if known_at is None else known_at
        self.bulk = bulk
        self._seen_after = reading.LAST_POSITION  # beyond it, `_amended` are all events that anything was said about
        self._amended = frozenset[str]()
        self._remembered = dict[tuple[object, ...], Any]()
        self._kept = Kept()  # by subjects, or by subject and which part of what is about it

    def remembered(self, question: "Callable[[K, History], T]", about: K) -> T:
        """`question(about, self)`, asked once: what is known at a position never changes."""
        return self._once((question, about), lambda: question(about, self))

    def _once(self, key: tuple[object, ...], asked: Callable[[], T]) -> T:
        """What is asked, from memory where it was asked before under the same key."""
        known: T = self._remembered.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            self._keep(key, known := asked())
        return known

    def _keep(self, key: tuple[object, ...], answer: object) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = answer

    def about(self, *subjects: str, kinds: Iterable[str] = ()) -> list[Fact]:
        """The facts that concern all these subjects, of these kinds (default: any), in no particular order."""
        wanted = kinds if isinstance(kinds, frozenset) else frozenset(kinds)
        subject, *others = subjects
        if (kept := self._kept.again(subjects)) is not None:
            return kept.about((), wanted)
        if self.bulk and (whole := self._whole(subject, load=bool(others))) is not None:
            return whole.about(others, wanted)
        for part, kinds_of_it in _PARTS.items():
            if wanted and wanted <= kinds_of_it and (kept := self._kept.again((subject, part))) is not None:
                return kept.about(others, wanted)
        if wanted and wanted <= ACTS and (sides := sides_of(subjects)) is not None:
            if (kept := self._kept.again((sides, ITS_DEFINITION))) is not None:
                return kept.about((), wanted)
            rows = reading.defining(self.connection, (sides,), sorted(wanted), self.known_at)
        elif wanted and wanted <= DEFINING:
            rows = reading.defining(self.connection, subjects, sorted(wanted), self.known_at)
        else:
            kinds = sorted(wanted | AMENDMENTS) if wanted else ()
            rows = reading.about(self.connection, subjects, kinds, self.known_at)
        return self._facts(rows, subjects, wanted)

    def sharing(self, subject: str, others: Sequence[str], kinds: Iterable[str]) -> list[str]:
        """Those of the others that an event of these kinds (`DEFINING`) concerns together with a subject, in order."""
        return reading.sharing(self.connection, subject, others, sorted(kinds), self.known_at)

    def subjects(self, register: str) -> Iterator[str]:
        """Every subject of a register, in order; what concerns it is read with it, in one pass, and kept while it is folded."""
        rows = reading.by_subject(self.connection, register, self.known_at)
        for subject, group in groupby(rows, key=itemgetter(0)):
            self._keep_whole((subject,), [stored for _, stored in group])
            yield subject

    def keep_for(self, events: Sequence[Stored]) -> None:
        """Read at once what it takes to see what some events touch, and most of what it takes to fold that.

        That is: what they amend, and all that was said about it; the life of each of their subjects; all that the state of an act
        did towards the same treaty or organisation; and the first position of what an event introduces.
        """
        self._keep_roots(events)
        named, acted, amended, introduced = set[str](), set[str](), set[str](), set[str]()
        for stored in events:
            root = self.root(stored)
            event = event_of(root)
            if root is not stored:
                amended.add(f"event:{root.event_id}")
            if (name := introduced_by(event)) is not None:
                introduced.add(name)
            about_it = about(event)
            named.update(name for name in about_it.subjects if not name.startswith("state:"))
            acted.update(about_it.sides())
        for name, position in reading.first_positions(self.connection, sorted(introduced)).items():
            self._keep(("first", name), position)
        self.keep(things=named, defined=acted, amended=amended)

    def keep(
        self,
        *,
        things: Iterable[str] = (),
        defined: Iterable[str] = (),
        wholes: Iterable[str] = (),
        amended: Collection[str] = (),
    ) -> None:
        """Read at once, before it is asked for piece by piece, what is not kept yet.

        `things` are subjects of which the life is read; `defined` those of which what defines them is read (or, of two sides, the
        acts: `subjects.sides_of`); `wholes` those of which everything is; `amended` events (`event:ID`) about which something may
        have been said.
        """
        wholes = {name for name in wholes if (name,) not in self._kept}
        found = reading.concerning(
            self.connection,
            self.known_at,
            things=sorted(name for name in things if (name, ITS_LIFE) not in self._kept),
            defined=sorted(name for name in defined if (name, ITS_DEFINITION) not in self._kept),
            subjects=sorted({*wholes, *amended}),
        )
        for name, rows in found.lives.items():
            self._keep_whole((name, ITS_LIFE), rows)
        for name, rows in found.definitions.items():
            self._keep_whole((name, ITS_DEFINITION), rows)
        for name, rows in found.about.items():
            if name in wholes:
                self._keep_whole((name,), rows)
            else:
                self._keep(("said", name), rows)

    def first(self, subject: str) -> int | None:
        """The position of the first event about a subject, whatever became of that event."""
        return self._once(("first", subject), lambda: reading.first_positions(self.connection, [subject])[subject])

    def _keep_roots(self, events: Iterable[Stored], known: Container[str] = ()) -> None:
        """Read at once what amendments among some events are about, as far as it is not known."""
        new = [row for row in events if row.kind in AMENDMENTS and ("root", row.event_id) not in self._remembered]
        targets = {row.event_id: event.event for row in new if isinstance(event := event_of(row), Amendment)}
        ids = {target for target in targets.values() if target not in known}
        roots = {
            row.event_id: row for row in reading.read(self.connection, event_ids=ids) if row.kind not in AMENDMENTS
        }
        for event_id, target in targets.items():
            if target in roots:
                self._keep(("root", event_id), roots[target])

    def _whole(self, subject: str, *, load: bool) -> Whole | None:
        whole = self._kept.again((subject,))
        if whole is None and load and subject.startswith(KEPT_WHOLE):
            whole = self._keep_whole((subject,), reading.about(self.connection, (subject,), (), self.known_at))
        return whole

    def _keep_whole(self, key: tuple[str, ...], rows: Sequence[Stored]) -> Whole:
        return self._kept.keep(key, Whole(*self._sorted_out(rows, key[0].split(" "))))

    def _facts(self, rows: Sequence[Stored], subjects: Sequence[str], wanted: frozenset[str]) -> list[Fact]:
        plain, amended = self._sorted_out(rows, subjects, wanted)
        return [unamended(row) for row in plain] + amended

    def _sorted_out(
        self, rows: Sequence[Stored], subjects: Sequence[str], wanted: frozenset[str] = frozenset()
    ) -> tuple[list[Stored], list[Fact]]:
        """Of all the events about some subjects those about which nothing was said, and those that were amended as they stand.

        Where kinds are wanted, the rows are all of these and all amendments.
        """
        amendments = [row for row in rows if row.kind in AMENDMENTS]
        if not amendments:
            return [*rows], []
        known = {row.event_id: row for row in rows}
        said = dict[str, list[Stored]]()  # by the event that it is said about
        self._keep_roots(amendments, known)
        for row in amendments:
            root = self._root_among(row, known)
            if wanted and root.kind not in wanted:
                continue
            known.setdefault(root.event_id, root)
            said.setdefault(root.event_id, []).append(row)
        plain = [row for row in rows if row.kind not in AMENDMENTS and row.event_id not in said]
        # Of these, all that is said about them is here: it concerns what they concern.
        here = {row.event_id for row in rows}
        facts = [self._resolved(known[name], about if name in here else None) for name, about in said.items()]
        return plain, [fact for fact in facts if fact is not None and set(subjects) <= set(fact.subjects)]

    def _root_among(self, amendment: Stored, known: Mapping[str, Stored]) -> Stored:
        """The event about the world that an amendment is about, looked for among these before the database is asked."""
        row = amendment
        for _ in known:  # no more steps than there are: a circle is for `root` to tell
            if row.kind not in AMENDMENTS:
                return row
            event = event_of(row)
            assert isinstance(event, Amendment)
            if event.event not in known:
                break
            row = known[event.event]
        return self.root(amendment)

    def fact_of(self, event_id: str) -> Fact | None:
        """The fact that was first recorded as an event of this id, or None if it is out."""
        root = next(reading.read(self.connection, event_ids=[event_id]), None)
        return None if root is None or root.position > self.known_at else self._resolved(root)

    def fact(self, root: Stored) -> Fact | None:
        """An event about the world as it stands, or None if it was retracted or better sources deny it."""
        if root.position > self._seen_after and root.event_id not in self._amended:
            return unamended(root)
        return self._resolved(root)

    def look_ahead(self, after: int, amendments: Sequence[Stored] | None = None) -> None:
        """See at once which of the events after a position anything was said about, before they are asked for one by one.

        `amendments` are those recorded after it, if they are at hand.
        """
        if after == 0:
            query = "SELECT DISTINCT subject FROM event_subject WHERE subject >= 'event:' AND subject < 'event;'"
            found = ask(self.connection, f"{query} AND position <= ?", (self.known_at,))
            self._amended = frozenset(name.partition(":")[2] for (name,) in found)
        else:  # what is said of an event is recorded after it
            if amendments is None:
                amendments = reading.of_kinds(self.connection, sorted(AMENDMENTS), after, self.known_at)
            self._keep_roots(amendments)
            self._amended = frozenset(self.root(stored).event_id for stored in amendments)
        self._seen_after = after

    def root(self, stored: Stored) -> Stored:
        """The event about the world that an event is, or is about."""
        if stored.kind not in AMENDMENTS:
            return stored
        return self._once(("root", stored.event_id), lambda: root_of(self.connection, stored))

    def events(self, after: int = 0, subject: str | None = None) -> Iterator[Stored]:
        """The rows of the log in log order after a position, as far as known, optionally about one subject."""
        return reading.read(self.connection, after=after, upto=self.known_at, subject=subject)

    def _resolved(self, root: Stored, said: Sequence[Stored] | None = None) -> Fact | None:
        """The event as it stands after all that is `said` about it (None: not read yet)."""

        def resolved() -> Fact | None:
            amendments = self._amendments(root, said)
            return resolve(root, amendments, self.standing) if amendments else unamended(root)

        return self._once(("resolved", root.event_id), resolved)

    def denial(self, event_id: str) -> tuple[Said, ...]:
        """Every claim about an event that is out because a better source denies it; none about any other event."""
        root = next(reading.read(self.connection, event_ids=[event_id]))
        return denial(root, self._amendments(root), self.standing)

    def _amendments(self, root: Stored, said: Sequence[Stored] | None = None) -> list[Stored]:
        subject = f"event:{root.event_id}"
        if said is None:
            said = self._once(("said", subject), lambda: list(self.events(subject=subject)))
        return [row for row in said if row.event_id != root.event_id]

    def standing(self, source: str) -> int:
        """The rank of a source, 0 the best (see `registers.STANDINGS`); the best one where it was entered twice."""
        return self.remembered(_standing, source)


def _standing(source: str, history: History) -> int:
    # Disputes about a source itself are not weighed: what a source's standing is cannot depend on sources' standing.
    ranks = list[int]()
    rows = reading.defining(history.connection, (f"source:{source}",), (SourceRegistered.kind,), history.known_at)
    amendments = [row for row in rows if row.kind in AMENDMENTS]  # each counts only where it is about the entry
    for row in rows:
        if row.kind in AMENDMENTS:
            continue
        fact = resolve(row, amendments, lambda _: 0) if amendments else unamended(row)
        if fact is not None and isinstance(fact.event, SourceRegistered) and fact.event.source == source:
            ranks.append(STANDINGS.index(fact.event.standing))
    return min(ranks, default=len(STANDINGS))
