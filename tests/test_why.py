"""Why a row is as it is: a tiny history, a question, the reasons. And the famous cases, word for word, on the real history."""

import csv
import json
import os
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from histories import WORLD, corrected, disputed, fact, given, retracted, source

from cli.main import program
from cli.why import STEPS, _text
from eventstore.database import Database
from eventstore.errors import Misuse
from eventstore.history import History
from projections import council_roster, membership, registers, treaty_party, treaty_status
from projections.why import VIEWS, Explanation, key_of, why

GOLDEN = Path(__file__).parent / "golden"


def explained(database: Database, view: str, *key: str, on: str, known_at: int | None = None) -> Explanation:
    with database.record() as connection:
        history = History(connection, known_at)
        return why(history, *key_of(history, view, key), on)


def steps(told: Explanation) -> list[str]:
    return [f"{used.date}: {used.sentence}" for used in told.chain]


def rules(told: Explanation) -> list[str]:
    return [used.rule for used in told.chain]


SIGNED = fact("treaty-signed", "1991-12-08", treaty="belovezha", state="UA", citing="record, page 3")
JOINED = fact("state-joined", "1993-12", organisation="cis", state="GE")


def test_a_founding_state_that_never_ratified_the_charter_is_told_what_it_did_and_what_not(database):
    given(database, *WORLD, SIGNED)
    told = explained(database, "membership", "UA", on="2010-12-31")
    assert told.answer == (
        "On 2010-12-31 Ukraine belonged to the Commonwealth of Independent States as a founding state (since 1991-12-08)."
    )
    assert steps(told) == ["1991-12-08: Ukraine signs Agreement."]
    assert rules(told) == [
        "Signature of Agreement confers the standing of founding-state in Commonwealth of Independent States."
    ]
    assert told.chain[0].basis.startswith("what the treaty confers; Charter of the CIS, article 7")
    assert [(s.source, s.title, s.standing, s.locator) for s in told.chain[0].sources] == [
        ("record", "The record", "press", "page 3")
    ]
    assert told.missing == [
        "Accession or ratification of Charter confers the standing of member: no accession and no ratification by Ukraine is"
        " recorded by then; it had not signed."
    ]


CIS = "the Commonwealth of Independent States"
FOUNDER = f"belonged to {CIS} as a founding state (since 1991-12-08)."


def of(kind: str, on: str, **fields: str):
    return fact(kind, on, organisation="cis", state="UA", **fields)


@pytest.mark.parametrize(
    ("facts", "on", "answer"),
    [
        (
            [],
            "2000-01-01",
            f"did not belong to {CIS}: no act of it towards the organisation or its treaties is recorded.",
        ),
        (
            [fact("treaty-signed", "1993-01-22", treaty="charter", state="UA")],
            "2000-01-01",
            f"did not belong to {CIS}: what it did confers no standing there.",
        ),
        ([SIGNED], "1991-12-01", f"did not belong to {CIS}: its standing begins only later (1991-12-08)."),
        ([SIGNED, of("state-withdrew", "1995")], "1996-01-01", f"had left {CIS} (1995)."),
        (
            [SIGNED, of("participation-ceased", "1995")],
            "1996-01-01",
            f"{FOUNDER} In practice its participation had ceased.",
        ),
        (
            [SIGNED, of("withdrawal-notified", "1995-01-01", effective="1996-01-01")],
            "1995-05-05",
            f"{FOUNDER} Its notice of leaving takes effect on 1996-01-01.",
        ),
        (
            [SIGNED, fact("organisation-dissolved", "1995-01-01", organisation="cis")],
            "1995-05-05",
            f"did not belong to {CIS}: its standing had ended.",
        ),
    ],
)
def test_the_answer_says_why_a_state_belongs_or_why_not(database, facts, on, answer):
    given(database, *WORLD, *facts)
    assert explained(database, "membership", "cis", "UA", on=on).answer == f"On {on} Ukraine {answer}"


def test_the_charter_is_no_reason_before_it_was_adopted(database):
    observes = fact("state-joined", "1992-10-01", organisation="cis", state="AZ", status="observer")
    given(
        database,
        *WORLD,
        observes,
        fact("state-status-changed", "1994-01-01", organisation="cis", state="AZ", status="associate"),
    )
    assert [used.basis for used in explained(database, "membership", "AZ", on="1995-01-01").chain] == [
        "practice: there was no charter yet",
        "Charter of the CIS, article 8: by an agreement on associate membership, on a decision of the heads of state",
    ]


