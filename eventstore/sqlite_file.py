"""How an SQLite file is opened: to read or to write, in a folder where nothing may be written, and whose turn it is to write."""

import os
import sqlite3
from pathlib import Path
from random import uniform
from time import monotonic, sleep
from typing import NoReturn
from urllib.parse import quote

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import NullPool

from eventstore.errors import DatabaseError, Problem

_LOOK = 0.02  # seconds at most until a writer that just came looks again whether it is its turn
_WRITE_AHEAD = b"\x02\x02"  # bytes 18 and 19 of a file in write-ahead mode (sqlite.org/fileformat2.html)

Rest = tuple[int, int]


class File(sqlite3.Connection):
    """A connection to a file."""

    waits = True  # whether SQLite's own waiting is on


def opened(path: Path, patience: float, *, write: bool) -> File:
    """A connection that begins no transaction by itself and waits `patience` seconds where it must.

    Raises `DatabaseError` where the folder is read-only and that stands in the way.
    """
    rest = None if write else at_rest(path)
    if rest is None and _sealed(path):
        _check_sealed(path, write)
    mode = "rwc" if write else "ro" if rest is None else "ro&immutable=1"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=patience, isolation_level=None, factory=File
    )
    if write:
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            # There a writer waits for its turn only, and for that not in SQLite's way (see `take_turn`).
            connection.execute("PRAGMA busy_timeout = 0")
            connection.waits = False
        # FULL: an acknowledged event survives a power cut, also in WAL mode.
        connection.execute("PRAGMA synchronous=FULL")
        # Ids scatter over their index: a large batch touches most of it.
        connection.execute("PRAGMA cache_size=-65536")  # KiB
    return connection


def new_file(path: Path) -> Engine:
    """An engine for a file of plain tables that is not there yet, by whatever name: of an address, `?` and `%` would be signs.

    What goes wrong with it is an `OSError`, as with any other file.
    """
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(path), poolclass=NullPool)

    @event.listens_for(engine, "handle_error")
    def fails(context: ExceptionContext) -> NoReturn:
        raise OSError(str(context.original_exception)) from context.original_exception

    return engine


def temporary_folder() -> str:
    """The folder in which SQLite keeps what does not fit into memory (sqlite.org/tempfiles.html); empty if it finds none."""
    folders = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp", ".")
    fit = (folder for folder in folders if folder and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK))
    return next(fit, "")


def at_rest(path: Path) -> Rest | None:
    """When a file was last changed, and its size, if it lies in a read-only folder and nobody has it open to write; else None.

    SQLite cannot read a file in write-ahead mode where it may not make the files that belong to it, unless it is told that
    nobody changes the file. Nobody is known to: whoever writes has a write-ahead log beside it. Who reads such a file looks
    again at the end whether it is still so.
    """
    if not _sealed(path) or not path.is_file():
        return None
    log, shared = (Path(f"{path}{ending}") for ending in ("-wal", "-shm"))
    if log.exists() and (log.stat().st_size or shared.exists()):
        return None
    try:
        with path.open("rb") as file:
            mode = file.read(20)[18:]
    except OSError:
        return None
    found = path.stat()
    return (found.st_mtime_ns, found.st_size) if mode == _WRITE_AHEAD else None


def _sealed(path: Path) -> bool:
    return path.parent.is_dir() and not os.access(path.parent, os.W_OK)


def _check_sealed(path: Path, write: bool) -> None:
    """Raise `DatabaseError` where a read-only folder stands in the way."""
    if write:
        advice = "Ask its owner for permission to write, or name another file with --database."
        raise DatabaseError(Problem("nothing may be written in its folder", str(path), advice))
    if Path(f"{path}-wal").exists() and not Path(f"{path}-shm").exists():
        what = f"its newest changes are still in {path.name}-wal, and cannot be read where nothing may be written"
        raise DatabaseError(
            Problem(what, str(path), "Copy both files to a folder of yours and name the copy with --database.")
        )


def take_turn(connection: File, patience: float) -> None:
    """Begin a writing transaction when no other is under way; raises the driver's error when patience (seconds) ends.

    SQLite's own waiting looks ever more seldom, at last ten times a second, and a writer that just came looks at once. So
    among busy writers the one that had waited longest was passed by all others until these were done. Here who has waited
    longer looks more often.
    """
    came = monotonic()
    if connection.waits:
        connection.execute("PRAGMA busy_timeout = 0")
    while True:
        try:
            # IMMEDIATE: a writer takes its turn before it reads, so no two writers build on the same head.
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            waited = monotonic() - came
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited > patience:
                raise
            sleep(uniform(0, _LOOK / (1 + waited)))
    if connection.waits:
        connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
