"""What answering has in common on both databases: how a reader is used, the time that is left, and mistakes in words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol

from eventstore.errors import Problem, Refused, did_you_mean
from projections.read_only.statements import Statement, place

Values = tuple[Any, ...]

BATCH = 1_000  # rows held at once


class Reader(Protocol):
    """What reads the answer on one of the databases: `open` once, then `more` as long as it gives whole batches."""

    def open(self, values: Mapping[str, object]) -> tuple[list[str], Sequence[Values]]:
        """The names of the columns, and the first rows."""

    def more(self) -> Sequence[Values]:
        """The next rows."""


class Guard:
    """What is asked, how it is called in errors, and how long the database may still work on it."""

    def __init__(self, asked: Statement, where: str, seconds: float) -> None:
        self.asked, self.where = asked, where
        self.allowed, self.left = seconds, seconds

    @contextmanager
    def timed(self) -> Iterator[float]:
        """Take the time of some work of the database from what is left; gives what is left before it (seconds)."""
        if self.left <= 0:
            raise self.too_long()
        start = monotonic()
        yield self.left
        self.left -= monotonic() - start

    def too_long(self) -> Refused:
        """The refusal where the time is up."""
        what = f"the question took longer than {self.allowed:g} seconds and was stopped"
        return Refused(Problem(what, self.where, "Ask for less at a time: one state, one treaty, fewer years."))

    def refused(self, what: str, advice: str = "", at: int | None = None) -> Refused:
        """A refusal of what is asked; `at` is its place in the text, if it is known."""
        where = self.where if at is None else place(self.asked.text, at, self.where)
        return Refused(Problem(what, where, advice))

    def mistaken(self, sort: str, name: str, at: int | None = None) -> Refused:
        """A table, column or function that there is not; the place is found by the name if it stands there only once."""
        last = name.replace('"', "").rpartition(".")[2]
        places = [start for word, start in self.asked.words if word == last.lower() or word == last]
        if at is None and len(places) == 1:
            at = places[0]
        return self.refused(f"no such {sort}: {name}", self._near(sort, last) or _DICTIONARY, at)

    def syntax(self, word: str, at: int | None = None) -> Refused:
        """SQL that is misspelt before a word; the place is found by the word if it stands there only once."""
        places = [start for found, start in self.asked.words if found == word.lower()]
        if at is None and len(places) == 1:
            at = places[0]
        return self.refused(f'syntax error near "{word}"', "Is something missing or misspelt just before it?", at)

    def incomplete(self) -> Refused:
        """SQL that ends before it is complete."""
        return self.refused("the statement stops too early", "Something is missing at its end.")

    def _near(self, sort: str, name: str) -> str:
        tables = _columns()
        if sort == "table":
            return _NOT_REPLAYED if name in tables else did_you_mean(name, tables)
        if sort == "column":
            used = [table for table in dict.fromkeys(word for word, _ in self.asked.words) if table in tables]
            near = did_you_mean(name, dict.fromkeys(column for table in used or tables for column in tables[table]))
            return near or (f"Columns of {used[0]}: {', '.join(tables[used[0]])}." if len(used) == 1 else "")
        return ""


_NOT_REPLAYED = "As known earlier there are the views, not the log itself: ask without --known-at."

_DICTIONARY = "`cis docs tables` lists the tables and their columns."


def _columns() -> dict[str, list[str]]:
    """The columns of every table of the record."""
    from eventstore.tables import metadata as log
    from projections.views import metadata as views

    return {table.name: table.c.keys() for tables in (log, views) for table in tables.sorted_tables}
