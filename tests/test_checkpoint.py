"""Checkpoints: the text that other programs read too, signed and checked, and nothing that is not one is taken for one."""

import stat
import sys

import pytest
from histories import WORLD, given
from hypothesis import given as tried_with
from hypothesis import strategies as st

from eventstore import merkle, signing
from eventstore.checkpoint import Checkpoint, Signature, check_log, of_log, parse, read
from eventstore.errors import Misuse, RecordError, Refused
from eventstore.reading import head
from eventstore.signing import Key, check_signature, new_key, parse_key, read_key, sign, write_key

# The examples of c2sp.org/tlog-checkpoint and c2sp.org/signed-note, and of Go's golang.org/x/mod/sumdb/note
C2SP = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNED = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_the_example_of_the_specification_is_read_and_written_alike():
    found = parse(C2SP)
    assert (found.origin, found.size, found.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert [(s.name, s.key_id.hex(), len(s.signature)) for s in found.signatures] == [(found.origin, "033de0ae", 64)]
    assert str(found) == C2SP


def test_the_example_key_of_go_is_read_and_signs_alike():
    key = parse_key(GO_PRIVATE)
    assert str(key) == GO_PRIVATE
    assert str(key.public) == GO_PUBLIC
    assert parse_key(GO_PUBLIC) == key.public
    made = signing._signer(key).sign(GO_TEXT.encode())
    assert str(Signature(key.name, key.id, made)) == f"— PeterNeumann {GO_SIGNED}\n"


def test_the_checkpoint_of_a_log_has_its_size_and_root(database):
    given(database, *WORLD)
    with database.record() as connection:
        found = of_log(connection, "example.org/cis")
        assert found == ("example.org/cis", 9, merkle.root(connection, 9), (), ())
        check_log(connection, found)
        own = of_log(connection)
        assert own.origin == f"cis-record/{connection.exec_driver_sql('SELECT hash FROM event').scalar()[:16]}"
    text = str(found)
    assert text.startswith("example.org/cis\n9\n")
    assert text.endswith("=\n\n")
    assert parse(text) == found


def test_an_empty_log_has_a_checkpoint_too(database):
    with database.record() as connection:
        text = str(of_log(connection))
    assert text == "cis-record/empty\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"


def test_a_checkpoint_of_another_log_or_of_more_than_there_is_is_refused(database):
    given(database, *WORLD)
    with database.record() as connection:
        sound = of_log(connection)
        with pytest.raises(Refused) as refused:
            check_log(connection, sound._replace(size=12), "old.txt")
        assert str(refused.value) == (
            "old.txt: the checkpoint is of 12 events, but the log has 9: the others are missing\n"
            "  Is it a checkpoint of this log?"
        )
        with pytest.raises(Refused) as refused:
            check_log(connection, sound._replace(size=8), "old.txt")
        assert str(refused.value) == (
            "old.txt: the checkpoint is not of this log: its first 8 events have another root\n"
            "  Is it a checkpoint of this log? If so: cis verify --checkpoint FILE."
        )
        assert head(connection).position == 9


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "line\nbreak", "x" * 201, "rtl\u202e"])
def test_what_cannot_be_a_name_is_refused(name, database):
    with database.record() as connection, pytest.raises(Misuse, match="this cannot be the name of a log"):
        of_log(connection, name)
    with pytest.raises(Misuse, match="this cannot be the name of a log"):
        new_key(name)


# --- signatures ---------------------------------------------------------------------------------------------------------

CHECKPOINT = Checkpoint("example.org/cis", 9, bytes(32))


def test_a_signed_checkpoint_is_checked_with_the_public_key(tmp_path):
    key = new_key("example.org/cis")
    write_key(key, str(tmp_path / "key"))
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert read_key(str(tmp_path / "key")) == key
    signed = parse(str(sign(CHECKPOINT, key)))
    check_signature(signed, parse_key(str(key.public)))
    check_signature(signed, key)
    twice = signed._replace(signatures=(Signature("witness.example", b"1234", b"theirs"), *signed.signatures))
    check_signature(parse(str(twice)), key.public)


