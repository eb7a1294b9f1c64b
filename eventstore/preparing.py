"""What must be so before a database becomes a record, or all of its views are folded anew: it is ours, and it is our turn."""

import sqlite3
from time import monotonic, sleep
from typing import Literal

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from eventstore.database import PATIENCE, Database, check_release, in_words
from eventstore.errors import DatabaseError, Problem
from eventstore.tables import log_head

State = Literal["empty", "older", "present"]
_LOCK = 0x636973  # "cis": a number that all who prepare a record agree on


def prepare_file(database: Database) -> None:
    """Set a SQLite file to write-ahead logging, in which readers and the writer do not wait for each other; it stays so.

    Creates the file if need be, and leaves alone one that holds something else. On Postgres there is nothing to do.
    """
    if database.file is None:
        return
    if database.is_there():
        with Database(database.url).transaction() as connection:
            state_of(connection, str(database.place))
    deadline = monotonic() + PATIENCE
    while True:
        try:
            with database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA journal_mode=WAL")
        except (sqlite3.Error, SQLAlchemyError) as error:
            # Unlike a transaction, the change of mode does not wait for its turn by itself.
            if "locked" in str(error) and monotonic() < deadline:
                sleep(0.05)
                continue
            if (problem := in_words(error, str(database.place), writes=True)) is None:
                raise
            raise DatabaseError(problem) from error
        return


def take_turn(connection: Connection) -> None:
    """Wait until nobody else prepares this database; the turn ends with the transaction.

    On SQLite the writing transaction itself is the turn.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def hold_log(connection: Connection) -> None:
    """Take the appenders' turn: nothing is appended until the transaction ends, so what is folded is the whole log."""
    connection.execute(select(log_head.c.position).with_for_update()).one()


def state_of(connection: Connection, place: str) -> State:
    """Whether a database is empty, holds a record of an older release, or one of this release.

    Raises `DatabaseError` for a database that holds something else, or a record of a newer release.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return "empty"
    if not {"alembic_version", "event", "log_head"} <= tables:
        shown = ", ".join(sorted(tables)[:3])
        raise DatabaseError(
            Problem(f"this database holds something else ({shown})", place, "Give the record a database of its own.")
        )
    try:
        check_release(connection, place)
    except DatabaseError as error:
        if "older release" in error.problems[0].what:
            return "older"
        raise
    return "present"
