"""Where the record is kept: one SQLite file, or a Postgres database. Every transaction begins and ends here."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from eventstore.errors import DatabaseError, NoAddress, Problem, did_you_mean

# Of the migrations, oldest first: what this release of the program knows.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
PATIENCE = 30.0  # seconds that a writer waits for its turn


class Database:
    """A database at an SQLAlchemy address (`sqlite:///cis.db`, `postgresql+psycopg://user@host/name`).

    Opened without `write`, SQLite opens the file read-only and Postgres begins read-only transactions. Raises `NoAddress` for
    an address that is none, `DatabaseError` for a driver that is not installed.
    """

    def __init__(self, url: str, *, write: bool = False) -> None:
        address = _parsed(url)
        self.url = url
        self.place = address.database if _is_sqlite(address) else address.render_as_string(hide_password=True)
        self.file = Path(address.database or "") if _is_sqlite(address) else None
        self.write = write
        try:
            self.engine = _sqlite(self.file, write) if self.file else _postgres(address, write)
        except ModuleNotFoundError as error:
            advice = 'Install it: pip install "cis-record[postgres]"'
            raise DatabaseError(
                Problem(f"the driver {error.name!r} is not installed", str(self.place), advice)
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed at the end or undone if anything is raised; the driver's errors are put in words.

        A reader sees one snapshot from its first question to its last; a writer has the only turn on SQLite at once, and on
        Postgres from the moment it locks the head of the log.
        """
        rest = self._at_rest()
        try:
            with self.engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error) as error:
            if (problem := in_words(error, str(self.place), writes=self.write)) is None:
                raise
            raise DatabaseError(problem) from error
        if rest is not None and self._at_rest() != rest:
            raise DatabaseError(Problem("the file was changed while it was read", str(self.place), "Ask again."))

    def _at_rest(self) -> object:
        """What must still be so after a file in a read-only folder was read; None: nothing, SQLite itself takes care."""
        if self.file is None or self.write:
            return None
        from eventstore.sqlite_file import at_rest

        return at_rest(self.file)

    def is_there(self) -> bool:
        """Whether the SQLite file is there; raises `DatabaseError` for what cannot be one, or cannot be looked at."""
        assert self.file is not None
        try:
            if self.file.is_dir():
                raise DatabaseError(Problem("this is a folder", str(self.place), "Name a file with --database."))
            return self.file.exists()
        except OSError as error:
            raise DatabaseError(Problem(f"it cannot be opened: {error.strerror}", str(self.place))) from error

    def check_is_there(self) -> None:
        """Raise `DatabaseError` if the SQLite file is not there; of a server it shows when it is asked."""
        if self.file is not None and not self.is_there():
            raise DatabaseError(Problem("there is no database", str(self.place), "Create it: cis init"))

    @contextmanager
    def record(self) -> Iterator[Connection]:
        """A transaction on a database that holds a record of this release; raises `DatabaseError` if it does not."""
        self.check_is_there()
        with self.transaction() as connection:
            check_release(connection, str(self.place))
            yield connection


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _parsed(url: str) -> URL:
    advice = "Write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
    try:
        address = make_url(url)
        known = address.drivername in ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
    except (ArgumentError, NoSuchModuleError, ValueError):
        known = False
    if not known or (_is_sqlite(address) and (address.host or address.query)):
        raise NoAddress("this is not the address of a database", url, advice)
    if _is_sqlite(address) and (address.database or ":memory:") == ":memory:":
        raise NoAddress("a database in memory would be gone at once", url, advice)
    return address


