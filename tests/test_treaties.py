"""Where each treaty stood, and each state towards it: a tiny history, a day, the answer."""

from histories import WORLD, asked, disputed, fact, given, parties_on, party_on, source, treaties_on
from sqlalchemy import text

from eventstore.database import Database
from projections import treaty_party, treaty_status

PACT = fact("treaty-adopted", "1992-05-15", treaty="pact", title="Pact", consent="instrument")
BINDING = fact("treaty-adopted", "1992-05-15", treaty="pact", title="Pact", consent="signature")
AT_ONCE = fact(
    "treaty-adopted",
    "1992-05-15",
    treaty="pact",
    title="Pact",
    consent="signature",
    entry_into_force={"on_signature": True},
)


def act(kind: str, on: str, state: str | None = "AM", **fields: object):
    return fact(kind, on, treaty="pact", **({"state": state} if state else {}), **fields)


def signed(on="1992-05-15", state="AM", **fields):
    return act("treaty-signed", on, state, **fields)


def deposited(on="1993-01-01", state="AM", **fields):
    return act("instrument-deposited", on, state, **fields)


def acceded(on="1993-01-01", state="AM", **fields):
    return act("treaty-acceded", on, state, **fields)


def in_force(on="1994-04-20", **fields):
    return act("treaty-entered-into-force", on, None, **fields)


def notice(on="1994-01-01", state="AM", effective="1995-01-01", **fields):
    when = {"effective": effective} if effective else {}
    return act("treaty-withdrawal-notified", on, state, **when, **fields)


def counted(database, day):
    """How many states are party to the pact for certain, and how many have only signed."""
    with asked(database) as views:
        (row,) = (row for row in treaty_status.treaties(views, day) if row["treaty"] == "pact")
    return row["parties"], row["signatories"]


def standing(database, day, state="AM"):
    return parties_on(database, day, "pact").get(state)


def days_in_force(database, day):
    """The states that stand in some relation to the pact, as what, and from when it is in force for them."""
    with asked(database) as views:
        rows = treaty_party.parties(views, day, "pact")
    return {(row["state"], row["status"], row["in_force"]) for row in rows}


def status(database, day):
    return treaties_on(database, day).get("pact")


# The treaty as such


def test_a_treaty_is_adopted_then_in_force_then_extended_then_terminated(database):
    given(
        database,
        *WORLD,
        PACT,
        in_force(until="1999-04-20"),
        act("treaty-extended", "1999-04-02", None, effective="1999-04-20", until="2004-04-20"),
        act("treaty-terminated", "2004-04-20", None),
    )
    assert status(database, "1992-05-14") is None
    assert status(database, "1992-05-15") == "adopted"
    assert status(database, "1994-04-19") == "adopted"
    assert status(database, "1994-04-20") == "in-force"
    assert status(database, "1999-04-19") == "in-force"
    assert status(database, "1999-04-20") == "extended"
    assert status(database, "2004-04-19") == "extended"
    assert status(database, "2004-04-20") == "terminated"
    assert status(database, "2026-01-01") == "terminated"


def test_the_end_of_a_term_is_known_and_does_not_end_a_treaty_by_itself(database):
    given(database, *WORLD, PACT, in_force(until="1999-04-20"))
    assert status(database, "2005-01-01") == "in-force"


def test_a_treaty_is_extended_since_it_was_last_extended(database):
    extended = [act("treaty-extended", on, None) for on in ("1999-04-02", "2004-04-02")]
    given(database, *WORLD, PACT, in_force(), *extended, act("treaty-in-force-for-state", "2006-01-01"))
    with asked(database) as views:
        since = [
            row["since"]
            for day in ("1999-04-02", "2004-04-01", "2004-04-02", "2006-01-01")
            for row in treaty_status.treaties(views, day)
            if (row["treaty"], row["status"]) == ("pact", "extended")
        ]
    assert since == ["1999-04-02", "1999-04-02", "2004-04-02", "2004-04-02"]


def test_a_treaty_whose_entry_into_force_is_known_by_its_year_is_possibly_in_force_during_it(database):
    given(database, *WORLD, PACT, in_force("1994"))
    assert status(database, "1994-06-30") == "possible adopted or possible in-force"
    assert status(database, "1994-12-31") == "in-force"


def test_what_certainly_followed_leaves_no_day_to_what_ended_on_an_unknown_day_before(database):
    given(database, *WORLD, PACT, in_force("1994"), act("treaty-extended", "1994-06-01", None))
    assert status(database, "1994-05-31") == "possible adopted or possible in-force"
    assert status(database, "1994-06-30") == "extended"


def test_a_treaty_is_provisionally_applied_until_it_is_in_force(database):
    given(database, *WORLD, PACT, act("treaty-provisionally-applied", "1993-01-01"), in_force())
    assert status(database, "1993-01-01") == "provisionally-applied"
    assert status(database, "1994-04-20") == "in-force"


def test_a_treaty_that_is_in_force_for_a_state_is_in_force(database):
    given(database, *WORLD, PACT, act("treaty-in-force-for-state", "1994-04-20"))
    assert status(database, "1994-04-20") == "in-force"