@pytest.mark.parametrize(
    ("given_by", "by"),
    [
        (fact("treaty-acceded", "1993-06-01", treaty="pact", state="GE"), "Pact enters into force."),
        (
            fact("treaty-acceded", "1993-12-01", treaty="pact", state="GE", effective="1994-03-01"),
            "Georgia accedes to Pact.",
        ),
    ],
)
def test_a_standing_that_a_treaty_gives_by_its_entry_into_force_is_told_with_the_rule(database, given_by, by):
    confers = ["cis:member:entry-into-force", "cis:observer:accession"]
    pact = fact("treaty-adopted", "1993-01-01", treaty="pact", title="Pact", confers=confers)
    entered = fact("treaty-entered-into-force", "1993-09-01", treaty="pact")
    given(database, *WORLD, pact, given_by, entered)
    told = explained(database, "membership", "GE", on="1994-12-31")
    assert told.answer.startswith(
        "On 1994-12-31 Georgia belonged to the Commonwealth of Independent States as a member"
    )
    assert told.chain[-1].sentence == by
    assert told.chain[-1].rule == (
        "By this Pact entered into force for the state, as far as is known from its acts and the general entry into force; that"
        " confers the standing of member in Commonwealth of Independent States."
    )
    assert [(change.what, change.before, change.after) for change in told.chain[-1].changes] == [
        ("status", "observer", "member")
    ]


def test_an_older_law_than_the_charter_is_a_reason_before_the_charter_was_adopted(database):
    pact = fact("treaty-adopted", "1992-05-15", treaty="pact", title="Pact", confers=["cst:member:accession"])
    founded = fact("organisation-founded", "1992-05-15", organisation="cst", name="CST", charter="statute")
    statute = fact("treaty-adopted", "2002-10-07", treaty="statute", title="Statute")
    given(database, *WORLD, pact, founded, statute, fact("treaty-acceded", "1993-12-09", treaty="pact", state="GE"))
    assert explained(database, "membership", "cst", "GE", on="1994-01-01").chain[-1].basis == (
        "what the treaty confers; Collective Security Treaty, article 10: open to accession"
    )


def test_a_treaty_that_entered_into_force_for_a_state_is_not_told_to_be_missing(database):
    pact = fact("treaty-adopted", "1992-01-01", treaty="pact", title="Pact", confers=["cis:observer:entry-into-force"])
    consent = fact("treaty-acceded", "1993-06-01", treaty="pact", state="UA")
    given(database, *WORLD, SIGNED, pact, consent, fact("treaty-entered-into-force", "1993-09-01", treaty="pact"))
    missing = (
        "Entry-into-force of Pact confers the standing of observer: no entry-into-force by Ukraine is recorded by then"
    )
    assert any(told.startswith(missing) for told in explained(database, "membership", "UA", on="1993-08-31").missing)
    assert not any("Pact" in told for told in explained(database, "membership", "UA", on="1993-09-01").missing)
    # That it left and came back later is nothing that was missing before.
    left = fact("treaty-withdrawn", "1996-01-01", treaty="pact", state="UA")
    given(database, left, fact("treaty-acceded", "1999-01-01", treaty="pact", state="UA", effective="1999-02-01"))
    assert not any("Pact" in told for told in explained(database, "membership", "UA", on="1993-09-01").missing)


def test_signed_but_not_ratified_is_said(database):
    given(database, *WORLD, fact("treaty-signed", "1993-01-22", treaty="charter", state="UA"))
    assert (
        explained(database, "membership", "UA", on="2000-01-01")
        .missing[-1]
        .endswith("no accession and no ratification by Ukraine is recorded by then; it had signed.")
    )


def test_what_is_only_possible_says_why(database):
    given(database, *WORLD, JOINED)
    (held,) = explained(database, "membership", "GE", on="1993-12-15").rows
    assert held.because == (
        "Only possible: it began on some day from 1993-12-01 to 1993-12-31, so on 1993-12-15 it may not have begun yet."
    )
    (held,) = explained(database, "membership", "GE", on="1993-12-31").rows
    assert held.because == "Certain: it had begun by 1993-12-31, and nothing can have ended it by 1993-12-31."
    assert explained(database, "membership", "GE", on="1994-12-31").unknown == [
        "On which day: “Georgia joins Commonwealth of Independent States as member.” is dated 1993-12, some day from"
        " 1993-12-01 to 1993-12-31."
    ]


def test_a_date_learned_later_leaves_the_beginning_as_uncertain_as_it_was(database):
    ratified = fact("treaty-ratified", "1993-12-03", treaty="belovezha", state="GE")
    given(database, *WORLD, JOINED, ratified)
    (held,) = explained(database, "membership", "GE", on="1993-12-15").rows
    assert "some day from 1993-12-01 to 1993-12-31" in held.because


def test_an_act_of_the_same_standing_that_is_dated_better_is_told_to_make_it_certain(database):
    again = fact("state-joined", "1993-12-03", organisation="cis", state="GE")
    detail = fact("treaty-signed", "1993-12-09", treaty="charter", state="GE")
    given(database, *WORLD, JOINED, again, detail)
    told = explained(database, "membership", "GE", on="1993-12-15")
    assert rules(told)[1] == (
        "It had this standing already, since a day that is known less well: by this act it certainly had it."
    )
    assert [(c.what, c.after) for c in told.chain[1].changes] == [("valid_from_latest", "1993-12-03")]
    (held,) = told.rows
    assert held.because == "Certain: it had begun by 1993-12-03, and nothing can have ended it by 1993-12-15."
    assert told.answer.endswith("as a member (since 1993-12-03).")


SEAT = {"body": "council", "state": "GE"}
OFFICE = {"office": "chair", "person": "boris"}


