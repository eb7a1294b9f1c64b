"""Old forms of events stay readable; what this program does not know stops it and is named."""

import pytest
from histories import CHARTER, WORLD, asked, corrected, facts, given, members_on, parties_on, written
from sqlalchemy import text

import migrations
from eventstore.drafts import draft
from eventstore.errors import DatabaseError
from eventstore.events import KINDS
from eventstore.facts import unamended
from eventstore.reading import check_chain, read
from eventstore.stored import UPCASTERS, fields_of_stored
from projections import question, runner

DEPOSITED_1 = '{"state":"AM","treaty":"charter","type":"ratification"}'
MEETING_1 = '{"body":"council","meeting":"minsk","place":"Minsk"}'
MEETING_1_OF_NOBODY = '{"meeting":"minsk"}'


def deposited(database):
    """An instrument as the first release recorded it, when the field was called `type`."""
    identity = written(database, "instrument-deposited", "1994-04-18", DEPOSITED_1, "treaty:charter", "state:AM")
    with database.transaction() as connection:  # an upgrade makes the index anew that the first release did not have
        migrations.downgrade(connection, "0004")
        migrations.upgrade(connection)
        runner.catch_up(connection)
    return identity


def met(database, data=MEETING_1):
    """A meeting as the first release recorded it, when it knew meetings of one body only."""
    identity = written(database, "meeting-held", "1991-12-30", data, "meeting:minsk", "body:council")
    with database.record() as connection:
        runner.catch_up(connection)
    return identity


def test_an_instrument_of_the_first_release_is_read_in_the_present_form(database):
    given(database, *WORLD)
    deposited(database)
    (found,) = facts(database, "treaty:charter", "state:AM")
    assert (found.event.instrument, found.event.state, found.event.treaty) == ("ratification", "AM", "charter")


def test_an_instrument_of_the_first_release_counts_in_the_views(database):
    given(database, *WORLD)
    deposited(database)
    assert parties_on(database, "1994-04-18") == {"AM": "consent-given"}
    assert members_on(database, "1994-04-18") == {"AM": "member"}
    with asked(database) as views:
        assert views.execute(text("SELECT instrument FROM treaty_party")).scalars().all() == ["ratification"]


def test_a_meeting_of_the_first_release_has_its_one_body_among_its_bodies(database):
    given(database, *WORLD)
    met(database)
    (found,) = facts(database, "meeting:minsk")
    assert (found.event.bodies, found.event.place) == (("council",), "Minsk")
    with asked(database) as views:
        assert views.execute(text("SELECT bodies FROM meeting")).scalars().all() == ["council"]
        assert views.execute(text("SELECT body FROM meeting_body")).scalars().all() == ["council"]


def test_a_meeting_of_the_first_release_may_be_of_no_body(database):
    given(database, *WORLD)
    met(database, MEETING_1_OF_NOBODY)
    (found,) = facts(database, "meeting:minsk")
    assert found.event.bodies == ()


def test_the_stored_row_stays_as_it_was_and_verifies(database):
    given(database, *WORLD)
    identity = deposited(database)
    with database.record() as connection:
        runner.rebuild(connection)
        (row,) = read(connection, event_ids=[identity])
        assert (row.version, row.data) == (1, DEPOSITED_1)
        assert check_chain(connection).problems == []


def test_an_event_of_the_first_release_can_be_corrected_in_the_present_form(database):
    given(database, *WORLD)
    identity = deposited(database)
    with database.record() as connection:
        (row,) = read(connection, event_ids=[identity])
        told = unamended(row)
    given(database, corrected(type("Old", (), {"id": identity}), changes={"instrument": "approval", "state": "BY"}))
    (found,) = facts(database, "treaty:charter", "state:BY")
    assert (found.event.instrument, told.event.instrument) == ("approval", "ratification")
    assert members_on(database, "1994-04-18") == {"BY": "member"}


def test_catching_up_and_a_rebuild_read_old_forms_alike(database):
    given(database, *WORLD)
    deposited(database)
    met(database)
    with database.record() as connection:
        before = connection.execute(text("SELECT * FROM timeline ORDER BY event_id")).all()
        runner.rebuild(connection)
        assert connection.execute(text("SELECT * FROM timeline ORDER BY event_id")).all() == before


def test_every_version_before_the_present_one_has_its_step():
    assert set(UPCASTERS) == {(kind, version) for kind, cls in KINDS.items() for version in range(1, cls.version)}


def test_what_an_old_form_becomes_is_what_would_be_written_today(database):
    given(database, *WORLD)
    identity = met(database)
    with database.record() as connection:
        (row,) = read(connection, event_ids=[identity])
    today = draft(row.kind, row.occurred, fields_of_stored(row), [{"source": "record"}], today="2026-11-22")
    assert today.data == '{"bodies":["council"],"meeting":"minsk","place":"Minsk"}'


def stopped(database):
    """What is said when the views are to follow a log that this program does not fully know."""
    with pytest.raises(DatabaseError) as refused, database.record() as connection:
        runner.catch_up(connection)
    with pytest.raises(DatabaseError) as again, database.record() as connection:
        runner.rebuild(connection)
    assert str(again.value) == str(refused.value)
    return str(refused.value)


def test_an_unknown_kind_stops_the_replay_and_names_the_event(database):
    given(database, *WORLD)
    identity = written(database, "treaty-forgotten", "1999", '{"state":"AM"}', "state:AM")
    assert stopped(database) == (
        f"event {identity} at position 10: this program does not know the kind 'treaty-forgotten'\n"
        "  Upgrade the program: pip install --upgrade cis-record"
    )
    assert question_refused(database) == ": the views have not followed the log\n  Fold them anew: cis rebuild"[2:]


def question_refused(database):
    with pytest.raises(DatabaseError) as refused, database.record() as connection, question.views(connection, 10):
        pass
    return str(refused.value)


def test_a_version_from_the_future_stops_the_replay_and_names_the_event(database):
    given(database, *WORLD)
    identity = written(database, "treaty-signed", "1999", '{"state":"AM","treaty":"charter"}', "state:AM", version=2)
    assert stopped(database) == (
        f"event {identity} at position 10: this program does not know the version 2 of 'treaty-signed'\n"
        "  Upgrade the program: pip install --upgrade cis-record"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"state":"AM"}', "Object missing required field `treaty`"),
        ('{"state":"AM","treaty":"charter","colour":"red"}', "Object contains unknown field `colour`"),
        ('{"state":1,"treaty":"charter"}', "Expected `str`, got `int` - at `$.state`"),
        ("{", "Input data was truncated"),
    ],
)
def test_data_that_does_not_fit_its_kind_stops_the_replay_and_names_the_event(database, data, said):
    given(database, *WORLD)
    identity = written(database, "treaty-signed", "1999", data, "state:AM")
    assert stopped(database) == (
        f"event {identity} at position 10: its data does not fit treaty-signed: {said}\n  Run: cis verify"
    )


def test_the_views_before_the_unknown_event_are_still_there_for_those_who_ask_for_them(database):
    given(database, *WORLD)
    written(database, "treaty-forgotten", "1999", '{"state":"AM"}', "state:AM")
    with database.record() as connection, question.views(connection, 9) as views:
        assert views.execute(text("SELECT event_id FROM treaty WHERE treaty = 'charter'")).scalar() == CHARTER.id
