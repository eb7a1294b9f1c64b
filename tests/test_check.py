"""What is odd is recorded as the source has it, and shown; what the history must come to is asserted."""

import pytest
from cli_runs import cis
from histories import WORLD, corrected, disputed, fact, given, position, retracted, source

from eventstore.batch import read_text
from eventstore.errors import Refused
from eventstore.history import History
from projections.assertions import assertion, failures
from projections.check import findings
from projections.question import views
from projections.treaty_status import treaties


def shown(database, known_at=None, **given_words):
    with database.record() as log:
        history = History(log, known_at)
        with views(log, history.known_at) as standing:
            return {f.code: (f.subject, f.what, f.explained) for f in findings(standing, history, **given_words)}


def test_a_state_that_left_without_having_joined_is_shown(database):
    given(database, *WORLD, fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"))
    assert shown(database)["left-without-joining"][1] == "GE left cis without having joined it"


def test_a_state_that_left_without_having_joined_is_shown_once_whatever_else_is_told_of_it(database):
    signed = fact("treaty-signed", "2010-01-01", treaty="charter", state="GE")
    given(database, *WORLD, fact("state-withdrew", "2009-08-18", organisation="cis", state="GE"), signed)
    with database.record() as log, views(log, History(log).known_at) as standing:
        codes = [finding.code for finding in findings(standing, History(log))]
    assert codes.count("left-without-joining") == 1


def test_a_state_that_joined_and_left_on_one_day_is_not_said_to_have_left_without_joining(database):
    given(
        database,
        *WORLD,
        fact("state-joined", "1995-03-01", organisation="cis", state="KZ"),
        fact("state-withdrew", "1995-03-01", organisation="cis", state="KZ"),
    )
    assert "left-without-joining" not in shown(database)


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("withdrawal-notified", {"organisation": "cis"}),
        ("participation-ceased", {"organisation": "cis"}),
        ("participation-suspended", {"organisation": "cis"}),
        ("treaty-withdrawal-notified", {"treaty": "charter"}),
        ("reservation-withdrawn", {"treaty": "charter"}),
        ("treaty-withdrawn", {"treaty": "charter"}),
        ("state-left-body", {"body": "council"}),
    ],
)
def test_who_leaves_or_gives_notice_where_it_never_had_a_standing_is_shown(database, kind, where):
    # Only who had left an organisation for good was.
    given(database, *WORLD, fact(kind, "1999-04-02", state="KZ", **where))
    (name,) = where.values()
    assert shown(database)["act-without-standing"][:2] == (
        f"{name}/KZ/{kind}",
        f"KZ: {kind} on 1999-04-02, without any standing in {name} before",
    )
    given(
        database,
        fact("state-joined", "1993", state="KZ", organisation="cis"),
        fact("treaty-signed", "1993", state="KZ", treaty="charter"),
        fact("state-seated", "1993", state="KZ", body="council"),
    )
    assert "act-without-standing" not in shown(database)


def test_a_ratification_before_the_signature_is_shown_but_not_where_the_dates_leave_room(database):
    given(
        database,
        *WORLD,
        fact("treaty-signed", "1993-05", treaty="charter", state="AM"),
        fact("treaty-ratified", "1993", treaty="charter", state="AM"),
    )
    assert "acts-out-of-order" not in shown(database)
    given(
        database,
        fact("treaty-signed", "1993-05", treaty="charter", state="KZ"),
        fact("treaty-ratified", "1993-04-30", treaty="charter", state="KZ"),
    )
    assert shown(database)["acts-out-of-order"][1] == "KZ: ratified 1993-04-30, before signed 1993-05"


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        (
            ("instrument-deposited", "1993-03-01"),
            ("treaty-ratified", "1993-04-01"),
            ("deposited-ratified", "KZ: deposited 1993-03-01, before ratified 1993-04-01"),
        ),
        (
            ("treaty-in-force-for-state", "1993-03-01"),
            ("treaty-signed", "1993-04-01"),
            ("in_force-signed", "KZ: in force 1993-03-01, before signed 1993-04-01"),
        ),
        (
            ("treaty-in-force-for-state", "1993-03-01"),
            ("treaty-entered-into-force", "1993-04-01"),
            ("in-force", "in force for KZ on 1993-03-01, before the treaty itself on 1993-04-01"),
        ),
    ],
)
def test_acts_are_shown_where_one_surely_came_before_another_on_which_it_rests(database, earlier, later, said):
    told = [
        fact(kind, on, treaty="charter", **({} if kind == "treaty-entered-into-force" else {"state": "KZ"}))
        for kind, on in (earlier, later)
    ]
    given(database, *WORLD, *told)
    assert shown(database)["acts-out-of-order"][:2] == (f"charter/KZ/{said[0]}", said[1])


