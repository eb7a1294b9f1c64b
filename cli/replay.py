"""All views at once: replay."""

import click

from cli.asking import question
from cli.options import Command, as_of_option, asking_option, known_at_option
from cli.output import emit, format_option, say
from cli.target import target

REPLAY = ("view", "certain", "possible")


@click.command("replay", cls=Command)
@click.option("--into", metavar="FILE", help="Write the views as plain tables into a new SQLite file.")
@as_of_option
@known_at_option
@format_option
@asking_option
def replay_command(into: str | None, as_of: str, known_at: str | None, form: str, database: str) -> None:
    """Replay all views to a day, as known then.

    Shows for each view how many rows held on that day (or happened by then) for certain, and how many only possibly. The file
    that --into writes has a table for each view, intervals with their certainty on that day, and a table `about` that says
    what the file rests on.
    """
    with question(database, as_of, known_at) as asked:
        from projections.summary import summary

        rows = summary(asked.views, as_of)
        with target(into) as place:
            if place is not None:
                from projections.export import into_file

                into_file(asked.views, asked.basis, place)
    emit(rows, form, REPLAY)
    if into is not None:
        say(f"Written to {into}.")
    say(str(asked.basis))