def _sqlite(path: Path, write: bool) -> Engine:
    from eventstore.sqlite_file import File, opened, take_turn

    engine = create_engine("sqlite://", creator=lambda: opened(path, PATIENCE, write=write), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if write:
            take_turn(cast(File, connection.connection.driver_connection), PATIENCE)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


_ASSUMED = {"application_name": "cis", "connect_timeout": 10}  # unless the address says otherwise
# Whatever the surroundings and the address say: no other encoding holds what the log holds.
_ENCODING = {"client_encoding": "utf8"}


def _postgres(address: URL, write: bool) -> Engine:
    # What the driver notes for itself of a lost connection would stand on the screen beside our own sentence.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    _check_parameters(address)
    assumed = {name: value for name, value in _ASSUMED.items() if name not in address.query}
    engine = create_engine(address, poolclass=NullPool, connect_args=assumed | _ENCODING)
    # A question that is asked again is planned once: by its index, however long the log is.
    setting = f"lock_timeout = {int(PATIENCE * 1000)}" if write else "plan_cache_mode = force_generic_plan"

    @event.listens_for(engine, "connect")
    def connect(driver: Any, _: object) -> None:
        driver.execute(f"SET {setting}")
        driver.commit()

    # Readers see one snapshot through all their questions; writers wait for the head's lock and then read what is newest.
    return engine if write else engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _check_parameters(address: URL) -> None:
    """Raise `NoAddress` for what stands behind the `?` of an address and is no parameter of a connection."""
    if not address.query:
        return
    from psycopg.pq import Conninfo

    known = [found.keyword.decode() for found in Conninfo.get_defaults()]
    for name in address.query:
        if name not in known:
            shown = address.render_as_string(hide_password=True)
            advice = did_you_mean(name, known) or "Known are those of libpq, such as sslmode, host, port and options."
            raise NoAddress(f"there is no parameter {name[:80]!r} of a connection", shown, advice)


def _no_record(connection: Connection, place: str) -> Problem:
    """That a database without revisions is no record; what it holds instead."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DBAPIError

    try:
        tables = sorted(inspect(connection).get_table_names())
    except (DBAPIError, UnicodeDecodeError):  # a schema that cannot be read either
        tables = []
    if not tables:
        return Problem("this database is not a record", place, "Make it one: cis init")
    advice = "Name the database of a record with --database, or make one: cis init."
    return Problem(f"this database holds something else ({', '.join(tables[:3])})", place, advice)


def check_release(connection: Connection, place: str) -> None:
    """Raise `DatabaseError` unless the database holds a record made by exactly this release's migrations."""
    from sqlalchemy.exc import DBAPIError

    try:
        with connection.begin_nested() if connection.dialect.name == "postgresql" else nullcontext():
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except (DBAPIError, UnicodeDecodeError) as error:  # where SQLite's own words quote a damaged schema
        if (problem := in_words(error, place)) is not None and "not a record" not in problem.what:
            raise DatabaseError(problem) from error
        raise DatabaseError(_no_record(connection, place)) from error
    if found == REVISIONS[-1]:
        return
    if found is None:  # the table of revisions is there and empty: nothing was made here, or all of it was taken away
        raise DatabaseError(Problem("this database is not a record", place, "Make it one: cis init"))
    if found in REVISIONS[:-1]:
        raise DatabaseError(
            Problem(f"the database is of an older release (revision {found})", place, "Upgrade it: cis init")
        )
    raise DatabaseError(
        Problem(
            f"the database is of a newer release (revision {found}; this program knows {REVISIONS[-1]})",
            place,
            "Upgrade the program: pip install --upgrade cis-record",
        )
    )


_AGAIN = "Try again: what was recorded before it broke is not recorded twice."
_BUSY = "other writers kept the database busy for {patience:g} seconds"
_REFUSED = "the server refuses the connection: {said}"
_SECURED = "the connection cannot be made as sslmode has it: {said}"
_SSLMODES = "Change sslmode or sslrootcert in the address, or ask the owner of the server."
_MEANINGS = (  # what the driver says, what it means ({said}: in the server's own words), what to do
    ("file is not a database", "this file is not an SQLite database", "Name another file with --database."),
    ("database disk image is malformed", "the SQLite file is damaged", "Restore it from an export: cis import."),
    ("malformed database schema", "the SQLite file is damaged", "Restore it from an export: cis import."),
    ("UnicodeDecodeError", "the SQLite file is damaged", "Restore it from an export: cis import."),
    ("Could not decode to UTF-8", "the SQLite file is damaged", "Where? cis verify tells."),
    ("unable to open database file", "the file cannot be opened", "Is the folder there, and may you read it?"),
    (
        "readonly database",
        "the database may only be read",
        "Ask its owner for permission to write; also to the files of its name with -wal and -shm, if they are another's.",
    ),
    ("read-only transaction", "the database may only be read here", "Append on the primary server."),
    ("database is locked", _BUSY, "Nothing of this was written. Try again in a moment."),
    ("lock timeout", _BUSY, "Nothing of this was written. Try again in a moment."),
    ("deadlock detected", "another writer was in the way: nothing of this was written", "Try again in a moment."),
    ("database or disk is full", "the disk is full: nothing of this was written", "Free some space and try again."),
    ("No space left on device", "the disk is full: nothing of this was written", "Free some space and try again."),
    ("disk I/O error", "the disk failed while reading or writing", "Check the disk, then: cis verify."),
    ("no such table", "this database is not a record", "Make it one: cis init"),
    ("UndefinedTable", "this database is not a record", "Make it one: cis init"),
    (
        "password authentication failed",
        "the server refuses this user or password",
        "Check the address of the database.",
    ),
    (
        "UntranslatableCharacter",
        "the database has an encoding that does not hold all text",
        "Make another: createdb --encoding UTF8 --template template0 NAME",
    ),
    ("no password supplied", "the server asks for a password", "Write it in the address, or in PGPASSWORD."),
    ("statement timeout", "the question took too long and was stopped", "Ask for less at a time."),
    ("permission denied", "the database refuses this user", "Ask its owner for the right to do this."),
    ("is never changed", "the log is never changed: rows are only added", "Record a correction: cis correct."),
    # Where the connection breaks during the commit, nobody knows what was written; to record it again is harmless.
    ("terminating connection", "the server ended the connection", _AGAIN),
    ("server closed the connection", "the server ended the connection", _AGAIN),
    ("consuming input failed", "the connection to the server was lost", _AGAIN),
    ("connection is lost", "the connection to the server was lost", _AGAIN),
    ("connection is closed", "the connection to the server was lost", _AGAIN),
    ("starting up", "the server is starting or stopping", "Try again in a moment."),
    ("shutting down", "the server is starting or stopping", "Try again in a moment."),
    ("not yet accepting connections", "the server is starting or stopping", "Try again in a moment."),
    ("in recovery mode", "the server is starting or stopping", "Try again in a moment."),
    ("too many clients already", _REFUSED, "Try again in a moment."),
    ("too many connections for", _REFUSED, "Try again in a moment."),
    ("connection slots are reserved", _REFUSED, "Try again in a moment."),
    ("pg_hba.conf", _REFUSED, "Ask its owner for a line for you in its pg_hba.conf."),
    ("sslmode", _SECURED, _SSLMODES),
    ("SSL was required", _SECURED, _SSLMODES),
    ("SSL error", _SECURED, _SSLMODES),
    ("server certificate", _SECURED, _SSLMODES),
    ("invalid response to SSL negotiation", "what answers there is no Postgres server", "Is the address right?"),
    ("expected authentication request", "what answers there is no Postgres server", "Is the address right?"),
    ("does not exist", "the server has no such database or user", "Create it first: createdb NAME"),
    # One name may be that of several addresses: what one of them answered says more than that nobody is at another.
    ("FATAL:", _REFUSED, "Is the address right?"),
    ("timeout expired", "the server does not answer", "Is it running, and is the address right?"),
    ("Is the server running", "the server is not there", "Is it running, and is the address right?"),
    ("connection failed", "no connection can be made: {said}", "Is the address right?"),
    ("connection is bad", "no connection can be made: {said}", "Is the address right?"),
    ("failed to resolve host", "the server's name is not known", "Is the address right?"),
)


def in_words(error: Exception, place: str, *, writes: bool = False) -> Problem | None:
    """What an error of the database means for a person, or None if it is not one of those that people can act on.

    `writes` says that something may have been written where the error comes from.
    """
    original = getattr(error, "orig", None) or error
    if (code := _code(error)) == _NO_FOLDER or (code in _NO_ROOM and not writes):
        return _temporary(code)
    said = f"{type(original).__name__}: {original}"
    for words, meaning, advice in _MEANINGS:
        if words in said:
            return Problem(meaning.format(patience=PATIENCE, said=_answer(str(original))), place, advice)
    return None


_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
_NO_FOLDER = "SQLITE_IOERR_GETTEMPPATH"
_FOLDER = "Name another folder in the environment: SQLITE_TMPDIR=FOLDER"


def lacks_room(error: Exception) -> bool:
    """Whether SQLite found no room to write, or no folder for its temporary files: nothing that speaks against the record."""
    return _code(error) in (*_NO_ROOM, _NO_FOLDER)


def _code(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None) or error, "sqlite_errorname", ""))


def _temporary(code: str) -> Problem:
    """Who only reads writes nothing but what SQLite lays aside while it works."""
    from eventstore.sqlite_file import temporary_folder

    if code in _NO_ROOM:
        return Problem(
            "the folder for temporary files is full", temporary_folder(), f"Free some space there. {_FOLDER}"
        )
    return Problem("no folder for temporary files is there that may be written to", "", _FOLDER)


def _answer(said: str) -> str:
    """What the server said when it was asked for a connection, without what the driver says about that."""
    _, fatal, answer = said.partition("FATAL:")
    if not fatal:
        answer = re.sub(r"^(connection (failed|is bad): )?(connection to server .*? failed: )?", "", said)
    return (answer.strip().splitlines() or [""])[0]
