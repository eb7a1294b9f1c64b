"""How much is verified: a tiny history, what was looked for, the answer; and that what is called not found is not on record."""

from cli_runs import cis
from histories import asked, disputed, fact, given, source

import seed_events
from seed_events import coverage
from seed_events.coverage import FIELDS, FINDINGS, Searched, rows, summary

LEXICONS = (
    source("lexicon", "encyclopedia"),
    source("mirror", "encyclopedia"),
    source("gazette", "official-publication"),
)
PACT = (
    fact("organisation-founded", "1992-01-01", organisation="club", name="Club"),
    fact("state-joined", "1992-01-02", organisation="club", state="AM"),
    fact("state-joined", "1992-01-02", organisation="club", state="BY"),
    fact("treaty-adopted", "1992-05-15", treaty="pact", title="Pact", organisation="club"),
)


def looked_for(about="treaty", subject="pact", state="*", field="*", when="", searched_on="2026-01-01"):
    return Searched(about, subject, state, field, when, "archives" if searched_on else "", searched_on, "no", "")


def findings(database, *lines, about="treaty", today="1994-12-31"):
    """By state and field, or by year and meeting: what is known."""
    with asked(database) as views:
        found = [row for row in rows(views, lines, today=today) if row["about"] == about]
    return {
        (row["state"], row["field"]) if about == "treaty" else (row["year"], row["item"]): row["finding"]
        for row in found
    }


def test_a_treaty_concerns_those_who_belonged_when_it_was_adopted_and_those_who_acted(database):
    given(database, *PACT, fact("state-joined", "1993-01-01", organisation="club", state="KZ"))
    assert {state for state, _ in findings(database)} == {"AM", "BY"}
    given(database, fact("treaty-acceded", "1993-02-01", treaty="pact", state="GE"))
    found = findings(database)
    assert {state for state, _ in found} == {"AM", "BY", "GE"}
    assert {field for _, field in found} == set(FIELDS)
    assert found["GE", "deposited"] == "one_source"


def test_encyclopedias_copy_each_other_and_count_as_one_source(database):
    given(database, *LEXICONS)
    signed = fact("treaty-signed", "1992-05-15", treaty="pact", state="AM", citing=["lexicon", "mirror"])
    other = fact("treaty-signed", "1992-05-15", treaty="pact", state="BY", citing=["lexicon", "gazette"])
    given(database, *PACT, signed, other)
    found = findings(database)
    assert found["AM", "signed"] == "one_source"
    assert found["BY", "signed"] == "two_sources"


def test_what_was_searched_is_told_from_what_was_not(database):
    given(database, *PACT, fact("treaty-signed", "1992-05-15", treaty="pact", state="AM"))
    found = findings(
        database, looked_for(state="BY", field="signed ratified"), looked_for(field="withdrawn", searched_on="")
    )
    assert found["AM", "signed"] == "one_source"
    assert found["BY", "signed"] == found["BY", "ratified"] == "searched_not_found"
    assert found["AM", "ratified"] == "not_searched"
    assert found["AM", "withdrawn"] == "not_searched", "somebody should look, but nobody has"


def test_a_fact_that_a_better_source_denies_verifies_nothing(database):
    signed = fact("treaty-signed", "1992-05-15", treaty="pact", state="AM")
    given(database, *LEXICONS, *PACT, signed)
    assert findings(database)["AM", "signed"] == "one_source"
    given(database, disputed(signed, citing="gazette", denied=True))
    assert findings(database)["AM", "signed"] == "not_searched"


def test_a_party_by_the_general_entry_into_force_is_verified_by_its_sources(database):
    given(
        database,
        *PACT,
        fact("instrument-deposited", "1993-01-01", treaty="pact", state="AM"),
        fact("treaty-entered-into-force", "1993-02-01", treaty="pact"),
    )
    found = findings(database)
    assert found["AM", "in_force"] == "one_source"
    assert found["BY", "in_force"] == "not_searched"


def test_a_council_has_its_meetings_what_sources_point_to_and_the_years_of_which_nothing_is_known(database):
    given(
        database,
        *PACT[:1],
        fact("body-established", "1992-03-01", organisation="club", body="council", name="Council", type="council"),
        fact("meeting-held", "1992-04-01", meeting="first", bodies=["council"]),
    )
    lines = (
        looked_for("meetings", "council", "", "meeting", "1992-11-13"),
        looked_for("meetings", "council", "", "meeting", "1993", searched_on=""),
    )
    assert findings(database, *lines, about="meetings") == {
        ("1992", "first"): "one_source",
        ("1992", "(1992-11-13)"): "searched_not_found",
        ("1993", "(1993)"): "not_searched",
        ("1994", ""): "not_searched",
    }


def test_counts_name_their_denominator(database):
    given(database, *PACT, fact("treaty-signed", "1992-05-15", treaty="pact", state="AM"))
    with asked(database) as views:
        counted = summary(rows(views, [looked_for(state="BY", field="signed")], today="1992-12-31"), "field")
    assert {row["field"]: row["of"] for row in counted} == dict.fromkeys(FIELDS, 2)
    assert counted[0] == {
        "field": "signed",
        "two_sources": 0,
        "one_source": 1,
        "searched_not_found": 1,
        "not_searched": 0,
        "of": 2,
    }
    assert all(sum(row[finding] for finding in FINDINGS) == row["of"] for row in counted)


def test_the_command_shows_a_treaty_state_by_state_and_refuses_what_is_neither_treaty_nor_council(database):
    given(database, *PACT)
    ran = cis(database, "coverage", "pact", "--format", "json")
    assert ran.status == 0
    assert {(row["state"], row["field"]) for row in ran.json} == {
        (state, field) for state in ("AM", "BY") for field in FIELDS
    }
    assert cis(database, "coverage", "--format", "json").json[0]["of"] == 2
    refused = cis(database, "coverage", "pakt")
    assert refused.status == 2
    assert "there is no treaty and no council 'pakt'" in refused.err
    assert "Did you mean pact?" in refused.err


# -- searched.csv itself ------------------------------------------------------------------------------------------------------


def test_every_line_says_what_was_sought_and_a_search_has_its_day_and_place():
    for line in coverage.searched():
        assert line.about in ("treaty", "meetings", "office", "body", "standing"), line
        assert line.found in ("yes", "no"), line
        assert bool(line.searched_on) == bool(line.where), line
        assert line.searched_on or line.found == "no", line
        if line.about == "treaty":
            assert line.field == "*" or set(line.field.split()) <= set(FIELDS), line


def test_the_lines_name_what_the_history_knows():
    names = {(e.fields["kind"], v) for e in seed_events.entries() for v in e.fields.values() if isinstance(v, str)}
    kinds = {
        "treaty": "treaty-adopted",
        "office": "office-created",
        "meetings": "body-established",
        "standing": "organisation-founded",
    }
    unknown = [line for line in coverage.searched() if (kinds[line.about], line.subject) not in names]
    assert unknown == []
