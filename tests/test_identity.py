"""Who an event is and that it is unaltered: canonical bytes, ids, the chain of hashes, and what `verify` finds."""

import json
from hashlib import sha256
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest
import rfc8785
from histories import WORLD, append, fact, given
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import text

from eventstore import canonical, integrity
from eventstore.events.fields import LARGEST_INTEGER
from eventstore.reading import check_chain, read

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@for_all(values)
def test_whatever_passes_the_check_is_written_as_rfc_8785_has_it(value):
    value = canonical.composed(value)
    assume(not canonical.check(value))  # too deep
    written = canonical.encode(value)
    assert written.encode() == rfc8785.dumps(value)
    assert json.loads(written) == value


def test_the_example_of_canonical_form():
    value = {"b": [1, None, True], "a": 'Ð\n\t"\\/', "B": {}}
    assert canonical.encode(value) == '{"B":{},"a":"Ð\\n\\t\\"\\\\/","b":[1,null,true]}'


@pytest.mark.parametrize("name", ["Й", "Ё", "é", "Å"])
def test_a_letter_and_its_mark_are_the_same_as_the_letter_with_its_mark(name):
    from unicodedata import normalize

    apart = fact("statement-made", "1991", text=normalize("NFD", name))
    together = fact("statement-made", "1991", text=normalize("NFC", name))
    assert normalize("NFD", name) != normalize("NFC", name)
    assert apart.id == together.id


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1.5}, ["a has a decimal point: write it as text"]),
        ({"a": LARGEST_INTEGER + 1}, ["a is beyond 2^53, where readers of JSON disagree"]),
        ({"a": {"ключ": 1}}, ["a has the key 'ключ': keys are ASCII text"]),
        ({"a": ["\x07"]}, ["a[0] holds the control character U+0007: take it out"]),
        ({"a": "\ud800"}, ["a holds the control character U+D800: take it out"]),
        ({"a": b"x"}, ["a is a bytes, which JSON cannot say"]),
        ({"a": 1, "b": [0.5, {"c": 0.5}]}, ["b[0] has a decimal point: write it as text",
                                           "b[1].c has a decimal point: write it as text"]),
        ([[[[[[[[[[1]]]]]]]]]], ["[0][0][0][0][0][0][0][0][0] is nested deeper than 8 levels"]),
    ],
)  # fmt: skip
def test_what_has_no_canonical_form_is_named(value, said):
    assert canonical.check(value) == said


def test_the_namespace_of_ids_is_derived_from_the_name_of_the_record():
    assert UUID(integrity.NAMESPACE) == uuid5(NAMESPACE_DNS, "cis-record")


@for_all(texts, texts, texts)
def test_an_id_is_the_uuid5_of_kind_date_and_data(kind, occurred, data):
    expected = uuid5(UUID(integrity.NAMESPACE), f"{kind}\n{occurred}\n{data}")
    assert integrity.event_id(kind, occurred, data) == str(expected)


def test_an_id_depends_on_what_happened_and_not_on_who_says_so():
    signed = fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AM")
    assert signed.id == signed.citing("wikipedia", "nti-cis, paragraph 2").id
    assert signed.id == fact("treaty-signed", "1991-12-21", state="Armenia", treaty="belovezha").id
    assert signed.id == fact("treaty-signed", "1991-12-21", state="AM", treaty="belovezha", place=None).id
    others = [
        fact("treaty-ratified", "1991-12-21", treaty="belovezha", state="AM"),
        fact("treaty-signed", "1991-12-22", treaty="belovezha", state="AM"),
        fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AZ"),
        fact("treaty-signed", "1991-12-21", treaty="belovezha", state="AM", place="Alma-Ata"),
    ]
    assert len({signed.id, *(other.id for other in others)}) == 5


def test_the_id_of_a_known_fact_never_changes():
    # An id that changed would split the record of everybody who has it already.
    signed = fact("treaty-signed", "1991-12-21", treaty="cis-alma-ata-protocol", state="AM", place="Alma-Ata")
    assert signed.draft.data == '{"place":"Alma-Ata","state":"AM","treaty":"cis-alma-ata-protocol"}'
    assert signed.id == "22f5d330-bdad-569a-a198-b1609b59cdbb"


def test_the_order_in_which_members_of_a_set_are_written_makes_no_other_event():
    one = fact("meeting-held", "1991-12-30", meeting="minsk", states=["BY", "AM"], bodies=["b", "a"])
    other = fact("meeting-held", "1991-12-30", meeting="minsk", bodies=["a", "b"], states=["AM", "BY"])
    assert one.id == other.id


def test_a_stranger_finds_the_hashes_of_a_log_with_nothing_but_uuid5_and_sha256(database):
    now = "2026-11-22T10:00:00.000000Z"
    with database.record() as connection:
        source = fact("source-registered", "1991", citing="nti-cis", source="nti-cis", title="NTI", standing="press")
        said = fact("statement-made", "[..1991-12-08]", citing="nti-cis, paragraph 1", text="СССР", states=["RU", "BY"])
        append(connection, source, said, now=now, by="editor")
        rows = list(read(connection))
        assert check_chain(connection) == (2, rows[1].hash, [])

    def hashed(*lines):
        return sha256("\n".join(lines).encode()).hexdigest()

    namespace = uuid5(NAMESPACE_DNS, "cis-record")
    entry, spoken = '{"source":"nti-cis","standing":"press","title":"NTI"}', '{"states":["BY","RU"],"text":"СССР"}'
    ids = [
        str(uuid5(namespace, f"source-registered\n1991\n{entry}")),
        str(uuid5(namespace, f"statement-made\n[..1991-12-08]\n{spoken}")),
    ]
    first = hashed(
        sha256(b"cis-record").hexdigest(),
        *("1", ids[0], "source-registered", "1", "1991", "1991-01-01", "1991-12-31", now, "editor", entry),
        '[{"locator":"","source":"nti-cis"}]',
    )
    second = hashed(
        first,
        *("2", ids[1], "statement-made", "1", "[..1991-12-08]", "", "1991-12-08", now, "editor", spoken),
        '[{"locator":"paragraph 1","source":"nti-cis"}]',
    )
    assert [row.hash for row in rows] == [first, second]


