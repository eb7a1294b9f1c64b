"""Who belonged to which organisation, as what: a tiny history, a day, the answer."""

from datetime import date, timedelta

import pytest
from histories import (
    WORLD,
    asked,
    corrected,
    disputed,
    fact,
    given,
    members_on,
    parties_on,
    position,
    retracted,
    source,
)
from sqlalchemy import text

from eventstore.history import History
from projections import membership, runner

AM_SIGNED = fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AM")
AM_RATIFIED_CHARTER = fact("treaty-ratified", "1994-03-16", treaty="charter", state="AM")


def joined(on: str, state: str = "GE", **fields: str):
    return fact("state-joined", on, organisation="cis", state=state, **fields)


def act(kind: str, on: str, state: str = "GE", **fields: str):
    return fact(kind, on, organisation="cis", state=state, **fields)


def column(database, name, day, state="GE"):
    """What one column of the table says of a state on a day, certain or possible."""
    with asked(database) as views:
        query = (
            f"SELECT {name} FROM membership WHERE state = :state AND valid_from <= :day"
            " AND (valid_to IS NULL OR valid_to_latest > :day)"
        )
        return views.execute(text(query), {"state": state, "day": day}).scalars().all()


def test_georgia_that_joined_on_some_day_of_december_is_a_possible_member_until_its_end(database):
    given(database, *WORLD, joined("1993-12"))
    assert members_on(database, "1993-11-30") == {}
    assert members_on(database, "1993-12-01") == {"GE": "possible member"}
    assert members_on(database, "1993-12-15") == {"GE": "possible member"}
    assert members_on(database, "1993-12-30") == {"GE": "possible member"}
    assert members_on(database, "1993-12-31") == {"GE": "member"}


@pytest.mark.parametrize(
    ("on", "earliest", "latest"),
    [("[..1993-12-09]", "0001-01-01", "1993-12-09"), ("[1993-12-03..]", "1993-12-03", "9999-12-31")],
)
def test_a_first_or_last_day_that_nobody_knows_is_the_first_or_the_last_that_there_can_be(
    database, on, earliest, latest
):
    given(database, *WORLD, joined(on))
    assert column(database, "valid_from", "1993-12-09") == [earliest]
    assert column(database, "valid_from_latest", "1993-12-09") == [latest]


def test_as_of_a_day_means_the_end_of_that_day(database):
    given(database, *WORLD, AM_SIGNED)
    assert members_on(database, "1991-12-20") == {}
    assert members_on(database, "1991-12-21") == {"AM": "founding-state"}


def test_signing_the_founding_agreement_makes_a_founding_state_and_ratifying_the_charter_a_member(database):
    given(database, *WORLD, AM_SIGNED, AM_RATIFIED_CHARTER)
    assert members_on(database, "1994-03-15") == {"AM": "founding-state"}
    assert members_on(database, "1994-03-16") == {"AM": "member"}


def test_a_deposit_counts_as_the_instrument_it_is_of(database):
    given(
        database,
        *WORLD,
        fact("instrument-deposited", "1994-01-01", treaty="charter", state="AM", instrument="ratification"),
        fact("instrument-deposited", "1994-01-01", treaty="charter", state="AZ", instrument="accession"),
        fact("instrument-deposited", "1994-01-01", treaty="belovezha", state="BY", instrument="accession"),
    )
    assert members_on(database, "1994-01-01") == {"AM": "member", "AZ": "member"}


def test_a_member_that_signs_a_founding_agreement_late_stays_a_member(database):
    given(database, *WORLD, joined("1993-12-03"), fact("treaty-signed", "1994", treaty="belovezha", state="GE"))
    assert members_on(database, "1995-01-01") == {"GE": "member"}


def test_a_member_that_signs_a_treaty_which_makes_others_observers_stays_a_member(database):
    pact = fact("treaty-adopted", "1992-05-15", treaty="pact", title="Pact", confers=["cis:observer:signature"])
    signed = [fact("treaty-signed", "1994-01-01", treaty="pact", state=state) for state in ("GE", "MN")]
    given(database, *WORLD, pact, joined("1993-12-03"), *signed)
    assert members_on(database, "1995-01-01") == {"GE": "member", "MN": "observer"}


