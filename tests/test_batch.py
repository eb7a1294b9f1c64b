"""What people write in files: the drafts it comes to, and every fault named with its line."""

import json

import pytest
from histories import TODAY, drafts_of

from eventstore import batch
from eventstore.errors import Refused
from eventstore.events import KINDS


def drafts(text, form="yaml", find=lambda _: {}):
    return drafts_of(batch.read_text(text, "history.yaml", form), find)


def refusal(text, form="yaml"):
    with pytest.raises(Refused) as refused:
        drafts(text, form)
    return str(refused.value)


SIGNED = """
- kind: treaty-signed
  on: 1992-05-15
  treaty: collective-security-treaty
  state: [AM, Kazakhstan, kgz]
  sources: [{source: nti-cis, locator: paragraph 56}]
"""


def test_a_list_of_states_gives_one_event_for_each():
    assert [draft.event.state for draft in drafts(SIGNED)] == ["AM", "KZ", "KG"]


def test_the_same_batch_in_three_forms_gives_the_same_events():
    entries = [dict(entry.fields) for entry in batch.read_text(SIGNED, "x", "yaml")]
    as_json = json.dumps(entries, indent=1)
    as_lines = "\n".join(map(json.dumps, entries))
    ids = [draft.event_id for draft in drafts(SIGNED)]
    assert [draft.event_id for draft in drafts(as_json, "json")] == ids
    assert [draft.event_id for draft in drafts(as_lines, "jsonl")] == ids


def test_defaults_stand_for_what_entries_leave_out():
    text = """
defaults: {source: nti-cis, locator: paragraph 1}
events:
  - {kind: state-joined, on: 1993-12, organisation: cis, state: GE}
  - {kind: state-joined, on: 1993-12, organisation: cis, state: MD, source: other}
"""
    assert [[(c.source, c.locator) for c in draft.sources] for draft in drafts(text)] == [
        [("nti-cis", "paragraph 1")],
        [("other", "paragraph 1")],
    ]


def test_norway_is_not_false_and_a_date_stays_as_written():
    (draft,) = drafts("- {kind: state-joined, on: 1993-12-03, organisation: nato, state: NO, source: s}")
    assert (draft.event.state, draft.when.text) == ("NO", "1993-12-03")


def test_the_order_of_a_set_does_not_make_another_event():
    one = "- {kind: meeting-held, on: 1991-12-30, meeting: minsk, states: [RU, AM], source: s}"
    other = "- {kind: meeting-held, on: 1991-12-30, meeting: minsk, states: [AM, Russia], source: t}"
    assert drafts(one)[0].event_id == drafts(other)[0].event_id


def test_the_states_of_a_clause_are_written_as_those_of_an_event():
    text = "- {{kind: treaty-adopted, on: 1993, treaty: t, title: T, entry_into_force: {{from_states: {states}}}, source: s}}"
    (by_name,), (by_code,) = (drafts(text.format(states=states)) for states in ("[Russia, Belarus]", "[BY, RU]"))
    assert by_name.event.entry_into_force.from_states == ("BY", "RU")
    assert by_name.event_id == by_code.event_id


def test_of_an_act_of_which_no_first_day_is_known_any_day_of_effect_is_possible():
    fields = "kind: withdrawal-notified, effective: 2007-08-18, organisation: cis, state: GE, source: s"
    (notice,) = drafts(f"- {{on: '[..2008-08-18]', {fields}}}")
    assert (notice.when.first, notice.event.effective) == (None, "2007-08-18")


def test_a_dispute_stands_beside_what_it_disputes():
    text = """
- kind: state-joined
  on: 1993-12
  organisation: cis
  state: [GE, MD]
  source: nti-cis
  edited: 2026-11-22
  disputed:
    - {date: 1993-10-23, reason: The overview page gives a day., source: overview, only: GE}
"""
    joined, _, dispute = drafts(text)
    assert (dispute.kind, dispute.event.event, dispute.event.date) == ("event-disputed", joined.event_id, "1993-10-23")


