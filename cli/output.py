"""How answers are printed: data on stdout in one of four forms, talk on stderr.

Text that comes from sources can hold what a terminal or a spreadsheet would obey. In tables it is made visible; in CSV a cell
that a spreadsheet would take for a formula gets an apostrophe before it; JSON carries it unchanged.
"""

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import click

from cli.options import inherited

if TYPE_CHECKING:
    from cli.table import Column

Row = Mapping[str, Any]
Shown = str | tuple[str, Callable[[Row], object]]  # a key, or a heading and how its value follows from a row
Progress = Callable[[int], object]
Begin = Callable[[int], Progress | None]

FORMS = ("table", "json", "csv", "markdown")
WIDTH = 120  # columns of a table that goes neither to a terminal nor through one
NARROWEST = 40  # characters below which a text is not wrapped any narrower
_NUMBER = re.compile(r"\d*(?:–\d+)?")  # a number, or from one to another


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="table",
    show_default=True,
    callback=inherited,
    help="How the answer is printed.",
)

progress_option = click.option(
    "--progress/--no-progress",
    "bar",
    default=None,
    help="Show a progress bar on stderr, or none.  [default: on a terminal]",
)


class Counted:
    """Rows that pass by, and how many they were."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def emit(
    rows: Iterable[Row], form: str, keys: Sequence[str], *, shown: Sequence[Shown] = (), none: str = "Nothing found."
) -> None:
    """Print rows on stdout.

    JSON and CSV give every key of a row, `keys` first. Tables and Markdown give the columns in `shown` (default: `keys`) that
    hold something in some row. With no rows, CSV still prints its header, and a table says `none` on stderr.
    """
    lines = lines_of(rows, form, keys, shown=shown)
    first = next(lines, None)
    if first is None:
        say(none)
    else:
        put(chain((first,), lines))


def lines_of(rows: Iterable[Row], form: str, keys: Sequence[str], *, shown: Sequence[Shown] = ()) -> Iterator[str]:
    """The lines that `emit` prints; none for a table without rows."""
    match form:
        case "json":
            return _json(_in_order(row, keys) for row in rows)
        case "csv":
            return _csv((_in_order(row, keys) for row in rows), keys)
        case _:
            columns = _columns(list(rows), shown or keys)
            return iter(()) if not columns else _markdown(columns) if form == "markdown" else _table(columns)


def put(lines: Iterable[str]) -> None:
    """Print lines; where they go to a terminal and do not fit onto it, through the person's pager.

    That is PAGER, or else `less`; NO_PAGER or `PAGER=cat` turn it off.
    """
    lines = iter(lines)
    fitting = list(islice(lines, _height()))
    following = next(lines, None)
    if following is not None and _is_paged():
        # The pager gets a line feed after the last line from click, so each line brings the one before it.
        click.echo_via_pager(chain(fitting[:1], (f"\n{line}" for line in chain(fitting[1:], (following,), lines))))
        deque(lines, maxlen=0)  # what a person left unread is counted all the same
        return
    for line in chain(fitting, () if following is None else (following,), lines):
        sys.stdout.write(f"{line}\n")


def _is_paged() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty() and not os.environ.get("NO_PAGER")


def _height() -> int:
    """How many lines fit onto the terminal, with one for the prompt and one for what is said of the answer."""
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).lines - 2, 1)
    except (OSError, ValueError):
        return 1


def emit_one(row: Row, form: str) -> None:
    """Print one object: as such in JSON, name by name in a table."""
    put(lines_of_one(row, form))


def lines_of_one(row: Row, form: str) -> Iterator[str]:
    """The lines that `emit_one` prints."""
    match form:
        case "json":
            return iter(to_json(row, indent=2).splitlines())
        case "csv":
            return _csv([row], list(row))
        case "markdown":
            return _markdown(_named_values(row))
        case _:
            return _table(_named_values(row), header=False)


def say(text: str) -> None:
    """Talk to the person, on stderr."""
    sys.stdout.flush()  # what was printed before is seen before
    click.echo(visible(text), err=True)


def plural(count: int, thing: str) -> str:
    """A count and what is counted."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def visible(text: str) -> str:
    """The text with every character that does not print, or that turns the direction of others, as its code."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _code(char) for char in text)


def _code(char: str) -> str:
    if char in "\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}":
        return " "
    number = ord(char)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"


def _in_order(row: Row, keys: Sequence[str]) -> Row:
    return {key: row[key] for key in keys if key in row} | {key: row[key] for key in row if key not in keys}


def to_json(value: object, indent: int | None = None) -> str:
    """A value as JSON text, in letters where stdout can carry them."""
    import json

    plain = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
    return json.dumps(value, ensure_ascii=plain, indent=indent)


def _json(rows: Iterable[Row]) -> Iterator[str]:
    rows = iter(rows)
    row = next(rows, None)
    if row is None:
        yield "[]"
        return
    yield "["
    for following in rows:
        yield f"  {to_json(row)},"
        row = following
    yield f"  {to_json(row)}"
    yield "]"


def _csv(rows: Iterable[Row], keys: Sequence[str]) -> Iterator[str]:
    import csv

    from projections.spreadsheet import harmless

    rows = iter(rows)
    first = next(rows, None)
    header = list(keys if first is None else first)
    line = _Line()
    writer = csv.writer(line)
    for cells in chain((header,), ([harmless(_plain(row[key])) for key in header] for row in _rejoined(first, rows))):
        writer.writerow(cells)
        yield line.text


def _rejoined(first: Row | None, rows: Iterable[Row]) -> Iterable[Row]:
    return () if first is None else chain((first,), rows)


class _Line:
    """A row of CSV without its ending.

    The writer is left its own ending, CR LF: only then does it quote a cell that holds either of them.
    """

    text = ""

    def write(self, row: str) -> None:
        self.text = row.removesuffix("\r\n")


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else to_json(value) if isinstance(value, list | dict) else str(value)


def _cell(value: object) -> str:
    """What a person reads in a table: nothing for what is missing or not so."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return visible(_plain(value))