@pytest.mark.parametrize(
    ("kind", "fields", "key", "column"),
    [
        ("state-seated", SEAT, "GE", "valid_from_latest"),
        ("state-left-body", SEAT, "GE", "valid_to_latest"),
        ("office-assumed", OFFICE, "boris", "valid_from_latest"),
        ("office-vacated", OFFICE, "boris", "valid_to_latest"),
    ],
)
def test_a_better_date_of_a_seat_or_an_office_is_told_to_make_it_certain(database, kind, fields, key, column):
    opening = {"state-left-body": "state-seated", "office-vacated": "office-assumed"}.get(kind)
    given(database, *WORLD, *([fact(opening, "1992-01-01", **fields)] if opening else []))
    given(database, *(fact(kind, on, **fields) for on in ("1995", "1995-03-01")))
    told = explained(database, "council_roster", "council", key, on="1995-12-31")
    assert [(c.what, c.after) for c in told.chain[-1].changes if c.what != "since"] == [(column, "1995-03-01")]
    assert "a day that is known less well" in rules(told)[-1]


def test_a_member_that_is_then_called_a_founding_state_is_told_to_have_more_already(database):
    called = fact("state-joined", "1994-01-01", organisation="cis", state="GE", status="founding-state")
    given(database, *WORLD, JOINED, called)
    told = explained(database, "membership", "GE", on="1995-01-01")
    assert "belonged to the Commonwealth of Independent States as a member (since 1993-12)" in told.answer
    assert rules(told)[-1] == "It had this standing, or a fuller one, already: nothing changes."


def test_a_notice_that_confirms_another_is_told_to_change_nothing(database):
    first = of("withdrawal-notified", "1995-01-01", effective="1996-01-01")
    given(database, *WORLD, SIGNED, first, of("withdrawal-notified", "1995-02-01"))
    told = explained(database, "membership", "UA", on="1996-01-01")
    assert rules(told)[2:] == [
        "A further notice that names no day takes nothing back: the one before takes effect on its day.",
        f"The notice takes effect: the state belongs to {CIS.removeprefix('the ')} no longer.",
    ]
    assert told.chain[2].changes == []


def test_an_end_that_may_have_come_makes_only_possible(database):
    given(database, *WORLD, SIGNED, fact("state-withdrew", "1995", organisation="cis", state="UA"))
    stays, left = explained(database, "membership", "UA", on="1995-06-30").rows
    assert stays.because == (
        "Only possible: it ended on some day from 1995-01-01 to 1995-12-31, so on 1995-06-30 it may have been over."
    )
    assert left.certainty == "possible"


def test_a_claim_loses_to_a_better_and_to_an_equal_source_and_prevails_over_a_worse(database):
    claims = [
        disputed(JOINED, citing="depositary", date="1993-12-03", reason="It kept the note."),
        disputed(JOINED, citing="rumour", date="1993-10", reason="Hearsay."),
        disputed(JOINED, citing="paper", date="1993-11", reason="Another paper."),
    ]
    sources = [source("rumour", "encyclopedia"), source("paper", "press")]
    given(database, *WORLD, *sources, JOINED, *claims[1:])
    said = {
        c.sources[0].source: (c.says, c.reason, c.prevails, c.judgement)
        for c in explained(database, "membership", "GE", on="1994-12-31").claims
    }
    assert said["rumour"] == (
        "the date 1993-10",
        "Hearsay.",
        False,
        "It is not shown: its best source (encyclopedia) counts for less than that of what is recorded (press).",
    )
    assert said["paper"][3] == "It is not shown: its best source (press) is no better than what is recorded has."
    given(database, source("depositary", "depositary-record"), claims[0])
    told = explained(database, "membership", "GE", on="1994-12-31")
    said = {c.sources[0].source: (c.prevails, c.judgement) for c in told.claims}
    assert said["depositary"] == (
        True,
        "It prevails: its best source (depositary-record) is better than those of what was recorded.",
    )
    assert said["paper"] == (False, "It is not shown: another claim with a better or an equal source prevails.")
    assert steps(told) == ["1993-12-03: Georgia joins Commonwealth of Independent States as member."]


def test_an_event_that_is_out_is_told_with_who_took_it_out(database):
    given(
        database,
        *WORLD,
        source("gazette", "official-publication"),
        JOINED,
        disputed(JOINED, citing="gazette", denied=True, reason="It only asked to join."),
    )
    told = explained(database, "membership", "GE", on="1994-01-31")
    assert told.answer.startswith("On 1994-01-31 Georgia did not belong")
    (claim,) = told.claims
    assert (claim.says, claim.reason, claim.prevails) == ("that it did not happen", "It only asked to join.", True)
    given(database, SIGNED, retracted(SIGNED, reason="It was another state."))
    (claim,) = explained(database, "membership", "UA", on="1994-12-31").claims
    assert (claim.reason, claim.judgement) == (
        "It was another state.",
        "It is taken out by the editors: it cannot be upheld.",
    )


