"""Bringing in a log from another database: import."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import IO

import click

from cli.completion import files
from cli.options import Command, database_option
from cli.output import plural, progress, progress_option, say


@click.command("import", cls=Command)
@click.argument("file", shell_complete=files)
@progress_option
@database_option
def import_command(file: str, bar: bool | None, database: str) -> None:
    """Add the events of an exported log.

    FILE is what `cis export` wrote; - is standard input. The log here must be empty (cis init --empty) or a beginning of the
    exported one: events keep their positions, times and hashes.
    """
    from eventstore.database import Database
    from eventstore.errors import DatabaseError
    from eventstore.files import name_of, opened
    from eventstore.transfer import import_lines
    from projections.runner import catch_up

    record = Database(database, write=True)
    name = name_of(file)
    try:
        with (
            progress("Folding the views", shown=bar) as begin,
            opened(file) as lines,
            record.record() as connection,
        ):
            added = import_lines(connection, _decoded(lines, name), name)
            catch_up(connection, begin(added))
    except DatabaseError as error:
        # What is imported brings its own history: the database it goes into is made without one.
        raise DatabaseError(
            [replace(found, advice=found.advice.replace("cis init", "cis init --empty")) for found in error.problems]
        ) from error
    say(f"{plural(added, 'event')} added.")


def _decoded(file: IO[bytes], name: str) -> Iterator[str]:
    from eventstore.errors import Problem, Refused
    from eventstore.transfer import LONGEST_LINE

    # Longer ones are not waited for; a character may take four bytes.
    lines = iter(partial(file.readline, 4 * LONGEST_LINE + 1), b"")
    for number, line in enumerate(lines, start=1):
        if len(line) > 4 * LONGEST_LINE:
            raise Refused(Problem("this line is too long for an event", f"{name}:{number}"))
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise Refused(
                Problem("this is not UTF-8 text", f"{name}:{number}", "Is it what cis export wrote?")
            ) from error
