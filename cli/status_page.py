"""A status table on the page: what stands above it, the table, the footnotes; for programs only its rows."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from cli.output import Row, Shown, emit, lines_of, put, text_width, visible, width
from cli.table import GAP

if TYPE_CHECKING:
    from projections.status_table import Sheet

Column = tuple[str, str]  # key and heading


def show(sheet: "Sheet", form: str) -> None:
    """Print a status table in one of the forms of answers."""
    if form in ("json", "csv"):
        emit(sheet.plain(), form, [*(key for key, _ in sheet.columns), "notes"])
        return
    rows, notes = sheet.noted()
    put(_page(sheet, rows, notes, form))


def _page(sheet: "Sheet", rows: Sequence[Row], notes: Sequence[str], form: str) -> Iterator[str]:
    yield from _apart(sheet.head, form)
    yield ""
    if not rows:
        yield "–"
    for columns in _side_by_side(sheet.columns, rows) if form == "table" else [sheet.columns]:
        yield from lines_of(rows, form, [key for key, _ in columns], shown=[_shown(column) for column in columns])
        yield ""
    yield from _apart([*sheet.foot, *notes], form)


def _apart(texts: Sequence[str], form: str) -> Iterator[str]:
    """The texts, each a paragraph of its own; on the page as wide as that, what hangs over set in under the text of a note."""
    if form == "markdown":
        yield from ("\n\n".join(map(visible, texts)),) if texts else ()
        return
    for text in map(visible, texts):
        yield from wrap(text, text_width(), subsequent_indent="  ", break_on_hyphens=False) or [""]


def _shown(column: Column) -> Shown:
    key, heading = column
    return heading, lambda row: row[key]


def _side_by_side(columns: list[Column], rows: Sequence[Row]) -> list[list[Column]]:
    """The columns in groups as wide as the page, the first column before each: an annex of a dozen states goes on below."""
    first, *others = columns
    if len(others) <= 5:  # a table of few columns wraps its cells instead
        return [columns]
    groups, room = [[first]], 0
    for column in others:
        wide = _wide(column, rows) + GAP
        if len(groups[-1]) > 1 and wide > room:
            groups.append([first])
        if len(groups[-1]) == 1:
            room = width() - min(_wide(first, rows), 24)
        groups[-1].append(column)
        room -= wide
    return groups


def _wide(column: Column, rows: Sequence[Row]) -> int:
    key, heading = column
    return max(len(heading), *(len(row[key]) for row in rows))