def test_a_correction_is_told_and_what_was_known_before_it_is_explained_as_it_was(database):
    given(database, *WORLD, JOINED)
    with database.record() as connection:
        before = History(connection).known_at
    given(database, corrected(JOINED, date="1993-12-03", reason="The minutes give the day."))
    (used,) = explained(database, "membership", "GE", on="1994-12-31").chain
    assert (used.date, [amended.reason for amended in used.amended]) == ("1993-12-03", ["The minutes give the day."])
    (used,) = explained(database, "membership", "GE", on="1994", known_at=before).chain
    assert (used.date, used.amended) == ("1993-12", [])


def test_an_inference_and_a_statement_that_changes_nothing_are_told(database):
    joined = fact("state-joined", "1993-12-03", organisation="cis", state="GE", inferred="The year is lost.")
    said = fact("statement-made", "1995", organisation="cis", states=["GE"], text="Georgia wants to stay.")
    given(database, *WORLD, joined, said)
    told = explained(database, "membership", "GE", on="1996-12-31")
    assert [remark.sentence for remark in told.inferred] == ["The year is lost."]
    assert [remark.sentence for remark in told.beside] == ["Georgia wants to stay."]


def test_a_party_is_explained_by_the_convention_and_by_the_clause_of_the_treaty(database):
    charter = fact(
        "treaty-adopted", "1993-01-22", treaty="pact", title="Pact", consent="instrument",
        entry_into_force={"clause": "After three deposits (article 11)."},
    )  # fmt: skip
    given(
        database,
        *WORLD,
        charter,
        fact("treaty-signed", "1993-01-22", treaty="pact", state="AM"),
        fact("treaty-ratified", "1993-03-01", treaty="pact", state="AM"),
        fact("instrument-deposited", "1993-04-01", treaty="pact", state="AM"),
        fact("treaty-entered-into-force", "1993-06-01", treaty="pact"),
        fact("treaty-withdrawal-notified", "1995-01-01", treaty="pact", state="AM", effective="1995-07-01"),
    )
    told = explained(database, "treaty_party", "pact", "AM", on="1994-12-31")
    assert told.answer == "On 1994-12-31 Armenia was a party to the Pact (since 1993-06-01)."
    assert [(used.rule.split(":")[0].split(",")[0].split(";")[0], used.basis.split(";")[0]) for used in told.chain] == [
        ("Adopting the text binds nobody", "VCLT articles 9-16"),
        ("A signature makes a signatory", "VCLT articles 10, 14, 18"),
        ("A state's own ratification is consent at home", "VCLT articles 2(1)(b), 14, 16"),
        ("A deposited instrument establishes the consent to be bound.", "VCLT article 16"),
        ("The treaty entered into force", "VCLT article 24(1)-(2)"),
    ]  # fmt: skip
    assert told.chain[-1].basis.endswith("clause on entry into force: After three deposits (article 11).")
    assert told.unknown == [
        "The day of entry into force for Armenia itself: that shown only follows from its acts and the treaty's."
    ]
    assert told.next is not None
    assert told.next.sentence == "Armenia gives notice of withdrawal from Pact."
    assert explained(database, "treaty_party", "pact", "GE", on="1994-01-01").answer == (
        "On 1994-01-01 Georgia stood in no relation to the Pact: no act of it towards the treaty is recorded by then."
    )


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ({"on_signature": True}, "in force on signature"),
        ({"on": "1994-04-20"}, "in force on 1994-04-20"),
        (
            {"instruments": 3, "days_after": 30, "from_states": ["BY", "RU"]},
            "after 3 instruments, 30 days later, those of BY, RU among them",
        ),
        ({"instruments": 2, "months_after": 6}, "after 2 instruments, 6 months later"),
        ({}, "not told in detail"),
    ],
)
def test_a_clause_that_is_recorded_as_data_is_told_in_words(database, clause, words):
    pact = fact("treaty-adopted", "1993-01-22", treaty="pact", title="Pact", entry_into_force=clause)
    given(database, *WORLD, pact, fact("treaty-in-force-for-state", "1994-04-20", treaty="pact", state="AM"))
    told = explained(database, "treaty_party", "pact", "AM", on="1994-12-31")
    assert told.chain[-1].basis == f"VCLT article 24; clause on entry into force: {words}"


def test_the_clause_of_a_treaty_is_its_own_and_not_that_of_a_protocol_to_it(database):
    pact = fact(
        "treaty-adopted", "1993-01-22", treaty="pact", title="Pact", entry_into_force={"clause": "On three deposits."}
    )
    other = {"amends": "pact", "entry_into_force": {"clause": "At once."}}
    protocol = fact("treaty-adopted", "1993-02-01", treaty="protocol", title="Protocol", **other)
    given(database, *WORLD, pact, protocol, fact("treaty-entered-into-force", "1993-06-01", treaty="pact"))
    told = explained(database, "treaty_status", "pact", on="1994-01-01")
    assert told.chain[-1].basis == "VCLT article 24(1)-(2); clause on entry into force: On three deposits."


def test_what_leaves_a_treaty_as_it_stood_is_told_to_do_so(database):
    entered = fact("treaty-entered-into-force", "1994-01-22", treaty="charter")
    given(database, *WORLD, entered, fact("treaty-in-force-for-state", "1995-04-20", treaty="charter", state="AM"))
    told = explained(database, "treaty_status", "charter", on="1996-01-01")
    assert rules(told)[-1] == "The treaty as such stands as it stood before."