def test_a_correction_finds_its_event_by_the_id_it_introduced_or_by_repeating_it():
    text = """
- {kind: meeting-held, on: 1991-12-30, meeting: minsk, source: s}
- {kind: event-corrected, on: 2026-01-01, about: {meeting: minsk}, changes: {place: Minsk}, reason: r, source: s}
- kind: event-retracted
  on: 2026-01-01
  about: {kind: meeting-held, on: 1991-12-30, meeting: minsk}
  reason: r
  source: s
"""
    meeting, corrected, retracted = drafts(text)
    assert corrected.event.event == retracted.event.event == meeting.event_id


def test_an_event_of_the_log_is_found_by_the_id_it_introduced():
    text = "- {kind: event-retracted, on: 2026-01-01, about: {meeting: minsk}, reason: r, source: s}"
    known = "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2"
    assert drafts(text, find=lambda _: {"meeting:minsk": known})[0].event.event == known


def test_the_log_is_asked_once_for_all_that_the_entries_of_a_batch_are_about():
    # It was once for each.
    text = """
- {kind: meeting-held, on: 1991-12-30, meeting: minsk, source: s}
- {kind: event-retracted, on: 2026-01-01, about: {meeting: minsk}, reason: r, source: s}
- {kind: event-retracted, on: 2026-01-01, about: {meeting: moscow}, reason: r, source: s}
- {kind: event-retracted, on: 2026-01-01, about: {treaty: pact}, reason: r, source: s}
- kind: event-retracted
  on: 2026-01-01
  about: {kind: event-corrected, on: 2026-01-01, about: {body: council}, changes: {name: C}, reason: r}
  reason: r
  source: s
"""
    asked = []
    known = "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2"
    drafts(text, find=lambda names: asked.append(sorted(names)) or dict.fromkeys(names, known))
    assert asked == [["body:council", "meeting:moscow", "treaty:pact"]]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{on: 1992, source: s}", "history.yaml:1: the kind of event is missing\n  `cis docs` lists the kinds."),
        (
            "{kind: treaty-singed, on: 1992, source: s}",
            "history.yaml:1: there is no kind of event 'treaty-singed'\n  Did you mean treaty-signed, treaty-suspended, treaty-amended?",
        ),
        (
            "{kind: treaty-signed, on: 1992, treaty: t, sate: AM, source: s}",
            "history.yaml:1: treaty-signed: no field 'sate'. Did you mean state?",
        ),
        (
            "{kind: treaty-signed, on: 1992, treaty: t, source: s}",
            "history.yaml:1: treaty-signed: state is missing: The state that acts.",
        ),
        (
            "{kind: treaty-signed, treaty: t, state: AM, source: s}",
            "history.yaml:1: treaty-signed: the date is missing (`on`)",
        ),
        (
            "{kind: treaty-signed, on: 1993-02-30, treaty: t, state: AM, source: s}",
            "history.yaml:1: treaty-signed: '1993-02-30' is not a date: February 1993 has 28 days",
        ),
        (
            "{kind: treaty-signed, on: 1993/1994, treaty: t, state: AM, source: s}",
            "history.yaml:1: treaty-signed: '1993/1994' lasts from one day to another, but this happens once:"
            " for a day not known exactly write [a,b]",
        ),
        (
            "{kind: treaty-signed, on: 2031-01-01, treaty: t, state: AM, source: s}",
            "history.yaml:1: treaty-signed: '2031-01-01' is after today (2026-11-22): what has not happened cannot be"
            " recorded as done; record an announcement as statement-made",
        ),
        (
            "{kind: meeting-held, on: 2026-11-20/2030-01, meeting: m, source: s}",
            "history.yaml:1: meeting-held: '2026-11-20/2030-01' ends after today (2026-11-22): record it when it is over,"
            " or with an open end",
        ),
        (
            "{kind: treaty-signed, on: 1993, treaty: t, state: AM}",
            "history.yaml:1: treaty-signed: the source is missing: an event without a source is not recorded",
        ),
        (
            "{kind: treaty-signed, on: 1993, treaty: The Treaty, state: AM, source: s}",
            "history.yaml:1: treaty-signed: treaty = 'The Treaty' does not fit: ids are small letters and digits joined"
            " by hyphens, such as cis-charter",
        ),
        (
            '{kind: treaty-signed, on: 1993, treaty: "t\\n", state: AM, source: s}',
            "history.yaml:1: treaty-signed: treaty = 't\\n' does not fit: ids are small letters and digits joined"
            " by hyphens, such as cis-charter",
        ),
        (
            "{kind: treaty-adopted, on: 1993, treaty: t, title: T, confers: ['The CIS:member:ratification'], source: s}",
            "history.yaml:1: treaty-adopted: confers = \"[{'organisation': 'The CIS', 'status': 'member', 'by': 'ratification'}]\""
            " does not fit: ids are small letters and digits joined by hyphens, such as cis:member:ratification",
        ),
        (
            "{kind: treaty-signed, on: 1993, treaty: t, state: AM, source: The Source}",
            "history.yaml:1: treaty-signed: source 'The Source': ids are small letters and digits joined by hyphens",
        ),
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, status: boss, source: s}",
            "history.yaml:1: state-joined: status = 'boss' does not fit: it is one of founding-state, member, associate,"
            " observer, participant",
        ),
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, status: [member], source: s}",
            "history.yaml:1: state-joined: status = \"['member']\" does not fit: Expected str, got array",
        ),
        (
            "{kind: treaty-entered-into-force, on: 1993, treaty: t, until: soon, source: s}",
            "history.yaml:1: treaty-entered-into-force: until: 'soon' is not a date; write a day, month or year as"
            " '1991-12-21', '1991-12' or '1991'",
        ),
        (
            "{kind: treaty-adopted, on: 1993, treaty: t, title: T, confers: ['cis:member'], source: s}",
            "history.yaml:1: treaty-adopted: confers: 'cis:member' is not of the form organisation:status:by",
        ),
        (
            "{kind: office-assumed, on: 1993, office: chair, source: s}",
            "history.yaml:1: office-assumed: person and state are both missing: who took the office?",
        ),
        (
            "{kind: withdrawal-notified, on: 2008-08-18, effective: 2007-08-18, organisation: cis, state: GE, source: s}",
            "history.yaml:1: withdrawal-notified: takes effect on 2007-08-18, before it was done (2008-08-18)",
        ),
        (
            "{kind: meeting-held, on: 1993, meeting: m, states: [AM, Armenia], source: s}",
            "history.yaml:1: meeting-held: states names 'AM' twice",
        ),
        (
            '{kind: treaty-signed, on: 1993, treaty: t, state: AM, note: "a\\u0007b", source: s}',
            "history.yaml:1: treaty-signed: note holds the control character U+0007: take it out",
        ),
        (
            "{kind: event-corrected, on: 2026, event: 12, reason: r, date: 1993, source: s}",
            "history.yaml:1: event-corrected: event = '12' does not fit: an event's id looks like"
            " 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2",
        ),
        (
            "{kind: event-corrected, on: 2026, event: 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2, reason: r, source: s}",
            "history.yaml:1: event-corrected: neither a date nor changes: what is right?",
        ),
        (
            "{kind: event-retracted, on: 2026, about: {meeting: minsk}, reason: r, source: s}",
            "history.yaml:1: about: there is no meeting 'minsk'",
        ),
        ("{position: 1, kind: treaty-signed, hash: 0a}", "history.yaml:1: this is a line of an exported log\n  Bring it in with: cis import FILE"),
    ],
)  # fmt: skip
def test_an_entry_with_a_fault_is_refused_in_words(entry, said):
    assert refusal(f"- {entry}") == said