def test_who_signed_a_treaty_that_was_in_force_for_it_by_its_accession_is_shown(database):
    told = [("treaty-acceded", "1993-01-01"), ("treaty-signed", "1995-01-01")]
    acts = [fact(kind, on, treaty="charter", state="KZ") for kind, on in told]
    given(database, *WORLD, *acts, fact("treaty-entered-into-force", "1994", treaty="charter"))
    assert shown(database)["acts-out-of-order"][1] == "KZ: in force 1994, before signed 1995-01-01"


def test_a_treaty_in_force_on_signature_that_is_resumed_was_in_force_for_its_signatories_before(database):
    # The resumption was taken for its first entry into force.
    given(
        database,
        *WORLD,
        fact(
            "treaty-adopted", "1992-05-15", treaty="pact", title="Pact", consent="signature",
            entry_into_force={"on_signature": True},
        ),
        fact("treaty-signed", "1992-05-15", treaty="pact", state="AM"),
        fact("treaty-suspended", "1997-01-01", treaty="pact"),
        fact("treaty-entered-into-force", "1998-01-01", treaty="pact"),
    )  # fmt: skip
    assert "acts-out-of-order" not in shown(database)


def test_a_treaty_that_is_in_force_again_after_a_suspension_was_in_force_before_it(database):
    told = [("treaty-entered-into-force", "1994"), ("treaty-suspended", "1996"), ("treaty-entered-into-force", "1998")]
    entered = fact("treaty-in-force-for-state", "1995-04-20", treaty="charter", state="KZ")
    given(database, *WORLD, entered, *(fact(kind, on, treaty="charter") for kind, on in told))
    assert "acts-out-of-order" not in shown(database)


def test_two_chairs_at_once_are_shown(database):
    given(
        database,
        *WORLD,
        fact("office-assumed", "1992", office="chair", person="boris"),
        fact("office-assumed", "1993", office="chair", person="leonid"),
        fact("office-vacated", "1994", office="chair", person="boris"),
    )
    assert shown(database)["two-holders"][1] == "boris leaves chair on 1994, when leonid holds it"


@pytest.mark.parametrize("on", ["2001-05-05", "2001"])
def test_two_chairs_who_took_office_on_the_same_day_are_shown(database, on):
    given(database, *WORLD, *(fact("office-assumed", on, office="chair", person=who) for who in ("boris", "leonid")))
    assert shown(database)["two-holders"][1] == (
        f"boris and leonid take chair on the same days ({on}): who held it after that is not known"
    )


def test_one_who_left_the_chair_that_two_took_in_one_year_leaves_no_doubt_and_is_not_shown(database):
    took = [fact("office-assumed", "2001", office="chair", person=who) for who in ("boris", "leonid")]
    given(database, *WORLD, *took, fact("office-vacated", "2001", office="chair", person="boris"))
    assert "two-holders" not in shown(database)


def test_one_who_acted_as_chair_and_became_it_on_one_day_is_not_two(database):
    took = [
        fact("office-assumed", "2001-05-05", office="chair", person="boris", acting=acting) for acting in (True, False)
    ]
    given(database, *WORLD, *took)
    assert "two-holders" not in shown(database)


