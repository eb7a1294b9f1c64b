"""The questions: each on a small history, on both databases; its keys are a contract, its tables are read by people."""

import csv
import io
import sqlite3
from pathlib import Path

import pytest
from cli_runs import Ran, cis, golden, told

from cli import views
from eventstore.database import Database


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def test_who_belonged_on_a_day_and_how_certain_that_is(record: Database) -> None:
    ran = cis(record, "members", "cis", "--as-of", "1993-12-15", "--format", "json")
    assert [(row["state"], row["status"], row["certainty"], row["since"]) for row in ran.json] == [
        ("BY", "founding-state", "certain", "1991-12-08"),
        ("GE", "member", "possible", "1993-12"),
        ("RU", "member", "certain", "1993-04-15"),
        ("UA", "founding-state", "certain", "1991-12-08"),
    ]
    assert "4 rows, 1 of them only possible; as of 1993-12-15, known at position 25, hash " in ran.err


def test_members_gives_exactly_these_keys(record: Database) -> None:
    (georgia,) = (
        row for row in cis(record, "members", "--as-of", "1994", "--format", "json").json if row["state"] == "GE"
    )
    assert list(georgia) == ["organisation", "state", "name", "status", "certainty", "since", "disputed", "events"]
    assert georgia["disputed"] is True
    assert georgia["organisation"] == "cis"


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (("roster", "council-of-heads-of-state", "--as-of", "1994"), views.ROSTER),
        (("treaties", "--as-of", "1994"), views.TREATIES),
        (("treaty", "cis-charter", "--as-of", "1994"), views.TREATY),
        (("meetings", "--from", "1991"), views.MEETINGS),
        (("state", "RU", "--as-of", "1994"), views.STATE),
    ],
)
def test_the_other_answers_begin_with_the_keys_of_the_contract(
    record: Database, words: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    for row in cis(record, *words, "--format", "json").json:
        assert tuple(row)[: len(keys)] == keys
        assert not any(isinstance(value, list | dict) for value in row.values()), "flat objects"


@pytest.mark.parametrize(
    "words",
    [
        ("members", "--as-of", "{day}"),
        ("meetings", "--to", "{day}"),
        ("diff", "1999-01-01", "{day}"),
    ],
)
def test_of_a_day_after_the_last_addition_it_is_said_that_the_record_cannot_know(
    record: Database, words: tuple[str, ...]
) -> None:
    def said(day: str) -> str:
        return cis(record, *(word.format(day=day) for word in words)).err

    after = "what happened between then and 2100-12-31 is not in it."
    assert after in said("2100-12-31")
    assert "last added to" not in said("2003-12-31")


def test_the_contract_itself() -> None:
    assert " ".join(views.ROSTER) == "body seat state person office certainty since"
    assert " ".join(views.TREATIES) == "treaty title status since parties signatories"
    assert " ".join(views.TREATY) == "state status signed ratified deposited in_force withdrawn"
    assert " ".join(views.MEETINGS) == "meeting bodies kind start end place country chair states"


def test_a_month_or_a_year_means_its_last_day(record: Database) -> None:
    assert _states(cis(record, "members", "cis", "--as-of", "1993", "--format", "json")) == ["BY", "GE", "RU", "UA"]
    assert _states(cis(record, "members", "cis", "--as-of", "1993-11", "--format", "json")) == ["BY", "RU", "UA"]
    assert _states(cis(record, "members", "cis", "--as-of", "1991-12-07", "--format", "json")) == []


def test_what_was_known_before_a_correction_is_still_told(record: Database) -> None:
    position = cis(record, "status", "--format", "json").json["position"]
    joined = cis(record, "log", "--kind", "state-joined", "--format", "json").json[0]["event_id"]
    cis(record, "correct", joined, "--date", "1994-03", "--reason", "misread", "--source", "nti")
    assert _states(cis(record, "members", "cis", "--as-of", "1993", "--format", "json")) == ["BY", "RU", "UA"]
    before = cis(record, "members", "cis", "--as-of", "1993", "--known-at", str(position), "--format", "json")
    assert _states(before) == ["BY", "GE", "RU", "UA"]
    assert f"known at position {position}, hash" in before.err


def test_the_roster_names_states_then_office_holders(record: Database) -> None:
    rows = cis(record, "roster", "council-of-heads-of-state", "--as-of", "1994", "--format", "json").json
    assert [(row["seat"], row["state"], row["person"], row["office"]) for row in rows] == [
        ("state", "BY", None, None),
        ("state", "RU", None, None),
        ("state", "UA", None, None),
        ("office", "RU", "boris-yeltsin", "chair-of-council-of-heads-of-state"),
    ]


def test_a_treaty_shows_the_acts_of_each_state(record: Database) -> None:
    belarus, russia = cis(record, "treaty", "cis-charter", "--as-of", "1993", "--format", "json").json
    assert (belarus["status"], belarus["signed"], belarus["ratified"]) == ("signatory", "1993-01-22", None)
    assert (russia["status"], russia["ratified"], russia["deposited"]) == ("consent-given", "1993-04-15", "1993-07-20")


def test_a_state_is_known_by_code_alpha_3_and_name(record: Database) -> None:
    stories = [cis(record, "state", name, "--as-of", "1994") for name in ("GE", "GEO", "Georgia", "Грузия")]
    assert len({ran.out for ran in stories}) == 1
    assert "Georgia announces that it will join." in stories[0].out
    assert stories[0].err.startswith("Georgia: 2 events; as of 1994-12-31, known at position 25")


def test_meetings_of_a_period_and_of_a_body(record: Database) -> None:
    def found(*words: str) -> list[str]:
        return [row["meeting"] for row in cis(record, "meetings", *words, "--format", "json").json]

    assert found() == ["chs-1991-12-30-minsk", "chs-2003-09-18-yalta"]
    assert found("--to", "1999") == ["chs-1991-12-30-minsk"]
    assert found("--from", "2003-09-19") == ["chs-2003-09-18-yalta"], "it lasted until then"
    assert found("council-of-heads-of-state", "--from", "2004") == []


@pytest.mark.parametrize(
    ("on", "start", "end", "shown"),
    [("1994-05-01/", "1994-05-01", "", "1994-05-01/"), ("/1994-06-01", "", "1994-06-01", "/1994-06-01")],
)
def test_an_unknown_end_of_a_meeting_stays_unknown(record: Database, on: str, start: str, end: str, shown: str) -> None:
    # It was shown as a meeting of one day.
    cis(record, "append", "meeting-held", "--meeting", "talks", "--on", on, "--source", "nti")
    (row,) = cis(record, "meetings", "--from", "1994-05", "--to", "1994-05", "--format", "json").json
    assert (row["start"], row["end"]) == (start, end)
    assert f"{shown} " in cis(record, "meetings", "--from", "1994-05", "--to", "1994-05").out


def test_a_position_or_a_time_of_long_ago_is_read_as_what_it_is(record: Database) -> None:
    def known(at: str) -> str:
        return cis(record, "members", "cis", "--as-of", "1994", "--known-at", at).err

    assert "known at position 10" in known("0000000000000000000010"), "it was taken for position 0"
    assert "known at position 0" in known("0300-01-01"), "it was taken for now"
    assert "neither a position nor a time" in known("0001-01-01T00:00+05:00"), "an OverflowError"


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("members", ("members", "cis", "--as-of", "1993-12-15")),
        ("roster", ("roster", "council-of-heads-of-state", "--as-of", "1994")),
        ("treaties", ("treaties", "--as-of", "1993")),
        ("treaty", ("treaty", "cis-charter", "--as-of", "1994")),
        ("state", ("state", "Georgia", "--as-of", "1994")),
        ("meetings", ("meetings",)),
        ("log", ("log", "--subject", "state:RU")),
        ("replay", ("replay", "--as-of", "1993-12-15")),
    ],
)
def test_tables_as_people_read_them(record: Database, name: str, words: tuple[str, ...], width: int) -> None:
    ran = cis(record, *words, COLUMNS=str(width))
    assert max(map(len, ran.out.splitlines())) <= width
    golden(f"{name}-{width}", _without_today(ran.out))


