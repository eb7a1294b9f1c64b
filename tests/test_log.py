"""The one door into the log: what an append does, what it refuses, and that it does all or nothing."""

import pytest
from histories import (
    BELOVEZHA,
    CHAIR,
    CHARTER,
    FOUNDED,
    NOW,
    RECORD,
    WORLD,
    append,
    asked,
    corrected,
    disputed,
    fact,
    facts,
    given,
    members_on,
    position,
    source,
)
from sqlalchemy import text

from eventstore import log, reading
from eventstore.errors import Refused
from eventstore.events import KINDS

AM_SIGNED = fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AM")
AZ_SIGNED = fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AZ")
BY_SIGNED = fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY")


def rows(database):
    with database.record() as connection:
        return list(reading.read(connection))


def refusal(database, *told, **other):
    """What is said when facts are refused; nothing of them may have been written."""
    before = rows(database)
    with pytest.raises(Refused) as refused:
        given(database, *told, **other)
    assert rows(database) == before
    return str(refused.value)


def test_an_empty_log_has_its_head_at_zero(database):
    assert rows(database) == []
    assert position(database) == 0


def test_positions_are_one_two_three_over_batches_and_the_head_follows(database):
    given(database, *WORLD)
    given(database, AM_SIGNED)
    given(database, AZ_SIGNED, BY_SIGNED)
    assert [row.position for row in rows(database)] == list(range(1, len(WORLD) + 5))
    newest = rows(database)[-1]
    with database.record() as connection:
        assert reading.head(connection) == (newest.position, newest.hash)


def test_a_row_holds_the_event_as_it_was_told(database):
    given(database, *WORLD)
    given(
        database,
        fact("treaty-signed", "1991-12", citing="record, page 3", treaty="belovezha", state="AM", place="Алма-Ата"),
    )
    row = rows(database)[-1]
    assert (row.kind, row.version) == ("treaty-signed", 1)
    assert (row.occurred, row.occurred_from, row.occurred_to) == ("1991-12", "1991-12-01", "1991-12-31")
    assert (row.recorded_at, row.recorded_by) == (NOW, "tests")
    assert row.data == '{"place":"Алма-Ата","state":"AM","treaty":"belovezha"}'
    assert row.sources == '[{"locator":"page 3","source":"record"}]'


def test_an_unknown_bound_of_a_date_stays_unknown(database):
    given(database, *WORLD, fact("treaty-signed", "[..1991-12-08]", treaty="belovezha", state="AM"))
    assert (rows(database)[-1].occurred_from, rows(database)[-1].occurred_to) == (None, "1991-12-08")


def test_an_event_is_found_under_everything_it_names(database):
    given(database, *WORLD, fact("meeting-held", "1991-12-30", meeting="minsk", bodies=["council"], states=["AM", "BY"],
                                 chair="boris", country="BY"))  # fmt: skip
    subjects = ("meeting:minsk", "body:council", "state:AM", "state:BY", "person:boris")
    for name in subjects:
        assert "minsk" in [getattr(found.event, "meeting", None) for found in facts(database, name)], name
    assert [found.event.meeting for found in facts(database, *subjects)] == ["minsk"]


def test_the_same_batch_twice_adds_nothing_and_says_so(database):
    given(database, *WORLD, AM_SIGNED)
    before = rows(database)
    outcomes = given(database, *WORLD, AM_SIGNED, now="2027-01-01T00:00:00.000000Z", by="somebody else")
    assert not any(outcome.new for outcome in outcomes)
    assert outcomes[-1].position == before[-1].position
    assert rows(database) == before


def test_the_same_fact_twice_in_one_batch_is_one_event_with_the_sources_of_both(database):
    given(database, source("paper", "press"), *WORLD, AM_SIGNED.citing("record"), AM_SIGNED.citing("paper, page 1"))
    assert rows(database)[-1].sources == '[{"locator":"page 1","source":"paper"},{"locator":"","source":"record"}]'
    assert [row.kind for row in rows(database)].count("treaty-signed") == 1


