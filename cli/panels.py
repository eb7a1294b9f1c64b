"""Tables by year and month, and other people's tables held against the record: panel, compare."""

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

import click

from cli.asking import known, outside, question
from cli.completion import files, names
from cli.options import Command, Number, asking_option, known_at_option, today
from cli.output import Counted, Row, Shown, emit, format_option, plural, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cli.asking import Question

_UNITS = ("state-year", "state-month", "treaty-year")
_CRITERIA = ("charter", "agreement", "declared", "practice", "combined")
_RULES = ("first-day", "last-day", "any-day", "share")
_YEAR = Number(1, 9998, "year")
_RULE_HELP = (
    "What stands for a year or month: its first day, its last day, the strongest standing on any of its days, or the one "
    "that held on most of them."
)


@click.command("panel", cls=Command)
@click.argument("unit", type=click.Choice(_UNITS))
@click.option(
    "--organisation",
    metavar="ORG",
    shell_complete=names("organisation"),
    help="The organisation; of a treaty-year panel, whose treaties (default: all).",
)
@click.option("--rule", type=click.Choice(_RULES), required=True, help=_RULE_HELP)
@click.option(
    "--criterion",
    type=click.Choice(_CRITERIA),
    show_default="declared",
    help="By which test a state belongs, as in `cis members`; combined: the codes of all side by side.",
)
@click.option("--from", "first", type=_YEAR, metavar="YEAR", default=1991, show_default=True, help="The first year.")
@click.option("--to", "last", type=_YEAR, metavar="YEAR", show_default="the horizon", help="The last year.")
@click.option(
    "--all-states", "everyone", is_flag=True, help="Every state with a number, not only those that ever stood in it."
)
@known_at_option
@format_option
@asking_option
def panel_command(
    unit: str,
    organisation: str | None,
    rule: str,
    criterion: str | None,
    first: int,
    last: int | None,
    everyone: bool,
    known_at: str | None,
    form: str,
    database: str,
) -> None:
    """Make a state-year, state-month or treaty-year table.

    \b
    Codes of a state, as in the Correlates of War state-year table of IGOs:
       1  full member             0  the organisation existed, the state was outside
       2  associate              -1  the organisation did not exist
       3  observer               -9  it existed, but the code is not settled
    Codes of a treaty, ours in the same shape:
       1  in force                0  adopted and not in force
       2  applied provisionally  -1  not adopted yet, or ended
       3  suspended              -9  not settled

    Only what is certain on the days of the rule has a code; where the dates leave more than one open it is -9, and
    possible_codes lists them. share_certain and share_possible are shares of the days of the period on which the state belonged
    (or the treaty had effect: codes 1, 2 and 3). A state has a row where it existed or stood in the organisation. cow and gw hold
    for the period; a number that two states share in a period (365 of the USSR and Russia in 1991) stands with the later one.

    By --criterion agreement or charter 1 is who ratified it (who only signed has 0, and signed as status); by practice who takes
    part has its declared code, and who suspended or ceased its part 0. --criterion combined gives all four codes, each in its
    column (none where the organisation has no such treaty), and in contested whether the tests differed on a day of the rule.

    Nothing is said of days after the horizon: the last day on which anything in the log happened or may have happened, and never
    after today. A year that the horizon cuts counts with the days before it, and has no row under last-day.
    """
    if unit != "treaty-year" and organisation is None:
        raise click.UsageError(f"A {unit} panel is about one organisation: name it with --organisation.")
    for option, given in (("--all-states", everyone), ("--criterion", criterion)):
        if unit == "treaty-year" and given:
            raise click.UsageError(f"{option} has no effect on a treaty-year panel.")
    if last is not None and first > last:
        raise click.UsageError(f"The panel ends ({last}) before it begins ({first}).")
    with question(database, "", known_at) as asked:
        from projections.panel import horizon, rows

        chosen = known(asked.log, "organisation", organisation, "--organisation") if organisation else None
        test = _test(asked.views, criterion, chosen)
        limit = horizon(asked.views, today())
        _refuse_beyond(first, limit)
        through = int(limit[:4]) if last is None else last
        found = rows(asked.views, unit, chosen, rule, (first, through), today(), everyone, criterion or "declared")
        counted = Counted(found)
        keys, shown = _columns(unit, criterion == "combined")
        emit(counted, form, keys, shown=shown)
        beyond = outside(asked.log, asked.basis._replace(as_of=f"{through:04}-12-31"))
    for told in filter(None, (test, beyond)):
        say(told)
    cut = f" Nothing is said of days after {limit}, the horizon of the log." if f"{through}-12-31" > limit else ""
    say(f"{plural(counted.count, 'row')}, rule {rule}; {asked.basis}.{cut}")


def _columns(unit: str, combined: bool) -> tuple[Sequence[str], list[Shown]]:
    """The columns of a panel, and those of them that are shown in a table."""
    from projections.panel import COMBINED_COLUMNS, STATE_COLUMNS, TREATY_COLUMNS

    if unit == "treaty-year":
        return TREATY_COLUMNS, _SHOWN[unit]
    columns = COMBINED_COLUMNS if combined else STATE_COLUMNS
    keys = [key for key in columns if key != "month" or unit == "state-month"]
    return keys, [*_SHOWN[unit][:1], *_COMBINED] if combined else _SHOWN[unit]