def test_a_treaty_confers_nothing_in_another_organisation(database):
    eaeu = fact("organisation-founded", "2015-01-01", organisation="eaeu", name="Eurasian Economic Union")
    given(database, *WORLD, eaeu, AM_SIGNED)
    assert members_on(database, "2016-01-01", "eaeu") == {}
    assert members_on(database, "2016-01-01", "cis") == {"AM": "founding-state"}


def test_a_treaty_may_confer_standing_by_its_entry_into_force_in_another_organisation_than_its_own(database):
    given(
        database,
        *WORLD,
        fact("organisation-founded", "2015-01-01", organisation="eaeu", name="EAEU"),
        fact(
            "treaty-adopted",
            "2014-05-29",
            treaty="eaeu",
            title="EAEU",
            confers=["eaeu:founding-state:entry-into-force"],
        ),
        fact("treaty-signed", "2014-05-29", treaty="eaeu", state="BY"),
        fact("treaty-in-force-for-state", "2015-01-01", treaty="eaeu", state="BY"),
    )
    assert members_on(database, "2014-12-31", "eaeu") == {}
    assert members_on(database, "2015-01-01", "eaeu") == {"BY": "founding-state"}


UNION = fact("organisation-founded", "2014-05-29", organisation="union", name="Union")
PACT = fact(
    "treaty-adopted", "2014-05-29", treaty="pact", title="Pact", confers=["union:founding-state:entry-into-force"]
)
ENTERED = fact("treaty-entered-into-force", "2015-01-01", treaty="pact")


def deposited(on: str, state: str = "BY", **fields: str):
    return fact("instrument-deposited", on, treaty="pact", state=state, instrument="ratification", **fields)


def bound(kind: str, on: str, **fields: str):
    return fact(kind, on, treaty="pact", state="BY", **fields)


@pytest.mark.parametrize(
    ("facts", "on", "then"),
    [
        ([deposited("2014-11-01"), ENTERED], "2015-01-01", {"BY": "founding-state"}),
        ([bound("treaty-acceded", "2014-11-01"), ENTERED], "2015-01-01", {"BY": "founding-state"}),
        ([deposited("2014-11"), ENTERED], "2015-01-01", {"BY": "founding-state"}),
        # a consent after the entry into force counts where its source names the day of its effect
        ([ENTERED, deposited("2015-06-01")], "2015-06-01", {}),
        ([ENTERED, deposited("2015-06-01", effective="2015-08-12")], "2015-08-12", {"BY": "founding-state"}),
        # at home, or only provisionally
        ([bound("treaty-ratified", "2014-11-01"), ENTERED], "2015-01-01", {}),
        ([bound("treaty-provisionally-applied", "2014-11-01"), ENTERED], "2015-01-01", {}),
        # where it is not known which came first
        (
            [deposited("2015"), fact("treaty-entered-into-force", "2015-04-20", treaty="pact")],
            "2015-04-20",
            {"BY": "possible founding-state"},
        ),
        (
            [deposited("2015-03-01"), fact("treaty-entered-into-force", "2015", treaty="pact")],
            "2015-03-01",
            {"BY": "possible founding-state"},
        ),
        # the treaty may have ended before it could be in force for the state
        (
            [fact("treaty-terminated", "2014", treaty="pact"), deposited("2014-11-01"), ENTERED],
            "2015-01-01",
            {},
        ),
        (
            [
                fact("treaty-terminated", "2015", treaty="pact"),
                deposited("2014-11-01"),
                fact("treaty-entered-into-force", "2015-04-20", treaty="pact"),
            ],
            "2015-04-20",
            {"BY": "possible founding-state"},
        ),
    ],
)
def test_a_treaty_that_gives_standing_by_its_entry_into_force_gives_it_to_those_for_whom_it_enters_into_force(
    database, facts, on, then
):
    given(database, *WORLD, UNION, PACT, *facts)
    eve = (date.fromisoformat(on) - timedelta(days=1)).isoformat()
    assert members_on(database, eve, "union") == {}
    assert members_on(database, on, "union") == then
    towards = parties_on(database, on, "pact").get("BY", "")
    assert [part.replace("party", "founding-state") for part in towards.split(" or ") if "party" in part] == [
        *then.values()
    ]


