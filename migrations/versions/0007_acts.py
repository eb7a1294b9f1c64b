"""What a state did towards a treaty or an organisation is found by both, however much others did towards it."""

from migrations import definitions

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    definitions.drop()
    definitions.create(definitions.KINDS_0006, definitions.ACTS_0007)


def downgrade() -> None:
    definitions.drop()
    definitions.create(definitions.KINDS_0006)
