"""How answers are printed: nothing cut off, nothing obeyed, nothing that says None."""

import csv
import io
import json
from collections.abc import Iterator
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output import emit, emit_one, visible
from cli.table import Column, table_lines


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@pytest.mark.usefixtures("narrow")
def test_long_text_is_wrapped_between_words_and_at_hyphens_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    title = "Agreement on the Establishment of the Commonwealth of Independent States"
    emit([{"id": "creation-agreement", "title": title}], "table", ("id", "title"))
    lines = printed(capsys).splitlines()
    assert lines == [
        "id                  title",
        "creation-agreement  Agreement on the",
        "                    Establishment of the",
        "                    Commonwealth of",
        "                    Independent States",
    ]


@pytest.mark.usefixtures("narrow")
def test_columns_without_room_follow_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"state": "RU", "signed": "1993-01-22", "ratified": "1993-04-15", "in_force": "1994-01-22", "withdrawn": None}
    emit([row, {**row, "state": "BY", "ratified": None}], "table", tuple(row))
    assert printed(capsys).splitlines() == [
        "state",
        "RU     signed: 1993-01-22; ratified:",
        "       1993-04-15; in force: 1994-01-22",
        "BY     signed: 1993-01-22; in force:",
        "       1994-01-22",
    ]


def test_a_column_that_holds_nothing_is_left_out_of_tables_and_kept_in_data(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"state": "RU", "withdrawn": None, "disputed": False}]
    emit(rows, "table", ("state", "withdrawn", "disputed"))
    assert printed(capsys) == "state\nRU\n"
    emit(rows, "json", ("state", "withdrawn", "disputed"))
    assert json.loads(printed(capsys)) == rows
    emit(rows, "csv", ("state", "withdrawn", "disputed"))
    assert printed(capsys) == "state,withdrawn,disputed\nRU,,false\n"


def test_what_a_terminal_would_obey_is_made_visible_in_tables_only(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\x1b[31mred\x07 \u202eabc\u2066 a\u200bb\tc"
    emit([{"text": text}], "table", ("text",))
    assert printed(capsys) == "text\n\\x1b[31mred\\x07 \\u202eabc\\u2066 a\\u200bb c\n"
    emit([{"text": text}], "json", ("text",))
    assert json.loads(printed(capsys)) == [{"text": text}]


def test_letters_of_every_alphabet_print(capsys: pytest.CaptureFixture[str]) -> None:
    emit([{"title": "Устав Содружества – ё"}], "table", ("title",))
    assert printed(capsys) == "title\nУстав Содружества – ё\n"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+7 495", "'+7 495"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-12", "-12"),
        ("+1.5", "+1.5"),
        ("-inf", "'-inf"),
        ("a=b", "a=b"),
        (-3, "-3"),
        (None, ""),
        (True, "true"),
    ],
)
def test_no_cell_of_csv_is_a_formula(capsysbinary: pytest.CaptureFixture[bytes], cell: object, written: str) -> None:
    emit([{"a": cell, "b": "x"}], "csv", ("a", "b"))
    text = capsysbinary.readouterr().out.decode()
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [written, "x"]


def test_markdown_marks_in_text_stay_text(capsys: pytest.CaptureFixture[str]) -> None:
    emit([{"a": "x | y *z* [l](u) <b>\nnext"}], "markdown", ("a",))
    assert printed(capsys).splitlines()[2] == "| x \\| y \\*z\\* \\[l\\](u) \\<b\\><br>next |"


def test_numbers_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    emit([{"n": 5, "a": "x"}, {"n": 120, "a": "y"}], "table", ("n", "a"))
    assert printed(capsys) == "  n  a\n  5  x\n120  y\n"


def test_one_object_is_printed_name_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    emit_one({"position": 3, "projections_position": 3, "hash": "ab"}, "table")
    assert printed(capsys) == "position              3\nprojections position  3\nhash                  ab\n"
    emit_one({"position": 3}, "json")
    assert json.loads(printed(capsys)) == {"position": 3}
    emit_one({"position": 3}, "csv")
    assert printed(capsys) == "position\n3\n"


def test_rows_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    """A log of a million events is not held in memory to be printed."""
    seen = list[str]()

    def rows() -> Iterator[dict[str, object]]:
        for number in range(3):
            seen.append(printed(capsys))
            yield {"n": number}

    for form in ("json", "csv"):
        seen.clear()
        emit(rows(), form, ("n",))
        assert any("0" in text for text in seen[1:]), form
        printed(capsys)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)


@given(
    st.integers(20, 200).flatmap(
        lambda width: st.tuples(
            st.just(width),
            st.integers(1, 7).flatmap(
                lambda n: st.lists(st.lists(words, min_size=n, max_size=n), min_size=1, max_size=5)
            ),
        )
    )
)
def test_no_table_is_wider_than_its_room_and_no_letter_is_lost(case: tuple[int, list[list[str]]]) -> None:
    width, cells = case
    columns = [Column(f"h{i}", [visible(row[i]) for row in cells]) for i in range(len(cells[0]))]
    lines = list(table_lines(columns, width))
    assert all(len(line) <= width for line in lines)
    told = "".join("".join(lines).split())
    for column in columns:
        for cell in column.cells:
            for letter in set("".join(cell.split())):
                assert told.count(letter) >= cell.count(letter)


@given(st.text())
def test_visible_text_prints(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in visible(text))


def test_long_tables_take_time_as_they_are_long() -> None:
    """A thousand rows, ten times over: about ten times as long, not a hundred times."""

    def seconds(rows: int) -> float:
        columns = [Column("text", ["some words that need to be wrapped " * 3] * rows) for _ in range(3)]
        before = perf_counter()
        for _ in table_lines(columns, 80):
            pass
        return perf_counter() - before

    seconds(100)
    assert seconds(5000) < 40 * min(seconds(500) for _ in range(3))
