"""On Postgres: roles for those who read, those who append and the owner, so that a person's rights are one GRANT.

Roles belong to the whole server, so those of an earlier record on it are used again, and a downgrade takes only their rights
here. SQLite knows no users: there the rights are those of the file, and whoever only asks opens it read-only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

READER, APPENDER, OWNER = "cis_reader", "cis_appender", "cis_owner"
ROLES = (READER, APPENDER, OWNER)
GROWS = ("event", "event_subject", "merkle_tile")  # rows are only added
HEAD = "log_head"
OURS = "alembic_version"
VIEWS = (
    *("body", "citation", "council_roster", "decision", "dispute", "meeting", "meeting_attendance", "meeting_body"),
    *("membership", "office", "organisation", "person", "projection", "source", "state", "timeline", "treaty"),
    *("treaty_party", "treaty_status"),
)
TABLES = (*GROWS, HEAD, OURS, *VIEWS)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql" or not _roles_are_there():
        return
    _hold_tables()
    tables, views, grows = ", ".join(TABLES), ", ".join(VIEWS), ", ".join(GROWS)
    op.execute(f"GRANT SELECT ON {tables} TO {READER}, {APPENDER}")
    op.execute(f"GRANT INSERT ON {grows} TO {APPENDER}")
    op.execute(f"GRANT UPDATE (position, hash) ON {HEAD} TO {APPENDER}")
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON {views} TO {APPENDER}")
    if _asked("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        # Who may drop a trigger is then a role that nobody is at work, not the person who happened to run this.
        _give_tables_to(OWNER)
    else:
        _say(f"The tables belong to {_asked('SELECT current_user')}: only a superuser can give them to {OWNER}.")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql" or _missing():
        return
    _hold_tables()
    if _asked("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        _give_tables_to("CURRENT_USER")
        op.execute(f"REVOKE ALL ON SCHEMA {_schema()} FROM {OWNER}")
    op.execute(f"REVOKE ALL ON {', '.join(TABLES)} FROM {READER}, {APPENDER}")


def _hold_tables() -> None:
    # Before anything is granted: a GRANT alone takes no lock on its table, and the server's own ANALYZE of that table, waiting
    # for the GRANT, would hold the lock that the change of owner waits for.
    op.execute(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")


def _roles_are_there() -> bool:
    missing = _missing()
    if not missing:
        return True
    if not _asked("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"):
        names = ", ".join(missing)
        _say(
            f"The roles {names} are not made: this user may not make roles. A superuser makes them with CREATE ROLE,"
            " and with the rights that migrations/versions/0004_roles.py grants."
        )
        return False
    for role in missing:
        # Another database of this server may be at the same point: then its role is ours too.
        op.execute(
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    return True


def _missing() -> list[str]:
    there = set(op.get_bind().execute(sa.text("SELECT rolname FROM pg_roles")).scalars())
    return [role for role in ROLES if role not in there]


def _give_tables_to(owner: str) -> None:
    if owner == OWNER:
        op.execute(f"GRANT USAGE, CREATE ON SCHEMA {_schema()} TO {OWNER}")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} OWNER TO {owner}")
    for function in ("cis_refuse", "cis_head_goes_on"):
        op.execute(f"ALTER FUNCTION {function}() OWNER TO {owner}")


def _schema() -> str:
    return str(_asked("SELECT quote_ident(current_schema())"))


def _asked(query: str) -> object:
    return op.get_bind().execute(sa.text(query)).scalar()


def _say(sentence: str) -> None:
    config = op.get_context().config
    if config is not None:
        config.attributes.setdefault("said", []).append(sentence)
