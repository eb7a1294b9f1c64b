"""Other people's tables held against the record: what differs, why we say so, and how sure we are."""

import pytest
from cli_runs import cis, endless
from histories import WORLD, fact, given

from eventstore.database import Database
from projections import compare

GEORGIA = fact("state-joined", "1993-12", citing="record, page 4", organisation="cis", state="GE")
LEFT = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
LOOSE = fact("state-joined", "1991-12-21", organisation="cis", state="TM", status="associate")
COLUMNS = ("--state", "state", "--year", "year", "--value", "value")


@pytest.fixture
def record(database: Database) -> Database:
    given(database, *WORLD, GEORGIA, LEFT, LOOSE)
    return database


def ledger(record, *rows, words=()):
    ran = cis(
        record, "compare", "-", *COLUMNS, "--format", "json", *words, given="\n".join(("state,year,value", *rows))
    )
    assert ran.status == 0, ran.err
    return ran.json, ran.err


def brief(found):
    return [(row["line"], row["state"], row["theirs"], row["ours"], row["verdict"]) for row in found]


def test_a_cell_that_differs_comes_with_our_answer_and_its_evidence(record):
    (row,), err = ledger(record, "372,1992,0", "372,1993,1", "372,1995,0", "372,2009,1")
    assert brief([row]) == [(4, "GE", 0, 1, "differs")]
    assert row["certainty"] == "certain"
    assert row["event_id"] == GEORGIA.id
    assert row["sentence"] == "Georgia joins Commonwealth of Independent States as member."
    assert (row["occurred"], row["sources"], row["since"]) == ("1993-12", "record, page 4", "1993-12")
    assert "4 cells compared: 1 differ, 0 open, 0 missing there; known at position 12" in err


def test_outside_the_organisation_the_evidence_is_what_began_or_ended_the_standing(record):
    given(record, fact("statement-made", "2010-12-31", text="Something is said.", states=["GE"]))
    found, _ = ledger(record, "Georgia,1992,1", "Грузия,2009,1", words=("--rule", "last-day"))
    assert [(row["ours"], row["event_id"]) for row in found] == [(0, GEORGIA.id), (0, LEFT.id)]


def test_what_the_record_leaves_open_is_not_called_wrong(database):
    joined = fact("state-joined", "1993", organisation="cis", state="GE")
    given(database, *WORLD, joined, LEFT)
    found, _ = ledger(
        database, "GE,1993,1", "GE,1993,0", "GE,1993,2", words=("--rule", "first-day", "--values", "codes")
    )
    assert brief(found) == [(2, "GE", 1, -9, "open"), (3, "GE", 0, -9, "open"), (4, "GE", 2, -9, "differs")]
    assert {(row["certainty"], row["possible_codes"]) for row in found} == {("possible", "0 1")}


def test_a_missing_value_is_told_where_the_record_has_an_answer(record):
    found, _ = ledger(record, "GE,1995,NA", "GE,1996,-9", "GE,1997,", "GE,1998,1")
    assert [(row["year"], row["theirs"], row["verdict"]) for row in found] == [
        (y, -9, "missing") for y in (1995, 1996, 1997)
    ]


def test_ones_and_zeros_say_only_whether_it_belonged_unless_codes_are_meant(record):
    assert ledger(record, "TM,1995,1")[0] == []
    assert "Its values were read as yes and no" in ledger(record, "TM,1995,1")[1]
    assert brief(ledger(record, "TM,1995,1", words=("--values", "codes"))[0]) == [(2, "TM", 1, 2, "differs")]
    assert brief(ledger(record, "TM,1995,1", "GE,1995,2")[0]) == [
        (2, "TM", 1, 2, "differs"),
        (3, "GE", 2, 1, "differs"),
    ]
    assert brief(ledger(record, "TM,1995,observer", "GE,1995,member")[0]) == [(2, "TM", 3, 2, "differs")]


def test_before_the_organisation_minus_one_is_right_and_zero_is_not(record):
    found, _ = ledger(record, "MN,1990,-1", "MN,1990,0")
    assert brief(found) == [(3, "MN", 0, -1, "differs")]
    assert found[0]["sentence"] == "Commonwealth of Independent States is founded."


def test_numbers_are_those_of_the_year_and_of_the_project_named(record):
    found, _ = ledger(record, "365,1990,1", "365,1995,1", words=("--values", "yes-no"))
    assert [row["state"] for row in found] == ["SUHH", "RU"]
    assert [r["state"] for r in ledger(record, "260,1995,1", words=("--numbers", "gw"))[0]] == ["DE"]


