"""Setting up a record, and how it stands: init, status, rebuild."""

from typing import TYPE_CHECKING

import click

from cli.options import Command, database_option, now
from cli.output import Begin, emit_one, format_option, progress, progress_option, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

RECORDED_BY = "cis-record"  # of the history that comes with the program
STATUS = ("position", "hash", "projections_position")


@click.command("init", cls=Command)
@click.option("--empty", is_flag=True, help="Load no history: a record for a history of your own.")
@click.option(
    "--retract-superseded",
    "retract",
    is_flag=True,
    help="Retract what the history of an earlier release told and this one does not.",
)
@progress_option
@database_option
def init_command(empty: bool, retract: bool, bar: bool | None, database: str) -> int:
    """Create or upgrade the database and load the history.

    All of it is done, or nothing. What is recorded already stays as it is: run again, this adds what the program has learned
    since, and names what it has unlearned, which counts until it is retracted.
    """
    if empty and retract:
        raise click.UsageError("--retract-superseded has no effect with --empty.")
    import migrations
    from eventstore.database import Database
    from eventstore.preparing import hold_log, prepare_file, state_of, take_turn

    record = Database(database, write=True)
    prepare_file(record)
    told = list[str]()
    with progress("Loading the history", shown=bar) as begin, record.transaction() as connection:
        take_turn(connection)
        state = state_of(connection, str(record.place))
        said = migrations.upgrade(connection)
        hold_log(connection)
        refolded = _follow(connection)
        told += [f"{_DONE[state]} {record.place}", *said]
        if refolded:
            told.append(f"The views were of another release: folded anew from {refolded} events.")
        failed = [] if empty else _load(connection, begin, told, retract=retract)
    for line in (*told, *failed):
        say(line)
    return 1 if failed else 0


_DONE = {"empty": "Created", "older": "Upgraded", "present": "Found"}


def _follow(connection: "Connection") -> int:
    """Fold the views anew where another release folded them; gives the number of events then read."""
    from eventstore.errors import DatabaseError
    from projections.runner import catch_up, rebuild

    try:
        catch_up(connection)
    except DatabaseError:
        return rebuild(connection)
    return 0


def _load(connection: "Connection", begin: Begin, told: list[str], *, retract: bool) -> list[str]:
    """Record the history; gives the assertions that it does not meet."""
    import seed_events
    from eventstore.reading import head
    from projections.assertions import failures
    from projections.record import record_on

    before, advance = head(connection).position, None

    def progressed(steps: int) -> None:
        nonlocal advance
        if advance is None:  # the first event that the views read: all are in the log
            advance = begin(head(connection).position - before) or _nothing
        advance(steps)

    outcomes = record_on(connection, seed_events.entries(), recorded_by=RECORDED_BY, now=now(), progress=progressed)
    added = sum(outcome.new for outcome in outcomes)
    told.append(f"The history: {len(outcomes)} events, {added or 'none'} of them new.")
    if before:
        told += _left_over(connection, {outcome.event_id for outcome in outcomes}, retract=retract)
    assertions = seed_events.assertions()
    failed = [f"{failure.assertion.file_line}: {failure}" for failure in failures(connection, assertions)]
    told.append(f"{len(assertions) - len(failed)} of {len(assertions)} assertions about it hold.")
    return failed


def _left_over(connection: "Connection", kept: set[str], *, retract: bool) -> list[str]:
    """What an earlier release told and this one does not: retracted, or named with what to do about it."""
    from cli.read_log import summary
    from eventstore.stored import fields_of_stored
    from projections.record import record_on
    from seed_events.superseded import retracting, superseded

    found = superseded(connection, kept, RECORDED_BY)
    if not found:
        return []
    if retract:
        at = now()
        record_on(connection, retracting(found, at[:10]), recorded_by=RECORDED_BY, now=at)
        return [f"Of the history of an earlier release {len(found)} events are not in this one's: retracted."]
    lines = (f"{s.position}  {s.kind}  {s.occurred}  {summary(s.kind, fields_of_stored(s))}" for s in found)
    return [
        *(line if len(line) <= LONGEST else f"{line[:LONGEST]} ..." for line in lines),
        f"Of the history of an earlier release {len(found)} events are not in this one's, and still count (above).",
        "  Take them out: cis init --retract-superseded. Or judge each: cis show, then cis retract or cis correct.",
    ]


LONGEST = 116  # characters of a line that names an event


def _nothing(_: int) -> None:
    pass


@click.command("status", cls=Command)
@format_option
@database_option
def status_command(form: str, database: str) -> None:
    """Show how far the log and the views are."""
    from eventstore.database import Database
    from eventstore.reading import head
    from projections.runner import projections_position

    record = Database(database)
    with record.record() as connection:
        newest, followed = head(connection), projections_position(connection)
    emit_one(dict(zip(STATUS, (newest.position, newest.hash, followed), strict=True)), form)
    if followed < newest.position:
        say("The views have not followed the log. Fold them anew: cis rebuild")


@click.command("rebuild", cls=Command)
@progress_option
@database_option
def rebuild_command(bar: bool | None, database: str) -> None:
    """Fold all views anew from the log."""
    from eventstore.database import Database
    from eventstore.preparing import hold_log
    from eventstore.reading import head
    from projections.runner import rebuild

    record = Database(database, write=True)
    with progress("Folding the views", shown=bar) as begin, record.record() as connection:
        hold_log(connection)
        read = rebuild(connection, begin(head(connection).position))
    say(f"The views are folded anew from {read} events.")
