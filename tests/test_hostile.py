"""Hostile input: whatever is fed to the record, it answers or refuses in words, soon, and touches nothing.

`python -m pytest -m long tests/test_hostile.py` tries fifty times as many inputs; tests/fuzz/run.py lets a coverage-guided
fuzzer look for more.
"""

import csv
import io
import json
import resource
import sys
import time
from collections.abc import Callable

import date_strategies
import pytest
from children import Child
from cli_runs import cis
from histories import TODAY, WORLD, drafts_of, fact, given
from hostile import TARGETS, exported, guarded, proofs, rechained, warm
from hypothesis import given as tried_with
from hypothesis import settings
from hypothesis import strategies as st

from eventstore import batch
from eventstore.errors import Misuse, Refused
from eventstore.events import KINDS
from eventstore.reading import head
from eventstore.transfer import import_lines
from projections.report import library, values
from projections.views import metadata

SHORT, LONG = 120, 5_900  # inputs of each of the 17 trials: 2,000 in all, and 100,000

# Text that goes wrong where text goes wrong: control and direction characters, lone surrogates, other digits, signs of syntax.
ODD = st.sampled_from(
    [
        *("\x00\x07\x1b\x7f\x85\u2028\u202e\u2066\u200f\ufeff\ud800\udfff\U000e0001\u0660\u00b2½①𝟙İßﬃ\u0301"),
        *("\t\r\n\"'`{}[]()<>:;,./\\|!?~%^&*#@$=+-_ "),
        "1e999999",
        "\x1b]0;owned\x07",
        "=cmd|' /C calc'!A0",
        "../../../../etc/passwd",
        "!!python/object/apply:os.system ['id']",
        "&a [*a, *a]",
    ]
)
WORDS = st.one_of(ODD, st.text(max_size=20), st.from_regex(r"[0-9X~?%/.\[\],-]{0,24}", fullmatch=True))
TEXT = st.lists(WORDS, max_size=6).map("".join)