def test_a_table_is_held_against_the_record_by_the_test_that_it_means(record):
    given(record, fact("participation-ceased", "2018-05-19", organisation="cis", state="TM"))
    rows = ("TM,2017,2", "TM,2019,0")
    assert brief(ledger(record, *rows)[0]) == []  # nothing is said of days after 2018
    given(record, fact("statement-made", "2019-12-31", text="The horizon.", states=["TM"]))
    assert brief(ledger(record, *rows)[0]) == [(3, "TM", 0, 2, "differs")]
    found, err = ledger(record, *rows, words=("--criterion", "practice"))
    assert found == []
    assert err.startswith("A state belongs if it takes part")
    (row,) = ledger(record, "TM,2019,2", words=("--criterion", "practice"))[0]
    assert (row["ours"], row["status"], row["sentence"]) == (
        0,
        "ceased",
        "Turkmenistan ceases to take part in Commonwealth of Independent States.",
    )
    shown = cis(record, "compare", "-", *COLUMNS, "--criterion", "practice", given="state,year,value\nTM,2017,2\n")
    assert (shown.out, shown.err.splitlines()[0]) == ("", "Nothing differs.")


def test_rows_after_the_horizon_are_counted_and_not_compared(record):
    found, err = ledger(record, "GE,2009,1", "GE,2010,1", "GE,2011,1")
    assert found == []
    assert "1 cell compared: 0 differ" in err
    assert "2 rows after the horizon of the log (2009-08-18) not compared." in err


def test_the_ledger_is_read_by_people_and_spreadsheets_too(record, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("\ufeffstate;year;value\r\nGEO;1995.0;0\r\n", encoding="utf-8")
    table = cis(record, "compare", str(path), *COLUMNS)
    assert "differs  member" in table.out
    assert max(map(len, table.out.splitlines())) <= 80
    assert cis(record, "compare", str(path), *COLUMNS, "--format", "csv").out.splitlines()[0] == (
        "line,state,name,year,theirs,ours,verdict,certainty,possible_codes,status,since,practice,occurred,sentence,sources,event_id"
    )


HEAD = b"state,year,value\n"
CODES = "one of 1, 2, 3, 0, -1, -9 or a word such as member"
SAVE = "Save the table as CSV (UTF-8)."


@pytest.mark.parametrize(
    ("given_bytes", "status", "said"),
    [
        (b"", 1, " the file is empty"),
        (b"SQLite\0format", 1, " this is a binary file, not CSV\n  " + SAVE),
        (HEAD + "Г,1995,1".encode("cp1251"), 1, "2: this is not UTF-8 text\n  " + SAVE),
        (HEAD, 1, " the table has a header and no rows"),
        (b"country,year,value\nGE,1995,1", 2, " there is no column 'state'\n  Its columns: country, year, value."),
        (b"states,year,value\nGE,1995,1", 2, " there is no column 'state'\n  Did you mean states?"),
        (HEAD + b"GE,95?,1", 1, "2: '95?' in column 'year' is not a year"),
        (HEAD + b"GE,1995,2.5", 1, "2: '2.5' in column 'value' is not " + CODES),
        (HEAD + b"GE,1995", 1, "2: the row has 2 cells, fewer than the header"),
        (HEAD + b"Gorgia,1995,1", 1, "2: column 'state': no state is called 'Gorgia'. Did you mean GE (Georgia)?"),
        (HEAD + b"9999,1995,1", 1, "2: column 'state': no state has the Correlates of War number 9999"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_in_one_clear_line_each(given_bytes, status, said, empty_sqlite):
    given(empty_sqlite, *WORLD, GEORGIA)
    ran = cis(empty_sqlite, "compare", "-", *COLUMNS, given=given_bytes)
    assert (ran.status, ran.out, ran.err) == (status, "", f"standard input:{said}\n")


def test_a_file_that_is_not_there_and_a_folder_are_refused(empty_sqlite, tmp_path):
    given(empty_sqlite, *WORLD, GEORGIA)
    for name, why in (("nothing.csv", "No such file or directory"), (".", "Is a directory")):
        ran = cis(empty_sqlite, "compare", str(tmp_path / name), *COLUMNS)
        assert (ran.status, ran.err) == (1, f"{tmp_path / name}: the file cannot be read: {why}\n")


def test_a_table_that_never_ends_is_not_read_to_its_end(empty_sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "LARGEST", 2**20)
    with endless(tmp_path / "table.csv", b"GE,1995,1\n" * 6_000) as taken:
        ran = cis(empty_sqlite, "compare", str(tmp_path / "table.csv"), *COLUMNS)
    assert (ran.status, ran.err) == (
        1,
        f"{tmp_path / 'table.csv'}: the file is larger than 1 MB\n  Leave out the columns and years that are not compared.\n",
    )
    assert taken[0] < 2 * 2**20


def test_of_many_wrong_lines_the_first_ten_are_shown(empty_sqlite):
    given(empty_sqlite, *WORLD, GEORGIA)
    ran = cis(empty_sqlite, "compare", "-", *COLUMNS, given="state,year,value\n" + "GE,x,1\n" * 50)
    assert ran.err.count("is not a year") == 10
    assert ran.err.endswith("standard input: more lines may be wrong; these come first\n")
