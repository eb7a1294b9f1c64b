"""Setting up a record: init on nothing, on what is there, on what is not ours; several at once; verify and rebuild."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from cli_runs import HISTORY, Ran, cis, process, surroundings, told
from sqlalchemy import text

import migrations
import seed_events
from eventstore.database import REVISIONS, Database


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with the whole history, loaded once."""
    path = tmp_path_factory.mktemp("history") / "cis.db"
    ran = cis(f"sqlite:///{path}", "init")
    assert ran.status == 0, ran.err
    lines = ran.err.splitlines()
    assert lines[0] == f"Created {path}"
    assert lines[1].startswith("The history: ")
    count = len(seed_events.assertions())
    assert lines[2] == f"{count} of {count} assertions about it hold."
    return path


@pytest.fixture
def history(loaded: Path, tmp_path: Path) -> str:
    shutil.copy(loaded, tmp_path / "cis.db")
    return f"sqlite:///{tmp_path / 'cis.db'}"


def test_the_history_is_loaded_once(history: str) -> None:
    before = cis(history, "status", "--format", "json").json
    again = cis(history, "init")
    assert again.status == 0
    assert again.err.splitlines()[0].startswith("Found ")
    assert ", none of them new." in again.err
    assert cis(history, "status", "--format", "json").json == before
    assert before["position"] == before["projections_position"] > 3000


def test_the_loaded_history_answers_and_verifies(history: str) -> None:
    rows = cis(history, "members", "cis", "--as-of", "1993-12-15", "--format", "json").json
    assert {row["state"]: row["certainty"] for row in rows}["GE"] == "possible"
    verdict = cis(history, "verify", "--format", "json")
    assert (verdict.status, verdict.json["ok"], verdict.json["problems"]) == (0, True, [])
    assert cis(history, "check", "--unexplained").status == 0


def test_an_empty_record(blank: Database) -> None:
    ran = cis(blank, "init", "--empty")
    assert (ran.status, ran.err) == (0, f"Created {blank.place}\n")
    assert cis(blank, "status", "--format", "json").json["position"] == 0
    assert cis(blank, "init", "--empty").err == f"Found {blank.place}\n"
    told(blank)


def test_a_record_of_an_older_release_is_upgraded_and_its_views_follow(blank: Database) -> None:
    cis(blank, "init", "--empty")
    told(blank)
    before = cis(blank, "members", "cis", "--as-of", "1994", "--format", "json").json
    with blank.transaction() as connection:
        migrations.downgrade(connection, REVISIONS[1])
    refused = cis(blank, "members", "cis")
    assert refused.status == 1
    assert refused.err == (
        f"{blank.place}: the database is of an older release (revision {REVISIONS[1]})\n  Upgrade it: cis init\n"
    )
    assert cis(blank, "init", "--empty").err.splitlines()[0] == f"Upgraded {blank.place}"
    assert cis(blank, "members", "cis", "--as-of", "1994", "--format", "json").json == before
    assert cis(blank, "verify").status == 0


def test_views_folded_by_another_release_are_folded_anew(record: Database) -> None:
    with record.transaction() as connection:
        connection.execute(text("UPDATE projection SET version = 0 WHERE name = 'membership'"))
        connection.execute(text("DELETE FROM membership"))
    ran = cis(record, "init", "--empty")
    assert ran.err.splitlines()[1] == "The views were of another release: folded anew from 25 events."
    rows = cis(record, "members", "cis", "--as-of", "1994", "--format", "json").json
    assert [row["state"] for row in rows] == ["BY", "GE", "RU", "UA"]


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def test_a_newer_record_is_left_alone(blank: Database) -> None:
    cis(blank, "init", "--empty")
    with blank.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    said = (
        f"{blank.place}: the database is of a newer release (revision 9999; this program knows {REVISIONS[-1]})\n"
        "  Upgrade the program: pip install --upgrade cis-record\n"
    )
    for words in (("init", "--empty"), ("members",), ("append", "--file", "-")):
        ran = cis(blank, *words, given="[]")
        assert (ran.status, ran.err.removesuffix("Nothing was recorded.\n")) == (1, said), words


def test_a_database_that_holds_something_else_is_left_alone(blank: Database) -> None:
    with blank.transaction() as connection:
        connection.execute(text("CREATE TABLE bookmarks (address text)"))
    ran = cis(blank, "init")
    assert ran.status == 1
    assert ran.err == (
        f"{blank.place}: this database holds something else (bookmarks)\n  Give the record a database of its own.\n"
    )
    with blank.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM bookmarks")).scalar() == 0
    if blank.file is not None:
        with sqlite3.connect(blank.file) as raw:
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",), "not even its mode is changed"
    refused = cis(blank, "members")
    assert (refused.status, refused.err) == (
        1,
        f"{blank.place}: this database holds something else (bookmarks)\n"
        "  Name the database of a record with --database, or make one: cis init.\n",
    )


