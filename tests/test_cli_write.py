"""Recording from the command line: options, batches, amendments, dry runs, conditions; on both databases."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cli_runs import HISTORY, Ran, cis, golden, told

from cli.kinds import FIELD, entry_of, flag_of, options_of
from cli.write import kind_command
from eventstore.database import Database
from eventstore.events import KINDS
from eventstore.events.fields import Field, fields_of

SIGNED = ("append", "treaty-signed", "--treaty", "cis-charter", "--on", "1993-01-22", "--source", "nti")


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def position(record: Database) -> int:
    found: int = cis(record, "status", "--format", "json").json["position"]
    return found


def last(record: Database) -> dict[str, object]:
    """The newest event, whole."""
    found: dict[str, object] = cis(record, "show", str(position(record)), "--format", "json").json
    return found


# --- append by options ----------------------------------------------------------------------------------------------------


def test_one_event_for_each_state(record: Database) -> None:
    ran = cis(record, *SIGNED, "--state", "AM", "--state", "Azerbaijan", "--state", "KAZ", "--locator", "paragraph 7")
    assert ran.status == 0
    lines = [line.split(maxsplit=2) for line in ran.out.splitlines()]
    assert [(place, became) for place, _, became in lines] == [
        ("26", "recorded"),
        ("27", "recorded"),
        ("28", "recorded"),
    ]
    assert ran.err == "3 events recorded.\n"
    parties = cis(record, "treaty", "cis-charter", "--as-of", "1993-02", "--format", "json").json
    assert [row["state"] for row in parties] == ["AM", "AZ", "BY", "KZ", "RU"], "the views follow at once"
    assert last(record)["sources"] == [{"source": "nti", "locator": "paragraph 7", "title": "The NTI page"}]
    assert last(record)["recorded_by"] == "tests"


def test_the_same_again_is_already_recorded(record: Database) -> None:
    first = cis(record, *SIGNED, "--state", "AM")
    again = cis(record, *SIGNED, "--state", "AM", "--state", "KG", "--format", "json")
    assert [(row["position"], row["outcome"]) for row in again.json] == [(26, "already recorded"), (27, "recorded")]
    assert again.json[0]["event_id"] == first.out.split()[1]
    assert again.err == "1 event recorded, 1 event recorded already.\n"


def test_who_records_again_what_was_retracted_or_corrected_is_told(record: Database) -> None:
    # "Already recorded" was all that was said of a fact that counts no more.
    cis(record, *SIGNED, "--state", "AM", "--state", "KG")
    cis(record, "retract", "26", "--reason", "typo", "--source", "nti")
    cis(record, "correct", "27", "--date", "1993-01-23", "--reason", "typo", "--source", "nti")
    again = cis(record, *SIGNED, "--state", "AM", "--state", "KG")
    assert (again.status, again.err) == (
        0,
        "0 events recorded, 2 events recorded already.\n"
        "Position 26, recorded before, is taken out\n"
        "  By what tells: cis show 26\n"
        "Position 27, recorded before, is changed since: 1993-01-23; treaty: cis-charter; state: KG\n"
        "  By what tells: cis show 27\n",
    )


def test_of_many_that_count_no_more_the_first_are_told(record: Database) -> None:
    states = ("AM", "AZ", "KG", "KZ", "MD", "TJ", "TM", "UA", "UZ", "GE", "LT", "LV")
    again = [*SIGNED, *(word for state in states for word in ("--state", state))]
    cis(record, *again)
    for position in range(26, 38):
        cis(record, "retract", str(position), "--reason", "typo", "--source", "nti")
    said = cis(record, *again).err.splitlines()
    assert sum(line.startswith("Position ") for line in said) == 10
    assert said[-1] == "And so 2 more of those that were recorded before."


def test_a_new_source_for_a_known_fact_is_added_to_it(record: Database) -> None:
    cis(record, *SIGNED, "--state", "AM")
    again = cis(record, *SIGNED[:-1], "press", "--state", "AM", "--format", "json")
    assert [(row["kind"], row["outcome"]) for row in again.json] == [
        ("treaty-signed", "already recorded"),
        ("event-corroborated", "recorded"),
    ]


def test_nothing_of_a_call_is_recorded_if_one_event_is_wrong(record: Database) -> None:
    ran = cis(record, *SIGNED, "--state", "AM", "--state", "Atlantis")
    assert ran.status == 1
    assert ran.err == (
        "command line: treaty-signed: state: no state is called 'Atlantis'. Give an ISO 3166-1 code, such as BY, or the"
        " state's usual name.\nNothing was recorded.\n"
    )
    assert position(record) == 25


def test_all_that_is_missing_is_said_at_once(record: Database) -> None:
    assert cis(record, "append", "treaty-signed").err == (
        "command line: treaty-signed: the date is missing (`on`)\n"
        "command line: treaty-signed: treaty is missing: The treaty.\n"
        "command line: treaty-signed: state is missing: The state that acts.\n"
        "command line: treaty-signed: the source is missing: an event without a source is not recorded\n"
        "Nothing was recorded.\n"
    )


def test_a_dry_run_shows_what_would_be_recorded_and_records_nothing(record: Database) -> None:
    ran = cis(record, *SIGNED, "--state", "AM", "--state", "KG", "--note", "with a remark", "--dry-run")
    golden("append-dry-run", ran.out)
    assert ran.err == "2 events would be recorded. 2 changes in the views.\n"
    assert position(record) == 25
    assert [row["state"] for row in cis(record, "treaty", "cis-charter", "--format", "json").json] == ["BY", "RU"]


def test_options_may_stand_before_the_kind(record: Database) -> None:
    ran = cis(record, "append", "--dry-run", "--format", "json", *SIGNED[1:], "--state", "AM")
    assert [row["outcome"] for row in ran.json] == ["would be recorded"]


def test_structured_fields_take_shorthand_and_json(record: Database) -> None:
    cis(
        record,
        *(
            "append",
            "treaty-adopted",
            "--treaty",
            "union-treaty",
            "--title",
            "Treaty",
            "--on",
            "1999-12",
            "--source",
            "nti",
        ),
        *(
            "--confers",
            "cis:member:ratification",
            "--confers",
            '{"organisation": "cis", "status": "former", "by": "withdrawal"}',
        ),
        *("--entry-into-force", '{"instruments": 3, "from_states": ["Belarus"]}', "--title-ru", "Договор"),
    )
    assert last(record)["data"] == {
        "confers": [
            {"by": "ratification", "organisation": "cis", "status": "member"},
            {"by": "withdrawal", "organisation": "cis", "status": "former"},
        ],
        "entry_into_force": {"from_states": ["BY"], "instruments": 3},
        "title": "Treaty",
        "title_ru": "Договор",
        "treaty": "union-treaty",
    }


def test_a_new_source_cites_itself_or_another(record: Database) -> None:
    words = ("append", "source-registered", "--on", "2020", "--standing", "press", "--title", "A page")
    assert cis(record, *words, "--source", "page-1", "--locator", "masthead").status == 0
    assert last(record)["sources"] == [{"source": "page-1", "locator": "masthead", "title": "A page"}]
    assert cis(record, *words, "--source", "page-2", "--cited-source", "nti").status == 0
    assert last(record)["sources"] == [{"source": "nti", "locator": None, "title": "The NTI page"}]


def test_several_sources_each_with_its_place(record: Database) -> None:
    more = ("--source", "press", "--locator", "paragraph 2", "--locator", "page 3", "--state", "AM")
    assert cis(record, *SIGNED, *more).status == 0
    cited = last(record)["sources"]
    assert isinstance(cited, list)
    assert [(one["source"], one["locator"]) for one in cited] == [("nti", "paragraph 2"), ("press", "page 3")]
    ran = cis(record, *SIGNED, "--source", "press", "--locator", "page 3", "--state", "KG")
    assert ran.status == 2
    assert "--locator is needed once for each --source, in the same order, or not at all (1 for 2)." in ran.err


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_has_its_option(kind: str) -> None:
    """What the options of a kind come to is the entry with exactly these fields."""
    cls = KINDS[kind]
    words = list[str]()
    expected: dict[str, object] = {"kind": kind, "on": "1993"}
    for field in fields_of(cls):
        values = list(_values(field))
        for value in values:
            words += [flag_of(field.name), *([] if field.form == "flag" else [value])]
        taken = [json.loads(value) if value.startswith("{") else value for value in values]
        expected[field.name] = True if field.form == "flag" else taken if field.many else taken[0]
    own = "source" in expected
    words += ["--on", "1993", "--cited-source" if own else "--source", "nti"]
    command = kind_command(cls)
    context = command.make_context(kind, words, ignore_unknown_options=False)
    assert entry_of(cls, context.params) == {**expected, "sources": [{"source": "nti"}]}


def _values(field: Field) -> Iterator[str]:
    if field.choices:
        yield field.choices[-1]
    elif field.form == "object":
        yield '{"place": null}'
    elif field.name == "entry_into_force":
        yield '{"instruments": 3}'
    else:
        yield field.example or "some text"
    if field.many:
        yield "one more"


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_takes_the_place_of_an_option_of_the_command(kind: str) -> None:
    names = [option for param in kind_command(KINDS[kind]).params for option in param.opts]
    assert len(names) == len(set(names)), "every option has one meaning"
    params = [str(param.name) for param in options_of(KINDS[kind])]
    assert {name.removeprefix(FIELD) for name in params if name.startswith(FIELD)} == {
        f.name for f in fields_of(KINDS[kind])
    }


# --- batches --------------------------------------------------------------------------------------------------------------

ENTRIES = [
    {"kind": "treaty-signed", "on": "1993-01-22", "treaty": "cis-charter", "state": "AM", "source": "nti"},
    {"kind": "treaty-signed", "on": "1993-01-22", "treaty": "cis-charter", "state": "KG", "source": "nti"},
]
AS_JSON = json.dumps(ENTRIES)
AS_LINES = "\n".join(map(json.dumps, ENTRIES))
AS_YAML = "- {kind: treaty-signed, on: 1993-01-22, treaty: cis-charter, state: [AM, KG], source: nti}"


@pytest.mark.parametrize(
    ("name", "text"), [("b.yaml", AS_YAML), ("b.yml", AS_YAML), ("b.json", AS_JSON), ("b.jsonl", AS_LINES)]
)
def test_a_batch_in_every_form_from_a_file_and_from_standard_input(
    empty_sqlite: Database, tmp_path: Path, name: str, text: str
) -> None:
    record = told(empty_sqlite)
    (tmp_path / name).write_text(text)
    ran = cis(record, "append", "--file", str(tmp_path / name))
    assert [line.split(maxsplit=2)[2] for line in ran.out.splitlines()] == ["recorded", "recorded"]
    again = cis(record, "append", "--file", "-", given=text)
    assert again.err == "0 events recorded, 2 events recorded already.\n", "the form of standard input is seen"


def test_a_file_can_be_rehearsed(record: Database) -> None:
    ran = cis(record, "append", "--file", "-", "--dry-run", "--format", "json", given=AS_YAML)
    assert [(row["outcome"], row["where"]) for row in ran.json] == [("would be recorded", "standard input:1")] * 2
    assert position(record) == 25


def test_one_bad_entry_among_a_thousand_names_its_line_and_nothing_is_recorded(record: Database) -> None:
    lines = [{**ENTRIES[0], "on": f"19{93 + i % 7}-01-{1 + i % 28:02}", "place": f"Place {i}"} for i in range(1000)]
    lines[617]["state"] = "XX"
    ran = cis(record, "append", "--file", "-", given="\n".join(map(json.dumps, lines)))
    assert ran.status == 1
    assert ran.err.startswith("standard input:618: treaty-signed: state: no state is called 'XX'.")
    assert ran.err.endswith("Nothing was recorded.\n")
    assert position(record) == 25


def test_options_of_an_event_have_no_place_beside_a_file(record: Database) -> None:
    ran = cis(record, "append", "--file", "batch.yaml", "treaty-signed", "--state", "AM")
    assert ran.status == 2
    assert "--file takes kinds and fields from the file: leave out 'treaty-signed'." in ran.err
    assert cis(record, "append", "--file", "batch.yaml", "--on", "1993").status == 2
    neither = cis(record, "append")
    assert neither.status == 2
    assert "Name a kind of event, or a file of events with --file." in neither.err


# --- conditions -----------------------------------------------------------------------------------------------------------


def test_recorded_only_if_nothing_newer_concerns_the_subjects(record: Database) -> None:
    ratified = (
        "append",
        "treaty-ratified",
        "--treaty",
        "cis-charter",
        "--state",
        "BY",
        "--on",
        "1994-01-18",
        "--source",
        "nti",
    )
    refused = cis(record, *ratified, "--expect", "12")
    assert refused.status == 1
    assert refused.err == (
        "--expect: position 13 was recorded after position 12 and concerns treaty:cis-charter\n"
        "  Look at it (cis show 13) and append again if your event still stands.\n"
        "Nothing was recorded.\n"
    )
    beyond = cis(record, *ratified, "--expect", "26")
    assert (beyond.status, beyond.err) == (2, "--expect 26: the log ends at position 25\n")
    assert cis(record, *ratified, "--expect", "25").status == 0


def test_who_records(record: Database) -> None:
    assert cis(record, *SIGNED, "--state", "AM", "--recorded-by", "Anna").status == 0
    assert last(record)["recorded_by"] == "Anna"
    bad = cis(record, *SIGNED, "--state", "KG", "--recorded-by", "a\nb")
    assert bad.status == 2
    assert "Invalid value for --recorded-by: A name of one line is needed." in bad.err


# --- amendments -----------------------------------------------------------------------------------------------------------


def joined(record: Database) -> str:
    found: str = cis(record, "log", "--kind", "state-joined", "--format", "json").json[0]["event_id"]
    return found


BECAUSE = ("--reason", "misread", "--source", "nti")


def since(record: Database) -> str | None:
    rows = cis(record, "members", "cis", "--as-of", "2000", "--format", "json").json
    return next((row["since"] for row in rows if row["state"] == "GE"), None)


def test_a_correction_by_id_by_its_beginning_and_by_position(record: Database) -> None:
    event_id = joined(record)
    place = str(cis(record, "show", event_id, "--format", "json").json["position"])
    for name, day in ((event_id, "1993-12-01"), (event_id[:6], "1993-12-02"), (place, "1993-12-03")):
        assert cis(record, "correct", name, "--date", day, "--on", "2020-02-01", *BECAUSE).status == 0
        assert last(record)["data"] == {"event": event_id, "date": day, "reason": "misread"}


def test_a_correction_of_fields(record: Database) -> None:
    ran = cis(
        record,
        "correct",
        joined(record),
        "--set",
        "status=associate",
        "--set",
        "effective=",
        "--set",
        'note="true"',
        *BECAUSE,
    )
    assert ran.status == 0, ran.err
    assert last(record)["data"] == {
        "event": joined(record),
        "changes": {"status": "associate", "effective": None, "note": "true"},
        "reason": "misread",
    }


def test_a_retraction_and_its_retraction(record: Database) -> None:
    assert since(record) == "1993-12"
    retraction = cis(record, "retract", joined(record), *BECAUSE, "--format", "json").json[0]["event_id"]
    assert since(record) is None
    cis(record, "retract", retraction, *BECAUSE)
    assert since(record) == "1993-12"


def test_a_dispute_and_a_corroboration(record: Database) -> None:
    better = ("append", "source-registered", "--on", "2020", "--source", "gazette", "--title", "G", "--standing")
    cis(record, *better, "depositary-record")
    cis(record, "dispute", joined(record), "--date", "1993-12-09", "--reason", "The gazette", "--source", "gazette")
    assert since(record) == "1993-12-09", "the better source prevails"
    cis(record, "corroborate", joined(record), "--reason", "So says the gazette elsewhere", "--source", "gazette")
    assert since(record) == "1993-12"
    cis(record, "dispute", joined(record), "--denied", "--reason", "No such act", "--source", "press")
    assert since(record) == "1993-12"


def test_an_amendment_says_what_is_missing(record: Database) -> None:
    assert cis(record, "correct", joined(record), "--source", "nti").err == (
        "command line: event-corrected: reason is missing: Why.\nNothing was recorded.\n"
    )
    assert cis(record, "correct", joined(record), *BECAUSE).err == (
        "command line: event-corrected: neither a date nor changes: what is right?\nNothing was recorded.\n"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("999", "EVENT: there is no position 999: the log ends at position 25\n"),
        ("abc", "EVENT: there is no event 'abc'\n"),
        ("zzzzzzzz", "EVENT: there is no event 'zzzzzzzz'\n"),
        ("0000000000", "EVENT: there is no event '0000000000'\n"),
    ],
)
def test_an_event_that_is_not_there(record: Database, name: str, said: str) -> None:
    ran = cis(record, "retract", name, *BECAUSE)
    assert ran.status == 1
    assert ran.err.startswith(said)


def test_what_show_says_of_an_amended_event(record: Database) -> None:
    cis(
        record,
        "correct",
        joined(record),
        "--date",
        "1993-12-09",
        "--set",
        "status=associate",
        "--on",
        "2020-03-01",
        *BECAUSE,
    )
    whole = cis(record, "show", joined(record), "--format", "json").json
    assert whole["standing"] == ("changed since, disputed: 1993-12-09; organisation: cis; state: GE; status: associate")
    assert [(later["kind"], later["occurred"]) for later in whole["said_since"]] == [
        ("event-disputed", "2020-01-01"),
        ("event-corrected", "2020-03-01"),
    ]
    golden("show", _without(cis(record, "show", joined(record)), whole))


def test_show_prints_an_event_in_every_form(record: Database) -> None:
    whole = cis(record, "show", joined(record), "--format", "json").json
    (line,) = csv.DictReader(StringIO(cis(record, "show", joined(record), "--format", "csv").out))
    assert list(line) == list(whole)
    assert json.loads(line["data"]) == whole["data"]
    assert json.loads(line["said_since"]) == whole["said_since"]
    shown = cis(record, "show", joined(record), "--format", "markdown").out
    assert shown.startswith("|  |  |\n| --- | --- |\n| kind | state-joined |\n| occurred | 1993-12 ")
    assert "\nLater:\n\n|  |  |\n| --- | --- |\n| kind | event-disputed |\n" in shown


def test_show_tells_of_an_event_only_what_was_known_then(record: Database) -> None:
    place = cis(record, "show", joined(record), "--format", "json").json["position"]
    cis(record, "correct", joined(record), "--date", "1993-12-09", "--on", "2020-03-01", *BECAUSE)
    cis(record, "retract", joined(record), "--on", "2020-03-02", *BECAUSE)

    def shown(*words: str) -> tuple[str, list[str]]:
        whole = cis(record, "show", joined(record), "--format", "json", *words).json
        return whole["standing"], [later["kind"] for later in whole["said_since"]]

    said = ["event-disputed", "event-corrected", "event-retracted"]
    assert shown() == ("taken out", said)
    assert shown("--known-at", "27") == ("taken out", said)
    changed = "changed since, disputed: 1993-12-09; organisation: cis; state: GE"
    assert shown("--known-at", "26") == (changed, said[:2])
    assert shown("--known-at", "25") == ("in force as recorded, disputed", said[:1])
    assert shown("--known-at", str(place)) == ("in force as recorded", [])


def test_show_says_what_its_answer_rests_on(record: Database) -> None:
    ran = cis(record, "show", "2", "--known-at", "2")
    assert "Later:" not in ran.out
    assert re.fullmatch("known at position 2, hash [0-9a-f]{16}\n", ran.err)
    assert cis(record, "show", "2").err.startswith("known at position 25, hash ")


def test_an_event_that_was_recorded_later_was_not_known_then(record: Database) -> None:
    ran = cis(record, "show", "20", "--known-at", "19")
    assert ran.status == 1
    assert ran.err == (
        "--known-at 19: event 20 was not known then: it was recorded later, at position 20\n"
        "  Ask for it as known at that position or later.\n"
    )
    ran = cis(record, "show", "20", "--known-at", "2001-01-01")
    assert ran.err.startswith("--known-at 2001-01-01: event 20 was not known then: ")


def _without(ran: Ran, whole: dict[str, object]) -> str:
    """What is printed, without the times of recording and the hash that holds them."""
    text = ran.out
    said = whole["said_since"]
    assert isinstance(said, list)
    for varying in (whole["hash"], whole["recorded_at"], *(later["recorded_at"] for later in said)):
        text = text.replace(str(varying), "<...>")
    return text


# --- the log --------------------------------------------------------------------------------------------------------------


def kinds(ran: Ran) -> list[str]:
    return [row["kind"] for row in ran.json]


def log(record: Database, *words: str) -> list[str]:
    return kinds(cis(record, "log", *words, "--format", "json"))


def test_the_log_is_filtered_by_subjects_kinds_period_and_text(record: Database) -> None:
    assert len(log(record)) == 25
    assert log(record, "--subject", "state:RU", "--subject", "treaty:cis-charter") == [
        "treaty-signed",
        "treaty-ratified",
        "instrument-deposited",
    ]
    assert log(record, "--subject", "state:Georgia") == ["state-joined", "statement-made", "event-disputed"]
    assert log(record, "--kind", "treaty-ratified", "--kind", "state-joined") == ["treaty-ratified", "state-joined"]
    assert log(record, "--from", "1993-12", "--to", "1993-12-20") == ["state-joined"], "it may have been then"
    assert log(record, "--text", "VISKULI") == ["treaty-signed"] * 3
    assert log(record, "--text", "содружества") == ["treaty-adopted"], "letters of any alphabet, of any case"
    assert log(record, "--limit", "2") == ["statement-made", "event-disputed"], "the newest"
    assert log(record, "--known-at", "2") == ["source-registered"] * 2


def test_the_log_answers_names_that_it_does_not_know(record: Database) -> None:
    assert cis(record, "log", "--subject", "treaty:cis-chartr").err == (
        "--subject: there is no treaty 'cis-chartr'\n  Did you mean cis-charter?\n"
    )
    assert cis(record, "log", "--subject", "trety:x").err == (
        "--subject: 'trety:x' names no subject\n  Did you mean treaty?\n"
    )
    assert cis(record, "log", "--kind", "sate-joined").err == (
        "--kind: there is no kind of event 'sate-joined'\n  Did you mean state-joined, state-seated?\n"
    )
    backwards = cis(record, "log", "--from", "1995", "--to", "1993")
    assert backwards.status == 2
    assert "The period ends (1993-12-31) before it begins (1995-01-01)." in backwards.err
    nothing = cis(record, "log", "--text", "")
    assert (nothing.status, nothing.err.splitlines()[-1]) == (2, "Error: --text is empty: it has no effect.")


def test_the_same_history_twice_adds_nothing(record: Database) -> None:
    again = cis(record, "append", "--file", "-", given=HISTORY)
    assert again.err == "0 events recorded, 25 events recorded already.\n"