def test_markdown(record: Database) -> None:
    golden("members-markdown", cis(record, "members", "cis", "--as-of", "1993-12-15", "--format", "markdown").out)


@pytest.mark.parametrize(
    ("words", "early"),
    [
        (("members",), ("--as-of", "1980")),
        (("members", "--criterion", "combined"), ("--as-of", "1980")),
        (("members", "--criterion", "agreement"), ("--as-of", "1980")),
        (("roster", "council-of-heads-of-state"), ("--as-of", "1980")),
        (("treaties",), ("--as-of", "1980")),
        (("treaty", "cis-charter"), ("--as-of", "1980")),
        (("state", "RU", "--matrix"), ("--as-of", "1980")),
        (("meetings",), ("--from", "1979", "--to", "1980")),
    ],
)
def test_csv_without_rows_has_the_columns_that_it_has_with_rows(
    record: Database, words: tuple[str, ...], early: tuple[str, ...]
) -> None:
    # Columns beyond those of the contract were missing on a day without rows.
    some, none = cis(record, *words, "--format", "csv"), cis(record, *words, *early, "--format", "csv")
    assert len(some.out.splitlines()) > 1
    assert none.out.splitlines() == some.out.splitlines()[:1]


def test_csv_has_the_columns_of_json_and_nothing_for_what_is_missing(record: Database) -> None:
    ran = cis(record, "roster", "council-of-heads-of-state", "--as-of", "1994", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert rows[0]["person"] == ""
    assert rows[0]["disputed"] == "false"
    assert "None" not in ran.out


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_no_rows_in_every_form(record: Database, form: str) -> None:
    ran = cis(record, "members", "cis", "--as-of", "1980", "--format", form)
    header = "organisation,state,name,status,certainty,since,disputed,events\n"
    assert ran.out == {"json": "[]\n", "csv": header}.get(form, "")
    assert ran.status == 0
    assert "0 rows; as of 1980-12-31" in ran.err


def test_an_unknown_name_is_answered_with_the_nearest(record: Database) -> None:
    assert cis(record, "members", "cls").err == ("ORGANISATION: there is no organisation 'cls'\n  Did you mean cis?\n")
    assert cis(record, "roster", "council-of-heads").err == (
        "BODY: there is no body 'council-of-heads'\n  Did you mean council-of-heads-of-state?\n"
    )
    assert cis(record, "treaty", "charter").err == "TREATY: there is no treaty 'charter'\n  Did you mean cis-charter?\n"
    assert cis(record, "meetings", "xyz").err == ("BODY: there is no body 'xyz'\n  Known: council-of-heads-of-state.\n")
    assert cis(record, "members", "cls").status == 2


def test_the_views_at_once_in_numbers_and_in_a_file(record: Database, tmp_path: Path) -> None:
    file = tmp_path / "world.db"
    ran = cis(record, "replay", "--as-of", "1993-12-15", "--into", str(file), "--format", "json")
    assert {"view": "membership", "certain": 3, "possible": 1} in ran.json
    assert f"Written to {file}." in ran.err
    with sqlite3.connect(file) as world:
        rows = world.execute("SELECT state, certainty FROM membership ORDER BY state").fetchall()
        assert rows == [("BY", "certain"), ("GE", "possible"), ("RU", "certain"), ("UA", "certain")]
        # The sources were entered long after that day, and were left out: no citation could be followed.
        unknown = "SELECT count(*) FROM citation WHERE source NOT IN (SELECT source FROM source)"
        assert world.execute(unknown).fetchone() == (0,)
    again = cis(record, "replay", "--into", str(file))
    assert (again.status, again.err.splitlines()[0]) == (1, f"{file}: the file exists")


def _states(ran: Ran) -> list[str]:
    return [row["state"] for row in ran.json]


def _without_today(text: str) -> str:
    """The day of recording is the only thing here that depends on the day of the test."""
    from cli.options import today

    return text.replace(today(), "<today>   ")
