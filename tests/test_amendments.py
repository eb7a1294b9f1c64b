"""Nothing is edited: what corrections, retractions, disputes and corroborations make of the answers, now and as known before.

Each test asks twice: what is known now, and what was known before the amendment, which must not have changed.
"""

import pytest
from histories import (
    BELOVEZHA,
    BORIS,
    CHARTER,
    COUNCIL,
    FOUNDED,
    NOW,
    WORLD,
    asked,
    corrected,
    corroborated,
    disputed,
    fact,
    facts,
    given,
    members_on,
    parties_on,
    position,
    retracted,
    roster_on,
    source,
    treaties_on,
)
from sqlalchemy import text

from eventstore import dates, log, reading
from eventstore.drafts import of_event
from eventstore.errors import Misuse
from eventstore.events import KINDS, Citation
from eventstore.events.fields import fields_of
from eventstore.events.organisations import StateJoined
from projections import question, runner
from projections.views import TABLES

DEPOSITARY, GAZETTE, PAPER, LEXICON = (
    source("depositary", "depositary-record"),
    source("gazette", "official-publication"),
    source("paper", "press"),
    source("lexicon", "encyclopedia"),
)
SOURCES = (DEPOSITARY, GAZETTE, PAPER, LEXICON)
JOINED = fact("state-joined", "1993-12-03", citing="paper", organisation="cis", state="GE")
SIGNED = fact("treaty-signed", "1991-12-21", citing="paper", treaty="belovezha", state="AM")
DAY = "2000-01-01"


def rows(database):
    with database.record() as connection:
        return [sorted(map(tuple, connection.execute(table.select())), key=repr) for table in TABLES]


@pytest.fixture
def world(database):
    """A record of a few names. Whatever a test records bit by bit, folding it anew must give the same rows."""
    given(database, *WORLD, *SOURCES)
    yield database
    before = rows(database)
    with database.record() as connection:
        runner.rebuild(connection)
    assert rows(database) == before


# Corrections


@pytest.mark.parametrize("state", ["AZ", "AZE", "Azerbaijan", "Азербайджан", "azerbaijan"])
def test_changes_take_a_state_by_whatever_an_append_takes_it(world, state):
    # Only by its code: of a name nobody was told more than to write the code.
    given(world, SIGNED, corrected(SIGNED, changes={"state": "AZ"}))
    (again,) = given(world, corrected(SIGNED, changes={"state": state}))
    assert not again.new
    assert parties_on(world, DAY, "belovezha") == {"AZ": "signatory"}


def test_changes_take_sets_and_short_forms_as_an_append_does(world):
    met = fact("meeting-held", "1993-12-24", meeting="ashgabat", bodies=["council"])
    given(world, met)
    (loose,) = given(
        world, corrected(met, changes={"country": "Turkmenistan", "states": ["Russia", "ARM"], "title": 1993})
    )
    (settled,) = given(world, corrected(met, changes={"country": "TM", "states": ["AM", "RU"], "title": "1993"}))
    assert (loose.event_id, settled.new) == (settled.event_id, False)
    (one,) = given(world, corrected(BELOVEZHA, changes={"confers": "cis:founding-state:signature"}))
    (list_of_it,) = given(
        world,
        corrected(
            BELOVEZHA, changes={"confers": [{"organisation": "cis", "status": "founding-state", "by": "signature"}]}
        ),
    )
    assert (one.event_id, list_of_it.new) == (list_of_it.event_id, False)


def test_what_goes_by_one_name_is_written_in_one_form_in_all_kinds():
    """So changes are settled without it being known what kind of event they are about."""
    forms = {}
    for cls in KINDS.values():
        for field in fields_of(cls):
            form = (
                field.form in ("text", "choice"),
                field.form == "date",
                field.many,
                field.register == "state",
                field.struct,
            )
            assert forms.setdefault(field.name, form) == form, f"{cls.kind}: {field.name}"


def test_a_blank_text_of_an_older_release_does_not_stand_in_the_way_of_a_correction(world):
    old = of_event(
        StateJoined(organisation="cis", state="GE", note="  "), dates.parse("1993-12-03"), (Citation(source="paper"),)
    )
    with world.record() as connection:
        log.append(connection, [old], recorded_by="tests", now=NOW)
        runner.catch_up(connection)
    given(world, fact("event-corrected", "2026-01-01", event=old.event_id, reason="r", date="1994-04"))
    assert members_on(world, "1994-01-01") == {}