def test_a_notice_by_a_state_that_is_no_party_is_told_to_leave_its_standing_as_it_is(database):
    notice = fact("treaty-withdrawal-notified", "1995-01-01", treaty="charter", state="AM", effective="1995-07-01")
    given(database, *WORLD, fact("treaty-signed", "1993-01-22", treaty="charter", state="AM"), notice)
    told = explained(database, "treaty_party", "charter", "AM", on="1995-05-01")
    assert told.answer == (
        "On 1995-05-01 Armenia was a signatory of the Charter (since 1993-01-22)."
        " Its notice of withdrawal takes effect on 1995-07-01."
    )
    assert (told.chain[-1].rule, told.chain[-1].basis) == (
        "A notice by a state that is no party leaves its standing as it is until it takes effect.",
        "VCLT articles 18, 25(2), 67",
    )


def test_a_notice_that_may_have_taken_effect_on_the_day_on_which_it_was_given_is_explained(database):
    # The one event begins and ends the row: it was taken to go on from itself, without end.
    notified = fact(
        "treaty-withdrawal-notified", "1995-01-01", treaty="charter", state="AM", effective="[..1995-06-15]"
    )
    given(database, *WORLD, notified)
    told = explained(database, "treaty_party", "charter", "AM", on="1995-01-01")
    assert [held.because for held in told.rows] == [
        "Only possible: it ended on some day from 1995-01-01 to 1995-06-15, so on 1995-01-01 it may have been over.",
        "Only possible: it began on some day from 1995-01-01 to 1995-06-15, so on 1995-01-01 it may not have begun yet.",
    ]


def test_a_consent_with_a_day_of_effect_is_told_to_be_consent_and_then_to_be_in_force(database):
    acceded = fact("treaty-acceded", "1995-01-01", treaty="charter", state="AM", effective="1995-02-01")
    given(database, *WORLD, fact("treaty-entered-into-force", "1994-01-22", treaty="charter"), acceded)
    told = explained(database, "treaty_party", "charter", "AM", on="1995-02-01")
    assert told.answer == "On 1995-02-01 Armenia was a party to the Charter (since 1995-02-01)."
    assert [(used.date, used.part, used.basis.split(";")[0]) for used in told.chain[-2:]] == [
        ("1995-01-01", "act", "VCLT article 15"),
        ("1995-02-01", "effect", "VCLT articles 16, 24(3)"),
    ]


def test_who_may_have_consented_after_the_entry_into_force_is_told_to_be_only_possibly_a_party(database):
    deposited = fact("instrument-deposited", "1994", treaty="charter", state="AM")
    given(database, *WORLD, deposited, fact("treaty-entered-into-force", "1994-04-20", treaty="charter"))
    told = explained(database, "treaty_party", "charter", "AM", on="2000-01-01")
    assert told.answer == (
        "On 2000-01-01 Armenia may have been bound to become a party, having consented, to the Charter (since 1994),"
        " or may have been a party to the Charter (since 1994-04-20)."
    )
    assert told.chain[-1].rule == (
        "The treaty entered into force; whether the state had bound itself before is not known, so it is only possibly a party."
    )


def test_who_may_have_consented_before_the_entry_into_force_is_told_to_be_only_possibly_a_party(database):
    deposited = fact("instrument-deposited", "1994-03-01", treaty="charter", state="AM")
    given(database, *WORLD, deposited, fact("treaty-entered-into-force", "1994", treaty="charter"))
    told = explained(database, "treaty_party", "charter", "AM", on="2000-01-01")
    assert [held.because for held in told.rows] == [
        "Only possible: it ended on some day from 1994-03-01 on, so on 2000-01-01 it may have been over.",
        "Only possible: it began on some day from 1994-03-01 on, so on 2000-01-01 it may not have begun yet.",
    ]
    assert told.chain[-1].rule == (
        "The state bound itself; whether the treaty entered into force before or after that is not known, so it is only"
        " possibly a party."
    )


@pytest.mark.parametrize(
    ("kind", "fields", "rule"),
    [
        ("reservation-made", {"text": "Not 4."}, "A reservation limits what binds the state; its standing stays."),
        ("reservation-withdrawn", {}, "A reservation is taken back; the standing stays."),
        (
            "declaration-made",
            {"text": "It reads article 1 so."},
            "A declaration says how the state reads the treaty; its standing stays.",
        ),
        (
            "treaty-suspended",
            {},
            "Suspension stops the operation of the treaty; the state stays what it was.",
        ),
    ],
)
def test_what_a_party_says_or_suspends_is_told_to_leave_its_standing_as_it_is(database, kind, fields, rule):
    told = fact("treaty-signed", "1993-01-22", treaty="charter", state="AM", reservation="Not article 7.")
    entered = fact("treaty-in-force-for-state", "1994-04-20", treaty="charter", state="AM")
    given(database, *WORLD, told, entered, fact(kind, "1999-01-01", treaty="charter", state="AM", **fields))
    explanation = explained(database, "treaty_party", "charter", "AM", on="2000-01-01")
    assert "Armenia was a party to the Charter (since 1994-04-20)" in explanation.answer
    assert rules(explanation)[-1] == rule


