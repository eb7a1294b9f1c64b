"""A question on Postgres: what a statement may call there, its limits, and the errors of Postgres in words."""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from eventstore.errors import DatabaseError, Problem
from projections.read_only.answering import BATCH, Guard, Values
from projections.read_only.statements import WHAT_ASKS, Statement, tokens_of

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection

# Volatile only in that they give another value each time.
_HARMLESS = frozenset(
    ("random", "random_normal", "clock_timestamp", "timeofday", "gen_random_uuid", "uuidv4", "uuidv7")
)

_VOLATILE = "SELECT DISTINCT proname FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname = ANY($1)"

_MISSING = {  # by SQLSTATE: what is missing, and how Postgres names it
    "42703": ("column", r'column "?(.+?)"? does not exist$'),
    "42P01": ("table", r'relation "(.+)" does not exist$'),
    "42883": ("function", r"function (.+?)\(.*\) does not exist$"),
}

_cursors = count(1)


class Postgres:
    """Answers one question on Postgres, whose transaction is read-only from here on."""

    def __init__(self, connection: "Connection", guard: Guard) -> None:
        from psycopg import RawCursor
        from psycopg.types.string import StrDumper

        connection.exec_driver_sql("SET LOCAL transaction_read_only = on")
        raw: Any = connection.connection.driver_connection
        self.raw: psycopg.Connection[Values] = raw
        self.guard = guard
        self.cursor = RawCursor(self.raw)
        # Text is sent as text, as SQLite has it, not as something whose type is to be guessed.
        self.cursor.adapters.register_dumper(str, StrDumper)
        self.name = f"cis_{next(_cursors)}"

    def open(self, values: Mapping[str, object]) -> tuple[list[str], Sequence[Values]]:
        """The names of the columns, and the first rows."""
        asked = self.guard.asked
        self._check_functions()
        filled = list(values.values())
        text = _numbered(asked)
        if asked.explains:
            rows = self._run(text, filled)
        else:
            self._run(f"DECLARE {self.name} NO SCROLL CURSOR FOR {text}", filled)
            rows = self.more()
        return [column.name for column in self.cursor.description or ()], rows

    def more(self) -> Sequence[Values]:
        """The next rows."""
        if self.guard.asked.explains:
            return ()
        return self._run(f"FETCH {BATCH} FROM {self.name}", prepare=False)

    def _check_functions(self) -> None:
        asked = self.guard.asked
        if not asked.called:
            return
        volatile = {name for (name,) in self._run(_VOLATILE, [sorted(asked.called)])} - _HARMLESS
        for name, at in asked.words:
            if name in volatile:
                what = f"the function {name} may do more than compute: it is not called here"
                raise self.guard.refused(what, "Ask without it.", at)

    def _run(self, text: str, values: Sequence[object] = (), *, prepare: bool = True) -> Sequence[Values]:
        """Run a statement under a savepoint, and give its rows.

        Prepared: so that the server itself refuses a second statement.
        """
        import psycopg

        try:
            with self.guard.timed() as left, self.raw.transaction():
                # by the second at least: a limit of 0 would be none
                self.cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(left * 1000))}")
                self.cursor.execute(text, values, prepare=prepare)
                described = self.cursor.description
                rows = self.cursor.fetchall() if described else []
                with self.raw.cursor() as other:
                    other.execute("SET LOCAL statement_timeout TO DEFAULT")
                return rows
        except psycopg.Error as error:
            raise self._in_words(error, len(text) - len(_numbered(self.guard.asked))) from error

    def _in_words(self, error: "psycopg.Error", before: int) -> Exception:
        """The error for people; `before` is how many characters stand before the person's own SQL in what was run."""
        from psycopg import errors

        from eventstore.database import in_words

        guard, said = self.guard, error.diag.message_primary or str(error) or "Postgres refuses this"
        position = error.diag.statement_position
        at = int(position) - 1 - before if position else None
        at = at if at is not None and 0 <= at <= len(guard.asked.text) else None
        sort, form = _MISSING.get(error.sqlstate or "", ("", ""))
        if sort and (found := re.match(form, said)):
            return guard.mistaken(sort, found[1], at)
        if isinstance(error, errors.QueryCanceled):
            return guard.too_long()
        if isinstance(error, errors.ReadOnlySqlTransaction | errors.FeatureNotSupported) and (
            "read-only" in said or "data-modifying" in said
        ):
            return guard.refused(f"this SQL would write: it may only read ({said})", WHAT_ASKS, at)
        if isinstance(error, errors.SyntaxError):
            if found := re.match('syntax error at or near "(.*)"$', said, re.DOTALL):
                return guard.syntax(found[1], at)
            if said == "syntax error at end of input":
                return guard.incomplete()
        if isinstance(error, errors.InsufficientPrivilege):
            return guard.refused(said, "Ask the owner of the database for the right to do this.", at)
        if isinstance(error, errors.OperationalError):
            return DatabaseError(in_words(error, guard.where) or Problem(said, guard.where))
        return guard.refused(said.splitlines()[0], error.diag.message_hint or "", at)


def _numbered(asked: Statement) -> str:
    """The statement with `$1` for the first parameter and so on, as Postgres has them.

    Padded to their length, so that the places which Postgres names in errors are those of the person's text.
    """
    text, numbers = asked.text, {name: number for number, name in enumerate(asked.parameters, 1)}
    for token in reversed([token for token in tokens_of(text, "") if token.kind == "parameter"]):
        number = f"${numbers[token.text[1:]]}".ljust(len(token.text))
        text = f"{text[: token.at]}{number}{text[token.at + len(token.text) :]}"
    return text
