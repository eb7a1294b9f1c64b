"""What defines a thing (its entry in a register, its beginning and end) is found by itself, however much else is about it."""

from histories import WORLD, corrected, disputed, fact, facts, given, retracted, roster_on, source
from sqlalchemy import text

from eventstore import driver, reading
from eventstore.events import DEFINING
from eventstore.history import History
from eventstore.stored import Stored
from projections import runner

IN_FORCE = fact("treaty-entered-into-force", "1994-01-22", treaty="charter")
MISREAD = corrected(IN_FORCE, changes={"treaty": "belovezha"})
ENDED = fact("treaty-terminated", "2001", treaty="charter")


def defined(database, *subjects):
    """By subject: what defines it, as the log's own index has it and as all that is about it has it."""
    with database.record() as connection:
        history = History(connection)
        by_index = {name: history.about(name, kinds=DEFINING) for name in subjects}
    among_all = {name: [one for one in facts(database, name) if one.kind in DEFINING] for name in subjects}
    return [
        {name: sorted((one.event_id, one.occurred) for one in found) for name, found in told.items()}
        for told in (by_index, among_all)
    ]


def test_what_defines_a_treaty_is_what_all_that_is_about_it_says(database):
    given(database, *WORLD, IN_FORCE, fact("treaty-signed", "1993-01-22", treaty="charter", state="AM"), ENDED)
    by_index, among_all = defined(database, "treaty:charter", "treaty:belovezha", "person:boris", "body:council")
    assert by_index == among_all
    assert (IN_FORCE.id, "1994-01-22") in by_index["treaty:charter"]


def test_an_entry_into_force_that_was_of_another_treaty_defines_that_one(database):
    given(database, *WORLD, IN_FORCE)
    given(database, MISREAD)
    by_index, among_all = defined(database, "treaty:charter", "treaty:belovezha")
    assert by_index == among_all
    assert (IN_FORCE.id, "1994-01-22") in by_index["treaty:belovezha"]
    assert (IN_FORCE.id, "1994-01-22") not in by_index["treaty:charter"]
    given(database, retracted(MISREAD))  # an amendment of an amendment
    by_index, among_all = defined(database, "treaty:charter", "treaty:belovezha")
    assert by_index == among_all
    assert (IN_FORCE.id, "1994-01-22") in by_index["treaty:charter"]


def test_where_a_source_stands_does_not_take_longer_to_find_the_more_turns_on_it(database, monkeypatch):
    # Its registration was looked for among all amendments that cite it: thousands in a long log.
    given(database, *WORLD, source("gazette", "official-publication"))
    joined = [fact("state-joined", f"19{year}", organisation="cis", state="GE") for year in range(92, 99)]
    given(database, *joined, *(disputed(one, citing="gazette", date="1993-12-03") for one in joined[1:]))
    read = list[tuple[object, ...]]()
    executed = driver._executed

    def seen(connection, sql, values, *, fetch):
        rows = executed(connection, sql, values, fetch=fetch)
        if "source:gazette" in values:
            read.extend(rows)
        return rows

    with database.record() as connection:
        monkeypatch.setattr(driver, "_executed", seen)
        assert History(connection).standing("gazette") == 1
    assert len(read) == 1


def test_the_index_is_the_same_however_the_log_came_to_be(database):
    told = [*WORLD, IN_FORCE, MISREAD, ENDED, retracted(MISREAD)]
    given(database, *told[:-2])
    given(database, *told[-2:])
    index = text("SELECT subject, kind, position FROM event_definition ORDER BY position, subject, kind")
    with database.record() as connection:
        rows = connection.execute(index).all()
        runner.rebuild(connection)
        assert connection.execute(index).all() == rows
    found = {row.kind for row in rows if row.subject == f"event:{IN_FORCE.id}"}
    assert found == {"treaty-entered-into-force"}  # amendments stand under the kind of what they amend in the end


def test_a_thing_entered_again_after_its_entry_was_retracted_bears_its_new_name_in_older_sentences(database):
    # The second entry passed for the first, which nothing recorded before can have named.
    union = fact("organisation-founded", "2014", organisation="union", name="Union")
    joined = fact("state-joined", "2015", organisation="union", state="AM")
    given(database, *WORLD, union, joined)
    given(database, retracted(union))
    given(database, fact("organisation-founded", "2015", organisation="union", name="Economic Union"))
    with database.record() as connection:
        told = text("SELECT sentence FROM timeline WHERE event_id = :event_id")
        assert "Economic Union" in connection.execute(told, {"event_id": joined.id}).scalar_one()


SEATED = fact("state-seated", "1991-12-21", body="council", state="AM")


