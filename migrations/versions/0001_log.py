"""The log: events, their subjects, the head, and the triggers that keep every row as it was written."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_tables()
    genesis = sha256(b"cis-record").hexdigest()
    op.execute(f"INSERT INTO log_head (one, position, hash) VALUES (1, 0, '{genesis}')")
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgres()


def downgrade() -> None:
    # Taking the log away is for tests of the migrations; an emptied database is never upgraded over a log.
    op.drop_table("event_subject")
    op.drop_table("log_head")
    op.drop_table("event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION cis_refuse()")
        op.execute("DROP FUNCTION cis_head_goes_on()")


def _create_tables() -> None:
    op.create_table(
        "event",
        sa.Column(
            "position", POSITION, autoincrement=False, nullable=False, comment="1, 2, 3 ... in commit order, no gaps"
        ),
        sa.Column(
            "event_id", NAME, nullable=False, comment="UUIDv5 of kind, occurred and data: the same fact has the same id"
        ),
        sa.Column("kind", NAME, nullable=False, comment="what sort of event"),
        sa.Column("version", sa.Integer(), nullable=False, comment="version of the form of data"),
        sa.Column("occurred", NAME, nullable=False, comment="when it happened, EDTF as written"),
        sa.Column("occurred_from", NAME, comment="earliest possible day; NULL: unknown"),
        sa.Column("occurred_to", NAME, comment="latest possible day, inclusive; NULL: unknown"),
        sa.Column(
            "recorded_at",
            NAME,
            nullable=False,
            comment="when the log learned it, UTC, never earlier than the event before",
        ),
        sa.Column("recorded_by", NAME, nullable=False, comment="who recorded it"),
        sa.Column("data", NAME, nullable=False, comment="the event, canonical JSON (RFC 8785)"),
        sa.Column("sources", NAME, nullable=False, comment="list of {locator, source}, canonical JSON"),
        sa.Column("hash", NAME, nullable=False, comment="SHA-256 over the previous hash and this row"),
        sa.PrimaryKeyConstraint("position", name="pk_event"),
        comment="The log. Rows are only ever added.",
    )
    op.create_index("uq_event_event_id", "event", ["event_id"], unique=True)
    op.create_table(
        "event_subject",
        sa.Column(
            "subject", NAME, nullable=False, comment="what the event is about, such as state:AM or treaty:cis-charter"
        ),
        sa.Column("position", POSITION, autoincrement=False, nullable=False, comment="the event's position"),
        sa.PrimaryKeyConstraint("subject", "position", name="pk_event_subject"),
        sa.ForeignKeyConstraint(["position"], ["event.position"], name="fk_event_subject_position"),
        sqlite_with_rowid=False,
        comment="What each event is about.",
    )
    op.create_table(
        "log_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False, comment="always 1: there is one head"),
        sa.Column("position", POSITION, nullable=False, comment="position of the newest event; 0: the log is empty"),
        sa.Column("hash", NAME, nullable=False, comment="hash of the newest event"),
        sa.PrimaryKeyConstraint("one", name="pk_log_head"),
        comment="The newest event. Every append locks this row.",
    )


def _protect_on_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'the log is never changed')"
    for table in ("event", "event_subject"):
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END")
    # INSERT OR REPLACE deletes the row in its way without firing a delete trigger, so an occupied place is refused before.
    op.execute(
        "CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS"
        " (SELECT 1 FROM event WHERE position = NEW.position OR event_id = NEW.event_id)"
        f" BEGIN {refuse}; END"
    )
    op.execute(
        "CREATE TRIGGER event_subject_no_replace BEFORE INSERT ON event_subject WHEN EXISTS"
        " (SELECT 1 FROM event_subject WHERE subject = NEW.subject AND position = NEW.position)"
        f" BEGIN {refuse}; END"
    )
    op.execute(
        f"CREATE TRIGGER log_head_goes_on BEFORE UPDATE ON log_head WHEN NEW.position <= OLD.position BEGIN {refuse}; END"
    )
    op.execute(f"CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head BEGIN {refuse}; END")
    op.execute(
        "CREATE TRIGGER log_head_is_one BEFORE INSERT ON log_head WHEN EXISTS (SELECT 1 FROM log_head)"
        f" BEGIN {refuse}; END"
    )


def _protect_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION cis_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the log is never changed'; END $$"
    )
    op.execute(
        "CREATE FUNCTION cis_head_goes_on() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF TG_OP = 'INSERT' OR NEW.position <= OLD.position THEN"
        " RAISE EXCEPTION 'the log is never changed'; END IF; RETURN NEW; END $$"
    )
    for table in ("event", "event_subject"):
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION cis_refuse()"
        )
        # ALWAYS: also in a session that calls itself a replica
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change")
    op.execute("CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION cis_refuse()")
    op.execute("ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_no_delete")
    for table in ("event", "event_subject", "log_head"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION cis_refuse()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")
    op.execute(
        "CREATE TRIGGER log_head_goes_on BEFORE INSERT OR UPDATE ON log_head"
        " FOR EACH ROW EXECUTE FUNCTION cis_head_goes_on()"
    )
    op.execute("ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_goes_on")
