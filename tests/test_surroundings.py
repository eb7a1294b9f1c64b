"""What surrounds a command: names of files, closed streams, folders that may not be looked into, encodings of a server."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from cli_runs import HISTORY, ROOT, cis, process, surroundings, told
from disks import small_disk
from sqlalchemy.exc import DBAPIError

from cli.page import file as page_file
from eventstore import audit
from eventstore.database import Database, in_words
from eventstore.errors import DatabaseError
from projections import question


@pytest.fixture
def desk(empty_sqlite: Database) -> Database:
    return told(empty_sqlite)


@pytest.mark.parametrize("name", ["a?b.db", "x%20y.db", "q?mode=ro.db", ":memory:"])
@pytest.mark.parametrize("words", [("replay", "--into"), ("export", "sqlite", "--output")])
def test_a_file_is_written_under_the_name_it_was_given(desk, tmp_path, monkeypatch, name, words):
    # The name was read as part of an address: another file was written, or none.
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    ran = cis(desk, *words, name)
    assert ran.status == 0, ran.err
    assert {path.name for path in set(tmp_path.iterdir()) - before} == {name}
    with closing(sqlite3.connect(tmp_path / name)) as file:
        assert file.execute("SELECT count(*) FROM about").fetchone() == (1,)


def test_a_replay_that_breaks_off_leaves_no_file(desk, tmp_path, monkeypatch):
    # A file with one empty table stayed, and the next try was refused because of it.
    import projections.export

    def fails(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(projections.export, "_copy", fails)
    ran = cis(desk, "replay", "--into", str(tmp_path / "world.db"))
    assert "Stopped. What was not finished is undone." in ran.err
    assert not list(tmp_path.glob("*world*"))
    monkeypatch.undo()
    assert cis(desk, "replay", "--into", str(tmp_path / "world.db")).status == 0


def closing_stream(number: int, desk: Database, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process whose standard stream of a number is closed when it begins."""
    code = f"import os, runpy, sys; os.close({number}); os.execv(sys.executable, [sys.executable, '-m', 'cli.main', *sys.argv[1:]])"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=surroundings(desk),
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_nothing_is_done_where_the_output_is_closed(desk):
    # The event was recorded, and a traceback shown.
    words = ("--on", "1995", "--text", "Said.", "--source", "nti")
    done = closing_stream(1, desk, "append", "statement-made", *words)
    assert (done.returncode, done.stderr) == (1, "the output cannot be written: it is closed\n  Nothing was done.\n")
    assert cis(desk, "status", "--format", "json").json["position"] == 25


def test_a_closed_input_is_an_empty_one(desk):
    done = closing_stream(0, desk, "append", "--file", "-")
    assert (done.returncode, done.stderr) == (1, "standard input: the file is empty\nNothing was recorded.\n")


def test_a_sound_record_is_sound_also_where_nobody_can_be_talked_to(desk):
    # Status 1, which says that something is wrong with the record.
    assert closing_stream(2, desk, "verify").returncode == 0


