"""How a table for people is laid out: as wide as there is room, its texts wrapped between words, nothing cut off."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

GAP = 2  # blanks between the columns of a table
LITTLE = 10  # characters of which no column is kept short
PROSE = 24  # characters without which running text cannot be read
LONGEST_WORD = 26  # characters that are kept together even where room is short
_CHUNK = re.compile(
    r"\S+?(?:\s+|$|(?<=[^\W\d]-)(?=[^\W\d])|(?<=[,/])(?=\d)|(?<=\.\.)(?=\d))|\s+"
)  # what a line is not broken within


@dataclass(frozen=True)
class Column:
    """A column of a table for people: its heading, and one cell for each row."""

    heading: str
    cells: list[str]
    number: bool = False
    wide: int = 0  # the width that it needs at least

    @cached_property
    def natural(self) -> int:
        """The width at which nothing needs to be wrapped."""
        return max(len(line) for text in (self.heading, *self.cells) for line in text.split("\n"))

    @cached_property
    def least(self) -> int:
        """The width below which words would be cut."""
        chunks = (chunk.rstrip() for text in (self.heading, *self.cells) for chunk in _CHUNK.findall(text))
        return max(min(max(map(len, chunks), default=0), LONGEST_WORD), min(self.wide, self.natural))


def table_lines(columns: list[Column], room: int, *, header: bool = True) -> Iterator[str]:
    """The lines of a table that is at most `room` characters wide; nothing in it is cut off."""
    if _total(column.natural for column in columns) > room:
        # Columns for which there is no room go together into the last one, each value with its heading before it.
        while len(columns) > 2 and _total(column.least for column in columns) > room:
            columns = [*columns[:-2], _together(columns[-2], columns[-1])]
    widths = _widths(columns, room)
    if header:
        yield from _lines([column.heading for column in columns], columns, widths)
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield from _lines(cells, columns, widths)


def _total(widths: Iterable[int]) -> int:
    """The width of columns side by side."""
    return sum(width + GAP for width in widths) - GAP


def _together(one: Column, other: Column) -> Column:
    def named(column: Column) -> Iterator[str]:
        for cell in column.cells:
            yield f"{column.heading}: {cell}" if cell and column.heading else cell

    pairs = zip(named(one), named(other), strict=True)
    return Column("", ["; ".join(filter(None, pair)) for pair in pairs], wide=PROSE)


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """What each column needs; what is left goes where most text stands beyond that, as far as it is wanted there."""
    widths = [column.least for column in columns]
    while _total(widths) > room and max(widths) > 1:  # on a terminal too narrow for words, words are cut
        widths[widths.index(max(widths))] -= 1
    left = max(room - _total(widths), 0)
    missing = [column.natural - width for column, width in zip(columns, widths, strict=True)]
    beyond = [sum(max(len(cell) - column.least, 0) for cell in column.cells) + 1 for column in columns]
    # A column that lacks little is given it: a word more in running text is worth less than a name in one piece.
    for i in sorted(range(len(columns)), key=missing.__getitem__):
        if missing[i] <= min(LITTLE, left):
            widths[i], left, missing[i] = widths[i] + missing[i], left - missing[i], 0
    order = sorted(range(len(columns)), key=lambda i: missing[i] / beyond[i])
    for place, i in enumerate(order):
        share = min(missing[i], left * beyond[i] // sum(beyond[j] for j in order[place:]))
        widths[i] += share
        left -= share
    return widths


def _lines(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        padded = []
        for part, column, width in zip(parts, columns, widths, strict=True):
            blank = " " * (width - len(part))
            padded.append(blank + part if column.number else part + blank)
        yield (" " * GAP).join(padded).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of a width, broken between words, at hyphens, and within sets of dates."""
    if len(text) <= width and "\n" not in text:
        return [text]
    lines = list[str]()
    for paragraph in text.split("\n"):
        line = ""
        for chunk in _CHUNK.findall(paragraph):
            if line and len(line) + len(chunk.rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += chunk
            while len(line.rstrip()) > width:
                lines.append(line[:width])
                line = line[width:]
        lines.append(line.rstrip())
    return lines
