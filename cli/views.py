"""The questions about one view each: members, roster, treaties, treaty, state, meetings."""

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from cli.asking import Question, known, question
from cli.completion import names
from cli.options import Command, Day, as_of_option, asking_option, known_at_option, language_option, today
from cli.output import Row, Shown, emit, format_option, plural, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

MEMBERS = ("organisation", "state", "name", "status", "certainty", "since", "disputed", "events")
_TESTS = ("declared", "certainty", "agreement", "charter", "practice", "contested")
CRITERIA_COLUMNS = {  # the columns of each criterion, those for people first
    "charter": MEMBERS,
    "agreement": (*MEMBERS[:4], "by", *MEMBERS[4:]),
    "declared": MEMBERS,
    "practice": MEMBERS,
    "combined": (
        *("organisation", "state", "name", *_TESTS, "disputed", "events", "since"),
        *("agreement_signed", "agreement_ratified", "charter_signed", "charter_ratified"),
    ),
}
ROSTER = ("body", "seat", "state", "person", "office", "certainty", "since")
TREATIES = ("treaty", "title", "status", "since", "parties", "signatories")
TREATY = ("state", "status", "signed", "ratified", "deposited", "in_force", "withdrawn")
STATE = ("occurred", "kind", "sentence", "sources", "disputed", "event_id")
MEETINGS = ("meeting", "bodies", "kind", "start", "end", "place", "country", "chair", "states")
# The columns that follow these.
ROSTER_MORE = ("status", "acting", "name", "disputed")
TREATIES_MORE = ("certainty", "parties_possible", "signatories_possible", "until", "disputed")
TREATY_MORE = (
    *("acceded", "certainty", "since", "provisionally_applied", "suspended", "withdrawal_notified", "instrument"),
    *("withdrawal_effective_on", "reservations", "declarations", "disputed"),
)
MEETINGS_MORE = ("chair_state", "title", "outcome", "disputed")


@click.command("members", cls=Command)
@click.argument("organisation", required=False, shell_complete=names("organisation"))
@click.option("--former", is_flag=True, help="Also show the states that had left.")
@click.option(
    "--criterion",
    type=click.Choice(tuple(CRITERIA_COLUMNS)),
    default="declared",
    show_default=True,
    help="By which test: ratified the charter; ratified a founding agreement; standing by its acts; takes part; all.",
)
@as_of_option
@known_at_option
@format_option
@asking_option
def members_command(
    organisation: str | None,
    former: bool,
    criterion: str,
    as_of: str,
    known_at: str | None,
    form: str,
    database: str,
) -> None:
    """Show who belonged to an organisation on a day.

    ORGANISATION is an id such as cis; left out, all organisations are shown. A state is `certain` if it belonged on that day
    whichever of the possible days of an imprecise date is the right one, and `possible` if only by some of them.
    With `--criterion combined` every test stands beside the others; contested is a state of which they do not all say the same.
    """
    if former and criterion != "declared":
        raise click.UsageError("--former has an effect only with --criterion declared.")

    def about(log: "Connection") -> "Iterable[str]":
        return [f"organisation:{known(log, 'organisation', organisation, 'ORGANISATION')}"] if organisation else ()

    told = ""
    with question(database, as_of, known_at, about) as asked:
        if criterion == "declared":
            from projections.membership import members

            rows = members(asked.views, as_of, organisation, former=former)
        else:
            from projections.criteria import belonging, rule_of, tests_of

            rows = belonging(asked.views, as_of, organisation, criterion)
            lacking = tests_of(asked.views, organisation).lacking(criterion) if organisation else ""
            told = lacking or rule_of(criterion, organisation)
    emit(rows, form, CRITERIA_COLUMNS[criterion], shown=_criterion_shown(criterion, organisation))
    if told:
        say(told)
    _count(rows, asked)


def _criterion_shown(criterion: str, organisation: str | None) -> list[Shown]:
    """The columns that a table shows of who belonged by a test."""
    shown: list[Shown] = [name for name in CRITERIA_COLUMNS[criterion] if name not in ("organisation", "events")]
    if criterion == "combined":
        # On a narrow page too the tests stand side by side; they say themselves what is possible.
        shown = [("state", _named), "declared", "agreement", "charter", "practice", "contested", "disputed"]
    return shown if organisation else ["organisation", *shown]


