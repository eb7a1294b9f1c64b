"""verify, checkpoint and proof, as a person uses them."""

import json
import re
import shutil
import stat
import subprocess
import sys
from contextlib import suppress

import pytest
from cli_runs import ROOT, cis, process, surroundings, told
from disks import small_disk
from sqlalchemy import text

from eventstore import signing
from eventstore.checkpoint import parse
from eventstore.database import Database


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


@pytest.fixture
def desk(empty_sqlite: Database) -> Database:
    return told(empty_sqlite)


def later(record, number=1):
    """One more event."""
    ran = cis(
        record, "append", "person-registered", "--person", f"late-{number}", "--name", "Late", "--on", "1999",
        "--source", "nti", "--locator", "p. 2",
    )  # fmt: skip
    assert ran.status == 0, ran.err


def altered(record, statement):
    with record.transaction() as connection:
        if connection.dialect.name == "sqlite":
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


def test_a_checkpoint_is_kept_and_the_log_verified_against_it_later(record, tmp_path):
    kept = tmp_path / "kept.txt"
    ran = cis(record, "checkpoint", "--origin", "example.org/cis")
    assert ran.status == 0
    assert ran.err == "25 events. Keep it where whoever keeps the log cannot change it.\n"
    kept.write_text(ran.out, encoding="utf-8")
    assert (parse(ran.out).origin, parse(ran.out).size) == ("example.org/cis", 25)
    later(record)
    verdict = cis(record, "verify", "--checkpoint", str(kept), "--views", "--format", "json")
    assert (verdict.status, verdict.err) == (0, "")
    assert list(verdict.json) == ["ok", "events", "hash", "problems"]
    assert (verdict.json["ok"], verdict.json["events"], verdict.json["problems"]) == (True, 26, [])


def test_a_log_that_is_not_the_one_of_the_checkpoint_is_found(record, tmp_path):
    kept = tmp_path / "kept.txt"
    later(record)
    kept.write_text(cis(record, "checkpoint").out.replace("\n26\n", "\n25\n"), encoding="utf-8")
    ran = cis(record, "verify", "--checkpoint", str(kept), "--format", "json")
    assert ran.status == 1
    (problem,) = ran.json["problems"]
    assert problem.startswith(
        "the first 25 events are not those of the checkpoint held: one of them, or more, was replaced"
    )
    kept.write_text(cis(record, "checkpoint").out.replace("\n26\n", "\n30\n"), encoding="utf-8")
    ran = cis(record, "verify", "--checkpoint", str(kept), "--format", "json")
    assert ran.json["problems"] == ["position 27: missing: the checkpoint held is of 30 events"]


def test_an_event_is_proven_and_the_proof_checked_without_a_database(record, tmp_path):
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.json"
    kept.write_text(cis(record, "checkpoint").out, encoding="utf-8")
    ran = cis(record, "proof", "7", "--output", str(proof))
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("Proven: event ")
    event = json.loads(proof.read_text(encoding="utf-8"))["event"]
    assert event["position"] == 7
    assert cis(record, "proof", event["event_id"][:8]).out == proof.read_text(encoding="utf-8")
    checked = cis("sqlite:////nowhere/at/all.db", "verify", "--proof", str(proof), "--checkpoint", str(kept))
    assert (checked.status, checked.err) == (0, "")
    assert "is at position 7 of the log cis-record/" in " ".join(checked.out.split())
    alone = cis(None, "verify", "--proof", str(proof), "--format", "json")
    assert alone.status == 0
    assert list(alone.json) == ["ok", "shows", "problems"]
    assert alone.err == (
        "The proof brings its own checkpoint, which anybody can make up: hold it against one that you have from elsewhere"
        " (--checkpoint), or against the key of the log (--key).\n"
    )
    proof.write_text(proof.read_text(encoding="utf-8").replace("nti", "nto"), encoding="utf-8")
    bad = cis(None, "verify", "--proof", str(proof), "--format", "json")
    assert bad.status == 1
    assert bad.json["problems"] == [f"{proof}: the event is not as it was recorded: its hash does not fit"]


def test_that_the_log_went_on_is_proven(record, tmp_path):
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.json"
    kept.write_text(cis(record, "checkpoint", "--origin", "example.org/cis").out, encoding="utf-8")
    later(record)
    ran = cis(record, "proof", "--since", str(kept), "--output", str(proof))
    assert ran.err == "Proven: the log example.org/cis of 26 events begins with its first 25, as they were.\n"
    assert cis(None, "verify", "--proof", str(proof), "--checkpoint", str(kept), "--format", "json").json == {
        "ok": True,
        "shows": "the log example.org/cis of 26 events begins with its first 25, as they were",
        "problems": [],
    }