def test_a_correction_of_the_date_moves_the_standing(world):
    given(world, JOINED)
    before = position(world)
    given(world, corrected(JOINED, date="1994-04"))
    assert members_on(world, "1994-01-01") == {}
    assert members_on(world, "1994-04-15") == {"GE": "possible member"}
    assert members_on(world, "1994-01-01", known_at=before) == {"GE": "member"}


def test_a_correction_of_the_data_changes_the_standing(world):
    given(world, JOINED)
    before = position(world)
    given(world, corrected(JOINED, changes={"status": "observer"}))
    assert members_on(world, DAY) == {"GE": "observer"}
    assert members_on(world, DAY, known_at=before) == {"GE": "member"}


def test_a_correction_keeps_the_id_of_the_event_and_adds_its_source(world):
    given(world, JOINED, corrected(JOINED, citing="gazette, no. 7", date="1993-12-09"))
    (found,) = facts(world, "organisation:cis", "state:GE")
    assert (found.event_id, found.occurred) == (JOINED.id, "1993-12-09")
    assert [(cited.source, cited.locator) for cited in found.sources] == [("gazette", "no. 7"), ("paper", "")]
    assert not found.disputed


def test_a_field_can_be_taken_out(world):
    held = fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AM", place="Alma-Ata")
    given(world, held, corrected(held, changes={"place": None}))
    (found,) = facts(world, "treaty:belovezha", "state:AM")
    assert found.event.place is None


def test_a_correction_that_moves_a_fact_to_another_state_takes_it_from_the_first(world):
    given(world, SIGNED)
    before = position(world)
    given(world, corrected(SIGNED, changes={"state": "AZ"}))
    assert members_on(world, DAY) == {"AZ": "founding-state"}
    assert parties_on(world, DAY, "belovezha") == {"AZ": "signatory"}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}
    assert parties_on(world, DAY, "belovezha", before) == {"AM": "signatory"}


def test_a_correction_that_moves_a_fact_to_another_treaty_takes_it_from_the_first(world):
    given(world, SIGNED)
    before = position(world)
    given(world, corrected(SIGNED, date="1993-01-22", changes={"treaty": "charter"}))
    assert (parties_on(world, DAY, "belovezha"), parties_on(world, DAY)) == ({}, {"AM": "signatory"})
    assert members_on(world, DAY) == {}
    assert (parties_on(world, DAY, "belovezha", before), parties_on(world, DAY, known_at=before)) == (
        {"AM": "signatory"},
        {},
    )


@pytest.mark.parametrize("together", [True, False])
def test_two_corrections_that_move_a_fact_on_two_axes_put_it_where_both_say(world, together):
    given(world, SIGNED)
    before = position(world)
    state = corrected(SIGNED, "2026-01-01", changes={"state": "AZ"})
    treaty = corrected(SIGNED, "2026-01-02", changes={"treaty": "charter"})
    for batch in [(state, treaty)] if together else [(treaty,), (state,)]:
        given(world, *batch)
    assert parties_on(world, DAY) == {"AZ": "signatory"}
    assert parties_on(world, DAY, "belovezha") == {}
    assert members_on(world, DAY) == {}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


def test_of_two_corrections_the_later_dated_counts_whichever_was_recorded_first(world):
    earlier = corrected(JOINED, "2026-01-01", changes={"status": "observer"})
    later = corrected(JOINED, "2026-02-01", changes={"status": "associate"})
    given(world, JOINED)
    given(world, later)
    before = position(world)
    given(world, earlier)
    assert members_on(world, DAY) == members_on(world, DAY, known_at=before) == {"GE": "associate"}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01", "2026-01-10"),  # that which began later, also if it may have been earlier than the other
        ("2026-01-01", "2026-01"),  # on the same first day that which may have been later
        ("2026-01-01", "[2026-01-01..]"),
        ("[..2026-03-01]", "2026-01-01"),
    ],
)
@pytest.mark.parametrize("status", ["observer", "associate"])
def test_of_two_corrections_that_are_dated_vaguely_the_later_is_told_by_the_first_day_and_then_by_the_last(
    world, earlier, later, status
):
    (other,) = {"observer", "associate"} - {status}
    given(
        world,
        JOINED,
        *(corrected(JOINED, on, changes={"status": to}) for on, to in ((earlier, other), (later, status))),
    )
    assert members_on(world, DAY) == {"GE": status}


