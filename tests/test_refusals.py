"""A batch that is refused: every fault of every entry is told at once, with its line, and no entry that is right is accused."""

import copy

import pytest
from histories import BELOVEZHA, CHARTER, FOUNDED, NOW, RECORD, given, position
from hypothesis import example
from hypothesis import given as tried_with
from hypothesis import strategies as st

from eventstore import batch
from eventstore.database import Database
from eventstore.errors import Refused
from projections.record import record


def told_of(database: Database, text: str, form: str = "yaml") -> list[str]:
    """What is said of a batch that is refused, line by line, without the advice; nothing of it is recorded."""
    before = position(database)
    with pytest.raises(Refused) as refused:
        record(database, batch.read_text(text, "batch", form), recorded_by="tests", now=NOW)
    assert position(database) == before
    return [f"{problem.where}: {problem.what}" for problem in refused.value.problems]


@pytest.fixture
def world(database):
    given(database, RECORD, FOUNDED, BELOVEZHA, CHARTER)
    return database


def test_an_unknown_id_is_told_together_with_a_malformed_entry_elsewhere(world):
    # It was told only when the batch was tried again, after the other fault was mended.
    text = """
- {kind: treaty-signed, on: 1991-12-08, treaty: belovesha, state: AM, source: record}
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: ZZZ, source: record}
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: BY, source: recrod}
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: UA, source: record}
"""
    assert told_of(world, text) == [
        "batch:2: treaty-signed: there is no treaty 'belovesha'",
        "batch:3: treaty-signed: state: no state is called 'ZZZ'. Give an ISO 3166-1 code, such as BY, or the state's usual name.",
        "batch:4: treaty-signed: there is no source 'recrod'",
    ]


def test_an_unknown_id_in_a_malformed_entry_is_told_with_its_other_faults(world):
    text = """
- {kind: treaty-signed, on: 1993-13, treaty: belovesha, state: AM, sources: [{source: recrod}, {source: Not An Id}]}
- {kind: event-retracted, on: 2026-01-01, event: 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2, source: recrod}
"""
    assert told_of(world, text) == [
        "batch:2: treaty-signed: '1993-13' is not a date: there is no month 13",
        "batch:2: treaty-signed: source 'Not An Id': ids are small letters and digits joined by hyphens",
        "batch:2: treaty-signed: there is no treaty 'belovesha'",
        "batch:2: treaty-signed: there is no source 'recrod'",
        "batch:3: event-retracted: reason is missing: Why.",
        "batch:3: event-retracted: there is no event 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2",
        "batch:3: event-retracted: there is no source 'recrod'",
    ]


def test_an_amendment_of_what_is_not_there_is_told_together_with_a_malformed_entry_elsewhere(world):
    missing = "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2"
    text = f"""
- {{kind: treaty-signed, on: never, treaty: belovezha, state: AM, source: record}}
- {{kind: event-retracted, on: 2026-01-01, about: {missing}, reason: r, source: record}}
- {{kind: event-retracted, on: 2026-01-01, about: {{meeting: minsk}}, source: record}}
- {{kind: event-corrected, on: 2026-01-01, about: {{treaty: belovezha}}, changes: {{organisation: sic}}, reason: r, source: record}}
- {{kind: event-corrected, on: 2026-01-01, event: {BELOVEZHA.id}, changes: {{tilte: T}}, reason: r, source: record}}
- {{kind: event-retracted, on: 2026-01-01, about: 12, source: record}}
"""
    assert told_of(world, text) == [
        "batch:2: treaty-signed: 'never' is not a date; write a day, month or year as '1991-12-21', '1991-12' or '1991'",
        f"batch:3: event-retracted: there is no event {missing}",
        "batch:4: about: there is no meeting 'minsk'",
        "batch:4: event-retracted: reason is missing: Why.",
        "batch:5: event-corrected: there is no organisation 'sic'",
        "batch:6: event-corrected: treaty-adopted: no field 'tilte'. Did you mean title, title_ru?",
        "batch:7: about is the id of an event, or a mapping",
        "batch:7: event-retracted: reason is missing: Why.",
    ]


