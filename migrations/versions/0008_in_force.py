"""`in_force` of a party tells the day of the treaty's own entry into force, too, where no source names one for the state."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "date (EDTF) of treaty-in-force-for-state, as far as done"
AFTER = "date (EDTF) from which it is in force for the state, as told or by its acts and the general entry into force"


def upgrade() -> None:
    _comment(AFTER, BEFORE)


def downgrade() -> None:
    _comment(BEFORE, AFTER)


def _comment(comment: str, existing: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("treaty_party", "in_force", comment=comment, existing_comment=existing)
