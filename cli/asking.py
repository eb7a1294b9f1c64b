"""A question put to the record: opened, answered at a day as known then, and what the answer rests on said on stderr."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from cli.output import say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.question import Basis


DAYS = ("as_of", "last", "days")  # the options in which commands take the day asked about


class Question(NamedTuple):
    """A question under way: the log, the views as known at the time asked about, and what the answer rests on."""

    log: "Connection"
    views: "Connection"
    basis: "Basis"


@contextmanager
def question(
    database: str,
    as_of: str,
    known_at: str | None,
    subjects: Callable[["Connection"], Iterable[str]] | None = None,
    *,
    options: Sequence[str] = DAYS,
) -> Iterator[Question]:
    """Open the record for a question; `subjects`, given the log, names what the answer needs of the views (none: all).

    `options` are the parameters of the command in which a person gives the day asked about.
    """
    from eventstore.database import Database
    from projections.question import basis, views

    with Database(database).record() as log:
        about = subjects(log) if subjects is not None else ()
        rests_on = basis(log, as_of, known_at)
        with views(log, rests_on.known_at, about) as standing:
            yield Question(log, standing, rests_on)
        if beyond := outside(log, rests_on, options):
            say(beyond)
        say_if_replica(log)


def outside(log: "Connection", asked: "Basis", options: Sequence[str] = DAYS, *, begins: bool = False) -> str:
    """That the day asked about lies before or after all that the record can tell; empty if it does not.

    That it lies after is said only where a person gave it in one of the options: of today nobody needs to be told. A day that
    only `begins` a period may lie before the record.
    """
    from projections.question import added_on, begins_after

    if not asked.as_of:
        return ""
    if not asked.known_at and (begun := added_on(log, 1)):
        return f"The record was begun on {begun}: before that it knew nothing."
    if not begins and (first := begins_after(log, asked.as_of, asked.known_at)):
        return f"The record begins on {first}: of {asked.as_of} it tells nothing for certain."
    last = added_on(log, asked.known_at)
    if last and asked.as_of > last and typed(*options):
        return f"The record was last added to on {last}: what happened between then and {asked.as_of} is not in it."
    return ""


def typed(*names: str) -> bool:
    """Whether a person gave one of these options: of today, where nobody asked about it, nothing needs to be said."""
    context = click.get_current_context(silent=True)
    return context is None or any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in names)


def say_if_replica(log: "Connection") -> None:
    """Say how far behind its primary server the answer is, if a replica gave it."""
    from eventstore.reading import replica

    if (found := replica(log)) is None:
        return
    behind, last = found
    how = f"it is {behind} bytes behind what it has received" if behind else "it has all that it has received"
    say(f"A replica answers: {how} from its primary server{f'; the last change is of {last}' if last else ''}.")


def known(log: "Connection", register: str, name: str, option: str) -> str:
    """The name, if a register knows it; raises `Misuse` with the nearest names if not."""
    from eventstore.errors import Misuse, Problem, did_you_mean
    from eventstore.reading import known_ids

    ids = known_ids(log, register)
    if name in ids:
        return name
    raise Misuse(
        Problem(f"there is no {register} {name[:100]!r}", option, did_you_mean(name, ids) or _some(register, ids))
    )


def _some(register: str, ids: Iterable[str], most: int = 8) -> str:
    ordered: Sequence[str] = sorted(ids)
    if not ordered:
        return f"The record knows no {register} yet: cis init loads the history."
    return f"Known: {', '.join(ordered[:most])}{' ...' if len(ordered) > most else '.'}"