def test_a_treaty_that_is_in_force_for_a_state_is_in_force_before_it_is_said_to_have_been_adopted(database):
    late = act("treaty-adopted", "1995-01-01", None, title="Pact")
    given(database, *WORLD, act("treaty-in-force-for-state", "1994-01-01"), late)
    assert status(database, "1994-01-01") == "in-force"
    assert status(database, "1995-01-01") == "in-force"


def test_a_treaty_that_ended_on_an_uncertain_day_is_over_by_a_day_on_which_it_had_ended(database):
    ended = [act("treaty-terminated", on, None) for on in ("2004", "2004-03-01")]
    given(database, *WORLD, PACT, in_force(), *ended)
    assert status(database, "2004-02-29") == "possible in-force or possible terminated"
    assert status(database, "2004-03-01") == "terminated"


def test_a_treaty_suspended_for_all_is_suspended_and_one_suspended_by_a_state_is_not(database):
    given(database, *WORLD, PACT, in_force(), act("treaty-suspended", "1996-01-01"))
    assert status(database, "1996-01-01") == "in-force"
    given(database, act("treaty-suspended", "1997-01-01", None), in_force("1998-01-01"))
    assert status(database, "1997-01-01") == "suspended"
    assert status(database, "1998-01-01") == "in-force"


def term(database, day):
    with asked(database) as views:
        (row,) = (row for row in treaty_status.treaties(views, day) if row["treaty"] == "pact")
    return row["since"], row["until"]


def test_a_better_dated_entry_into_force_makes_certain_what_was_in_force_for_a_state_on_some_day_of_the_year(database):
    of_state = act("treaty-in-force-for-state", "1994")
    given(database, *WORLD, PACT, of_state, in_force(until="1999-04-20"))
    assert status(database, "1994-04-19") == "possible adopted or possible in-force"
    assert status(database, "1994-06-30") == "in-force"
    assert term(database, "1994-06-30") == ("1994-04-20", "1999-04-20")


def test_a_treaty_that_is_certainly_in_force_for_one_state_is_in_force_whatever_is_known_of_another(database):
    vague = act("treaty-in-force-for-state", "[1994..2008]", "BY")
    given(database, *WORLD, PACT, vague, act("treaty-in-force-for-state", "1996-01-01"))
    assert status(database, "1995-12-31") == "possible adopted or possible in-force"
    assert status(database, "1996-01-01") == "in-force"


def test_the_term_named_by_the_entry_into_force_is_known_also_where_it_was_in_force_for_a_state_before(database):
    given(database, *WORLD, PACT, act("treaty-in-force-for-state", "1994-01-01"), in_force(until="1999-04-20"))
    assert term(database, "1994-04-19") == ("1994-01-01", None)
    assert term(database, "1994-04-20") == ("1994-01-01", "1999-04-20")


def test_a_suspension_leaves_the_term_of_a_treaty_as_it_is(database):
    suspended, resumed = act("treaty-suspended", "1997-01-01", None), in_force("1998-01-01")
    given(database, *WORLD, PACT, in_force(until="2004-04-20"), suspended, resumed)
    assert (status(database, "1997-01-01"), term(database, "1997-01-01")[1]) == ("suspended", "2004-04-20")
    assert (status(database, "1998-01-01"), term(database, "1998-01-01")[1]) == ("in-force", "2004-04-20")


def test_an_extension_of_the_term_does_not_end_a_suspension(database):
    extended = act("treaty-extended", "1998-01-01", None, until="2009-04-20")
    given(database, *WORLD, PACT, in_force(until="2004-04-20"), act("treaty-suspended", "1997-01-01", None), extended)
    assert status(database, "1998-01-01") == "suspended"
    assert term(database, "1998-01-01") == ("1997-01-01", "2009-04-20")
    given(database, in_force("1999-01-01"))
    assert (status(database, "1999-01-01"), term(database, "1999-01-01")[1]) == ("in-force", "2009-04-20")


def test_an_extension_of_the_term_of_a_treaty_that_never_entered_into_force_does_not_bring_it_into_force(database):
    given(database, *WORLD, PACT, act("treaty-extended", "1998-01-01", None, until="2009-04-20"))
    assert status(database, "1998-01-01") == "adopted"
    assert term(database, "1998-01-01") == ("1992-05-15", "2009-04-20")


def test_a_disputed_entry_into_force_stays_disputed_when_more_becomes_known_of_its_term(database):
    begun = act("treaty-in-force-for-state", "1994-01-01")
    told = (PACT, source("other", "encyclopedia"), begun, disputed(begun, citing="other", denied=True))
    given(database, *WORLD, *told, in_force(until="1999-04-20"))
    with asked(database) as views:
        (row,) = (row for row in treaty_status.treaties(views, "1995-01-01") if row["treaty"] == "pact")
    assert (row["until"], row["disputed"]) == ("1999-04-20", True)