def test_an_act_that_makes_a_standing_towards_a_treaty_certain_is_told_with_its_date(database):
    entered = [fact("treaty-in-force-for-state", on, treaty="charter", state="AM") for on in ("1994", "1994-04-20")]
    given(database, *WORLD, *entered)
    told = explained(database, "treaty_party", "charter", "AM", on="1994-06-01")
    assert told.answer == "On 1994-06-01 Armenia was a party to the Charter (since 1994-04-20)."
    assert [(change.what, change.after) for change in told.chain[-1].changes] == [("valid_from_latest", "1994-04-20")]
    assert told.chain[-1].rule.endswith("since a day that is known less well: by this act it certainly had it.")
    assert explained(database, "treaty_status", "charter", on="1994-06-01").chain[-1].rule == (
        "It stood so already, since a day that is known less well: by this it certainly did."
    )


def test_a_withdrawal_while_the_treaty_may_have_ended_is_told_with_both(database):
    told = [fact("treaty-in-force-for-state", "1994-04-20", treaty="charter", state="AM")]
    told += [fact("treaty-withdrawn", "2004-06-01", treaty="charter", state="AM")]
    given(database, *WORLD, *told, fact("treaty-terminated", "2004", treaty="charter"))
    explanation = explained(database, "treaty_party", "charter", "AM", on="2004-07-01")
    assert explanation.answer == (
        "On 2004-07-01 Armenia may have been no longer a party, having withdrawn, to the Charter (since 2004-06-01)."
    )
    assert [used.basis for used in explanation.chain[-2:]] == ["VCLT articles 54, 59, 70", "VCLT articles 54, 70"]
    assert [held.because for held in explanation.rows] == [
        "Only possible: it ended on some day from 2004-06-01 to 2004-12-31, so on 2004-07-01 it may have been over."
    ]


def test_the_end_of_a_treaty_that_takes_effect_later_is_told_as_an_act_and_then_as_its_effect(database):
    ended = fact("treaty-terminated", "2004-06-01", treaty="charter", effective="2005-01-01")
    given(database, *WORLD, fact("treaty-in-force-for-state", "1994-04-20", treaty="charter", state="AM"), ended)
    told = explained(database, "treaty_party", "charter", "AM", on="2004-07-01")
    assert told.answer == "On 2004-07-01 Armenia was a party to the Charter (since 1994-04-20)."
    assert rules(told)[-1] == "The act is done; its effect comes on a later day."
    told = explained(database, "treaty_party", "charter", "AM", on="2005-01-01")
    assert rules(told)[-1] == "The treaty ended for all: nobody stands in any relation to it."


def test_a_ratification_without_a_known_deposit_says_so(database):
    given(database, *WORLD, fact("treaty-ratified", "1993-03-01", treaty="charter", state="AM"))
    assert explained(database, "treaty_party", "charter", "AM", on="1994-01-01").unknown == [
        "Whether and when Armenia deposited its instrument: none is recorded by 1994-01-01.",
        "From when Charter is in force for Armenia: no day is recorded.",
        "Whether Armenia signed: no signature is recorded by 1994-01-01.",
        "When Charter as such entered into force: no day is recorded.",
    ]
    assert explained(database, "membership", "AM", on="1994-01-01").unknown == [
        "Whether and when Armenia deposited its instrument concerning Charter: none is recorded by 1994-01-01.",
        "From when Charter is in force for Armenia: no day is recorded.",
    ]


def test_the_holder_of_an_office_is_explained_with_whom_they_followed(database):
    given(
        database,
        *WORLD,
        fact("office-assumed", "1992", office="chair", person="boris"),
        fact("office-assumed", "1994-01-01", office="chair", person="leonid"),
        fact("office-assumed", "1996-01-01", office="chair", person="askar"),
    )
    told = explained(database, "council_roster", "chair", on="1995-01-01")
    assert told.answer == "On 1995-01-01 Leonid held the office of Chair (since 1994-01-01)."
    assert told.key == {"body": "council", "seat": "office", "office": "chair"}
    assert rules(told)[-1] == "One holds this office at a time: whoever takes it ends the term of whoever held it."
    assert [(c.what, c.before, c.after) for c in told.chain[-1].changes] == [("holders", "boris", "leonid")]
    told = explained(database, "council-roster", "council", "boris", on="1995-01-01")
    assert told.answer == "On 1995-01-01 Boris held no office in the Council of Heads of State."
    assert steps(told) == ["1992: Boris becomes Chair.", "1994-01-01: Leonid becomes Chair."]


def test_a_chair_that_goes_round_among_states_is_explained_with_the_state_that_had_it_before(database):
    turns = [fact("office-assumed", on, office="chair", state=state) for on, state in (("1992", "BY"), ("1993", "RU"))]
    given(database, *WORLD, *turns)
    told = explained(database, "council_roster", "chair", on="1994-01-01")
    changed = [(change.what, change.before, change.after) for change in told.chain[-1].changes]
    assert changed == [("holders", "BY", "RU")]


