"""What changed in the views: a tiny history, two days or two positions, the lines and the events that caused them."""

import pytest
from cli_runs import cis
from histories import COUNCIL, FOUNDED, NOW, WORLD, asked, corrected, disputed, fact, given, position, retracted, source

from eventstore.batch import Entry
from eventstore.errors import Misuse
from projections.diff import INTERVALS, changes, changes_known, preview, subjects_named, view_of
from projections.interval import interval_columns
from projections.views import PROJECTIONS


def between(database, first, second):
    with asked(database) as views:
        return list(changes(views, first, second))


def learned(database, earlier, day=None):
    later = position(database)
    with database.record() as connection:
        return list(changes_known(connection, day, earlier, later))


def short(lines):
    """view key what: before -> after."""
    return [f"{line.view} {'/'.join(line.key.values())} {line.what}: {line.before} -> {line.after}" for line in lines]


JOINED = fact("state-joined", "1993-12", organisation="cis", state="GE")
LEFT = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")


def test_a_line_names_the_event_that_caused_it(database):
    given(database, *WORLD, fact("state-joined", "1993-12-03", organisation="cis", state="GE"), LEFT)
    (line,) = between(database, "2009-01-01", "2010-01-01")
    assert (line.view, line.key, line.what) == ("membership", {"organisation": "cis", "state": "GE"}, "status")
    assert (line.before, line.after) == ("member", "former")
    assert line.events == (LEFT.id,)
    assert line.because == ("2009-08-18: Georgia leaves Commonwealth of Independent States.",)


def test_what_happened_and_was_undone_in_between_is_no_change(database):
    given(database, *WORLD, fact("state-joined", "1993-12-03", organisation="cis", state="GE"), LEFT)
    assert between(database, "1990-01-01", "1991-01-01") == []
    assert short(between(database, "1992-01-01", "2010-01-01")) == [
        "membership cis/GE status:  -> former",
        "treaty_status charter status:  -> adopted",
    ]


def test_what_is_possible_is_not_counted_as_certain_and_becomes_so(database):
    given(database, *WORLD, JOINED)
    assert short(between(database, "1993-11-30", "1993-12-15")) == ["membership cis/GE status:  -> possible member"]
    assert short(between(database, "1993-12-15", "1993-12-31")) == [
        "membership cis/GE status: possible member -> member"
    ]
    assert between(database, "1993-12-31", "1994-12-31") == []


def test_what_becomes_certain_by_an_act_that_is_dated_better_is_laid_to_that_act_too(database):
    again = fact("state-joined", "1993-12-10", organisation="cis", state="GE")
    given(database, *WORLD, JOINED, again)
    (line,) = between(database, "1993-12-05", "1993-12-15")
    assert short([line]) == ["membership cis/GE status: possible member -> member"]
    assert line.events == (JOINED.id, again.id)


def test_a_date_of_an_act_is_a_change_of_its_own(database):
    ratified = fact("treaty-ratified", "1994-04-01", treaty="belovezha", state="GE")
    given(database, *WORLD, JOINED, ratified)
    lines = [line for line in between(database, "1994-01-01", "1994-12-31") if line.view == "membership"]
    assert short(lines) == ["membership cis/GE agreement_ratified:  -> 1994-04-01"]
    assert lines[0].events == (ratified.id,)


def test_the_holders_of_an_office_follow_each_other(database):
    given(
        database,
        *WORLD,
        fact("office-assumed", "1992-01-01", office="chair", person="boris"),
        fact("office-assumed", "1994-01-01", office="chair", person="leonid", acting=True),
    )
    (line,) = between(database, "1993-12-31", "1994-01-01")
    assert short([line]) == ["council_roster council/chair holder: boris -> leonid (acting)"]
    assert line.because == ("1994-01-01: Leonid (acting) becomes Chair.",)


def test_who_hold_an_office_together_stand_beside_each_other_and_who_may_hold_it_instead_of_each_other(database):
    deputy = fact("office-created", "1991-12-21", office="deputy", body="council", name="Deputy", holders="several")
    deputies = [fact("office-assumed", "1992-01-01", office="deputy", person=who) for who in ("leonid", "boris")]
    taken = [fact("office-assumed", "1992", office="chair", person=who) for who in ("leonid", "boris")]
    given(database, *WORLD, deputy, *deputies, *taken)
    assert short(between(database, "1991-12-31", "1992-01-01")) == [
        "council_roster council/chair holder:  -> possible boris or possible leonid",
        "council_roster council/deputy holder:  -> boris, leonid",
    ]


def test_each_state_in_a_body_is_compared_by_itself(database):
    def seated(on, state, **fields):
        return fact("state-seated", on, body="council", state=state, **fields)

    given(database, *WORLD, seated("1993-12-09", "GE"), seated("1994-01-01", "AM", status="observer"))
    given(database, seated("1994-01-01", "GE", status="associate"))
    assert short(between(database, "1993-12-31", "1994-01-01")) == [
        "council_roster council/AM status:  -> observer",
        "council_roster council/GE status: member -> associate",
    ]