def test_a_protocol_that_amends_a_treaty_leaves_the_status_of_the_treaty_as_it_is(database):
    protocol = fact("treaty-adopted", "1999-04-02", treaty="protocol", title="Protocol", amends="pact")
    given(database, *WORLD, PACT, in_force(), protocol, act("treaty-amended", "1999-04-02", None, by="protocol"))
    assert status(database, "1999-04-02") == "in-force"
    assert treaties_on(database, "1999-04-02")["protocol"] == "adopted"


def test_how_many_are_party_and_how_many_have_only_signed_counts_what_is_certain(database):
    given(
        database,
        *WORLD,
        PACT,
        *(signed(state=state) for state in ("AM", "KZ", "KG", "RU")),
        *(deposited(state=state) for state in ("AM", "KZ")),
        deposited("1994", "KG"),
        in_force(),
    )
    with asked(database) as views:
        (row,) = (row for row in treaty_status.treaties(views, "1994-06-30") if row["treaty"] == "pact")
    assert (row["parties"], row["signatories"]) == (2, 1)
    assert (row["parties_possible"], row["signatories_possible"]) == (3, 2)  # Kyrgyzstan may be either


# A state towards a treaty


def test_who_signs_is_a_signatory(database):
    given(database, *WORLD, PACT, signed())
    assert standing(database, "1992-05-14") is None
    assert standing(database, "1992-05-15") == "signatory"


def test_who_ratifies_has_given_consent_and_is_no_party_yet(database):
    given(database, *WORLD, PACT, signed(), act("treaty-ratified", "1992-12-01"), in_force())
    assert standing(database, "1992-12-01") == "consent-given"
    assert standing(database, "1994-04-20") == "consent-given"  # its own ratification is no deposit


def test_who_deposited_before_the_general_entry_into_force_is_party_from_it(database):
    given(database, *WORLD, PACT, signed(), deposited(), in_force())
    assert standing(database, "1994-04-19") == "consent-given"
    assert standing(database, "1994-04-20") == "party"
    assert party_on(database, "1994-04-20", "AM", "pact")["deposited"] == "1993-01-01"


def test_who_acceded_before_the_general_entry_into_force_is_party_from_it(database):
    given(database, *WORLD, PACT, acceded(), in_force())
    assert standing(database, "1993-01-01") == "consent-given"
    assert standing(database, "1994-04-20") == "party"


def test_who_only_signed_stays_a_signatory_at_the_general_entry_into_force(database):
    given(database, *WORLD, PACT, signed(), in_force())
    assert standing(database, "1994-04-20") == "signatory"


def test_who_consents_after_the_entry_into_force_is_party_when_a_source_says_so(database):
    given(database, *WORLD, PACT, in_force(), acceded("1995-01-01"))
    assert standing(database, "1995-01-01") == "consent-given"
    given(database, act("treaty-in-force-for-state", "1995-02-01"))
    assert standing(database, "1995-01-31") == "consent-given"
    assert standing(database, "1995-02-01") == "party"


def test_where_a_signature_binds_it_is_consent(database):
    given(database, *WORLD, BINDING, signed(), in_force())
    assert standing(database, "1992-05-15") == "consent-given"
    assert standing(database, "1994-04-20") == "party"


def test_where_a_treaty_is_in_force_from_signature_a_signatory_is_party_at_once(database):
    given(database, *WORLD, AT_ONCE, signed())
    assert standing(database, "1992-05-15") == "party"


def test_where_a_signature_binds_it_counts_also_after_a_ratification(database):
    given(database, *WORLD, BINDING, act("treaty-ratified", "1992-05-01"), signed(), in_force())
    assert standing(database, "1992-05-15") == "consent-given"
    assert standing(database, "1994-04-20") == "party"


def test_where_a_signature_binds_it_counts_also_for_one_that_applies_the_treaty_provisionally(database):
    applied = act("treaty-provisionally-applied", "1992-05-01")
    given(database, *WORLD, BINDING, applied, signed(), in_force())
    assert standing(database, "1994-04-19") == "provisionally-applying"
    assert standing(database, "1994-04-20") == "party"


def test_where_a_treaty_is_in_force_from_signature_a_signature_counts_also_after_a_ratification(database):
    given(database, *WORLD, AT_ONCE, act("treaty-ratified", "1992-05-01"), signed())
    assert standing(database, "1992-05-15") == "party"


def test_who_consented_on_an_uncertain_day_is_no_surer_a_party_than_it_consented(database):
    given(database, *WORLD, PACT, deposited("1994"), in_force())
    for day in ("1994-04-20", "1994-12-31", "2000-01-01"):  # it may have bound itself after the 20th of April
        assert standing(database, day) == "possible consent-given or possible party"


def test_who_consented_on_an_uncertain_day_is_a_party_when_a_source_says_so(database):
    given(database, *WORLD, PACT, deposited("1994"), in_force(), act("treaty-in-force-for-state", "1995-02-01"))
    assert standing(database, "1995-01-31") == "possible consent-given or possible party"
    assert standing(database, "1995-02-01") == "party"


def test_who_consented_on_an_uncertain_day_and_gives_notice_was_a_party(database):
    given(database, *WORLD, PACT, deposited("1994"), in_force(), notice("1998-01-01", effective="1999-01-01"))
    assert standing(database, "1997-12-31") == "possible consent-given or possible party"
    assert standing(database, "1998-01-01") == "withdrawing"