def test_a_correction_of_a_correction_counts(world):
    first = corrected(JOINED, changes={"state": "AM", "status": "observer"})
    given(world, JOINED, first)
    before = position(world)
    given(world, corrected(first, changes={"state": "AZ"}))
    assert members_on(world, DAY) == {"AZ": "observer"}
    assert members_on(world, DAY, known_at=before) == {"AM": "observer"}


def test_a_correction_of_a_correction_may_change_only_its_date(world):
    first = corrected(JOINED, date="1994-04-19", changes={"status": "observer"})
    given(world, JOINED, first, corrected(first, date="1995-01-01"))
    assert members_on(world, "1994-12-31") == {}
    assert members_on(world, "1995-01-01") == {"GE": "observer"}


def test_a_fact_may_be_corrected_back(world):
    away = corrected(SIGNED, "2026-01-01", changes={"state": "AZ"})
    given(world, SIGNED, away)
    before = position(world)
    given(world, corrected(SIGNED, "2026-02-01", changes={"state": "AM"}))
    assert members_on(world, DAY) == {"AM": "founding-state"}
    assert members_on(world, DAY, known_at=before) == {"AZ": "founding-state"}


def test_a_treaty_that_is_found_to_confer_standing_gives_it_to_all_that_acted(world):
    pact = fact("treaty-adopted", "1992", treaty="pact", title="Pact")
    given(world, pact, fact("treaty-signed", "1992-05-15", treaty="pact", state="UZ"))
    before = position(world)
    given(
        world, corrected(pact, changes={"confers": [{"by": "signature", "organisation": "cis", "status": "observer"}]})
    )
    assert members_on(world, DAY) == {"UZ": "observer"}
    assert members_on(world, DAY, known_at=before) == {}


def test_a_treaty_that_is_found_to_confer_nothing_takes_the_standing_from_all_that_acted(world):
    given(world, SIGNED)
    before = position(world)
    given(world, corrected(BELOVEZHA, changes={"confers": None}))
    assert members_on(world, DAY) == {}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


def test_a_treaty_that_is_found_to_confer_standing_in_another_organisation_moves_it_there(world):
    given(world, SIGNED, fact("organisation-founded", "1990", organisation="cst", name="CST"))
    before = position(world)
    given(
        world,
        corrected(BELOVEZHA, changes={"confers": [{"by": "signature", "organisation": "cst", "status": "member"}]}),
    )
    assert (members_on(world, DAY), members_on(world, DAY, "cst")) == ({}, {"AM": "member"})
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


def test_a_body_that_is_found_to_belong_to_another_organisation_follows_the_membership_of_that(world):
    left = fact("state-withdrew", "1999", organisation="cis", state="GE")
    seated = fact("state-seated", "1993-12-09", body="council", state="GE")
    given(world, seated, left, fact("organisation-founded", "1990", organisation="cst", name="CST"))
    before = position(world)
    given(world, corrected(COUNCIL, changes={"organisation": "cst"}))
    assert roster_on(world, DAY) == {"GE": "member"}
    assert roster_on(world, DAY, known_at=before) == {}


def test_a_corrected_name_is_the_name_in_every_sentence(world):
    given(world, fact("office-assumed", "1992", office="chair", person="boris"))
    before = position(world)
    given(world, corrected(BORIS, changes={"name": "Boris Yeltsin"}))
    for known_at, said in ((None, "Boris Yeltsin becomes Chair."), (before, "Boris becomes Chair.")):
        with asked(world, known_at) as views:
            query = "SELECT sentence FROM timeline WHERE kind = 'office-assumed'"
            assert views.execute(text(query)).scalar() == said


# Retractions


def test_a_retraction_takes_a_fact_out(world):
    given(world, JOINED)
    before = position(world)
    given(world, retracted(JOINED))
    assert members_on(world, DAY) == {}
    assert facts(world, "state:GE") == []
    assert members_on(world, DAY, known_at=before) == {"GE": "member"}


def test_a_retraction_of_a_correction_brings_back_what_stood_before(world):
    wrong = corrected(SIGNED, changes={"state": "AZ"})
    given(world, SIGNED, wrong)
    before = position(world)
    given(world, retracted(wrong))
    assert members_on(world, DAY) == {"AM": "founding-state"}
    assert members_on(world, DAY, known_at=before) == {"AZ": "founding-state"}


