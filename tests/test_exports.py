"""The record in the forms that other programs read: each is opened by a reader that is not ours."""

import json
import sqlite3
import sys
from pathlib import Path

import pytest
from cli_runs import cis, told
from conftest import migrated
from histories import HISTORY_AS_OF, WORLD, asked, corrected, corroborated, disputed, fact, given, retracted, source
from popolo_schema import POPOLO
from sqlalchemy import func, select

import seed_events
from eventstore.database import Database
from eventstore.reading import head
from projections.exports import FORMATS
from projections.record import record as record_all
from projections.registers import source as source_register
from projections.views import TABLES


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def exported(record, form, *words):
    ran = cis(record, "export", form, *words)
    assert ran.status == 0, ran.err
    return ran.out


def rows_of(record, table):
    with asked(record) as views:
        return sorted((dict(row) for row in views.execute(table.select()).mappings()), key=repr)


# -- CSV with a Data Package ---------------------------------------------------------------------------------------------------


def validated(folder):
    from frictionless import validate

    report = validate(str(folder / "datapackage.json"))
    return report.valid, [error for task in report.tasks for error in task.errors] + report.errors


def test_frictionless_passes_the_data_package_and_reads_every_row(record, tmp_path):
    from frictionless import Package

    folder = tmp_path / "package"
    exported(record, "csv", "--output", str(folder))
    assert validated(folder) == (True, [])
    package = Package(str(folder / "datapackage.json"))
    found = {resource.name: len(resource.read_rows()) for resource in package.resources}
    assert found == {table.name.replace("_", "-"): len(rows_of(record, table)) for table in TABLES}
    field = package.get_resource("membership").schema.get_field("valid_from")
    assert (field.type, field.description) == ("date", "earliest day it can have begun (0001-01-01: unknown)")
    keys = {
        key["fields"][0]: key["reference"]["resource"] for key in package.get_resource("membership").schema.foreign_keys
    }
    assert keys == {"organisation": "organisation", "state": "state", "began_by": "timeline", "ended_by": "timeline"}


def test_cells_come_back_as_they_were_whatever_they_hold(database, tmp_path):
    from frictionless import Package

    words = '=1+1, "quoted"; Устав\nsecond line'
    given(database, *WORLD, fact("statement-made", "1993-12", text=words, states=["GE"], note="a ,b;\n\nc"))
    folder = tmp_path / "package"
    exported(database, "csv", "--output", str(folder))
    assert validated(folder) == (True, [])
    resource = Package(str(folder / "datapackage.json")).get_resource("timeline")
    (row,) = (row for row in resource.read_rows() if row["kind"] == "statement-made")
    (ours,) = (
        row
        for row in rows_of(database, next(t for t in TABLES if t.name == "timeline"))
        if row["kind"] == "statement-made"
    )
    # No spreadsheet is to compute what somebody recorded.
    assert (row["sentence"], row["note"]) == (f"'{ours['sentence']}", ours["note"])


def test_a_register_that_lost_an_entry_breaks_no_declared_key(database, tmp_path):
    office = fact("office-created", "1992-01-01", office="lost", body="council", name="Lost")
    given(database, *WORLD, office, fact("office-assumed", "1992-02-01", office="lost", person="boris"))
    charter = next(told for told in WORLD if told.fields.get("treaty") == "charter")
    given(database, fact("treaty-signed", "1993-01-22", treaty="charter", state="AM"), retracted(charter))
    folder = tmp_path / "package"
    exported(database, "csv", "--output", str(folder))
    assert validated(folder) == (True, [])


def test_on_a_day_the_package_holds_that_day(record, tmp_path):
    from frictionless import Package

    folder = tmp_path / "package"
    exported(record, "csv", "--output", str(folder), "--as-of", "1993-12-15")
    assert validated(folder) == (True, [])
    package = Package(str(folder / "datapackage.json"))
    found = {row["state"]: row["certainty"] for row in package.get_resource("membership").read_rows()}
    assert found == {"BY": "certain", "GE": "possible", "RU": "certain", "UA": "certain"}
    assert package.to_dict()["basis"]["as_of"] == "1993-12-15"


# -- SQLite and Parquet --------------------------------------------------------------------------------------------------------