def test_the_same_fact_from_a_new_source_is_a_corroboration_once(database):
    given(database, source("paper", "press"), *WORLD, AM_SIGNED)
    again = given(database, AM_SIGNED.citing("paper, page 1"))
    assert [(outcome.draft.kind, outcome.new) for outcome in again] == [
        ("treaty-signed", False),
        ("event-corroborated", True),
    ]
    assert "The same is found in paper, page 1." in rows(database)[-1].data
    (found,) = facts(database, "treaty:belovezha", "state:AM")
    assert [cited.source for cited in found.sources] == ["paper", "record"]
    before = rows(database)
    given(database, AM_SIGNED.citing("paper, page 1"), now="2027-01-01T00:00:00.000000Z")
    given(database, AM_SIGNED.citing("record", "paper, page 1"), now="2027-01-02T00:00:00.000000Z")
    assert rows(database) == before


def test_a_batch_with_one_bad_entry_is_refused_whole(database):
    given(database, *WORLD)
    bad = fact("treaty-signed", "1991-12-08", treaty="belovesha", state="BY")
    assert refusal(database, AM_SIGNED, bad, AZ_SIGNED) == (
        "treaty-signed: there is no treaty 'belovesha'\n"
        "  Did you mean belovezha? A new one is entered by treaty-adopted."
    )
    assert position(database) == len(WORLD) + 1


def test_every_unknown_id_of_a_batch_is_reported(database):
    given(database, *WORLD)
    told = refusal(
        database,
        fact("treaty-signed", "1991-12-08", citing="nobody", treaty="charta", state="BY"),
        fact("office-assumed", "1991-12-21", office="chain", person="zzz"),
        corrected(AM_SIGNED, changes={"state": "AZ"}),
    )
    assert told.splitlines() == [
        f"event-corrected: there is no event {AM_SIGNED.id}",
        "  `cis log` lists the events with their ids; what is repeated under `about` must be repeated exactly.",
        "treaty-signed: there is no treaty 'charta'",
        "  Did you mean charter? A new one is entered by treaty-adopted.",
        "treaty-signed: there is no source 'nobody'",
        "  A new one is entered by source-registered.",
        "office-assumed: there is no office 'chain'",
        "  Did you mean chair? A new one is entered by office-created.",
        "office-assumed: there is no person 'zzz'",
        "  A new one is entered by person-registered.",
    ]


def test_what_a_batch_introduces_may_be_named_before_it_in_the_same_batch(database):
    given(database, AM_SIGNED, *reversed(WORLD))
    assert members_on(database, "1991-12-21") == {"AM": "founding-state"}


def test_a_failure_after_the_append_takes_it_back(database):
    def append_and_fail():
        with database.record() as connection:
            append(connection, AM_SIGNED)
            raise KeyError("something else went wrong")

    given(database, *WORLD)
    before = rows(database)
    with pytest.raises(KeyError):
        append_and_fail()
    assert rows(database) == before
    given(database, AZ_SIGNED)
    assert rows(database)[-1].position == len(before) + 1  # no position was lost


def test_a_statement_that_names_nobody_is_recorded(database):
    given(database, fact("statement-made", "1991-12-08", text="The USSR has ceased to exist."))
    assert rows(database)[-1].kind == "statement-made"
    with asked(database) as views:
        told = views.execute(text("SELECT sentence FROM timeline WHERE kind = 'statement-made'")).scalar()
    assert told == "The USSR has ceased to exist."


def test_many_statements_that_name_nobody_are_recorded_in_one_batch(database):
    # On Postgres: "COPY cannot be used in pipeline mode", where there were many events with few subjects.
    said = [fact("statement-made", "1992", text=f"Statement {number}.") for number in range(60)]
    given(database, RECORD, *said)
    assert len(rows(database)) == 61


def test_a_batch_may_be_empty(database):
    with database.record() as connection:
        assert log.append(connection, [], recorded_by="tests", now=NOW) == []
    assert rows(database) == []


def test_an_append_is_refused_if_something_newer_concerns_its_subjects(database):
    given(database, *WORLD)
    seen = position(database)
    given(database, AM_SIGNED)
    assert refusal(database, AZ_SIGNED, expect=log.Expectation(("treaty:belovezha",), seen)) == (
        f"--expect: position {seen + 1} was recorded after position {seen} and concerns treaty:belovezha\n"
        f"  Look at it (cis show {seen + 1}) and append again if your event still stands."
    )