def test_who_consented_while_the_treaty_may_have_entered_into_force_already_is_possibly_a_party(database):
    given(database, *WORLD, PACT, in_force("1994"), signed(), deposited("1994-03-01"))
    assert standing(database, "1994-02-28") == "signatory"
    for day in ("1994-03-01", "1995-01-01"):  # the treaty may have entered into force in April
        assert standing(database, day) == "possible consent-given or possible party"
    assert counted(database, "1995-01-01") == (0, 0)
    given(database, act("treaty-in-force-for-state", "1995-02-01"))
    assert standing(database, "1995-02-01") == "party"


def test_who_gave_notice_and_then_consented_while_the_treaty_may_have_been_in_force_is_possibly_withdrawing(database):
    given(database, *WORLD, PACT, signed(), notice("1994-01-15"), in_force("1994"), deposited("1994-03-01"))
    assert standing(database, "1994-06-01") == "possible consent-given or possible withdrawing"
    assert standing(database, "1995-01-01") == "withdrawn"


def test_who_is_only_possibly_a_party_and_applies_the_treaty_provisionally_does_so_unless_it_is_a_party(database):
    applied = act("treaty-provisionally-applied", "1995-02-01")
    given(database, *WORLD, PACT, in_force("1994"), signed(), deposited("1994-03-01"), applied)
    assert standing(database, "1995-01-31") == "possible consent-given or possible party"
    assert standing(database, "1995-02-01") == "possible provisionally-applying or possible party"
    given(database, act("treaty-in-force-for-state", "1996-02-01"))
    assert standing(database, "1996-01-31") == "possible provisionally-applying or possible party"
    assert standing(database, "1996-02-01") == "party"


def test_who_may_have_bound_itself_too_late_and_applies_the_treaty_provisionally_does_so_unless_it_is_a_party(database):
    given(database, *WORLD, PACT, deposited("1994"), in_force(), act("treaty-provisionally-applied", "1995-02-01"))
    assert standing(database, "1995-02-01") == "possible provisionally-applying or possible party"


def test_who_signed_bindingly_while_the_treaty_may_have_entered_into_force_already_is_possibly_a_party(database):
    given(database, *WORLD, BINDING, in_force("1994"), signed("1994-03-01"))
    assert standing(database, "1995-01-01") == "possible consent-given or possible party"


def test_who_bound_itself_by_an_uncertain_signature_is_only_possibly_a_party(database):
    given(database, *WORLD, BINDING, signed("1994"), in_force())
    assert standing(database, "1995-01-01") == "possible consent-given or possible party"


def test_a_consent_that_may_have_come_before_one_of_two_days_counts_from_the_more_exact_of_two_instruments(database):
    given(database, *WORLD, PACT, deposited("1994"), deposited("1994-03-01", instrument="ratification"), in_force())
    assert standing(database, "1994-04-20") == "party"


def test_who_acceded_with_a_day_of_effect_has_given_consent_and_is_party_from_that_day(database):
    given(database, *WORLD, PACT, in_force(), acceded("1995-01-01", effective="1995-02-01"))
    assert standing(database, "1995-01-15") == "consent-given"
    assert standing(database, "1995-02-01") == "party"
    row = party_on(database, "1995-02-01", "AM", "pact")
    assert (row["acceded"], row["in_force"], row["since"]) == ("1995-01-01", "1995-02-01", "1995-02-01")


def test_a_treaty_is_in_force_for_a_party_from_the_general_entry_into_force_where_no_source_names_another_day(database):
    of_state = act("treaty-in-force-for-state", "1995-03-01", state="AZ")
    given(database, *WORLD, PACT, deposited(), deposited(state="AZ"), signed(state="BY"), in_force("1994"), of_state)
    assert days_in_force(database, "1995-02-28") == {
        ("AM", "party", "1994"),
        ("AZ", "party", "1994"),
        ("BY", "signatory", None),
    }
    assert ("AZ", "party", "1995-03-01") in days_in_force(database, "1995-03-01")
    given(database, act("treaty-withdrawn", "1999-04-02"))
    assert ("AM", "withdrawn", "1994") in days_in_force(database, "2000-01-01")


def test_a_source_that_names_the_day_that_follows_anyway_makes_the_row_and_is_disputed_in_it(database):
    # A denial that a state was a party was shown no more, since the day itself had stood in the row already.
    of_state = act("treaty-in-force-for-state", "1994-04-20")
    given(database, *WORLD, PACT, source("weak", "encyclopedia"), deposited(), in_force(), of_state)
    assert party_on(database, "1995-01-01", "AM", "pact")["disputed"] is False
    given(database, disputed(of_state, citing="weak", date="1994-05-20"))
    row = party_on(database, "1995-01-01", "AM", "pact")
    assert (row["in_force"], row["disputed"]) == ("1994-04-20", True)


