"""What defines each thing has an index of its own."""

from migrations import definitions

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    definitions.create(definitions.KINDS_0005)


def downgrade() -> None:
    definitions.drop()
