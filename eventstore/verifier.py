"""Verify a log of cis-record without cis-record: one file, standard library only, meant to be read before it is believed.

    python verifier.py CHECKPOINT                       what a checkpoint claims
    python verifier.py CHECKPOINT PROOF.json            an event is in that log, or one log is the beginning of another
    python verifier.py CHECKPOINT --log EXPORT.jsonl    a whole log (cis export jsonl): every hash, and the root

Ends with status 0 after "VERIFIED", or with 1 after "NOT VERIFIED" and the reason. Who made the checkpoint is only checked
with --key NAME+ID+BASE64, and only if the package cryptography can be imported: the standard library has no Ed25519.
"""

import argparse
import json
import sys
import uuid
from base64 import b64decode
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

Event = dict[str, Any]
WHEN = ("occurred", "occurred_from", "occurred_to", "recorded_at")
COLUMNS = ("position", "event_id", "kind", "version", *WHEN, "recorded_by", "data", "sources")
GENESIS = sha256(b"cis-record").hexdigest()  # stands for the hash before the first event
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "cis-record")


def need(condition: object, otherwise: str) -> None:
    """End with a reason unless the condition holds."""
    if not condition:
        sys.exit(f"NOT VERIFIED: {otherwise}")


def check_event(previous: str, event: Event) -> None:
    """The hash of an event is over the hash before it and its columns, one on a line (NULL: empty; empty: a NUL character)."""
    lines = [previous, *("" if event[name] is None else str(event[name]) or "\0" for name in COLUMNS)]
    found = sha256("\n".join(lines).encode()).hexdigest()
    need(found == event["hash"], f"position {event['position']!a}: altered, or the event before it was replaced")
    identity = uuid.uuid5(NAMESPACE, f"{event['kind']}\n{event['occurred']}\n{event['data']}")
    need(str(identity) == event["event_id"], f"position {event['position']}: its id is not that of what it says")


# The Merkle tree of RFC 9162 section 2.1. The left half of a tree has as many leaves as the greatest power of two below all.


def leaf(event: Event) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + bytes.fromhex(event["hash"])).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return sha256(b"\1" + left + right).digest()


def half_of(size: int) -> int:
    """The leaves of the left half."""
    return 1 << (size - 1).bit_length() - 1


def root_above(start: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a path leads from leaf number `index` (from 0) of `size`."""
    need((size > 1) == bool(path), "the path has the wrong length")
    if size == 1:
        return start
    *rest, other = path
    half = half_of(size)
    if index < half:
        return node(root_above(start, index, half, rest), other)
    return node(other, root_above(start, index - half, size - half, rest))


def roots_above(old: int, new: int, path: list[bytes], old_root: bytes | None) -> tuple[bytes, bytes]:
    """The roots over `old` and over `new` leaves that a path gives; it begins with the old root where that is not known."""
    if old == new:
        need(len(path) == (old_root is None), "the path has the wrong length")
        return (path[0], path[0]) if old_root is None else (old_root, old_root)
    need(path, "the path has the wrong length")
    *rest, other = path
    half = half_of(new)
    if old <= half:
        before, after = roots_above(old, half, rest, old_root)
        return before, node(after, other)
    before, after = roots_above(old - half, new - half, rest, None)
    return node(other, before), node(other, after)


class Checkpoint:
    """Origin, size and root of a log, and signatures (c2sp.org/tlog-checkpoint)."""

    def __init__(self, text: str) -> None:
        body, _, self.signatures = (text if "\n\n" in text else text.removesuffix("\n") + "\n\n").rpartition("\n\n")
        self.origin, size, root, *_ = body.split("\n")
        self.note, self.size, self.root = f"{body}\n", int(size), b64decode(root, validate=True)
        need(size == str(self.size) and 0 <= self.size < 2**62 and len(self.root) == 32, "this is no checkpoint")

    def __str__(self) -> str:
        return f"the log {self.origin!a} of {self.size} events with the root {self.root.hex()}"

    def same(self, other: "Checkpoint") -> bool:
        """Whether both claim the same."""
        return (self.origin, self.size, self.root) == (other.origin, other.size, other.root)

    def check_signature(self, key: str) -> None:
        """At least one signature is of this key (c2sp.org/signed-note), and every one that is, is good."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        name, _, encoded = key.split("+", 2)
        public = b64decode(encoded)  # its first byte says Ed25519
        own = sha256(name.encode() + b"\n" + public).digest()[:4]
        lines = [line.split(" ") for line in self.signatures.splitlines()]
        signed = [b64decode(line[2]) for line in lines if line[:2] == ["\N{EM DASH}", name]]
        need(any(raw[:4] == own for raw in signed), f"the checkpoint is not signed by {name!a}")
        for raw in signed:
            if raw[:4] == own:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], self.note.encode())


