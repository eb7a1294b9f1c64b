"""The SQLite file that the page reads: the record itself where that is one which can be read as it is, else a copy.

A copy is made once, when the page is started, in a folder that goes when the page ends. It holds the same log with the same hash.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.output import Begin
from eventstore.database import Database
from eventstore.errors import DatabaseError, Problem


@contextmanager
def readable(url: str, begin: Begin) -> Iterator[tuple[str, str]]:
    """The address of the file, and what to say of it on every page: empty where it is the record itself.

    Raises `DatabaseError` where there is no record, or no room for a copy.
    """
    record = Database(url)
    if record.file is not None and not _closed(record.file):
        with record.record():  # it is one, and of this release
            yield url, ""
        return
    with TemporaryDirectory(prefix="cis-") as folder:
        copy = Path(folder) / "record.db"
        try:
            why = _copy_file(record.file, copy) if record.file is not None else _copy_log(record, copy, begin)
        except OSError as error:
            raise DatabaseError(Problem(f"no copy can be made: {error.strerror}", folder)) from error
        address = f"sqlite:///{copy}"
        with Database(address).record() as connection:
            from projections.question import added_on, basis

            position = basis(connection, "").known_at
            reach = f"position {position}, of {added_on(connection, position)}" if position else "an empty log"
        yield address, f"{why} It reaches to {reach}; to see what came later, start it again."


def _closed(file: Path) -> bool:
    """Whether a file stands where nobody may write and no writer is at work: SQLite cannot share such a file with a writer."""
    return file.exists() and not os.access(file.parent, os.W_OK) and not Path(f"{file}-wal").exists()


def _copy_file(file: Path, copy: Path) -> str:
    shutil.copyfile(file, copy)
    return f"The folder of {file} may not be written to, so this page shows a copy."


def _copy_log(record: Database, copy: Path, begin: Begin) -> str:
    import migrations
    from eventstore.preparing import prepare_file
    from eventstore.reading import head
    from eventstore.transfer import export, import_lines
    from projections.runner import catch_up

    written = Database(f"sqlite:///{copy}", write=True)
    prepare_file(written)
    with record.record() as log, written.transaction() as connection:
        migrations.upgrade(connection)
        if events := head(log).position:
            import_lines(connection, export(log), str(record.place))
        catch_up(connection, begin(events))
    return f"This page shows a copy of {record.place}."