def mangled(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A text of which a piece was taken out, doubled or replaced."""

    def cut(text: str, first: float, length: float, piece: str, keep: bool) -> str:
        start = int(first * len(text))
        end = start + int(length * (len(text) - start))
        return text[:start] + piece + (text[start:] if keep else text[end:])

    part = st.floats(0, 1)
    return st.one_of(of, st.builds(cut, of, part, part.map(lambda p: p**3), WORDS, st.booleans()))


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        TEXT,
        date_strategies.points(),
        st.sampled_from(["AM", "cis"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=5,
)
FIELDS = sorted({name for cls in KINDS.values() for name in cls.__struct_fields__})
ENTRIES = st.fixed_dictionaries(
    {
        "kind": st.one_of(st.sampled_from(sorted(KINDS)), st.text(max_size=5)),
        "on": st.one_of(date_strategies.points(), VALUES),
    },
    optional={
        "sources": VALUES,
        "source": VALUES,
        "disputed": VALUES,
        "about": VALUES,
        "data": VALUES,
        "edited": VALUES,
    },
)
FILLED = st.builds(
    lambda entry, more: {**more, **entry}, ENTRIES, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)
)
JSON_TEXTS = mangled(
    st.one_of(FILLED, st.lists(FILLED, max_size=3), VALUES, st.builds(lambda e: {"events": e}, VALUES)).map(json.dumps)
)
YAML_TEXTS = st.one_of(
    JSON_TEXTS,  # which is YAML too
    mangled(
        st.lists(st.sampled_from(["kind", "on", "state", "sources"])).map(lambda ks: "".join(f"- {k}: x\n" for k in ks))
    ),
    st.lists(
        st.sampled_from(
            ["- ", "? ", ": ", "&a ", "*a ", "| ", "> ", "%YAML 1.1\n", "---\n", "...\n", "!!", "\n", "  ", "k"]
        )
    ).map("".join),
    TEXT,
)
COLUMNS = (
    "event_id",
    "kind",
    "version",
    "occurred",
    "occurred_from",
    "occurred_to",
    "recorded_at",
    "recorded_by",
    "data",
    "sources",
)
LINE = st.integers(0, len(exported()) - 1)


def logs() -> st.SearchStrategy[str]:
    """Logs that were damaged by chance."""
    return mangled(
        st.permutations(range(len(exported()))).map(lambda order: "\n".join(exported()[i] for i in sorted(order[:9])))
    )


def forged(number: int, changes: dict[str, object], subjects: list[str] | None, ids: bool) -> str:
    """A log that was altered on purpose, with the hashes that fit."""
    lines = [json.loads(line) for line in exported()]
    lines[number] |= changes
    if subjects is not None:
        lines[number]["subjects"] = subjects
    return rechained(lines, ids=ids)


DATA = st.one_of(
    VALUES.map(json.dumps),
    TEXT,
    FILLED.map(json.dumps),
    st.sampled_from([json.loads(line)["data"] for line in exported()]),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.one_of(st.sampled_from(sorted(KINDS)), TEXT),
        "version": st.one_of(st.integers(0, 3), VALUES),
        "occurred": st.one_of(date_strategies.points(), TEXT),
        "occurred_from": st.one_of(st.none(), date_strategies.days(), TEXT),
        "occurred_to": st.one_of(st.none(), TEXT),
        "recorded_at": TEXT,
        "recorded_by": TEXT,
        "data": DATA,
        "sources": DATA,
        "event_id": TEXT,
    },
)
FORGED = st.builds(forged, LINE, CHANGES, st.one_of(st.none(), st.lists(TEXT, max_size=3)), st.booleans())
NAMES = sorted({*metadata.tables, *(column.name for table in metadata.tables.values() for column in table.c)})
SIGNS = "SELECT FROM WHERE WITH RECURSIVE AS ( ) , * ; -- /* */ UNION ALL VALUES LIMIT IN NOT NULL || 1 'a' \"b\" ` [x] :p ?"
SQL_WORDS = st.one_of(
    st.sampled_from([*NAMES, *SIGNS.split()]),
    st.sampled_from(
        [
            "ATTACH 'x.db' AS x",
            "PRAGMA writable_schema=1",
            "load_extension('x')",
            "writefile('x','y')",
            "readfile('/etc/passwd')",
            "INSERT INTO event DEFAULT VALUES",
            "DELETE FROM membership",
            "UPDATE log_head SET position=9",
            "DROP TABLE event",
            "VACUUM INTO 'x.db'",
            "EXPLAIN",
            "randomblob(1000000000)",
            "zeroblob(1000000000)",
            "printf('%.*c',1000000000,'x')",
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT * FROM c",
            "pragma_table_info('event')",
            "json_each('[1,2]')",
            "CREATE TEMP TABLE t(x)",
            "BEGIN",
            "COMMIT",
            "fts3_tokenizer('a')",
            "char(27,8238,0)",
        ]
    ),
    WORDS,
)
SQL = st.one_of(
    mangled(
        st.sampled_from(
            ["SELECT * FROM membership WHERE state = 'AM'", "SELECT state, count(*) FROM treaty_party GROUP BY 1"]
        )
    ),
    st.lists(SQL_WORDS, max_size=10).map(lambda words: "SELECT " + " ".join(words)),
    st.lists(SQL_WORDS, max_size=5).map(" ".join),
)
REPORTS = st.lists(
    st.one_of(WORDS, date_strategies.points(), st.sampled_from(["AM", "cis", "any", "today", "yes", "1"])),
    min_size=1,
    max_size=5,
).map("\n".join)
BYTES = st.one_of(st.binary(max_size=200), YAML_TEXTS.map(lambda text: text.encode("utf-16", "replace"))).map(
    lambda raw: raw.decode("latin-1")
)

TRIALS: dict[str, tuple[str, st.SearchStrategy[str]]] = {
    "dates": (
        "date",
        mangled(st.one_of(date_strategies.points(), date_strategies.spans(), date_strategies.open_sets())),
    ),
    "odd dates": ("date", TEXT),
    "yaml": ("yaml", YAML_TEXTS),
    "json": ("json", JSON_TEXTS),
    "json lines": ("jsonl", st.lists(JSON_TEXTS, max_size=4).map("\n".join)),
    "entries": ("json", FILLED.map(json.dumps)),
    "bytes as yaml": ("yaml-bytes", BYTES),
    "bytes as json": ("json-bytes", BYTES),
    "damaged logs": ("import", logs()),
    "forged logs": ("import", FORGED),
    "report parameters": ("report", REPORTS),
    "sql": ("sql", SQL),
    "odd sql": ("sql", TEXT),
    "known-at": ("known-at", st.one_of(TEXT, mangled(st.just("2026-11-22T10:00:00+02:00")))),
    "checkpoints and keys": ("checkpoint", mangled(st.one_of(st.sampled_from(proofs()[:2]), TEXT))),
    "proofs": ("proof", mangled(st.sampled_from(proofs()[2:]))),
    "printing": ("visible", TEXT),
}


@pytest.fixture(scope="module", autouse=True)
def warmed() -> None:
    warm()


@pytest.mark.parametrize("inputs", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
@pytest.mark.parametrize("trial", TRIALS)
def test_whatever_comes_is_answered_or_refused_in_words(trial, inputs):
    name, strategy = TRIALS[trial]

    @settings(max_examples=inputs)
    @tried_with(strategy)
    def attempt(text: str) -> None:
        with guarded():
            TARGETS[name](text)

    attempt()


# --- bombs: what is small and means much ----------------------------------------------------------------------------------

NESTED = zip("abcdefgh", "bcdefghi", strict=True)
ALIASES = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in NESTED)
BOMBS = {
    "aliases": ("yaml", ALIASES),
    "merged keys": ("yaml", "a: &a {x: 1}\nb: {<<: *a}\n"),
    "deep yaml": ("yaml", "[" * 200_000),
    "deep yaml by blanks": ("yaml", "".join(" " * n + "- \n" for n in range(1_000))),
    "deep yaml in flow": ("yaml", "{a: " * 50_000 + "}" * 50_000),
    "many documents": ("yaml", "--- 1\n" * 20_000),
    "python object": ("yaml", "- !!python/object/apply:os.system ['touch owned']"),
    "deep json": ("json", "[" * 500_000),
    "deep json objects": ("json", '{"a":' * 200_000 + "1" + "}" * 200_000),
    "long number": ("json", "[" + "9" * 2_000_000 + "]"),
    "long exponent": ("json", "[1e" + "9" * 100_000 + "]"),
    "long string": ("json", '[{"kind": "' + "a" * 5_000_000 + '"}]'),
    "long key": ("json", '[{"kind": "treaty-signed", "on": "1991", "' + "k" * 2_000_000 + '": 1}]'),
    "many keys": ("json", "[{" + ",".join(f'"{n}": 1' for n in range(60_000)) + "}]"),
    "the same key many times": ("json", "[{" + ",".join('"a": 1' for _ in range(100_000)) + "}]"),
    "many entries": ("json", "[" + ",".join(["{}"] * 20_000) + "]"),
    "deep lines": ("jsonl", "[" * 300_000 + "\n" + "{" * 300_000),
    "long date": ("date", "[" + "1991," * 200_000 + "1992]"),
    "deep date": ("date", "[" * 100_000),
    "long year": ("date", "Y" + "9" * 100_000),
    "open digits": ("date", "X" * 100_000),
    "long line of a log": ("import", '{"position":1,"data":"' + "x" * 6_000_000 + '"}'),
    "deep line of a log": ("import", '{"position":1,"subjects":' + "[" * 500_000),
    "deep data in a log": ("import", "deep"),
    "long parameter": ("report", "members\n" + "x" * 3_000_000),
    "long number as parameter": ("report", "members\nas_of=" + "9" * 100_000),
    "endless sql": ("sql", "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"),
    "growing sql": (
        "sql",
        "WITH RECURSIVE c(x) AS (SELECT 'a' UNION ALL SELECT x || x FROM c) SELECT max(length(x)) FROM c",
    ),
    "large sql": ("sql", "SELECT zeroblob(2000000000)"),
    "repeated sql": ("sql", "SELECT replace(hex(zeroblob(9000000)), '0', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa')"),
    "product": ("sql", "SELECT count(*) FROM state a, state b, state c, state d, state e, state f"),
    "deep sql": ("sql", "SELECT " + "(" * 40_000 + "1" + ")" * 40_000),
    "comments in sql": ("sql", "/*" * 45_000),
    "like": ("sql", f"SELECT '{'a' * 40_000}' LIKE '{'%a' * 20_000}b'"),
}
MOST_MEMORY = 1536 * 2**20  # bytes of address space, the program itself included


def explode(tell: Callable[[object], None], name: str) -> None:
    """Feed a bomb in a process that may use little memory; tells how long it took, and of any failure."""
    warm()
    target, text = BOMBS[name]
    if text == "deep":
        lines = [json.loads(line) for line in exported()]
        lines[3]["data"] = '{"a":' * 100_000 + "1" + "}" * 100_000
        text = rechained(lines)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    start = time.process_time()
    try:
        with guarded():
            TARGETS[target](text)
    except BaseException as failure:
        tell(f"{type(failure).__name__}: {str(failure)[:200]}")
        return
    tell(round(time.process_time() - start, 2))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by the rules of Linux")
@pytest.mark.parametrize("name", BOMBS)
def test_what_is_small_and_means_much_is_refused_in_little_time_and_memory(name):
    child = Child(explode, name)
    (told,) = child.rest()
    assert isinstance(told, float), told
    assert told < 12


# --- what is written and read ---------------------------------------------------------------------------------------------


def test_a_batch_that_is_no_text_is_refused_with_its_line(tmp_path):
    file = tmp_path / "batch.yaml"
    for raw, line in ((b"- kind: x\n- \xff\xfe", 2), (b"\xff", 1), ("- x".encode("utf-16"), 1)):
        file.write_bytes(raw)
        with pytest.raises(Refused) as refused:
            batch.read_file(str(file))
        assert str(refused.value).startswith(f"{file}:{line}: this is not UTF-8 text")


def test_half_a_character_in_a_text_is_refused_with_its_line():
    with pytest.raises(Refused) as refused:
        batch.read_text("- kind: x\n- kind: \udc80", "batch", "yaml")
    assert str(refused.value) == "batch:2: this is not UTF-8 text\n  Is it a text file? Save it as UTF-8."


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            '{"kind": "statement-made", "on": "1993", "source": "s", "text": "a\\ud800b"}',
            "holds the control character U.D800",
        ),
        (
            '{"kind": "event-retracted", "on": "1993", "source": "s", "about": {"meeting": "\\ud800"}, "reason": "r"}',
            "there is no meeting .\\\\ud800",
        ),
    ],
)
def test_half_a_character_in_an_entry_is_refused_in_words(entry, said):
    # UnicodeEncodeError, a fault of the program.
    with pytest.raises(Refused, match=said):
        drafts_of(batch.read_text(f"[{entry}]", "batch", "json"))


@pytest.mark.parametrize("where", ["data", "sources"])
def test_half_a_character_in_a_key_is_refused_in_words(where):
    # Found by the long run: UnicodeEncodeError, a fault of the program.
    entries = batch.read_text(
        f'[{{"kind": "body-dissolved", "on": "1994", "{where}": {{"\\ud800": 1}}}}]', "batch", "json"
    )
    with pytest.raises(Refused, match=r"value has the key .\\ud800.: keys are ASCII text"):
        drafts_of(entries)


@pytest.mark.parametrize(
    ("number", "changes", "subjects", "ids", "said"),
    [
        (3, {}, ["state:AM"], True, "position 4: event_subject does not say that it is about organisation:cis"),
        (3, {"event_id": "0" * 36}, None, False, "position 4: event_id is not that of its kind, date and data"),
        (3, {"occurred_from": "1991-01-01"}, None, True, "position 4: occurred_from is '1991-01-01', but"),
        (3, {"version": 0}, None, True, "position 4: this program does not know version 0"),
        (3, {"kind": "miracle"}, None, True, "position 4: this program does not know the kind 'miracle'"),
        (3, {"sources": "[]"}, None, True, "position 4: it names no source"),
        # Found by the long run: AttributeError in the step from version 1.
        (3, {"kind": "instrument-deposited", "data": "null"}, None, True, "its data does not fit instrument-deposited"),
        (3, {}, ["state:AM", "state:AM"], True, "something stands twice, or is no text or number"),
        (3, {"version": 2**70}, None, True, "something stands twice, or is no text or number"),
    ],
)
def test_a_log_whose_hashes_fit_is_still_refused_where_it_says_what_its_events_do_not(
    database, number, changes, subjects, ids, said
):
    lines = forged(number, changes, subjects, ids).split("\n")
    with pytest.raises(Refused) as refused, database.record() as connection:
        import_lines(connection, lines, "log.jsonl")
    assert said in str(refused.value)
    with database.record() as connection:
        assert head(connection).position == 0


def test_what_would_steer_a_terminal_is_shown_as_its_code(database):
    steering = "\u202etfel\u2066 \u200f"
    given(database, *WORLD, fact("statement-made", "1992", text=f"to {steering}", states=["AM"]))
    for words in (["state", "AM"], ["log"], ["show", "10"], ["sql", "SELECT sentence FROM timeline"]):
        ran = cis(database, *words)
        assert ran.status == 0, ran.err
        assert not set("\u202e\u2066\u200f") & set(ran.out + ran.err)
        assert "\\u202e" in ran.out


@pytest.mark.parametrize(
    "words",
    [["log"], ["state", "AM"], ["sql", "SELECT note, sentence, subjects FROM timeline"]],
)
def test_no_cell_of_csv_that_was_recorded_as_a_formula_is_one(empty_sqlite, words):
    formula = '=HYPERLINK("http://example.org"; "x")'
    given(empty_sqlite, *WORLD, fact("statement-made", "1992", text=formula, states=["AM"], note=f"@{formula}"))
    ran = cis(empty_sqlite, *words, "--format", "csv")
    assert ran.status == 0, ran.err
    cells = [cell for row in csv.reader(io.StringIO(ran.out)) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize(
    "words", [["log", "--text", "\udcff"], ["sql", "SELECT '\udcff'"], ["members", "\udcff"], ["\udcff"]]
)
def test_an_argument_that_is_no_text_is_refused(empty_sqlite, words):
    ran = cis(empty_sqlite, *words)
    assert ran.status == 2
    assert ran.err.endswith("Error: This is not UTF-8 text: " + words[-1].replace("\udcff", "\\udcff") + "\n")


@pytest.mark.parametrize("text", ["\udcff", "a\0b"])
def test_a_parameter_of_a_report_that_is_no_text_is_refused(text):
    # Found by the fuzzer: bytes that are no UTF-8 reached the database's driver.
    for name, parameter in [
        (found, one) for found in library().values() for one in found.parameters if one.type == "text"
    ]:
        with pytest.raises(Misuse, match="this is not UTF-8 text"):
            values(name, {parameter.name: text}, TODAY)


def test_no_question_in_sql_touches_a_file(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given(database, *WORLD)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    for query in (
        "ATTACH 'other.db' AS other",
        "SELECT load_extension('./other')",
        "VACUUM INTO 'other.db'",
        f"SELECT readfile('{secret}')",
        f"SELECT pg_read_file('{secret}')",
        f"COPY state TO '{tmp_path}/other'",
        f"SELECT lo_import('{secret}')",
        f"SELECT * FROM pg_ls_dir('{tmp_path}')",
        "CREATE TABLE other AS SELECT 1",
        "SELECT writefile('other', 'x')",
        "WITH x AS (DELETE FROM membership RETURNING 1) SELECT * FROM x",
    ):
        ran = cis(database, "sql", query)
        assert ran.status == 1, query
        assert "secret" not in ran.out
    assert sorted(path.name for path in tmp_path.iterdir()) == before