def test_the_chain_alone_is_recomputed_and_shows_an_altered_event(record):
    ran = cis(record, "verify", "--chain", "--format", "json")
    assert (ran.status, ran.json["ok"], ran.json["events"]) == (0, True, 25)
    assert "What follows from the events was not examined: cis verify does." in ran.err
    with record.transaction() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER event_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER event_no_change")
        connection.exec_driver_sql("UPDATE event SET recorded_by = 'nobody' WHERE position = 7")
    ran = cis(record, "verify", "--chain", "--format", "json")
    assert ran.status == 1
    assert ran.json["problems"] == ["position 7: altered, or the event before it was replaced (its hash does not fit)"]


@pytest.mark.parametrize("words", [("--views",), ("--checkpoint", "c.txt"), ("--key", "k.pub")])
def test_what_the_chain_alone_cannot_show_is_refused_with_it(words):
    ran = cis(None, "verify", "--chain", *words)
    assert ran.status == 2
    assert "has no effect with --chain" in ran.err


def test_a_log_whose_head_was_deleted_is_verified_and_otherwise_refused_in_words(record):
    # An IndexError, a fault of the program.
    with record.transaction() as connection:
        for trigger in ("log_head_no_delete", "log_head_no_truncate"):
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger} ON log_head")
        connection.exec_driver_sql("DELETE FROM log_head")
    ran = cis(record, "verify", "--format", "json")
    assert (ran.status, ran.json["ok"]) == (1, False)
    assert "log_head is empty: the newest event cannot be confirmed" in ran.json["problems"]
    ran = cis(record, "members", "cis")
    assert (ran.status, ran.err) == (1, "log_head is empty, so the newest event is not known\n  Run: cis verify\n")


def test_a_key_is_made_and_signs_and_the_signature_is_checked(desk, tmp_path):
    key, public, kept = tmp_path / "key", tmp_path / "key.pub", tmp_path / "kept.txt"
    made = cis(None, "checkpoint", "--new-key", str(key), "--origin", "example.org/cis")
    assert made.status == 0
    assert made.err == (
        f"The private key is in {key}: show it to nobody. Printed is the public key, for everybody who checks signatures.\n"
    )
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    public.write_text(made.out, encoding="utf-8")
    signed = process(desk, "checkpoint", "--key", str(key), PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert signed.err == "25 events, signed. Keep it where whoever keeps the log cannot change it.\n"
    kept.write_text(signed.out, encoding="utf-8")
    assert "\n— example.org/cis " in signed.out
    assert cis(desk, "verify", "--checkpoint", str(kept), "--key", str(public)).status == 0
    proof = tmp_path / "proof.json"
    cis(desk, "proof", "7", "--checkpoint", str(kept), "--output", str(proof))
    checked = cis(None, "verify", "--proof", str(proof), "--key", str(public))
    assert (checked.status, checked.err) == (0, "")
    other = cis(None, "checkpoint", "--new-key", str(tmp_path / "other"), "--origin", "example.org/cis")
    assert other.status == 0
    refused = cis(None, "verify", "--proof", str(proof), "--key", str(tmp_path / "other"), "--format", "json")
    assert refused.status == 1
    assert "the checkpoint is not signed by example.org/cis (key " in refused.json["problems"][0]
    refused = cis(desk, "verify", "--checkpoint", str(kept), "--key", str(tmp_path / "other"))
    assert (refused.status, refused.out) == (1, "")
    assert "the checkpoint is not signed by example.org/cis (key " in refused.err
    elsewhere = cis(desk, "checkpoint", "--key", str(key), "--origin", "example.org/other")
    assert elsewhere.status == 2
    assert elsewhere.err == f"{key}: this key signs for example.org/cis, not for example.org/other\n"


def test_a_changed_log_and_changed_views_are_found(record):
    with record.transaction() as connection:
        connection.execute(text("UPDATE membership SET status = 'observer' WHERE state = 'RU'"))
    assert cis(record, "verify").status == 0
    ran = cis(record, "verify", "--views", "--format", "json")
    assert ran.status == 1
    assert ran.json["problems"][0] == (
        "membership: organisation='cis' state='RU' valid_from='1991-12-08': status is 'observer',"
        " the log gives 'founding-state'"
    )
    assert all("state='RU'" in problem for problem in ran.json["problems"])
    altered(record, "UPDATE event SET recorded_by = 'x' WHERE position = 6")
    ran = cis(record, "verify", "--views", "--format", "json")
    assert ran.json["problems"][0].startswith("position 6: altered, or the event before it was replaced")
    assert ran.err == "The views were not examined: they cannot be right where the log is not.\n"


def test_the_progress_of_an_examination_is_shown_when_asked_for(desk):
    shown = cis(desk, "verify", "--views", "--progress").err
    assert "Examining the log" in shown
    assert "Folding the views" in shown
    assert "25/25" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "--proof", "p", "--views"], "--views has no effect when a proof is checked."),
        (["verify", "--proof", "p", "--no-progress"], "--progress has no effect when a proof is checked."),
        (["verify", "--proof", "p", "--database", "sqlite:///x"], "--database has no effect when a proof is checked."),
        (["--database", "sqlite:///x", "verify", "--proof", "p"], "--database has no effect when a proof is checked."),
        (["verify", "--key", "k"], "--key has no effect without --checkpoint or --proof."),
        (["checkpoint", "--new-key", "k"], "--new-key needs the name of the log: --origin NAME."),
        (["checkpoint", "--new-key", "k", "--key", "k"], "--key has no effect when a key is made."),
        (["checkpoint", "--origin", "a b"], "--origin 'a b': this cannot be the name of a log"),
        (["checkpoint", "--new-key", "k", "--origin", "a b"], "--origin 'a b': this cannot be the name of a log"),
        (["proof"], "Name an event, or the checkpoint from which the log went on (--since)."),
        (["proof", "7", "--since", "x"], "Name an event, or the checkpoint from which the log went on (--since)."),
    ],
)
def test_what_would_have_no_effect_is_refused(words, said, desk):
    ran = cis(desk, *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "--checkpoint", "none.txt"], "none.txt: the file cannot be read: No such file or directory"),
        (["verify", "--proof", "none.txt"], "none.txt: the file cannot be read: No such file or directory"),
        (["proof", "--since", "none.txt"], "none.txt: the file cannot be read: No such file or directory"),
        (["checkpoint", "--key", "none.txt"], "none.txt: the file cannot be read: No such file or directory"),
        (
            ["verify", "--checkpoint", "-"],
            "standard input:1: this is not a checkpoint: it does not begin with three lines",
        ),
        (["verify", "--proof", "-"], "standard input: this is not a proof: "),
        (["checkpoint", "--key", "-"], "standard input: this is not a key"),
        (["proof", "999"], "there is no position 999: the log ends at position 25"),
        (
            ["proof", "7", "--output", "/nowhere/p.json"],
            "/nowhere/p.json: there is no folder '/nowhere' to write into",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(words, said, desk):
    ran = cis(desk, *words, given="nothing")
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


def test_a_proof_is_not_written_over_a_file_that_is_there(desk, tmp_path):
    path = tmp_path / "p.json"
    path.write_text("precious")
    ran = cis(desk, "proof", "7", "--output", str(path))
    assert (ran.status, path.read_text()) == (1, "precious")
    assert ran.err == f"{path}: the file exists\n  Name a new one, or take the old one away.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["checkpoint", "--origin", "example.org/cis", "--new-key"],
            "the file cannot be written: No space left on device",
        ),
        (["proof", "7", "--output"], "it cannot be written: No space left on device"),
    ],
)
def test_a_full_disk_leaves_no_file_in_the_way_of_the_next_try(words, said, desk, tmp_path):
    # An empty one stayed, which the next try would not write over.
    with small_disk(tmp_path / "small", "64k") as folder:
        (folder / "ballast").write_bytes(b"x" * 60 * 1024)
        with suppress(OSError), (folder / "rest").open("wb") as rest:
            while rest.write(b"x" * 512):
                rest.flush()
        ran = cis(desk, *words, str(folder / "made"))
        assert (ran.status, ran.out) == (1, "")
        assert f"{folder / 'made'}: {said}" in ran.err
        assert sorted(path.name for path in folder.iterdir()) == ["ballast", "rest"]