@pytest.mark.parametrize(
    ("body", "law"),
    [
        (
            "council-of-heads-of-state",
            "Charter of the CIS, articles 21 and 23-25; rules of procedure of the council",
        ),
        (
            "council-of-heads-of-government",
            "Charter of the CIS, articles 22-25; rules of procedure of the council",
        ),
        ("board", "practice of the body, as the sources have it"),
    ],
)
def test_a_seat_is_explained_by_the_law_of_its_body_where_that_is_known(database, body, law):
    established = fact("body-established", "1991-12-21", body=body, organisation="cis", name="Body")
    given(database, *WORLD, established, fact("state-seated", "1994-01-01", body=body, state="GE"))
    assert explained(database, "council_roster", body, "GE", on="1995-01-01").chain[-1].basis == law


def test_a_term_of_one_year_is_told_as_taken_and_then_left(database):
    told = [fact(kind, "1999", office="chair", person="boris") for kind in ("office-assumed", "office-vacated")]
    given(database, *WORLD, *told)
    for key in ("chair", "boris"):
        told = explained(database, "council_roster", "council", key, on="1999-06-30")
        assert steps(told)[-2:] == ["1999: Boris becomes Chair.", "1999: Boris leaves the office of Chair."]
        assert told.answer == "On 1999-06-30 Boris may have held the office of Chair (since 1999)."
    assert rules(told)[-1] == "Leaving an office ends the term of the one named, or of whoever held it."


def test_leaving_an_office_that_one_does_not_hold_is_told_to_end_nothing(database):
    took = fact("office-assumed", "1992-01-01", office="chair", person="boris")
    given(database, *WORLD, took, fact("office-vacated", "1993-01-01", office="chair", person="leonid"))
    told = explained(database, "council_roster", "chair", on="1994-01-01")
    assert rules(told)[-1] == "Whoever leaves is not recorded in the office then: no term ends."


def test_a_seat_ends_with_leaving_the_organisation(database):
    left = fact("state-withdrew", "1995-01-01", organisation="cis", state="GE")
    given(database, *WORLD, JOINED, fact("state-seated", "1994-01-01", body="council", state="GE"), left)
    told = explained(database, "council_roster", "council", "Georgia", on="1996-01-01")
    assert told.answer == "On 1996-01-01 Georgia had no seat in the Council of Heads of State."
    assert rules(told)[-1] == "A state that left Commonwealth of Independent States sits in its bodies no longer."


def test_a_better_date_of_leaving_the_organisation_is_told_to_make_the_end_of_a_seat_certain(database):
    left = [fact("state-withdrew", on, organisation="cis", state="GE") for on in ("1995", "1995-03-01")]
    given(database, *WORLD, JOINED, fact("state-seated", "1994-01-01", body="council", state="GE"), *left)
    told = explained(database, "council_roster", "council", "Georgia", on="1996-01-01")
    assert rules(told)[-1] == (
        "It was over already, since a day that is known less well: by this act it certainly was."
    )


def test_attendance_that_no_source_tells_of_is_not_taken_for_absence(database):
    given(database, *WORLD, fact("meeting-held", "1993-01-22", meeting="minsk", states=["AM"], absent=["GE"]))
    assert explained(database, "meeting_attendance", "minsk", "GE", on="1994-12-31").answer.endswith(
        "Georgia was absent."
    )
    assert explained(database, "meeting_attendance", "minsk", "AM", on="1994-12-31").answer.endswith(
        "Armenia was present."
    )
    assert explained(database, "meeting_attendance", "minsk", "UA", on="1994-12-31").answer.endswith(
        "Whether Ukraine took part: no source tells."
    )


KEYS = {
    "membership": ("cis", "GE"),
    "council_roster": ("chair",),
    "treaty_status": ("charter",),
    "treaty_party": ("charter", "GE"),
    "meeting": ("minsk",),
    "meeting_attendance": ("minsk", "GE"),
    "decision": ("resolved",),
    "organisation": ("cis",),
    "body": ("council",),
    "office": ("chair",),
    "person": ("boris",),
    "treaty": ("charter",),
    "source": ("record",),
    "timeline": (JOINED.id,),
}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_explained_by_an_event_with_its_source(database, view):
    given(
        database,
        *WORLD,
        JOINED,
        fact("treaty-signed", "1993-12", treaty="charter", state="GE"),
        fact("office-assumed", "1993-12", office="chair", person="boris"),
        fact("meeting-held", "1993-12", meeting="minsk", states=["GE"]),
        fact("decision-adopted", "1993-12", decision="resolved", title="Resolved"),
    )
    told = explained(database, view, *KEYS[view], on="1993-12-31")
    assert told.view == view
    assert [held.certainty for held in told.rows] == ["certain"]
    assert all(used.sources and used.rule and used.basis for used in told.chain)
    assert told.chain
    assert msgspec.json.decode(msgspec.json.encode(told), type=Explanation) == told
    assert "None" not in "\n".join(_text(told, 80))


