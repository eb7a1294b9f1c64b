"""A log goes from one database to the other and back at the same hash; reports, SQL and check ask it."""

import csv
import io
from pathlib import Path

import pytest
from cli_runs import HISTORY, cis, endless, process, told

from eventstore.database import Database


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def status(database: Database) -> dict[str, object]:
    found: dict[str, object] = cis(database, "status", "--format", "json").json
    return found


def world(database: Database) -> str:
    """Everything that the views say."""
    words = (("members",), ("treaties",), ("roster", "council-of-heads-of-state"), ("meetings",), ("state", "GE"))
    return "".join(cis(database, *asked, "--format", "json").out for asked in words)


# --- export and import ----------------------------------------------------------------------------------------------------


def test_from_sqlite_to_postgres_and_back(empty_sqlite: Database, empty_postgres: Database, tmp_path: Path) -> None:
    told(empty_sqlite)
    exported = cis(empty_sqlite, "export")
    assert exported.err.startswith("25 events")
    brought = cis(empty_postgres, "import", "-", given=exported.out)
    assert (brought.status, brought.err) == (0, "25 events added.\n")
    assert status(empty_postgres) == status(empty_sqlite), "the same position, the same head hash"
    assert world(empty_postgres) == world(empty_sqlite)
    assert cis(empty_postgres, "verify").status == 0
    back = Database(f"sqlite:///{tmp_path / 'back.db'}", write=True)
    assert cis(back, "init", "--empty").status == 0
    (tmp_path / "log.jsonl").write_text(cis(empty_postgres, "export", "jsonl").out, encoding="utf-8")
    assert cis(back, "import", str(tmp_path / "log.jsonl")).status == 0
    assert status(back) == status(empty_sqlite)
    assert cis(back, "export").out == exported.out, "byte for byte"


def test_an_import_adds_what_is_missing_and_nothing_twice(record: Database, tmp_path: Path) -> None:
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}", write=True)
    cis(copy, "init", "--empty")
    cis(copy, "import", "-", given=cis(record, "export").out)
    cis(
        record,
        "append",
        "state-joined",
        "--organisation",
        "cis",
        "--state",
        "AZ",
        "--on",
        "1993-09-24",
        "--source",
        "nti",
    )
    newer = cis(record, "export").out
    assert cis(copy, "import", "-", given=newer).err == "1 event added.\n"
    assert cis(copy, "import", "-", given=newer).err == "0 events added.\n"
    assert status(copy) == status(record)
    assert world(copy) == world(record)


def test_an_import_into_another_log_is_refused(record: Database, tmp_path: Path) -> None:
    other = Database(f"sqlite:///{tmp_path / 'other.db'}", write=True)
    cis(other, "init", "--empty")
    told(other, HISTORY.replace("A newspaper", "Another newspaper"))
    ran = cis(record, "import", "-", given=cis(other, "export").out)
    assert ran.status == 1
    assert "the two logs part at position" in ran.err
    assert status(record)["position"] == 25