@pytest.mark.parametrize(
    ("adopted", "on"),
    [
        ({"consent": "signature"}, "2015-01-01"),
        ({"consent": "signature", "entry_into_force": {"on_signature": True}}, "2014-06-01"),
    ],
)
def test_where_a_signature_binds_it_gives_the_standing_of_those_for_whom_the_treaty_is_in_force(database, adopted, on):
    pact = fact("treaty-adopted", PACT.on, **PACT.fields, **adopted)
    given(database, *WORLD, UNION, pact, bound("treaty-signed", "2014-06-01"), ENTERED)
    assert members_on(database, (date.fromisoformat(on) - timedelta(days=1)).isoformat(), "union") == {}
    assert members_on(database, on, "union") == {"BY": "founding-state"}


def test_the_standing_by_a_general_entry_into_force_follows_what_is_learned_of_it(database):
    given(database, *WORLD, UNION, PACT)
    given(database, ENTERED)
    given(database, deposited("2014-11-01", "BY"), deposited("2014-12-01", "KZ"))
    assert members_on(database, "2015-01-01", "union") == {"BY": "founding-state", "KZ": "founding-state"}
    given(database, corrected(ENTERED, date="2014-11-15"))
    assert members_on(database, "2015-01-01", "union") == {"BY": "founding-state"}
    given(database, retracted(ENTERED))
    assert members_on(database, "2015-01-01", "union") == {}


def test_a_standing_by_a_general_entry_into_force_rests_on_the_consent_too(database):
    consent = deposited("2014-11-01")
    bulletin = source("bulletin", "encyclopedia")
    given(
        database, *WORLD, UNION, PACT, consent, ENTERED, bulletin, disputed(consent, citing="bulletin", date="2014-12")
    )
    assert column(database, "events", "2015-01-01", "BY") == [f"{ENTERED.id} {consent.id}"]
    assert column(database, "since", "2015-01-01", "BY") == ["2015-01-01"]
    assert column(database, "disputed", "2015-01-01", "BY") == [True]


def test_who_has_the_standing_already_is_not_given_it_anew_by_the_entry_into_force(database):
    said = bound("treaty-in-force-for-state", "2014-12-01")
    given(database, *WORLD, UNION, PACT, said, deposited("2014-11-01"), ENTERED)
    assert column(database, "events", "2015-06-01", "BY") == [said.id]


def test_an_entry_into_force_touches_the_standing_of_those_only_to_whom_it_may_give_one(database):
    signed = [fact("treaty-signed", "1991-12-21", treaty="belovezha", state=state) for state in ("AM", "BY", "KZ")]
    given(database, *WORLD, UNION, PACT, *signed, deposited("2014-11-01", "BY"))
    before = position(database)
    given(database, ENTERED, fact("treaty-entered-into-force", "1991-12-31", treaty="belovezha"))
    with database.record() as connection:
        touched = {
            key for view, key, *_ in runner.touched(History(connection), before) if view is membership.PROJECTION
        }
    assert touched == {("union", "BY")}


def test_a_notice_of_leaving_takes_effect_on_its_day(database):
    given(database, *WORLD, joined("1993-12-03"), act("withdrawal-notified", "2008-08-18", effective="2009-08-18"))
    assert members_on(database, "2009-08-17", former=True) == {"GE": "member"}
    assert column(database, "withdrawal_effective_on", "2008-08-17") == [None]
    assert column(database, "withdrawal_effective_on", "2008-08-18") == ["2009-08-18"]
    assert members_on(database, "2009-08-18") == {}
    assert members_on(database, "2009-08-18", former=True) == {"GE": "former"}
    assert column(database, "practice", "2009-08-18") == ["ceased"]


