"""The SQLite file that the page reads: the record itself, or a copy where it cannot be read for hours as it is.

The file of a record is read while others append to it. In a read-only folder SQLite cannot look out for them, and Datasette
reads SQLite only: so of a file there, and of a Postgres database, a copy is made at the start, in a folder that goes when the
page ends. It holds the same log with the same hash.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.output import Begin
from eventstore.database import Database
from eventstore.errors import DatabaseError, Problem
from eventstore.sqlite_file import at_rest


@contextmanager
def readable(url: str, begin: Begin) -> Iterator[tuple[str, str]]:
    """The address of the file, and what to say of it on every page: empty where it is the record itself.

    Raises `DatabaseError` where there is no record, or no room for a copy.
    """
    record = Database(url)
    with record.record():  # there is one, of this release
        pass
    if record.file is not None and at_rest(record.file) is None:
        yield url, ""
        return
    with _aside() as folder:
        copy = Path(folder) / "record.db"
        try:
            why = _copy_file(record.file, copy) if record.file is not None else _copy_log(record, copy, begin)
        except OSError as error:
            raise DatabaseError(Problem(f"no copy can be made: {error.strerror}", folder)) from error
        yield f"sqlite:///{copy}", f"{why} It reaches to {_reach(copy)}; to see what came later, start it again."


def _aside() -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix="cis-")
    except OSError as error:
        advice = "Name another folder for temporary files in the environment: TMPDIR=FOLDER"
        raise DatabaseError(Problem(f"no copy can be made: {error.strerror}", error.filename or "", advice)) from error


def _copy_file(file: Path, copy: Path) -> str:
    rest = at_rest(file)
    shutil.copyfile(file, copy)
    if at_rest(file) != rest:
        raise DatabaseError(Problem("the file was changed while it was copied", str(file), "Start the page again."))
    return f"The folder of {file} is read-only, so this page shows a copy."


def _copy_log(record: Database, copy: Path, begin: Begin) -> str:
    import migrations
    from eventstore.preparing import prepare_file
    from eventstore.reading import head
    from eventstore.transfer import export, import_lines
    from projections.runner import rebuild

    written = Database(f"sqlite:///{copy}", write=True)
    prepare_file(written)
    with record.record() as log, written.transaction() as connection:
        migrations.upgrade(connection)
        if events := head(log).position:
            import_lines(connection, export(log), str(record.place))
        rebuild(connection, begin(events))
    return f"This page shows a copy of {record.place}."


def _reach(copy: Path) -> str:
    from eventstore.reading import head
    from projections.question import added_on

    with Database(f"sqlite:///{copy}").record() as connection:
        position = head(connection).position
        return f"position {position}, of {added_on(connection, position)}" if position else "an empty log"
