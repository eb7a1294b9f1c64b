"""The index of what defines each thing, among the many events about it: made for those that are there, and kept from change.

It is derived from the log, so a revision that takes other kinds of events into it makes it anew.
"""

import json
from collections.abc import Collection, Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

NAME = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLE = "event_definition"
# The kinds by the revision that took them in; what stands here is never changed.
KINDS_0005 = (
    *("source-registered", "organisation-founded", "organisation-dissolved", "body-established", "body-reorganised"),
    *("body-dissolved", "office-created", "person-registered", "treaty-adopted", "treaty-entered-into-force"),
    *("treaty-extended", "treaty-amended", "treaty-terminated"),
)
KINDS_0006 = (
    *KINDS_0005,
    *("treaty-provisionally-applied", "treaty-in-force-for-state", "treaty-suspended"),
    *("state-seated", "state-left-body"),
)
AMENDMENTS = ("event-corrected", "event-retracted", "event-disputed", "event-corroborated")
AT_ONCE = 5_000  # amendments read at once


def create(kinds: Collection[str]) -> None:
    """Make the table for these kinds of events and those that amend them, with the triggers and rights of the log."""
    op.create_table(
        TABLE,
        sa.Column("subject", NAME, nullable=False, comment="what the event is about, as in event_subject"),
        sa.Column(
            "kind", NAME, nullable=False, comment="kind of the event about the world that the event is, or amends"
        ),
        sa.Column("position", POSITION, autoincrement=False, nullable=False, comment="the event's position"),
        sa.PrimaryKeyConstraint("subject", "kind", "position", name=f"pk_{TABLE}"),
        sqlite_with_rowid=False,
        comment="What each event defines: entries of registers, how treaties stand and who sits where, with what amends them.",
    )
    _fill(kinds)
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgres()


def drop() -> None:
    """Take the table away."""
    op.drop_table(TABLE)


def _fill(kinds: Collection[str]) -> None:
    bind = op.get_bind()
    about = f"INSERT INTO {TABLE} (subject, kind, position) SELECT s.subject, o.kind, s.position FROM event_subject s"
    plain = sa.text(f"{about} JOIN event o ON o.position = s.position WHERE o.kind IN :kinds")
    bind.execute(plain.bindparams(sa.bindparam("kinds", expanding=True)), {"kinds": [*kinds]})
    # What amends them is found through its chain, and brought together in a table: subjects have no index by position.
    op.execute("CREATE TEMPORARY TABLE amends_definition (position BIGINT PRIMARY KEY, kind TEXT NOT NULL)")
    amending = sa.text("INSERT INTO amends_definition (position, kind) VALUES (:position, :kind)")
    for row in _amendments(kinds):
        bind.execute(amending, row)
    op.execute(f"{about} JOIN amends_definition o ON o.position = s.position")
    op.execute("DROP TABLE amends_definition")


def _amendments(kinds: Collection[str]) -> Iterator[dict[str, object]]:
    """Every amendment of a defining event: its position, and the kind of the event at the end of its chain."""
    bind = op.get_bind()
    some = sa.text(
        "SELECT position, event_id, data FROM event WHERE kind IN :kinds AND position > :after ORDER BY position LIMIT :some"
    ).bindparams(sa.bindparam("kinds", expanding=True))
    kind_of = sa.text("SELECT kind FROM event WHERE event_id = :event_id")
    known = dict[str, str]()  # by amendment: the kind of what it is about in the end
    after = 0
    while rows := bind.execute(some, {"kinds": AMENDMENTS, "after": after, "some": AT_ONCE}).all():
        for position, event_id, data in rows:
            target = json.loads(data)["event"]
            kind = known.get(target) or bind.execute(kind_of, {"event_id": target}).scalar_one()
            known[event_id] = kind
            if kind in kinds:
                yield {"position": position, "kind": kind}
        after = rows[-1].position


def _protect_on_sqlite() -> None:
    refuse = "SELECT RAISE(ABORT, 'the log is never changed')"
    op.execute(f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} BEGIN {refuse}; END")
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} BEGIN {refuse}; END")
    same = "subject = NEW.subject AND kind = NEW.kind AND position = NEW.position"
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE}"
        f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE {same}) BEGIN {refuse}; END"
    )


def _protect_on_postgres() -> None:
    for name, when, each in (("no_change", "UPDATE OR DELETE", "ROW"), ("no_truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {when} ON {TABLE} FOR EACH {each} EXECUTE FUNCTION cis_refuse()"
        )
        op.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{name}")
    _give_rights()


def _give_rights() -> None:
    """The rights and the owner that the table of subjects has (see revision 0004)."""
    bind = op.get_bind()
    has = sa.text(
        "SELECT rolname FROM pg_roles WHERE rolname = :role AND has_table_privilege(rolname, 'event_subject', :right)"
    )
    for role, right in (("cis_reader", "SELECT"), ("cis_appender", "SELECT"), ("cis_appender", "INSERT")):
        if bind.execute(has, {"role": role, "right": right}).first() is not None:
            op.execute(f"GRANT {right} ON {TABLE} TO {role}")
    owner = sa.text("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'event_subject'::regclass")
    op.execute(
        f"ALTER TABLE {TABLE} OWNER TO {bind.dialect.identifier_preparer.quote(bind.execute(owner).scalar_one())}"
    )