@pytest.mark.parametrize("words", [("members",), ("init",), ("verify",)])
def test_a_name_that_is_too_long_or_a_folder_is_refused_in_words(tmp_path, words):
    long = tmp_path / ("a" * 300)
    ran = cis(f"sqlite:///{long}", *words)
    assert (ran.status, ran.err) == (1, f"{long}: it cannot be opened: File name too long\n")
    ran = cis(f"sqlite:///{tmp_path}", *words)
    assert (ran.status, ran.err) == (1, f"{tmp_path}: this is a folder\n  Name a file with --database.\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into_is_refused_in_words(tmp_path):
    sealed = tmp_path / "sealed"
    sealed.mkdir(mode=0o000)
    try:
        ran = cis(f"sqlite:///{sealed / 'cis.db'}", "members")
    finally:
        sealed.chmod(0o700)
    assert (ran.status, ran.err) == (1, f"{sealed / 'cis.db'}: it cannot be opened: Permission denied\n")


@pytest.mark.parametrize("url", ["sqlite://data/cis.db", "sqlite:///cis.db?mode=ro"])
def test_an_address_of_which_a_part_would_be_passed_over_is_refused(url):
    # ./cis.db was taken instead, and written to.
    ran = cis(url, "members")
    assert ran.status == 2
    assert ran.err.startswith(f"CIS_DATABASE_URL {url!r}: this is not the address of a database\n")


def test_an_event_whose_sources_are_damaged_is_no_fault_of_the_program(desk):
    with desk.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_no_update")
        connection.exec_driver_sql(
            "UPDATE event SET sources = replace(sources, 'locator', 'lmcator') WHERE position = 6"
        )
    ran = cis(desk, "rebuild")
    assert ran.status == 1
    assert ran.err.startswith("what an event cites cannot be read: ")
    assert ran.err.endswith("Where? cis verify tells.\n")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_the_encoding_of_the_surroundings_does_not_reach_the_record(empty_postgres, encoding):
    # On Postgres: UntranslatableCharacter, UnicodeEncodeError or TypeError, faults of the program.
    record = told(empty_postgres)
    text = "Содружество"
    words = ("append", "statement-made", "--on", "1995", "--text", text, "--source", "nti")
    assert process(record, *words, PGCLIENTENCODING=encoding).status == 0
    assert text in process(record, "log", "--text", text, PGCLIENTENCODING=encoding).out
    assert process(record, "verify", PGCLIENTENCODING=encoding).status == 0


def test_a_database_that_cannot_hold_all_text_is_refused_with_what_to_do(postgres):
    url = postgres.create_database("latin", encoding="LATIN1")
    try:
        ran = cis(url, "init")
        assert ran.status == 1
        assert "the database has an encoding that does not hold all text" in ran.err
    finally:
        postgres.drop_database("latin")


def test_a_database_without_an_encoding_holds_all_text(postgres):
    url = postgres.create_database("ascii", encoding="SQL_ASCII")
    try:
        record = Database(url, write=True)
        assert cis(record, "init", "--empty").status == 0
        told(record, HISTORY)
        assert cis(record, "verify").status == 0
    finally:
        postgres.drop_database("ascii")


def test_who_asks_for_what_was_known_before_the_record_began_is_told_so(desk):
    ran = cis(desk, "members", "cis", "--as-of", "1993", "--known-at", "2001-01-01")
    assert "The record was begun on " in ran.err


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_name_of_a_column_does_not_reach_the_terminal_as_a_command(desk, form):
    # The cells were made visible, their headings were not.
    ran = cis(desk, "sql", "SELECT 1 AS 'a\x1b[31mb'", "--format", form)
    assert ran.status == 0
    assert "\x1b" not in ran.out
    assert "31mb" in ran.out


# The folder for temporary files


ELSEWHERE = "SQLITE_TMPDIR=FOLDER"


def test_a_temporary_folder_that_is_full_is_not_the_disk_of_the_record(database, tmp_path, monkeypatch):
    # The record was named, and its disk was said to be full.
    told(database)

    def narrow():
        aside = sqlite3.connect("")
        aside.execute("PRAGMA max_page_count = 4")
        return aside

    monkeypatch.setattr(question, "_aside", narrow)
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    ran = cis(database, "members", "--known-at", "20")
    assert (ran.status, ran.err) == (
        1,
        f"{tmp_path}: the folder for temporary files is full\n"
        f"  Free some space there. Name another folder in the environment: {ELSEWHERE}\n",
    )


def test_sql_that_sorts_more_than_the_temporary_folder_holds_says_so(desk, tmp_path):
    sorts = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i FROM n ORDER BY hex(randomblob(300))"
    with small_disk(tmp_path / "small", "200k") as folder:
        ran = process(desk, "sql", sorts, SQLITE_TMPDIR=str(folder))
    assert (ran.out, ran.status) == ("", 1)
    assert ran.err.startswith(f"{folder}: the folder for temporary files is full\n")


def test_a_disk_that_is_too_small_for_the_file_is_that_of_the_file(desk, tmp_path):
    with small_disk(tmp_path / "small", "60k") as folder:
        file = folder / "world.db"
        ran = cis(desk, "replay", "--into", str(file))
        assert (ran.status, ran.err) == (1, f"{file}: it cannot be written: database or disk is full\n")
        assert not list(folder.iterdir())


def test_a_record_that_cannot_be_read_is_not_a_fault_of_the_file_it_is_copied_to(desk, tmp_path):
    # The new file was said not to be writable.
    with closing(sqlite3.connect(desk.file)) as file:
        file.execute("DROP TABLE meeting")
    ran = cis(desk, "export", "sqlite", "--output", str(tmp_path / "copy.db"))
    assert ran.err.startswith(f"{desk.place}: this database is not a record\n")


def failing(code: str, said: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(said)
    error.sqlite_errorname = code
    return error


def test_where_there_is_no_temporary_folder_one_is_asked_for():
    nowhere = failing("SQLITE_IOERR_GETTEMPPATH", "disk I/O error")
    for writes in (True, False):
        problem = in_words(nowhere, "cis.db", writes=writes)
        assert (problem.what, problem.where) == ("no folder for temporary files is there that may be written to", "")
        assert problem.advice == f"Name another folder in the environment: {ELSEWHERE}"


def test_a_writer_on_a_full_disk_is_told_of_the_disk_of_the_record():
    full = failing("SQLITE_FULL", "database or disk is full")
    assert str(in_words(full, "cis.db", writes=True)).startswith(
        "cis.db: the disk is full: nothing of this was written"
    )


def test_a_full_temporary_folder_does_not_speak_against_a_record_that_is_verified(desk, monkeypatch):
    # The record was said to be damaged.
    def full(*_):
        raise DBAPIError.instance("", None, failing("SQLITE_FULL", "database or disk is full"), sqlite3.Error)
        yield

    monkeypatch.setattr(audit, "stream", full)
    ran = cis(desk, "verify")
    assert (ran.out, ran.status) == ("", 1)
    assert "the folder for temporary files is full" in ran.err


def test_a_page_that_needs_a_copy_asks_for_a_folder_where_there_is_none(monkeypatch):
    def none(**_):
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(page_file, "TemporaryDirectory", none)
    with pytest.raises(DatabaseError) as refused:
        page_file._aside()
    assert str(refused.value) == (
        "no copy can be made: No usable temporary directory found in ['/tmp']\n"
        "  Name another folder for temporary files in the environment: TMPDIR=FOLDER"
    )
