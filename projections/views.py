"""Every view of the record."""

from sqlalchemy import Column, Integer, Table

from eventstore.tables import Name, Position
from projections import council_roster, meeting, membership, registers, timeline, treaty_party, treaty_status
from projections.projection import AnyView, EventView, Projection, metadata

__all__ = ["ALL_VIEWS", "EVENT_VIEWS", "PROJECTIONS", "TABLES", "metadata", "projection"]

PROJECTIONS: tuple[Projection, ...] = (
    membership.PROJECTION,
    council_roster.SEATS,
    council_roster.OFFICES,
    treaty_status.PROJECTION,
    treaty_party.PROJECTION,
    registers.ORGANISATIONS,
    registers.BODIES,
)
EVENT_VIEWS: tuple[EventView, ...] = (registers.ENTRIES, meeting.MEETINGS, meeting.DECISIONS, timeline.VIEW)
ALL_VIEWS: tuple[AnyView, ...] = (*PROJECTIONS, *EVENT_VIEWS)

projection = Table(
    "projection",
    metadata,
    Column("name", Name, primary_key=True, comment="the projection"),
    Column("version", Integer, nullable=False, comment="the version of its fold"),
    Column("position", Position, nullable=False, comment="how far in the log it has read"),
    comment="How far each view has read. Always the head of the log, unless a rebuild is under way.",
)

TABLES: tuple[Table, ...] = tuple(table for table in metadata.sorted_tables if table is not projection)
