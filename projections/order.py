"""Historical order: by the bounds of the date, then by what can only come before what on one day, then by event id.

Never by position: what was recorded first did not happen first.
"""

# Openings come first and closings last, so that a day on which something was opened, used and closed folds to closed.
# A thing exists before anything is done with it (registers, adopted); a state signs before it binds itself (signed ...
# acceded), is bound before it limits or suspends that (in force ... suspended); notices come before their revocation, and both
# before the end; a person leaves an office before the next one takes it, because the office goes on (who takes and leaves it in
# the same days cannot have left first: the fold of an office sees to that, for it knows who holds it).
DAY_ORDER: dict[str, int] = {
    kind: place
    for place, kind in enumerate(
        (
            "source-registered",
            "organisation-founded",
            "treaty-adopted",
            "body-established",
            "body-reorganised",
            "office-created",
            "person-registered",
            "meeting-held",
            "treaty-signed",
            "treaty-ratified",
            "instrument-deposited",
            "treaty-acceded",
            "treaty-provisionally-applied",
            "treaty-entered-into-force",
            "treaty-in-force-for-state",
            "treaty-extended",
            "treaty-amended",
            "state-joined",
            "state-status-changed",
            "state-seated",
            "office-vacated",
            "office-assumed",
            "decision-adopted",
            "reservation-made",
            "declaration-made",
            "statement-made",
            "reservation-withdrawn",
            "treaty-suspended",
            "participation-suspended",
            "participation-ceased",
            "treaty-withdrawal-notified",
            "treaty-withdrawal-revoked",
            "withdrawal-notified",
            "withdrawal-revoked",
            "treaty-withdrawn",
            "state-withdrew",
            "state-left-body",
            "treaty-terminated",
            "body-dissolved",
            "organisation-dissolved",
        )
    )
}

# Every kind that is about the world, so that a projection can say in a line what it does not look at. A kind that has no place
# above stops every projection until somebody decides what it means there.
EVERYTHING = frozenset(DAY_ORDER)
# What states do towards treaties, and towards organisations.
TREATY_ACTS = frozenset(
    (
        "treaty-signed",
        "treaty-ratified",
        "instrument-deposited",
        "treaty-acceded",
        "treaty-provisionally-applied",
        "treaty-in-force-for-state",
        "reservation-made",
        "reservation-withdrawn",
        "declaration-made",
        "treaty-suspended",
        "treaty-withdrawal-notified",
        "treaty-withdrawal-revoked",
        "treaty-withdrawn",
    )
)
ORGANISATION_ACTS = frozenset(
    (
        "state-joined",
        "state-status-changed",
        "withdrawal-notified",
        "withdrawal-revoked",
        "state-withdrew",
        "participation-ceased",
        "participation-suspended",
    )
)
