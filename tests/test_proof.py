"""Proofs, and the stand-alone verifier, which shares no code with the program: both say the same of the same documents."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DATABASES, migrated
from histories import RECORD, WORLD, append, fact, given
from hypothesis import given as tried_with
from hypothesis import settings
from hypothesis import strategies as st

import eventstore.verifier
from eventstore import proof
from eventstore.checkpoint import of_log
from eventstore.errors import Refused
from eventstore.reading import read
from eventstore.signing import new_key, sign
from eventstore.transfer import export

SIZE, OLD = 600, 300
KEY = new_key("example.org/cis")


class Made:
    """A log of 600 events, its checkpoints at 300 and at 600 events, and its export."""

    def __init__(self, database, folder):
        self.database, self.folder = database, folder
        people = [
            fact("person-registered", "1991", person=f"p{i:03}", name=f"P{i:03}", name_ru="Ж") for i in range(SIZE)
        ]
        with database.record() as connection:
            append(connection, RECORD, *WORLD, *people[: OLD - 9])
            self.old = of_log(connection, KEY.name)
            append(connection, *people[: SIZE - 9])
            self.new = sign(of_log(connection, KEY.name), KEY)
            (folder / "log.jsonl").write_text("".join(f"{line}\n" for line in export(connection)), encoding="utf-8")
        (folder / "old.txt").write_text(str(self.old), encoding="utf-8")
        (folder / "new.txt").write_text(str(self.new), encoding="utf-8")
        shutil.copy(eventstore.verifier.__file__, folder / "verifier.py")

    def inclusion(self, position, checkpoint=None):
        with self.database.record() as connection:
            stored = next(read(connection, after=position - 1, upto=position))
            return proof.inclusion(connection, stored, checkpoint or self.new)

    def consistency(self):
        with self.database.record() as connection:
            return proof.consistency(connection, self.old, self.new)

    def file(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8", newline="")
        return name


@pytest.fixture(scope="module", params=DATABASES)
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proof")
    if request.param == "sqlite":
        yield Made(migrated(f"sqlite:///{folder / 'cis.db'}"), folder)
        return
    postgres = request.getfixturevalue("postgres")
    yield Made(migrated(postgres.create_database("proof")), folder)
    postgres.drop_database("proof")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    return Made(migrated(f"sqlite:///{folder / 'cis.db'}"), folder)


def stranger(made, *arguments, site=False):
    """Run the verifier as a stranger would: a copy of the file, elsewhere, with the standard library only."""
    isolated = ["-I"] if site else ["-I", "-S"]
    done = subprocess.run(
        [sys.executable, *isolated, "verifier.py", *arguments],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if done.stdout else 1)
    return done.stdout + done.stderr


@pytest.mark.parametrize("position", [1, 2, 255, 256, 257, 300, 301, 512, 599, 600])
def test_the_proof_of_an_event_is_good_here_and_for_a_stranger(position, made):
    text = proof.write(made.inclusion(position))
    proven = proof.check(proof.read_proof(text), made.new)
    assert proven.checkpoint == made.new
    assert proven.sentence.endswith(f" is at position {position} of the log example.org/cis of 600 events")
    told = stranger(made, "new.txt", made.file("proof.json", text))
    assert f"is at position {position}\nVERIFIED\nNot checked: who made the checkpoint (--key).\n" in told


def test_the_proof_for_an_older_checkpoint_is_for_who_kept_that_one(made):
    text = proof.write(made.inclusion(17, made.old))
    assert proof.check(proof.read_proof(text), made.old).checkpoint == made.old
    assert "VERIFIED" in stranger(made, "old.txt", made.file("proof.json", text))
    with pytest.raises(Refused) as refused:
        proof.check(proof.read_proof(text), made.new, "proof.json")
    assert str(refused.value) == (
        f"proof.json: the proof is about example.org/cis of 300 events (root {made.old.root.hex()[:12]}...);"
        f" the checkpoint held is example.org/cis of 600 events (root {made.new.root.hex()[:12]}...)\n"
        "  Ask for a proof with the checkpoint that is held: cis proof --checkpoint FILE."
    )
    assert stranger(made, "new.txt", "proof.json") == "NOT VERIFIED: the proof is for another checkpoint\n"


def test_the_proof_that_the_log_went_on_is_good_here_and_for_a_stranger(made):
    text = proof.write(made.consistency())
    assert proof.check(proof.read_proof(text), made.old) == (
        "the log example.org/cis of 600 events begins with its first 300, as they were",
        made.new,
    )
    for held in ("old.txt", "new.txt"):
        told = stranger(made, held, made.file("proof.json", text))
        assert f"with the root {made.new.root.hex()} begins with its first 300 events as they were" in told
        assert "\nVERIFIED\n" in told


def test_a_whole_export_is_verified_by_a_stranger(made):
    told = stranger(made, "old.txt", "--log", "log.jsonl")
    assert "all 600 events are chained without a gap, and the first 300 are those of the checkpoint\nVERIFIED\n" in told
    assert "\nVERIFIED\n" in stranger(made, "new.txt", "--log", "log.jsonl")


def test_a_checkpoint_alone_verifies_nothing_and_says_so(desk):
    assert stranger(desk, "new.txt") == (
        f"the checkpoint is of the log 'example.org/cis' of 600 events with the root {desk.new.root.hex()}\n"
        "Nothing was verified: give a proof, a log or a key.\nNot checked: who made the checkpoint (--key).\n"
    )


def test_a_signature_is_checked_by_a_stranger_who_has_the_package(desk):
    told = stranger(desk, "new.txt", "--key", str(KEY.public), site=True)
    assert told.endswith("it is signed with the key given\nVERIFIED\n")
    other = str(new_key("example.org/cis").public)
    assert stranger(desk, "new.txt", "--key", other, site=True) == (
        "NOT VERIFIED: the checkpoint is not signed by 'example.org/cis'\n"
    )
    forged = desk.file("forged.txt", str(desk.new).replace("\n600\n", "\n601\n"))
    assert stranger(desk, forged, "--key", str(KEY.public), site=True) == "NOT VERIFIED: InvalidSignature ''\n"
    assert stranger(desk, "new.txt", "--key", str(KEY.public)) == (
        "NOT VERIFIED: ModuleNotFoundError \"No module named 'cryptography'\"\n"
    )


def test_an_event_or_a_checkpoint_that_is_not_there_is_refused(made):
    with made.database.record() as connection:
        late = next(read(connection, after=400, upto=401))
        with pytest.raises(Refused) as refused:
            proof.inclusion(connection, late, made.old)
        assert str(refused.value) == (
            "the event is at position 401; the checkpoint is of 300 events\n  Prove it with a newer checkpoint."
        )
        with pytest.raises(Refused, match="the checkpoint is not of this log: its first 299 events have another root"):
            proof.consistency(connection, made.old._replace(size=299))
        with pytest.raises(Refused, match="a log of 300 events cannot be shown to go on from one of 600"):
            proof.consistency(connection, made.new, made.old)


def test_a_proof_of_an_empty_beginning_is_refused(database):
    with database.record() as connection:
        nothing = of_log(connection)
    given(database, *WORLD)
    with (
        database.record() as connection,
        pytest.raises(Refused, match="a log of 9 events cannot be shown to go on from one of 0"),
    ):
        proof.consistency(connection, nothing)


# --- what was altered ---------------------------------------------------------------------------------------------------


def leaves_of(value, path=()):
    """Every place of a document that holds a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves_of(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from leaves_of(item, (*path, i))
    else:
        yield path


def with_value(document, path, value):
    copy = json.loads(json.dumps(document))
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value(at[path[-1]])
    return json.dumps(copy)


def another(value):
    """Another value of the same kind."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value + 1
    flipped = {"0": "1", "a": "b", "A": "B", "6": "7"}.get(value[10:11], "0")
    return value[:10] + flipped + value[11:] if len(value) > 10 else value + "x"


def verdicts(made, text):
    """What the program and the stranger make of a proof, in this process: fast."""
    try:
        here = proof.check(proof.read_proof(text), made.new).sentence
    except Refused as refused:
        here = refused
    try:
        elsewhere = STRANGER["check_proof"](STRANGER["Checkpoint"](str(made.new)), json.loads(text))
    except (Exception, SystemExit) as error:
        elsewhere = error
    return here, elsewhere


STRANGER = runpy.run_path(eventstore.verifier.__file__, run_name="stranger")


def good(verdict):
    return isinstance(verdict, str)


@pytest.mark.parametrize("which", ["inclusion", "consistency"])
def test_no_value_of_a_proof_can_be_another(which, desk):
    document = json.loads(proof.write(desk.inclusion(300) if which == "inclusion" else desk.consistency()))
    assert all(map(good, verdicts(desk, json.dumps(document))))
    tried = 0
    for path in leaves_of(document):
        if path == ("says",):
            continue  # words for people
        here, elsewhere = verdicts(desk, with_value(document, path, another))
        assert not good(here), path
        assert not good(elsewhere), path
        tried += 1
    assert tried > 8


def test_lines_of_a_checkpoint_in_a_proof_cannot_be_others(desk):
    document = json.loads(proof.write(desk.inclusion(300)))
    for old, new in (("\n600\n", "\n601\n"), ("\n600\n", "\n599\n"), ("\n600\n", "\n0600\n")):
        changed = json.dumps(document | {"checkpoint": document["checkpoint"].replace(old, new)})
        here, elsewhere = verdicts(desk, changed)
        assert not good(here)
        assert not good(elsewhere)


@pytest.mark.parametrize(
    "change", [lambda path: path[1:], lambda path: path[::-1], lambda path: [*path, path[0]], lambda _: []]
)
def test_a_path_cannot_be_cut_turned_or_lengthened(change, desk):
    for made_proof in (desk.inclusion(300), desk.consistency()):
        document = json.loads(proof.write(made_proof))
        here, elsewhere = verdicts(desk, json.dumps(document | {"path": change(document["path"])}))
        assert not good(here)
        assert not good(elsewhere)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": "{}"}, "the event is not as it was recorded: its hash does not fit"),
        ({"hash": "0" * 64}, "the event is not as it was recorded: its hash does not fit"),
        ({"position": 299}, "the event is not as it was recorded: its hash does not fit"),
        ({"position": 0}, "this is not a proof: Expected `int` >= 1 - at `$.event.position`"),
        ({"hash": "x"}, "this is not a proof: Expected `str` matching regex '^[0-9a-f]{64}$' - at `$.event.hash`"),
        ({"more": 1}, "this is not a proof: Object contains unknown field `more` - at `$.event`"),
    ],
)
def test_what_is_wrong_with_a_proof_is_said(change, said, desk):
    document = json.loads(proof.write(desk.inclusion(300)))
    document["event"] |= change
    with pytest.raises(Refused) as refused:
        proof.check(proof.read_proof(json.dumps(document), "proof.json"), where="proof.json")
    assert str(refused.value).startswith(f"proof.json: {said}")


def test_a_made_up_event_with_a_fitting_hash_does_not_get_in(desk):
    from eventstore.integrity import chained

    document = json.loads(proof.write(desk.inclusion(300)))
    event = document["event"] | {"recorded_by": "somebody else"}
    event["hash"] = chained(document["previous_hash"], list(event.values())[:-1])
    here, elsewhere = verdicts(desk, json.dumps(document | {"event": event}))
    assert str(here) == "proof: the path does not lead from the event to the root of the checkpoint"
    assert "the path does not lead from the event to the root" in str(elsewhere)


def test_checkpoints_of_two_logs_do_not_go_together(desk):
    document = json.loads(proof.write(desk.consistency()))
    document["old"] = document["old"].replace("example.org/cis", "example.org/other", 1)
    here, elsewhere = verdicts(desk, json.dumps(document))
    assert str(here) == "proof: these are checkpoints of two logs, example.org/other and example.org/cis"
    assert not good(elsewhere)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:4], *lines[5:]], "position 5 is missing: 6 follows"),
        (lambda lines: lines[1:], "position 1 is missing: 2 follows"),
        (lambda lines: lines[:599], "positions 600 to 600 are missing"),
        (lambda lines: [], "positions 1 to 600 are missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "position 1 is missing: 2 follows"),
        (
            lambda lines: [*lines[:7], lines[7].replace("1991", "1992"), *lines[8:]],
            "position 8: altered, or the event before",
        ),
        (lambda lines: ['{"position": 1, "position": 2}'], "a key is repeated"),
        (lambda lines: ["{" * 10], "JSONDecodeError"),
        (lambda lines: ["[" * 100_000], "RecursionError"),
        (lambda lines: ["[1, 2]"], "TypeError"),
        (lambda lines: ["{}"], "KeyError"),
    ],
)
def test_a_damaged_export_is_not_verified(change, said, desk):
    lines = (desk.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    damaged = desk.file("damaged.jsonl", "".join(f"{line}\n" for line in change(lines)))
    assert stranger(desk, "new.txt", "--log", damaged).startswith(f"NOT VERIFIED: {said}")


def test_a_log_rewritten_whole_is_not_the_one_of_the_checkpoint(desk, tmp_path):
    other = Made(migrated(f"sqlite:///{tmp_path / 'cis.db'}"), tmp_path)
    with other.database.record() as connection:
        append(connection, fact("person-registered", "1991", person="late", name="Late"))
        lines = "".join(f"{line}\n" for line in export(connection))
    assert other.new.root == desk.new.root  # the same facts, recorded at the same time by the same person
    assert "\nVERIFIED\n" in stranger(desk, "new.txt", "--log", desk.file("longer.jsonl", lines))
    with migrated(f"sqlite:///{tmp_path / 'cis2.db'}").record() as connection:
        append(connection, RECORD, *WORLD, by="another")
        append(connection, *[fact("person-registered", "1991", person=f"p{i:03}", name="P") for i in range(SIZE - 9)])
        rewritten = "".join(f"{line}\n" for line in export(connection))
    assert stranger(desk, "new.txt", "--log", desk.file("other.jsonl", rewritten)).startswith(
        "NOT VERIFIED: the first 600 events have another root: "
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a\nb\nc\n", b"a\n1\n!\n", b"a\n-1\n47DE\n", b"\0" * 100])
def test_what_is_no_checkpoint_is_not_verified(content, desk):
    (desk.folder / "no.txt").write_bytes(content)
    assert stranger(desk, "no.txt").startswith("NOT VERIFIED: ")
    assert stranger(desk, "none.txt").startswith("NOT VERIFIED: FileNotFoundError")


# --- hostile input ------------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5), st.just("0" * 64)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=200)
@tried_with(st.data())
def test_a_proof_with_any_value_anywhere_is_refused_or_as_good_as_before(desk, data):
    document = json.loads(proof.write(desk.inclusion(300) if data.draw(st.booleans()) else desk.consistency()))
    path = data.draw(st.sampled_from([path for path in leaves_of(document) if path != ("says",)]))
    value = data.draw(VALUES)
    text = with_value(document, path, lambda _: value)
    before = json.loads(json.dumps(document))
    here, elsewhere = verdicts(desk, text)
    if json.dumps(json.loads(text), sort_keys=True) == json.dumps(before, sort_keys=True):
        assert good(here)
        assert good(elsewhere)
    else:
        assert not good(here)
        assert not good(elsewhere)


@tried_with(st.one_of(st.text(), VALUES.map(json.dumps), st.just("[" * 100_000), st.just('{"proof":' * 50_000)))
def test_any_text_is_refused_in_words(text):
    with pytest.raises(Refused, match="this is not a proof: "):
        proof.read_proof(text)


def test_a_file_that_is_too_long_is_refused(tmp_path):
    (tmp_path / "long").write_bytes(b" " * (proof.LONGEST + 1))
    with pytest.raises(Refused, match="the file is too long to be a proof"):
        proof.read(str(tmp_path / "long"))


def test_a_checkpoint_that_lost_its_last_line_breaks_is_read_by_a_stranger_as_by_the_program(desk):
    # Found by the fuzzer: "not enough values to unpack" where the program read the checkpoint.
    document = json.loads(proof.write(desk.consistency()))
    for lost in ("", "\n"):
        cut = {name: "\n".join(document[name].split("\n")[:3]) + lost for name in ("old", "new")}
        here, elsewhere = verdicts(desk, json.dumps(document | cut))
        assert good(here)
        assert good(elsewhere)


def test_the_verifier_is_short_and_uses_the_standard_library_only():
    lines = Path(eventstore.verifier.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) < 210
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
