"""A question put to the record: opened, answered at a day as known then, and what the answer rests on said on stderr."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.question import Basis


class Question(NamedTuple):
    """A question under way: the log, the views as known at the time asked about, and what the answer rests on."""

    log: "Connection"
    views: "Connection"
    basis: "Basis"


@contextmanager
def question(
    database: str, as_of: str, known_at: str | None, subjects: Callable[["Connection"], Iterable[str]] | None = None
) -> Iterator[Question]:
    """Open the record for a question; `subjects`, given the log, names what the answer needs of the views (none: all)."""
    from eventstore.database import Database
    from projections.question import basis, views

    with Database(database).record() as log:
        about = subjects(log) if subjects is not None else ()
        rests_on = basis(log, as_of, known_at)
        with views(log, rests_on.known_at, about) as standing:
            yield Question(log, standing, rests_on)


def known(log: "Connection", register: str, name: str, option: str) -> str:
    """The name, if a register knows it; raises `Misuse` with the nearest names if not."""
    from eventstore.errors import Misuse, Problem, did_you_mean
    from eventstore.reading import known_ids

    ids = known_ids(log, register)
    if name in ids:
        return name
    raise Misuse(Problem(f"there is no {register} {name[:100]!r}", option, did_you_mean(name, ids) or _some(ids)))


def _some(ids: Iterable[str], most: int = 8) -> str:
    ordered: Sequence[str] = sorted(ids)
    if not ordered:
        return "The record is empty: cis init loads the history."
    return f"Known: {', '.join(ordered[:most])}{' ...' if len(ordered) > most else '.'}"
