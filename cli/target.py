"""Where a command writes a file or a folder for other programs: beside it first, and in its place when all of it is there."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn


def refuse_record(output: str | None, database: str) -> None:
    """Raise `Refused` for the record itself: not even --force writes over that."""
    from eventstore.database import Database
    from eventstore.errors import Problem, Refused

    file = Database(database).file
    if output is not None and file is not None and file.exists() and os.path.realpath(output) == os.path.realpath(file):
        raise Refused(Problem("this is the record itself", output, "Name another file."))


@contextmanager
def target(output: str | None, force: bool | None = None, *, folder: bool = False) -> Iterator[Path | None]:
    """A place beside the target, which takes the target's place when all of it is written; None: standard output.

    It goes also where the program is asked to end before that. Raises `Refused` where something is there that must stay (without
    `force`, anything; None: there is no such option), and where it cannot be written.
    """
    from tempfile import mkdtemp

    from eventstore.errors import Problem, Refused

    if output is None:
        yield None
        return
    path = Path(output)
    try:
        _refuse(path, force, folder)
        with _ending_in_order():
            staging = Path(mkdtemp(prefix=f".{path.name[:40]}-", dir=path.parent))
            try:
                place = staging / ("folder" if folder else "file")
                if folder:
                    place.mkdir()
                yield place
                if folder:
                    path.mkdir(exist_ok=True)
                    for file in sorted(place.iterdir()):
                        os.replace(file, path / file.name)
                else:
                    os.replace(place, path)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise Refused(Problem(f"it cannot be written: {error.strerror or error}", output)) from error


_ENDING = ("SIGTERM", "SIGHUP")  # somebody ends the program, or closes its terminal


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let what ends the program at once end it by way of the `finally`s, with the status that shells give for it."""

    def end(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    # What somebody else answers already is not ours.
    usual = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in usual:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)


def _refuse(path: Path, force: bool | None, folder: bool) -> None:
    from eventstore.errors import Problem, Refused

    if not path.name or path.name == "..":
        raise Refused(Problem(f"this names no {'folder' if folder else 'file'}", str(path)))
    if not path.parent.is_dir():
        raise Refused(Problem(f"there is no folder {str(path.parent)!r} to write into", str(path)))
    if not os.path.lexists(path) or (folder and path.is_dir() and not any(path.iterdir())):
        return
    if not (path.is_dir() if folder else path.is_file()):
        what = "a file is there, and a folder is to be written" if folder else "what is there is no ordinary file"
        raise Refused(Problem(what, str(path), "Name another place."))
    if not force:
        what = "the folder exists and is not empty" if folder else "the file exists"
        other = "take the old one away" if force is None else "write over it with --force"
        raise Refused(Problem(what, str(path), f"Name a new one, or {other}."))