def test_a_retraction_of_a_retraction_brings_the_fact_back(world):
    out = retracted(JOINED)
    given(world, JOINED, out)
    before = position(world)
    given(world, retracted(out, "2026-02-01"))
    assert members_on(world, DAY) == {"GE": "member"}
    assert members_on(world, DAY, known_at=before) == {}


def test_a_retracted_correction_takes_its_own_corrections_along(world):
    wrong = corrected(JOINED, changes={"status": "observer"})
    given(world, JOINED, wrong, corrected(wrong, changes={"status": "associate"}))
    before = position(world)
    given(world, retracted(wrong))
    assert members_on(world, DAY) == {"GE": "member"}
    assert members_on(world, DAY, known_at=before) == {"GE": "associate"}


def test_a_retracted_treaty_confers_nothing(world):
    given(world, SIGNED)
    before = position(world)
    given(world, retracted(BELOVEZHA))
    assert members_on(world, DAY) == {}
    assert "belovezha" not in treaties_on(world, DAY)
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


def test_a_retracted_end_of_an_organisation_gives_back_the_standing(world):
    end = fact("organisation-dissolved", "1999", organisation="cis")
    given(world, JOINED, fact("state-seated", "1994", body="council", state="GE"), end)
    before = position(world)
    given(world, retracted(end))
    assert (members_on(world, DAY), roster_on(world, DAY)) == ({"GE": "member"}, {"GE": "member"})
    assert (members_on(world, DAY, known_at=before), roster_on(world, DAY, known_at=before)) == ({}, {})


def test_a_fact_that_was_retracted_and_is_told_again_stays_out_until_the_retraction_is_retracted(world):
    given(world, JOINED, retracted(JOINED))
    before = position(world)
    given(world, JOINED)
    assert position(world) == before
    assert members_on(world, DAY) == {}


# Disputes


def marked(database, known_at=None):
    """Whether the rows of a membership are marked as disputed, and who claims what in which event."""
    with asked(database, known_at) as views:
        rows = views.execute(text("SELECT disputed FROM membership")).scalars().all()
        said = views.execute(text("SELECT sources, prevails FROM dispute ORDER BY sources")).all()
    return [bool(row) for row in rows], [(sources, bool(prevails)) for sources, prevails in said]


def test_a_dispute_by_a_worse_source_is_lost_and_marks_the_row(world):
    given(world, JOINED)
    before = position(world)
    given(world, disputed(JOINED, citing="lexicon", date="1994-04-19"))
    assert members_on(world, "1993-12-03") == {"GE": "member"}
    assert marked(world) == ([True], [("lexicon", False)])
    assert marked(world, before) == ([False], [])


SEATED = fact("state-seated", "1993-12-09", citing="paper", body="council", state="GE")
CHAIRED = fact("office-assumed", "1993-12-09", citing="paper", office="chair", person="boris")


@pytest.mark.parametrize(
    ("told", "view", "whose"),
    [
        (SEATED, "council_roster", "state = 'GE'"),
        (CHAIRED, "council_roster", "person = 'boris'"),
        (SIGNED, "treaty_party", "state = 'AM'"),
        (CHARTER, "treaty_status", "treaty = 'charter'"),
    ],
)
def test_a_row_that_rests_on_what_is_disputed_is_marked_in_every_view(world, told, view, whose):
    given(world, told)
    before = position(world)
    given(world, disputed(told, citing="lexicon", date="1994-04-19"))
    for known_at, mark in ((None, True), (before, False)):
        with asked(world, known_at) as views:
            assert views.execute(text(f"SELECT disputed FROM {view} WHERE {whose}")).scalars().all() == [mark]


def test_a_dispute_by_an_equal_source_is_lost(world):
    given(world, JOINED, disputed(JOINED, citing="record", date="1994-04-19"))
    assert members_on(world, "1993-12-03") == {"GE": "member"}
    assert marked(world) == ([True], [("record", False)])


def test_a_dispute_by_a_better_source_is_won_and_marks_the_row(world):
    given(world, JOINED)
    before = position(world)
    given(world, disputed(JOINED, citing="gazette", date="1994-04-19", changes={"status": "observer"}))
    assert members_on(world, "1994-04-18") == {}
    assert members_on(world, "1994-04-19") == {"GE": "observer"}
    assert marked(world) == ([True], [("gazette", True)])
    assert members_on(world, "1994-04-18", known_at=before) == {"GE": "member"}