def test_the_sqlite_file_holds_the_views_the_log_and_what_every_column_means(record, tmp_path):
    path = tmp_path / "record.db"
    exported(record, "sqlite", "--output", str(path))
    with sqlite3.connect(path) as file:
        for table in TABLES:
            assert file.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0] == len(rows_of(record, table))
            columns = [row[1] for row in file.execute(f'PRAGMA table_info("{table.name}")')]
            described = "SELECT column_name FROM data_dictionary WHERE table_name = ? AND column_name IS NOT NULL"
            assert sorted(columns) == sorted(name for (name,) in file.execute(described, (table.name,)))
        assert not file.execute("SELECT * FROM data_dictionary WHERE coalesce(description, '') = ''").fetchall()
        with record.record() as connection:
            newest = head(connection)
        assert file.execute("SELECT * FROM about").fetchone() == (None, str(newest.position), newest.hash)
        assert file.execute("SELECT hash FROM event ORDER BY position DESC").fetchone() == (newest.hash,)


def test_the_sqlite_file_ends_at_the_position_asked_about(record, tmp_path):
    path = tmp_path / "record.db"
    exported(record, "sqlite", "--output", str(path), "--known-at", "5")
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT max(position) FROM event").fetchone() == (5,)
        assert file.execute("SELECT count(*) FROM treaty").fetchone() == (2,)
        assert file.execute("SELECT count(*) FROM membership").fetchone() == (0,)


def test_pyarrow_reads_the_parquet_files_with_their_descriptions(record, tmp_path):
    from pyarrow import parquet

    folder = tmp_path / "parquet"
    exported(record, "parquet", "--output", str(folder))
    for table in TABLES:
        read = parquet.read_table(folder / f"{table.name}.parquet")
        assert sorted(read.to_pylist(), key=repr) == rows_of(record, table)
    described = parquet.read_schema(folder / "membership.parquet").field("state").metadata[b"description"]
    assert described == b"the state"