@click.command("roster", cls=Command)
@click.argument("body", shell_complete=names("body"))
@as_of_option
@known_at_option
@format_option
@asking_option
def roster_command(body: str, as_of: str, known_at: str | None, form: str, database: str) -> None:
    """Show who sat in a body on a day.

    BODY is an id such as council-of-heads-of-state. Its states come first, then those who held its offices.
    """
    with question(database, as_of, known_at) as asked:
        from projections.council_roster import roster

        rows = roster(asked.views, as_of, known(asked.log, "body", body, "BODY"))
    emit(
        rows,
        form,
        (*ROSTER, *ROSTER_MORE),
        shown=("seat", "name", "state", ("as", _held), "certainty", "since", "disputed"),
    )
    _count(rows, asked)


@click.command("treaties", cls=Command)
@as_of_option
@known_at_option
@format_option
@asking_option
def treaties_command(as_of: str, known_at: str | None, form: str, database: str) -> None:
    """Show where every treaty stood on a day.

    `parties` and `signatories` count the states of which that is certain.
    """
    with question(database, as_of, known_at) as asked:
        from projections.treaty_status import treaties

        rows = treaties(asked.views, as_of)
    shown: list[Shown] = [("treaty", _titled), ("status", _standing), ("parties", _range("parties"))]
    shown += [("signed", _range("signatories")), "since", "disputed"]
    emit(rows, form, (*TREATIES, *TREATIES_MORE), shown=shown)
    _count(rows, asked)


@click.command("treaty", cls=Command)
@click.argument("treaty", shell_complete=names("treaty"))
@click.option(
    "--style",
    type=click.Choice(("untc", "coe", "hcch", "cis")),
    help="As a status table of the UN Treaty Collection, the Council of Europe, the Hague Conference, or as the annex of the "
    "CIS Executive Committee.",
)
@language_option
@as_of_option
@known_at_option
@format_option
@asking_option
def treaty_command(
    treaty: str, style: str | None, language: str | None, as_of: str, known_at: str | None, form: str, database: str
) -> None:
    """Show where each state stood towards a treaty on a day.

    TREATY is an id such as cis-charter; `cis treaties` lists them. The dates are those of the acts of the state, as far as
    they were done by that day, and of entry into force for it. A --style prints them as that depositary does, with headings and
    names in English or Russian; what is imprecise, disputed or only possible has a footnote.
    """
    if style is None and language is not None:
        raise click.UsageError("--language has no effect without --style.")

    def about(log: "Connection") -> "Iterable[str]":
        named = f"treaty:{known(log, 'treaty', treaty, 'TREATY')}"
        return () if style == "cis" else (named,)  # the annex also has the states that belonged and never acted

    with question(database, as_of, known_at, about) as asked:
        if style is not None:
            from cli.status_page import show
            from projections.status_table import sheet

            show(sheet(asked.views, treaty, as_of, style, language or "en"), form)
            say(str(asked.basis))
            return
        from projections.treaty_party import parties

        rows = parties(asked.views, as_of, treaty)
    shown = (*TREATY[:5], "acceded", *TREATY[5:], ("certainty", _only_possible), "disputed")
    emit(rows, form, (*TREATY, *TREATY_MORE), shown=shown)
    _count(rows, asked)


@click.command("state", cls=Command)
@click.argument("state", shell_complete=names("state"))
@click.option("--matrix", is_flag=True, help="Show its treaties instead, and which stage each had reached when.")
@language_option
@as_of_option
@known_at_option
@format_option
@asking_option
def state_command(
    state: str, matrix: bool, language: str | None, as_of: str, known_at: str | None, form: str, database: str
) -> None:
    """Tell the story of a state.

    STATE is an ISO 3166 code or a usual name (AM, ARM, Armenia); SUHH is the USSR. Everything is told that concerns it and
    happened, or may have happened, by the day asked about.
    """
    if language is not None and not matrix:
        raise click.UsageError("--language has no effect without --matrix.")
    from eventstore.states import UnknownState, state_code, states

    try:
        code = state_code(state)
    except UnknownState as error:
        raise click.BadParameter(str(error), param_hint="STATE") from None
    if matrix:
        _matrix(code, language or "en", as_of, known_at, form, database)
        return
    with question(database, as_of, known_at, lambda _: [f"state:{code}"]) as asked:
        from eventstore.facts import BEGINNING
        from projections.timeline import story

        rows = story(asked.views, f"state:{code}", BEGINNING, as_of)
    emit(rows, form, STATE, shown=("occurred", "sentence", "disputed", "sources"))
    say(f"{states()[code].name}: {plural(len(rows), 'event')}; {asked.basis}")


