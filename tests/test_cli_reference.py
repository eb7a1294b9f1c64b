"""Help, schemas and the generated pages: they say what the program does, and do not drift from it."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from cli_runs import HISTORY, ROOT, cis
from jsonschema import Draft202012Validator

import seed_events
from cli.docs import PAGES
from cli.main import COMMANDS, program
from cli.schema import schema_of, schema_of_any
from eventstore.batch import read_text
from eventstore.database import Database
from eventstore.events import FAMILIES, KINDS
from eventstore.events.fields import fields_of
from projections.views import TABLES


def command(name: str) -> click.Command:
    found = program.get_command(click.Context(program), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_their_own_help_says(name: str) -> None:
    """The list is kept apart so that showing it imports no command."""
    assert COMMANDS[name].help == " ".join(str(command(name).help).split("\n\n")[0].split())
    assert command(name).name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_has_its_help(name: str) -> None:
    for param in command(name).params:
        if isinstance(param, click.Option):
            assert param.help, f"cis {name} {param.opts[0]}"


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_given_without_a_database(name: str, flag: str) -> None:
    ran = cis("sqlite:////nowhere/at/all.db", name, flag)
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: cis {name} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_that_ask_the_record_say_where_it_is(name: str) -> None:
    """Each takes --database, but for those that ask no record."""
    takes = any(param.name == "database" for param in command(name).params)
    assert takes != (name in ("schema", "docs", "report", "completion")), "reports take it each"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_help_with_all_its_fields(kind: str) -> None:
    text = cis(None, "append", kind, "--help").out
    assert " ".join(str(KINDS[kind].__doc__).split())[:40] in " ".join(text.split())
    for field in fields_of(KINDS[kind]):
        assert f"--{field.name.replace('_', '-')}" in text


def test_append_lists_the_kinds_by_family() -> None:
    text = cis(None, "append", "--help").out
    places = [text.index(f"Kinds: {family}:") for family in FAMILIES]
    assert places == sorted(places)
    assert all(f"  {kind} " in text for kind in KINDS)


# --- the generated pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_in_docs_are_those_that_the_program_makes(name: str) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert page == PAGES[name](), f"write it anew: cis docs {name} > docs/{name}.md"


def test_the_file_of_events_that_the_catalogue_shows_can_be_recorded(empty_sqlite: Database, tmp_path: Path) -> None:
    page = PAGES["events"]()
    shown = page[page.index("```yaml\n") + len("```yaml\n") :].partition("```")[0]
    (tmp_path / "batch.yaml").write_text(shown, encoding="utf-8")
    for words in (
        ("source-registered", "--source", "my-archive", "--title", "Archive", "--standing", "press", "--on", "2026"),
        ("source-registered", "--source", "press-report", "--title", "Report", "--standing", "press", "--on", "2026"),
        (
            "treaty-adopted",
            "--treaty",
            "alma-ata-declaration",
            "--title",
            "T",
            "--on",
            "1991-12-21",
            "--source",
            "my-archive",
        ),
    ):
        assert cis(empty_sqlite, "append", *words).status == 0
    ran = cis(empty_sqlite, "append", "--file", str(tmp_path / "batch.yaml"))
    assert ran.err == "5 events recorded.\n"


def test_docs_prints_one_page_or_all() -> None:
    pages = [cis(None, "docs", name).out for name in PAGES]
    assert cis(None, "docs").out == "\n".join(pages)


def test_the_catalogue_names_every_kind_and_the_dictionary_every_table() -> None:
    events, tables = PAGES["events"](), PAGES["tables"]()
    assert all(f"### {kind}\n" in events for kind in KINDS)
    for table in TABLES:
        assert f"### {table.name}\n" in tables
        assert all(column.comment for column in table.columns), f"{table.name} has a column that nobody explains"


# --- JSON Schema ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft202012Validator]:
    return {kind: Draft202012Validator(schema_of(kind)) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    schema = json.loads(cis(None, "schema", kind).out)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == kind
    assert "$id" not in schema
    assert {"on", "sources", *(field.name for field in fields_of(KINDS[kind]))} <= set(schema["properties"])


def test_every_entry_of_the_history_fits_its_schema(validators: dict[str, Draft202012Validator]) -> None:
    """A reader of our schemas that is not ours accepts what the record accepts."""
    faults = [
        f"{entry.where}: {error.message}"
        for entry in seed_events.entries()
        for error in validators[entry.fields["kind"]].iter_errors(entry.fields)
    ]
    assert faults == []


SIGNED = {"kind": "treaty-signed", "on": "1993-01-22", "treaty": "cis-charter", "state": "AM", "source": "nti"}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "treaty-ratified"},
        {"stat": "AM"},
        {"treaty": "Not An Id"},
        {"treaty": None},
        {"state": 5},
        {"source": None, "sources": []},
        {"reservation": ""},
    ],
)
def test_an_entry_with_a_fault_does_not_fit(
    validators: dict[str, Draft202012Validator], change: dict[str, Any]
) -> None:
    assert validators["treaty-signed"].is_valid(SIGNED)
    entry = {name: value for name, value in {**SIGNED, **change}.items() if value is not None}
    assert not validators["treaty-signed"].is_valid(entry)


def test_the_schema_of_any_entry_takes_each_kind_and_no_other() -> None:
    schema = json.loads(cis(None, "schema").out)
    assert schema == json.loads(json.dumps(schema_of_any()))
    Draft202012Validator.check_schema(schema)
    any_entry = Draft202012Validator(schema)
    assert all(any_entry.is_valid(entry.fields) for entry in read_text(HISTORY, "history", "yaml"))
    assert not any_entry.is_valid({**SIGNED, "kind": "treaty-burnt"})


def test_the_modules_of_the_table_are_there() -> None:
    for name, listed in COMMANDS.items():
        assert Path(ROOT / "cli" / f"{listed.module}.py").exists(), name