def test_the_day_of_effect_that_a_consent_names_stands_against_a_vaguer_word(database):
    vaguer = act("treaty-in-force-for-state", "[1994-07-01..1996-12-31]")
    given(database, *WORLD, PACT, in_force("1994-01-01"), acceded("1994-06-01", effective="1994-07-01"), vaguer)
    assert days_in_force(database, "1997-01-01") == {("AM", "party", "1994-07-01")}


def test_who_was_only_possibly_a_party_and_left_has_no_day_of_entry_into_force(database):
    applied, left = act("treaty-provisionally-applied", "1995-01-01"), act("treaty-withdrawn", "1996-01-01")
    given(database, *WORLD, PACT, deposited("1994"), in_force(), applied, left)
    assert days_in_force(database, "1997-01-01") == {("AM", "withdrawn", None)}


def test_who_may_have_bound_itself_too_late_has_a_day_of_entry_into_force_only_as_a_party(database):
    given(database, *WORLD, PACT, in_force("1994"), signed(), deposited("1994-03-01"))
    assert days_in_force(database, "1995-01-01") == {("AM", "consent-given", None), ("AM", "party", "1994")}


def test_who_deposited_with_a_day_of_effect_before_the_treaty_is_in_force_is_party_from_its_entry_into_force(database):
    given(database, *WORLD, PACT, deposited("1993-01-01", effective="1993-02-01"), in_force())
    assert standing(database, "1993-01-15") == "consent-given"
    assert standing(database, "1993-02-01") == "consent-given"
    assert standing(database, "1994-04-20") == "party"


def test_who_deposited_before_the_entry_into_force_with_a_later_day_of_effect_is_party_from_that_day(database):
    given(database, *WORLD, PACT, deposited("1994-01-01", effective="1994-06-01"), in_force())
    assert standing(database, "1994-04-20") == "consent-given"
    assert standing(database, "1994-06-01") == "party"


def test_who_deposited_with_an_uncertain_day_of_effect_is_a_party_once_that_is_past(database):
    given(database, *WORLD, PACT, deposited("1993-12-01", effective="1994"), in_force())
    assert standing(database, "1994-04-20") == "possible consent-given or possible party"
    assert standing(database, "1994-12-31") == "party"


def test_a_consent_takes_effect_in_a_treaty_in_force_since_an_uncertain_day_no_surer_than_that(database):
    given(database, *WORLD, PACT, in_force("1995"), acceded("1995-01-01", effective="1995-02-01"))
    assert standing(database, "1995-03-01") == "possible consent-given or possible party"
    assert standing(database, "1995-12-31") == "party"


def test_a_consent_of_one_that_withdrew_before_its_day_of_effect_has_none(database):
    left = act("treaty-withdrawn", "1995-01-15")
    given(database, *WORLD, PACT, in_force(), acceded("1995-01-01", effective="1995-02-01"), left)
    assert standing(database, "1995-02-01") == "withdrawn"


def test_a_party_by_a_disputed_deposit_is_disputed(database):
    deposit = deposited()
    told = (PACT, source("other", "encyclopedia"), signed(), deposit, disputed(deposit, citing="other", denied=True))
    given(database, *WORLD, *told, in_force())
    assert party_on(database, "1993-06-01", "AM", "pact")["disputed"]
    assert party_on(database, "2000-01-01", "AM", "pact")["disputed"]
    given(database, act("declaration-made", "2001-01-01", text="It reads article 1 so."))
    assert party_on(database, "2001-01-01", "AM", "pact")["disputed"]


def test_a_party_whose_notice_is_disputed_is_disputed_only_while_the_notice_counts(database):
    told = notice("2008-08-18", effective="2009-08-18")
    given(database, *WORLD, PACT, source("other", "encyclopedia"), deposited(), in_force())
    given(database, told, disputed(told, citing="other", denied=True), act("treaty-withdrawal-revoked", "2009-01-01"))
    days = ("2008-01-01", "2008-12-01", "2009-06-01")
    assert [party_on(database, day, "AM", "pact")["disputed"] for day in days] == [False, True, False]


def test_a_party_that_is_said_to_have_taken_its_notice_back_is_disputed_from_then(database):
    back = act("treaty-withdrawal-revoked", "2009-01-01")
    given(database, *WORLD, PACT, source("other", "encyclopedia"), deposited(), in_force())
    given(database, notice("2008-08-18", effective="2009-08-18"), back, disputed(back, citing="other", denied=True))
    given(database, act("declaration-made", "2010-01-01", text="It reads article 1 so."))
    days = ("2008-12-01", "2009-06-01", "2010-01-01")
    assert [party_on(database, day, "AM", "pact")["disputed"] for day in days] == [False, True, True]


def test_a_disputed_revocation_of_no_notice_makes_no_party_disputed(database):
    back = act("treaty-withdrawal-revoked", "2009-01-01")
    given(database, *WORLD, PACT, source("other", "encyclopedia"), deposited(), in_force())
    given(database, back, disputed(back, citing="other", denied=True))
    given(database, act("declaration-made", "2010-01-01", text="It reads article 1 so."))
    assert not party_on(database, "2010-01-01", "AM", "pact")["disputed"]


