"""All views as CSV files with a descriptor that says what every column means (Frictionless Data Package, version 1).

What is missing is written as nothing. Who is sent such a file opens it in a spreadsheet: what that would take for a formula has
an apostrophe before it, as in all CSV of the record, and the descriptor says so. The other forms carry every text as it is.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, func, select

from projections.exports import Request
from projections.exports.tables import columns, kind_of, rows
from projections.interval import Row
from projections.spreadsheet import harmless
from projections.views import TABLES

DESCRIPTOR = "datapackage.json"
_TYPES = {"boolean": "boolean", "integer": "integer", "day": "date", "text": "string"}
_REFERS = {  # a column of this name holds the id of an entry of that register
    **{
        name: (name, name)
        for name in ("state", "organisation", "treaty", "body", "office", "person", "source", "meeting")
    },
    **dict.fromkeys(("country", "chair_state"), ("state", "state")),
    **dict.fromkeys(("event_id", "began_by", "ended_by"), ("timeline", "event_id")),
    "chair": ("person", "person"),
}


def write(request: Request, folder: Path) -> None:
    """Write one CSV file a view, and `datapackage.json`, into a folder that is there."""
    resources = [_resource(request, table, folder) for table in TABLES]
    day = request.as_of
    descriptor = {
        "profile": "tabular-data-package",
        "name": "cis-record",
        "title": "The history of the Commonwealth of Independent States",
        "description": f"Every view of the record{f' as of {day}' if day else ''}. Intervals are half-open: valid_to is "
        "the first day on which it is over. EDTF is ISO 8601-2. 0001-01-01 and 9999-12-31 stand for an unknown day. "
        "Text that a spreadsheet would take for a formula has an apostrophe before it.",
        "basis": request.basis._asdict(),
        "resources": resources,
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    (folder / DESCRIPTOR).write_text(text + "\n", encoding="utf-8", newline="\n")


def _resource(request: Request, table: Table, folder: Path) -> dict[str, Any]:
    found = columns(table, request.as_of)
    digest, size = hashlib.sha256(), 0
    with (folder / f"{table.name}.csv").open("wb") as file:
        for text in _texts(request, table, [column.name for column in found]):
            data = text.encode()
            file.write(data)
            digest.update(data)
            size += len(data)
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-"),
        "path": f"{table.name}.csv",
        "description": table.comment,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest.hexdigest()}",
        "dialect": {"lineTerminator": "\r\n", "doubleQuote": True, "header": True},
        "schema": _schema(request, table, found),
    }


def _texts(request: Request, table: Table, names: list[str]) -> Iterator[str]:
    # \r\n as RFC 4180 has it: with it the module quotes a cell that holds either of the two.
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    for chunk in rows(request, table):
        writer.writerows([_cell(row[name]) for name in names] for row in chunk)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else harmless(value) if isinstance(value, str) else value


def _schema(request: Request, table: Table, found: list[Column[Any]]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in found], "missingValues": [""]}
    key = [column.name for column in table.primary_key if column.name != "locator"]
    if key and "locator" not in table.primary_key.columns:  # a place in a source may be missing, and no key may
        schema["primaryKey"] = key
    # A register can have lost an entry (retracted) that is still named: only keys that hold in these rows are declared.
    references = [column for column in table.c if _refers(request, table, column)]
    if references:
        schema["foreignKeys"] = [_reference(column) for column in references]
    return schema


def _field(column: Column[Any]) -> dict[str, Any]:
    kind, comment = kind_of(column), column.comment or ""
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[kind], "description": comment}
    if kind == "day":
        field["unit"] = "day"
    elif "(EDTF)" in comment:
        field |= {"unit": "date (EDTF)", "rdfType": "http://id.loc.gov/datatypes/edtf/EDTF"}
    if not column.nullable and kind != "text":  # text may be empty, which CSV cannot tell from missing
        field["constraints"] = {"required": True}
    return field


def _refers(request: Request, table: Table, column: Column[Any]) -> bool:
    """Whether every value of a column is an entry of the register that its name says."""
    register, key = _REFERS.get(column.name, ("", ""))
    if not register or (register == table.name and key == column.name) or request.as_of is not None:
        return False  # on a day, what is named may have ended
    target = table.metadata.tables[register].c[key]
    missing = select(func.count()).where(column.is_not(None), column.not_in(select(target)))
    return request.views.execute(missing.select_from(table)).scalar() == 0


def _reference(column: Column[Any]) -> Row:
    register, key = _REFERS[column.name]
    return {"fields": [column.name], "reference": {"resource": register.replace("_", "-"), "fields": [key]}}
