"""The library of reports: each is one `.sql` file that says in its first lines what it answers and what it asks for.

    -- group: membership
    -- help: Who belonged to an organisation on a day, as what, and by which acts.
    -- param: as_of date = today      The day asked about.
    -- param: organisation id = cis   The organisation.
    -- example: --as-of 1994-06-30
    SELECT ... WHERE organisation = :organisation AND valid_from <= :as_of ...

The example, which may be left out, is how a person could ask for it. A parameter has a name, a type, a default if it may be left
out, and (two blanks on) a line of help. The types:

    date        a day; a month or a year means its last day. `today` is a default.
    first-day   the same, meaning the first day of a month or a year: where a period begins
    state       a state by any of its codes or names; given to the SQL as its id
    id          an id of the register that the parameter is named for: organisation, body, office, person, treaty ...
    text        any text
    integer     a whole number
    flag        yes or no; a condition in the SQL

A state, id or text whose default is `any` may be left open: the SQL says `:state IN ('any', m.state)`.

A report gives the same answer on both databases: it orders its rows completely, by columns of the tables (never by a database's
own rules of language) and with NULLS LAST, shows truth as 'yes' or '', and uses no function that only one database has.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eventstore.errors import Misuse, Problem, Refused, did_you_mean
from eventstore.files import as_text
from projections import read_only
from projections.names import REGISTERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

GROUPS: Mapping[str, str] = {  # in the order in which they are listed; groups of other folders follow
    "membership": "Who belonged, as what, and how contested that is",
    "bodies": "Who sat in the bodies, and what they decided",
    "meetings": "Who met, where, in whose chair, and who stayed away",
    "treaties": "What was in force, and for whom",
    "chronology": "What happened when",
    "evidence": "How well we know it: sources, disputes, inferences",
}
TYPES = ("date", "first-day", "state", "id", "text", "integer", "flag")
ANY = "any"
LONGEST = 1_000  # characters of a value
_TRUE, _FALSE = frozenset(("yes", "true", "on", "1")), frozenset(("no", "false", "off", "0"))
_TAKEN = ("database", "format", "help", "known_at")  # options that every report has
_DIRECTIVES = {"group": "membership", "help": "Who belonged on a day.", "example": "--as-of 1994-06-30"}
_PERIOD = (("from", "first-day"), ("to", "date"))  # parameters that are the ends of one
_OPENABLE = ("state", "id", "text")  # types whose default may be ANY
_SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
_DIRECTIVE = re.compile(r"-- (?P<name>[a-z]+):\s*(?P<rest>.*)")
_PARAMETER = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*) (?P<type>\S+)(?: = (?P<default>\S+(?: \S+)*))?(?:\s{2,}(?P<help>.*))?"
)

Value = str | int | bool


class Parameter(NamedTuple):
    """What a report asks for; `default` is as a person would write it, None where the parameter must be given."""

    name: str
    type: str
    default: str | None
    help: str


class Report(NamedTuple):
    """One report: its name, its group, what it answers, what it asks for, its SQL (the whole file), its example ('': none)."""

    name: str
    group: str
    help: str
    parameters: tuple[Parameter, ...]
    sql: str
    example: str = ""


def library(folders: Iterable[str | Path] = ()) -> dict[str, Report]:
    """Every report by its name, in the order of the groups: those of the program, then those of other folders.

    Raises `Refused` with every fault of every file, each with its line, and for a name that is taken.
    """
    problems, found, places = list[Problem](), dict[str, Report](), dict[str, str]()
    for path, place in _files(folders, problems):
        try:
            report = parse(_text(path, place), path.stem, place)
        except Refused as refusal:
            problems += refusal.problems
            continue
        if report.name in found:
            taken = f"there is a report {report.name!r} already, in {places[report.name]}"
            problems.append(Problem(taken, place, "Give the file another name."))
            continue
        found[report.name], places[report.name] = report, place
    if problems:
        raise Refused(problems)
    order = [*GROUPS, *sorted({report.group for report in found.values()} - set(GROUPS))]
    return dict(sorted(found.items(), key=lambda item: (order.index(item[1].group), item[0])))


def parse(text: str, name: str, where: str) -> Report:
    """A report from the text of its file; raises `Refused` with every fault and its line."""
    header = _Header(where)
    if re.fullmatch(_SLUG, name) is None:
        header.fault("a report is called by small letters and digits joined by hyphens", 0, "Rename the file.")
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("--"):
            break
        header.take(line, number)
    for directive in ("group", "help"):
        if directive not in header.said:
            advice = f"Write at the top: -- {directive}: {_DIRECTIVES[directive]}"
            header.fault(f"the line `-- {directive}:` is missing", 0, advice)
    header.compare_with(text)
    if header.problems:
        raise Refused(header.problems)
    said = header.said
    return Report(name, said["group"], said["help"], tuple(header.parameters.values()), text, said.get("example", ""))


def values(report: Report, given: Mapping[str, str], today: str) -> dict[str, Value]:
    """The values of a report's parameters, by name, from what a person gave (`as-of` is `as_of`).

    `today` is a day (ISO). Raises `Misuse` with every fault: unknown and missing parameters, values that do not fit, a period
    given that ends before it begins.
    """
    where, problems, found = _called(report.name), list[Problem](), dict[str, Value]()
    texts = {name.replace("-", "_"): text for name, text in given.items()}
    known = {parameter.name: parameter for parameter in report.parameters}
    for name in texts.keys() - known.keys():
        advice = did_you_mean(name, known) or (f"It takes {', '.join(known)}." if known else "It takes none.")
        problems.append(Problem(f"there is no parameter {name[:80]!r}", where, advice))
    for name, parameter in known.items():
        text = texts.get(name, parameter.default)
        if text is None:
            example = f" For example: cis report {report.name} {report.example}" if report.example else ""
            problems.append(Problem(f"the parameter {name} is missing", where, parameter.help + example))
            continue
        try:
            found[name] = _value(parameter, text, today)
        except ValueError as error:
            problems.append(Problem(f"{name}: {error}", where))
    ends = [found[name] for name, kind in _PERIOD if name in texts and name in found and known[name].type == kind]
    if ends != sorted(ends, key=str):
        problems.append(Problem(f"the period ends ({ends[1]}) before it begins ({ends[0]})", where))
    if problems:
        raise Misuse(sorted(problems, key=lambda problem: problem.what))
    return found


def run(
    connection: "Connection", report: Report, given: Mapping[str, Value], *, seconds: float = read_only.PATIENCE
) -> tuple[list[str], Iterator[read_only.Values]]:
    """A report's answer for `values`: the names of its columns, and its rows (see `read_only.select`).

    Raises `Misuse` for an id that its register does not hold, and whatever `read_only.select` raises.
    """
    check(connection, report, given)
    return read_only.select(connection, report.sql, given, where=_called(report.name), seconds=seconds)


def check(connection: "Connection", report: Report, given: Mapping[str, Value]) -> None:
    """Raise `Misuse`, with the nearest ids, where a value is an id that its register does not hold."""
    problems = [
        problem
        for parameter in report.parameters
        if parameter.type == "id" and (problem := _unknown(connection, report, parameter, given[parameter.name]))
    ]
    if problems:
        raise Misuse(problems)


def _called(name: str) -> str:
    return f"report {name}"


# --- files ----------------------------------------------------------------------------------------------------------------


def _files(folders: Iterable[str | Path], problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """The files of the program and of other folders, each with how it is called in errors."""
    ours = Path(__file__).parent / "reports"
    for path in sorted(ours.glob("*.sql")):
        yield path, f"projections/reports/{path.name}"
    for folder in map(Path, folders):
        if not folder.is_dir():
            problems.append(Problem("there is no such folder of reports", str(folder)))
        for path in sorted(folder.glob("*.sql")):
            yield path, str(path)


def _text(path: Path, place: str) -> str:
    most = 4 * read_only.LONGEST
    try:
        if not path.is_file():  # of a named pipe nobody knows when something comes
            raise Refused(Problem("what is there is no ordinary file", place, "Take it out of the folder of reports."))
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise Refused(Problem(f"the file cannot be read: {error.strerror}", place)) from error
    if len(raw) > most:
        raise Refused(Problem(f"the SQL is too long; {read_only.LONGEST} characters are read", place, "Ask for less."))
    return as_text(raw, place, "Save it as UTF-8.")


class _Header:
    """The lines at the top of a file, while they are read."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems = list[Problem]()
        self.said = dict[str, str]()
        self.parameters = dict[str, Parameter]()
        self.lines = dict[str, int]()  # of the parameters, and of the example

    def fault(self, what: str, line: int, advice: str = "") -> None:
        self.problems.append(Problem(what, f"{self.where}:{line}" if line else self.where, advice))

    def take(self, line: str, number: int) -> None:
        found = _DIRECTIVE.fullmatch(line.rstrip())
        if found is None:  # a remark
            return
        name, rest = found["name"], found["rest"]
        if name == "param":
            self._parameter(rest, number)
        elif name not in _DIRECTIVES:
            advice = did_you_mean(name, (*_DIRECTIVES, "param")) or "A remark begins with a capital letter."
            self.fault(f"`-- {name}:` says nothing here", number, advice)
        elif name in self.said:
            self.fault(f"`-- {name}:` stands twice", number)
        elif not rest or (name == "group" and re.fullmatch(_SLUG, rest) is None):
            self.fault(f"`-- {name}:` is not filled in", number, f"Write, for example: -- {name}: {_DIRECTIVES[name]}")
        else:
            self.said[name] = rest
            self.lines[f"-- {name}"] = number

    def _parameter(self, text: str, number: int) -> None:
        found = _PARAMETER.fullmatch(text)
        if found is None or not found["help"]:
            example = "-- param: as_of date = today  The day asked about."
            self.fault("this is not a parameter with its type and its help", number, f"Write, for example: {example}")
            return
        parameter = Parameter(found["name"], found["type"], found["default"], found["help"])
        if fault := _fault(parameter):
            what, advice = fault
            self.fault(what, number, advice)
        elif parameter.name in self.parameters:
            self.fault(f"the parameter {parameter.name} stands twice", number)
        self.parameters[parameter.name] = parameter
        self.lines.setdefault(parameter.name, number)

    def compare_with(self, text: str) -> None:
        """Check the SQL, and that it uses the parameters that are declared, and no others."""
        try:
            asked = read_only.statement(text, self.where)
        except Refused as refusal:
            self.problems += refusal.problems
            return
        for name, at in asked.parameters.items():
            if name not in self.parameters:
                advice = did_you_mean(name, self.parameters) or f"Write at the top: -- param: {name} text  What it is."
                self.fault(f"the parameter :{name} is not declared", text.count("\n", 0, at) + 1, advice)
        for name in self.parameters:
            if name not in asked.parameters:
                advice = f"Use it as :{name}, or take the line out."
                self.fault(f"the parameter {name} is used nowhere", self.lines[name], advice)
        for name in re.findall("--([a-z0-9-]+)", self.said.get("example", "")):
            if name.replace("-", "_") not in self.parameters:
                self.fault(f"the example gives --{name}, which is no parameter", self.lines["-- example"])


