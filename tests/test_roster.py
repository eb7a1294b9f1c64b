"""Who sat in which council: a tiny history, a day, the answer."""

from histories import WORLD, asked, fact, given, roster_on
from sqlalchemy import text

from projections import council_roster

DEPUTY = fact("office-created", "1991-12-21", office="deputy", body="council", name="Deputy", holders="several")


def seated(on: str, state: str = "GE", **fields: str):
    return fact("state-seated", on, body="council", state=state, **fields)


def assumed(on: str, person: str | None = None, office: str = "chair", **fields: object):
    return fact("office-assumed", on, office=office, **({"person": person} if person else {}), **fields)


def vacated(on: str, office: str = "chair", **fields: str):
    return fact("office-vacated", on, office=office, **fields)


def test_a_state_sits_from_the_day_it_took_its_seat_until_it_left(database):
    given(database, *WORLD, seated("1993-12-09"), fact("state-left-body", "2006-02-03", body="council", state="GE"))
    assert roster_on(database, "1993-12-08") == {}
    assert roster_on(database, "1993-12-09") == {"GE": "member"}
    assert roster_on(database, "2006-02-02") == {"GE": "member"}
    assert roster_on(database, "2006-02-03") == {}


def test_a_seat_taken_on_an_uncertain_day_is_possible_until_its_bounds_are_past(database):
    given(database, *WORLD, seated("1993-12"))
    assert roster_on(database, "1993-12-15") == {"GE": "possible member"}
    assert roster_on(database, "1993-12-31") == {"GE": "member"}


def test_a_seat_taken_on_an_uncertain_day_is_certain_by_a_day_on_which_it_was_taken(database):
    given(database, *WORLD, seated("1993"), seated("1993-03-01"))
    assert roster_on(database, "1993-02-28") == {"GE": "possible member"}
    assert roster_on(database, "1993-03-01") == {"GE": "member"}


def test_a_seat_left_on_an_uncertain_day_is_over_by_a_day_on_which_it_was_left(database):
    left = [fact("state-left-body", on, body="council", state="GE") for on in ("2006", "2006-02-03")]
    given(database, *WORLD, seated("1993-12-09"), *left)
    assert roster_on(database, "2006-02-02") == {"GE": "possible member"}
    assert roster_on(database, "2006-02-03") == {}


def test_a_seat_is_over_by_a_day_on_which_the_state_left_the_organisation_that_it_left_on_an_uncertain_one(database):
    left = [fact("state-withdrew", on, organisation="cis", state="GE") for on in ("2009", "2009-08-18")]
    given(database, *WORLD, seated("1993-12-09"), *left)
    assert roster_on(database, "2009-08-17") == {"GE": "possible member"}
    assert roster_on(database, "2009-08-18") == {}


def test_a_state_may_sit_as_something_else_from_a_day_on(database):
    given(database, *WORLD, seated("1993-12-09"), seated("2005-08-26", status="observer"))
    assert roster_on(database, "2005-08-25") == {"GE": "member"}
    assert roster_on(database, "2005-08-26") == {"GE": "observer"}


def test_leaving_the_organisation_ends_the_seats_in_its_bodies(database):
    given(
        database,
        *WORLD,
        fact("state-joined", "1993-12-03", organisation="cis", state="GE"),
        seated("1993-12-09"),
        seated("1993-12-09", "AM"),
        fact("withdrawal-notified", "2008-08-18", organisation="cis", state="GE", effective="2009-08-18"),
    )
    assert roster_on(database, "2009-08-17") == {"AM": "member", "GE": "member"}
    assert roster_on(database, "2009-08-18") == {"AM": "member"}


def test_a_state_may_be_seated_again_after_it_left_the_organisation(database):
    given(
        database,
        *WORLD,
        seated("1993-12-09"),
        fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"),
        seated("2010-01-01", status="observer"),
    )
    assert roster_on(database, "2009-12-31") == {}
    assert roster_on(database, "2010-01-01") == {"GE": "observer"}