def _matrix(code: str, language: str, as_of: str, known_at: str | None, form: str, database: str) -> None:
    # Titles come from the treaties' own events, so for an earlier K more is folded than what names the state.
    with question(database, as_of, known_at) as asked:
        from projections.status_table import MATRIX, STAGES, matrix

        rows = matrix(asked.views, code, as_of, language)
    headings = {key: STAGES[key][language == "ru"] for key in MATRIX}
    maybe = "возможно" if language == "ru" else "possible"
    named: dict[str, Callable[[Row], object]] = {"title": _titled, "status": lambda row: _standing(row, maybe)}
    shown = [(headings[key], named.get(key, itemgetter(key))) for key in MATRIX if key not in ("treaty", "certainty")]
    emit(rows, form, MATRIX, shown=shown)
    _count(rows, asked)


@click.command("meetings", cls=Command)
@click.argument("body", required=False, shell_complete=names("body"))
@click.option(
    "--from", "first", type=Day(first=True), metavar="DATE", help="The first day; a year means its first day."
)
@click.option(
    "--to",
    "last",
    type=Day(),
    metavar="DATE",
    default=today,
    show_default="today",
    help="The last day; a year means its last day.",
)
@known_at_option
@format_option
@asking_option
def meetings_command(
    body: str | None, first: str | None, last: str, known_at: str | None, form: str, database: str
) -> None:
    """Show the meetings of a period.

    BODY is an id such as council-of-heads-of-state; left out, the meetings of all bodies are shown. A meeting whose date is
    imprecise is shown where it may have been in the period.
    """
    if first is not None and first > last == today():
        raise click.UsageError(f"Nothing has been held from {first} on: today is {last}.")
    if first is not None and first > last:
        raise click.UsageError(f"The period ends ({last}) before it begins ({first}).")
    with question(database, last, known_at) as asked:
        from eventstore.facts import BEGINNING
        from projections.meeting import meetings

        chosen = known(asked.log, "body", body, "BODY") if body else None
        rows = meetings(asked.views, first or BEGINNING, last, chosen)
    shown: list[Shown] = [("date", _dates), "kind", ("place", _place), "chair", "states", "meeting", "disputed"]
    if not body:
        shown.insert(1, "bodies")
    emit(rows, form, (*MEETINGS, *MEETINGS_MORE), shown=shown)
    _count(rows, asked)


def _only_possible(row: Row) -> str | None:
    """What is certain is so as a rule: only the rest is marked."""
    return "possible" if row["certainty"] == "possible" else None


def _named(row: Row) -> str:
    return " ".join(filter(None, (row["state"], row["name"])))


def _standing(row: Row, maybe: str = "possible") -> str:
    return f"{row['status']} ({maybe})" if row["certainty"] == "possible" else str(row["status"])


def _titled(row: Row) -> str:
    return f"{row['title']} [{row['treaty']}]"


def _range(key: str) -> "Callable[[Row], str]":
    """A count, or from the certain to the possible one."""

    def counted(row: Row) -> str:
        certain, possible = row[key], row[f"{key}_possible"]
        return str(certain) if certain == possible else f"{certain}–{possible}"

    return counted


def _held(row: Row) -> str:
    return f"{row['office'] or row['status']}{' (acting)' if row['acting'] else ''}"


def _dates(row: Row) -> str:
    return str(row["start"] if row["start"] == row["end"] else f"{row['start']}/{row['end']}")


def _place(row: Row) -> str:
    return " ".join(filter(None, (row["place"], row["country"] and f"({row['country']})")))


def _count(rows: "list[dict[str, Any]]", asked: Question) -> None:
    """How many rows there are, how many of them are only possible, and what the answer rests on."""
    possible = sum(row.get("certainty") == "possible" for row in rows)
    certain = "" if not rows or "certainty" not in rows[0] else f", {possible or 'none'} of them only possible"
    say(f"{plural(len(rows), 'row')}{certain}; {asked.basis}")