def test_a_key_that_cannot_be_written_whole_leaves_no_file(tmp_path, monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            raise OSError(28, "No space left on device")

        def write(self, text):
            pass

    monkeypatch.setattr(signing.os, "fdopen", lambda *_, **__: Full())
    ran = cis(None, "checkpoint", "--new-key", str(tmp_path / "key"), "--origin", "example.org/cis")
    assert (ran.status, ran.err) == (1, f"{tmp_path / 'key'}: the file cannot be written: No space left on device\n")
    assert list(tmp_path.iterdir()) == []


def test_what_the_page_on_verification_says_is_so(desk, tmp_path):
    """The commands of the page, in its order, on a small history; and its example of a checkpoint is one."""
    page = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(sh)?\n(.*?)^```$", page, re.M | re.S)
    (example,) = [block for language, block in blocks if not language]
    assert parse(example).origin == "example.org/cis"
    commands = "".join(block for language, block in blocks if language)
    assert commands.count("\ncis ") + commands.startswith("cis ") == 9
    script = re.sub("^pip .*\n", "", commands, flags=re.M).replace("1707", "7").replace("> march", ">| march")
    shutil.copy(ROOT / "eventstore" / "verifier.py", tmp_path)
    (tmp_path / "script").write_text(
        f'set -euo pipefail\ncis() {{ {sys.executable} -m cli.main "$@"; }}\npython() {{ {sys.executable} -I "$@"; }}\n{script}'
    )
    done = subprocess.run(
        ["bash", "script"],
        cwd=tmp_path,
        env=surroundings(desk),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("VERIFIED\n") == 2
    assert done.stdout.count("ok        yes") == 3