def test_of_several_disputes_the_best_sourced_counts(world):
    given(world, JOINED)
    given(world, disputed(JOINED, citing="gazette", date="1994-01-01"))
    before = position(world)
    given(
        world, disputed(JOINED, citing="depositary", date="1995-01-01"), disputed(JOINED, citing="lexicon", date="1996")
    )
    assert members_on(world, "1994-12-31") == {}
    assert members_on(world, "1995-01-01") == {"GE": "member"}
    assert marked(world) == ([True], [("depositary", True), ("gazette", False), ("lexicon", False)])
    assert members_on(world, "1994-12-31", known_at=before) == {"GE": "member"}


def test_what_a_better_source_denies_is_out(world):
    given(world, JOINED)
    before = position(world)
    given(world, disputed(JOINED, citing="depositary", denied=True))
    assert members_on(world, DAY) == {}
    assert members_on(world, DAY, known_at=before) == {"GE": "member"}


def test_what_a_better_source_denies_leaves_its_trace_among_the_disputes_until_it_is_retracted(world):
    claims = disputed(JOINED, citing="depositary", denied=True), disputed(JOINED, citing="lexicon", date="1996")
    given(world, JOINED, *claims)
    denied = position(world)
    assert marked(world) == ([], [("depositary", True), ("lexicon", False)])
    given(world, retracted(JOINED))
    assert marked(world) == ([], [])
    with world.record() as connection:
        runner.rebuild(connection)
    assert marked(world) == ([], [])
    assert marked(world, denied) == ([], [("depositary", True), ("lexicon", False)])


def test_a_source_that_becomes_a_better_one_makes_its_denial_count_and_leaves_a_trace(world):
    given(world, JOINED, disputed(JOINED, citing="lexicon", denied=True))
    assert marked(world) == ([True], [("lexicon", False)])
    given(world, source("lexicon", "depositary-record", on="1992-01-01"))
    assert (members_on(world, DAY), marked(world)) == ({}, ([], [("lexicon", True)]))


def test_what_a_worse_source_denies_stays_and_is_marked(world):
    given(world, JOINED, disputed(JOINED, citing="lexicon", denied=True))
    assert members_on(world, DAY) == {"GE": "member"}
    assert marked(world) == ([True], [("lexicon", False)])


def test_a_retracted_dispute_leaves_no_mark(world):
    claim = disputed(JOINED, citing="depositary", denied=True)
    given(world, JOINED, claim)
    before = position(world)
    given(world, retracted(claim))
    assert (members_on(world, DAY), marked(world)) == ({"GE": "member"}, ([False], []))
    assert members_on(world, DAY, known_at=before) == {}


def test_a_corrected_dispute_claims_what_the_correction_says(world):
    claim = disputed(JOINED, citing="gazette", date="1994-04-19")
    given(world, JOINED, claim)
    before = position(world)
    given(world, corrected(claim, citing="gazette", date="1994-05-01"))
    assert members_on(world, "1994-04-30") == {}
    assert members_on(world, "1994-05-01") == {"GE": "member"}
    assert members_on(world, "1994-04-30", known_at=before) == {"GE": "member"}


def test_a_dispute_of_a_correction_by_a_better_source_replaces_the_correction(world):
    correction = corrected(JOINED, citing="paper", changes={"status": "observer"})
    given(world, JOINED, correction)
    before = position(world)
    given(world, disputed(correction, citing="gazette", changes={"status": "associate"}))
    assert members_on(world, DAY) == {"GE": "associate"}
    assert marked(world) == ([True], [("gazette", True)])
    assert members_on(world, DAY, known_at=before) == {"GE": "observer"}


@pytest.mark.parametrize("amended", [corrected, disputed])
def test_a_dispute_of_an_amendment_by_a_better_source_leaves_the_date_that_it_does_not_dispute(world, amended):
    first = amended(JOINED, citing="gazette", date="1994-04-19", changes={"status": "observer"})
    given(world, JOINED, first, disputed(first, citing="depositary", changes={"status": "associate"}))
    assert members_on(world, "1994-04-18") == {}
    assert members_on(world, "1994-04-19") == {"GE": "associate"}


def test_a_dispute_by_a_better_source_leaves_the_corrected_date_that_it_does_not_dispute(world):
    claim = disputed(JOINED, citing="gazette", changes={"status": "observer"})
    given(world, JOINED, corrected(JOINED, date="1994-04-19"), claim)
    assert members_on(world, "1994-04-18") == {}
    assert members_on(world, "1994-04-19") == {"GE": "observer"}


