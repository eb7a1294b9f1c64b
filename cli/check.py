"""What is odd in the record: check."""

import click

from cli.asking import question
from cli.options import Command, asking_option, known_at_option
from cli.output import emit, format_option, plural, say

CHECK = ("code", "subject", "what", "explained")


@click.command("check", cls=Command)
@click.option("--unexplained", is_flag=True, help="Only what nobody has looked into yet.")
@click.option("--no-assertions", is_flag=True, help="Do not check what the history of the program says of given days.")
@known_at_option
@format_option
@asking_option
def check_command(unexplained: bool, no_assertions: bool, known_at: str | None, form: str, database: str) -> int:
    """Show contradictions, disputes and failed assertions.

    Nothing of this was refused when it was recorded: the record has it as the sources do. A finding that somebody has looked
    into is shown with the explanation; exit status 1 means that there are others. With `--known-at`, what was found wanting then.
    """
    import seed_events
    from eventstore.history import History
    from projections.check import findings

    assertions = [] if no_assertions else seed_events.assertions()
    with question(database, "", known_at) as asked:
        history = History(asked.log, asked.basis.known_at)
        told = findings(asked.views, history, assertions, seed_events.explanations())
        found = [finding._asdict() for finding in told]
    open_ones = [row for row in found if not row["explained"]]
    shown = open_ones if unexplained else found
    emit([{name: value or None for name, value in row.items()} for row in shown], form, CHECK)
    say(f"{plural(len(found), 'finding')}, {len(open_ones) or 'none'} of them unexplained; {asked.basis}")
    return 1 if open_ones else 0