@for_all(st.lists(st.none() | texts.filter(lambda told: "\n" not in told), min_size=4, max_size=4),
         st.lists(st.none() | texts.filter(lambda told: "\n" not in told), min_size=4, max_size=4))  # fmt: skip
def test_two_different_envelopes_never_give_the_same_hash(one, other):
    assert (integrity.chained("", one) == integrity.chained("", other)) == (one == other)


UNPROTECTED = {
    "sqlite": "DROP TRIGGER {name}",
    "postgresql": "DROP TRIGGER {name} ON {table}",
}


@pytest.fixture
def unguarded(database):
    """A log of nine events whose triggers somebody took away."""
    given(database, *WORLD)
    with database.transaction() as connection:
        dialect = connection.dialect.name
        query = {
            "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid WHERE NOT tgisinternal",
        }[dialect]
        for name, table in connection.execute(text(query)).all():
            connection.execute(text(UNPROTECTED[dialect].format(name=name, table=table)))
    return database


def done(database, *statements):
    """What `verify` says after somebody changed the log."""
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with database.transaction() as connection:
        return check_chain(connection).problems


def test_a_log_as_it_was_written_has_no_problem(unguarded):
    assert done(unguarded) == []


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'treaty-signed'",
        "version = 2",
        "occurred = '1991-12-09'",
        "occurred_from = '1991-12-09'",
        "occurred_to = NULL",
        "recorded_at = '2026-11-21T00:00:00.000000Z'",
        "recorded_by = 'somebody'",
        "event_id = 'x'",
        "data = replace(data, 'Agreement', 'Treaty')",
        "sources = '[]'",
        "hash = replace(hash, substr(hash, 1, 1), 'x')",
    ],
)
def test_an_altered_event_is_named_by_its_position(unguarded, change):
    problems = done(unguarded, f"UPDATE event SET {change} WHERE position = 3")
    assert problems[0] == "position 3: altered, or the event before it was replaced (its hash does not fit)"


def test_a_missing_event_is_named_by_its_position(unguarded):
    assert done(unguarded, "DELETE FROM event WHERE position = 4")[0] == (
        "position 4: missing (the next event found is position 5)"
    )


def test_a_missing_beginning_is_found(unguarded):
    assert done(unguarded, "DELETE FROM event WHERE position <= 2")[0] == (
        "position 1: missing (the next event found is position 3)"
    )


def test_a_missing_end_is_found(unguarded):
    (problem,) = done(unguarded, "DELETE FROM event WHERE position >= 8")
    assert problem.startswith("position 8: ")


def test_an_emptied_log_is_found(unguarded):
    (problem,) = done(unguarded, "DELETE FROM event")
    assert problem.startswith("position 1: ")


def test_two_events_that_changed_places_are_found(unguarded):
    problems = done(
        unguarded,
        "UPDATE event SET position = 99 WHERE position = 3",
        "UPDATE event SET position = 3 WHERE position = 5",
        "UPDATE event SET position = 5 WHERE position = 99",
    )
    assert [problem.split(":")[0] for problem in problems] == ["position 3", "position 4", "position 5", "position 6"]


def test_an_inserted_event_is_found_even_with_a_hash_that_fits(unguarded):
    moved = [f"UPDATE event SET position = {at + 1} WHERE position = {at}" for at in range(9, 4, -1)]
    done(unguarded, *moved, "UPDATE log_head SET position = 10")
    with unguarded.transaction() as connection:
        rows = {row.position: row for row in read(connection)}
    envelope = (5, "x", *rows[4][2:-1])
    forged = integrity.chained(rows[4].hash, envelope)
    columns = "event_id, kind, version, occurred, occurred_from, occurred_to, recorded_at, recorded_by, data, sources"
    problems = done(
        unguarded,
        f"INSERT INTO event (position, {columns}, hash) SELECT 5, 'x', {columns.partition(', ')[2]}, '{forged}'"
        " FROM event WHERE position = 4",
    )
    assert problems[0] == "position 6: altered, or the event before it was replaced (its hash does not fit)"


def test_a_whole_log_written_anew_is_found_by_its_head(unguarded):
    (problem,) = done(unguarded, "UPDATE log_head SET hash = 'x'")
    assert problem.startswith("position 9: ")


def test_a_log_without_its_head_is_found(unguarded):
    assert done(unguarded, "DELETE FROM log_head") == ["log_head is empty: the newest event cannot be confirmed"]


def test_of_many_problems_the_first_are_told(unguarded):
    with unguarded.transaction() as connection:
        rows = [(*row[:-1], "x") for row in read(connection)]
    assert len(integrity.verify(rows * 5, (9, "x")).problems) == 20