def _columns(rows: Sequence[Row], shown: Sequence[Shown]) -> "list[Column]":
    from cli.table import Column

    columns = list[Column]()
    for item in shown:
        heading, value = item if isinstance(item, tuple) else (item.replace("_", " "), _value_of(item))
        values = [value(row) for row in rows]
        cells = [_cell(value) for value in values]
        if any(cells):
            columns.append(Column(visible(heading), cells, number=all(map(_NUMBER.fullmatch, cells))))
    return columns


def _value_of(key: str) -> Callable[[Row], object]:
    return lambda row: row.get(key)


def _named_values(row: Row) -> "list[Column]":
    from cli.table import Column

    names = [visible(name.replace("_", " ")) for name in row]
    return [Column("", names, wide=max(map(len, names))), Column("", [_cell(value) for value in row.values()])]


def _markdown(columns: "Sequence[Column]") -> Iterator[str]:
    yield f"| {' | '.join(markdown_text(column.heading) for column in columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield f"| {' | '.join(map(markdown_text, cells))} |"


def markdown_text(text: str) -> str:
    """A text that reads the same in Markdown: nothing in it is taken for a mark."""
    for mark in "\\|`*_[]<>":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "<br>")


def _table(columns: "list[Column]", *, header: bool = True) -> Iterator[str]:
    from cli.table import table_lines

    for number, line in enumerate(table_lines(columns, width(), header=header)):
        yield click.style(line, bold=True) if header and number == 0 and sys.stdout.isatty() else line


def width() -> int:
    """How many columns a table may take: COLUMNS if set, else the terminal's, also where only stderr is one."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    for stream in (1, 2, 0):
        try:
            return os.get_terminal_size(stream).columns or WIDTH
        except OSError:
            continue
    return WIDTH


def text_width() -> int:
    """How many characters a line of a text may have."""
    return max(width(), NARROWEST)


@contextmanager
def progress(label: str, *, shown: bool | None) -> Iterator[Begin]:
    """A progress bar on stderr; gives a function that, told how many steps there will be, gives what to tell of each.

    `shown` None: only where stderr is a terminal. Where it is not shown, there is nothing to be told.
    """
    if not (sys.stderr.isatty() if shown is None else shown):
        yield lambda _: None
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True, width=width())) as bar:
        task = bar.add_task(label, total=None)

        def begin(total: int) -> Progress:
            bar.update(task, total=total)
            return lambda steps: bar.advance(task, steps)

        yield begin
        bar.update(task, visible=bar.tasks[0].total is not None)  # what never began is not shown as unfinished
