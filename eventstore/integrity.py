"""Identity and proof: the id that a fact has everywhere, and the chain of hashes that shows any change to the log."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha1, sha256
from typing import NamedTuple

GENESIS = sha256(b"cis-record").hexdigest()  # what the first event's hash is chained to
NAMESPACE = "48bb60c9-540d-5c26-be33-969b9c6fc7d5"  # uuid5(NAMESPACE_DNS, "cis-record")
_NAMESPACE_HASHED = sha1(bytes.fromhex(NAMESPACE.replace("-", "")), usedforsecurity=False)
# The digit of the variant, whose first two bits are 1 and 0 (RFC 9562 section 4.1), for each digit of a hash.
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def event_id(kind: str, occurred: str, data: str) -> str:
    """The UUIDv5 (RFC 9562 section 5.5) of what is said to have happened: its kind, its date as written and its data.

    Who says so and who recorded it are left out, so the same fact has the same id in every copy of the record.
    """
    hashed = _NAMESPACE_HASHED.copy()
    hashed.update(f"{kind}\n{occurred}\n{data}".encode())
    digest = hashed.hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def chained(previous: str, envelope: Sequence[object]) -> str:
    """The hash of an event: SHA-256 over the hash before it and its columns, position to sources, one on each line.

    No column can hold a line break (JSON escapes them), so no two envelopes give the same lines. NULL is an empty line;
    an empty text, which the log never writes, is told apart from it.
    """
    lines = [previous, *["" if column is None else str(column) or "\0" for column in envelope]]
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


class Verdict(NamedTuple):
    """Whether the log is as it was written: how many events were read, the last hash, and what is wrong."""

    events: int
    hash: str
    problems: list[str]


class Chain:
    """The chain of hashes, recomputed event by event: what was read so far, and what does not fit."""

    def __init__(self) -> None:
        self.events = 0
        self.hash = GENESIS  # of the last event read, as stored
        self.expected = 1  # the next position

    def add(self, row: Sequence[object]) -> str | None:
        """Go on by one row, the columns of `event` in their order; gives what is wrong with it."""
        position, stored, problem = row[0], row[-1], None
        if position != self.expected:
            problem = f"position {self.expected}: missing (the next event found is position {position})"
        elif chained(self.hash, row[:-1]) != stored:
            problem = f"position {position}: altered, or the event before it was replaced (its hash does not fit)"
        self.events += 1
        self.expected = int(str(position)) + 1
        self.hash = str(stored)
        return problem

    def end(self, head: Sequence[object] | None) -> Iterator[str]:
        """Compare the end of the log with (position, hash) of `log_head`; gives what is wrong."""
        last = self.expected - 1
        if head is None:
            yield "log_head is empty: the newest event cannot be confirmed"
        elif head[0] != last:
            first = min(last, head[0]) + 1 if isinstance(head[0], int) else last
            yield (
                f"position {first}: log_head says that position {head[0]} is the newest,"
                f" but the newest event found is position {last}"
            )
        elif head[1] != self.hash:
            yield f"position {last}: its hash is {self.hash[:12]}..., but log_head has {str(head[1])[:12]!r}..."


def verify(rows: Iterable[Sequence[object]], head: Sequence[object] | None, most_problems: int = 20) -> Verdict:
    """Read the whole log in its order, recompute every hash, and compare with what is stored and with the head.

    `rows` are the columns of `event` in their order; `head` is (position, hash) of `log_head`.
    """
    chain, problems = Chain(), list[str]()
    for row in rows:
        problem = chain.add(row)
        if problem is not None and len(problems) < most_problems:
            problems.append(problem)
    return Verdict(chain.events, chain.hash, [*problems, *chain.end(head)])
