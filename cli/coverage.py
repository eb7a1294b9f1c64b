"""How much of the history is verified, and by how many sources: coverage."""

from typing import TYPE_CHECKING, Any

import click

from cli.asking import question
from cli.completion import names
from cli.options import Command, database_option, known_at_option, today
from cli.output import emit, format_option, say

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNTS = ("two_sources", "one_source", "searched_not_found", "not_searched", "of")
SUMMARY = ("about", "field", *COUNTS)
COUNCILS = ("subject", *COUNTS)
TREATY = ("state", "field", "finding", "sources", "where")
YEARS = ("year", *COUNTS)


@click.command("coverage", cls=Command)
@click.argument("subject", required=False, shell_complete=names("treaty", "body"))
@click.option("--councils", is_flag=True, help="Count the meetings of each council.")
@known_at_option
@format_option
@database_option
def coverage_command(subject: str | None, councils: bool, known_at: str | None, form: str, database: str) -> None:
    """Show how much of the history is verified.

    SUBJECT is a treaty (each state, each field) or a council (its meetings by year); left out, everything is counted. Each
    thing is verified by two sources, by one, was searched and not found, or was not searched; `of` is the number of all of
    them. Encyclopedias copy each other and count as one source.
    """
    if subject and councils:
        raise click.UsageError("--councils counts all councils; leave it out, or the subject.")
    with question(database, today(), known_at) as asked:
        from seed_events import coverage

        rows = coverage.rows(asked.views, today=today())
    if subject is not None:
        keys, answer = _of_subject(subject, rows)
    elif councils:
        keys, answer = COUNCILS, coverage.summary((r for r in rows if r["about"] == "meetings"), "subject")
    else:
        keys, answer = SUMMARY, coverage.summary(rows, "about", "field")
    emit(answer, form, keys)
    say(f"{asked.basis}")


def _of_subject(subject: str, rows: "list[dict[str, Any]]") -> "tuple[Sequence[str], list[dict[str, Any]]]":
    from eventstore.errors import Misuse, Problem, did_you_mean
    from seed_events.coverage import summary

    found = [row for row in rows if row["subject"] == subject and row["about"] in ("treaty", "meetings")]
    if not found:
        advice = (
            did_you_mean(subject, {row["subject"] for row in rows}) or "`cis coverage --councils` lists the councils."
        )
        raise Misuse(Problem(f"there is no treaty and no council {subject[:100]!r}", "SUBJECT", advice))
    if found[0]["about"] == "treaty":
        return TREATY, [{key: row[key] for key in TREATY} for row in found]
    return YEARS, summary(found, "year")
