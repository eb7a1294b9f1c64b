"""The views: everything that is folded from the log, and how far it has been folded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
FLAG = sa.Boolean(create_constraint=False)

TABLES = (
    "body",
    "citation",
    "council_roster",
    "decision",
    "dispute",
    "meeting",
    "meeting_attendance",
    "meeting_body",
    "membership",
    "office",
    "organisation",
    "person",
    "projection",
    "source",
    "state",
    "timeline",
    "treaty",
    "treaty_party",
    "treaty_status",
)


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("body", NAME, nullable=False, comment="the body"),
        sa.Column("organisation", NAME, nullable=False, comment="the organisation it belongs to"),
        sa.Column("name", NAME, nullable=False, comment="name in English"),
        sa.Column("name_ru", NAME, comment="name in Russian"),
        sa.Column("type", NAME, comment="council, assembly, executive ..."),
        sa.Column("seat", NAME, comment="the city where it sits"),
        sa.Column("established_by", NAME, comment="the treaty that set it up"),
        sa.Column("predecessor", NAME, comment="the body it took over from"),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) from which it is so"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="Bodies, from establishment to dissolution; a new row where name, form or seat changed.",
    )
    op.create_index("ix_body_body", "body", ["body", "valid_from"])
    op.create_table(
        "citation",
        sa.Column("event_id", NAME, nullable=False, comment="the event"),
        sa.Column("source", NAME, nullable=False, comment="the source that supports it"),
        sa.Column("locator", NAME, nullable=False, comment="the place in the source"),
        sa.PrimaryKeyConstraint("event_id", "source", "locator", name="pk_citation"),
        comment="On which page of which source each event in force rests.",
    )
    op.create_index("ix_citation_source", "citation", ["source"])
    op.create_table(
        "council_roster",
        sa.Column("body", NAME, nullable=False, comment="the body"),
        sa.Column("seat", NAME, nullable=False, comment="state: a state's seat; office: an office and its holder"),
        sa.Column("state", NAME, comment="the state that sits, or that the holder acts for"),
        sa.Column("person", NAME, comment="who holds the office"),
        sa.Column("office", NAME, comment="the office"),
        sa.Column("status", NAME, comment="as what a state sits: member, associate, observer or participant"),
        sa.Column("acting", FLAG, nullable=False, comment="whether the holder only acts in the office"),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) from which it is so"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="Who sat in which council and held which office.",
    )
    op.create_index("ix_council_roster_body", "council_roster", ["body", "valid_from"])
    op.create_index("ix_council_roster_office", "council_roster", ["office"])
    op.create_table(
        "decision",
        sa.Column("decision", NAME, nullable=False, comment="the decision"),
        sa.Column("title", NAME, nullable=False, comment="title or subject in English"),
        sa.Column("title_ru", NAME, comment="title in Russian"),
        sa.Column("body", NAME, comment="the body that adopted it"),
        sa.Column("meeting", NAME, comment="the meeting where it was adopted"),
        sa.Column("treaty", NAME, comment="the treaty it concerns"),
        sa.Column("states", NAME, comment="codes of the states that adopted it, where not all did"),
        sa.Column("summary", NAME, comment="what it decides"),
        sa.Column("occurred", NAME, nullable=False, comment="date (EDTF) of its adoption"),
        sa.Column("effective", NAME, comment="date (EDTF) of its effect, where it is another"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("occurred_to", NAME, nullable=False, comment="latest day it can have been (9999-12-31: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that recorded it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_decision"),
        comment="Decisions of bodies.",
    )
    op.create_index("ix_decision_decision", "decision", ["decision"])
    op.create_table(
        "dispute",
        sa.Column("event_id", NAME, nullable=False, comment="the event that is disputed"),
        sa.Column("claim_id", NAME, nullable=False, comment="the event that disputes it"),
        sa.Column("date", NAME, comment="the date (EDTF) claimed"),
        sa.Column("changes", NAME, comment="the fields claimed, as JSON"),
        sa.Column("denied", FLAG, nullable=False, comment="whether it is said not to have happened"),
        sa.Column("reason", NAME, nullable=False, comment="why it is recorded"),
        sa.Column("sources", NAME, nullable=False, comment="ids of the sources that claim it"),
        sa.Column("prevails", FLAG, nullable=False, comment="whether this claim is the one shown"),
        sa.PrimaryKeyConstraint("claim_id", name="pk_dispute"),
        comment="Who says otherwise, about which event.",
    )
    op.create_index("ix_dispute_event_id", "dispute", ["event_id"])
    op.create_table(
        "meeting",
        sa.Column("meeting", NAME, nullable=False, comment="the meeting"),
        sa.Column("kind", NAME, comment="regular, extraordinary, informal or jubilee"),
        sa.Column("title", NAME, comment="its name, where it has one"),
        sa.Column("bodies", NAME, comment="ids of the bodies that met"),
        sa.Column("start", NAME, nullable=False, comment="date (EDTF) of its first day"),
        sa.Column("end", NAME, nullable=False, comment="date (EDTF) of its last day"),
        sa.Column("place", NAME, comment="city or place"),
        sa.Column("country", NAME, comment="the state where it was held"),
        sa.Column("chair", NAME, comment="the person who chaired it"),
        sa.Column("chair_state", NAME, comment="the state that chaired it"),
        sa.Column("states", NAME, comment="codes of the states that took part, as far as known"),
        sa.Column("outcome", NAME, comment="what came of it"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("occurred_to", NAME, nullable=False, comment="latest day it can have been (9999-12-31: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that recorded it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_meeting"),
        comment="Meetings.",
    )
    op.create_index("ix_meeting_meeting", "meeting", ["meeting"])
    op.create_index("ix_meeting_occurred_from", "meeting", ["occurred_from"])
    op.create_table(
        "meeting_attendance",
        sa.Column("event_id", NAME, nullable=False, comment="the event that recorded it"),
        sa.Column("meeting", NAME, nullable=False, comment="the meeting"),
        sa.Column("state", NAME, nullable=False, comment="the state"),
        sa.Column("attendance", NAME, nullable=False, comment="present or absent, as the source says"),
        sa.PrimaryKeyConstraint("event_id", "state", name="pk_meeting_attendance"),
        comment="Which states took part in a meeting, and which stayed away.",
    )
    op.create_index("ix_meeting_attendance_meeting", "meeting_attendance", ["meeting"])
    op.create_index("ix_meeting_attendance_state", "meeting_attendance", ["state"])
    op.create_table(
        "meeting_body",
        sa.Column("event_id", NAME, nullable=False, comment="the event that recorded it"),
        sa.Column("meeting", NAME, nullable=False, comment="the meeting"),
        sa.Column("body", NAME, nullable=False, comment="the body that met"),
        sa.PrimaryKeyConstraint("event_id", "body", name="pk_meeting_body"),
        comment="Which bodies met in a meeting.",
    )
    op.create_index("ix_meeting_body_body", "meeting_body", ["body"])
    op.create_index("ix_meeting_body_meeting", "meeting_body", ["meeting"])
    op.create_table(
        "membership",
        sa.Column("organisation", NAME, nullable=False, comment="the organisation"),
        sa.Column("state", NAME, nullable=False, comment="the state"),
        sa.Column(
            "status", NAME, nullable=False, comment="founding-state, member, associate, observer, participant or former"
        ),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) from which it has this status"),
        sa.Column("withdrawal_effective_on", NAME, comment="date (EDTF) on which a notice of leaving takes effect"),
        sa.Column("agreement_signed", NAME, comment="when it signed a founding agreement"),
        sa.Column("agreement_ratified", NAME, comment="when it ratified a founding agreement"),
        sa.Column("charter_signed", NAME, comment="when it signed the charter"),
        sa.Column("charter_ratified", NAME, comment="when it ratified the charter"),
        sa.Column(
            "practice",
            NAME,
            nullable=False,
            comment="participating, suspended or ceased: what it does, whatever its status",
        ),
        sa.Column("events", NAME, nullable=False, comment="ids of the events that the row rests on"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="Who belonged to which organisation, as what.",
    )
    op.create_index("ix_membership_organisation", "membership", ["organisation", "state", "valid_from"])
    op.create_index("ix_membership_state", "membership", ["state"])
    op.create_table(
        "office",
        sa.Column("office", NAME, nullable=False, comment="the office"),
        sa.Column("body", NAME, nullable=False, comment="the body it belongs to"),
        sa.Column("name", NAME, nullable=False, comment="title in English"),
        sa.Column("name_ru", NAME, comment="title in Russian"),
        sa.Column("holders", NAME, nullable=False, comment="one or several at a time"),
        sa.Column("occurred", NAME, nullable=False, comment="date (EDTF) of the entry"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that entered it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_office"),
        comment="Offices: posts, not their holders.",
    )
    op.create_index("ix_office_office", "office", ["office"])
    op.create_table(
        "organisation",
        sa.Column("organisation", NAME, nullable=False, comment="the organisation"),
        sa.Column("name", NAME, nullable=False, comment="name in English"),
        sa.Column("name_ru", NAME, comment="name in Russian"),
        sa.Column("abbreviation", NAME, comment="usual abbreviation"),
        sa.Column("founding_treaties", NAME, comment="ids of the treaties that founded it"),
        sa.Column("charter", NAME, comment="its charter"),
        sa.Column("predecessor", NAME, comment="the organisation it took over from"),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) of its founding"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="Organisations, from founding to dissolution.",
    )
    op.create_index("ix_organisation_organisation", "organisation", ["organisation", "valid_from"])
    op.create_table(
        "person",
        sa.Column("person", NAME, nullable=False, comment="the person"),
        sa.Column("name", NAME, nullable=False, comment="name in English"),
        sa.Column("name_ru", NAME, comment="name in Russian"),
        sa.Column("state", NAME, comment="the state they are known for acting for"),
        sa.Column("wikidata", NAME, comment="Wikidata id"),
        sa.Column("occurred", NAME, nullable=False, comment="date (EDTF) of the entry"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that entered it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_person"),
        comment="Persons.",
    )
    op.create_index("ix_person_person", "person", ["person"])
    op.create_table(
        "projection",
        sa.Column("name", NAME, nullable=False, comment="the projection"),
        sa.Column("version", sa.Integer(), nullable=False, comment="the version of its fold"),
        sa.Column("position", POSITION, nullable=False, comment="how far in the log it has read"),
        sa.PrimaryKeyConstraint("name", name="pk_projection"),
        comment="How far each view has read. Always the head of the log, unless a rebuild is under way.",
    )
    op.create_table(
        "source",
        sa.Column("source", NAME, nullable=False, comment="the source"),
        sa.Column("title", NAME, nullable=False, comment="title"),
        sa.Column("standing", NAME, nullable=False, comment="how much it counts where sources disagree"),
        sa.Column("publisher", NAME, comment="who published it"),
        sa.Column("author", NAME, comment="who wrote it"),
        sa.Column("address", NAME, comment="address or call number"),
        sa.Column("published", NAME, comment="when it was published (EDTF)"),
        sa.Column("accessed", NAME, comment="when it was read (EDTF)"),
        sa.Column("language", NAME, comment="ISO 639-1 code"),
        sa.Column("occurred", NAME, nullable=False, comment="date (EDTF) of the entry"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that entered it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_source"),
        comment="Sources that events cite.",
    )
    op.create_index("ix_source_source", "source", ["source"])
    op.create_table(
        "state",
        sa.Column(
            "state", NAME, nullable=False, comment="ISO 3166-1 alpha-2; ISO 3166-3 for states that no longer exist"
        ),
        sa.Column("alpha3", NAME, comment="ISO 3166-1 alpha-3"),
        sa.Column("name", NAME, nullable=False, comment="name in English"),
        sa.Column("name_ru", NAME, comment="name in Russian"),
        sa.Column("cow", sa.Integer(), comment="Correlates of War code"),
        sa.Column("gw", sa.Integer(), comment="Gleditsch-Ward code"),
        sa.Column("wikidata", NAME, comment="Wikidata id"),
        sa.Column("valid_from", NAME, comment="from when the state existed, as far as sourced"),
        sa.Column("valid_to", NAME, comment="until when it existed; NULL: it exists"),
        sa.PrimaryKeyConstraint("state", name="pk_state"),
        comment="States and their codes. Part of the program, not of the log.",
    )
    op.create_table(
        "timeline",
        sa.Column("event_id", NAME, nullable=False, comment="the event first recorded"),
        sa.Column("kind", NAME, nullable=False, comment="what sort of event"),
        sa.Column("occurred", NAME, nullable=False, comment="when it happened (EDTF), after corrections"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("occurred_to", NAME, nullable=False, comment="latest day it can have been (9999-12-31: unknown)"),
        sa.Column("day_order", sa.Integer(), nullable=False, comment="order among the events of one day"),
        sa.Column("sentence", NAME, nullable=False, comment="what happened, for people"),
        sa.Column("subjects", NAME, nullable=False, comment="what it is about"),
        sa.Column("sources", NAME, nullable=False, comment="ids of the sources, corroborating ones included"),
        sa.Column("inferred", NAME, comment="what in it is the editor's inference"),
        sa.Column("note", NAME, comment="a remark for readers"),
        sa.Column("amended", FLAG, nullable=False, comment="whether later events say more about it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_timeline"),
        comment="Every event in force after corrections; order by occurred_from, occurred_to, day_order, event_id.",
    )
    op.create_index("ix_timeline_occurred_from", "timeline", ["occurred_from", "occurred_to", "day_order", "event_id"])
    op.create_table(
        "treaty",
        sa.Column("treaty", NAME, nullable=False, comment="the treaty"),
        sa.Column("title", NAME, nullable=False, comment="title in English"),
        sa.Column("title_ru", NAME, comment="title in Russian"),
        sa.Column("type", NAME, comment="what it calls itself"),
        sa.Column("organisation", NAME, comment="the organisation within which it was made"),
        sa.Column("place", NAME, comment="where it was settled"),
        sa.Column("amends", NAME, comment="the treaty to which it is a protocol or amendment"),
        sa.Column("consent", NAME, comment="what binds a state: signature or instrument"),
        sa.Column("depositary", NAME, comment="who keeps the text and the instruments"),
        sa.Column("registration", NAME, comment="number in the UN Treaty Series"),
        sa.Column("occurred", NAME, nullable=False, comment="date (EDTF) of the entry"),
        sa.Column("occurred_from", NAME, nullable=False, comment="earliest day it can have been (0001-01-01: unknown)"),
        sa.Column("event_id", NAME, nullable=False, comment="the event that entered it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        sa.PrimaryKeyConstraint("event_id", name="pk_treaty"),
        comment="Treaties.",
    )
    op.create_index("ix_treaty_treaty", "treaty", ["treaty"])
    op.create_table(
        "treaty_party",
        sa.Column("treaty", NAME, nullable=False, comment="the treaty"),
        sa.Column("state", NAME, nullable=False, comment="the state"),
        sa.Column(
            "status",
            NAME,
            nullable=False,
            comment="signatory, consent-given, provisionally-applying, party, withdrawing or withdrawn",
        ),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) from which it has this status"),
        sa.Column("signed", NAME, comment="date (EDTF) of treaty-signed, as far as done"),
        sa.Column("ratified", NAME, comment="date (EDTF) of treaty-ratified, as far as done"),
        sa.Column("deposited", NAME, comment="date (EDTF) of instrument-deposited, as far as done"),
        sa.Column("acceded", NAME, comment="date (EDTF) of treaty-acceded, as far as done"),
        sa.Column("provisionally_applied", NAME, comment="date (EDTF) of treaty-provisionally-applied, as far as done"),
        sa.Column("in_force", NAME, comment="date (EDTF) of treaty-in-force-for-state, as far as done"),
        sa.Column("suspended", NAME, comment="date (EDTF) of treaty-suspended, as far as done"),
        sa.Column("withdrawal_notified", NAME, comment="date (EDTF) of treaty-withdrawal-notified, as far as done"),
        sa.Column("withdrawn", NAME, comment="date (EDTF) of treaty-withdrawn, as far as done"),
        sa.Column("instrument", NAME, comment="what was deposited"),
        sa.Column("withdrawal_effective_on", NAME, comment="date (EDTF) on which a notice of withdrawal takes effect"),
        sa.Column("reservations", NAME, comment="the reservations in force and special opinions, one a line"),
        sa.Column("declarations", NAME, comment="the declarations made, one a line"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="The standing of each state towards each treaty.",
    )
    op.create_index("ix_treaty_party_state", "treaty_party", ["state"])
    op.create_index("ix_treaty_party_treaty", "treaty_party", ["treaty", "state", "valid_from"])
    op.create_table(
        "treaty_status",
        sa.Column("treaty", NAME, nullable=False, comment="the treaty"),
        sa.Column(
            "status",
            NAME,
            nullable=False,
            comment="adopted, provisionally-applied, in-force, extended, suspended, terminated",
        ),
        sa.Column("since", NAME, nullable=False, comment="date (EDTF) from which it has this status"),
        sa.Column("until", NAME, comment="last day (EDTF) of its term, where it has one"),
        sa.Column("valid_from", NAME, nullable=False, comment="earliest day it can have begun (0001-01-01: unknown)"),
        sa.Column(
            "valid_from_latest", NAME, nullable=False, comment="latest day it can have begun (9999-12-31: unknown)"
        ),
        sa.Column("valid_to", NAME, comment="earliest day it can have been over; NULL: not over"),
        sa.Column("valid_to_latest", NAME, comment="latest day it can have been over; NULL: not over"),
        sa.Column("began_by", NAME, nullable=False, comment="event that began it"),
        sa.Column("ended_by", NAME, comment="event that ended it"),
        sa.Column("disputed", FLAG, nullable=False, comment="whether a source says otherwise"),
        comment="The standing of each treaty as such.",
    )
    op.create_index("ix_treaty_status_treaty", "treaty_status", ["treaty", "valid_from"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