def test_a_signature_is_good_for_its_own_checkpoint_and_key_only():
    key, other = new_key("example.org/cis"), new_key("example.org/cis")
    signed = sign(CHECKPOINT, key)
    for changed in (signed._replace(size=10), signed._replace(root=bytes(31) + b"1"), signed._replace(more=("x",))):
        with pytest.raises(Refused, match=r"the signature of example.org/cis \(key .*\) is not of this checkpoint"):
            check_signature(changed, key)
    for unsigned in (CHECKPOINT, sign(CHECKPOINT, other), signed._replace(signatures=signed.signatures[1:])):
        with pytest.raises(Refused, match=r"the checkpoint is not signed by example.org/cis \(key"):
            check_signature(unsigned, key)
    claimed = Signature(key.name, key.id, sign(CHECKPOINT, other).signatures[0].signature)
    with pytest.raises(Refused, match="is not of this checkpoint"):
        check_signature(CHECKPOINT._replace(signatures=(claimed,)), key)
    with pytest.raises(Refused, match="is not of this checkpoint"):  # one bad signature is not made good by another
        check_signature(signed._replace(signatures=(*signed.signatures, claimed)), key)


def test_a_key_signs_for_its_own_log_and_a_public_one_not_at_all():
    key = new_key("example.org/other")
    with pytest.raises(Misuse) as refused:
        sign(CHECKPOINT, key, "key.txt")
    assert str(refused.value) == "key.txt: this key signs for example.org/other, not for example.org/cis"
    with pytest.raises(Misuse) as refused:
        sign(CHECKPOINT, key.public, "key.txt")
    assert str(refused.value) == "key.txt: this key is public: it checks signatures and makes none"