def test_a_signature_recorded_with_two_dates_is_shown(database):
    signed = [fact("treaty-signed", on, treaty="charter", state="AM") for on in ("1993-01-22", "1993-01-23")]
    given(database, *WORLD, signed[0])
    assert "done-twice" not in shown(database)
    given(database, signed[1])
    assert shown(database)["done-twice"][1] == "treaty-signed is recorded 2 times for treaty:charter state:AM"


@pytest.mark.parametrize(
    ("register", "kind", "fields"),
    [
        ("treaty", "treaty-adopted", {"title": "Pact"}),
        ("person", "person-registered", {"name": "Askar"}),
        ("office", "office-created", {"body": "council", "name": "Deputy"}),
        ("source", "source-registered", {"title": "Papers", "standing": "press"}),
        ("meeting", "meeting-held", {}),
    ],
)
def test_what_was_entered_twice_is_shown(database, register, kind, fields):
    entries = [fact(kind, on, **{register: "twice"}, **fields) for on in ("1993-01-22", "1993-01-23")]
    given(database, *WORLD, entries[0])
    assert "entered-twice" not in shown(database)
    given(database, entries[1])
    what = f"the {register} twice was entered more than once"
    assert shown(database)["entered-twice"][:2] == (f"{register}:twice", what)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("state-seated", {"body": "council", "state": "KZ"}),
        ("office-assumed", {"office": "chair", "person": "boris"}),
    ],
)
def test_who_sits_in_a_body_before_it_was_established_is_shown_but_not_where_the_dates_leave_room(
    database, kind, fields
):
    given(database, *WORLD, fact(kind, "1991", **fields))
    assert "outside-life" not in shown(database)
    given(database, fact(kind, "1991-12-20", **{**fields, "state": "AM"}))
    who, where = ("AM", "seat") if kind == "state-seated" else ("boris", "chair")
    assert shown(database)["outside-life"][:2] == (
        f"council/{where}/{who}",
        f"{who} in {'council' if where == 'seat' else where} from 1991-12-20: council did not exist then",
    )


def test_a_meeting_on_the_days_on_which_its_body_may_have_existed_is_not_shown(database):
    met = [
        fact("meeting-held", on, meeting=f"m{on}", bodies=["council"]) for on in ("1991-12-21", "1993-12-31", "1991")
    ]
    given(database, *WORLD, *met, fact("body-dissolved", "1993-12-31", body="council"))
    assert "outside-life" not in shown(database)