def test_several_at_once_make_one_record(blank: Database) -> None:
    def init(_: int) -> tuple[int, str]:
        ran = process(blank, "init", "--empty")
        return ran.status, ran.err

    with ThreadPoolExecutor(4) as several:
        ended = sorted(several.map(init, range(4)))
    assert ended == [(0, f"Created {blank.place}\n"), *[(0, f"Found {blank.place}\n")] * 3]
    assert cis(blank, "verify").status == 0


def test_a_file_is_set_to_write_ahead_logging(tmp_path: Path) -> None:
    cis(f"sqlite:///{tmp_path / 'a.db'}", "init", "--empty")
    with sqlite3.connect(tmp_path / "a.db") as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    cis(url, "init", "--empty")
    with Database(url, write=True).record() as connection:
        connection.execute(text("DELETE FROM membership"))
        assert cis(url, "status").status == 0


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ran = cis(f"sqlite:///{tmp_path}/nowhere/a.db", "init")
    assert ran.status == 1
    assert ran.err == (
        f"{tmp_path}/nowhere/a.db: the file cannot be opened\n  Is the folder there, and may you read it?\n"
    )


def test_the_progress_bar_is_shown_when_asked_for_and_not_in_pipes(record: Database) -> None:
    assert cis(record, "rebuild").err == "The views are folded anew from 25 events.\n"
    shown = cis(record, "rebuild", "--progress").err
    assert "Folding the views" in shown
    assert "25/25" in shown


def test_an_altered_event_is_found_and_its_position_named(record: Database) -> None:
    drop = {
        "sqlite": "DROP TRIGGER event_no_update",
        "postgresql": "ALTER TABLE event DISABLE TRIGGER event_no_change",
    }
    with record.transaction() as connection:
        connection.execute(text(drop[connection.dialect.name]))
        connection.execute(text("UPDATE event SET occurred = '1991-12-09' WHERE position = 6"))
    verdict = cis(record, "verify", "--format", "json")
    assert verdict.status == 1
    assert verdict.json["ok"] is False
    assert set(verdict.json) >= {"ok", "events", "hash", "problems"}
    assert any("position 6" in problem for problem in verdict.json["problems"])
    shown = cis(record, "verify")
    assert shown.status == 1
    assert "position 6" in shown.out


def test_status_has_the_keys_of_the_contract(record: Database) -> None:
    status = cis(record, "status", "--format", "json").json
    assert list(status) == ["position", "hash", "projections_position"]
    assert (status["position"], status["projections_position"], len(status["hash"])) == (25, 25, 64)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another matter there")
def test_a_read_only_file_is_refused_in_words() -> None:
    folder = Path(tempfile.mkdtemp())  # a folder that others may enter, as pytest's own may not be
    try:
        url = f"sqlite:///{folder / 'a.db'}"
        assert cis(url, "init", "--empty").status == 0
        told(Database(url, write=True))
        new = HISTORY.replace("1993-10-08", "1993-10-07")
        for words in (("append", "--file", "-"), ("rebuild",)):
            cis(url, *words)  # everything that the command imports comes in while we may read it
            (folder / "a.db").chmod(0o444)
            folder.chmod(0o555)
            status, said = _as_somebody_else(partial(cis, url, *words, given=new))
            assert status == 1, words
            assert said.splitlines()[0] == f"{folder}/a.db: nothing may be written in its folder"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _as_somebody_else(function: Callable[[], Ran]) -> tuple[int, str]:
    """What a function does without the rights of the superuser, who may write everything."""
    if os.geteuid() != 0:
        ran = function()
        return ran.status, ran.err
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        with contextlib.suppress(BaseException):
            ran = function()
            os.write(sender, json.dumps([ran.status, ran.err]).encode())
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    status, said = json.loads(text)
    return status, said


def test_an_interrupted_init_leaves_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    started = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "init"], env=surroundings(url), stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "a.db").exists():
        time.sleep(0.01)
    time.sleep(0.3)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert "Traceback" not in said
    assert (started.returncode, said.strip()) == (130, "Stopped. What was not finished is undone.")
    assert cis(url, "members").err.endswith("this database is not a record\n  Make it one: cis init\n")