def test_a_notice_that_is_taken_back_in_time_has_no_effect(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("withdrawal-revoked", "2009-08-01"),
    )
    assert column(database, "withdrawal_effective_on", "2009-07-31") == ["2009-08-18"]
    assert column(database, "withdrawal_effective_on", "2009-08-01") == [None]
    assert members_on(database, "2010-01-01") == {"GE": "member"}


def test_a_notice_that_is_taken_back_too_late_has_had_its_effect(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("withdrawal-revoked", "2009-09-01"),
    )
    assert members_on(database, "2010-01-01", former=True) == {"GE": "former"}


def test_a_second_notice_replaces_the_first(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("withdrawal-revoked", "2009-01-01"),
        act("withdrawal-notified", "2009-02-01", effective="2010-02-01"),
    )
    assert members_on(database, "2010-01-31") == {"GE": "member"}
    assert members_on(database, "2010-02-01") == {}


@pytest.mark.parametrize(
    "meanwhile",
    [
        fact("treaty-ratified", "2008-12-01", treaty="charter", state="AM"),
        act("state-status-changed", "2008-12-01", "AM", status="associate"),
    ],
)
def test_a_notice_that_nobody_took_back_has_its_effect_whatever_the_state_did_meanwhile(database, meanwhile):
    notice = act("withdrawal-notified", "2008-08-18", "AM", effective="2009-08-18")
    given(database, *WORLD, AM_SIGNED, notice, meanwhile)
    assert column(database, "withdrawal_effective_on", "2008-12-01", "AM") == ["2009-08-18"]
    assert column(database, "events", "2008-12-01", "AM") == [f"{meanwhile.id} {notice.id}"]
    assert members_on(database, "2010-01-01", former=True) == {"AM": "former"}


def test_a_notice_that_only_confirms_another_does_not_replace_it(database):
    notices = [
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("withdrawal-notified", "2008-10-01"),
    ]
    given(database, *WORLD, joined("1993-12-03"), *notices)
    assert column(database, "withdrawal_effective_on", "2009-01-01") == ["2009-08-18"]
    assert members_on(database, "2015-01-01", former=True) == {"GE": "former"}


def test_a_notice_that_names_another_day_replaces_the_first_though_nobody_took_that_back(database):
    notices = [
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("withdrawal-notified", "2008-10-01", effective="2009-10-01"),
    ]
    given(database, *WORLD, joined("1993-12-03"), *notices)
    assert column(database, "withdrawal_effective_on", "2009-01-01") == ["2009-10-01"]
    assert members_on(database, "2009-09-30") == {"GE": "member"}
    assert members_on(database, "2009-10-01") == {}


def test_a_notice_given_before_the_treaty_is_in_force_has_its_effect_on_the_standing_that_this_gives(database):
    pact = fact(
        "treaty-adopted",
        "2014-05-29",
        treaty="pact",
        title="Pact",
        confers=["union:member:entry-into-force", "union:former:withdrawal"],
    )
    noticed = bound("treaty-withdrawal-notified", "2014-12-01", effective="2015-12-01")
    given(database, *WORLD, UNION, pact, deposited("2014-11-01"), noticed, ENTERED)
    assert parties_on(database, "2015-12-01", "pact") == {"BY": "withdrawn"}
    assert members_on(database, "2015-01-01", "union") == {"BY": "member"}
    assert column(database, "withdrawal_effective_on", "2015-01-01", "BY") == ["2015-12-01"]
    assert column(database, "events", "2015-01-01", "BY") == [f"{ENTERED.id} {noticed.id} {deposited('2014-11-01').id}"]
    assert members_on(database, "2015-12-01", "union", former=True) == {"BY": "former"}
    given(database, bound("treaty-withdrawal-revoked", "2015-11-01"))
    assert members_on(database, "2015-12-01", "union") == {"BY": "member"}