def test_meetings_and_decisions_are_new_where_they_were_held(database):
    given(
        database,
        *WORLD,
        fact("meeting-held", "1993-12", meeting="winter"),
        fact("decision-adopted", "1993-12-24", decision="resolved", title="Resolved", meeting="winter"),
    )
    assert short(between(database, "1993-11-30", "1993-12-25")) == [
        "meeting winter held:  -> possibly held",
        "decision resolved adopted:  -> adopted",
    ]
    (held,) = between(database, "1993-12-25", "1994-12-31")
    assert short([held]) == ["meeting winter held: possibly held -> held"]
    assert held.subjects == {"meeting:winter"}


def test_every_projection_is_compared():
    assert set(INTERVALS) == {projection.name for projection in PROJECTIONS}


WHEN_AND_WHENCE = {"since", "events", *(column.name for column in interval_columns()[:-1])}
HOLDER = {"seat", "state", "person", "office", "status", "acting"}  # who sits is put in one word


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
def test_all_that_a_view_says_is_compared(projection):
    compared = INTERVALS[projection.name]
    said = {*compared.key, compared.main, *compared.others}
    left_out = {column.name for column in projection.table.c} - said - WHEN_AND_WHENCE
    assert left_out <= (HOLDER if projection.table.name == "council_roster" else set())


def test_a_correction_of_another_name_is_seen(database):
    given(database, *WORLD)
    before = position(database)
    given(
        database, corrected(FOUNDED, changes={"abbreviation": "CIS"}), corrected(COUNCIL, changes={"name_ru": "Совет"})
    )
    assert short(learned(database, before)) == [
        "organisation cis abbreviation:  -> CIS",
        "body council name_ru:  -> Совет",
    ]


def test_a_correction_changes_what_is_known_of_a_day_and_is_named(database):
    given(database, *WORLD, JOINED)
    before = position(database)
    correction = corrected(JOINED, date="1993-12-03", reason="The minutes give the day.")
    given(database, correction)
    lines = learned(database, before, "1993-12-15")
    assert short(lines) == [
        "membership cis/GE status: possible member -> member",
        f"timeline {JOINED.id} occurred: 1993-12 -> 1993-12-03",
    ]
    assert lines[0].events == (correction.id,)
    assert lines[0].because == (
        "corrected on 2026-01-01: “Georgia joins Commonwealth of Independent States as member.” The minutes give the day.",
    )
    assert [line.view for line in learned(database, before, "2000-01-01")] == ["membership", "timeline"]
    assert short(learned(database, before, "2000-01-01"))[0] == "membership cis/GE since: 1993-12 -> 1993-12-03"
    assert learned(database, before, "1990-01-01") == []


def test_an_event_recorded_late_changes_earlier_days(database):
    given(database, *WORLD)
    before = position(database)
    given(database, JOINED, fact("person-registered", "1995-01-01", person="clara", name="Clara"))
    assert short(learned(database, before, "1994-06-30")) == ["membership cis/GE status:  -> member"]
    assert short(learned(database, before, "1996-01-01")) == [
        "membership cis/GE status:  -> member",
        "person clara name:  -> Clara",
    ]


def test_what_may_be_over_is_laid_to_what_ended_it_and_not_to_what_came_after(database):
    given(database, *WORLD, fact("state-seated", "1993-12-09", body="council", state="GE"))
    before = position(database)
    left = fact("state-left-body", "2006", body="council", state="GE")
    given(database, left, fact("state-seated", "2010", body="council", state="GE", status="observer"))
    (line,) = learned(database, before, day="2006-06-01")
    assert short([line]) == ["council_roster council/GE status: member -> possible member"]
    assert line.events == (left.id,)


def test_lines_stand_in_the_order_of_their_keys_whatever_was_recorded_first(database):
    given(database, *WORLD)
    for state in ("RU", "GE", "AM"):
        given(database, fact("state-joined", "1994-01-01", organisation="cis", state=state))
    assert [line.key["state"] for line in between(database, "1993-12-31", "1994-01-01")] == ["AM", "GE", "RU"]


def test_a_dispute_and_a_retraction_are_changes_of_what_is_known(database):
    given(database, *WORLD, source("rumour", "encyclopedia"), JOINED)
    before = position(database)
    given(database, disputed(JOINED, citing="rumour", date="1993-10"))
    assert short(learned(database, before, "1994-06-30"))[0] == "membership cis/GE disputed:  -> yes"
    between_both = position(database)
    given(database, retracted(JOINED))
    assert short(learned(database, between_both, "1994-06-30")) == [
        "membership cis/GE status: member -> ",
        f"timeline {JOINED.id} sentence: Georgia joins Commonwealth of Independent States as member. -> ",
    ]


def test_a_statement_that_changes_no_standing_is_shown_in_the_timeline(database):
    given(database, *WORLD)
    before = position(database)
    given(database, fact("statement-made", "1995", text="Georgia wants to stay.", states=["GE"]))
    (line,) = learned(database, before)
    assert (line.view, line.what, line.after) == ("timeline", "sentence", "Georgia wants to stay.")