def test_a_former_member_seated_again_keeps_its_seat_when_a_detail_of_its_past_is_dated(database):
    given(
        database,
        *WORLD,
        seated("1993-12-09"),
        fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"),
        seated("2010-01-01", status="observer"),
        fact("treaty-signed", "2012-05-01", treaty="charter", state="GE"),
    )
    assert roster_on(database, "2013-01-01") == {"GE": "observer"}


def test_a_state_that_came_back_and_left_on_one_day_has_lost_its_seat(database):
    given(
        database,
        *WORLD,
        fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"),
        seated("2010-01-01", status="observer"),
        fact("state-joined", "2012-05-01", organisation="cis", state="GE"),
        fact("state-withdrew", "2012-05-01", organisation="cis", state="GE"),
    )
    assert roster_on(database, "2012-04-30") == {"GE": "observer"}
    assert roster_on(database, "2012-05-01") == {}


def test_a_state_that_took_its_seat_on_the_day_it_left_the_organisation_has_none(database):
    given(database, *WORLD, seated("2009-08-18"), fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"))
    assert roster_on(database, "2009-08-18") == {}


def test_ceasing_to_take_part_in_the_organisation_leaves_the_seat(database):
    given(database, *WORLD, seated("1993-12-09"), fact("participation-ceased", "2018", organisation="cis", state="GE"))
    assert roster_on(database, "2020-01-01") == {"GE": "member"}


def test_leaving_another_organisation_leaves_the_seat(database):
    other = fact("organisation-founded", "2000", organisation="eaeu", name="EAEU")
    left = fact("state-withdrew", "2001", organisation="eaeu", state="GE")
    given(database, *WORLD, seated("1993-12-09"), other, left)
    assert roster_on(database, "2002-01-01") == {"GE": "member"}


def test_whoever_takes_an_office_ends_the_term_of_whoever_held_it(database):
    given(database, *WORLD, assumed("1992-01-01", "boris"), assumed("1994-01-01", "leonid"))
    assert roster_on(database, "1993-12-31") == {"boris": "chair"}
    assert roster_on(database, "1994-01-01") == {"leonid": "chair"}


def test_where_the_day_of_the_succession_is_uncertain_both_are_possible(database):
    given(database, *WORLD, assumed("1992-01-01", "boris"), assumed("1994-01", "leonid"))
    assert roster_on(database, "1994-01-15") == {"boris": "possible chair", "leonid": "possible chair"}
    assert roster_on(database, "1994-01-31") == {"leonid": "chair"}


def test_one_who_certainly_holds_an_office_leaves_no_day_to_a_predecessor_whose_end_is_vague(database):
    told = [assumed("1992-01-01", "boris"), assumed("1994", "leonid"), assumed("1994-03-01", "askar")]
    given(database, *WORLD, *told)
    assert roster_on(database, "1994-02-01") == {"boris": "possible chair", "leonid": "possible chair"}
    assert roster_on(database, "1994-06-01") == {"askar": "chair"}


def test_one_who_took_an_office_on_an_uncertain_day_certainly_holds_it_by_a_day_on_which_they_took_it(database):
    given(database, *WORLD, assumed("1990", "leonid"), assumed("1993", "boris"), assumed("1993-03-01", "boris"))
    assert roster_on(database, "1993-02-28") == {"leonid": "possible chair", "boris": "possible chair"}
    assert roster_on(database, "1993-03-01") == {"boris": "chair"}


def test_one_who_acts_in_an_office_may_then_hold_it(database):
    given(database, *WORLD, assumed("1992-01-01", "boris", acting=True), assumed("1992-06-01", "boris"))
    assert roster_on(database, "1992-05-31") == {"boris": "acting chair"}
    assert roster_on(database, "1992-06-01") == {"boris": "chair"}


def test_one_who_only_acts_in_an_office_ends_the_term_of_whoever_held_it_too(database):
    given(database, *WORLD, assumed("1992-01-01", "boris"), assumed("1993-01-01", "leonid", acting=True))
    assert roster_on(database, "1993-01-01") == {"leonid": "acting chair"}


def test_several_may_hold_an_office_that_several_may_hold(database):
    given(database, *WORLD, DEPUTY, *(assumed("1992-01-01", name, "deputy") for name in ("boris", "leonid")))
    assert roster_on(database, "1992-01-01") == {"boris": "deputy", "leonid": "deputy"}


def test_leaving_an_office_that_several_hold_ends_the_term_of_the_one_named(database):
    told = [assumed("1992-01-01", name, "deputy") for name in ("boris", "leonid")]
    given(database, *WORLD, DEPUTY, *told, vacated("1993-01-01", "deputy", person="boris"))
    assert roster_on(database, "1993-01-01") == {"leonid": "deputy"}


def test_an_office_left_by_nobody_named_is_left_by_whoever_held_it(database):
    told = [assumed("1992-01-01", name, "deputy") for name in ("boris", "leonid")]
    given(database, *WORLD, DEPUTY, *told, assumed("1992-01-01", "askar"), vacated("1993-01-01", "deputy"))
    assert roster_on(database, "1993-01-01") == {"askar": "chair"}


def test_leaving_by_one_who_does_not_hold_the_office_ends_nothing(database):
    given(database, *WORLD, assumed("1992-01-01", "boris"), vacated("1993-01-01", person="leonid"))
    assert roster_on(database, "1993-01-01") == {"boris": "chair"}


def test_on_a_day_of_leaving_and_taking_the_office_goes_on(database):
    given(
        database,
        *WORLD,
        assumed("1992-01-01", "boris"),
        vacated("1994-01-01", person="boris"),
        assumed("1994-01-01", "leonid"),
    )
    assert roster_on(database, "1993-12-31") == {"boris": "chair"}
    assert roster_on(database, "1994-01-01") == {"leonid": "chair"}


def test_a_term_of_which_only_the_year_is_known_is_possible_in_that_year_and_over_after_it(database):
    given(database, *WORLD, assumed("1999", "boris"), vacated("1999", person="boris"))
    assert roster_on(database, "1998-12-31") == {}
    assert roster_on(database, "1999-06-30") == {"boris": "possible chair"}
    assert roster_on(database, "2000-01-01") == {}


def test_an_office_taken_and_left_on_one_day_is_held_on_no_day(database):
    day = "1999-03-02"
    given(database, *WORLD, DEPUTY, assumed(day, "boris", "deputy"), vacated(day, "deputy", person="boris"))
    assert roster_on(database, day) == {}


def test_an_office_left_some_day_of_a_year_is_not_left_before_it_was_taken_in_that_year(database):
    given(database, *WORLD, assumed("1999-03-02", "boris"), vacated("1999", person="boris"))
    assert roster_on(database, "1999-03-01") == {}
    assert roster_on(database, "1999-03-02") == {"boris": "possible chair"}
    assert roster_on(database, "2000-01-01") == {}


def test_terms_of_one_year_leave_the_office_to_the_one_who_did_not_leave_it(database):
    told = [assumed("1999", name) for name in ("boris", "leonid", "askar")]
    left = [vacated("1999", person=name) for name in ("boris", "askar")]
    given(database, *WORLD, *told, *left)
    assert roster_on(database, "1999-06-30") == dict.fromkeys(("askar", "boris", "leonid"), "possible chair")
    assert roster_on(database, "2000-01-01") == {"leonid": "chair"}


def test_one_who_acts_leaves_and_takes_the_office_on_one_day_goes_on(database):
    day = "1999-04-02"
    given(
        database,
        *WORLD,
        assumed("1999-03-04", "boris", acting=True),
        vacated(day, person="boris"),
        assumed(day, "boris"),
    )
    assert roster_on(database, day) == {"boris": "chair"}


def test_an_office_left_on_an_uncertain_day_is_over_by_a_day_on_which_it_was_left(database):
    given(
        database, *WORLD, assumed("1992-01-01", "boris"), *(vacated(on, person="boris") for on in ("1999", "1999-03"))
    )
    assert roster_on(database, "1999-02-28") == {"boris": "possible chair"}
    assert roster_on(database, "1999-03-31") == {}


def test_an_office_may_rotate_among_states(database):
    given(database, *WORLD, assumed("1992-01-01", state="BY"), assumed("1993-01-01", state="RU"))
    assert roster_on(database, "1992-12-31") == {"BY": "chair"}
    assert roster_on(database, "1993-01-01") == {"RU": "chair"}


def test_a_person_may_hold_an_office_again(database):
    told = [assumed("1992-01-01", "boris"), assumed("1993-01-01", "leonid"), assumed("1994-01-01", "boris")]
    given(database, *WORLD, *told)
    assert roster_on(database, "1992-06-01") == {"boris": "chair"}
    assert roster_on(database, "1993-06-01") == {"leonid": "chair"}
    assert roster_on(database, "1994-06-01") == {"boris": "chair"}


def test_an_office_is_held_from_the_day_of_effect(database):
    given(database, *WORLD, assumed("1992-01-01", "boris"), assumed("1993-12-24", "leonid", effective="1994-01-01"))
    assert roster_on(database, "1993-12-31") == {"boris": "chair"}
    assert roster_on(database, "1994-01-01") == {"leonid": "chair"}


def test_the_end_of_a_body_ends_every_seat_and_office_in_it(database):
    told = (seated("1993-12-09"), assumed("1992-01-01", "boris"))
    given(database, *WORLD, *told, fact("body-dissolved", "1999-04-02", body="council"))
    assert roster_on(database, "1999-04-01") == {"GE": "member", "boris": "chair"}
    assert roster_on(database, "1999-04-02") == {}


def test_the_end_of_the_organisation_ends_every_seat_and_office_in_its_bodies(database):
    told = (seated("1993-12-09"), assumed("1992-01-01", "boris"))
    ended = fact("organisation-dissolved", "2014-10-10", organisation="cis", effective="2015-01-01")
    given(database, *WORLD, *told, ended)
    assert roster_on(database, "2014-12-31") == {"GE": "member", "boris": "chair"}
    assert roster_on(database, "2015-01-01") == {}


def test_the_end_of_another_body_to_which_this_one_succeeds_ends_nothing_here(database):
    old = fact("body-established", "1991-12-08", body="old", organisation="cis", name="Old")
    given(
        database,
        *WORLD,
        old,
        seated("1993-12-09"),
        fact("body-dissolved", "1994-01-01", body="old", successor="council"),
    )
    assert roster_on(database, "1995-01-01") == {"GE": "member"}


def test_a_reorganised_body_keeps_its_seats_and_changes_its_name(database):
    given(database, *WORLD, seated("1993-12-09"), fact("body-reorganised", "1999-04-02", body="council", name="Board"))
    assert roster_on(database, "1999-04-02") == {"GE": "member"}
    with asked(database) as views:
        rows = views.execute(text("SELECT name, valid_from, valid_to FROM body ORDER BY valid_from")).all()
    assert [tuple(row) for row in rows] == [
        ("Council of Heads of State", "1991-12-21", "1999-04-02"),
        ("Board", "1999-04-02", None),
    ]


def test_an_office_held_before_the_entry_of_the_office_says_it_was_created_counts(database):
    given(database, *WORLD, assumed("1991-12-10", "boris"))
    assert roster_on(database, "1991-12-10") == {"boris": "chair"}


def test_an_office_that_was_entered_twice_belongs_to_the_body_of_its_first_entry_whatever_came_first_into_the_log(
    database,
):
    other = fact("body-established", "1991-12-21", body="other", organisation="cis", name="Other")
    later = fact("office-created", "1999-01-01", office="new-chair", body="other", name="Chair")
    first = fact("office-created", "1992-01-01", office="new-chair", body="council", name="Chair")
    given(database, *WORLD, other, later)
    given(database, first, assumed("1992-01-01", "boris", "new-chair"))
    assert roster_on(database, "1992-01-01") == {"boris": "new-chair"}
    assert roster_on(database, "1992-01-01", "other") == {}


def test_the_answer_names_persons_and_states(database):
    given(database, *WORLD, seated("1992-01-01"), assumed("1992-01-01", "boris", state="RU"))
    with asked(database) as views:
        rows = council_roster.roster(views, "1992-01-01", "council")
    assert [(row["seat"], row["name"], row["office"], row["state"]) for row in rows] == [
        ("state", "Georgia", None, "GE"),
        ("office", "Boris", "chair", "RU"),
    ]
