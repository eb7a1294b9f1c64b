"""Files that a person names, of which `-` is standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from eventstore.errors import Problem, Refused


def name_of(path: str) -> str:
    """What to call a file in what is said about it."""
    return "standard input" if path == "-" else path


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """A file to be read; raises `Refused` where it cannot be."""
    try:
        with nullcontext(sys.stdin.buffer) if path == "-" else _open(path) as file:
            yield file
    except OSError as error:
        raise Refused(Problem(f"the file cannot be read: {error.strerror}", name_of(path))) from error


def read_whole(path: str, most: int, too_long: str = "", advice: str = "") -> tuple[bytes, str]:
    """The bytes of a file, at most so many, and what to call it.

    Raises `Refused` where it cannot be read, or is longer: what never ends is not waited for.
    """
    name = name_of(path)
    with opened(path) as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise Refused(Problem(too_long or f"the file is larger than {most >> 20} MB", name, advice))
    return raw, name


def as_text(raw: bytes, name: str, advice: str) -> str:
    """The text of a file in UTF-8, without the mark that some programs put before it.

    Raises `Refused`, with the line, where it is not in UTF-8; `name` is what to call the file, `advice` what to do then.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Refused(Problem("this is not UTF-8 text", f"{name}:{line}", advice)) from error


def _open(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except ValueError as error:  # no file can have such a name
        raise Refused(Problem(f"the file cannot be read: {error}", path)) from error
