"""`cis report` as a person meets it: the list, the help of one report, a folder of reports of one's own."""

import os
from pathlib import Path

import pytest
from cli_runs import cis, process, told

from eventstore.database import Database

PLACES = """-- group: mine
-- help: Where meetings were held.
-- param: country state = any  The country, or any.
-- example: --country BY
SELECT m.place, m.country FROM meeting m WHERE :country IN ('any', m.country) ORDER BY m.place
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "places.sql").write_text(PLACES)
    return tmp_path


def test_help_shows_the_parameters_with_what_they_take_and_an_example() -> None:
    text = " ".join(cis(None, "report", "roster", "--help").out.split())
    assert "--body BODY The body. [required]" in text
    assert "--as-of DATE The day asked about. [default: today]" in text
    assert (
        "BODY is an id, such as council-of-heads-of-state; a DATE is a day, month or year (1994-06-30, 1994-06, 1994;"
        in text
    )
    assert "Example: cis report roster --body council-of-heads-of-state --as-of 2000-01-25" in text


def test_the_list_goes_group_by_group() -> None:
    rows = cis(None, "report", "--format", "json").json
    groups = list(dict.fromkeys(row["group"] for row in rows))
    assert groups == ["membership", "bodies", "meetings", "treaties", "chronology", "evidence"]
    assert [row["group"] for row in rows] == sorted((row["group"] for row in rows), key=groups.index)
    assert {"group": "bodies", "parameters": "--body --as-of"}.items() <= next(
        r for r in rows if r["report"] == "roster"
    ).items()
    assert "Reports: treaties (what was in force, and for whom):" in cis(None, "report", "--help").out


def test_a_folder_of_ones_own_by_option_or_environment(empty_sqlite: Database, mine: Path, tmp_path: Path) -> None:
    record = told(empty_sqlite)
    by_option = cis(record, "report", "--reports", str(mine), "places", "--format", "csv")
    assert (by_option.status, by_option.out) == (0, "place,country\nMinsk,BY\nYalta,UA\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "no-places.sql").write_text(PLACES.replace("ORDER BY", "AND FALSE ORDER BY"))
    folders = os.pathsep.join(map(str, (other, mine)))
    assert cis(record, "report", "places", "--country", "Ukraine", "--format", "csv", CIS_REPORTS=folders).out == (
        "place,country\nYalta,UA\n"
    )
    listed = cis(None, "report", "--format", "json", CIS_REPORTS=folders).json
    assert [(row["report"], row["group"]) for row in listed][-2:] == [("no-places", "mine"), ("places", "mine")]
    assert "Example:  cis report places --country BY" in cis(None, "report", "places", "-h", CIS_REPORTS=folders).out


def test_all_faults_of_the_folders_are_told_with_file_and_line(mine: Path) -> None:
    (mine / "members.sql").write_text(PLACES)
    (mine / "wrong.sql").write_text("-- group: mine\n-- help: Wrong.\n-- param: n numbr  A number.\nSELECT :m")
    ran = cis(None, "report", "places", CIS_REPORTS=f"{mine}{os.pathsep}{mine}/none")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        f"{mine}/members.sql: there is a report 'members' already, in projections/reports/members.sql\n"
        "  Give the file another name.\n"
        f"{mine}/wrong.sql:3: there is no type 'numbr'\n"
        "  The types are date, first-day, state, id, text, integer, flag.\n"
        f"{mine}/wrong.sql:4: the parameter :m is not declared\n"
        "  Write at the top: -- param: m text  What it is.\n"
        f"{mine}/wrong.sql:3: the parameter n is used nowhere\n"
        "  Use it as :n, or take the line out.\n"
        f"{mine}/none: there is no such folder of reports\n"
    )


def test_a_report_of_the_log_itself_is_not_asked_of_an_earlier_time(empty_sqlite: Database) -> None:
    record = told(empty_sqlite)
    assert cis(record, "report", "late-records", "--years", "30", "--format", "json").json
    ran = cis(record, "report", "late-records", "--known-at", "3")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith(
        "no such table: event\n  As known earlier there are the views, not the log itself: ask without --known-at.\n"
    )


def test_a_named_pipe_among_the_reports_is_not_waited_for(empty_sqlite: Database, mine: Path) -> None:
    os.mkfifo(mine / "pipe.sql")
    (mine / "folder.sql").mkdir()
    ran = process(empty_sqlite, "report", "--reports", str(mine), "places")
    said = "what is there is no ordinary file\n  Take it out of the folder of reports.\n"
    assert (ran.status, ran.err) == (1, f"{mine}/folder.sql: {said}{mine}/pipe.sql: {said}")


def test_sql_is_read_as_far_as_it_may_be_long(empty_sqlite: Database, mine: Path) -> None:
    (mine / "long.sql").write_text("-- x\n" * 100_000)
    ran = cis(None, "report", "--reports", str(mine), "places")
    said = "the SQL is too long; 100000 characters are read\n  Ask for less.\n"
    assert (ran.status, ran.err) == (1, f"{mine}/long.sql: {said}")
    asked = cis(empty_sqlite, "sql", "-", given="-- x\n" * 100_000)
    assert (asked.status, asked.err) == (1, f"standard input: {said}")


def test_days_outside_the_record_are_said_of_reports_too(empty_sqlite: Database) -> None:
    record = told(empty_sqlite)
    before = "The record begins on 1991-12-08: of 1980-12-31 it tells nothing for certain.\n"
    after = "what happened between then and 2050-"
    for words, said in (
        (("members", "--as-of", "1980"), before),
        (("members", "--as-of", "2050"), after),
        (("meetings-by-year", "--to", "1980"), before),
        (("meetings-by-year", "--from", "2050"), after),
        (("anniversaries", "--day", "2050-12-08"), after),
    ):
        assert cis(record, "report", *words).err.count(said) == 1, words
    for words in (("members",), ("meetings-by-year", "--from", "1980"), ("meetings-by-year", "--to", "2003")):
        assert "The record" not in cis(record, "report", *words).err, words