def test_every_fault_of_a_batch_is_named_at_once_with_its_line():
    good = "- {kind: state-joined, on: 1993, organisation: cis, state: GE, source: s}\n"
    text = good * 3 + "- {kind: state-joined, on: 1993-13, organisation: cis, state: Gorgia, source: s}\n" + good
    said = refusal(text)
    assert said.count("history.yaml:4: state-joined: ") == 2
    assert "Gorgia" in said
    assert "1993-13" in said


def test_every_fault_of_an_entry_is_named_whichever_field_it_is_in():
    # Only those of one sort were: first unknown fields, then unknown states and dates, then what does not fit.
    text = """
- kind: state-joined
  on: 1993
  organisation: The CIS
  state: Gorgia
  status: boss
  effective: 1993-13
  note: "\\a"
  plaice: Minsk
  source: s
"""
    assert refusal(text).splitlines() == [
        "history.yaml:2: state-joined: no field 'plaice'. Fields: note, inferred, effective, organisation, state, status",
        "history.yaml:2: state-joined: organisation = 'The CIS' does not fit: ids are small letters and digits joined by"
        " hyphens, such as cis",
        "history.yaml:2: state-joined: state: no state is called 'Gorgia'. Did you mean GE (Georgia)?",
        "history.yaml:2: state-joined: status = 'boss' does not fit: it is one of founding-state, member, associate,"
        " observer, participant",
        "history.yaml:2: state-joined: effective: '1993-13' is not a date: there is no month 13",
        "history.yaml:2: state-joined: note holds the control character U+0007: take it out",
    ]