def test_what_the_record_does_not_tell_of_a_treaty_or_an_organisation_is_shown_as_explained(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    assert "gap" not in shown(database)
    given(database, fact("treaty-entered-into-force", "1994-01-22", treaty="charter"))
    assert shown(database)["gap"] == (
        "charter",
        "charter is in force, but for which states is not recorded",
        "The sources read so far do not say for which states.",
    )
    given(database, fact("treaty-in-force-for-state", "1994-04-20", treaty="charter", state="AM"))
    assert "gap" not in shown(database)
    given(database, fact("organisation-founded", "2000-10-10", organisation="union", name="Union"))
    assert shown(database)["gap"] == ("union", "union has no member on record", "The sources read so far name none.")


def test_a_meeting_of_a_body_that_had_ended_is_shown(database):
    given(
        database,
        *WORLD,
        fact("body-dissolved", "1993-12-31", body="council"),
        fact("meeting-held", "1995", meeting="late", bodies=["council"]),
    )
    assert shown(database)["outside-life"][1] == "late: council did not exist then"


def test_an_entry_into_force_off_its_clause_is_shown(database):
    clause = {"instruments": 2, "days_after": 30}
    given(
        database,
        *WORLD,
        fact("treaty-adopted", "1992-05-15", treaty="cst", title="CST", entry_into_force=clause),
        fact("instrument-deposited", "1992-06-01", treaty="cst", state="AM"),
        fact("instrument-deposited", "1992-07-01", treaty="cst", state="RU"),
        fact("treaty-entered-into-force", "1994-04-20", treaty="cst"),
    )
    assert shown(database)["entry-into-force"][1] == (
        "cst entered into force on 1994-04-20; by its clause and the deposits known it was due on 1992-07-31"
    )


@pytest.mark.parametrize(
    ("clause", "deposited", "due"),
    [
        ({"instruments": 1, "months_after": 2}, ["1992-06-01"], "1992-08-01"),
        ({"instruments": 1}, ["1992-06-01"], "1992-06-01"),
        ({"instruments": 2, "days_after": 30}, ["1992-06-01"], None),  # too few are known
        ({"instruments": 2, "days_after": 30}, ["1992-06-01", "1992"], None),  # not on which day
        ({"instruments": 1, "days_after": 60}, ["1992-06-01"], None),  # on the last day of July
        ({"days_after": 30}, ["1992-06-01"], None),  # after what, is not told
    ],
)
def test_when_a_treaty_was_due_is_counted_from_the_last_deposit_that_it_asks_for(database, clause, deposited, due):
    acts = [
        fact("instrument-deposited", on, treaty="cst", state=state)
        for on, state in zip(deposited, ("AM", "RU"), strict=False)
    ]
    adopted = fact("treaty-adopted", "1992-05-15", treaty="cst", title="CST", entry_into_force=clause)
    given(database, *WORLD, adopted, *acts, fact("treaty-entered-into-force", "1992-07", treaty="cst"))
    found = shown(database).get("entry-into-force")
    assert (found and found[1]) == (
        due and f"cst entered into force on 1992-07; by its clause and the deposits known it was due on {due}"
    )


def test_what_a_better_source_denies_is_shown_though_it_is_in_no_other_view(database):
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    denial = disputed(joined, citing="other", denied=True, reason="It only asked to join.")
    given(database, *WORLD, source("other", "official-statement"), joined, denial)
    assert shown(database)["disputed"] == (
        joined.id,
        "Georgia joins Commonwealth of Independent States as member. (1993-12) – other: denied, and so not shown",
        "It only asked to join.",
    )


def test_a_dispute_is_shown_with_its_reason_and_a_finding_with_its_explanation(database):
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    given(database, *WORLD, source("other", "press"), joined, disputed(joined, citing="other", date="1993-10-23"))
    _, what, why = shown(database)["disputed"]
    assert what == "Georgia joins Commonwealth of Independent States as member. (1993-12) – other: 1993-10-23"
    assert why == "says otherwise"
    given(database, fact("state-withdrew", "2009-08-18", organisation="cis", state="MN"))
    explained = shown(database, explanations={("left-without-joining", "cis/MN"): "An observer only."})
    assert explained["left-without-joining"][2] == "An observer only."


LEFT_UNJOINED = ("left-without-joining", "cis/GE", "GE left cis without having joined it")
TWO_HOLDERS = ("two-holders", "chair/boris", "boris leaves chair on 1994, when leonid holds it")


@pytest.fixture
def mended(database):
    """A history whose oddities were mended one after the other, and the position at which all of them were still there."""
    left = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
    taken = fact("office-assumed", "1993", office="chair", person="leonid")
    boris = [
        fact("office-assumed", "1992", office="chair", person="boris"),
        fact("office-vacated", "1994", office="chair", person="boris"),
    ]
    given(database, *WORLD, left, taken, *boris)
    odd = position(database)
    given(database, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    given(database, corrected(taken, date="1995"))
    return database, odd


def checked(database, *words):
    """What the command finds, and what it says of it."""
    ran = cis(database, "check", "--no-assertions", "--format", "json", *words)
    return [(row["code"], row["subject"], row["what"]) for row in ran.json if not row["explained"]], ran


def test_the_record_is_checked_as_it_was_known_at_an_earlier_position(mended):
    database, odd = mended
    found, ran = checked(database)
    assert (found, ran.status) == ([], 0)
    assert f"none of them unexplained; known at position {odd + 2}, hash " in ran.err
    found, ran = checked(database, "--known-at", str(odd))
    assert (found, ran.status) == ([LEFT_UNJOINED, TWO_HOLDERS], 1)
    assert f"2 of them unexplained; known at position {odd}, hash " in ran.err
    assert checked(database, "--known-at", str(odd + 1))[0] == [TWO_HOLDERS]


def test_a_check_as_known_at_what_the_log_has_not_reached_is_misuse(mended):
    database, odd = mended
    ran = cis(database, "check", "--known-at", "999")
    assert (ran.err, ran.status) == (f"--known-at 999: the log ends at position {odd + 2}\n", 2)


def test_an_entry_into_force_off_its_clause_is_found_also_where_it_was_known_and_taken_back_since(database):
    clause = {"instruments": 1, "days_after": 30}
    late = fact("treaty-entered-into-force", "1994-04-20", treaty="cst")
    given(
        database,
        *WORLD,
        fact("treaty-adopted", "1992-05-15", treaty="cst", title="CST", entry_into_force=clause),
        fact("instrument-deposited", "1992-06-01", treaty="cst", state="AM"),
        late,
    )
    before = position(database)
    given(database, retracted(late))
    assert "entry-into-force" not in shown(database)
    assert shown(database, known_at=before)["entry-into-force"][0] == "cst"


def asserted(text):
    return [assertion(entry) for entry in read_text(text, "assertions.yaml", "yaml", "assertions")]


MEMBERS = """
- says: Georgia belonged
  as_of: {day}
  view: membership
  where: {{organisation: cis}}
  column: state
  exactly: [{states}]
  sources: [record]
"""


def test_an_assertion_that_fails_says_expected_and_found(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    with database.record() as connection:
        assert not list(failures(connection, asserted(MEMBERS.format(day="1994", states="GE"))))
        assert not list(failures(connection, asserted(MEMBERS.format(day="1993-12-15", states=""))))
        (failure,) = failures(connection, asserted(MEMBERS.format(day="1994", states="GE, AM")))
    assert str(failure) == "Georgia belonged: expected exactly GE, AM; found GE"


def test_what_a_row_does_not_say_is_found_as_nothing(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    ratified = MEMBERS.format(day="1994", states="'1994'").replace("column: state", "column: charter_ratified")
    with database.record() as connection:
        (failure,) = failures(connection, asserted(ratified))
    assert str(failure) == "Georgia belonged: expected exactly 1994; found nothing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {view: membershp, sources: [s], count: 1, as_of: 1992}", "there is no view 'membershp'. Did you mean membership?"),
        ("- {view: membership, as_of: 1992, column: stat, exactly: [], sources: [s]}", "membership has no column 'stat'. Did you mean state, status?"),
        ("- {view: membership, as_of: 1992, column: state, sources: [s]}", "needs one of exactly, includes, excludes, count; has none"),
        ("- {view: membership, as_of: 1992-13, column: state, count: 1, sources: [s]}", "'1992-13' is not a date"),
        ("- {view: membership, column: state, count: 1, sources: [s]}", "as_of is missing"),
        ("- {view: membership, as_of: 1992, column: state, count: 1}", "names no source"),
        ("- {view: membership, as_of: 1992, column: state, cuont: 1, sources: [s]}", "'cuont' is not known. Did you mean count"),
    ],
)  # fmt: skip
def test_an_assertion_that_is_not_well_formed_is_refused_with_its_line(text, said):
    with pytest.raises(Refused) as refused:
        asserted(text)
    assert str(refused.value).startswith("assertions.yaml:1: assertion: ")
    assert said in str(refused.value)


def test_a_party_that_gave_notice_on_a_day_not_known_is_counted_as_a_party_for_certain(database):
    given(
        database,
        *WORLD,
        fact("treaty-in-force-for-state", "1994-01-01", treaty="charter", state="GE"),
        fact("treaty-withdrawal-notified", "2008", treaty="charter", state="GE", effective="2010-01-01"),
        fact("treaty-in-force-for-state", "2008", treaty="charter", state="AM"),
    )
    with database.record() as connection:
        (charter,) = [row for row in treaties(connection, "2008-06-01") if row["treaty"] == "charter"]
    assert (charter["parties"], charter["parties_possible"]) == (1, 2)
