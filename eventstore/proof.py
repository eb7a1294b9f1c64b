"""Proofs as small JSON documents: that an event is in a log, and that one log is the beginning of another.

Each carries its checkpoints and all that a stranger needs to recompute every hash, so it can be checked without the log, with
this program (`cis verify --proof`) or with `verifier.py`, which shares no code with it.
"""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from eventstore import merkle
from eventstore.checkpoint import LARGEST_SIZE, Checkpoint, check_log, of_log, parse, read_text
from eventstore.errors import Problem, Refused
from eventstore.integrity import GENESIS, chained, event_id
from eventstore.reading import hash_at
from eventstore.stored import Stored

LONGEST = 8 * 2**20  # bytes of a proof: an event can be long

Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Path = Annotated[list[Hash], Meta(max_length=64)]

_INCLUSION = (
    "The event is at its position in the log of the checkpoint. Its hash is SHA-256 over lines joined by line feeds:"
    " previous_hash, then its columns from position to sources. The path leads from that hash to the checkpoint's root, as in"
    " RFC 9162 section 2.1.3 (leaf_index = position - 1)."
)
_CONSISTENCY = (
    "The log of the checkpoint `new` begins with the log of the checkpoint `old`, unchanged. The path shows it, as in RFC 9162"
    " section 2.1.4."
)


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event with every column of the log."""

    position: Annotated[int, Meta(ge=1, le=LARGEST_SIZE)]
    event_id: str
    kind: str
    version: int
    occurred: str
    occurred_from: str | None
    occurred_to: str | None
    recorded_at: str
    recorded_by: str
    data: str
    sources: str
    hash: Hash


class Inclusion(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="proof", tag="inclusion"
):
    """The proof that an event is in the log of a checkpoint; `says` is for people."""

    says: str = _INCLUSION
    checkpoint: str
    event: Envelope
    previous_hash: Hash
    path: Path


class Consistency(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="proof", tag="consistency"
):
    """The proof that the log of one checkpoint is the beginning of that of another; `says` is for people."""

    says: str = _CONSISTENCY
    old: str
    new: str
    path: Path


Proof = Inclusion | Consistency


class Proven(NamedTuple):
    """What a good proof shows, in a sentence, and the newest checkpoint that it rests on."""

    sentence: str
    checkpoint: Checkpoint


def inclusion(connection: Connection, stored: Stored, checkpoint: Checkpoint | None = None) -> Inclusion:
    """The proof that an event is in the log of a checkpoint (default: one of the log as it stands).

    Raises `Refused` if the checkpoint is not of this log, or is older than the event.
    """
    checkpoint = checkpoint or of_log(connection)
    check_log(connection, checkpoint)
    if stored.position > checkpoint.size:
        what = f"the event is at position {stored.position}; the checkpoint is of {checkpoint.size} events"
        raise Refused(Problem(what, "", "Prove it with a newer checkpoint."))
    path = merkle.inclusion(connection, stored.position, checkpoint.size)
    previous = hash_at(connection, stored.position - 1) or GENESIS
    return Inclusion(
        checkpoint=str(checkpoint), event=Envelope(*stored), previous_hash=previous, path=[node.hex() for node in path]
    )


def consistency(connection: Connection, old: Checkpoint, new: Checkpoint | None = None) -> Consistency:
    """The proof that the log went on from an old checkpoint to a new one (default: one of the log as it stands).

    Raises `Refused` if one of them is not of this log, or the old one is the longer or of no event.
    """
    new = new or of_log(connection, old.origin)
    for checkpoint in (old, new):
        check_log(connection, checkpoint)
    path = merkle.consistency(connection, old.size, new.size)
    return Consistency(old=str(old), new=str(new), path=[node.hex() for node in path])


def write(proof: Proof) -> str:
    """The text of a proof."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2).decode() + "\n"


def read(path: str) -> Proof:
    """The proof in a file (`-`: standard input); raises `Refused` if it is none."""
    return read_proof(*read_text(path, "a proof", LONGEST))


def read_proof(text: str, where: str = "proof") -> Proof:
    """Read the text of a proof, which is not believed yet (see `check`); raises `Refused` if it is none."""
    try:
        return msgspec.json.decode(text, type=Inclusion | Consistency)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise Refused(Problem(f"this is not a proof: {error}", where, "cis proof writes one.")) from error


def check(proof: Proof, held: Checkpoint | None = None, where: str = "proof") -> Proven:
    """What a proof shows; raises `Refused`, saying why, if it shows nothing.

    A proof brings its own checkpoint, which anybody can make up. `held`, one that was kept or had from elsewhere, must be the
    one in the proof, or one of the two.
    """
    proven, claimed = (
        _check_inclusion(proof, where) if isinstance(proof, Inclusion) else _check_consistency(proof, where)
    )
    if held is not None and held[:3] not in [checkpoint[:3] for checkpoint in claimed]:
        told = " and ".join(_named(checkpoint) for checkpoint in claimed)
        what = f"the proof is about {told}; the checkpoint held is {_named(held)}"
        raise Refused(
            Problem(what, where, "Ask for a proof with the checkpoint that is held: cis proof --checkpoint FILE.")
        )
    return proven


def _named(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin} of {checkpoint.size} events (root {checkpoint.root.hex()[:12]}...)"


def _check_inclusion(proof: Inclusion, where: str) -> tuple[Proven, list[Checkpoint]]:
    checkpoint = parse(proof.checkpoint, f"{where}: checkpoint")
    event = Stored(*msgspec.structs.astuple(proof.event))
    if chained(proof.previous_hash, event[:-1]) != event.hash:
        raise Refused(Problem("the event is not as it was recorded: its hash does not fit", where))
    if event_id(event.kind, event.occurred, event.data) != event.event_id:
        raise Refused(Problem("the event's id is not that of its kind, date and data", where))
    entry, path = bytes.fromhex(event.hash), [bytes.fromhex(node) for node in proof.path]
    if not merkle.check_inclusion(entry, event.position, checkpoint.size, path, checkpoint.root):
        raise Refused(Problem("the path does not lead from the event to the root of the checkpoint", where))
    sentence = (
        f"event {event.event_id} ({event.kind}, {event.occurred}) is at position {event.position}"
        f" of the log {checkpoint.origin} of {checkpoint.size} events"
    )
    return Proven(sentence, checkpoint), [checkpoint]


def _check_consistency(proof: Consistency, where: str) -> tuple[Proven, list[Checkpoint]]:
    old, new = parse(proof.old, f"{where}: old"), parse(proof.new, f"{where}: new")
    if old.origin != new.origin:
        raise Refused(Problem(f"these are checkpoints of two logs, {old.origin} and {new.origin}", where))
    path = [bytes.fromhex(node) for node in proof.path]
    if not merkle.check_consistency(old.size, new.size, path, old.root, new.root):
        raise Refused(Problem("the path does not show that the new log begins with the old one", where))
    sentence = f"the log {new.origin} of {new.size} events begins with its first {old.size}, as they were"
    return Proven(sentence, new), [old, new]