def test_provisional_application_is_shown_until_the_state_is_party(database):
    told = (signed(), act("treaty-provisionally-applied", "1993-01-01"), act("treaty-in-force-for-state", "1994-01-01"))
    given(database, *WORLD, PACT, *told)
    assert standing(database, "1993-01-01") == "provisionally-applying"
    assert standing(database, "1994-01-01") == "party"


def test_a_notice_of_denunciation_takes_effect_on_its_day(database):
    notice = act("treaty-withdrawal-notified", "2008-08-18", effective="2009-08-18")
    given(database, *WORLD, PACT, deposited(), in_force(), notice)
    assert standing(database, "2008-08-17") == "party"
    assert standing(database, "2008-08-18") == "withdrawing"
    assert party_on(database, "2008-08-18", "AM", "pact")["withdrawal_effective_on"] == "2009-08-18"
    assert standing(database, "2009-08-17") == "withdrawing"
    assert standing(database, "2009-08-18") == "withdrawn"


def test_a_notice_of_denunciation_that_is_taken_back_leaves_the_state_as_it_was(database):
    notice = act("treaty-withdrawal-notified", "2008-08-18", effective="2009-08-18")
    given(database, *WORLD, PACT, deposited(), in_force(), notice, act("treaty-withdrawal-revoked", "2009-01-01"))
    assert standing(database, "2009-01-01") == "party"
    assert standing(database, "2010-01-01") == "party"


def test_a_notice_is_not_lost_when_the_treaty_enters_into_force_for_the_state(database):
    entered = act("treaty-in-force-for-state", "1994-04-20")
    given(database, *WORLD, PACT, signed(), deposited(), notice(), in_force(), entered)
    assert standing(database, "1994-01-01") == "consent-given"
    assert standing(database, "1994-04-20") == "withdrawing"
    assert party_on(database, "1994-04-20", "AM", "pact")["withdrawal_effective_on"] == "1995-01-01"
    assert standing(database, "1995-01-01") == "withdrawn"


def test_a_notice_given_before_the_entry_into_force_and_taken_back_after_it_leaves_a_party(database):
    revoked = act("treaty-withdrawal-revoked", "1994-06-01")
    given(database, *WORLD, PACT, signed(), deposited(), notice(), in_force(), revoked)
    assert standing(database, "1994-04-20") == "withdrawing"
    assert standing(database, "1994-06-01") == "party"
    assert standing(database, "1996-01-01") == "party"


def test_who_gives_notice_before_it_is_a_party_is_not_counted_as_one(database):
    states = ("AM", "BY", "KZ")
    given(database, *WORLD, PACT, *(signed(state=state) for state in states), deposited(), deposited(state="BY"))
    given(database, *(notice(state=state) for state in states), in_force())
    assert counted(database, "1994-02-01") == (0, 3)
    assert counted(database, "1994-04-20") == (2, 1)
    assert standing(database, "1994-04-20", "KZ") == "signatory"
    assert party_on(database, "1994-04-20", "KZ", "pact")["withdrawal_notified"] == "1994-01-01"
    assert parties_on(database, "1995-01-01", "pact") == dict.fromkeys(states, "withdrawn")


def test_a_notice_by_a_state_of_which_nothing_else_is_told_says_that_it_was_a_party(database):
    given(database, *WORLD, PACT, notice())
    assert standing(database, "1994-01-01") == "withdrawing"
    assert standing(database, "1995-01-01") == "withdrawn"


def test_a_notice_that_confirms_another_and_names_no_day_leaves_that_in_effect(database):
    confirmed = notice("1994-06-01", effective=None)
    given(database, *WORLD, PACT, deposited("1993-01-01"), in_force("1993-06-01"), notice(), confirmed)
    assert standing(database, "1994-12-31") == "withdrawing"
    assert standing(database, "1995-01-01") == "withdrawn"


def test_a_notice_that_names_another_day_replaces_the_first(database):
    put_off = notice("1994-06-01", effective="1996-01-01")
    given(database, *WORLD, PACT, deposited("1993-01-01"), in_force("1993-06-01"), notice(), put_off)
    assert standing(database, "1995-01-01") == "withdrawing"
    assert standing(database, "1996-01-01") == "withdrawn"


def test_a_notice_of_before_does_not_hang_over_a_state_that_withdrew_and_came_back(database):
    told = (notice("1998-01-01", effective="2007-01-01"), act("treaty-withdrawn", "1999-01-01"))
    given(database, *WORLD, PACT, deposited(), in_force(), *told, notice("2000-01-01", effective="2007-06-01"))
    given(database, acceded("2006-01-01"), act("treaty-in-force-for-state", "2006-02-01"))
    assert standing(database, "2000-01-01") == "withdrawn"
    assert standing(database, "2008-01-01") == "party"


def test_a_withdrawal_with_a_later_day_of_effect_is_a_notice_until_then(database):
    left = act("treaty-withdrawn", "2008-08-18", effective="2009-08-18")
    given(database, *WORLD, PACT, deposited(), in_force(), left)
    row = party_on(database, "2008-12-31", "AM", "pact")
    assert (row["status"], row["withdrawn"]) == ("withdrawing", None)
    assert (row["withdrawal_notified"], row["withdrawal_effective_on"]) == ("2008-08-18", "2009-08-18")
    row = party_on(database, "2009-08-18", "AM", "pact")
    assert (row["status"], row["withdrawn"], row["since"]) == ("withdrawn", "2009-08-18", "2009-08-18")


