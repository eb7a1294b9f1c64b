"""On a terminal: what does not fit onto it goes through the person's pager, and `cis docs` is set for reading."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from cli_runs import ROOT, surroundings, told

from eventstore.database import Database

PAGER = f"{sys.executable} -c \"import sys; [print('paged:', line, end='') for line in sys.stdin]\""


@pytest.fixture
def record(empty_sqlite: Database) -> Database:
    return told(empty_sqlite)


def on_terminal(database: Database, lines: int, *words: str, **environment: str) -> list[str]:
    """What a command shows on a terminal with so many lines, and a hundred columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
    place = surroundings(database, TERM="xterm", PAGER=PAGER, **environment)
    for name in {"COLUMNS", "NO_PAGER"} - environment.keys():
        place.pop(name, None)
    done = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=place, cwd=ROOT
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        shown += read
    os.close(ours)
    assert done.wait(timeout=60) == 0
    return shown.decode().replace("\r\n", "\n").splitlines()


def test_what_does_not_fit_goes_through_the_pager_and_what_it_rests_on_is_said_after_it(record: Database) -> None:
    *paged, last = on_terminal(record, 12, "log")
    assert len(paged) > 25
    assert all(line.startswith("paged:") for line in paged)
    assert last.startswith("25 events; known at position 25")


def test_what_fits_is_printed_at_once(record: Database) -> None:
    shown = on_terminal(record, 200, "log")
    assert not [line for line in shown if "paged:" in line]
    assert shown[0].startswith("\x1b[1mposition"), "the heading stands out"


def test_the_pager_can_be_turned_off(record: Database) -> None:
    assert not [line for line in on_terminal(record, 12, "log", NO_PAGER="1") if "paged:" in line]


@pytest.mark.parametrize(
    "words", [("why", "membership", "RU"), ("show", "3"), ("log", "--format", "json"), ("schema",)]
)
def test_whatever_is_long_is_paged(record: Database, words: tuple[str, ...]) -> None:
    assert on_terminal(record, 5, *words)[0].startswith("paged:")


def test_docs_are_set_for_reading_on_a_terminal(record: Database) -> None:
    shown = "\n".join(on_terminal(record, 200, "docs", "tables", NO_PAGER="1", NO_COLOR="1"))
    assert "| --- |" not in shown
    assert "────" in shown, "tables have a line under their heading"
    assert "meeting_attendance" in shown