def _fault(parameter: Parameter) -> tuple[str, str] | None:
    """What is wrong with a declaration, and what to do; None if nothing is."""
    name, kind, default, _ = parameter
    if kind not in TYPES:
        return f"there is no type {kind!r}", did_you_mean(kind, TYPES) or f"The types are {', '.join(TYPES)}."
    if name in _TAKEN:
        return f"every report has an option {name} already", "Give the parameter another name."
    if kind == "id" and name not in REGISTERS:
        return "a parameter of type id is named for its register", f"The registers are {', '.join(REGISTERS)}."
    if default is not None:
        try:
            _value(parameter, default, "2000-01-01")
        except ValueError as error:
            return f"the default of {name}: {error}", "Correct it, or take it out."
    return None


# --- values ---------------------------------------------------------------------------------------------------------------


def _value(parameter: Parameter, text: str, today: str) -> Value:
    """The value that a person's text means; raises ValueError, in words."""
    kind = parameter.type
    if len(text) > LONGEST:
        raise ValueError(f"this is {len(text)} characters long; {LONGEST} are read")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("this is not UTF-8 text")
    if text == ANY == parameter.default and kind in _OPENABLE:
        return ANY
    match kind:
        case "date" | "first-day":
            return _day(text, today, first=kind == "first-day")
        case "state":
            from eventstore.states import state_code

            return state_code(text)
        case "id":
            if re.fullmatch(_SLUG, text) is None:
                raise ValueError(f"{text!r} is not an id: ids are small letters and digits joined by hyphens")
            return text
        case "integer":
            if re.fullmatch("-?[0-9]{1,9}", text) is None:
                raise ValueError(f"{text!r} is not a whole number of at most nine digits")
            return int(text)
        case "flag":
            if text.lower() not in _TRUE | _FALSE:
                raise ValueError(f"{text!r} is neither yes nor no")
            return text.lower() in _TRUE
        case _:
            return text


def _day(text: str, today: str, *, first: bool) -> str:
    from eventstore.dates import last_day, parse

    if text == "today":
        return date.fromisoformat(today).isoformat()
    last = last_day(text)
    return (parse(text).first or last) if first else last


def _unknown(connection: "Connection", report: Report, parameter: Parameter, value: Value) -> Problem | None:
    """The problem of an id that its register does not hold, or None."""
    from sqlalchemy import select

    from projections.views import metadata

    name = parameter.name
    column = metadata.tables[name].c[name]
    if (value == ANY and parameter.default == ANY) or connection.execute(select(column).where(column == value)).first():
        return None
    known = connection.execute(select(column).distinct().order_by(column)).scalars().all()
    advice = (
        did_you_mean(str(value), known) if known else f"The record knows no {name} yet: cis init loads the history."
    )
    return Problem(f"there is no {name} {value!r}", _called(report.name), advice)