@pytest.mark.parametrize(
    ("view", "key", "said"),
    [
        ("membershp", ["GE"], "there is no view 'membershp' to explain\n  Did you mean membership?"),
        (
            "citation",
            ["7", "page"],
            "there is no view 'citation' to explain\n"
            "  Each of its rows is of one event, and that can be: cis why timeline EVENT.",
        ),
        ("membership", ["cis-", "GE"], "there is no organisation 'cis-'\n  Did you mean cis?"),
        ("membership", ["Georgai"], "no state is called 'Georgai'. Did you mean GE (Georgia)?"),
        ("treaty-party", ["chater", "GE"], "there is no treaty 'chater'\n  Did you mean charter?"),
        ("treaty-party", ["charter"], "treaty_party takes TREATY and STATE: found 'charter'"),
        ("council_roster", ["council"], "council_roster takes a STATE, OFFICE or PERSON beside the body council"),
        ("council_roster", ["council", "borsi"], "there is no state, office or person 'borsi'\n  Did you mean boris?"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(database, view, key, said):
    given(database, *WORLD)
    with database.record() as connection, pytest.raises(Misuse) as refused:
        key_of(History(connection), view, key)
    assert said in str(refused.value)


def test_every_rule_that_a_fold_names_has_words(database):
    """One without words would break an explanation; `test_properties` explains whatever else can happen."""
    named = {
        "membership": membership.RULES,
        "treaty_party": treaty_party.RULES,
        "treaty_status": treaty_status.RULES,
        "council_roster": council_roster.RULES,
        "registers": registers.RULES,
    }
    assert all(rule.words and rule.basis for rules in named.values() for rule in rules.values())
    kinds = treaty_status.HANDLES
    assert kinds <= set(treaty_status.RULES)
    assert council_roster.OFFICES.handles <= set(council_roster.RULES)
    assert registers.ORGANISATIONS.handles | registers.BODIES.handles <= set(registers.RULES)


# --- the real history ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "day"), [("UA", "2010-12-31"), ("GE", "1993-12-15"), ("GE", "2009-01-01"), ("TM", "2006-12-31")]
)
def test_the_famous_cases_read_word_for_word_as_they_were_agreed(history, state, day):
    """CIS_WRITE_GOLDEN=1 writes what is said now; read the difference before it is committed."""
    told = explained(history, "membership", state, on=day)
    assert all(used.sources for used in told.chain)
    bare = msgspec.structs.replace(  # a further source, or one more statement beside it, changes no reason
        told, beside=[], chain=[msgspec.structs.replace(used, sources=[], amended=[]) for used in told.chain]
    )
    text = "\n".join(_text(bare, 100)) + "\n"
    path = GOLDEN / f"why-membership-{state}-{day}.txt"
    if os.environ.get("CIS_WRITE_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def run(database: Database, *words: str):
    return CliRunner().invoke(program, ["why", "--database", str(database.url), *words])


def test_the_command_prints_text_json_and_markdown(history):
    text = run(history, "membership", "GE", "--as-of", "2009-01-01", "--format", "table")
    assert text.exit_code == 0
    assert text.stdout == run(history, "membership", "GE", "--as-of", "2009-01-01").stdout
    assert " ".join(text.stdout.split()).startswith(  # however wide the terminal is
        "On 2009-01-01 Georgia belonged to the Commonwealth of Independent States as a member"
    )
    assert "known at position" in text.stderr
    told = json.loads(run(history, "treaty-party", "cis-charter", "UA", "--as-of", "2000", "--format", "json").stdout)
    assert list(told) == list(Explanation.__struct_fields__)
    assert told["rows"] == []
    markdown = run(history, "membership", "GE", "--as-of", "2009-01-01", "--format", "markdown").stdout
    assert markdown.startswith("# Why: membership cis GE, 2009-01-01\n\n**On 2009-01-01 Georgia belonged")
    assert "\n## What other sources say\n" in markdown
    assert (
        "\n   - Corroborated on 2026-11-22: The official glossary also has Georgia join in December 1993." in markdown
    )

    chain = json.loads(run(history, "membership", "GE", "--as-of", "1995", "--format", "json").stdout)["chain"]
    lines = list(
        csv.DictReader(StringIO(run(history, "membership", "GE", "--as-of", "1995", "--format", "csv").stdout))
    )
    assert list(lines[0]) == list(STEPS)
    assert [line["event_id"] for line in lines] == [used["event_id"] for used in chain]
    joined = next(line for line in lines if line["changes"] == "status: member")
    assert (joined["date"], joined["disputed"]) == ("1993-12", "true")
    assert "Glossary: CIS, paragraph 2 (official statement; kremlin-glossary-cis)" in joined["sources"].split("\n")
    nothing = run(history, "membership", "DE", "--as-of", "1995", "--format", "csv").stdout
    assert nothing == f"{','.join(STEPS)}\n"


def test_a_day_outside_the_record_is_said_on_stderr(history):
    before = run(history, "membership", "GE", "--as-of", "1980")
    assert "The record begins on 1991-12-08: of 1980-12-31 it tells nothing for certain." in before.stderr
    after = run(history, "membership", "GE", "--as-of", "2100-01-01")
    assert (
        "The record was last added to on 2026-11-30: what happened between then and 2100-01-01 is not in it."
        in after.stderr
    )
    assert "last added" not in run(history, "membership", "GE", "--as-of", "2026-11-30").stderr
