"""Which columns hold ids, and of which register: what leads from one view to another."""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Table, func, select

from eventstore.events.fields import SLUG, matches
from projections.views import TABLES

REGISTERS = ("state", "organisation", "body", "office", "person", "treaty", "meeting", "decision", "source")
EVENT = "event"
# Beside the columns that are named for a register, and `predecessor`, which is of the table's own: columns of one id ...
_ONE = {
    "country": "state",
    "chair_state": "state",
    "charter": "treaty",
    "established_by": "treaty",
    "amends": "treaty",
    "chair": "person",
    **dict.fromkeys(("event_id", "began_by", "ended_by", "claim_id"), EVENT),
}
# ... and of several, parted by blanks.
_SEVERAL = {"states": "state", "founding_treaties": "treaty", "bodies": "body", "sources": "source", "events": EVENT}
_FORMS = {"state": "[A-Z]{2}|[A-Z]{4}", EVENT: "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"}


def ids_in(column: str, value: object, table: str | None = None) -> list[tuple[str, str]] | None:
    """The ids that a cell holds, each with its register ('event' for events); None where it is no cell of ids.

    `table` is the view, None for an answer to SQL. In `subjects`, and `subject` of the log, the register stands with each id.
    """
    if not isinstance(value, str) or not value:
        return None
    if column in ("subject", "subjects"):
        found = [(register, name) for register, _, name in (word.partition(":") for word in value.split())]
    else:
        found = [(_register(column, table) or _SEVERAL.get(column, ""), word) for word in value.split()]
    return (
        found if all(register in (*REGISTERS, EVENT) and _is_id(register, name) for register, name in found) else None
    )


def rows_about(views: Connection, register: str, name: str) -> Iterator[tuple[str, str, int]]:
    """The columns in which an id of a register stands alone: the view, the column, and how many rows; its own view first."""
    for table in sorted(TABLES, key=lambda table: (table.name != register, table.name)):
        for column in _of(register, table):
            count = views.execute(select(func.count()).select_from(table).where(column == name)).scalar_one()
            if count:
                yield table.name, column.name, count


def _of(register: str, table: Table) -> Iterator[Column[str]]:
    return (column for column in table.c if _register(column.name, table.name) == register)


def _register(column: str, table: str | None) -> str | None:
    """The register of the one id in a column."""
    return table if column == "predecessor" else column if column in REGISTERS else _ONE.get(column)


def _is_id(register: str, word: str) -> bool:
    return matches(_FORMS.get(register, SLUG), word)
