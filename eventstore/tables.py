"""The tables of the log, as Alembic's migrations create them.

Text is compared byte by byte on both databases (collation "C" on Postgres, BINARY on SQLite): the order of names and dates
never depends on a database's language settings. Days are ISO text for the same reason: they sort alike everywhere.
"""

from sqlalchemy import TEXT, BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Name = Text().with_variant(TEXT(collation="C"), "postgresql")
Position = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False, comment="1, 2, 3 ... in commit order, no gaps"),
    Column(
        "event_id", Name, nullable=False, comment="UUIDv5 of kind, occurred and data: the same fact has the same id"
    ),
    Column("kind", Name, nullable=False, comment="what sort of event"),
    Column("version", Integer, nullable=False, comment="version of the form of data"),
    Column("occurred", Name, nullable=False, comment="when it happened, EDTF as written"),
    Column("occurred_from", Name, comment="earliest possible day; NULL: unknown"),
    Column("occurred_to", Name, comment="latest possible day, inclusive; NULL: unknown"),
    Column(
        "recorded_at", Name, nullable=False, comment="when the log learned it, UTC, never earlier than the event before"
    ),
    Column("recorded_by", Name, nullable=False, comment="who recorded it"),
    Column("data", Name, nullable=False, comment="the event, canonical JSON (RFC 8785)"),
    Column("sources", Name, nullable=False, comment="list of {locator, source}, canonical JSON"),
    Column("hash", Name, nullable=False, comment="SHA-256 over the previous hash and this row"),
    Index("uq_event_event_id", "event_id", unique=True),
    comment="The log. Rows are only ever added.",
)

event_subject = Table(
    "event_subject",
    metadata,
    Column(
        "subject", Name, primary_key=True, comment="what the event is about, such as state:AM or treaty:cis-charter"
    ),
    Column("position", Position, primary_key=True, autoincrement=False, comment="the event's position"),
    sqlite_with_rowid=False,
    comment="What each event is about.",
)

event_definition = Table(
    "event_definition",
    metadata,
    Column(
        "subject",
        Name,
        primary_key=True,
        comment="what the event is about, as in event_subject; of an act also both of its sides",
    ),
    Column("kind", Name, primary_key=True, comment="kind of the event about the world that the event is, or amends"),
    Column("position", Position, primary_key=True, autoincrement=False, comment="the event's position"),
    sqlite_with_rowid=False,
    comment="What each event defines: registers, how treaties and states stand, who sits where, with what amends them.",
)

log_head = Table(
    "log_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False, comment="always 1: there is one head"),
    Column("position", Position, nullable=False, comment="position of the newest event; 0: the log is empty"),
    Column("hash", Name, nullable=False, comment="hash of the newest event"),
    comment="The newest event. Every append locks this row.",
)

merkle_tile = Table(
    "merkle_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False, comment="1: of 256 events; 2: of 65,536"),
    Column("tile", Position, primary_key=True, autoincrement=False, comment="0, 1, 2 ... from the oldest"),
    Column("hash", Name, nullable=False, comment="root of the tree over these events (RFC 9162)"),
    comment="The Merkle tree over the log: the root of every complete subtree.",
)