def _test(views: "Connection", criterion: str | None, organisation: str | None) -> str:
    """What a criterion asks; empty for the declared standing. Raises `Misuse` for one that can be put to nobody."""
    if criterion is None or organisation is None:
        return ""
    from eventstore.errors import Misuse, Problem
    from projections.criteria import rule_of, tests_of

    if lacking := tests_of(views, organisation).lacking(criterion):
        raise Misuse(Problem(lacking, f"--criterion {criterion}"))
    return rule_of(criterion, organisation)


def _refuse_beyond(first: int, limit: str) -> None:
    from eventstore.errors import Misuse, Problem

    if not limit:
        raise Misuse(Problem("the log is empty, so there is nothing to tabulate", "", "cis init loads the history."))
    if f"{first:04}-01-01" > limit:
        raise Misuse(Problem(f"the log says nothing after {limit}, its horizon", f"--from {first}"))


def _share(row: Row) -> str:
    certain, possible = (f"{row[key]:.2f}" for key in ("share_certain", "share_possible"))
    return certain if certain == possible else f"{certain}–{possible}"


def _month(row: Row) -> str:
    return f"{row['year']}-{row['month']:02}"


def _code(row: Row, key: str = "code") -> str:
    """A code, with those that it can be where it is not settled."""
    return str(row[key]) if row["possible_codes"] is None else f"{row[key]} ({row['possible_codes']})"


_STATE: list[Shown] = ["state", "cow", ("code", _code), ("share", _share), "status", "practice", "disputed"]
_COMBINED: list[Shown] = [
    "state",
    "cow",
    "declared",
    "agreement",
    "charter",
    "practice",
    "contested",
    "disputed",
]
_SHOWN: dict[str, list[Shown]] = {
    "state-year": ["year", *_STATE],
    "state-month": [("month", _month), *_STATE],
    "treaty-year": [
        "treaty",
        "year",
        ("code", _code),
        ("share", _share),
        "parties",
        ("signed", itemgetter("signatories")),
        "status",
        "disputed",
    ],
}


@click.command("compare", cls=Command)
@click.argument("file", metavar="FILE.csv", shell_complete=files)
@click.option("--state", metavar="COL", required=True, help="Its column of states: ISO codes, names, or COW numbers.")
@click.option("--year", metavar="COL", required=True, help="Its column of years.")
@click.option("--value", metavar="COL", required=True, help="Its column of values: COW codes, words, or yes and no.")
@click.option(
    "--organisation",
    metavar="ORG",
    default="cis",
    show_default=True,
    shell_complete=names("organisation"),
    help="The organisation it is about.",
)
@click.option("--rule", type=click.Choice(_RULES), default="any-day", show_default=True, help=_RULE_HELP)
@click.option(
    "--values",
    type=click.Choice(("auto", "codes", "yes-no")),
    default="auto",
    show_default=True,
    help="How its values are meant. auto: as yes and no where there is nothing but 0 and 1.",
)
@click.option(
    "--numbers",
    type=click.Choice(("cow", "gw")),
    default="cow",
    show_default=True,
    help="Whose numbers its states have.",
)
@click.option(
    "--criterion",
    type=click.Choice(_CRITERIA[:-1]),
    show_default="declared",
    help="By which test a state belongs, as in `cis panel`.",
)
@known_at_option
@format_option
@asking_option
def compare_command(
    file: str,
    state: str,
    year: str,
    value: str,
    organisation: str,
    rule: str,
    values: str,
    numbers: str,
    criterion: str | None,
    known_at: str | None,
    form: str,
    database: str,
) -> None:
    """Hold an outside state-year table against the record.

    Prints a ledger: every cell that differs, with our answer, the event that it rests on and its sources. verdict is differs
    (the record excludes what the table says), open (the record leaves it open) or missing (the table has nothing where the record
    has an answer). The codes are those of `cis panel`. FILE.csv - is standard input. Correlates of War counts a state from the
    year in which it joined, which is the rule any-day.
    """
    from eventstore.files import read_whole
    from projections.compare import COLUMNS, LARGEST, Asked, ledger, read

    asks = Asked(state, year, value, organisation, rule, values, numbers, criterion or "declared")
    whole = read_whole(file, LARGEST, advice="Leave out the columns and years that are not compared.")
    table, yes_no = read(*whole, asks)

    with question(database, "", known_at) as asked:
        test = _test(asked.views, criterion, known(asked.log, "organisation", organisation, "--organisation"))
        found = ledger(asked.views, table, asks, yes_no, today())
    emit(found.rows, form, COLUMNS, shown=_LEDGER, none="Nothing differs.")
    if test:
        say(test)
    _summary(found.compared, found.rows, asked)
    if yes_no:
        say("Its values were read as yes and no: belonged as full member, associate or observer, or not.")
    if found.beyond:
        say(f"{plural(found.beyond, 'row')} after the horizon of the log ({found.horizon}) not compared.")


_LEDGER: list[Shown] = [
    "line",
    "state",
    "year",
    "theirs",
    ("ours", lambda row: _code(row, "ours")),
    "verdict",
    "status",
    "since",
    ("practice", lambda row: None if row["practice"] == "participating" else row["practice"]),
    ("evidence", lambda row: row["sentence"] and f"{row['sentence']} ({row['occurred']})"),
    "sources",
]


def _summary(compared: int, rows: Sequence[Row], asked: "Question") -> None:
    told = [f"{sum(row['verdict'] == verdict for row in rows)} {words}" for verdict, words in _VERDICTS.items()]
    say(f"{plural(compared, 'cell')} compared: {', '.join(told)}; {asked.basis}")


_VERDICTS = {"differs": "differ", "open": "open", "missing": "missing there"}
