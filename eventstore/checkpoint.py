"""Checkpoints: the size and the Merkle root of a log in a few lines that anybody can keep, print or sign.

The text is that of C2SP (c2sp.org/tlog-checkpoint, a note of c2sp.org/signed-note): the origin, the number of events, the root
in base64, an empty line, and a line for each signature (see `signing`). Other programs of that world read what is written here.
"""

import binascii
import re
from base64 import b64decode, b64encode
from typing import NamedTuple

from sqlalchemy import Connection

from eventstore import merkle
from eventstore.errors import Misuse, Problem, Refused
from eventstore.files import read_whole
from eventstore.reading import hash_at, head

LARGEST_SIZE = 2**62  # events in a log
MOST_SIGNATURES = 64
LONGEST = 2**19  # bytes of a file: signatures of other kinds can be of several thousand, and there must be room for 16
NAME = re.compile(r"[^\s+]{1,200}")  # of a log or a key
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ADVICE = "cis checkpoint writes one: origin, size, root in base64, an empty line, and signatures if there are any."


class Signature(NamedTuple):
    """A line of a signature: who signed, the id of the key, and the signature itself."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"\N{EM DASH} {self.name} {b64encode(self.key_id + self.signature).decode()}\n"


class Checkpoint(NamedTuple):
    """The first `size` events of the log called `origin` have the Merkle root `root`; `more` are lines of other programs."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()

    @property
    def note(self) -> str:
        """The lines that a signature is over."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.more)
        return "".join(f"{line}\n" for line in lines)

    def __str__(self) -> str:
        return f"{self.note}\n{''.join(map(str, self.signatures))}"


def read_text(path: str, what: str = "a checkpoint", longest: int = LONGEST) -> tuple[str, str]:
    """The text of a small file (`-`: standard input), and what to call it; raises `Refused` if it is none."""
    raw, name = read_whole(path, longest, f"the file is too long to be {what}")
    try:
        return raw.decode(), name
    except UnicodeDecodeError as error:
        raise Refused(Problem(f"this is not UTF-8 text, so it is not {what}", name)) from error


def read(path: str) -> Checkpoint:
    """The checkpoint in a file (`-`: standard input); raises `Refused` if it is none."""
    return parse(*read_text(path))


def parse(text: str, where: str = "checkpoint") -> Checkpoint:
    """Read the text of a checkpoint, signed or not; raises `Refused` with the line that is wrong.

    What a signature is worth is not asked here (see `signing.check_signature`).
    """
    body, _, after = (text if "\n\n" in text else text.removesuffix("\n") + "\n\n").rpartition("\n\n")
    lines = body.split("\n")
    if (problem := _unreadable(text) or _fault(lines)) is not None:
        raise _no_checkpoint(where, *problem)
    signatures = list[Signature]()
    for number, line in enumerate(after.split("\n")[:-1], start=len(lines) + 2):
        if (signature := _signature(line)) is None:
            raise _no_checkpoint(where, number, f"{line[:60]!r} is not a signature")
        if len(signatures) == MOST_SIGNATURES:
            raise _no_checkpoint(where, number, "there are too many signatures")
        signatures.append(signature)
    if after and not after.endswith("\n"):
        raise _no_checkpoint(where, text.count("\n") + 1, "its last line is cut off")
    origin, size, root, *more = lines
    return Checkpoint(origin, int(size), b64decode(root), tuple(more), tuple(signatures))


def _no_checkpoint(where: str, line: int, what: str) -> Refused:
    return Refused(Problem(f"this is not a checkpoint: {what}", f"{where}:{line}", _ADVICE))


def _unreadable(text: str) -> tuple[int, str] | None:
    """The line of a text that no note can have, and why."""
    if len(text) > LONGEST:
        return 1, "it is too long"
    if (found := _CONTROL.search(text)) is not None:
        return text.count("\n", 0, found.start()) + 1, f"it holds the control character U+{ord(found[0]):04X}"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text.count("\n", 0, error.start) + 1, "it holds half of a character"
    return None


def _fault(lines: list[str]) -> tuple[int, str] | None:
    if len(lines) < 3 or not all(lines):
        return 1, "it does not begin with three lines (origin, size, root) and then an empty one"
    if _SIZE.fullmatch(lines[1]) is None or int(lines[1]) > LARGEST_SIZE:
        return 2, f"{lines[1][:60]!r} is not a number of events"
    if len(decoded(lines[2]) or b"") != 32:
        return 3, f"{lines[2][:60]!r} is not a root, 32 bytes in base64"
    return None


def _signature(line: str) -> Signature | None:
    parts = line.split(" ")
    raw = decoded(parts[2]) if len(parts) == 3 else None
    if raw is None or len(raw) < 5 or parts[0] != "\N{EM DASH}" or NAME.fullmatch(parts[1]) is None:
        return None
    return Signature(parts[1], raw[:4], raw[4:])


def decoded(text: str) -> bytes | None:
    """The bytes of base64 text in its one proper form (RFC 4648 section 4), or None."""
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return raw if b64encode(raw).decode() == text else None


def of_log(connection: Connection, origin: str | None = None) -> Checkpoint:
    """The checkpoint of the log as it stands, not signed.

    `origin` is what the log is called; the default is a name that only this log and its copies have. Raises `Misuse` for what
    cannot be a name.
    """
    if origin is not None:
        check_name(origin)
    size = head(connection).position
    return Checkpoint(origin or _own_name(connection), size, merkle.root(connection, size))


def check_name(name: str) -> None:
    """Raise `Misuse` unless a log or a key can have this name."""
    if NAME.fullmatch(name) is None or not name.isprintable():
        advice = "An origin has no blanks and no plus, such as example.org/cis."
        raise Misuse(Problem("this cannot be the name of a log", f"--origin {name[:100]!r}", advice))


def _own_name(connection: Connection) -> str:
    return f"cis-record/{(hash_at(connection, 1) or 'empty')[:16]}"


def check_log(connection: Connection, checkpoint: Checkpoint, where: str = "") -> None:
    """Raise `Refused` unless the log goes on from a checkpoint, as far as its tiles tell (`audit` recomputes them)."""
    size = head(connection).position
    if checkpoint.size > size:
        what = f"the checkpoint is of {checkpoint.size} events, but the log has {size}: the others are missing"
        raise Refused(Problem(what, where, "Is it a checkpoint of this log?"))
    if merkle.root(connection, checkpoint.size) != checkpoint.root:
        what = f"the checkpoint is not of this log: its first {checkpoint.size} events have another root"
        raise Refused(Problem(what, where, "Is it a checkpoint of this log? If so: cis verify --checkpoint FILE."))