def test_a_dispute_of_a_correction_by_a_worse_source_leaves_the_correction(world):
    correction = corrected(JOINED, citing="paper", changes={"status": "observer"})
    given(world, JOINED, correction, disputed(correction, citing="lexicon", changes={"status": "associate"}))
    assert members_on(world, DAY) == {"GE": "observer"}
    assert marked(world) == ([True], [("lexicon", False)])


def test_a_correction_that_a_better_source_denies_leaves_the_fact_as_it_was_and_does_not_take_it_out(world):
    correction = corrected(JOINED, citing="paper", changes={"status": "observer"})
    given(world, JOINED, correction)
    before = position(world)
    given(world, disputed(correction, citing="gazette", denied=True))
    assert members_on(world, DAY) == {"GE": "member"}
    assert marked(world) == ([True], [("gazette", True)])
    assert members_on(world, DAY, known_at=before) == {"GE": "observer"}


def test_a_correction_stands_against_sources_by_its_own_standing_and_not_by_that_of_the_event(world):
    joined = JOINED.citing("depositary")
    correction = corrected(joined, citing="lexicon", changes={"status": "observer"})
    given(world, joined, correction, disputed(correction, citing="paper", changes={"status": "member"}))
    assert members_on(world, DAY) == {"GE": "member"}


def test_a_dispute_that_a_better_source_denies_is_lost_and_shown(world):
    # It was won all the same, and the dispute about it was told nowhere.
    claim = disputed(JOINED, citing="gazette", denied=True)
    given(world, JOINED, claim)
    assert members_on(world, "1994-06-01") == {}
    before = position(world)
    given(world, disputed(claim, citing="depositary", denied=True))
    assert members_on(world, "1994-06-01") == {"GE": "member"}
    assert marked(world) == ([True], [("depositary", True), ("gazette", False)])
    assert members_on(world, "1994-06-01", known_at=before) == {}


def test_a_dispute_of_a_dispute_by_a_better_source_replaces_what_it_claims(world):
    claim = disputed(JOINED, citing="gazette", changes={"status": "observer"})
    given(world, JOINED, claim, disputed(claim, citing="depositary", changes={"status": "associate"}))
    assert members_on(world, "1994-06-01") == {"GE": "associate"}


def test_a_retraction_that_a_better_source_denies_has_no_effect(world):
    taken_out = retracted(JOINED, citing="lexicon")
    given(world, JOINED, taken_out)
    assert members_on(world, "1994-06-01") == {}
    given(world, disputed(taken_out, citing="depositary", denied=True))
    assert members_on(world, "1994-06-01") == {"GE": "member"}


def test_a_retraction_that_a_worse_source_denies_stands(world):
    taken_out = retracted(JOINED, citing="gazette")
    given(world, JOINED, taken_out, disputed(taken_out, citing="lexicon", denied=True))
    assert members_on(world, "1994-06-01") == {}


def test_a_dispute_that_moves_a_fact_to_another_state_moves_it_when_it_wins(world):
    given(world, SIGNED)
    before = position(world)
    given(world, disputed(SIGNED, citing="depositary", changes={"state": "AZ"}))
    assert members_on(world, DAY) == {"AZ": "founding-state"}
    assert parties_on(world, DAY, "belovezha") == {"AZ": "signatory"}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


# Corroborations


def test_a_corroboration_adds_a_source_and_disputes_nothing(world):
    given(world, JOINED)
    before = position(world)
    given(world, corroborated(JOINED, citing="gazette, no. 7"))
    for known_at, sources in ((None, ["gazette", "paper"]), (before, ["paper"])):
        (found,) = facts(world, "organisation:cis", "state:GE", known_at=known_at)
        assert ([cited.source for cited in found.sources], found.disputed) == (sources, False)


def test_a_corroboration_by_a_better_source_turns_a_dispute(world):
    claim = disputed(JOINED, citing="gazette", changes={"status": "observer"})
    given(world, JOINED, claim)
    before = position(world)
    given(world, corroborated(JOINED, citing="depositary"))
    assert members_on(world, DAY) == {"GE": "member"}
    assert members_on(world, DAY, known_at=before) == {"GE": "observer"}
    given(world, corroborated(claim, citing="depositary"))  # now both are equally well sourced: the event stays
    assert members_on(world, DAY) == {"GE": "member"}


