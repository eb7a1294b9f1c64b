"""What the record must say on given days: checked when a history is loaded, and by `cis check`.

An assertion names a view, the rows it looks at, a column, and the values that the column must have there.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from eventstore.batch import Entry
from eventstore.dates import DateError, last_day
from eventstore.errors import Problem, Refused, did_you_mean
from projections.interval import certainty_on, holds_on
from projections.views import TABLES

_EXPECTATIONS = ("exactly", "includes", "excludes", "count")
_KEYS = ("says", "as_of", "view", "where", "column", *_EXPECTATIONS, "certainty", "sources", "note")


class Assertion(NamedTuple):
    """On `day`, the values of `column` in the rows of `table` that match `where` are, include or exclude `expected`."""

    says: str
    day: str
    table: Table
    where: dict[str, Any]
    column: str
    test: str
    expected: Any
    certainty: str
    file_line: str


class Failure(NamedTuple):
    """An assertion that does not hold, with what was found instead."""

    assertion: Assertion
    found: str

    def __str__(self) -> str:
        asserted = self.assertion
        expected = (
            asserted.expected if asserted.test == "count" else ", ".join(map(str, asserted.expected)) or "nothing"
        )
        return f"{asserted.says}: expected {asserted.test} {expected}; found {self.found}"


def assertion(entry: Entry) -> Assertion:
    """The assertion written in an entry; raises `Refused` if it is not well formed."""
    fields, where, problem = entry
    if problem is not None:
        raise Refused(problem)
    problems = [f"{key!r} is not known. {did_you_mean(key, _KEYS)}" for key in fields if key not in _KEYS]
    tables = {table.name: table for table in TABLES}
    table = tables.get(str(fields.get("view")))
    if table is None:
        problems.append(f"there is no view {fields.get('view')!r}. {did_you_mean(str(fields.get('view')), tables)}")
    tests = [name for name in _EXPECTATIONS if name in fields]
    if len(tests) != 1:
        problems.append(f"needs one of {', '.join(_EXPECTATIONS)}; has {', '.join(tests) or 'none'}")
    if not fields.get("sources"):
        problems.append("names no source")
    chosen, column = fields.get("where") or {}, str(fields.get("column", ""))
    if table is not None:
        wanted = [*chosen, column] if tests != ["count"] or column else [*chosen]
        problems += [
            f"{table.name} has no column {n!r}. {did_you_mean(n, table.c.keys())}" for n in wanted if n not in table.c
        ]
    day = _day(fields, problems)
    if table is not None and "valid_from" in table.c and not day:
        problems.append("as_of is missing")
    if problems or table is None:
        raise Refused([Problem(f"assertion: {problem}", where) for problem in problems])
    test = tests[0]
    return Assertion(
        str(fields.get("says", "")),
        day,
        table,
        chosen,
        column,
        test,
        fields[test],
        fields.get("certainty", "certain"),
        where,
    )


def _day(fields: dict[str, Any], problems: list[str]) -> str:
    try:
        return last_day(str(fields["as_of"])) if "as_of" in fields else ""
    except DateError as error:
        problems.append(str(error))
        return ""


def failures(connection: Connection, assertions: Iterable[Assertion]) -> Iterator[Failure]:
    """The assertions that do not hold on the views of a database."""
    for asserted in assertions:
        found = _found(connection, asserted)
        if not _holds(asserted, found):
            told = ", ".join(sorted(str(value) for value in found if value is not None)) or "nothing"
            yield Failure(asserted, str(len(found)) if asserted.test == "count" else told)


def _found(connection: Connection, asserted: Assertion) -> list[Any]:
    table = asserted.table
    columns = [table.c[asserted.column]] if asserted.column else list(table.primary_key or table.c)
    query = select(*columns).distinct()
    for name, value in asserted.where.items():
        query = query.where(table.c[name].in_(value) if isinstance(value, list) else table.c[name] == value)
    if "valid_from" in table.c:
        query = query.where(holds_on(table, asserted.day))
        if asserted.certainty != "any":
            query = query.where(certainty_on(table, asserted.day) == asserted.certainty)
    rows = connection.execute(query).all()
    return [row[0] if asserted.column else tuple(row) for row in rows]


def _holds(asserted: Assertion, found: list[Any]) -> bool:
    expected = asserted.expected
    match asserted.test:
        case "exactly":
            return sorted(map(str, found)) == sorted(map(str, expected))
        case "includes":
            return set(map(str, expected)) <= set(map(str, found))
        case "excludes":
            return not set(map(str, expected)) & set(map(str, found))
        case _:
            return bool(len(found) == expected)