@pytest.mark.parametrize("text", ["", " ", "    ", "\t\n", "\u00a0", "\u200b\u2060"])
def test_a_text_that_says_nothing_is_missing(text):
    # Only the empty one was: a blank title, reason or place in a source was recorded.
    entries = [
        {"kind": "treaty-adopted", "on": text, "treaty": "t", "title": text, "place": text, "source": "s"},
        {"kind": "treaty-adopted", "on": "1993", "treaty": text, "title": "T", "source": text},
        {"kind": "treaty-adopted", "on": "1993", "treaty": "t", "title": "T", "source": "s", "entry_into_force": {"clause": text}},
        {"kind": "statement-made", "on": "1993", "text": "T", "states": ["AM", text], "source": "s"},
        {"kind": "event-retracted", "on": "2026", "event": "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2", "reason": text, "source": "s"},
    ]  # fmt: skip
    assert refusal("\n".join(map(json.dumps, entries)), "jsonl").splitlines() == [
        "history.yaml:1: treaty-adopted: the date is missing (`on`)",
        "history.yaml:1: treaty-adopted: place is blank: say what it is, or leave it out",
        "history.yaml:1: treaty-adopted: title is missing: Its title in English.",
        "history.yaml:2: treaty-adopted: treaty is missing: The new treaty's id.",
        "history.yaml:2: treaty-adopted: the source is missing: an event without a source is not recorded",
        "history.yaml:3: treaty-adopted: clause is blank: say what it is, or leave it out",
        "history.yaml:4: statement-made: states is blank: say what it is, or leave it out",
        "history.yaml:5: event-retracted: reason is missing: Why.",
    ]


def test_a_blank_place_in_a_source_is_refused_and_none_is_none():
    cited = "- {kind: state-joined, on: 1993, organisation: cis, state: GE, sources: [{source: s, locator: '%s'}]}"
    (draft,) = drafts(cited % "")
    assert draft.sources[0].locator == ""
    for blank in (" ", "   ", "\u00a0"):
        assert refusal(cited % blank) == (
            "history.yaml:1: state-joined: source 's': its locator is blank: say where it stands, or leave it out"
        )


def test_every_state_of_a_list_is_looked_at():
    # After the first that was wrong the others were not.
    said = refusal("- {kind: state-joined, on: 1993, organisation: cis, state: [Gorgia, AM, Moldovva], source: s}")
    assert [line.partition(". ")[0] for line in said.splitlines()] == [
        "history.yaml:1: state-joined: state: no state is called 'Gorgia'",
        "history.yaml:1: state-joined: state: no state is called 'Moldovva'",
    ]