def test_without_pyarrow_one_line_says_what_to_install(empty_sqlite, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = cis(told(empty_sqlite), "export", "parquet", "--output", str(tmp_path / "out"))
    assert (ran.status, ran.err) == (
        1,
        'Parquet needs the package pyarrow, which is not installed\n  Install it: pip install "cis-record[parquet]"\n',
    )
    assert [path.name for path in tmp_path.iterdir() if path.name != "cis.db"] == []


# -- Popolo --------------------------------------------------------------------------------------------------------------------


def popolo(record, *words):
    import jsonschema

    document = json.loads(exported(record, "popolo", *words))
    jsonschema.Draft202012Validator(POPOLO, format_checker=jsonschema.FormatChecker()).validate(document)
    ids = {kind: {entry["id"] for entry in document[kind]} for kind in ("persons", "organizations", "posts")}
    for entry in document["memberships"]:
        assert entry["organization_id"] in ids["organizations"]
        assert entry.get("person_id") in ids["persons"] | {None}
        assert entry.get("post_id") in ids["posts"] | {None}
        assert {entry.get("on_behalf_of_id"), entry.get("member", {}).get("id")} <= ids["organizations"] | {None}
    assert len({entry["id"] for entry in document["memberships"]}) == len(document["memberships"])
    return document


def test_the_roster_is_popolo_and_every_reference_in_it_leads_somewhere(record):
    document = popolo(record)
    (yeltsin,) = (entry for entry in document["memberships"] if "person_id" in entry)
    assert yeltsin["post_id"] == "urn:x-cis-record:office:chair-of-council-of-heads-of-state"
    assert (yeltsin["start_date"], "end_date" in yeltsin) == ("1993-12-24", False)
    assert yeltsin["on_behalf_of_id"] == "urn:x-cis-record:state:RU"
    assert yeltsin["sources"] == [{"url": "urn:x-cis-record:source:nti", "note": "The NTI page, paragraph 1"}]
    seats = [entry["member"]["id"][-2:] for entry in document["memberships"] if "member" in entry]
    assert seats == ["BY", "RU", "UA"]


def test_popolo_dates_are_as_precise_as_the_record_and_no_more(database):
    given(
        database,
        *WORLD,
        fact("office-assumed", "1992-05", office="chair", person="boris"),
        fact("office-assumed", "[1993-12-20,1994-01-10]", office="chair", person="leonid"),
    )
    boris, leonid = popolo(database)["memberships"]
    assert (boris["start_date"], boris.get("end_date")) == ("1992-05", None)
    assert "start_date" not in leonid
    assert leonid["cis:edges"]["valid_from_latest"] == "1994-01-10"


def test_on_a_day_popolo_holds_those_who_sat_then(record):
    document = popolo(record, "--as-of", "1993-01-01")
    assert [entry["role"] for entry in document["memberships"]] == ["member", "member", "member"]
    assert document["persons"] == []


# -- PROV-O --------------------------------------------------------------------------------------------------------------------

PREFIXES = """
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX cis: <urn:x-cis-record:terms:>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""


def graph(record, *words):
    import rdflib

    return rdflib.Graph().parse(data=exported(record, "prov", *words), format="json-ld")


def test_rdflib_finds_every_event_with_its_sources_and_what_it_says_happened(record):
    found = graph(record).query(
        PREFIXES
        + """SELECT ?label ?place ?start WHERE {
            ?event cis:kind "treaty-ratified"; prov:hadPrimarySource ?source; cis:says ?happening;
                prov:qualifiedPrimarySource [ a prov:PrimarySource; prov:entity ?source; rdfs:comment ?place ];
                prov:wasGeneratedBy [ a prov:Activity; prov:wasAssociatedWith ?who ]; prov:wasAttributedTo ?who.
            ?source dcterms:title "The NTI page".
            ?happening a prov:Activity; rdfs:label ?label; prov:startedAtTime ?start }"""
    )
    assert [tuple(map(str, row)) for row in found] == [
        (
            "Russia ratifies Charter of the Commonwealth of Independent States.",
            "paragraph 1",
            "1993-04-15T00:00:00+00:00",
        )
    ]


def test_a_correction_is_a_revision_and_a_retraction_invalidates(database):
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    left = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
    given(database, *WORLD, source("other", "press"), joined, left)
    given(database, corrected(joined, date="1993-12-03"), retracted(left))
    given(database, corroborated(joined, citing="other"), disputed(joined, citing="other", date="1993-10-23"))
    read = graph(database)
    about = {
        term: [str(row[0]) for row in read.query(f"{PREFIXES} SELECT ?of WHERE {{ ?x prov:{term} ?of }}")]
        for term in ("wasRevisionOf", "wasDerivedFrom")
    }
    assert about["wasRevisionOf"] == [f"urn:uuid:{joined.id}"]
    assert set(about["wasDerivedFrom"]) == {f"urn:uuid:{joined.id}", f"urn:uuid:{left.id}"}
    out = read.query(f"{PREFIXES} SELECT ?x WHERE {{ ?x prov:wasInvalidatedBy ?y }}")
    assert [str(row[0]) for row in out] == [f"urn:uuid:{left.id}"]
    said = read.query(f"{PREFIXES} SELECT ?d WHERE {{ <urn:uuid:{joined.id}> cis:says [ cis:occurred ?d ] }}")
    assert [str(row[0]) for row in said] == ["1993-12-03"]
    recorded = read.query(f"{PREFIXES} SELECT ?d WHERE {{ <urn:uuid:{joined.id}> cis:occurred ?d }}")
    assert [str(row[0]) for row in recorded] == ["1993-12"]
    assert not list(read.query(f"{PREFIXES} SELECT ?d WHERE {{ <urn:uuid:{left.id}> cis:says ?d }}"))


def test_an_imprecise_date_gives_bounds_and_no_instant(database):
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    given(database, *WORLD, joined)
    name = f"<urn:x-cis-record:happening:{joined.id}>"
    query = f"{PREFIXES} SELECT ?a ?b WHERE {{ {name} cis:earliest ?a; cis:latest ?b }}"
    read = graph(database)
    assert [tuple(map(str, row)) for row in read.query(query)] == [("1993-12-01", "1993-12-31")]
    assert not list(read.query(f"{PREFIXES} SELECT ?t WHERE {{ {name} prov:startedAtTime ?t }}"))


# -- QuickStatements -----------------------------------------------------------------------------------------------------------

WIKI = fact("source-registered", "2020-01-01", citing="wiki", source="wiki", title="W", standing="press",
            address="https://example.org/a?b=%20c", accessed="2026-11-22")  # fmt: skip


def commands(database, *words):
    ran = cis(database, "export", "quickstatements", *words)
    assert ran.status == 0, ran.err
    return [line.split("\t") for line in ran.out.splitlines()], ran.err


def test_a_membership_is_one_statement_with_dates_and_its_reference(database):
    signed = fact("treaty-signed", "1991-12-08", citing="wiki", treaty="belovezha", state="BY")
    bound = fact("treaty-ratified", "1994-01-18", citing="wiki", treaty="charter", state="BY")
    joined = fact("state-joined", "1993-12", organisation="cis", state="GE")
    left = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
    given(database, *WORLD, WIKI, signed, bound, joined, left)
    found, _ = commands(database, "--item", "cis=Q7779")
    reference = ["S854", '"https://example.org/a?b=%20c"', "S813", "+2026-11-22T00:00:00Z/11"]
    start = [
        "P580",
        "+1993-12-00T00:00:00Z/10",
        "P1319",
        "+1993-12-01T00:00:00Z/11",
        "P1326",
        "+1993-12-31T00:00:00Z/11",
    ]
    assert found == [
        ["Q184", "P463", "Q7779", "P580", "+1991-12-08T00:00:00Z/11", *reference],
        ["Q230", "P463", "Q7779", *start, "P582", "+2009-08-18T00:00:00Z/11"],
    ]


def test_a_point_in_time_is_stated_only_of_those_who_certainly_belonged_then(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    assert commands(database, "--item", "cis=Q7779", "--as-of", "1993-12-15")[0] == []
    found, _ = commands(database, "--item", "cis=Q7779", "--as-of", "1994-01-01")
    assert found == [["Q230", "P463", "Q7779", "P585", "+1994-01-01T00:00:00Z/11"]]


def test_a_membership_that_a_later_act_dates_better_is_stated_with_the_better_day(database):
    joined = [fact("state-joined", on, organisation="cis", state="GE") for on in ("1993", "1993-12")]
    given(database, *WORLD, *joined, fact("state-joined", "1993-12-03", organisation="cis", state="GE"))
    found, _ = commands(database, "--item", "cis=Q7779", "--as-of", "1993-12-15")
    assert found == [["Q230", "P463", "Q7779", "P585", "+1993-12-15T00:00:00Z/11"]]
    (found,), _ = commands(database, "--item", "cis=Q7779")
    assert found[-4:] == ["P1319", "+1993-01-01T00:00:00Z/11", "P1326", "+1993-12-03T00:00:00Z/11"]


def test_an_organisation_without_a_known_item_is_left_out_and_named(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    found, err = commands(database)
    assert found == []
    assert err.startswith("Left out, for no Wikidata item of theirs is known: cis. Give it: --item cis=Q...\n")


# -- the sources and the citation of an answer ---------------------------------------------------------------------------------

ODD = fact("source-registered", "2020-01-01", citing="odd", source="odd", title="5% of {A} & B_c \\ #1 – Устав", standing="press",
           author="Corporate & Sons", published="1993-12", address="Archive, box 7", language="ru")  # fmt: skip


def test_pybtex_reads_the_sources(database):
    from pybtex.database import parse_string

    given(database, WIKI, ODD)
    entries = parse_string(exported(database, "bibtex"), "bibtex").entries
    assert set(entries) == {"record", "wiki", "odd"}
    assert entries["wiki"].fields["url"] == "https://example.org/a?b=%20c"
    assert entries["wiki"].fields["urldate"] == "2026-11-22"
    odd = entries["odd"]
    assert odd.fields["title"] == r"{5\% of \{A\} \& B\_c \textbackslash{} \#1 – Устав}"
    assert (odd.fields["year"], odd.fields["month"], odd.fields["note"]) == ("1993", "12", "Archive, box 7")
    assert str(odd.persons["author"][0]) == r"{Corporate \& Sons}"


def test_citeproc_reads_the_sources(database):
    from citeproc.source.json import CiteProcJSON

    given(database, WIKI, ODD)
    items = json.loads(exported(database, "csl"))
    read = CiteProcJSON(items)
    assert set(read) == {"record", "wiki", "odd"}
    assert (read["wiki"]["type"], read["odd"]["type"]) == ("webpage", "document")
    assert (read["odd"]["issued"].year, read["odd"]["issued"].month) == (1993, 12)
    assert str(read["odd"]["title"]) == "5% of {A} & B_c \\ #1 – Устав"


def test_a_citation_of_an_answer_names_day_position_and_hash(record):
    with record.record() as connection:
        newest = head(connection)
    text = cis(record, "cite", "--as-of", "1994-06").out
    assert f"As of 1994-06-30, known at position {newest.position}, recorded 20" in text
    assert text.endswith(f"Hash of the log: sha256:{newest.hash}.\n")


def test_the_citation_is_read_by_pybtex_and_citeproc(record):
    from citeproc.source.json import CiteProcJSON
    from pybtex.database import parse_string

    with record.record() as connection:
        newest = head(connection)
    words = ("cite", "--as-of", "1994-06-30", "--known-at", str(newest.position), "--format")
    key = f"cis-record-1994-06-30-{newest.position}"
    assert newest.hash in parse_string(cis(record, *words, "bibtex").out, "bibtex").entries[key].fields["note"]
    assert newest.hash in str(CiteProcJSON(json.loads(cis(record, *words, "csl").out))[key]["note"])


# -- the log -------------------------------------------------------------------------------------------------------------------


def test_json_lines_end_at_the_position_asked_about(record):
    lines = exported(record, "jsonl", "--known-at", "3").splitlines()
    assert [json.loads(line)["position"] for line in lines] == [1, 2, 3]


# -- where it is written -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_there_stays_without_force_and_is_replaced_with_it(form, empty_sqlite, tmp_path):
    record, path = told(empty_sqlite), tmp_path / "out" / "it"
    path.parent.mkdir()
    words = ("export", form, "--output", str(path))
    assert cis(record, *words).status == 0
    before = sorted((file, file.stat().st_mtime_ns) for file in path.parent.rglob("*"))
    again = cis(record, *words)
    assert again.status == 1
    what = "the folder exists and is not empty" if FORMATS[form].target == "folder" else "the file exists"
    assert again.err == f"{path}: {what}\n  Name a new one, or write over it with --force.\n"
    assert sorted((file, file.stat().st_mtime_ns) for file in path.parent.rglob("*")) == before
    assert cis(record, *words, "--force").status == 0
    assert sorted((file, file.stat().st_mtime_ns) for file in path.parent.rglob("*")) != before
    assert sorted(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("csv",), 2, "csv is not one text: name the folder to write with --output."),
        (("sqlite",), 2, "sqlite is not one text: name the file to write with --output."),
        (("jsonl", "--as-of", "1994"), 2, "--as-of has no effect on jsonl."),
        (("csl", "--as-of", "1994"), 2, "--as-of has no effect on csl."),
        (("prov", "--item", "cis=Q1"), 2, "--item has no effect on prov."),
        (("prov", "--force"), 2, "--force has no effect without --output."),
        (("quickstatements", "--item", "cis:Q1"), 2, "'cis:Q1' is not of the form cis=Q123."),
        (
            ("quickstatements", "--item", "cis=Q1", "--item", "cis=Q2"),
            2,
            "cis is given twice: only one can have an effect.",
        ),
        (("xml",), 2, "'xml' is not one of 'jsonl', 'csv', 'sqlite', "),
        (("popolo", "--output", "nowhere/x.json"), 1, "nowhere/x.json: there is no folder 'nowhere' to write into"),
        (("csv", "--output", "file"), 1, "file: a file is there, and a folder is to be written\n  Name another place."),
        (
            ("popolo", "--output", "folder", "--force"),
            1,
            "folder: what is there is no ordinary file\n  Name another place.",
        ),
        (("sqlite", "--output", "cis.db", "--force"), 1, "cis.db: this is the record itself\n  Name another file."),
        (("popolo", "--known-at", "999"), 2, "--known-at 999: the log ends at position 25"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_words(words, status, said, empty_sqlite, tmp_path, monkeypatch):
    record = told(empty_sqlite)
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    Path("folder").mkdir()
    ran = cis(record, "export", *words)
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err
    assert Path("file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cis.db", "file", "folder"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "sqlite", "parquet"])
def test_a_full_disk_is_said_and_leaves_nothing_behind(form, empty_sqlite, tmp_path, monkeypatch):
    record, folder = told(empty_sqlite), tmp_path / "out"
    folder.mkdir()
    import cli.exporting

    def full(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli.exporting, "load", lambda _: full)
    ran = cis(record, "export", form, "--output", str(folder / "it"))
    assert (ran.status, ran.err) == (1, f"{folder / 'it'}: it cannot be written: No space left on device\n")
    assert list(folder.iterdir()) == []


# -- the history itself --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    database = migrated(f"sqlite:///{tmp_path_factory.mktemp('history') / 'cis.db'}")
    record_all(database, seed_events.entries(), recorded_by="seed", now=HISTORY_AS_OF)
    return database


def test_the_whole_history_passes_every_reader(history, tmp_path):
    from pybtex.database import parse_string

    exported(history, "csv", "--output", str(tmp_path / "package"))
    assert validated(tmp_path / "package") == (True, [])
    assert len(popolo(history)["memberships"]) > 200
    with asked(history) as views:
        sources = views.execute(select(func.count(func.distinct(source_register.c.source)))).scalar()
    assert len(parse_string(exported(history, "bibtex"), "bibtex").entries) == sources
    with history.record() as connection:
        count = head(connection).position
    (found,) = graph(history).query(f"{PREFIXES} SELECT (COUNT(?p) AS ?n) WHERE {{ ?e cis:position ?p }}")
    assert int(found[0]) == count
