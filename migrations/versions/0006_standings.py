"""How a treaty stands and who sits in a body are found by kind too; no key ties what an event is about to the event.

Such a key took a fifth of an append on Postgres and kept off little: who may add a row can add a false one that it lets pass,
and `cis verify` finds both.
"""

import sqlalchemy as sa
from alembic import op

from migrations import definitions

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = "event_subject"
KEY = "fk_event_subject_position"


def upgrade() -> None:
    _made_anew(definitions.KINDS_0006)
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt()
    else:
        op.drop_constraint(KEY, TABLE)


def downgrade() -> None:
    _made_anew(definitions.KINDS_0005)
    key = sa.ForeignKeyConstraint(["position"], ["event.position"], name=KEY)
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt(key)
    else:
        op.create_foreign_key(KEY, TABLE, "event", ["position"], ["position"])


def _made_anew(kinds: tuple[str, ...]) -> None:
    definitions.drop()
    definitions.create(kinds)


def _rebuilt(*constraints: sa.Constraint) -> None:
    """SQLite cannot take a key from a table: another table takes its place, with the triggers that keep it (see 0001)."""
    new = f"{TABLE}_anew"
    op.create_table(
        new,
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("subject", "position", name=f"pk_{TABLE}"),
        *constraints,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO {new} SELECT subject, position FROM {TABLE} ORDER BY subject, position")
    op.drop_table(TABLE)
    op.rename_table(new, TABLE)
    refuse = "SELECT RAISE(ABORT, 'the log is never changed')"
    op.execute(f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} BEGIN {refuse}; END")
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} BEGIN {refuse}; END")
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} WHEN EXISTS"
        f" (SELECT 1 FROM {TABLE} WHERE subject = NEW.subject AND position = NEW.position) BEGIN {refuse}; END"
    )
