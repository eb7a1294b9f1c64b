"""What a bar over time is: one standing in one row, from when to when, with the soft edges of intervals."""

from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from eventstore.facts import END
from projections.interval import Row
from projections.pictures.names import Text


class Standing(NamedTuple):
    """What a bar can stand for: its word and its colour; whether light letters are read on it; whether the bar is thin.

    Thin bars are the lesser standings: that tells colours apart which print as the same grey.
    """

    text: Text
    colour: str
    light: bool = False
    thin: bool = False


class Line(NamedTuple):
    """A row of the chart: its key and its label. A heading has no bars."""

    key: str
    label: str
    heading: bool = False


def by_label(line: Line) -> tuple[str, str]:
    """The order of rows by their labels, Ё with Е."""
    return line.label.casefold().replace("ё", "е"), line.key


class Bar(NamedTuple):
    """One standing in one row of the chart; its edges are those of intervals (`projections.interval`)."""

    line: str
    standing: str
    valid_from: str
    valid_from_latest: str
    valid_to: str | None
    valid_to_latest: str | None
    disputed: bool = False
    doubtful: bool = False  # whether the source itself doubts the day on which it began
    end_disputed: bool = False


class Act(NamedTuple):
    """Something done in one row of the chart on some day from `first` to `last`, shown by a symbol."""

    line: str
    kind: str
    first: str
    last: str
    disputed: bool = False


class Stretch(NamedTuple):
    """Days (half-open) on which a bar is certain, or only possible."""

    first: str
    last: str
    certain: bool


def joined(rows: Iterable[Row], *alike: str) -> Iterator[Row]:
    """Rows of one thing in order; those that follow each other and are alike in these columns become one.

    What is disputed in a later one of them is none of these columns: it does not mark the whole.
    """
    held: Row | None = None
    for row in rows:
        if (
            held is not None
            and held["valid_to"] == row["valid_from"]
            and all(held[name] == row[name] for name in alike)
        ):
            held |= {name: row[name] for name in ("valid_to", "valid_to_latest")}
            held["valid_from_latest"] = min(held["valid_from_latest"], row["valid_from_latest"])
            continue
        if held is not None:
            yield held
        held = dict(row)
    if held is not None:
        yield held


def bars(line: str, rows: Iterable[Row], standing: Callable[[Row], str | None], disputed: Container[str]) -> list[Bar]:
    """The bars of the rows of one thing in order, in a view of intervals that has `since`; no standing: no bar.

    `disputed` are the events that some source disputes. A bar is disputed where that is not only carried on from the one before.
    What a row without a bar disputes is that the one before it is over.
    """
    found = list[Bar]()
    before: Row = {"valid_to": None, "disputed": False}
    for row in rows:
        carried = before["disputed"] and before["valid_to"] == row["valid_from"] and row["began_by"] not in disputed
        marked = bool(row["disputed"]) and not carried
        before, named = row, standing(row)
        if named is not None:
            edges = (row["valid_from"], row["valid_from_latest"], row["valid_to"], row["valid_to_latest"])
            doubtful = any(sign in row["since"] for sign in "?~%")
            found.append(Bar(line, named, *edges, disputed=marked, doubtful=doubtful))
        elif found and marked:
            found[-1] = found[-1]._replace(end_disputed=True)
    return found


def stretches(bar: Bar, first: str, horizon: str) -> list[Stretch]:
    """What of a bar lies between two days (ISO): its soft edges are possible, the rest is certain."""
    begins, ends = max(bar.valid_from, first), min(bar.valid_to_latest or END, horizon)
    sure, over = max(bar.valid_from_latest, first), min(bar.valid_to or END, horizon)
    if begins > ends:
        return []
    if sure > over or (sure == over and begins < ends):
        return [Stretch(begins, ends, False)]
    parts = (Stretch(begins, sure, False), Stretch(sure, over, True), Stretch(over, ends, False))
    return [part for part in parts if part.certain or part.first < part.last]


def goes_on(bar: Bar, horizon: str) -> bool:
    """Whether a bar certainly holds at the horizon (ISO) and does not end there."""
    return bar.valid_from_latest <= horizon < (bar.valid_to or END)