def test_a_notice_given_before_a_state_left_and_came_back_has_no_effect_on_its_new_standing(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("withdrawal-notified", "2008-08-18", effective="2009-08-18"),
        act("state-withdrew", "2008-09-01"),
        joined("2009-01-01", status="observer"),
    )
    assert members_on(database, "2010-01-01", former=True) == {"GE": "observer"}


def test_a_notice_without_a_day_of_effect_says_nothing_of_the_end(database):
    given(database, *WORLD, joined("1993-12-03"), act("withdrawal-notified", "2008-08-18"))
    assert members_on(database, "2025-01-01") == {"GE": "member"}


def test_a_notice_whose_day_of_effect_is_known_by_its_month_ends_in_that_month(database):
    given(database, *WORLD, joined("1993-12-03"), act("withdrawal-notified", "2008-08-18", effective="2009-08"))
    assert members_on(database, "2009-07-31", former=True) == {"GE": "member"}
    assert members_on(database, "2009-08-15", former=True) == {"GE": "possible member or possible former"}
    assert members_on(database, "2009-08-31", former=True) == {"GE": "former"}


@pytest.mark.parametrize(("on", "effective"), [("1999-04-02", "1999-04-02"), ("2008-12", "2008")])
def test_a_notice_that_takes_effect_on_the_days_on_which_it_is_given_has_its_effect(database, on, effective):
    given(database, *WORLD, joined("1993-12-03"), act("withdrawal-notified", on, effective=effective))
    assert members_on(database, "2020-01-01", former=True) == {"GE": "former"}


def test_joining_may_take_effect_later(database):
    given(database, *WORLD, joined("1993-12-03", effective="1994-04-19"))
    assert members_on(database, "1994-04-18") == {}
    assert members_on(database, "1994-04-19") == {"GE": "member"}


def test_an_effect_never_comes_before_its_act(database):
    given(database, *WORLD, joined("1993-12-03", effective="1993"))
    assert members_on(database, "1993-12-02") == {}
    assert members_on(database, "1993-12-03") == {"GE": "possible member"}
    assert members_on(database, "1993-12-31") == {"GE": "member"}


def test_an_act_on_a_day_not_known_has_its_effect_on_the_day_that_is_known(database):
    given(
        database, *WORLD, joined("1993", effective="1993-06-01"), act("withdrawal-notified", "2008", effective="2008")
    )
    assert members_on(database, "1993-05-31") == {}
    assert members_on(database, "1993-06-01") == {"GE": "member"}
    assert members_on(database, "2008-12-31", former=True) == {"GE": "former"}


def test_a_state_that_withdrew_is_former_and_may_come_back(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("state-withdrew", "2009-08-18"),
        joined("2020-01-01", status="observer"),
    )
    assert members_on(database, "2009-08-17") == {"GE": "member"}
    assert members_on(database, "2015-01-01", former=True) == {"GE": "former"}
    assert members_on(database, "2020-01-01", former=True) == {"GE": "observer"}


def test_leaving_the_treaty_may_be_leaving_the_organisation(database):
    given(database, *WORLD, AM_SIGNED, fact("treaty-withdrawn", "1999-04-02", treaty="belovezha", state="AM"))
    assert members_on(database, "1999-04-01", former=True) == {"AM": "founding-state"}
    assert members_on(database, "1999-04-02", former=True) == {"AM": "former"}


def test_a_notice_to_the_depositary_is_a_notice_where_the_treaty_says_so(database):
    notice = fact("treaty-withdrawal-notified", "1999-04-02", treaty="belovezha", state="AM", effective="1999-10-02")
    given(database, *WORLD, AM_SIGNED, notice)
    assert column(database, "withdrawal_effective_on", "1999-04-02", "AM") == ["1999-10-02"]
    assert members_on(database, "1999-10-01", former=True) == {"AM": "founding-state"}
    assert members_on(database, "1999-10-02", former=True) == {"AM": "former"}


