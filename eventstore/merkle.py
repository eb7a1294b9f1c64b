"""The Merkle tree over the log (RFC 9162 section 2.1), so that a stranger can be shown one event, or that nothing was changed.

Leaf n - 1 is the hash of the event at position n, 32 bytes; that hash covers the event's whole envelope and the hash before
it. Hashes of leaves begin with 0x00 and those of nodes with 0x01, so that no node can be passed off as an event. A subtree
without a neighbour is promoted as it is, never doubled.

Table `merkle_tile` keeps the root of every complete subtree of 256, 65,536 ... leaves (the tiles of C2SP tlog-tiles): one row
for 256 events. With it a proof reads at most two ranges of 256 hashes at each of its few levels, however long the log is.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256

from sqlalchemy import Connection

from eventstore.driver import ask, put
from eventstore.errors import DatabaseError, Problem, Refused
from eventstore.tables import merkle_tile

TILE = 256  # hashes in a tile
_BITS = 8  # levels of the tree that one level of tiles spans

Hashes = Callable[[int, int, int], Sequence[bytes]]
"""(level, first, last): the roots of the complete subtrees number `first` to `last` - 1 of 256^level leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return sha256(b"\1" + left + right).digest()


EMPTY = sha256(b"").digest()  # the root of a tree without leaves