def test_what_is_no_entry_is_told_together_with_the_faults_of_the_others():
    said = refusal("- {kind: state-joined, on: never, organisation: cis, state: GE, source: s}\n-\n- just words")
    assert [line for line in said.splitlines() if line.startswith("history")] == [
        "history.yaml:1: state-joined: 'never' is not a date; write a day, month or year as '1991-12-21', '1991-12' or '1991'",
        "history.yaml:2: an entry is missing: found nothing",
        "history.yaml:3: an entry is missing: found 'just words'",
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        # Each was recorded without a word, and without what is told here.
        ("{kind: state-joined, on: 1993, organisation: cis, state: [], source: s}", "state-joined: state is missing: The state."),
        (
            "{kind: state-joined, on: 1993, occurred: 1994, organisation: cis, state: GE, source: s}",
            "on and occurred say the same: leave one out",
        ),
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, sources: [{source: s}], locator: p. 3}",
            "locator belongs to a source: write source beside it, or put it into sources",
        ),
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, source: [s, t], locator: [p. 3, p. 4]}",
            "locator is one text; for several sources write sources, each with its own",
        ),
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, data: {state: MD}, source: s}",
            "state stands in data and beside it: leave one out",
        ),
        (
            "{kind: event-retracted, on: 2026, event: 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2,"
            " about: 0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2, reason: r, source: s}",
            "about and event say the same: leave one out",
        ),
        # It retracted the entry in which it stood.
        (
            "{kind: state-joined, on: 1993, organisation: cis, state: GE, source: s, disputed: {kind: event-retracted, reason: r, source: t}}",
            "disputed takes no kind: it disputes the entry in which it stands",
        ),
        # "there is no state 'AM'"
        (
            "{kind: event-retracted, on: 2026, about: {state: AM}, reason: r, source: s}",
            "about: 'state' is nothing that an event introduces",
        ),
        # A fault of the program, and on Postgres of the driver.
        (
            '{kind: event-retracted, on: 2026, about: {meeting: "a\\0b"}, reason: r, source: s}',
            "about: there is no meeting 'a\\x00b'",
        ),
        # confers names {} twice
        (
            "{kind: treaty-adopted, on: 1993, treaty: t, title: T, confers: [a, a], source: s}",
            "treaty-adopted: confers: 'a' is not of the form organisation:status:by",
        ),
    ],
)  # fmt: skip
def test_what_would_be_lost_or_is_not_meant_is_refused(entry, said):
    first, *others = refusal(f"- {entry}").splitlines()
    assert first == f"history.yaml:1: {said}"
    assert {line for line in others if not line.startswith("  ")} <= {first}


def test_an_amendment_is_disputed_alike_however_it_says_what_it_is_about():
    # "no field 'disputed'", where it was written with `about`.
    text = """
- {kind: meeting-held, on: 1991-12-30, meeting: minsk, source: s}
- kind: event-corrected
  on: 2026-01-01
  about: {meeting: minsk}
  changes: {place: Minsk}
  reason: r
  source: s
  disputed: {on: 2026-01-02, denied: true, reason: r, source: t}
"""
    _, corrected, disputed = drafts(text)
    assert (disputed.kind, disputed.event.event) == ("event-disputed", corrected.event_id)


def test_an_amendment_that_is_written_with_about_is_repeated_with_it():
    text = """
- {kind: meeting-held, on: 1991-12-30, meeting: minsk, source: s}
- {kind: event-corrected, on: 2026-01-01, about: {meeting: minsk}, changes: {place: Minsk}, reason: r, source: s}
- kind: event-retracted
  on: 2026-01-02
  about: {kind: event-corrected, on: 2026-01-01, about: {meeting: minsk}, changes: {place: Minsk}, reason: r}
  reason: r
  source: s
"""
    _, corrected, retracted = drafts(text)
    assert retracted.event.event == corrected.event_id


def test_a_wrong_id_under_about_is_likened_to_those_of_its_register():
    text = """
- {kind: person-registered, on: 1991, person: minsk-1, name: M, source: s}
- {kind: meeting-held, on: 1991-12-30, meeting: minsk-2, source: s}
- {kind: event-retracted, on: 2026-01-01, about: {meeting: minsk}, reason: r, source: s}
"""
    assert refusal(text) == "history.yaml:4: about: there is no meeting 'minsk'\n  Did you mean minsk-2?"


def test_each_line_of_json_lines_that_cannot_be_read_is_told_with_the_faults_of_the_others():
    # Only the first was told.
    lines = ('{"kind": }', '{"kind": "treaty-singed", "on": "1992", "source": "s"}', "{} x", '{"a": 1, "a": 2}')
    said = refusal("\n".join(lines), "jsonl").splitlines()
    assert [line for line in sorted(said) if line.startswith("history")] == [
        "history.yaml:1: this is not JSON: Expecting value",
        "history.yaml:2: there is no kind of event 'treaty-singed'",
        "history.yaml:3: something follows the end of the JSON",
        "history.yaml:4: the key 'a' stands twice",
    ]