def test_what_is_wrong_with_the_changes_of_a_claim_is_told_with_its_other_faults(world):
    # A malformed date, or a missing reason, hid it until the next try.
    text = f"""
- {{kind: event-corrected, on: 2026, event: {BELOVEZHA.id}, date: 1991-13, changes: {{tilte: T, organisation: sic}}, source: record}}
- kind: event-disputed
  on: 2026-01-01
  about: {{treaty: charter}}
  date: 2999
  changes: {{title: "  ", type: pact, meeting: minsk, effective: "x"}}
  reason: r
  source: The Record
- {{kind: event-corrected, on: 2026, about: {{treaty: charter}}, date: soon, changes: {{place: "\\a", title: null}}, reason: r, source: record}}
- {{kind: event-corrected, on: 2026, about: {{treaty: charter}}, date: 2999, changes: [place], reason: r, source: record}}
"""
    assert told_of(world, text) == [
        "batch:2: event-corrected: date: '1991-13' is not a date: there is no month 13",
        "batch:2: event-corrected: reason is missing: Why.",
        "batch:2: event-corrected: treaty-adopted: no field 'tilte'. Did you mean title, title_ru?",
        "batch:2: event-corrected: there is no organisation 'sic'",
        "batch:3: event-disputed: source 'The Record': ids are small letters and digits joined by hyphens",
        "batch:3: event-disputed: treaty-adopted: no field 'effective'. Fields: note, inferred, treaty, title, title_ru, type,"
        " organisation, place, body, meeting, amends, confers, consent, entry_into_force, depositary, registration",
        "batch:3: event-disputed: treaty-adopted: type = 'pact' does not fit: it is one of treaty, agreement, protocol,"
        " convention, charter, declaration, memorandum, decision",
        "batch:3: event-disputed: treaty-adopted: title is missing: Its title in English.",
        "batch:3: event-disputed: '2999' is after today (2026-11-22): what has not happened cannot be recorded as done;"
        " record an announcement as statement-made",
        "batch:3: event-disputed: there is no meeting 'minsk'",
        "batch:10: event-corrected: date: 'soon' is not a date; write a day, month or year as '1991-12-21', '1991-12' or '1991'",
        "batch:10: event-corrected: changes.place holds the control character U+0007: take it out",
        "batch:10: event-corrected: treaty-adopted: title is missing: Its title in English.",
        "batch:11: event-corrected: changes = \"['place']\" does not fit: Expected object | null, got array",
        "batch:11: event-corrected: '2999' is after today (2026-11-22): what has not happened cannot be recorded as done;"
        " record an announcement as statement-made",
    ]


def test_the_date_and_the_changes_of_a_sound_claim_are_both_held_against_its_event(world):
    # What was wrong with the date was told only when the changes were right.
    text = """
- {kind: event-corrected, on: 2026-01-01, about: {treaty: charter}, date: 1993/1994, changes: {state: AM}, reason: r, source: record}
"""
    assert [line.partition(". ")[0] for line in told_of(world, text)] == [
        "batch:2: event-corrected: treaty-adopted: no field 'state'",
        "batch:2: event-corrected: '1993/1994' lasts from one day to another, but this happens once: for a day not known exactly"
        " write [a,b]",
    ]


