"""Bad input, one by one: what is said, with which exit status; nothing is written, and nobody sees a traceback."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_runs import HISTORY, Ran, cis, told
from postgres_server import PostgresServer
from sqlalchemy.engine import make_url

from eventstore.database import Database, in_words
from eventstore.errors import Problem


@pytest.fixture
def record(database: Database) -> Database:
    return told(database)


def append(record: Database, text: str | bytes, suffix: str, folder: Path) -> Ran:
    """Append a file; nothing of it may be recorded."""
    file = folder / f"batch.{suffix}"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = cis(record, "append", "--file", str(file))
    assert cis(record, "status", "--format", "json").json["position"] == 25
    return ran._replace(err=ran.err.replace(str(file), f"batch.{suffix}"))


GOOD = "kind: state-joined, on: 1993-10-01, organisation: cis, state: AZ, source: nti"

FILES = {
    "malformed YAML": ("yaml", "events:\n  - kind: treaty-signed\n   on: 1992\n", "batch.yaml:3: this is not YAML: "),
    "malformed YAML, an open quote": ("yaml", f'- {{{GOOD}}}\n- {{kind: "x}}\n', "batch.yaml:3: this is not YAML: "),
    "malformed JSON": ("json", '[{"kind": "treaty-signed",\n  "on": 1992,,}]', "batch.json:2: this is not JSON: "),
    "malformed JSON Lines": ("jsonl", '\n{"kind": \n', "batch.jsonl:2: this is not JSON: "),
    "an empty file": ("yaml", "", "batch.yaml: the file is empty\n"),
    "blanks": ("json", " \n\n", "batch.json: the file is empty\n"),
    "a binary file": ("yaml", b"\x89PNG\r\n\x1a\n\x00\x00", "batch.yaml:1: this is not UTF-8 text\n"),
    "a binary file of ASCII": ("yaml", b"a\x00b", "batch.yaml: this is a binary file\n"),
    "no form": (
        "txt",
        "x",
        "batch.txt: no form of batch is called '.txt'\n  Known: .yaml, .yml, .json, .jsonl, .ndjson.\n",
    ),
    "a text": ("yaml", "just words", "batch.yaml:1: an entry is missing: found 'just words'\n"),
    "anchors": ("yaml", "- &a {kind: x}\n- *a\n", "batch.yaml:1: anchors and aliases are not read\n"),
    "a key twice": ("yaml", "- {kind: x,\n   kind: y}\n", "batch.yaml:2: the key 'kind' stands twice\n"),
    "unknown kind": (
        "yaml",
        "- {kind: treaty-singed, on: 1992}",
        "batch.yaml:1: there is no kind of event 'treaty-singed'\n"
        "  Did you mean treaty-signed, treaty-suspended, treaty-amended?\n",
    ),
    "no kind": ("yaml", "- {on: 1992}", "batch.yaml:1: the kind of event is missing\n"),
    "unknown field": (
        "yaml",
        f"- {{{GOOD}, stat: AM}}",
        "batch.yaml:1: state-joined: no field 'stat'. Did you mean state, status?\n",
    ),
    "unknown state": (
        "yaml",
        f"- {{{GOOD.replace('AZ', 'Azerbaidjan')}}}",
        "batch.yaml:1: state-joined: state: no state is called 'Azerbaidjan'. Did you mean AZ (Azerbaijan)?\n",
    ),
    "a state of the past by the name of another": (
        "yaml",
        f"- {{{GOOD.replace('AZ', 'Korea')}}}",
        "batch.yaml:1: state-joined: state: no state is called 'Korea'. Did you mean KP (",
    ),
    "unknown treaty and source": (
        "yaml",
        "- {kind: treaty-signed, on: 1992, treaty: cis-chartr, state: AM, source: nit}",
        "batch.yaml:1: treaty-signed: there is no treaty 'cis-chartr'\n"
        "  Did you mean cis-charter? A new one is entered by treaty-adopted.\n"
        "batch.yaml:1: treaty-signed: there is no source 'nit'\n"
        "  Did you mean nti? A new one is entered by source-registered.\n",
    ),
    "unknown body": (
        "yaml",
        "- {kind: state-seated, on: 1992, body: council-of-heads, state: AM, source: nti}",
        "batch.yaml:1: state-seated: there is no body 'council-of-heads'\n"
        "  Did you mean council-of-heads-of-state? A new one is entered by body-established.\n",
    ),
    "a day that no calendar has": (
        "yaml",
        f"- {{{GOOD.replace('1993-10-01', '1993-02-30')}}}",
        "batch.yaml:1: state-joined: '1993-02-30' is not a date: February 1993 has 28 days\n",
    ),
    "no date at all": (
        "yaml",
        f"- {{{GOOD.replace('1993-10-01', 'soon')}}}",
        "batch.yaml:1: state-joined: 'soon' is not a date; write a day, month or year as '1991-12-21', '1991-12' or '1991'\n",
    ),
    "an end before its start": (
        "yaml",
        "- {kind: meeting-held, on: 1993-10-02/1993-10-01, meeting: m, source: nti}",
        "batch.yaml:1: meeting-held: '1993-10-02/1993-10-01' ends before it starts; write the earlier date first\n",
    ),
    "an effect before its act": (
        "yaml",
        f"- {{{GOOD}, effective: 1993-09}}",
        "batch.yaml:1: state-joined: takes effect on 1993-09, before it was done (1993-10-01)\n",
    ),
    "a day to come": (
        "yaml",
        f"- {{{GOOD.replace('1993-10-01', '2999-01-01')}}}",
        "batch.yaml:1: state-joined: '2999-01-01' is after today (",
    ),
    "no source": (
        "yaml",
        f"- {{{GOOD.replace(', source: nti', '')}}}",
        "batch.yaml:1: state-joined: the source is missing: an event without a source is not recorded\n",
    ),
    "unknown ids beside malformed entries": (
        "yaml",
        "- {kind: treaty-signed, on: 1992, treaty: cis-chartr, state: ZZZ, source: nti}\n"
        "- {kind: treaty-signed, on: 1992, treaty: cis-charter, state: AM, source: nit}\n"
        "-\n"
        f"- {{{GOOD}}}\n",
        "batch.yaml:1: treaty-signed: state: no state is called 'ZZZ'. Give an ISO 3166-1 code, such as BY, or the state's"
        " usual name.\n"
        "batch.yaml:1: treaty-signed: there is no treaty 'cis-chartr'\n"
        "  Did you mean cis-charter? A new one is entered by treaty-adopted.\n"
        "batch.yaml:2: treaty-signed: there is no source 'nit'\n"
        "  Did you mean nti? A new one is entered by source-registered.\n"
        "batch.yaml:3: an entry is missing: found nothing\n"
        "  An entry is a mapping of kind, on, sources and the fields of the kind.\n"
        "Nothing was recorded.\n",
    ),
    "all faults of all entries": (
        "yaml",
        f"- {{{GOOD}, stat: x}}\n- {{{GOOD}}}\n- {{kind: state-joined, on: never}}\n",
        "batch.yaml:1: state-joined: no field 'stat'. Did you mean state, status?\n"
        "batch.yaml:3: state-joined: 'never' is not a date; write a day, month or year as '1991-12-21', '1991-12' or '1991'\n"
        "batch.yaml:3: state-joined: organisation is missing: The organisation.\n"
        "batch.yaml:3: state-joined: state is missing: The state.\n"
        "batch.yaml:3: state-joined: the source is missing: an event without a source is not recorded\n"
        "Nothing was recorded.\n",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_batch_with_a_fault(empty_sqlite: Database, tmp_path: Path, name: str) -> None:
    suffix, text, said = FILES[name]
    ran = append(told(empty_sqlite), text, suffix, tmp_path)
    assert ran.err.startswith(said), ran.err
    assert ran.err.endswith("Nothing was recorded.\n")
    assert (ran.status, ran.out) == (1, "")


def test_a_batch_with_a_fault_is_undone_on_every_database(record: Database, tmp_path: Path) -> None:
    good = [{"kind": "state-joined", "on": "1993-10-01", "organisation": "cis", "state": "AZ", "source": "nti"}]
    bad = [{**good[0], "on": f"1993-09-{1 + i % 30:02}", "note": str(i)} for i in range(999)]
    bad[500] |= {"organisation": "csi"}
    ran = append(record, "\n".join(map(json.dumps, [*good, *bad])), "jsonl", tmp_path)
    assert ran.status == 1
    assert ran.err == (
        "batch.jsonl:502: state-joined: there is no organisation 'csi'\n"
        "  Did you mean cis? A new one is entered by organisation-founded.\n"
        "Nothing was recorded.\n"
    )


@pytest.mark.parametrize("option", [("--dry-run",), ("--expect", "25")])
def test_a_batch_with_several_faults_is_told_the_same_however_it_is_tried(
    record: Database, tmp_path: Path, option: tuple[str, ...]
) -> None:
    _, text, said = FILES["unknown ids beside malformed entries"]
    file = tmp_path / "batch.yaml"
    file.write_text(text)
    ran = cis(record, "append", "--file", str(file), *option)
    assert (ran.status, ran.err.replace(str(file), "batch.yaml")) == (1, said)


def test_several_faults_of_options_are_told_at_once(record: Database) -> None:
    options = ("--treaty", "cis-chartr", "--on", "1993-13", "--source", "nti")
    ran = cis(record, "append", "treaty-signed", *options, "--state", "BY", "--state", "AM")
    assert (ran.status, ran.err) == (
        1,
        "command line: treaty-signed: '1993-13' is not a date: there is no month 13\n"
        "command line: treaty-signed: there is no treaty 'cis-chartr'\n"
        "  Did you mean cis-charter? A new one is entered by treaty-adopted.\n"
        "Nothing was recorded.\n",
    )


def test_a_file_that_is_not_there(record: Database, tmp_path: Path) -> None:
    ran = cis(record, "append", "--file", str(tmp_path / "none.yaml"))
    assert (ran.status, ran.err) == (
        1,
        f"{tmp_path}/none.yaml: the file cannot be read: No such file or directory\nNothing was recorded.\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("members", "--as-of", "1993-13"),
            "Error: Invalid value for '--as-of': '1993-13' is not a date: there is no month 13",
        ),
        (("members", "--as-of", "199X"), "Error: Invalid value for '--as-of': '199X' is not one day, month or year"),
        (("members", "--as-of", ""), "Error: Invalid value for '--as-of': '' is not a date"),
        (("members", "--known-at", "26"), "--known-at 26: the log ends at position 25\n"),
        (("members", "--known-at", "soon"), "--known-at 'soon': neither a position nor a time\n"),
        (("members", "cis", "csto"), "Error: Got unexpected extra argument"),
        (("members", "--former", "--former"), "Error: --former is given twice: only one can have an effect."),
        (
            ("members", "--as-of", "1993", "--as-of", "1994"),
            "Error: --as-of is given twice: only one can have an effect.",
        ),
        (("members", "--formt", "json"), "Error: No such option"),
        (("members", "--format", "xml"), "Error: Invalid value for '--format': 'xml' is not one of"),
        (("membres",), "Error: There is no command 'membres'. Did you mean members?"),
        (("append", "state-joind"), "Error: There is no kind of event 'state-joind'. Did you mean state-joined"),
        (("append", "state-joined", "--status", "boss"), "Error: Invalid value for '--status': 'boss' is not one of"),
        (
            ("append", "treaty-adopted", "--entry-into-force", "{"),
            "Error: Invalid value for --entry-into-force: '{': this is not JSON: ",
        ),
        (
            ("append", "event-corrected", "--set", "x"),
            "Error: Invalid value for --set: 'x' is not of the form FIELD=VALUE",
        ),
        (("correct", "1", "--set", "a=1", "--set", "a=2"), "Error: Invalid value for --set: a is set twice"),
        (("correct", "1", "--set", "a=[1"), "Error: Invalid value for --set: '[1': this is not JSON: "),
        # A RecursionError, a fault of the program; and of a key that stood twice the last value was taken.
        (
            ("correct", "1", "--changes", '{"note": ' + "[" * 5_000),
            'Error: Invalid value for --changes: \'{"note": [[[',
        ),
        (
            ("correct", "1", "--changes", '{"note": "a", "note": "b"}'),
            'Error: Invalid value for --changes: \'{"note": "a", "note": "b"}\': the key \'note\' stands twice',
        ),
        (
            ("correct", "1", "--set", "a=1", "--changes", "{}"),
            "Error: --changes and --set say the same: give one of them.",
        ),
        (("state", "Atlantis"), "Error: Invalid value for STATE: no state is called 'Atlantis'."),
        (
            ("meetings", "--from", "1995", "--to", "1994"),
            "Error: The period ends (1994-12-31) before it begins (1995-01-01).",
        ),
        (("log", "--limit", "0"), "Error: Invalid value for '--limit'"),
        (("report", "membrs"), "Error: There is no report 'membrs'. Did you mean members"),
        (("report", "members", "--as-of", "1993-13"), "report members: as_of: '1993-13' is not a date"),
        (("schema", "state-joind"), "KIND: there is no kind of event 'state-joind'\n  Did you mean state-joined"),
        (("docs", "all"), "Error: Invalid value for"),
    ],
)
def test_a_request_that_makes_no_sense(empty_sqlite: Database, words: tuple[str, ...], said: str) -> None:
    ran = cis(told(empty_sqlite), *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err, ran.err


@pytest.mark.parametrize("words", [("schema",), ("docs", "events"), ("report",)])
def test_a_database_named_for_a_command_that_asks_none(words: tuple[str, ...]) -> None:
    ran = cis(None, "--database", "sqlite:///x.db", *words)
    assert ran.status == 2
    assert f"Error: --database has no effect on cis {words[0]}." in ran.err
    assert cis("sqlite:///x.db", *words).status == 0, "where the environment names one, that is no request"


@pytest.mark.parametrize("words", [("members",), ("append", "--file", "-"), ("init",), ("verify",)])
def test_a_database_that_is_none(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "words.db"
    file.write_text("These are words, and not a database, however long they may be. " * 99)
    before = file.read_bytes()
    ran = cis(f"sqlite:///{file}", *words, given=HISTORY)
    assert ran.status == 1
    assert ran.err.startswith(f"{file}: this file is not an SQLite database\n  Name another file with --database.\n")
    assert file.read_bytes() == before


@pytest.mark.parametrize("words", [("members",), ("append", "--file", "-"), ("verify",), ("rebuild",), ("export",)])
def test_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = cis(f"sqlite:///{tmp_path}/none.db", *words, given=HISTORY)
    assert ran.status == 1
    assert ran.err.startswith(f"{tmp_path}/none.db: there is no database\n  Create it: cis init\n")
    assert not (tmp_path / "none.db").exists(), "a question creates nothing"


@pytest.mark.parametrize(
    "url", ["mysql://localhost/x", "words", "", "sqlite://", "sqlite:///:memory:", "postgresql+no://x"]
)
def test_an_address_that_is_none(url: str) -> None:
    ran = cis(None, "members", "--database", url, CIS_DATABASE_URL="")
    assert ran.status == 2
    assert ran.err.startswith(f"--database {url!r}: ")
    assert ran.err.endswith("\n  Write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.\n")


@pytest.mark.parametrize(
    ("words", "environment", "blamed"),
    [
        (("members",), {"CIS_DATABASE_URL": "words"}, "CIS_DATABASE_URL"),
        (("append", "--file", "-"), {"CIS_DATABASE_URL": "words"}, "CIS_DATABASE_URL"),
        (("members",), {"CIS_REPORT_DATABASE_URL": "words", "CIS_DATABASE_URL": "other"}, "CIS_REPORT_DATABASE_URL"),
        (
            ("append", "--file", "-"),
            {"CIS_REPORT_DATABASE_URL": "other", "CIS_DATABASE_URL": "words"},
            "CIS_DATABASE_URL",
        ),
        (("members", "--database", "words"), {"CIS_DATABASE_URL": "other"}, "--database"),
        (("--database", "words", "members"), {"CIS_REPORT_DATABASE_URL": "other"}, "--database"),
    ],
)
def test_an_address_that_is_none_is_told_with_what_gave_it(
    words: tuple[str, ...], environment: dict[str, str], blamed: str
) -> None:
    # The option was blamed, which nobody had typed.
    ran = cis(None, *words, given=HISTORY, **environment)
    assert (ran.status, ran.err.splitlines()[0]) == (2, f"{blamed} 'words': this is not the address of a database")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "nope=1",
            "there is no parameter 'nope' of a connection\n  Known are those of libpq, such as sslmode, host, port",
        ),
        ("sslmod=require", "there is no parameter 'sslmod' of a connection\n  Did you mean sslmode, "),
        ("autocommit=1", "there is no parameter 'autocommit' of a connection\n"),
    ],
)
def test_a_parameter_of_an_address_that_there_is_not(query: str, said: str) -> None:
    # That was a fault of the program.
    ran = cis(None, "members", "--database", f"postgresql+psycopg://anna:secret@127.0.0.1/record?{query}")
    assert ran.status == 2
    assert ran.err.startswith(f"--database 'postgresql+psycopg://anna:***@127.0.0.1/record?{query}': {said}")


def test_what_an_address_says_of_the_connection_counts_but_for_the_encoding(empty_postgres: Database) -> None:
    # How long to wait for a connection and how it is called could not be said.
    query = {"connect_timeout": "3", "application_name": "desk", "client_encoding": "latin1"}
    address = make_url(empty_postgres.url).update_query_dict(query).render_as_string(hide_password=False)
    for url, wanted in ((address, ("3", "desk", "utf8")), (empty_postgres.url, ("10", "cis", "utf8"))):
        with Database(url).record() as connection:
            driver: Any = connection.connection.driver_connection
            said = driver.info.get_parameters()
            assert tuple(said[name] for name in query) == wanted
            assert driver.info.encoding == "utf-8"


def test_a_server_that_answers_and_refuses(postgres: PostgresServer) -> None:
    # It was said not to be there.
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as owner:
        owner.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        owner.execute("CREATE DATABASE shut ALLOW_CONNECTIONS false")
    try:
        url = make_url(postgres.url("postgres"))
        addresses = {
            url.set(username="crowded"): (
                'the server refuses the connection: too many connections for role "crowded"',
                "Try again in a moment.",
            ),
            url.set(database="shut"): (
                'the server refuses the connection: database "shut" is not currently accepting connections',
                "Is the address right?",
            ),
            url.update_query_dict({"sslmode": "nope"}): (
                'the connection cannot be made as sslmode has it: invalid sslmode value: "nope"',
                "Change sslmode or sslrootcert in the address, or ask the owner of the server.",
            ),
        }
        for address, (what, advice) in addresses.items():
            shown = address.render_as_string(hide_password=False)
            ran = cis(shown, "members")
            assert (ran.status, ran.err) == (1, f"{shown}: {what}\n  {advice}\n")
    finally:
        with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as owner:
            owner.execute("DROP ROLE crowded")
            owner.execute("DROP DATABASE shut")


AT = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "what", "advice"),
    [
        (
            f"{AT}FATAL:  sorry, too many clients already",
            "the server refuses the connection: sorry, too many clients already",
            "Try again in a moment.",
        ),
        (
            f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "anna", database "cis", SSL encryption\n'
            f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "anna", database "cis", no encryption',
            'the server refuses the connection: no pg_hba.conf entry for host "10.0.0.2", user "anna", database "cis", SSL encryption',
            "Ask its owner for a line for you in its pg_hba.conf.",
        ),
        (
            f"{AT}server does not support SSL, but SSL was required",
            "the connection cannot be made as sslmode has it: server does not support SSL, but SSL was required",
            "Change sslmode or sslrootcert in the address, or ask the owner of the server.",
        ),
        (
            f'{AT}root certificate file "/home/anna/.postgresql/root.crt" does not exist\nEither provide the file, use the system\'s'
            " trusted roots with sslrootcert=system, or change sslmode to disable server certificate verification.",
            'the connection cannot be made as sslmode has it: root certificate file "/home/anna/.postgresql/root.crt" does not exist',
            "Change sslmode or sslrootcert in the address, or ask the owner of the server.",
        ),
        (
            f"{AT}FATAL:  the database system is starting up",
            "the server is starting or stopping",
            "Try again in a moment.",
        ),
        (
            f"{AT}FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery state has not been"
            " yet reached.",
            "the server is starting or stopping",
            "Try again in a moment.",
        ),
        (
            "Multiple connection attempts failed. All failures were:\n- host: 'db', port: 5432, hostaddr: '::1': connection failed:"
            ' connection to server at "::1", port 5432 failed: Connection refused\n\tIs the server running on that host and'
            " accepting TCP/IP connections?\n- host: 'db', port: 5432, hostaddr: '10.0.0.1': "
            f"{AT}FATAL:  sorry, no",
            "the server refuses the connection: sorry, no",
            "Is the address right?",
        ),
        (
            f"{AT}received invalid response to SSL negotiation: H",
            "what answers there is no Postgres server",
            "Is the address right?",
        ),
        (f"{AT}timeout expired", "the server does not answer", "Is it running, and is the address right?"),
        (f"{AT}ВАЖНО:  нет", "no connection can be made: ВАЖНО:  нет", "Is the address right?"),
    ],
)
def test_what_a_server_says_when_it_refuses_is_passed_on(said: str, what: str, advice: str) -> None:
    assert in_words(psycopg.OperationalError(said), "PLACE") == Problem(what, "PLACE", advice)


@pytest.mark.parametrize("words", [("members",), ("init",), ("append", "--file", "-")])
def test_a_server_that_is_not_there(words: tuple[str, ...]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ran = cis(f"postgresql+psycopg://anna:secret@127.0.0.1:{port}/record", *words, given=HISTORY)
    assert ran.status == 1
    assert ran.err.startswith(
        f"postgresql+psycopg://anna:***@127.0.0.1:{port}/record: the server is not there\n"
        "  Is it running, and is the address right?\n"
    )
    assert "secret" not in ran.err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM event", "cis sql, line 1, character 1: DELETE is no question: this SQL only reads\n"),
        ("WITH x AS (SELECT 1) INSERT INTO event SELECT 1", "cis sql"),
        ("SELECT 1; DELETE FROM event", "cis sql, line 1, character 11: there is more than one statement\n"),
        (
            "SELECT * FROM membershp",
            "cis sql, line 1, character 15: no such table: membershp\n  Did you mean membership?\n",
        ),
        ("SELECT stat FROM membership", "cis sql, line 1, character 8: no such column: stat\n"),
        ("SELECT FROM WHERE", "cis sql"),
        ("", "cis sql: there is no SQL\n"),
    ],
)
def test_sql_that_writes_or_is_mistaken(record: Database, query: str, said: str) -> None:
    before = cis(record, "status").out
    ran = cis(record, "sql", query)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(said), ran.err
    assert cis(record, "status").out == before


def test_a_disk_that_is_full(empty_sqlite: Database) -> None:
    import subprocess
    import sys

    from cli_runs import surroundings

    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    record = told(empty_sqlite)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", "members"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=surroundings(record),
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "the output cannot be written: No space left on device",
        "  Try again: what was recorded is not recorded twice.",
    ]


def test_text_with_control_characters(record: Database) -> None:
    words = ("append", "statement-made", "--on", "1993", "--text", "ring \x07", "--source", "nti")
    ran = cis(record, *words)
    assert ran.status == 1
    assert ran.err.startswith("command line: statement-made: text holds the control character U+0007: take it out\n")
    named = cis(record, "members", "\x1b[31mcis")
    assert "\x1b" not in named.err


def test_a_blank_reason_and_a_blank_locator_are_none(record: Database) -> None:
    ran = cis(record, "retract", "5", "--reason", "  ", "--source", "nti", "--locator", "   ")
    assert (ran.status, ran.err) == (
        1,
        "command line: event-retracted: reason is missing: Why.\n"
        "command line: event-retracted: source 'nti': its locator is blank: say where it stands, or leave it out\n"
        "Nothing was recorded.\n",
    )


def test_a_dispute_that_denies_an_event_claims_nothing_else_of_it(record: Database) -> None:
    # The date was recorded, and had no effect.
    ran = cis(record, "dispute", "5", "--denied", "--date", "1990", "--reason", "r", "--source", "nti")
    assert ran.status == 1
    assert "event-disputed: denied, and yet a date or changes: what is claimed?" in ran.err