def test_what_is_found_by_its_kind_is_what_all_that_is_about_it_says_also_of_pairs(database):
    left = fact("state-left-body", "1999", body="council", state="AM")
    applied = [fact("treaty-provisionally-applied", "1993", treaty="charter", state=state) for state in ("AM", "BY")]
    in_force = fact("treaty-in-force-for-state", "1994", treaty="charter", state="AM")
    given(database, *WORLD, SEATED, left, *applied, in_force, fact("treaty-suspended", "1995", treaty="charter"))
    given(database, corrected(left, changes={"state": "BY"}), corrected(applied[0], changes={"treaty": "belovezha"}))
    by_index, among_all = defined(
        database, "treaty:charter", "treaty:belovezha", "body:council", "state:AM", "state:BY"
    )
    assert by_index == among_all
    with database.record() as connection:
        history = History(connection)
        seats = {
            state: [
                one.kind
                for one in history.about("body:council", f"state:{state}", kinds=("state-seated", "state-left-body"))
            ]
            for state in ("AM", "BY", "KZ")
        }
        assert seats == {"AM": ["state-seated"], "BY": ["state-left-body"], "KZ": []}
        assert history.sharing("state:BY", ["body:council"], ["state-left-body"]) == ["body:council"]
        assert history.sharing("state:BY", ["body:council"], ["state-seated"]) == []


def test_what_a_state_did_towards_a_treaty_is_found_whatever_others_did_and_whoever_was_meant_first(
    database, monkeypatch
):
    # To find it, all that anybody had done towards the treaty was gone through.
    given(database, *WORLD)
    signed = [fact("treaty-signed", "1993", treaty="charter", state=state) for state in ("AM", "BY", "KZ", "KG")]
    misread = corrected(signed[1], changes={"state": "UZ"})
    given(database, *signed, misread, fact("treaty-ratified", "1994", treaty="charter", state="AM"))
    acts = ("treaty-signed", "treaty-ratified")
    with database.record() as connection:
        history = History(connection)
        read = list[str]()
        monkeypatch.setattr(reading, "as_stored", lambda row: read.append(row[1]) or Stored(*row))
        found = {
            state: sorted(one.kind for one in history.about("treaty:charter", f"state:{state}", kinds=acts))
            for state in ("AM", "BY", "UZ", "KZ", "RU")
        }
    assert found == {
        "AM": ["treaty-ratified", "treaty-signed"],
        "BY": [],  # it was the Uzbek signature that was misread
        "UZ": ["treaty-signed"],
        "KZ": ["treaty-signed"],
        "RU": [],
    }
    assert signed[3].id not in read  # nobody asked about the Kyrgyz one
    index = text("SELECT subject FROM event_definition WHERE kind = 'treaty-signed' AND subject LIKE 'treaty:% %'")
    with database.record() as connection:
        sides = connection.execute(index).scalars().all()
    assert sorted(sides) == [f"treaty:charter state:{state}" for state in ("AM", "BY", "BY", "KG", "KZ", "UZ")]


def test_many_acts_recorded_one_by_one_go_out_together_with_all_that_they_are_found_by(database):
    # Twenty events could be found by more than twenty names: on Postgres "COPY cannot be used in pipeline mode".
    given(database, *WORLD)
    states = ("AM", "AZ", "BY", "KZ", "KG", "MD", "RU")
    in_force = [fact("treaty-in-force-for-state", "1994", treaty="charter", state=state) for state in states]
    assert [outcome.new for outcome in given(database, *in_force)] == [True] * len(states)


def test_a_seat_does_not_take_longer_to_fold_the_more_meetings_a_body_held(database, monkeypatch):
    # All that concerned both the state and the council was read: every meeting that the state went to.
    met = [
        fact("meeting-held", f"{year}", meeting=f"m{year}", bodies=["council"], states=["AM"])
        for year in range(1992, 2012)
    ]
    given(database, *WORLD, SEATED, *met)
    read = list[str]()
    monkeypatch.setattr(reading, "as_stored", lambda row: read.append(row[2]) or Stored(*row))
    given(database, fact("state-left-body", "1999", body="council", state="AM"))
    assert "state-seated" in read
    assert "meeting-held" not in read
    assert roster_on(database, "2000") == {}


def test_a_batch_asks_no_more_often_the_more_treaties_and_offices_it_touches(database, monkeypatch):
    # How each treaty stood, and who had held each office, was asked for one by one.
    treaties, offices = ([f"{name}-{number}" for number in range(24)] for name in ("pact", "chair"))
    given(
        database,
        *WORLD,
        *(fact("treaty-adopted", "1992", treaty=name, title=name) for name in treaties),
        *(fact("office-created", "1992", office=name, body="council", name=name) for name in offices),
    )
    asked = list[str]()
    ask, ask_all = reading.ask, reading.ask_all
    monkeypatch.setattr(reading, "ask", lambda *given: asked.append("") or ask(*given))
    monkeypatch.setattr(reading, "ask_all", lambda *given: asked.append("") or ask_all(*given))
    times = list[int]()
    for some in (slice(0, 3), slice(3, 24)):
        asked.clear()
        in_force = [fact("treaty-in-force-for-state", "1994", treaty=name, state="AM") for name in treaties[some]]
        assumed = [fact("office-assumed", "1995", office=name, state="AM") for name in offices[some]]
        given(database, *in_force, *assumed)
        times.append(len(asked))
    assert times[1] == times[0]