def test_the_status_can_change(database):
    given(database, *WORLD, AM_SIGNED, act("state-status-changed", "2005-08-26", "AM", status="associate"))
    assert members_on(database, "2005-08-25") == {"AM": "founding-state"}
    assert members_on(database, "2005-08-26") == {"AM": "associate"}


def test_a_change_of_status_on_an_uncertain_day_leaves_both_possible(database):
    given(database, *WORLD, AM_SIGNED, act("state-status-changed", "2005-08", "AM", status="associate"))
    assert members_on(database, "2005-08-15") == {"AM": "possible founding-state or possible associate"}
    assert members_on(database, "2005-09-01") == {"AM": "associate"}


def test_ceasing_to_take_part_is_practice_and_not_standing(database):
    given(database, *WORLD, AM_SIGNED, act("participation-ceased", "2018-05-19", "AM"))
    assert members_on(database, "2020-01-01") == {"AM": "founding-state"}
    assert column(database, "practice", "2018-05-18", "AM") == ["participating"]
    assert column(database, "practice", "2018-05-19", "AM") == ["ceased"]


def test_a_suspended_participation_is_taken_up_again_by_a_change_to_the_same_status(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        act("participation-suspended", "2006-02-03"),
        act("state-status-changed", "2007-01-01", status="member"),
    )
    assert column(database, "practice", "2006-12-31") == ["suspended"]
    assert column(database, "practice", "2007-01-01") == ["participating"]
    assert members_on(database, "2007-01-01") == {"GE": "member"}


def test_a_state_that_ceased_to_take_part_does_not_take_part_again_by_ratifying(database):
    ceased = act("participation-ceased", "1992-10-07", "AM")
    given(database, *WORLD, AM_SIGNED, ceased, AM_RATIFIED_CHARTER)
    assert members_on(database, "1994-03-16") == {"AM": "member"}
    assert column(database, "practice", "1994-03-16", "AM") == ["ceased"]
    assert column(database, "events", "1994-03-16", "AM") == [f"{AM_RATIFIED_CHARTER.id} {ceased.id}"]


def test_a_dated_detail_does_not_make_an_uncertain_standing_certain(database):
    # The Charter was signed on a known day, within the month in which the state joined on an unknown one.
    given(database, *WORLD, joined("1993-12"), fact("treaty-signed", "1993-12-09", treaty="charter", state="GE"))
    assert members_on(database, "1993-12-15") == {"GE": "possible member"}
    assert column(database, "charter_signed", "1993-12-31") == ["1993-12-09"]


def test_a_dated_act_of_the_same_standing_makes_an_uncertain_standing_certain(database):
    signed = fact("treaty-signed", "1991-12", treaty="belovezha", state="KZ")
    told = act("state-joined", "1991-12-21", "KZ", status="founding-state")
    given(database, *WORLD, signed, told)
    assert members_on(database, "1991-12-20") == {"KZ": "possible founding-state"}
    assert members_on(database, "1991-12-25") == {"KZ": "founding-state"}
    assert column(database, "events", "1991-12-25", "KZ") == [f"{signed.id} {told.id}"]
    assert column(database, "events", "1991-12-20", "KZ") == [signed.id]


def test_an_act_of_the_same_standing_that_is_dated_no_better_leaves_it_as_uncertain(database):
    given(database, *WORLD, joined("1993-12"), joined("[1993-12-03..1994-01]"))
    assert members_on(database, "1993-12-15") == {"GE": "possible member"}
    assert members_on(database, "1993-12-31") == {"GE": "member"}


def test_who_certainly_has_a_standing_by_a_dated_act_has_no_other_any_more(database):
    changed = [act("state-status-changed", on, status="associate") for on in ("2005", "2005-08-26")]
    given(database, *WORLD, joined("1993-12-03"), *changed)
    assert members_on(database, "2005-08-25") == {"GE": "possible member or possible associate"}
    assert members_on(database, "2005-08-26") == {"GE": "associate"}