@pytest.mark.parametrize(
    "faulty",
    [
        "{kind: treaty-adopted, on: 1994-13, treaty: union, title: T, source: record}",
        "{kind: treaty-adopted, on: 1994, treaty: The Union, title: T, source: record}",
        "{kind: treaty-adopted, on: 1994, title: T, source: record}",
        "{kind: treaty-adoptd, on: 1994, treaty: union, title: T, source: record}",
        "{kind: treaty-adoptd, on: 1994, treaty: The Union, title: T, source: record}",
    ],
)
def test_what_a_malformed_entry_would_introduce_is_not_called_unknown(world, faulty):
    text = f"""
- {faulty}
- {{kind: treaty-signed, on: 1994, treaty: union, state: AM, source: record}}
- {{kind: event-corrected, on: 2026-01-01, about: {{treaty: union}}, date: 1994-02, reason: r, source: record}}
- {{kind: treaty-signed, on: 1994, treaty: belovezha, state: AM, source: recrod}}
"""
    assert {said.split()[0] for said in told_of(world, text)} == {"batch:2:", "batch:5:"}


def test_an_amendment_of_a_malformed_entry_is_not_told_that_its_event_is_not_there(world):
    text = """
- {kind: treaty-signed, on: 1994, treaty: belovezha, state: AM}
- kind: event-corrected
  on: 2026-01-01
  about: {kind: treaty-signed, on: 1994, treaty: belovezha, state: AM}
  date: 1994-02
  reason: r
  source: record
- kind: event-disputed
  on: 2026-01-02
  about:
    kind: event-corrected
    on: 2026-01-01
    about: {kind: treaty-signed, on: 1994, treaty: belovezha, state: AM}
    date: 1994-02
    reason: r
  denied: true
  reason: r
  source: record
"""
    assert told_of(world, text) == [
        "batch:2: treaty-signed: the source is missing: an event without a source is not recorded"
    ]


def test_what_is_about_an_amendment_of_nothing_is_not_at_fault_itself(world):
    missing = "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2"
    text = f"""
- {{kind: event-retracted, on: 2026-01-01, event: {missing}, reason: r, source: record}}
- kind: event-retracted
  on: 2026-01-02
  about: {{kind: event-retracted, on: 2026-01-01, event: {missing}, reason: r}}
  reason: r
  source: record
"""
    assert told_of(world, text) == [f"batch:2: event-retracted: there is no event {missing}"]


def test_an_unknown_source_is_told_with_the_line_that_cites_it(world):
    # Of a fact that a batch states twice, the line of the first was named; of a list of states, the same line for each.
    text = """
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: BY, source: record}
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: [AM, BY], source: recrod}
"""
    assert told_of(world, text) == ["batch:3: treaty-signed: there is no source 'recrod'"]


def test_an_amendment_is_not_told_that_a_source_is_unknown_which_only_its_event_cites(world):
    # What cites a source is about that source, and so is all that amends it.
    text = """
- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: BY, source: recrod}
- kind: event-retracted
  on: 2026-01-01
  about: {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: BY}
  reason: r
  source: record
"""
    assert told_of(world, text) == ["batch:2: treaty-signed: there is no source 'recrod'"]


def test_an_unknown_source_of_what_is_recorded_already_is_told_as_such(world):
    text = "- {kind: treaty-signed, on: 1991-12-08, treaty: belovezha, state: BY, source: %s}"
    record(world, batch.read_text(text % "record", "batch", "yaml"), recorded_by="tests", now=NOW)
    assert told_of(world, text % "recrod") == ["batch:1: treaty-signed: there is no source 'recrod'"]


def test_thousands_of_unknown_names_are_told_at_once(world):
    # To look for the nearest known name of each took a minute for forty thousand, and longer the more are known.
    told = "\n".join(f"- {{kind: statement-made, on: 1992, text: T, source: none-{n}}}" for n in range(1, 301))
    with pytest.raises(Refused) as refused:
        record(world, batch.read_text(told, "batch", "yaml"), recorded_by="tests", now=NOW)
    assert [problem.where for problem in refused.value.problems] == [f"batch:{n}" for n in range(1, 301)]
    assert refused.value.problems[-1].advice == "A new one is entered by source-registered."