DAMAGE = {
    "altered": lambda lines: [*lines[:9], lines[9].replace("1993", "1994"), *lines[10:]],
    "taken out": lambda lines: [*lines[:9], *lines[10:]],
    "moved": lambda lines: [*lines[:9], lines[10], lines[9], *lines[11:]],
    "slipped in": lambda lines: [*lines[:9], "{}\n", *lines[9:]],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_export_is_refused_with_its_line(database: Database, tmp_path: Path, how: str) -> None:
    source = Database(f"sqlite:///{tmp_path / 'source.db'}", write=True)
    cis(source, "init", "--empty")
    told(source)
    damaged = DAMAGE[how](cis(source, "export").out.splitlines(keepends=True))
    ran = cis(database, "import", "-", given="".join(damaged))
    assert ran.status == 1
    assert ran.err.startswith("standard input:10: ")
    assert status(database)["position"] == 0


def test_an_import_wants_a_record_to_go_into(tmp_path: Path) -> None:
    ran = cis(f"sqlite:///{tmp_path}/none.db", "import", "-", given="{}")
    assert (ran.status, ran.err) == (1, f"{tmp_path}/none.db: there is no database\n  Create it: cis init --empty\n")
    missing = cis(f"sqlite:///{tmp_path}/none.db", "import", str(tmp_path / "none.jsonl"))
    assert missing.err == f"{tmp_path}/none.jsonl: the file cannot be read: No such file or directory\n"
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    cis(f"sqlite:///{tmp_path}/a.db", "init", "--empty")
    binary = cis(f"sqlite:///{tmp_path}/a.db", "import", str(tmp_path / "bytes.jsonl"))
    assert (binary.status, binary.err) == (
        1,
        f"{tmp_path}/bytes.jsonl:1: this is not UTF-8 text\n  Is it what cis export wrote?\n",
    )


# --- reports and SQL ------------------------------------------------------------------------------------------------------


def test_the_reports_are_listed_with_what_they_ask_for() -> None:
    ran = cis(None, "report", "--format", "json")
    (members,) = (row for row in ran.json if row["report"] == "members")
    assert members["group"] == "membership"
    assert "--as-of" in members["parameters"]
    text = cis(None, "report", "members", "--help").out
    assert "--organisation ORGANISATION" in text
    assert "[default: cis]" in text


def test_a_report_answers_with_its_parameters(record: Database) -> None:
    ran = cis(record, "report", "members", "--as-of", "1993-12-15", "--organisation", "cis", "--format", "json")
    assert {row["state"]: row["certainty"] for row in ran.json} == {
        "BY": "certain",
        "GE": "possible",
        "RU": "certain",
        "UA": "certain",
    }
    assert "as of 1993-12-15, known at position 25" in ran.err
    unknown = cis(record, "report", "members", "--organisation", "cls")
    assert (unknown.status, unknown.err) == (2, "report members: there is no organisation 'cls'\n  Did you mean cis?\n")
    missing = cis(record, "report", "treaties-of-a-state")
    assert missing.status == 2
    assert missing.err.startswith("report treaties-of-a-state: the parameter state is missing\n")


def test_a_report_of_ones_own(record: Database, tmp_path: Path) -> None:
    (tmp_path / "places.sql").write_text(
        "-- group: meetings\n-- help: Where meetings were held.\n-- param: country state = any  The state, or any.\n"
        "SELECT place, country FROM meeting WHERE :country IN ('any', country) ORDER BY place\n"
    )
    words = ("report", "--reports", str(tmp_path), "places", "--format", "json")
    assert cis(record, *words).json == [{"place": "Minsk", "country": "BY"}, {"place": "Yalta", "country": "UA"}]
    assert cis(record, *words, "--country", "Ukraine").json == [{"place": "Yalta", "country": "UA"}]


def test_sql_in_every_form_and_from_standard_input(record: Database) -> None:
    query = "SELECT state, disputed FROM membership WHERE status = 'member' ORDER BY state, valid_from"
    rows = cis(record, "sql", query, "--format", "json").json
    assert rows[0] == {"state": "GE", "disputed": 1}
    text = cis(record, "sql", "-", "--format", "csv", given=query).out
    assert next(csv.DictReader(io.StringIO(text))) == {"state": "GE", "disputed": "1"}
    assert cis(record, "sql", query, "--known-at", "3", "--format", "json").json == []
    bad = cis(record, "sql", "-", given=b"\xff")
    assert (bad.status, bad.err) == (1, "standard input: this is not UTF-8 text\n")


def test_a_replica_answers_where_one_is_named(record: Database) -> None:
    ran = process(
        "sqlite:////nowhere/none.db", "sql", "SELECT count(*) AS n FROM event", "--format", "csv",
        CIS_REPORT_DATABASE_URL=record.url,
    )  # fmt: skip
    assert (ran.status, ran.out) == (0, "n\n25\n")


# --- check ----------------------------------------------------------------------------------------------------------------


def test_check_shows_what_is_odd_and_ends_with_one(record: Database) -> None:
    ran = cis(record, "check", "--no-assertions", "--format", "json")
    assert {"disputed", "gap"} >= {row["code"] for row in ran.json if row["explained"]}
    before = len([row for row in ran.json if not row["explained"]])
    cis(record, "append", "state-withdrew", "--organisation", "cis", "--state", "LT", "--on", "1995", "--source", "nti")
    odd = cis(record, "check", "--no-assertions", "--unexplained", "--format", "json")
    assert odd.status == 1
    assert len(odd.json) == before + 1
    assert {
        "code": "left-without-joining",
        "subject": "cis/LT",
        "what": "LT left cis without having joined it",
        "explained": None,
    } in odd.json
    assert f"{before + 1} of them unexplained; known at position 26" in odd.err


def test_check_holds_the_record_against_the_assertions_of_the_history(record: Database) -> None:
    ran = cis(record, "check", "--format", "json")
    failed = [row for row in ran.json if row["code"] == "failed-assertion"]
    assert ran.status == 1
    assert failed, "this small history is not the one that the assertions are about"
    assert all("expected" in row["what"] and "found" in row["what"] for row in failed)


def test_a_line_that_never_ends_is_not_read_to_its_end(empty_sqlite: Database, tmp_path: Path) -> None:
    # It was, and only then found to be too long.
    with endless(tmp_path / "log.jsonl", b"x" * 2**16) as taken:
        ran = cis(empty_sqlite, "import", str(tmp_path / "log.jsonl"))
    assert (ran.status, ran.err) == (1, f"{tmp_path / 'log.jsonl'}:1: this line is too long for an event\n")
    assert taken[0] < 20 * 2**20
