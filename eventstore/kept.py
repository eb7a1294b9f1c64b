"""What a reader keeps of the events it has read, by what they are about; bounded, however long the log is."""

from collections.abc import Sequence
from functools import cached_property

from eventstore.facts import Fact, unamended
from eventstore.stored import Stored

MOST = 20_000  # facts kept at once

Key = tuple[str, ...]


class Whole:
    """All that is known about a subject; what was not amended is made a fact when it is asked for."""

    def __init__(self, plain: Sequence[Stored], amended: Sequence[Fact]) -> None:
        self.size = 1 + len(plain) + len(amended)  # that there is nothing is known, too
        self._plain = plain
        self._amended = amended
        self._made = dict[int, Fact]()

    def about(self, others: Sequence[str], kinds: frozenset[str]) -> list[Fact]:
        """The facts that concern these other subjects too, of these kinds (none: any)."""
        rows = self._by_subject.get(others[0], ()) if others else self._plain
        facts = [self._fact(row) for row in rows if not kinds or row.kind in kinds]
        if len(others) > 1:
            facts = [fact for fact in facts if set(others) <= set(fact.subjects)]
        amended = [fact for fact in self._amended if not kinds or fact.kind in kinds]
        return facts + [fact for fact in amended if not others or set(others) <= set(fact.subjects)]

    def _fact(self, row: Stored) -> Fact:
        if row.position not in self._made:
            self._made[row.position] = unamended(row)
        return self._made[row.position]

    @cached_property
    def _by_subject(self) -> dict[str, list[Stored]]:
        found = dict[str, list[Stored]]()
        for row in self._plain:
            for name in self._fact(row).subjects:
                found.setdefault(name, []).append(row)
        return found


class Kept:
    """What is kept, by key; what was asked for longest ago goes first when it becomes too much."""

    def __init__(self) -> None:
        self._wholes = dict[Key, Whole]()
        self._size = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._wholes

    def again(self, key: Key) -> Whole | None:
        """What is kept under a key; None: nothing."""
        if (whole := self._wholes.pop(key, None)) is not None:
            self._wholes[key] = whole  # asked for last
        return whole

    def keep(self, key: Key, whole: Whole) -> Whole:
        """Keep something, instead of what was kept under its key; gives it back."""
        if (before := self._wholes.pop(key, None)) is not None:
            self._size -= before.size
        self._size += whole.size
        while self._size > MOST and self._wholes:
            self._size -= self._wholes.pop(next(iter(self._wholes))).size
        self._wholes[key] = whole
        return whole