def test_a_correction_is_refused_if_something_newer_concerns_what_its_event_is_about(database):
    # The condition looked at the id of the event alone.
    given(database, *WORLD, AM_SIGNED)
    seen = position(database)
    given(database, AZ_SIGNED)
    amendment = corrected(AM_SIGNED, date="1991-12-09")
    assert f"position {seen + 1} was recorded after position {seen} and concerns treaty:belovezha" in refusal(
        database, amendment, expect=log.Expectation(None, seen)
    )
    given(database, amendment, expect=log.Expectation(None, seen + 1))


def test_another_amendment_from_the_same_source_does_not_stand_against_a_correction(database):
    given(database, *WORLD, AM_SIGNED)
    seen = position(database)
    given(database, corrected(CHAIR, changes={"name": "Chairman"}))
    given(database, corrected(AM_SIGNED, date="1991-12-09"), expect=log.Expectation(None, seen))
    assert position(database) == seen + 2


def test_an_append_with_a_condition_may_be_tried_again(database):
    # It was refused because of its own event.
    given(database, *WORLD)
    expect = log.Expectation(None, position(database))
    for new in (True, False):
        assert [outcome.new for outcome in given(database, AM_SIGNED, expect=expect)] == [new]


def test_an_append_goes_on_if_only_other_subjects_have_something_newer(database):
    given(database, *WORLD)
    seen = position(database)
    given(database, AM_SIGNED)
    given(database, AZ_SIGNED, expect=log.Expectation(("state:AZ", "treaty:charter"), seen))
    given(database, BY_SIGNED, expect=log.Expectation(("treaty:belovezha",), seen + 2))
    assert position(database) == seen + 3


def test_recorded_at_never_goes_back_with_the_clock(database):
    given(database, *WORLD, now="2026-11-22T10:00:00.000000Z")
    given(database, AM_SIGNED, now="2026-11-22T09:00:00.000000Z")
    given(database, AZ_SIGNED, now="2026-11-22T11:00:00.000000Z")
    times = [row.recorded_at for row in rows(database)]
    assert times == sorted(times)
    assert [time[11:13] for time in times[-2:]] == ["10", "11"]


def test_the_position_at_a_time_is_that_of_the_last_event_recorded_by_then(database):
    given(database, *WORLD, now="2026-11-22T10:00:00.000000Z")
    before = position(database)
    given(database, AM_SIGNED, now="2026-11-22T11:00:00.000000Z")
    with database.record() as connection:
        at = [
            reading.position_at(connection, f"2026-11-22T{time}Z")
            for time in ("09:59", "10:00:00.000000", "10:30", "12")
        ]
    assert at == [0, before, before, before + 1]


@pytest.mark.parametrize("name", ["", "two\nlines"])
def test_a_name_of_a_recorder_that_could_be_taken_for_another_column_is_refused(database, name):
    # The hash is over the columns, each on a line: a line break in one could make two different events look alike.
    with pytest.raises(Refused) as refused, database.record() as connection:
        log.append(connection, [RECORD.draft], recorded_by=name, now=NOW)
    assert str(refused.value) == f"who records is missing or not on one line: {name!r}"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"date": "1991-12-01/1991-12-02"},
            "'1991-12-01/1991-12-02' lasts from one day to another, but this happens once: for a day not known exactly write [a,b]",
        ),
        # What an append would refuse was let in by a correction.
        ({"date": "2090-01-01"}, "'2090-01-01' is after today (2026-11-22)"),
    ],
)
def test_a_correction_that_does_not_fit_its_event_is_refused(database, told, said):
    given(database, *WORLD, AM_SIGNED)
    for amended in (corrected(AM_SIGNED, **told), disputed(AM_SIGNED, citing="record", **told)):
        assert said in refusal(database, amended)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"changes": {"effective": "1990"}}, "takes effect on 1990, before it was done (2008-08-18)"),
        ({"date": "2009-09-01"}, "takes effect on 2009-08-18, before it was done (2009-09-01)"),
        ({"changes": {"effective": "2009/2010"}}, "effective '2009/2010' lasts: an effect begins on a day"),
    ],
)
def test_a_correction_to_an_effect_before_its_act_is_refused(database, told, said):
    # An append refuses the same.
    notice = fact("withdrawal-notified", "2008-08-18", organisation="cis", state="GE", effective="2009-08-18")
    given(database, *WORLD, notice)
    assert said in refusal(database, corrected(notice, **told))
    given(database, corrected(notice, date="2009-09-01", changes={"effective": "2010-09-01"}))