def test_a_withdrawal_that_is_taken_back_before_its_day_of_effect_has_none(database):
    left = act("treaty-withdrawn", "2008-08-18", effective="2009-08-18")
    given(database, *WORLD, PACT, deposited(), in_force(), left, act("treaty-withdrawal-revoked", "2009-01-01"))
    assert standing(database, "2009-01-01") == "party"
    assert standing(database, "2010-01-01") == "party"
    assert party_on(database, "2010-01-01", "AM", "pact")["withdrawn"] is None


def test_a_state_that_withdrew_may_accede_again(database):
    told = (deposited(), in_force(), act("treaty-withdrawn", "1999-04-02"), acceded("2006-06-23"))
    given(database, *WORLD, PACT, *told)
    assert standing(database, "1999-04-01") == "party"
    assert standing(database, "1999-04-02") == "withdrawn"
    assert standing(database, "2006-06-23") == "consent-given"
    given(database, act("treaty-in-force-for-state", "2006-12-13"))
    assert standing(database, "2006-12-13") == "party"


def test_a_second_accession_is_shown_with_its_own_dates(database):
    told = (acceded("1993-09-24"), in_force(), act("treaty-withdrawn", "1999-04-02"), acceded("2006-06-23"))
    given(database, *WORLD, PACT, *told, act("treaty-in-force-for-state", "2006-12-13"))
    before, after = (party_on(database, day, "AM", "pact") for day in ("1998-01-01", "2007-01-01"))
    assert (before["acceded"], before["withdrawn"]) == ("1993-09-24", None)
    assert (after["acceded"], after["in_force"]) == ("2006-06-23", "2006-12-13")


def test_a_state_that_withdrew_may_apply_the_treaty_provisionally(database):
    applied = act("treaty-provisionally-applied", "2006-06-23")
    given(database, *WORLD, PACT, acceded(), in_force(), act("treaty-withdrawn", "1999-04-02"), applied)
    row = party_on(database, "2006-06-23", "AM", "pact")
    assert (row["status"], row["acceded"], row["withdrawn"]) == ("provisionally-applying", None, None)


def test_a_denunciation_before_the_entry_into_force_leaves_no_party(database):
    given(database, *WORLD, PACT, deposited(), act("treaty-withdrawn", "1993-06-01"), in_force())
    assert standing(database, "1994-04-20") == "withdrawn"


def test_the_end_of_a_treaty_ends_every_standing_towards_it(database):
    given(database, *WORLD, PACT, signed(), signed(state="AZ"), act("treaty-terminated", "2004-01-01", None))
    assert parties_on(database, "2003-12-31", "pact") == {"AM": "signatory", "AZ": "signatory"}
    assert parties_on(database, "2004-01-01", "pact") == {}


def test_who_withdrew_while_the_treaty_may_have_ended_is_no_possible_party_any_more(database):
    ended = act("treaty-terminated", "2004", None)
    given(database, *WORLD, PACT, *(deposited(state=state) for state in ("AM", "AZ", "BY")), in_force(), ended)
    given(database, act("treaty-withdrawn", "2004-06-01"), notice("2003-06-01", "BY", "2004-06-01"))
    assert parties_on(database, "2004-05-31", "pact") == {
        "AM": "possible party",
        "AZ": "possible party",
        "BY": "possible withdrawing",
    }
    assert parties_on(database, "2004-07-01", "pact") == {
        "AM": "possible withdrawn",
        "AZ": "possible party",
        "BY": "possible withdrawn",
    }
    assert parties_on(database, "2004-12-31", "pact") == {}


def test_what_is_said_while_the_treaty_may_have_ended_is_shown_as_far_as_it_may_go_on(database):
    ended, declared = act("treaty-terminated", "2004", None), act("declaration-made", "2004-03", text="So be it.")
    given(database, *WORLD, PACT, deposited(), in_force(), ended, declared)
    assert standing(database, "2004-02-29") == "possible party"
    row = party_on(database, "2004-03-15", "AM", "pact")
    assert (row["status"], row["certainty"], row["declarations"]) == ("party", "possible", "So be it.")
    assert standing(database, "2004-12-31") is None


def test_of_two_days_on_which_a_treaty_is_said_to_have_ended_the_more_exact_one_ends_every_standing(database):
    ended = (act("treaty-terminated", "2004", None), act("treaty-terminated", "2004-03-01", None))
    given(database, *WORLD, PACT, deposited(), in_force(), *ended)
    assert standing(database, "2004-02-29") == "possible party"
    assert standing(database, "2004-03-01") is None


