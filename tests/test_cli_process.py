"""Real processes: how `cis` begins and ends when a shell runs it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import HISTORY, ROOT, process, surroundings, told

from cli import main as cli_main
from eventstore.database import Database

PYTHON = [sys.executable, "-m", "cli.main"]


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def test_a_question_from_a_shell(record: Database) -> None:
    ran = process(record, "members", "cis", "--as-of", "1993-12-15", "--format", "csv")
    assert ran.out.splitlines()[1].startswith("cis,BY,Belarus,founding-state,certain,1991-12-08,false,")
    assert ran.err.startswith("4 rows, 1 of them only possible; as of 1993-12-15, known at position 25, hash ")
    assert ran.status == 0


def test_the_database_is_named_before_or_after_the_command_or_by_the_environment(record: Database) -> None:
    before = process(None, "--database", record.url, "status", CIS_DATABASE_URL="")
    after = process(None, "status", "--database", record.url, CIS_DATABASE_URL="sqlite:///elsewhere.db")
    assert before.out == after.out == process(record, "status").out != ""
    both = process(None, "--database", record.url, "status", "--database", record.url)
    assert both.status == 2
    assert "Error: --database is given twice: only one can have an effect." in both.err


def test_the_default_is_a_file_in_the_current_folder(tmp_path: Path) -> None:
    environment = surroundings(None)
    environment.pop("CIS_DATABASE_URL", None)
    done = subprocess.run([*PYTHON, "init", "--empty"], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0
    assert (tmp_path / "cis.db").exists()


def test_a_batch_through_a_pipe(record: Database) -> None:
    again = process(record, "append", "--file", "-", given=HISTORY.encode())
    assert (again.status, again.err) == (0, "0 events recorded, 25 events recorded already.\n")
    wrong = process(record, "append", "--file", "-", given=b"\xff\xfe")
    assert (wrong.status, wrong.out) == (1, "")
    assert wrong.err.startswith("standard input:1: this is not UTF-8 text\n")


@pytest.mark.parametrize("words", [("log", "--format", "csv"), ("log",), ("export",), ("docs",), ("append", "--help")])
def test_a_reader_that_leaves_early_is_no_error(record: Database, words: tuple[str, ...]) -> None:
    """`cis log | head -1`: no words on stderr, and the status of a program that a closed pipe has ended."""
    sending = subprocess.Popen(
        [*PYTHON, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings(record)
    )
    assert sending.stdout is not None
    assert sending.stderr is not None
    sending.stdout.close()
    said = sending.stderr.read().decode()
    assert (sending.wait(60), said) == (cli_main.PIPE_CLOSED, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_ctrl_c_ends_in_words(record: Database, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "batch.yaml")
    waiting = subprocess.Popen(
        [*PYTHON, "append", "--file", str(tmp_path / "batch.yaml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(record),
        text=True,
    )
    with open(tmp_path / "batch.yaml", "w"):  # is open only when the command has begun to read it
        waiting.send_signal(signal.SIGINT)
        out, said = waiting.communicate(timeout=60)
    assert (waiting.returncode, out, said.strip()) == (130, "", "Stopped. What was not finished is undone.")


WAITS = """
import sys, time
import cli.main, {module}
def waits(first, basis, place=None):
    with open(place or basis, "w") as file:
        file.write("half of it")
    print("begun", flush=True)
    time.sleep(60)
{module}.{name} = {put}
cli.main.main()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs the signals of Unix")
@pytest.mark.parametrize("ended", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("words", "module", "name", "put"),
    [
        (("replay", "--into"), "projections.export", "into_file", "waits"),
        (("export", "sqlite", "--output"), "cli.exporting", "load", "lambda form: waits"),
    ],
)
def test_who_is_ended_leaves_no_hidden_files(
    empty_sqlite: Database, tmp_path: Path, words: tuple[str, ...], module: str, name: str, put: str, ended: str
) -> None:
    record, folder = told(empty_sqlite), tmp_path / "out"
    folder.mkdir()
    writing = subprocess.Popen(
        [sys.executable, "-c", WAITS.format(module=module, name=name, put=put), *words, str(folder / "world.db")],
        stdout=subprocess.PIPE,
        env=surroundings(record),
        text=True,
    )
    assert writing.stdout is not None
    assert writing.stdout.readline() == "begun\n"
    assert [path.name[:10] for path in folder.iterdir()] == [".world.db-"]
    number = getattr(signal, ended)
    writing.send_signal(number)
    writing.communicate(timeout=60)
    assert (writing.returncode, list(folder.iterdir())) == (128 + number, [])


FAULTY = "import cli.start, cli.main\n{}\ncli.main.main()\n"


@pytest.mark.parametrize("debug", ["0", "1"])
def test_a_fault_of_the_program_is_called_so(empty_sqlite: Database, debug: str) -> None:
    code = "def broken(*a, **k): raise KeyError('lost')\ncli.start.emit_one = broken"
    done = subprocess.run(
        [sys.executable, "-c", FAULTY.format(code), "status"],
        env=surroundings(empty_sqlite, CIS_DEBUG=debug),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "This is a fault of the program, not of what you typed: KeyError: 'lost'\n" in done.stderr
    assert done.stderr.endswith(
        "Please report it to the makers of cis-record with the command you typed. CIS_DEBUG=1 shows where it arose.\n"
    )
    assert ("Traceback" in done.stderr) == (debug == "1")


def test_a_terminal_that_knows_no_russian_shows_codes(record: Database) -> None:
    words = ("sql", "SELECT title_ru FROM treaty WHERE title_ru IS NOT NULL")
    ran = process(record, *words, PYTHONUTF8="0", PYTHONIOENCODING="iso8859-1", LC_ALL="C")
    assert ran.status == 0
    assert "\\u0421\\u043e" in ran.out
    as_json = process(record, *words, "--format", "json", PYTHONUTF8="0", PYTHONIOENCODING="iso8859-1", LC_ALL="C")
    assert as_json.json == [{"title_ru": "Соглашение о создании Содружества Независимых Государств"}]


def test_help_imports_little_more_than_click() -> None:
    """`cis --help` is as quick as Python and click allow: no database, no events, no commands."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom cli.main import program\n"
        "assert CliRunner().invoke(program, ['--help']).exit_code == 0\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in"
        " ('sqlalchemy', 'alembic', 'rich', 'msgspec', 'yaml', 'eventstore', 'projections', 'cli', 'migrations')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings(None), check=True
    )
    assert done.stdout.split() == ["cli", "cli.main", "cli.options", "cli.output"]


def test_a_question_imports_no_more_than_it_needs(record: Database) -> None:
    code = (
        "import sys\nfrom cli.main import program\n"
        "try:\n    program.main(['members', 'cis'])\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings(record), check=True
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "sqlalchemy" in loaded
    assert not loaded & {"alembic", "rich", "yaml", "seed_events", "migrations"}


def test_the_release_is_named() -> None:
    ran = process(None, "--version")
    assert ran.status == 0
    assert ran.out.startswith("cis-record")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_on_a_terminal_headings_stand_out_and_tables_take_its_width(empty_sqlite: Database) -> None:
    import fcntl
    import struct
    import termios

    record = told(empty_sqlite)
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    environment = {**surroundings(record), "TERM": "xterm"}
    del environment["COLUMNS"]
    with subprocess.Popen(
        [*PYTHON, "treaties", "--as-of", "1994"], stdout=theirs, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
    ) as running:
        assert running.wait(60) == 0
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    lines = shown.replace("\r", "").splitlines()
    assert lines[0].startswith("\x1b[1mtreaty")
    assert 40 < max(map(len, lines[1:])) <= 60
