"""The tiles of the Merkle tree over the log, for the events that are there already, with the triggers that keep them."""

from collections.abc import Iterator
from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
AT_ONCE = 65_536  # hashes read, and rows written, at once


def upgrade() -> None:
    op.create_table(
        "merkle_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False, comment="1: of 256 events; 2: of 65,536"),
        sa.Column("tile", POSITION, autoincrement=False, nullable=False, comment="0, 1, 2 ... from the oldest"),
        sa.Column("hash", NAME, nullable=False, comment="root of the tree over these events (RFC 9162)"),
        sa.PrimaryKeyConstraint("level", "tile", name="pk_merkle_tile"),
        comment="The Merkle tree over the log: the root of every complete subtree.",
    )
    _fill()
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgres()


def downgrade() -> None:
    op.drop_table("merkle_tile")


def _fill() -> None:
    rows = list[dict[str, object]]()
    for level, tile, root in _tiles():
        rows.append({"level": level, "tile": tile, "hash": root.hex()})
        if len(rows) >= AT_ONCE:
            _write(rows)
    _write(rows)


def _write(rows: list[dict[str, object]]) -> None:
    if rows:
        op.get_bind().execute(
            sa.text("INSERT INTO merkle_tile (level, tile, hash) VALUES (:level, :tile, :hash)"), rows
        )
        rows.clear()


def _tiles() -> Iterator[tuple[int, int, bytes]]:
    """(level, tile, root) of every complete subtree of 256, 65,536 ... events, as they become complete."""
    waiting = list[tuple[int, bytes]]()  # (height, root) of the subtrees that have no neighbour yet
    for count, event_hash in enumerate(_hashes(), start=1):
        height, root = 0, sha256(b"\0" + bytes.fromhex(event_hash)).digest()
        while waiting and waiting[-1][0] == height:
            height, root = height + 1, sha256(b"\1" + waiting.pop()[1] + root).digest()
            if height % 8 == 0:
                yield height // 8, (count >> height) - 1, root
        waiting.append((height, root))


def _hashes() -> Iterator[str]:
    query = sa.text("SELECT position, hash FROM event WHERE position > :after ORDER BY position LIMIT :some")
    after = 0
    while rows := op.get_bind().execute(query, {"after": after, "some": AT_ONCE}).all():
        yield from (row.hash for row in rows)
        after = rows[-1].position


def _protect_on_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'the log is never changed')"
    op.execute(f"CREATE TRIGGER merkle_tile_no_update BEFORE UPDATE ON merkle_tile BEGIN {refuse}; END")
    op.execute(f"CREATE TRIGGER merkle_tile_no_delete BEFORE DELETE ON merkle_tile BEGIN {refuse}; END")
    occupied = "SELECT 1 FROM merkle_tile WHERE level = NEW.level AND tile = NEW.tile"
    op.execute(
        f"CREATE TRIGGER merkle_tile_no_replace BEFORE INSERT ON merkle_tile WHEN EXISTS ({occupied}) BEGIN {refuse}; END"
    )


def _protect_on_postgres() -> None:
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER merkle_tile_{name} BEFORE {when} ON merkle_tile"
            f" FOR EACH {each} EXECUTE FUNCTION cis_refuse()"
        )
        op.execute(f"ALTER TABLE merkle_tile ENABLE ALWAYS TRIGGER merkle_tile_{name}")