def test_a_retracted_corroboration_supports_nothing(world):
    support = corroborated(JOINED, citing="depositary")
    given(world, JOINED, disputed(JOINED, citing="gazette", changes={"status": "observer"}), support)
    before = position(world)
    given(world, retracted(support))
    assert members_on(world, DAY) == {"GE": "observer"}
    assert members_on(world, DAY, known_at=before) == {"GE": "member"}


# The standing of sources


def test_a_source_whose_standing_is_corrected_turns_the_disputes_that_hang_on_it(world):
    given(world, SIGNED, disputed(SIGNED, citing="lexicon", changes={"state": "AZ"}))
    before = position(world)
    given(world, corrected(LEXICON, changes={"standing": "official-publication"}))
    assert members_on(world, DAY) == {"AZ": "founding-state"}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


def test_a_source_that_is_found_to_be_worse_gives_the_fact_back_to_the_state_it_was_told_of(world):
    given(world, SIGNED, disputed(SIGNED, citing="gazette", changes={"state": "AZ"}))
    before = position(world)
    given(world, corrected(GAZETTE, changes={"standing": "encyclopedia"}))
    assert members_on(world, DAY) == {"AM": "founding-state"}
    assert members_on(world, DAY, known_at=before) == {"AZ": "founding-state"}


def test_the_standing_of_a_corroborating_source_counts_too(world):
    given(
        world,
        SIGNED,
        disputed(SIGNED, citing="gazette", changes={"state": "AZ"}),
        corroborated(SIGNED, citing="lexicon"),
    )
    before = position(world)
    given(world, corrected(LEXICON, changes={"standing": "depositary-record"}))
    assert members_on(world, DAY) == {"AM": "founding-state"}
    assert members_on(world, DAY, known_at=before) == {"AZ": "founding-state"}


def test_a_name_that_hangs_on_the_standing_of_a_source_is_the_name_in_every_sentence(world):
    founded = fact("organisation-founded", "1991", citing="paper", organisation="csto", name="Pact")
    joined = fact("state-joined", "1992", organisation="csto", state="AM")
    given(world, founded, joined, disputed(founded, citing="lexicon", changes={"name": "Treaty Organisation"}))
    before = position(world)
    given(world, corrected(LEXICON, changes={"standing": "depositary-record"}))
    for known_at, said in (
        (None, "Armenia joins Treaty Organisation as member."),
        (before, "Armenia joins Pact as member."),
    ):
        with asked(world, known_at) as views:
            query = text("SELECT sentence FROM timeline WHERE event_id = :event")
            assert views.execute(query, {"event": joined.id}).scalar() == said


def test_the_entry_of_a_source_that_another_source_disputes_is_shown_by_the_standing_of_the_other(world):
    given(world, disputed(PAPER, citing="lexicon", changes={"title": "The Daily Paper"}))
    before = position(world)
    given(world, corrected(LEXICON, changes={"standing": "depositary-record"}))
    for known_at, title in ((None, "The Daily Paper"), (before, "The paper")):
        with asked(world, known_at) as views:
            assert views.execute(text("SELECT title FROM source WHERE source = 'paper'")).scalar() == title


# Everything together


def test_the_same_fact_from_two_sources_is_cited_alike_whichever_came_first(world):
    given(world, JOINED.citing("paper"), SIGNED.citing("gazette"))
    given(world, JOINED.citing("gazette"), SIGNED.citing("paper"))
    for found in facts(world, "state:GE") + facts(world, "state:AM"):
        assert [cited.source for cited in found.sources] == ["gazette", "paper"]


def test_an_amendment_of_the_founding_of_an_organisation_changes_the_tests_of_standing(world):
    given(world, JOINED, fact("treaty-signed", "1994-01-01", treaty="charter", state="GE"))
    before = position(world)
    given(world, corrected(FOUNDED, changes={"charter": None}))
    for known_at, tests in ((None, [None]), (before, [None, "1994-01-01"])):
        with asked(world, known_at) as views:
            query = "SELECT charter_signed FROM membership ORDER BY valid_from"
            assert views.execute(text(query)).scalars().all() == tests


