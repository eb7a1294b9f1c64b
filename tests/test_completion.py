"""What the Tab key completes: commands, kinds, reports, and names as the record has them; and silence where there is nothing."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import ROOT, cis, surroundings, told

from eventstore.database import Database


@pytest.fixture(scope="module")
def record(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("completion") / "cis.db"
    shutil.copy(sqlite_template, path)
    return told(Database(f"sqlite:///{path}", write=True))


def offered(database: Database | str | None, line: str, **environment: str) -> list[str]:
    """What bash is told, when the Tab key is pressed at the end of a line."""
    words = line.split(" ")
    ran = cis(
        database, _CIS_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1), **environment
    )  # fmt: skip
    assert ran.err == ""
    return [item.partition(",")[2] for item in ran.out.splitlines() if item]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("cis mem", ["members"]),
        ("cis me", ["members", "meetings"]),
        ("cis members --cri", ["--criterion"]),
        ("cis members --criterion c", ["charter", "combined"]),
        ("cis members ", ["cis"]),
        ("cis treaty c", ["cis-charter", "creation-agreement"]),
        ("cis treaty cis", ["cis-charter"]),
        ("cis treaty nothing", []),
        ("cis roster ", ["council-of-heads-of-state"]),
        ("cis meetings coun", ["council-of-heads-of-state"]),
        ("cis state ", ["BY", "GE", "RU", "UA"]),
        ("cis state Geo", ["GE"]),
        ("cis state u", ["UA"]),
        ("cis panel state-year --organisation ", ["cis"]),
        ("cis diff --subject cre", ["creation-agreement"]),
        ("cis append treaty-sig", ["treaty-signed"]),
        ("cis append treaty-signed --treaty cis", ["cis-charter"]),
        ("cis append treaty-signed --state b", ["BY"]),
        ("cis append treaty-signed --source ", ["nti", "press"]),
        ("cis append office-assumed --person ", ["boris-yeltsin"]),
        ("cis append office-assumed --office ", ["chair-of-council-of-heads-of-state"]),
        ("cis schema statement", ["statement-made"]),
        ("cis log --kind office-c", ["office-created"]),
        ("cis report ros", ["roster"]),
        ("cis report roster --body ", ["council-of-heads-of-state"]),
        ("cis report career --person b", ["boris-yeltsin"]),
        ("cis why membership R", ["RU"]),
        ("cis why treaty_party cis-", ["cis-charter"]),
        ("cis why treaty-party cis-charter B", ["BY"]),
        ("cis completion ", ["bash", "zsh", "fish"]),
        ("cis docs ta", ["tables"]),
        # what makes no sense so far
        ("cis report nonsense --x", []),
        ("cis append nonsense --x", []),
        ("cis treaty --as-of", ["--as-of"]),
        ("cis treaty '", ["cis-charter", "creation-agreement"]),
    ],
)
def test_what_is_offered(record: Database, line: str, names: list[str]) -> None:
    assert offered(record, line) == names


def test_names_are_read_from_postgres_too(empty_postgres: Database) -> None:
    told(empty_postgres)
    assert offered(empty_postgres, "cis treaty cis") == ["cis-charter"]
    assert offered(empty_postgres, "cis state Geo") == ["GE"]
    assert offered("sqlite:////nowhere/none.db", f"cis --database {empty_postgres.url} members ") == ["cis"]


def test_an_address_on_the_line_goes_before_the_environment(record: Database) -> None:
    assert offered("sqlite:////nowhere/none.db", f"cis treaty --database {record.url} cis") == ["cis-charter"]
    assert offered("sqlite:////nowhere/none.db", "cis members ", CIS_REPORT_DATABASE_URL=record.url) == ["cis"]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/none.db",
        "nonsense",
        "sqlite://",
        "mysql://h/x",
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
    ],
)
def test_without_a_record_nothing_is_offered_and_nothing_said(url: str, tmp_path: Path) -> None:
    for line in ("cis treaty c", "cis state G", "cis append treaty-signed --source n", "cis report career --person b"):
        assert offered(url, line) == []
    assert offered(url, "cis mem") == ["members"]


def test_a_file_that_is_no_record_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "words.db").write_text("These are words.")
    assert offered(f"sqlite:///{tmp_path}/words.db", "cis treaty c") == []
    assert not (tmp_path / "none.db").exists()
    assert offered(f"sqlite:///{tmp_path}/none.db", "cis treaty c") == []
    assert not (tmp_path / "none.db").exists(), "asking creates nothing"


def test_a_faulty_folder_of_reports_offers_nothing(record: Database, tmp_path: Path) -> None:
    assert offered(record, "cis report ro", CIS_REPORTS=f"{tmp_path}/none") == []


def test_completing_loads_nothing_that_takes_time(record: Database) -> None:
    """The shell waits for it: what takes longest to load is not needed."""
    code = "import sys; from cli.main import program\ntry: program.main()\nexcept SystemExit: print('sqlalchemy' in sys.modules)"
    for line in ("cis treaty c", "cis append treaty-signed --treaty c", "cis report roster --body c"):
        words = line.split()
        place = {"_CIS_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=surroundings(record, **place), capture_output=True, text=True, check=True
        )
        *names, loaded = done.stdout.splitlines()
        assert names, line
        assert (loaded, done.stderr) == ("False", ""), line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell: str) -> None:
    ran = cis(None, "completion", shell)
    assert (ran.status, ran.err) == (0, "")
    assert f"_CIS_COMPLETE={shell}_complete" in ran.out


def test_a_real_bash_completes(record: Database, tmp_path: Path) -> None:
    """The script is evaluated, and the function that it registers for `cis` is called as the Tab key would."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    program = tmp_path / "cis"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cli.main "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(cis completion bash)"
        read -r _ _ _ _ function _ <<< "$(complete -p cis)"
        for line in "cis treaty cis" "cis roster cou" "cis nothing at all"; do
            COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            "$function" cis "${COMP_WORDS[-1]}"
            echo "$line: ${COMPREPLY[*]}"
        done
    """
    environment = surroundings(record) | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [bash, "--norc", "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (
        done.stdout == "cis treaty cis: cis-charter\ncis roster cou: council-of-heads-of-state\ncis nothing at all: \n"
    )
    assert done.stderr == ""