def test_a_key_is_never_written_over(tmp_path):
    path = tmp_path / "key"
    path.write_text("precious")
    with pytest.raises(Refused) as refused:
        write_key(new_key("a"), str(path))
    assert str(refused.value) == f"{path}: the file exists: no key is written over\n  Name a new file."
    assert path.read_text() == "precious"
    with pytest.raises(Refused, match="the file cannot be written: No such file or directory"):
        write_key(new_key("a"), str(tmp_path / "nowhere" / "key"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        GO_PUBLIC[:-1],
        GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
        GO_PUBLIC.replace("PeterNeumann", "Peter Neumann"),
        GO_PUBLIC.replace("PeterNeumann", ""),
        GO_PUBLIC.replace("ARpc", "Ahpc"),
        f"{GO_PUBLIC}=",
        "a+00000000+" + "é" * 44,
        "\ud800+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Refused) as refused:
        parse_key(text, "key.txt")
    assert str(refused.value) == (
        "key.txt: this is not a key\n  Make one: cis checkpoint --new-key FILE --origin NAME."
    )


def test_without_the_package_the_advice_is_how_to_get_it(monkeypatch):
    key = new_key("example.org/cis")
    signed = sign(CHECKPOINT, key)
    public = key.public
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for action in (lambda: sign(CHECKPOINT, key), lambda: check_signature(signed, public)):
        with pytest.raises(Refused) as refused:
            action()
        assert str(refused.value) == (
            'signatures need the package cryptography, which is not installed\n  Install it: pip install "cis-record[signing]"'
        )
    assert parse(str(signed)) == signed


# --- hostile input ------------------------------------------------------------------------------------------------------

ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
NOT_THREE = "1: this is not a checkpoint: it does not begin with three lines (origin, size, root) and then an empty one"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", NOT_THREE),
        ("\n\n\n\n", NOT_THREE),
        ("a\n1\n", NOT_THREE),
        (f"\n1\n{ROOT}\n\n", NOT_THREE),
        (f"a\n1\n{ROOT}\n\nmore\n\n— x y\n", NOT_THREE),
        (f"a\n01\n{ROOT}\n\n", "2: this is not a checkpoint: '01' is not a number of events"),
        (f"a\n-1\n{ROOT}\n\n", "2: this is not a checkpoint: '-1' is not a number of events"),
        (f"a\n١\n{ROOT}\n\n", "2: this is not a checkpoint: '١' is not a number of events"),
        (f"a\n{2**62 + 1}\n{ROOT}\n\n", "2: this is not a checkpoint: '4611686018427387905' is not a number of events"),
        (f"a\n{'9' * 400_000}\n{ROOT}\n\n", f"2: this is not a checkpoint: {'9' * 60!r} is not a number of events"),
        (f"a\n1\n{ROOT[:-1]}\n\n", f"3: this is not a checkpoint: {ROOT[:-1]!r} is not a root, 32 bytes in base64"),
        (f"a\n1\n{ROOT[:-2]}V=\n\n", f"3: this is not a checkpoint: {ROOT[:-2] + 'V='!r} is not a root, 32 bytes in base64"),
        ("a\n1\nAAAA\n\n", "3: this is not a checkpoint: 'AAAA' is not a root, 32 bytes in base64"),
        (f"a\r\n1\r\n{ROOT}\r\n\r\n", "1: this is not a checkpoint: it holds the control character U+000D"),
        (f"a\n1\n{ROOT}\n\n\x1b[2J\n", "5: this is not a checkpoint: it holds the control character U+001B"),
        (f"\ud800\n1\n{ROOT}\n\n", "1: this is not a checkpoint: it holds half of a character"),
        (f"a\n1\n{ROOT}\n\n— a AAAAAAAA", "5: this is not a checkpoint: its last line is cut off"),
        (f"a\n1\n{ROOT}\n\n- a AAAAAAAA\n", "5: this is not a checkpoint: '- a AAAAAAAA' is not a signature"),
        (f"a\n1\n{ROOT}\n\n— a AAAA\n", "5: this is not a checkpoint: '— a AAAA' is not a signature"),
        (f"a\n1\n{ROOT}\n\n— a b AAAAAAAA\n", "5: this is not a checkpoint: '— a b AAAAAAAA' is not a signature"),
        (f"a\n1\n{ROOT}\n\n" + "— a AAAAAAAA\n" * 65, "69: this is not a checkpoint: there are too many signatures"),
        ("a" * 600_000, "1: this is not a checkpoint: it is too long"),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused_with_the_line(text, said):
    with pytest.raises(Refused) as refused:
        parse(text, "old.txt")
    advice = "cis checkpoint writes one: origin, size, root in base64, an empty line, and signatures if there are any."
    assert str(refused.value) == f"old.txt:{said}\n  {advice}"


def test_as_many_signatures_as_the_specification_asks_for_are_read():
    text = f"a\n1\n{ROOT}\nmore\n\n" + "".join(str(Signature(f"w{i}", b"1234", bytes(5000))) for i in range(16))
    assert [s.name for s in parse(text).signatures] == [f"w{i}" for i in range(16)]
    assert parse(text).more == ("more",)
    assert str(parse(text)) == text


def test_a_checkpoint_without_the_empty_line_is_read_where_nothing_is_signed():
    assert parse(f"a\n1\n{ROOT}\n") == parse(f"a\n1\n{ROOT}") == parse(f"a\n1\n{ROOT}\n\n")


def test_files_that_cannot_be_read_are_refused_in_words(tmp_path):
    for content, said in (
        (b"\xff", "this is not UTF-8 text, so it is not a checkpoint"),
        (b"x" * 600_000, "the file is too long"),
    ):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(Refused, match=said):
            read(str(tmp_path / "file"))
    for path, said in (
        (tmp_path, "Is a directory"),
        (tmp_path / "none", "No such file"),
        ("a\0b", "embedded null byte"),
    ):
        with pytest.raises(Refused, match=f"the file cannot be read: {said}"):
            read(str(path))


PIECES = st.sampled_from(
    ["a", "\n", "\n\n", "1", "0", ROOT, "— ", "AAAAAAAA", " ", "+", "=", "\r", "\0", "\u2028", "\ud800", "é"]
)
LIKE_ONE = st.builds(
    lambda origin, size, root, rest: f"{origin}\n{size}\n{root}\n{rest}",
    st.text(max_size=5),
    st.one_of(st.integers().map(str), st.text(max_size=3)),
    st.one_of(
        st.binary(min_size=32, max_size=32).map(lambda raw: str(Signature("", raw[:4], raw[4:]))[3:].strip()),
        st.just(ROOT),
    ),
    st.lists(PIECES, max_size=8).map("".join),
)


@tried_with(st.one_of(st.lists(PIECES).map("".join), LIKE_ONE, st.text()))
def test_any_text_is_a_checkpoint_that_is_written_as_it_was_read_or_is_refused(text):
    try:
        found = parse(text)
    except Refused:
        return
    assert str(found).startswith(text.rstrip("\n"))
    assert parse(str(found)) == found


@tried_with(st.one_of(st.text(), st.lists(st.sampled_from([*GO_PUBLIC, "+", "PRIVATE+KEY+", GO_PUBLIC])).map("".join)))
def test_any_text_is_a_key_that_is_written_as_it_was_read_or_is_refused(text):
    try:
        key = parse_key(text)
    except RecordError:
        return
    assert str(key) == text
    assert isinstance(key, Key)
