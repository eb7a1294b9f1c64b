"""The Merkle tree: equal to the RFC's own definitions at every size, kept while the log grows, and never to be changed."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from histories import NOW, RECORD, append, fact
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

import migrations
from eventstore import merkle
from eventstore.errors import RecordError
from eventstore.integrity import chained
from eventstore.log import write_rows
from eventstore.reading import ask, head
from eventstore.stored import Stored
from eventstore.subjects import About

# --- The definitions of RFC 9162 section 2.1, as they stand there: `entries` is D[n] -----------------------------------


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries: Sequence[bytes]) -> bytes:
    n = len(entries)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(n)
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: Sequence[bytes], known: bool) -> list[bytes]:
    n = len(entries)
    if m == n:
        return [] if known else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


# --- Trees without a database ---------------------------------------------------------------------------------------


def entries_of(n: int) -> list[bytes]:
    return [sha256(str(i).encode()).digest() for i in range(n)]


def tree_of(entries: Sequence[bytes]) -> merkle.Tree:
    """A tree whose tiles are those that its frontier completed on the way."""
    frontier, levels = merkle.Frontier(), dict[int, list[bytes]]()
    for entry in entries:
        for height, root in frontier.add(merkle.leaf_hash(entry)):
            if height % 8 == 0:
                levels.setdefault(height // 8, []).append(root)
    assert frontier.root() == mth(entries)

    def hashes(level: int, first: int, last: int) -> list[bytes]:
        assert last - first <= 256
        found = levels[level][first:last]
        assert len(found) == last - first
        return found

    return merkle.Tree(len(entries), hashes)


@pytest.mark.parametrize("n", range(0, 601))
def test_the_root_is_the_one_the_rfc_defines_at_every_size(n):
    entries = entries_of(n)
    assert tree_of(entries).root() == mth(entries)


@given(st.integers(1, 600), st.data())
def test_paths_are_the_rfcs_and_are_accepted(n, data):
    entries = entries_of(n)
    tree, root = tree_of(entries), mth(entries)
    leaf = data.draw(st.integers(0, n - 1))
    found = tree.inclusion(leaf)
    assert found == path(leaf, entries)
    assert merkle.check_inclusion(entries[leaf], leaf + 1, n, found, root)
    old = data.draw(st.integers(1, n))
    found = tree.consistency(old)
    assert found == subproof(old, entries, True)
    assert merkle.check_consistency(old, n, found, mth(entries[:old]), root)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 513])
def test_every_path_of_some_trees(n):
    entries = entries_of(n)
    tree, root = tree_of(entries), mth(entries)
    for leaf in range(n):
        assert merkle.check_inclusion(entries[leaf], leaf + 1, n, tree.inclusion(leaf), root)
    for old in range(1, n + 1):
        assert merkle.check_consistency(old, n, tree.consistency(old), mth(entries[:old]), root)


@given(st.integers(2, 300), st.data())
def test_a_path_is_good_for_its_own_event_place_size_and_roots_only(n, data):
    entries = entries_of(n)
    tree, root = tree_of(entries), mth(entries)
    leaf, old = data.draw(st.integers(0, n - 1)), data.draw(st.integers(1, n - 1))
    given_path, given_nodes, old_root = tree.inclusion(leaf), tree.consistency(old), mth(entries[:old])

    def included(entry=entries[leaf], position=leaf + 1, size=n, nodes=given_path, of=root):
        return merkle.check_inclusion(entry, position, size, nodes, of)

    def consistent(old_size=old, size=n, nodes=given_nodes, before=old_root, after=root):
        return merkle.check_consistency(old_size, size, nodes, before, after)

    assert included()
    assert consistent()
    other = data.draw(st.integers(0, n + 2).filter(lambda i: i != leaf + 1))
    assert not included(position=other)
    assert not included(entry=entries[other % n] if other % n != leaf else b"")
    assert not included(of=mth(entries[:-1]))
    assert not included(nodes=[*given_path, root])
    assert not included(nodes=[root, *given_path])
    assert not consistent(before=root)
    assert not consistent(after=old_root)
    assert not consistent(nodes=[*given_nodes, root])
    assert not consistent(nodes=[root, *given_nodes])
    assert not consistent(old_size=0)
    assert not consistent(old_size=n + 1)
    for check, nodes in ((included, given_path), (consistent, given_nodes)):
        for i, node in enumerate(nodes):
            flipped = bytes([node[0] ^ 8]) + node[1:]
            assert not check(nodes=[*nodes[:i], flipped, *nodes[i + 1 :]])
            assert not check(nodes=[*nodes[:i], *nodes[i + 1 :]])


# --- The reference values of Certificate Transparency (google/certificate-transparency, transparency-dev/merkle) --------

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (leaf counted from 1, size)
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENT = {  # (old, new)
    (1, 1): [],
    (1, 8): PATHS[1, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


def test_the_reference_roots():
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [tree_of(LEAVES[:n]).root().hex() for n in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("leaf", "size"), PATHS)
def test_the_reference_paths(leaf, size):
    nodes = tree_of(LEAVES[:size]).inclusion(leaf - 1)
    assert [node.hex() for node in nodes] == PATHS[leaf, size]
    assert merkle.check_inclusion(LEAVES[leaf - 1], leaf, size, nodes, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENT)
def test_the_reference_consistency(old, new):
    nodes = tree_of(LEAVES[:new]).consistency(old)
    assert [node.hex() for node in nodes] == CONSISTENT[old, new]
    old_root, new_root = (bytes.fromhex(ROOTS[size - 1]) for size in (old, new))
    assert merkle.check_consistency(old, new, nodes, old_root, new_root)


@pytest.mark.parametrize(
    ("old", "new", "nodes", "roots", "good"),
    [
        (0, 0, [], ("a", "a"), False),  # nothing is the beginning of everything: it proves nothing
        (0, 1, [], ("a", "b"), False),
        (1, 1, [], ("a", "a"), True),
        (1, 1, [], ("a", "b"), False),
        (1, 1, ["a"], ("a", "a"), False),
        (1, 0, [], ("a", "a"), False),
        (2, 1, [], ("a", "a"), False),
        (1, 2, [], ("a", "a"), False),
        (3, 4, [], ("a", "a"), False),
    ],
)
def test_sizes_at_the_edge(old, new, nodes, roots, good):
    assert merkle.check_consistency(old, new, [n.encode() for n in nodes], *(r.encode() for r in roots)) is good


@pytest.mark.parametrize(("position", "size"), [(0, 0), (1, 0), (0, 1), (2, 1), (-1, 3)])
def test_a_position_outside_the_log_is_in_no_proof(position, size):
    assert not merkle.check_inclusion(b"x", position, size, [], merkle.leaf_hash(b"x"))


# --- The tree in the database ---------------------------------------------------------------------------------------


def rows_after(newest, n):
    """Rows as an import writes them: chained, of no particular content."""
    rows, (last, previous) = list[Stored](), newest
    for position in range(last + 1, last + n + 1):
        envelope = (position, f"id-{position}", "k", 1, "1991", None, None, NOW, "tests", "{}", "[]")
        previous = chained(previous, envelope)
        rows.append(Stored(*envelope, previous))
    return rows


def write(connection, n):
    if n:
        newest = head(connection)
        write_rows(connection, newest.position, rows_after(newest, n), [About("k", ())] * n)


def test_no_row_is_written_without_what_it_is_about(database):
    with database.record() as connection:
        rows = rows_after(head(connection), 30)
    with pytest.raises(ValueError, match="shorter"), database.transaction() as connection:
        write_rows(connection, 0, rows, [About("k", ())] * 29)
    with database.record() as connection:
        assert head(connection).position == 0


def entries(connection):
    return [bytes.fromhex(h) for h in connection.exec_driver_sql("SELECT hash FROM event ORDER BY position").scalars()]


def tiles(connection):
    found = connection.exec_driver_sql("SELECT level, tile, hash FROM merkle_tile ORDER BY level, tile")
    return {(level, tile): text for level, tile, text in found}


def tiles_wanted(leaves):
    return {
        (level, tile): mth(leaves[tile * 256**level : (tile + 1) * 256**level]).hex()
        for level in (1, 2)
        for tile in range(len(leaves) // 256**level)
    }


@pytest.mark.parametrize(
    "steps", [[255], [256], [257], [1] * 3 + [253, 1, 1], [100, 100, 100, 100, 112], [1200], [255, 514]]
)
def test_the_tiles_follow_the_log_however_it_grows(steps, database):
    with database.record() as connection:
        for n in steps:
            write(connection, n)
        leaves = entries(connection)
        assert tiles(connection) == tiles_wanted(leaves)
        assert merkle.root(connection, len(leaves)) == mth(leaves)


def test_the_second_level_is_kept_too(empty_sqlite):
    with empty_sqlite.record() as connection:
        for n in (65_000, 535, 1, 600):
            write(connection, n)
        leaves = entries(connection)
        assert tiles(connection) == tiles_wanted(leaves)
        assert (2, 0) in tiles(connection)
        root = merkle.root(connection, len(leaves))
        assert root == mth(leaves)
        for position in (1, 256, 257, 65_536, 65_537, 66_136):
            nodes = merkle.inclusion(connection, position, len(leaves))
            assert merkle.check_inclusion(leaves[position - 1], position, len(leaves), nodes, root)


def test_a_proof_reads_a_few_ranges_not_the_log(empty_sqlite, monkeypatch):
    asked = list[tuple[int, ...]]()

    def counted(connection, sql, values):
        asked.append(values)
        return ask(connection, sql, values)

    monkeypatch.setattr(merkle, "ask", counted)
    with empty_sqlite.record() as connection:
        write(connection, 66_136)
        for question, numbers, ranges in (
            (merkle.root, (66_136,), 3),  # one on each of three levels
            (merkle.inclusion, (40_000, 66_136), 6),  # two: where the event is, and where the tree ends
            (merkle.consistency, (40_000, 66_136), 6),
        ):
            asked.clear()
            question(connection, *numbers)
            assert 1 <= len(asked) <= ranges
            assert all(1 <= last - first <= 256 for *_, first, last in asked)


@settings(max_examples=30)
@given(st.data())
def test_proofs_from_the_database_are_the_rfcs(record_of_600, data):
    with record_of_600.record() as connection:
        leaves = entries(connection)
        size = data.draw(st.integers(1, 600))
        position, old = data.draw(st.integers(1, size)), data.draw(st.integers(1, size))
        assert merkle.root(connection, size) == mth(leaves[:size])
        assert merkle.inclusion(connection, position, size) == path(position - 1, leaves[:size])
        assert merkle.consistency(connection, old, size) == subproof(old, leaves[:size], True)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def record_of_600(request, tmp_path_factory):
    from conftest import migrated

    if request.param == "sqlite":
        record = migrated(f"sqlite:///{tmp_path_factory.mktemp('merkle') / 'cis.db'}")
    else:
        record = migrated(request.getfixturevalue("postgres").create_database("merkle600"))
    with record.record() as connection:
        write(connection, 600)
    yield record
    if request.param == "postgres":
        request.getfixturevalue("postgres").drop_database("merkle600")


def test_an_empty_log_has_the_root_of_nothing(database):
    with database.record() as connection:
        assert merkle.root(connection, 0) == merkle.EMPTY


@pytest.mark.parametrize(
    ("question", "numbers", "said"),
    [
        (merkle.inclusion, (4, 3), "position 4 is not among the first 3 events"),
        (merkle.consistency, (4, 3), "a log of 3 events cannot be shown to go on from one of 4"),
        (merkle.consistency, (0, 3), "a log of 3 events cannot be shown to go on from one of 0"),
        (merkle.root, (5,), "event, positions 1 to 5: hashes are missing\n  Run: cis verify"),
    ],
)
def test_what_cannot_be_proven_is_refused_in_words(question, numbers, said, database):
    with database.record() as connection:
        write(connection, 3)
        with pytest.raises(RecordError) as refused:
            question(connection, *numbers)
    assert str(refused.value) == said


def test_the_tiles_grow_with_appends_and_are_undone_with_them(database):
    people = [fact("person-registered", "1991", person=f"p{i}", name=f"P{i}") for i in range(300)]
    with database.record() as connection:
        append(connection, RECORD, *people[:200])
    with database.engine.connect() as connection, connection.begin() as transaction:
        append(connection, *people)
        assert tiles(connection) == tiles_wanted(entries(connection)) != {}
        transaction.rollback()
    with database.record() as connection:
        assert tiles(connection) == {}
        append(connection, *people)
        assert tiles(connection) == tiles_wanted(entries(connection)) != {}


def test_the_migration_makes_the_tiles_of_a_log_that_is_there(database):
    with database.record() as connection:
        write(connection, 1000)
        before = tiles(connection)
        assert len(before) == 3
    with database.transaction() as connection:
        migrations.downgrade(connection, "0002")
    with database.transaction() as connection:
        migrations.upgrade(connection)
    with database.record() as connection:
        assert tiles(connection) == before


REFUSED = "the log is never changed"
CHANGES = [
    "UPDATE merkle_tile SET hash = 'x'",
    "UPDATE merkle_tile SET tile = 7 WHERE tile = 0",
    "DELETE FROM merkle_tile",
    "DELETE FROM merkle_tile WHERE tile = 1",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO merkle_tile VALUES (1, 0, 'x')",
    "REPLACE INTO merkle_tile VALUES (1, 0, 'x')",
    "UPDATE OR REPLACE merkle_tile SET tile = 1 WHERE tile = 0",
]
ON_POSTGRES = [
    "TRUNCATE merkle_tile",
    "TRUNCATE merkle_tile CASCADE",
    "INSERT INTO merkle_tile VALUES (1, 0, 'x') ON CONFLICT (level, tile) DO UPDATE SET hash = 'x'",
    "SET session_replication_role = replica; DELETE FROM merkle_tile",
    "SET session_replication_role = replica; TRUNCATE merkle_tile",
]


@pytest.mark.parametrize(
    ("database", "sql"),
    [("sqlite", sql) for sql in CHANGES + ON_SQLITE] + [("postgres", sql) for sql in CHANGES + ON_POSTGRES],
    indirect=["database"],
)
@pytest.mark.parametrize("after", ["upgrade", "downgrade and upgrade"])
def test_no_tile_is_changed_taken_out_or_replaced(sql, after, database):
    with database.record() as connection:
        write(connection, 600)
        before = tiles(connection)
    if after != "upgrade":
        with database.transaction() as connection:
            migrations.downgrade(connection, "0002")
        with database.transaction() as connection:
            migrations.upgrade(connection)
    with pytest.raises(DBAPIError, match=REFUSED), database.engine.begin() as connection:
        connection.exec_driver_sql(sql)
    with database.record() as connection:
        assert tiles(connection) == before
        assert len(before) == 2