class Frontier:
    """A tree that grows leaf by leaf, in the memory of one hash for each level: its complete subtrees from left to right."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees = list[bytes]()  # one for each bit that is set in `size`, the greatest first

    def add(self, leaf: bytes) -> Iterator[tuple[int, bytes]]:
        """Add the hash of a leaf; gives (height, root) of each subtree that it completes, from the lowest, itself first."""
        height, root = 0, leaf
        yield height, root
        while self.size >> height & 1:
            height, root = height + 1, node_hash(self._subtrees.pop(), root)
            yield height, root
        self._subtrees.append(root)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self._subtrees:
            return EMPTY
        *others, root = self._subtrees
        for left in reversed(others):
            root = node_hash(left, root)
        return root


class Tree:
    """A tree of `size` leaves of which `hashes` gives whole ranges; each range is asked for once."""

    def __init__(self, size: int, hashes: Hashes) -> None:
        self.size = size
        self._hashes = hashes
        self._read = dict[tuple[int, int], Sequence[bytes]]()

    def root(self) -> bytes:
        """The root."""
        return self._subtree(0, self.size) if self.size else EMPTY

    def inclusion(self, leaf: int) -> list[bytes]:
        """The path from a leaf (counted from 0) to the root, the leaf's neighbour first (RFC 9162 section 2.1.3.1)."""
        path = list[bytes]()
        first, last = 0, self.size
        while last - first > 1:
            middle = first + _left(last - first)
            if leaf < middle:
                path.append(self._subtree(middle, last))
                last = middle
            else:
                path.append(self._subtree(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """The nodes that show that the tree of the first `old` leaves is this one's beginning (RFC 9162 section 2.1.4.1)."""
        path = list[bytes]()
        first, last = 0, self.size
        while last != old:
            middle = first + _left(last - first)
            if old <= middle:
                path.append(self._subtree(middle, last))
                last = middle
            else:
                path.append(self._subtree(first, middle))
                first = middle
        if first > 0:  # else the last node is the old root itself, which the verifier has
            path.append(self._subtree(first, last))
        return path[::-1]

    def _subtree(self, first: int, last: int) -> bytes:
        width = last - first
        height = width.bit_length() - 1
        if width == 1 << height and height % _BITS == 0:
            return self._hash(height // _BITS, first >> height)
        middle = first + _left(width)
        return node_hash(self._subtree(first, middle), self._subtree(middle, last))

    def _hash(self, level: int, number: int) -> bytes:
        tile, place = divmod(number, TILE)
        if (level, tile) not in self._read:
            complete = self.size >> _BITS * level
            self._read[level, tile] = self._hashes(level, tile * TILE, min((tile + 1) * TILE, complete))
        return self._read[level, tile][place]


def _left(width: int) -> int:
    """The leaves in the left half of a tree: the greatest power of two that leaves something for the right."""
    return 1 << (width - 1).bit_length() - 1


def root(connection: Connection, size: int) -> bytes:
    """The root of the tree over the first `size` events, which the log must have."""
    return _tree(connection, size).root()


def inclusion(connection: Connection, position: int, size: int) -> list[bytes]:
    """The path from the event at `position` to the root over the first `size` events.

    Raises `Refused` if the event is not among them.
    """
    if not 1 <= position <= size:
        raise Refused(Problem(f"position {position} is not among the first {size} events"))
    return _tree(connection, size).inclusion(position - 1)


def consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """The nodes that show that the first `old` events are the beginning of the first `new` ones.

    Raises `Refused` unless 1 <= old <= new.
    """
    if not 1 <= old <= new:
        raise Refused(Problem(f"a log of {new} events cannot be shown to go on from one of {old}"))
    return _tree(connection, new).consistency(old)


def grow(connection: Connection, before: int, leaves: Sequence[bytes]) -> None:
    """Keep the root of every tile that new events complete.

    `before` is the number of events before them, `leaves` are the hashes of their leaves. Where no tile is completed nothing is
    read or written.
    """
    level, added = 0, leaves
    while (before + len(added)) // TILE > before // TILE:
        first = before // TILE
        whole = [*_stored(connection, level, first * TILE, before), *added]
        added = [_top(whole[start : start + TILE]) for start in range(0, len(whole) - TILE + 1, TILE)]
        level, before = level + 1, first
        put(connection, merkle_tile, [(level, before + i, made.hex()) for i, made in enumerate(added)])


def _top(hashes: Sequence[bytes]) -> bytes:
    """The root over a whole tile."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def _tree(connection: Connection, size: int) -> Tree:
    return Tree(size, partial(_stored, connection))


def _stored(connection: Connection, level: int, first: int, last: int) -> list[bytes]:
    """The roots number `first` to `last` - 1 of a level; of level 0 those of the events themselves."""
    if level == 0:
        where = f"event, positions {first + 1} to {last}"
        sql = "SELECT hash FROM event WHERE position > ? AND position <= ? ORDER BY position"
        read = ask(connection, sql, (first, last))
    else:
        where = f"merkle_tile, level {level}, tiles {first} to {last - 1}"
        sql = "SELECT hash FROM merkle_tile WHERE level = ? AND tile >= ? AND tile < ? ORDER BY tile"
        read = ask(connection, sql, (level, first, last))
    try:
        found = [bytes.fromhex(text) for (text,) in read]
    except (ValueError, TypeError) as error:
        raise DatabaseError(Problem("a hash is damaged", where, "Run: cis verify")) from error
    if len(found) != last - first:
        raise DatabaseError(Problem("hashes are missing", where, "Run: cis verify"))
    return [leaf_hash(entry) for entry in found] if level == 0 else found


def check_inclusion(event_hash: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path shows that an event is at `position` of the log of `size` events with this root (RFC 9162 2.1.3.2)."""
    if not 1 <= position <= size:
        return False
    node, last, found = position - 1, size - 1, leaf_hash(event_hash)
    for neighbour in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(neighbour, found)
            while not node & 1 and node:  # promoted without a neighbour
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, neighbour)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether a path shows that the log of `old` events is the beginning of that of `new` events (RFC 9162 2.1.4.2).

    A log of no events is the beginning of every log, which needs no path and proves nothing: False.
    """
    if not 1 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    nodes = [old_root, *path] if old & old - 1 == 0 else list(path)
    if not nodes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    found_old = found_new = nodes[0]
    for neighbour in nodes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            found_old, found_new = node_hash(neighbour, found_old), node_hash(neighbour, found_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found_new = node_hash(found_new, neighbour)
        node, last = node >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root