def test_a_wrong_id_under_about_is_likened_to_those_of_the_log(world):
    text = "- {kind: event-retracted, on: 2026-01-01, about: {treaty: belovezh}, reason: r, source: record}"
    with pytest.raises(Refused) as refused:
        record(world, batch.read_text(text, "batch", "yaml"), recorded_by="tests", now=NOW)
    assert str(refused.value) == "batch:1: about: there is no treaty 'belovezh'\n  Did you mean belovezha?"


ENTRIES = [
    {"kind": "source-registered", "on": "1991", "source": "paper", "title": "P", "standing": "press"},
    {"kind": "treaty-adopted", "on": "1992-05-15", "treaty": "tashkent", "title": "T", "source": "paper"},
    {"kind": "treaty-signed", "on": "1992-05-15", "treaty": "tashkent", "state": ["AM", "KZ"], "source": "paper"},
    {"kind": "treaty-signed", "on": "1991-12-08", "treaty": "belovezha", "state": "BY", "source": "record"},
    {"kind": "person-registered", "on": "1992", "person": "levon", "name": "L", "source": "paper"},
    {"kind": "statement-made", "on": "1992", "person": "levon", "text": "We sign.", "source": "paper"},
    {
        "kind": "event-corrected",
        "on": "2026-01-01",
        "about": {"treaty": "tashkent"},
        "changes": {"organisation": "cis"},
        "reason": "r",
        "source": "paper",
    },
    {
        "kind": "event-retracted",
        "on": "2026-01-01",
        "about": {"kind": "treaty-signed", "on": "1992-05-15", "treaty": "tashkent", "state": "KZ"},
        "reason": "r",
        "source": "record",
    },
]


def no_single(entry):
    """That `source` cites nothing; of a source it is the name."""
    return {} if entry["kind"] == "source-registered" else {"source": None}


SPOILT = {
    "no source": lambda entry: {**entry, "sources": [{"locator": "p. 1"}], **no_single(entry)},
    "no such source": lambda entry: {**entry, "sources": [{"source": "recrod"}]},
    "no date": lambda entry: {**entry, "on": "1992-13"},
    "no field": lambda entry: {**entry, "nto": "a remark"},
    "no kind": lambda entry: {**entry, "kind": entry["kind"] + "x"},
    "no text": lambda entry: {**entry, "note": "\x07"},
}
fault = st.none() | st.sampled_from(sorted(SPOILT))


@tried_with(st.tuples(*(fault for _ in ENTRIES)).filter(any))
@example(("no kind",) + (None,) * 7)
@example((None, "no text") + (None,) * 6)
def test_the_lines_that_are_named_are_those_that_are_faulty(refusing, faults):
    spoilt = [
        SPOILT[fault](entry) if fault else entry for entry, fault in zip(copy.deepcopy(ENTRIES), faults, strict=True)
    ]
    entries = [batch.Entry(entry, f"batch:{line}") for line, entry in enumerate(spoilt, 1)]
    with pytest.raises(Refused) as refused:
        record(refusing, entries, recorded_by="tests", now=NOW)
    named = [int(problem.where.partition(":")[2]) for problem in refused.value.problems]
    assert named == sorted(named)
    assert set(named) == {line for line, fault in enumerate(faults, 1) if fault}


@pytest.fixture(scope="module", params=("sqlite", "postgres"))
def refusing(request, tmp_path_factory):
    """A record that nothing is ever added to, since all is refused."""
    from conftest import migrated

    if request.param == "sqlite":
        database = migrated(f"sqlite:///{tmp_path_factory.mktemp('refusing') / 'cis.db'}")
        given(database, RECORD, FOUNDED, BELOVEZHA, CHARTER)
        yield database
        return
    postgres = request.getfixturevalue("postgres")
    database = migrated(postgres.create_database("refusing"))
    given(database, RECORD, FOUNDED, BELOVEZHA, CHARTER)
    yield database
    postgres.drop_database("refusing")
