"""A list in a question means the same on both databases, however long it is; large questions and batches go row by row."""

import pytest
from histories import WORLD, given

from eventstore.driver import FEW, ask, ask_all, put, stream, together
from eventstore.tables import event_subject

FILLED = [f"nobody-{number}" for number in range(FEW)]
LENGTHS = pytest.mark.parametrize(
    "others", [[], FILLED[:3], FILLED, FILLED * 30], ids=["none", "few", "more", "hundreds"]
)


@LENGTHS
def test_a_list_of_any_length_holds_what_is_in_it(database, others):
    given(database, *WORLD)
    with database.record() as connection:
        within = ask(connection, "SELECT count(*) FROM event WHERE kind IN ??", ([*others, "treaty-adopted"],))
        beside = ask(connection, "SELECT count(*) FROM event WHERE kind NOT IN ??", ([*others, "treaty-adopted"],))
        everything = ask(connection, "SELECT count(*) FROM event")
    assert within[0][0] > 0
    assert within[0][0] + beside[0][0] == everything[0][0]


@LENGTHS
def test_each_of_a_list_is_a_row(database, others):
    with database.record() as connection:
        assert ask(connection, "SELECT name FROM EACH ?? ORDER BY name DESC LIMIT 1", ([*others, "zulu"],)) == [
            ("zulu",)
        ]


@LENGTHS
def test_a_text_in_a_list_may_hold_any_character(database, others):
    odd = ['"', "\\", "'", "{", "}", "[", "]", ",", "NULL", "\n", "\t", "%s", "?", "ё", "\U0001f54a", ""]
    with database.record() as connection:
        listed = ask(connection, "SELECT name FROM EACH ?? WHERE name IN ??", ([*others, *odd], [*odd, *others[:1]]))
    assert sorted({name for (name,) in listed} - {*others}) == sorted(odd)


@LENGTHS
def test_lists_and_single_values_keep_their_places(database, others):
    question = "SELECT name FROM EACH ?? WHERE name <> ? AND name IN ?? AND name NOT IN ?? ORDER BY name"
    values = ([*others, "a", "b", "c", "d"], "a", ["a", "b", "c", *others], ["c", *others])
    with database.record() as connection:
        assert ask(connection, question, values) == [("b",)]
        assert ask_all(connection, [(question, values), ("SELECT ?", ("x",))]) == [[("b",)], [("x",)]]


def test_the_first_row_of_a_large_question_is_there_before_a_thousand_others_were_read(empty_sqlite):
    read = list[int]()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT noted(i) FROM n"
    with empty_sqlite.record() as connection:
        connection.connection.driver_connection.create_function("noted", 1, lambda i: read.append(i) or i)
        rows = stream(connection, numbers)
        assert next(rows) == (1,)
        assert len(read) <= 2
        assert len(list(rows)) == 4_999


def test_of_many_rows_that_are_put_together_with_other_statements_none_is_left_out(database):
    rows = [(f"state:{number:03}", 1) for number in range(2 * FEW + 1)]
    with database.transaction() as connection, together(connection):
        put(connection, event_subject, rows)
        put(connection, event_subject, [])
        put(connection, event_subject, iter([("state:last", 1)]))
    with database.record() as connection:
        assert ask(connection, "SELECT subject, position FROM event_subject ORDER BY subject") == [
            *rows,
            ("state:last", 1),
        ]


def test_of_rows_that_break_off_while_they_are_written_none_stays(database):
    def rows():
        for number in range(2 * FEW):
            yield (f"state:{number}", 1)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"), database.transaction() as connection:
        put(connection, event_subject, rows())
    with database.record() as connection:
        assert ask(connection, "SELECT count(*) FROM event_subject") == [(0,)]
