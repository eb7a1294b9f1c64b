"""The history that comes with the program: it loads whole, twice without effect, says what it asserts, and covers its sources."""

import csv
import re
from collections import defaultdict
from functools import partial

import pytest
from conftest import migrated
from histories import HISTORY_AS_OF, drafts_of

import seed_events
from eventstore import batch
from eventstore.amending import is_amendment
from eventstore.history import History
from eventstore.reading import head, introductions, read
from eventstore.stored import citations_of
from eventstore.subjects import introduced_by
from projections.assertions import failures
from projections.check import findings
from projections.record import record
from seed_events import coverage


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    database = migrated(f"sqlite:///{tmp_path_factory.mktemp('seed') / 'cis.db'}")
    record(database, seed_events.entries(), recorded_by="seed", now=HISTORY_AS_OF)
    return database


@pytest.fixture(scope="module")
def drafts(loaded):
    with loaded.record() as connection:
        return drafts_of(seed_events.entries(), find=partial(introductions, connection), today=HISTORY_AS_OF[:10])


def test_loading_the_history_twice_adds_nothing(loaded):
    with loaded.record() as connection:
        before = head(connection)
    outcomes = record(loaded, seed_events.entries(), recorded_by="again", now=HISTORY_AS_OF)
    assert not [outcome for outcome in outcomes if outcome.new]
    with loaded.record() as connection:
        assert head(connection) == before


def test_the_history_says_what_its_files_assert(loaded):
    asserted = seed_events.assertions()
    assert len(asserted) >= 40
    with loaded.record() as connection:
        assert [str(failure) for failure in failures(connection, asserted)] == []


def test_assertions_cite_sources_that_are_registered():
    registered = {
        entry.fields["source"] for entry in seed_events.entries() if entry.fields["kind"] == "source-registered"
    }
    cited = set()
    for path in (seed_events.FOLDER / "assertions").glob("*.yaml"):
        for entry in batch.read_text(path.read_text("utf-8"), path.name, "yaml", "assertions"):
            cited |= {citation["source"] for citation in entry.fields["sources"]}
    assert cited - registered == set()


def test_every_finding_is_explained_beside_the_data(loaded):
    with loaded.record() as connection:
        found = list(findings(connection, History(connection), explanations=seed_events.explanations()))
    assert [f"{f.code} {f.subject}: {f.what}" for f in found if not f.explained] == []


def test_every_explanation_explains_a_finding(loaded):
    with loaded.record() as connection:
        found = {(f.code, f.subject) for f in findings(connection, History(connection))}
    assert set(seed_events.explanations()) <= found


def test_what_was_not_found_is_not_on_record(loaded):
    with loaded.record() as connection:
        rows = coverage.rows(connection, today=HISTORY_AS_OF[:10])
    known = {(row["subject"], row["state"], row["field"]) for row in rows if row["sources"]}
    held = {(row["subject"], row["item"]) for row in rows if row["about"] == "meetings"}
    for line in coverage.searched():
        if line.about == "treaty" and line.found == "no" and coverage.EVERY not in line.state + line.field:
            cells = {(line.subject, state, field) for state in line.state.split() for field in line.field.split()}
            assert cells - known, f"all of this is on record now: {line}"
        if line.about == "meetings" and line.found == "no" and len(line.when) == len("1992-11-13"):
            assert not [item for body, item in held if body == line.subject and line.when in item and item[0] != "("], (
                line
            )


def test_the_gaps_say_how_many_citations_do_not_tell_where_on_the_page(loaded):
    with loaded.record() as connection:
        bare = [
            citation.source for stored in read(connection) for citation in citations_of(stored) if not citation.locator
        ]
    told = f"{len(bare)} citations of {len(set(bare))} sources"
    assert told in (seed_events.FOLDER / "gaps.md").read_text("utf-8"), told


# -- the coverage table: what each paragraph of the two founding texts gave, or why nothing ------------------------------------

COVERAGE = list(csv.DictReader((seed_events.FOLDER / "coverage.csv").open(encoding="utf-8")))
PARAGRAPHS = {"nti-cis": 68, "wikipedia-alma-ata": 16}


def test_the_coverage_table_has_every_paragraph_once_with_what_it_gave_or_why_nothing():
    for source, count in PARAGRAPHS.items():
        assert [int(row["paragraph"]) for row in COVERAGE if row["source"] == source] == list(range(1, count + 1))
    assert [row for row in COVERAGE if bool(row["gave"].strip()) == bool(row["why_none"].strip())] == []


def test_the_coverage_table_lists_what_the_events_cite_and_no_more(drafts):
    cited = defaultdict(set)
    by_id = {draft.event_id: draft for draft in drafts}
    for draft in drafts:
        for citation in draft.sources:
            if citation.source in PARAGRAPHS and draft.kind not in ("event-corrected", "event-corroborated"):
                for number in re.findall(r"\d+", citation.locator):
                    cited[citation.source, number].add(f"{draft.kind}:{subject_of(draft, by_id)}")
    listed = {(row["source"], row["paragraph"]): set(row["gave"].split()) for row in COVERAGE}
    for place, gave in listed.items():
        assert cited.get(place, set()) == gave, place


def subject_of(draft, by_id):
    if is_amendment(draft.kind):
        return subject_of(by_id[draft.event.event], by_id)
    if draft.kind == "statement-made":
        return "statement"
    if (name := introduced_by(draft.event)) is not None:
        return name.partition(":")[2]
    event = draft.event
    return next(
        value
        for field in ("treaty", "organisation", "office", "body")
        if (value := getattr(event, field, None)) is not None
    )


# -- the gathered rows: every one was judged ------------------------------------------------------------------------------------

GATHERED = {"treaties": 1257, "membership": 185, "bodies": 67, "officers": 152, "meetings": 292, "participation": 199}
SET_ASIDE = list(csv.DictReader((seed_events.FOLDER / "set_aside.csv").open(encoding="utf-8")))


@pytest.mark.parametrize(("name", "count"), GATHERED.items())
def test_every_gathered_row_was_judged_once_and_what_was_set_aside_has_its_reason(name, count):
    judged = list(csv.DictReader((seed_events.FOLDER / "judged" / f"{name}.csv").open(encoding="utf-8")))
    assert len({row["fingerprint"] for row in judged}) == len(judged) == count
    assert {row["verdict"] for row in judged} <= {"event", "corroboration", "dispute", "correction", "set-aside"}
    aside = [row for row in SET_ASIDE if row["file"] == name]
    assert {row["fingerprint"] for row in aside} == {r["fingerprint"] for r in judged if r["verdict"] == "set-aside"}
    assert [row for row in aside if not row["reason"].strip()] == []
