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
ACTS_0007 = (
    *("treaty-signed", "treaty-ratified", "instrument-deposited", "treaty-acceded", "treaty-provisionally-applied"),
    *("treaty-in-force-for-state", "reservation-made", "reservation-withdrawn", "declaration-made", "treaty-suspended"),
    *("treaty-withdrawal-notified", "treaty-withdrawal-revoked", "treaty-withdrawn"),
    *("state-joined", "state-status-changed", "withdrawal-notified", "withdrawal-revoked", "state-withdrew"),
    *("participation-ceased", "participation-suspended"),
)
AMENDMENTS = ("event-corrected", "event-retracted", "event-disputed", "event-corroborated")
AT_ONCE = 5_000  # amendments read at once


def create(kinds: Collection[str], acts: Collection[str] = ()) -> None:
    """Make the table for these kinds of events and those that amend them, with the triggers and rights of the log.

    Acts of states are found by what they were done towards and the state, as one (`treaty:x state:AM`).
    """
    sides = "; of an act also both of its sides" if acts else ""
    what = "registers, how treaties and states stand," if acts else "entries of registers, how treaties stand and"
    op.create_table(
        TABLE,
        sa.Column("subject", NAME, nullable=False, comment=f"what the event is about, as in event_subject{sides}"),
        sa.Column(
            "kind", NAME, nullable=False, comment="kind of the event about the world that the event is, or amends"
        ),
        sa.Column("position", POSITION, autoincrement=False, nullable=False, comment="the event's position"),
        sa.PrimaryKeyConstraint("subject", "kind", "position", name=f"pk_{TABLE}"),
        sqlite_with_rowid=False,
        comment=f"What each event defines: {what} who sits where, with what amends them.",
    )
    _find_amendments({*kinds, *acts})
    _fill(kinds, "SELECT s.subject, o.kind, s.position FROM event_subject s")
    if acts:
        _fill_sides(acts)
    op.execute("DROP TABLE amends_definition")
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgres()


def drop() -> None:
    """Take the table away."""
    op.drop_table(TABLE)


def _fill(kinds: Collection[str], about: str) -> None:
    """Add what events of these kinds are about, and those that amend them; `about` says it of all events, `s.position`."""
    insert = f"INSERT INTO {TABLE} (subject, kind, position) {about}"
    for told in ("event", "amends_definition"):
        rows = sa.text(f"{insert} JOIN {told} o ON o.position = s.position WHERE o.kind IN :kinds")
        op.get_bind().execute(rows.bindparams(sa.bindparam("kinds", expanding=True)), {"kinds": [*kinds]})


def _fill_sides(acts: Collection[str]) -> None:
    # Subjects have no index by position: the states are put where they have one.
    op.execute(
        "CREATE TEMPORARY TABLE acting (position BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (position, state))"
    )
    op.execute("INSERT INTO acting SELECT position, subject FROM event_subject WHERE subject LIKE 'state:%'")
    both = "SELECT s.subject || ' ' || acting.state, o.kind, s.position FROM event_subject s"
    towards = "(s.subject LIKE 'treaty:%' OR s.subject LIKE 'organisation:%')"
    _fill(acts, f"{both} JOIN acting ON acting.position = s.position AND {towards}")
    op.execute("DROP TABLE acting")


def _find_amendments(kinds: Collection[str]) -> None:
    """Bring together, by position, what amends these kinds: it is found through its chain, and subjects have no such index."""
    op.execute("CREATE TEMPORARY TABLE amends_definition (position BIGINT PRIMARY KEY, kind TEXT NOT NULL)")
    amending = sa.text("INSERT INTO amends_definition (position, kind) VALUES (:position, :kind)")
    for row in _amendments(kinds):
        op.get_bind().execute(amending, row)


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
