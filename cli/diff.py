"""What changed in the views: `cis diff`, between two days or between two times at which a day was known."""

from typing import TYPE_CHECKING, Any

import click

from cli.asking import outside, question, say_if_replica
from cli.completion import names
from cli.options import Command, Day, asking_option, known_at_option, today
from cli.output import Shown, emit, format_option, plural, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projections.diff import Line

COLUMNS = ("view", "key", "what", "before", "after", "events", "because")
_SHOWN: tuple[Shown, ...] = (
    "view",
    "key",
    ("change", lambda row: f"{row['what']}: {row['before'] or '–'} → {row['after'] or '–'}"),
)


@click.command("diff", cls=Command)
@click.argument("days", nargs=-1, type=Day(), metavar="[DAY1 DAY2]")
@click.option(
    "--known-from", metavar="K", help="Compare what was known then: a position in the log, or a time (UTC) ..."
)
@click.option("--known-to", metavar="K", show_default="now", help="... with what was known then.")
@click.option(
    "--as-of",
    type=Day(),
    metavar="DATE",
    show_default="today",
    help="With --known-from: the day asked about; a month or a year means its last day.",
)
@click.option("--view", metavar="VIEW", help="Only this view.")
@click.option(
    "--subject",
    metavar="SUBJECT",
    shell_complete=names("state", "organisation", "treaty", "body", "office", "person"),
    help="Only what concerns this: state:GE, Georgia, cis-charter.",
)
@known_at_option
@format_option
@asking_option
def diff_command(
    days: tuple[str, ...],
    known_from: str | None,
    known_to: str | None,
    as_of: str | None,
    view: str | None,
    subject: str | None,
    known_at: str | None,
    form: str,
    database: str,
) -> None:
    """Show what changed in the views, and by which events.

    Between the ends of two days, as known now: `cis diff 1999-01-01 2000-01-01`. Or of one day, between two times at which it
    was known: `cis diff --known-from 100 --known-to 200 --as-of 1999-01-01`.
    """
    from projections.diff import view_of

    chosen = view_of(view) if view else None
    if known_from is None:
        for name, value in (("--known-to", known_to), ("--as-of", as_of)):
            if value is not None:
                raise click.UsageError(f"{name} has an effect only with --known-from.")
        if len(days) != 2 or days[0] >= days[1]:
            raise click.UsageError("Two days are needed, the earlier one first; or --known-from.")
        _between_days(days[0], days[1], known_at, chosen, subject, form, database)
        return
    if days or known_at is not None:
        raise click.UsageError(
            "With --known-from there is one day, given by --as-of; and --known-to instead of --known-at."
        )
    _between_positions(known_from, known_to, as_of or today(), chosen, subject, form, database)


def _between_days(
    first: str, second: str, known_at: str | None, view: str | None, subject: str | None, form: str, database: str
) -> None:
    from projections.diff import changes, subjects_named

    with question(database, second, known_at) as asked:
        wanted = subjects_named(asked.log, subject) if subject else None
        lines = _chosen(changes(asked.views, first, second), view, wanted)
        beyond = outside(asked.log, asked.basis._replace(as_of=first))
        if beyond and not outside(asked.log, asked.basis):  # of the second day it is said when the question ends
            say(beyond)
    show(lines, form)
    say(f"{plural(len(lines), 'change')} after {first}; {asked.basis}")


def _between_positions(
    known_from: str, known_to: str | None, day: str, view: str | None, subject: str | None, form: str, database: str
) -> None:
    from eventstore.database import Database
    from projections.diff import changes_known, subjects_named
    from projections.question import basis

    with Database(database).record() as log:
        earlier = basis(log, day, known_from, "--known-from")
        later = basis(log, day, known_to, "--known-to")
        say_if_replica(log)
        if earlier.known_at >= later.known_at:
            positions = f"position {earlier.known_at} and position {later.known_at}"
            raise click.UsageError(f"Nothing was recorded between {positions}; the earlier comes first.")
        wanted = subjects_named(log, subject) if subject else None
        lines = _chosen(changes_known(log, day, earlier.known_at, later.known_at), view, wanted)
        if beyond := outside(log, later):
            say(beyond)
    show(lines, form)
    say(f"{plural(len(lines), 'change')} after position {earlier.known_at}; {later}")


def show(lines: "Sequence[Line]", form: str) -> None:
    """Print changes; in a table an event is told by its sentence and the first eight characters of its id."""
    rows = [line.row() for line in lines]
    shown = [*_SHOWN]
    if any(line.start or line.until for line in lines):
        rows = [{**row, "start": row.get("start", ""), "until": row.get("until", "")} for row in rows]
        shown += ["start", "until"]
    emit(rows, form, COLUMNS, shown=[*shown, ("because", _because)])


def _chosen(lines: "Iterable[Line]", view: str | None, wanted: frozenset[str] | None) -> "list[Line]":
    """The changes in a view, and of what concerns any of the subjects that are wanted (None: all)."""
    return [
        line
        for line in lines
        if (view is None or line.view == view) and (wanted is None or not wanted.isdisjoint(line.subjects))
    ]


def _because(row: Any) -> str:
    pairs = zip(row["because"].split("\n"), row["events"].split(), strict=False)
    return "\n".join(f"{told} [{event_id[:8]}]" for told, event_id in pairs)