def test_the_dates_of_every_act_stand_in_one_row(database):
    given(
        database,
        *WORLD,
        PACT,
        signed(),
        act("treaty-ratified", "1992-12"),
        deposited("1993-01-01", instrument="ratification"),
        act("treaty-in-force-for-state", "1994-04-20"),
    )
    row = party_on(database, "1994-04-20", "AM", "pact")
    assert {name: row[name] for name in ("signed", "ratified", "deposited", "in_force", "instrument")} == {
        "signed": "1992-05-15",
        "ratified": "1992-12",
        "deposited": "1993-01-01",
        "in_force": "1994-04-20",
        "instrument": "ratification",
    }
    assert (row["acceded"], row["withdrawn"]) == (None, None)
    assert party_on(database, "1992-05-15", "AM", "pact")["ratified"] is None  # not yet


def test_an_answer_tells_of_a_state_its_acts_and_its_standing_and_not_the_days_between_which_it_holds(database):
    given(database, *WORLD, PACT, signed())
    assert list(party_on(database, "1992-05-15", "AM", "pact")) == [
        *(
            "state",
            "status",
            "signed",
            "ratified",
            "deposited",
            "acceded",
            "in_force",
            "withdrawn",
            "certainty",
            "since",
        ),
        *("provisionally_applied", "suspended", "withdrawal_notified", "instrument", "withdrawal_effective_on"),
        *("reservations", "declarations", "disputed"),
    ]


def test_reservations_are_shown_until_they_are_taken_back(database):
    given(
        database,
        *WORLD,
        PACT,
        signed(reservation="Not article 4."),
        act("reservation-made", "1993-01-01", text="Not article 7.", provision="article 7"),
        act("reservation-withdrawn", "1995-01-01", provision="article 7"),
        act("reservation-withdrawn", "1996-01-01"),
    )
    reserved = [party_on(database, f"{year}-06-01", "AM", "pact")["reservations"] for year in range(1992, 1997)]
    assert reserved == [
        "Not article 4.",
        "Not article 4.\nNot article 7.",
        "Not article 4.\nNot article 7.",
        "Not article 4.",
        None,
    ]


def test_a_special_opinion_is_shown_with_the_signature(database):
    given(database, *WORLD, PACT, signed(special_opinion="Only what its constitution allows."))
    assert party_on(database, "1992-05-15", "AM", "pact")["reservations"] == "Only what its constitution allows."


def test_a_special_opinion_stays_when_the_reservations_are_taken_back(database):
    opinion = "Only what its constitution allows."
    made = signed(reservation="Not article 4.", special_opinion=opinion)
    given(database, *WORLD, PACT, made, act("reservation-withdrawn", "1996-01-01"))
    assert party_on(database, "1995-12-31", "AM", "pact")["reservations"] == f"Not article 4.\n{opinion}"
    assert party_on(database, "1996-01-01", "AM", "pact")["reservations"] == opinion


def test_a_declaration_changes_no_standing_and_is_shown(database):
    given(database, *WORLD, PACT, signed(), act("declaration-made", "1993-01-01", text="It reads article 1 so."))
    row = party_on(database, "1993-01-01", "AM", "pact")
    assert (row["status"], row["declarations"]) == ("signatory", "It reads article 1 so.")


def test_a_reservation_by_one_that_has_no_standing_gives_none(database):
    given(database, *WORLD, PACT, act("reservation-made", "1993-01-01", text="Not article 7."))
    assert parties_on(database, "1993-01-01", "pact") == {}


def test_a_signature_on_an_uncertain_day_is_possible_until_its_bounds_are_past(database):
    given(database, *WORLD, PACT, signed("[1992-05-15,1992-05-20]"))
    assert standing(database, "1992-05-17") == "possible signatory"
    assert standing(database, "1992-05-20") == "signatory"


def test_a_second_signature_that_is_dated_better_makes_the_first_certain(database):
    given(database, *WORLD, PACT, signed("1992"), signed("1992-05-15"))
    assert standing(database, "1992-05-14") == "possible signatory"
    assert standing(database, "1992-05-15") == "signatory"
    assert party_on(database, "1992-05-15", "AM", "pact")["since"] == "1992-05-15"


def test_a_ratification_before_the_signature_is_recorded_as_told(database):
    given(database, *WORLD, PACT, act("treaty-ratified", "1992-01-01"), signed())
    assert standing(database, "1992-06-01") == "consent-given"
    assert party_on(database, "1992-06-01", "AM", "pact")["signed"] == "1992-05-15"


def test_acts_of_one_day_are_taken_openings_first_and_closings_last(database):
    day = "1994-04-20"
    given(database, *WORLD, PACT, act("treaty-withdrawn", day), in_force(day), deposited(day), signed(day))
    assert standing(database, day) == "withdrawn"


def test_postgres_plans_an_answer_that_is_asked_for_again_once(empty_postgres):
    # The larger the tables, the more often it planned each anew: an answer about a treaty took 1.4 times as long at a million events.
    given(empty_postgres, *WORLD)
    with Database(empty_postgres.url).record() as connection:
        for _ in range(20):
            treaty_party.parties(connection, "1995-01-01", "charter")
        planned = text(
            "SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements WHERE statement ~ 'treaty_party'"
        )
        each_time, once = connection.execute(planned).one()
    assert (each_time, once > 0) == (0, True)