def check_proof(checkpoint: Checkpoint, proof: Event) -> str:
    """What a proof shows of the log of a checkpoint."""
    path = [bytes.fromhex(text) for text in proof["path"]]
    if proof["proof"] == "inclusion":
        need(Checkpoint(proof["checkpoint"]).same(checkpoint), "the proof is for another checkpoint")
        event: Event = proof["event"]
        check_event(proof["previous_hash"], event)
        need(1 <= event["position"] <= checkpoint.size, "the event is outside the log")
        found = root_above(leaf(event), event["position"] - 1, checkpoint.size, path)
        need(found == checkpoint.root, "the path does not lead from the event to the root")
        return (
            f"event {event['event_id']} ({event['kind']!a}, {event['occurred']!a}) is at position {event['position']}"
        )
    need(proof["proof"] == "consistency", "there is no such kind of proof")
    old, new = Checkpoint(proof["old"]), Checkpoint(proof["new"])
    need(checkpoint.same(old) or checkpoint.same(new), "the proof is for other checkpoints")
    need(old.origin == new.origin and 1 <= old.size <= new.size, "the proof is not for one log and its beginning")
    need(roots_above(old.size, new.size, path, old.root) == (old.root, new.root), "the new log begins otherwise")
    return f"{new} begins with its first {old.size} events as they were, with the root {old.root.hex()}"


def check_log(checkpoint: Checkpoint, lines: Iterable[str]) -> str:
    """Every hash of an exported log fits, and the root of its beginning is that of a checkpoint."""
    count, previous, root = 0, GENESIS, sha256().digest()
    subtrees: list[tuple[int, bytes]] = []  # size and root of those that are whole, from left to right
    for line in lines:
        event = json.loads(line, object_pairs_hook=unique)
        need(event["position"] == count + 1, f"position {count + 1} is missing: {event['position']!a} follows")
        check_event(previous, event)
        count, previous, size, top = count + 1, event["hash"], 1, leaf(event)
        while subtrees and subtrees[-1][0] == size:
            size, top = size * 2, node(subtrees.pop()[1], top)
        subtrees.append((size, top))
        if count == checkpoint.size:
            root = top
            for _, left in reversed(subtrees[:-1]):
                root = node(left, root)
    need(count >= checkpoint.size, f"positions {count + 1} to {checkpoint.size} are missing")
    need(root == checkpoint.root, f"the first {checkpoint.size} events have another root: {root.hex()}")
    return f"all {count} events are chained without a gap, and the first {checkpoint.size} are those of the checkpoint"


def unique(pairs: list[tuple[str, Any]]) -> Event:
    """An object without repeated keys: nobody shall read another value than this program."""
    need(len(dict(pairs)) == len(pairs), "a key is repeated")
    return dict(pairs)


def main() -> None:
    """Read what is given, and say what it shows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("proof", nargs="?")
    parser.add_argument("--log", metavar="EXPORT.jsonl")
    parser.add_argument("--key", metavar="NAME+ID+BASE64")
    given = parser.parse_args()
    try:
        with open(given.checkpoint, encoding="utf-8", newline="") as file:
            checkpoint = Checkpoint(file.read(2**20))
        shown = [f"the checkpoint is of {checkpoint}"]
        if given.key:
            checkpoint.check_signature(given.key)
            shown.append("it is signed with the key given")
        if given.proof:
            with open(given.proof, encoding="utf-8") as file:
                shown.append(check_proof(checkpoint, json.loads(file.read(2**24), object_pairs_hook=unique)))
        if given.log:
            with open(given.log, encoding="utf-8") as file:
                shown.append(check_log(checkpoint, file))
    except Exception as error:  # what is damaged fails in many ways, and none of them verifies anything
        sys.exit(f"NOT VERIFIED: {type(error).__name__} {str(error)[:200]!a}")
    print("\n".join(shown))
    print(
        "VERIFIED" if given.proof or given.log or given.key else "Nothing was verified: give a proof, a log or a key."
    )
    if not given.key:
        print("Not checked: who made the checkpoint (--key).")


if __name__ == "__main__":
    main()
