"""A status table as it is laid out: what stands above it, its columns and rows, what stands below, and the footnotes."""

from collections.abc import Iterator
from typing import NamedTuple

from projections.interval import Row


class Cell(NamedTuple):
    """What stands in a cell, and what its footnotes say."""

    text: str = ""
    notes: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A status table: what stands above it, its columns (key and heading), its rows by key, and what stands below."""

    head: list[str]
    columns: list[tuple[str, str]]
    rows: list[dict[str, Cell]]
    foot: list[str]

    def plain(self) -> Iterator[Row]:
        """The rows for programs: the text of each cell, and all notes of the row in `notes`."""
        for row in self.rows:
            notes = dict.fromkeys(note for cell in row.values() for note in cell.notes)
            yield {key: row[key].text or None for key, _ in self.columns} | {"notes": "\n".join(notes) or None}

    def noted(self) -> tuple[list[Row], list[str]]:
        """The rows for people, with the numbers of footnotes, and the footnotes."""
        numbers = dict[str, int]()
        shown = list[Row]()
        for row in self.rows:
            texts = {}
            for key, _ in self.columns:
                marks = [numbers.setdefault(note, len(numbers) + 1) for note in row[key].notes]
                texts[key] = row[key].text + " ".join(map(_raised, marks))
            shown.append(texts)
        return shown, [f"{_raised(number)} {note}" for note, number in numbers.items()]


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
