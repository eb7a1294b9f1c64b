"""`cis serve`: how the page begins and ends, of which record it is, and what is said when it cannot begin."""

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import count
from pathlib import Path
from time import monotonic
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from cli_runs import cis, process, surroundings, told
from disks import sealed
from serving import served

from cli.page.file import readable
from eventstore.database import Database
from eventstore.errors import DatabaseError
from eventstore.preparing import prepare_file


def fetched(address: str) -> str:
    with urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def nothing(_: int) -> None:
    return None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "by the system"])
def test_it_is_shown_until_it_is_ended(empty_sqlite: Database, how: signal.Signals) -> None:
    with served(told(empty_sqlite)) as page:
        assert page.address.startswith("http://127.0.0.1:")
        assert "Georgia" in fetched(page.address + "as-of?date=1993-12-15")
        assert page.end(how) == (0, "The record is shown there, read-only. Ctrl-C ends it.\nEnded.\n")


def test_it_ends_while_a_browser_keeps_a_connection_open(empty_sqlite: Database) -> None:
    with served(told(empty_sqlite)) as page, socket.create_connection(("127.0.0.1", _port(page.address))) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert browser.recv(15) == b"HTTP/1.1 200 OK"
        assert page.end().status == 0


def test_it_ends_while_a_question_is_still_being_answered(empty_sqlite: Database) -> None:
    endless = quote("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x")
    with served(told(empty_sqlite)) as page, ThreadPoolExecutor(1) as other:
        asked = other.submit(fetched, f"{page.address}record.json?sql={endless}")
        fetched(page.address)  # others are answered meanwhile
        began = monotonic()
        status, said = page.end()
        assert (status, said.splitlines()[1:]) == (0, ["Ended."])
        assert monotonic() - began < 10
        assert asked.exception() is not None


def _port(address: str) -> int:
    return int(address.rstrip("/").rpartition(":")[2])


def test_a_port_that_is_taken(empty_sqlite: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = process(empty_sqlite, "serve", "--port", str(port))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        f"127.0.0.1: port {port} is taken\n  Name another, or let the system choose: --port 0 (the usual one is 8001).\n"
    )


def test_an_address_of_another_machine(empty_sqlite: Database) -> None:
    ran = cis(empty_sqlite, "serve", "--port", "0", "--host", "192.0.2.1")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "192.0.2.1: this is no address of this machine\n  The usual one is --host 127.0.0.1.\n"


def test_an_address_that_others_reach_is_warned_of(empty_sqlite: Database) -> None:
    with served(told(empty_sqlite), "--host", "0.0.0.0") as page:
        fetched(f"http://127.0.0.1:{_port(page.address)}/")
        assert page.end().said.startswith("Whoever reaches this address may read the whole record.\n")


def test_a_folder_of_reports_that_is_not_there(empty_sqlite: Database, tmp_path: Path) -> None:
    ran = cis(told(empty_sqlite), "serve", "--port", "0", "--reports", f"{tmp_path}/none")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"{tmp_path}/none: ")


def test_there_is_no_record(tmp_path: Path) -> None:
    ran = cis(f"sqlite:///{tmp_path}/none.db", "serve", "--port", "0")
    assert (ran.status, ran.out, ran.err) == (
        1,
        "",
        f"{tmp_path}/none.db: there is no database\n  Create it: cis init\n",
    )


def test_datasette_is_not_installed(empty_sqlite: Database) -> None:
    code = "import sys\nsys.modules['datasette'] = None\nfrom cli.main import main\nmain()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "serve", "--port", "0"],
        env=surroundings(empty_sqlite),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        'the page needs the package datasette, which is not installed\n  Install it: pip install "cis-record[serve]"\n'
    )


def test_of_postgres_a_copy_is_shown(empty_postgres: Database, tmp_path: Path) -> None:
    record = told(empty_postgres)
    standing = cis(record, "status", "--format", "json").json
    with served(record, TMPDIR=str(tmp_path)) as page:
        front = fetched(page.address)
        assert "Georgia" in fetched(page.address + "as-of?date=1993-12-15")
        assert f"position {standing['position']}, hash <code>{standing['hash'][:16]}</code>" in front
        assert len(list(tmp_path.iterdir())) == 1
        status, said = page.end(signal.SIGTERM)
    note = f"This page shows a copy of {record.place}. It reaches to position 25, of 20"
    assert note in said
    assert note in unescape(front)
    assert "; to see what came later, start it again." in front
    assert status == 0
    assert list(tmp_path.iterdir()) == []  # it is gone


def test_an_empty_postgres_record_too(empty_postgres: Database) -> None:
    with readable(empty_postgres.url, lambda _: nothing) as (address, note):
        assert cis(address, "status", "--format", "json").json["position"] == 0
        assert note.endswith(" It reaches to an empty log; to see what came later, start it again.")


@pytest.fixture
def kept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A record in a folder of its own, closed in good order: its file is in write-ahead mode, and alone."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "cis.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder / 'cis.db'}", write=True)
    prepare_file(database)
    return told(database)


def test_a_file_is_shown_itself(empty_sqlite: Database) -> None:
    with readable(told(empty_sqlite).url, lambda _: nothing) as found:
        assert found == (empty_sqlite.url, "")


def test_in_a_read_only_folder_a_copy_is_shown(kept: Database, tmp_path: Path) -> None:
    """SQLite shares a log by files beside it, and cannot make them there: who writes elsewhere would not be noticed."""
    assert kept.file is not None
    with sealed(kept.file.parent) as archive:
        there = Database(f"sqlite:///{archive / 'cis.db'}")
        with served(there, TMPDIR=str(tmp_path)) as page:
            front = fetched(page.address)
            assert "Georgia" in fetched(page.address + "as-of?date=1993-12-15")
            status, said = page.end()
    note = f"The folder of {archive}/cis.db is read-only, so this page shows a copy. It reaches to position 25, of 20"
    assert status == 0
    assert note in said
    assert note in front


def test_a_file_that_changes_while_it_is_copied(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    times = count()
    monkeypatch.setattr("cli.page.file.at_rest", lambda _: (next(times), 1))
    with pytest.raises(DatabaseError, match=r"the file was changed while it was copied\n  Start the page again\."):
        readable(kept.url, lambda _: nothing).__enter__()