def entry(told):
    return Entry({"kind": told.kind, "on": told.on, **told.fields, "sources": list(told.sources)}, "line 1")


def test_a_preview_says_from_when_until_when_a_standing_would_change_and_records_nothing(database):
    given(database, *WORLD, LEFT)
    before = position(database)
    outcomes, lines = preview(database, [entry(JOINED)], recorded_by="tests", now=NOW)
    assert [outcome.new for outcome in outcomes] == [True]
    assert [(line.before, line.after, line.start, line.until) for line in lines] == [
        ("", "possible member", "1993-12-01", "1993-12-31"),
        ("", "member", "1993-12-31", "2009-08-18"),
    ]
    assert {line.events for line in lines} == {(JOINED.id,)}
    assert position(database) == before
    assert preview(database, [entry(LEFT)], recorded_by="tests", now=NOW)[1] == []


def test_a_meeting_that_has_no_title_is_seen_by_a_preview_and_when_it_is_taken_out(database):
    # Both compared titles, and there were none.
    given(database, *WORLD)
    met = fact("meeting-held", "1993-05-05", meeting="minsk", place="Minsk")
    _, lines = preview(database, [entry(met)], recorded_by="tests", now=NOW)
    assert [(line.view, line.before, line.after) for line in lines] == [("meeting", "", "minsk")]
    given(database, met)
    _, lines = preview(database, [entry(retracted(met))], recorded_by="tests", now=NOW)
    assert ("meeting", "minsk", "") in [(line.view, line.before, line.after) for line in lines]


def test_lines_are_chosen_by_view_and_by_subject(database):
    given(database, *WORLD)
    with database.record() as connection:
        assert subjects_named(connection, "Georgia") == {"state:GE"}
        assert subjects_named(connection, "treaty:charter") == {"treaty:charter"}
        with pytest.raises(Misuse) as refused:
            subjects_named(connection, "chartre")
        assert str(refused.value) == "--subject: nothing is called 'chartre'\n  Did you mean charter, chair?"
    assert view_of("Council-Roster") == "council_roster"
    compared = ["membership", "treaty_status", "treaty_party", "organisation", "body", "meeting", "decision"]
    for view in (*compared, "treaty", "office", "person", "source", "timeline"):
        assert view_of(view) == view
    with pytest.raises(Misuse) as refused:
        view_of("members")
    assert "Did you mean membership?" in str(refused.value)


@pytest.mark.parametrize(
    "subject",
    [
        *("organisation:cis", "treaty:charter", "body:council", "office:chair", "person:boris", "source:record"),
        *("meeting:minsk", "decision:resolved"),
    ],
)
def test_a_subject_is_found_by_its_name_in_whatever_register_it_is(database, subject):
    met = fact("meeting-held", "1993-12-24", meeting="minsk")
    given(database, *WORLD, met, fact("decision-adopted", "1993-12-24", decision="resolved", title="Resolved"))
    with database.record() as connection:
        assert subjects_named(connection, subject.partition(":")[2]) == {subject}


def test_the_command_shows_changes_between_days_and_between_positions(database):
    given(database, *WORLD, JOINED)
    before = position(database)
    given(database, corrected(JOINED, date="1993-12-03"), fact("meeting-held", "1993-12-24", meeting="winter"))
    shown = cis(database, "diff", "1993-11-30", "1993-12-31", "--format", "json")
    assert [(row["view"], row["key"], row["after"]) for row in shown.json] == [
        ("membership", "cis/GE", "member"),
        ("meeting", "winter", "held"),
    ]
    assert list(shown.json[0]) == ["view", "key", "what", "before", "after", "events", "because"]
    assert shown.err.startswith("2 changes after 1993-11-30; as of 1993-12-31, known at position ")
    only = cis(
        database, "diff", "1993-11-30", "1993-12-31", "--subject", "GE", "--view", "membership", "--format", "csv"
    )
    assert only.out.splitlines()[1].startswith("membership,cis/GE,status,,member,")
    known = cis(
        database,
        "diff",
        "--known-from",
        str(before),
        "--as-of",
        "1993-12-15",
        "--view",
        "membership",
        "--format",
        "json",
    )
    assert [(row["before"], row["after"]) for row in known.json] == [("possible member", "member")]
    assert "[" in cis(database, "diff", "1993-11-30", "1993-12-31").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1999-01-01"], "Two days are needed, the earlier one first; or --known-from."),
        (["2000-01-01", "1999-01-01"], "Two days are needed, the earlier one first; or --known-from."),
        (["1999-01-01", "2000-01-01", "--as-of", "1999"], "--as-of has an effect only with --known-from."),
        (["1999", "2000", "--known-from", "1"], "With --known-from there is one day, given by --as-of"),
        (["--known-from", "5", "--known-to", "5"], "Nothing was recorded between position 5 and position 5"),
        (["1999", "2000", "--view", "members"], "there is no view 'members' to compare"),
        (["1999", "2000", "--subject", "Atlantis"], "nothing is called 'Atlantis'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(database, words, said):
    given(database, *WORLD)
    ran = cis(database, "diff", *words)
    assert ran.status == 2
    assert said in ran.err