def test_an_amendment_may_come_in_one_batch_with_what_it_amends_and_before_it(database):
    wrong = corrected(AM_SIGNED, changes={"state": "AZ"})
    given(database, corrected(wrong, changes={"state": "BY"}), wrong, AM_SIGNED, *WORLD)
    assert members_on(database, "1991-12-21") == {"BY": "founding-state"}


def test_the_ids_of_a_register_are_those_the_log_knows(database):
    given(database, *WORLD)
    with database.record() as connection:
        assert reading.known_ids(connection, "treaty") == {"belovezha", "charter"}
        assert reading.known_ids(connection, "meeting") == set()
        found = reading.introductions(
            connection,
            ["treaty:charter", "organisation:cis", "treaty:belovezha", *(f"meeting:none-{n}" for n in range(600))],
        )
    ids = {"organisation:cis": FOUNDED.id, "treaty:belovezha": BELOVEZHA.id, "treaty:charter": CHARTER.id}
    assert found == ids


def test_every_kind_of_event_can_be_recorded(database):
    told = {
        "source-registered": source("paper", "press"),
        "organisation-founded": fact("organisation-founded", "1991", organisation="x", name="X"),
        "organisation-dissolved": fact("organisation-dissolved", "2000", organisation="cis"),
        "body-established": fact("body-established", "1992", body="x", organisation="cis", name="X"),
        "body-reorganised": fact("body-reorganised", "1993", body="council", name="Y"),
        "body-dissolved": fact("body-dissolved", "1999", body="council"),
        "office-created": fact("office-created", "1992", office="x", body="council", name="X"),
        "person-registered": fact("person-registered", "1992", person="x", name="X"),
        "treaty-adopted": fact("treaty-adopted", "1992", treaty="x", title="X"),
        "office-assumed": fact("office-assumed", "1992", office="chair", person="boris"),
        "office-vacated": fact("office-vacated", "1993", office="chair"),
        "meeting-held": fact("meeting-held", "1992-01-01/1992-01-02", meeting="x"),
        "decision-adopted": fact("decision-adopted", "1992", decision="x", title="X"),
        "statement-made": fact("statement-made", "1992/1993", text="x"),
        "event-corrected": corrected(AM_SIGNED, date="1991-12-22"),
        "event-retracted": fact("event-retracted", "2026-01-01", event=AZ_SIGNED.id, reason="x"),
        "event-disputed": disputed(AM_SIGNED, citing="record", denied=True),
        "event-corroborated": fact("event-corroborated", "2026-01-01", event=AM_SIGNED.id, reason="x"),
    }
    for kind in KINDS:
        if kind not in told:
            fields = (
                {"treaty": "charter"} if "treaty" in kind or kind.split("-")[0] in _TREATY else {"organisation": "cis"}
            )
            if kind in ("state-seated", "state-left-body"):
                fields = {"body": "council"}
            needs_state = kind not in (
                "treaty-entered-into-force",
                "treaty-extended",
                "treaty-amended",
                "treaty-terminated",
            )
            fields |= {"state": "AM"} if needs_state else {}
            fields |= {"text": "x"} if kind in ("reservation-made", "declaration-made") else {}
            fields |= {"status": "observer"} if kind == "state-status-changed" else {}
            told[kind] = fact(kind, "1994", **fields)
    given(database, *WORLD, AM_SIGNED, AZ_SIGNED, *told.values())
    assert {row.kind for row in rows(database)} == set(KINDS)


_TREATY = ("instrument", "reservation", "declaration")