@pytest.mark.parametrize("only", ["{a: b}", "[{a: b}]"])
def test_a_mapping_where_a_dispute_names_states_is_refused_in_words(only):
    # A TypeError, a fault of the program.
    text = f"""
- kind: state-joined
  on: 1993-12
  organisation: cis
  state: [GE, MD]
  source: s
  disputed: {{date: 1993-10-23, reason: r, source: t, only: {only}}}
"""
    assert refusal(text) == """history.yaml:2: only names ["{'a': 'b'}"], which the entry does not"""


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("", "yaml", "history.yaml: the file is empty"),
        ("a\0b", "yaml", "history.yaml: this is a binary file\n  Write YAML, JSON or JSON Lines."),
        (
            "- kind: a\n  on: [1991\n  to: 2]\n",
            "yaml",
            "history.yaml:3: this is not YAML: did not find expected ',' or ']'\n  Check the indentation and the quotes there.",
        ),
        (
            "- &a {kind: x}\n- *a",
            "yaml",
            "history.yaml:1: anchors and aliases are not read\n  Write the value out.",
        ),
        ("- {kind: a, kind: b}", "yaml", "history.yaml:1: the key 'kind' stands twice"),
        ("- " + "[" * 20 + "]" * 20, "yaml", "history.yaml:1: nested deeper than 12 levels"),
        ("- just words", "yaml", "history.yaml:1: an entry is missing: found 'just words'\n  An entry is a mapping of kind, on, sources and the fields of the kind."),
        ("{events: [], evnts: []}", "yaml", "history.yaml:1: 'evnts' is not known beside events and defaults"),
        (
            '[\n{"kind": 1},\n{"kind": }\n]',
            "json",
            "history.yaml:3: this is not JSON: Expecting value\n  Check the quotes and commas there.",
        ),
        ('[{"a": 1},\n]', "json", "history.yaml:2: this is not JSON: a comma before the ]"),
        ('[{"a": 1}\n{"b": 2}]', "json", "history.yaml:2: this is not JSON: expecting , or ] between entries"),
        ('{"a": NaN}', "json", "history.yaml:1: NaN is not JSON"),
        ('{"a": 1, "a": 2}', "json", "history.yaml:1: the key 'a' stands twice"),
        ('{"a": ' + "[" * 100_000, "json", "history.yaml:1: nested too deeply"),
        ('{"a": ' + "9" * 10_000 + "}", "json", "history.yaml:1: a number is too long"),
        ("{} x", "json", "history.yaml:1: something follows the end of the JSON"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_line(text, form, said):
    assert refusal(text, form) == said


def test_files_are_told_apart_by_suffix_and_faults_name_them(tmp_path):
    known = tmp_path / "batch.yml"
    known.write_text(SIGNED)
    assert len(batch.read_file(str(known))) == 1
    for name, content, said in (
        ("batch.txt", b"x", "no form of batch is called '.txt'\n  Known: .yaml, .yml, .json, .jsonl, .ndjson."),
        ("batch.json", b"[\n\xff]", ":2: this is not UTF-8 text\n  Is it a text file? Save it as UTF-8."),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Refused) as refused:
            batch.read_file(str(path))
        assert str(refused.value).startswith(str(path))
        assert str(refused.value).endswith(said)
    with pytest.raises(Refused, match="the file cannot be read: No such file or directory"):
        batch.read_file(str(tmp_path / "none.yaml"))


def test_every_kind_can_be_written_with_what_it_requires():
    values = {
        "treaty": "t",
        "state": "AM",
        "organisation": "o",
        "body": "b",
        "office": "f",
        "person": "p",
        "source": "s",
    }
    values |= {"meeting": "m", "decision": "d", "event": "0f9c1e9e-27c1-5f0e-9d0c-19911221a1b2", "standing": "press"}
    from eventstore.drafts import draft
    from eventstore.events.fields import fields_of

    for kind, cls in KINDS.items():
        fields = {field.name: values.get(field.name, "words") for field in fields_of(cls) if field.required}
        fields |= {"office-assumed": {"person": "p"}, "event-corrected": {"date": "1993"}}.get(kind, {})
        fields |= {"event-disputed": {"denied": True}, "state-status-changed": {"status": "member"}}.get(kind, {})
        assert draft(kind, "1993-12", fields, [{"source": "s"}], today=TODAY).kind == kind