def test_what_was_moved_and_what_it_was_moved_by_can_change_in_one_batch(world):
    given(world, SIGNED)
    before = position(world)
    given(
        world,
        corrected(SIGNED, changes={"treaty": "charter"}),
        corrected(BELOVEZHA, changes={"confers": None}),
        corrected(CHARTER, changes={"confers": [{"by": "signature", "organisation": "cis", "status": "observer"}]}),
    )
    assert members_on(world, DAY) == {"AM": "observer"}
    assert members_on(world, DAY, known_at=before) == {"AM": "founding-state"}


# As known at


def test_known_at_takes_a_position_a_time_or_a_day_which_means_its_end(database):
    given(database, *WORLD, *SOURCES, now="2026-11-20T08:00:00.000000Z")
    given(database, JOINED, now="2026-11-20T12:00:00.000000Z")
    joined = position(database)
    given(database, retracted(JOINED), now="2026-11-21T12:00:00.000000Z")
    known = {
        str(joined): joined,
        "0": 0,
        "2026-11-19": 0,
        "2026-11-20": joined,
        "2026-11-20T12:00:00Z": joined,
        "2026-11-20T13:00:00+02:00": joined - 1,
        "2026-11-21T11:59": joined,
        "2026-11-21": joined + 1,
    }
    with database.record() as connection:
        assert {told: question.basis(connection, DAY, told).known_at for told in known} == known


@pytest.mark.parametrize(
    ("known_at", "said"),
    [
        ("999", "--known-at 999: the log ends at position 14"),
        ("yesterday", "--known-at 'yesterday': neither a position nor a time\n"
                      "  Write a position such as 120, or a time such as 2026-11-22T10:00Z."),
    ],
)  # fmt: skip
def test_known_at_something_that_is_no_place_in_the_log_is_refused(world, known_at, said):
    given(world, JOINED)
    with pytest.raises(Misuse) as refused, world.record() as connection:
        question.basis(connection, DAY, known_at)
    assert str(refused.value) == said


def test_an_answer_says_what_it_rests_on(world):
    given(world, JOINED)
    with world.record() as connection:
        now, before = question.basis(connection, DAY), question.basis(connection, DAY, "13")
        rows = {row.position: row for row in reading.read(connection)}
    assert str(now) == f"as of 2000-01-01, known at position 14, hash {rows[14].hash[:16]}"
    assert before == (DAY, 13, rows[13].hash)


def test_an_append_asks_no_more_for_fifty_facts_from_a_new_source_than_for_two(database, monkeypatch):
    # What supports each already was read by itself.
    joined = [fact("state-joined", str(1920 + year), organisation="cis", state="GE") for year in range(52)]
    given(database, *WORLD, *joined, DEPOSITARY)
    given(database, *(corroborated(one, citing="depositary, page 1") for one in joined))
    asked = asking(monkeypatch)

    def questions(told):
        asked.clear()
        with database.record() as connection:
            outcomes = log.append(connection, [one.draft for one in told], recorded_by="tests", now=NOW)
        assert [outcome.draft.kind for outcome in outcomes if outcome.new] == ["event-corroborated"] * len(told)
        return len(asked)

    some, many = ([one.citing("depositary, page 2") for one in part] for part in (joined[:2], joined[2:]))
    assert questions(many) == questions(some) > 0


def asking(monkeypatch) -> list[str]:
    """What grows by one with each question to the log from now on."""
    asked = list[str]()
    one, several = reading.ask, reading.ask_all
    monkeypatch.setattr(reading, "ask", lambda *given: asked.append("one") or one(*given))
    monkeypatch.setattr(reading, "ask_all", lambda *given: asked.append("several") or several(*given))
    return asked


def test_an_append_asks_no_more_for_fifty_amendments_than_for_two(database, monkeypatch):
    # Each was looked up by itself: two questions for every amendment of a batch.
    joined = [fact("state-joined", str(1920 + year), organisation="cis", state="GE") for year in range(100)]
    given(database, *WORLD, *joined, DEPOSITARY)
    given(database, *(disputed(one, citing="depositary", date="1990") for one in joined[:4]))
    asked = asking(monkeypatch)

    def questions(amendments):
        asked.clear()
        with database.record() as connection:
            log.append(connection, [told.draft for told in amendments], recorded_by="tests", now=NOW)
        return len(asked)

    some = [corrected(one, date="1991", reason="read again") for one in joined[:2]]
    many = [corrected(one, date="1992", reason="read again") for one in joined[:50]]
    assert questions(many) == questions(some) > 0