def test_the_tests_of_standing_stand_beside_the_status(database):
    given(
        database,
        *WORLD,
        AM_SIGNED,
        fact("treaty-ratified", "1992-02-18", treaty="belovezha", state="AM"),
        fact("treaty-signed", "1993-01-22", treaty="charter", state="AM"),
        AM_RATIFIED_CHARTER,
    )
    tests = "agreement_signed, agreement_ratified, charter_signed, charter_ratified"
    with asked(database) as views:
        rows = views.execute(text(f"SELECT status, {tests} FROM membership ORDER BY valid_from")).all()
    assert [tuple(row) for row in rows] == [
        ("founding-state", "1991-12-21", None, None, None),
        ("founding-state", "1991-12-21", "1992-02-18", None, None),
        ("founding-state", "1991-12-21", "1992-02-18", "1993-01-22", None),
        ("member", "1991-12-21", "1992-02-18", "1993-01-22", "1994-03-16"),
    ]


def test_the_end_of_an_organisation_ends_every_standing_in_it(database):
    given(
        database,
        *WORLD,
        AM_SIGNED,
        joined("1993-12-03"),
        fact("organisation-dissolved", "2014-10-10", organisation="cis", effective="2015-01-01"),
    )
    assert members_on(database, "2014-12-31") == {"AM": "founding-state", "GE": "member"}
    assert members_on(database, "2015-01-01", former=True) == {}


def test_the_end_of_another_organisation_to_which_this_one_succeeds_ends_nothing_here(database):
    given(
        database,
        *WORLD,
        joined("1993-12-03"),
        fact("organisation-founded", "1990", organisation="old", name="Old"),
        fact("organisation-dissolved", "1994-01-01", organisation="old", successor="cis"),
    )
    assert members_on(database, "1995-01-01") == {"GE": "member"}


def test_what_was_over_on_its_first_day_is_on_no_day(database):
    given(database, *WORLD, joined("1993-12-03"), act("state-withdrew", "1993-12-03"))
    assert members_on(database, "1993-12-03", former=True) == {"GE": "former"}


def test_a_withdrawal_by_a_state_that_never_joined_is_recorded_as_told(database):
    given(database, *WORLD, act("state-withdrew", "2009-08-18"))
    assert members_on(database, "2009-08-18", former=True) == {"GE": "former"}


@pytest.mark.parametrize(
    ("on", "before", "within", "after"),
    [
        ("[1993-12-03,1993-12-09]", "1993-12-02", "1993-12-05", "1993-12-09"),
        ("1993", "1992-12-31", "1993-06-30", "1993-12-31"),
        ("1993-24", "1993-11-30", "1993-12-31", "1994-02-28"),
        ("[..1993-12-09]", None, "1900-01-01", "1993-12-09"),
    ],
)
def test_within_the_bounds_of_its_date_a_standing_is_possible_and_after_them_certain(
    database, on, before, within, after
):
    given(database, *WORLD, joined(on))
    assert before is None or members_on(database, before) == {}
    assert members_on(database, within) == {"GE": "possible member"}
    assert members_on(database, after) == {"GE": "member"}


def test_a_date_without_a_latest_day_is_never_certain(database):
    given(database, *WORLD, joined("[1993-12-03..]"))
    assert members_on(database, "1993-12-02") == {}
    assert members_on(database, "2026-01-01") == {"GE": "possible member"}


def test_a_doubtful_date_has_the_bounds_of_the_date(database):
    given(database, *WORLD, joined("1993-12-03?"))
    assert members_on(database, "1993-12-03") == {"GE": "member"}


def test_a_row_names_the_events_on_which_it_rests(database):
    notice = act("withdrawal-notified", "2008-08-18", effective="2009-08-18")
    given(database, *WORLD, joined("1993-12-03"), notice)
    assert column(database, "events", "2000-01-01") == [joined("1993-12-03").id]
    assert column(database, "events", "2008-08-18") == [f"{joined('1993-12-03').id} {notice.id}"]
    assert column(database, "began_by", "2008-08-18") == [notice.id]
