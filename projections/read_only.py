"""SQL that a person types: it is answered, and it never writes.

Only one statement at a time is taken, and only SELECT, WITH, VALUES, TABLE and EXPLAIN (without ANALYZE). Behind that stand the
databases themselves, so that nothing rests on the reading of the text alone:

- SQLite: an authorizer that lets the statement read and call functions, and nothing else; `query_only`; a limit on the size of
  a value; a handler that stops it when its time is up. All of them are set for this statement only.
- Postgres: the transaction is read-only; the statement is declared as a cursor, which takes nothing that writes; functions that
  Postgres marks as volatile, which is how it marks whatever may do more than compute (read or write files of the server, end
  sessions, change settings), are refused; `statement_timeout`. A mistake is undone to a savepoint, so the caller's transaction
  goes on.

What rests on the rights of the Postgres role that asks: which tables and views it may read (foreign tables and the views that
show the server's own files among them), and what functions do that somebody created and marked as stable or immutable although
they are not. A team gives its readers a role that owns nothing and is no superuser.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, pairwise
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from eventstore.errors import DatabaseError, Problem, Refused, did_you_mean

if TYPE_CHECKING:
    import sqlite3

    import psycopg
    from sqlalchemy import Connection

Values = tuple[Any, ...]

PATIENCE = 30.0  # seconds that the database may work on one statement
LONGEST = 100_000  # characters of SQL
LARGEST = 16 * 2**20  # bytes of one value on SQLite: no question about this record needs more, and memory is finite
BATCH = 1_000  # rows held at once
_TOO_LARGE = 2**63  # for an integer on SQLite

QUESTIONS = frozenset(("select", "with", "values", "table"))
_EXPLAINING = frozenset(  # what may stand between EXPLAIN and the statement
    (
        *("query", "plan", "verbose", "costs", "settings", "generic_plan", "summary", "memory"),
        *("format", "text", "json", "xml", "yaml", "on", "off", "true", "false"),
    )
)


class Statement(NamedTuple):
    """One statement that only asks, as far as its text tells.

    `text` is without its closing semicolon; `words` are the names and keywords in it with their places, `called` what stands
    before a parenthesis, `parameters` what is written `:name`, in order, with the place where it first stands.
    """

    text: str
    words: tuple[tuple[str, int], ...]
    called: frozenset[str]
    parameters: Mapping[str, int]
    explains: bool


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


# The lexical rules of Postgres, which are SQLite's too but for comments inside comments (refused there as unfinished), and for
# names in brackets and backticks, whose contents are read as words.
_TOKEN = re.compile(
    r"""
      (?P<blank>   [ \t\n\r\f\v]+ | --[^\n\r]* )
    | (?P<comment> /\* )
    | (?P<string>  '(?:[^']|'')*+' )
    | (?P<quoted>  "(?:[^"]|"")*+" )
    | (?P<parameter> (?<!:) :[A-Za-z_][A-Za-z0-9_]* )
    | (?P<word>    [A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]* )
    | (?P<number>  [0-9]+ )
    | (?P<mark>    :: | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


def select(
    connection: "Connection",
    sql: str,
    parameters: Mapping[str, object] | None = None,
    *,
    where: str = "cis sql",
    seconds: float = PATIENCE,
) -> tuple[list[str], Iterator[Values]]:
    """The answer to SQL that only asks: the names of its columns, and its rows, fetched as they are read.

    `parameters` fill what the SQL has written `:name`. `where` names the SQL in errors. The database may work `seconds` on
    it; the reader's own time is not counted. Values are plain: text, numbers, None; truth is 1 and 0, as on SQLite, and
    what JSON has no form for is text (bytes: hexadecimal). A name that two columns share is numbered: `state`, `state_2`. The
    rows must be read while the transaction lasts; on Postgres it is read-only from here on.

    Raises `Refused` for SQL that does more than ask, is mistaken, or takes too long; `DatabaseError` where the database fails.
    """
    asked = statement(sql, where)
    values = dict(parameters or {})
    for name, at in asked.parameters.items():
        if name not in values:
            advice = "Write the value itself, text in single quotes."
            raise Refused(Problem(f"there is no value for the parameter :{name}", place(sql, at, where), advice))
    guard = _Guard(asked, where, seconds)
    reader: _Reader = (
        _Sqlite(connection, guard) if connection.dialect.name == "sqlite" else _Postgres(connection, guard)
    )
    names, first = reader.open({name: values[name] for name in asked.parameters})
    return _distinct(names), _rows(reader, first)


def _rows(reader: "_Reader", first: Sequence[Values]) -> Iterator[Values]:
    rows = first
    while rows:
        for row in rows:
            yield tuple(map(_plain, row))
        rows = reader.more() if len(rows) == BATCH else ()


def _distinct(names: Iterable[str]) -> list[str]:
    found = list[str]()
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(name if name not in found else next(other for other in numbered if other not in found))
    return found


def _plain(value: Any) -> Any:
    """A value as both databases would give it, in a form that JSON has."""
    from decimal import Decimal
    from math import isfinite

    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, Decimal):  # Postgres counts and sums in it
        if not value.is_finite() or abs(value) >= _TOO_LARGE:
            return str(value)
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


# --- what is asked --------------------------------------------------------------------------------------------------------


def statement(sql: str, where: str) -> Statement:
    """The one statement of a text, if it only asks as far as its words tell; raises `Refused` in words if not."""
    _check_text(sql, where)
    tokens = list(_tokens(sql, where))
    ends = [token.at for token in tokens if token.text == ";"]
    following = [token for token in tokens if ends and token.at > ends[0] and token.text != ";"]
    if following:
        what = "there is more than one statement"
        raise Refused(Problem(what, place(sql, following[0].at, where), "Ask one question at a time."))
    tokens = [token for token in tokens if token.text != ";"]
    if not tokens:
        raise Refused(
            Problem("there is no SQL", where, "Write a SELECT, such as: SELECT state, status FROM membership")
        )
    words = tuple((_unquoted(token), token.at) for token in tokens if token.kind in ("word", "quoted"))
    explains = _check_question(sql, words, where)
    called = frozenset(
        _unquoted(token) for token, after in pairwise(tokens) if token.kind in ("word", "quoted") and after.text == "("
    )
    parameters = dict[str, int]()
    for token in tokens:
        if token.kind == "parameter":
            parameters.setdefault(token.text[1:], token.at)
    return Statement(sql[: ends[0]] if ends else sql, words, called, parameters, explains)


def place(sql: str, at: int, where: str) -> str:
    """A place in SQL for people: where the SQL stands, its line and its character, counted from 1."""
    line = sql.count("\n", 0, at) + 1
    return f"{where}, line {line}, character {at - sql.rfind(chr(10), 0, at)}"


def _check_text(sql: str, where: str) -> None:
    if len(sql) > LONGEST:
        raise Refused(Problem(f"the SQL is {len(sql)} characters long; {LONGEST} are read", where, "Ask for less."))
    if (at := sql.find("\0")) >= 0:
        raise Refused(Problem("there is a NUL byte in the SQL", place(sql, at, where), "Is it a text?"))
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise Refused(Problem("this is not UTF-8 text", place(sql, error.start, where), "Is it a text?")) from None


def _tokens(sql: str, where: str) -> Iterator[_Token]:
    at, before = 0, _Token("", "", -1)
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        assert found is not None, "every character is at least a mark"
        token = _Token(found.lastgroup or "", found.group(), at)
        at = found.end()
        if token.kind == "comment":
            at = _end_of_comment(sql, token.at, where)
        elif token.kind != "blank":
            _check_token(sql, token, before, where)
            yield token
        before = token


def _end_of_comment(sql: str, start: int, where: str) -> int:
    depth, at = 0, start
    while found := _COMMENT.search(sql, at):
        depth, at = depth + (1 if found.group() == "/*" else -1), found.end()
        if depth == 0:
            return at
    raise Refused(Problem("a comment is not closed", place(sql, start, where), "Comments end with */."))


def _check_token(sql: str, token: _Token, before: _Token, where: str) -> None:
    """Refuse what is not finished, and the spellings of text whose end depends on the settings of a database."""
    opens = token.text[0] in ("'", '"')
    beside = opens and before.at + len(before.text) == token.at
    if beside and (before.text == "&" or (before.text.lower() == "e" and token.text[0] == "'")):
        advice = "Write the letters themselves in '...', a name in \"...\"."
        raise Refused(Problem("escapes (E'...', U&'...') are not read", place(sql, before.at, where), advice))
    if opens and token.kind == "mark":
        what = "a text is not closed" if token.text == "'" else "a quoted name is not closed"
        raise Refused(Problem(what, place(sql, token.at, where), f"It ends with {token.text}."))
    if token.kind == "mark" and token.text == "$":
        advice = "Write text in single quotes, and a quote in it twice; parameters as :name."
        raise Refused(Problem("$ has no meaning here", place(sql, token.at, where), advice))


def _unquoted(token: _Token) -> str:
    return token.text.lower() if token.kind == "word" else token.text[1:-1].replace('""', '"')


_ASK = "SELECT, WITH, VALUES and EXPLAIN (without ANALYZE) ask. What happened is recorded with: cis append"


def _check_question(sql: str, words: Sequence[tuple[str, int]], where: str) -> bool:
    """Refuse what is no question; gives whether the plan of one is asked for."""
    rest = list(words)
    explains = bool(rest) and rest[0][0] == "explain"
    if explains:
        rest = rest[1:]
        while rest and rest[0][0] in _EXPLAINING:
            rest = rest[1:]
    first, at = rest[0] if rest else ("", 0)
    if first in ("analyze", "analyse"):
        raise Refused(Problem("EXPLAIN ANALYZE runs the statement", place(sql, at, where), "Leave out ANALYZE."))
    if first not in QUESTIONS:
        what = f"{first.upper()} is no question: this SQL only reads" if first.isalpha() else "this is no question"
        raise Refused(Problem(what, place(sql, at, where), _ASK))
    return explains


# --- how it is answered ---------------------------------------------------------------------------------------------------


class _Reader(Protocol):
    def open(self, values: Mapping[str, object]) -> tuple[list[str], Sequence[Values]]:
        """The names of the columns, and the first rows."""

    def more(self) -> Sequence[Values]:
        """The next rows."""


class _Guard:
    """What is asked, how it is called in errors, and how long the database may still work on it."""

    def __init__(self, asked: Statement, where: str, seconds: float) -> None:
        self.asked, self.where = asked, where
        self.allowed, self.left = seconds, seconds

    @contextmanager
    def timed(self) -> Iterator[float]:
        """Take the time of some work of the database from what is left; gives what is left before it (seconds)."""
        if self.left <= 0:
            raise self.too_long()
        start = monotonic()
        yield self.left
        self.left -= monotonic() - start

    def too_long(self) -> Refused:
        what = f"the question took longer than {self.allowed:g} seconds and was stopped"
        return Refused(Problem(what, self.where, "Ask for less at a time: one state, one treaty, fewer years."))

    def refused(self, what: str, advice: str = "", at: int | None = None) -> Refused:
        where = self.where if at is None else place(self.asked.text, at, self.where)
        return Refused(Problem(what, where, advice))

    def mistaken(self, sort: str, name: str, at: int | None = None) -> Refused:
        """A table, column or function that there is not; the place is found by the name if it stands there only once."""
        last = name.replace('"', "").rpartition(".")[2]
        places = [start for word, start in self.asked.words if word == last.lower() or word == last]
        if at is None and len(places) == 1:
            at = places[0]
        return self.refused(f"no such {sort}: {name}", self._near(sort, last) or _DICTIONARY, at)

    def syntax(self, word: str, at: int | None = None) -> Refused:
        places = [start for found, start in self.asked.words if found == word.lower()]
        if at is None and len(places) == 1:
            at = places[0]
        return self.refused(f'syntax error near "{word}"', "Is something missing or misspelt just before it?", at)

    def incomplete(self) -> Refused:
        return self.refused("the statement stops too early", "Something is missing at its end.")

    def _near(self, sort: str, name: str) -> str:
        tables = _columns()
        if sort == "table":
            return _NOT_REPLAYED if name in tables else did_you_mean(name, tables)
        if sort == "column":
            used = [table for table in dict.fromkeys(word for word, _ in self.asked.words) if table in tables]
            near = did_you_mean(name, dict.fromkeys(column for table in used or tables for column in tables[table]))
            return near or (f"Columns of {used[0]}: {', '.join(tables[used[0]])}." if len(used) == 1 else "")
        return ""


_NOT_REPLAYED = "As known earlier there are the views, not the log itself: ask without --known-at."
_DICTIONARY = "`cis docs tables` lists the tables and their columns."


def _columns() -> dict[str, list[str]]:
    """The columns of every table of the record."""
    from eventstore.tables import metadata as log
    from projections.views import metadata as views

    return {table.name: table.c.keys() for tables in (log, views) for table in tables.sorted_tables}


# SQLite's own functions that reach beyond the database. None of them is there unless somebody built or loaded it so.
_REACHING = frozenset(("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"))
# Reading what tables there are: SELECT name FROM pragma_table_info('membership')
_LOOKS = frozenset(
    ("table_list", "table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list")
)


def only_reads(action: int, first: str | None, second: str | None) -> bool:
    """Whether what a statement is about to do on SQLite only reads; the arguments are those of SQLite's authorizer."""
    import sqlite3

    if action == sqlite3.SQLITE_FUNCTION:
        return (second or "").lower() not in _REACHING
    if action == sqlite3.SQLITE_PRAGMA:
        return first in _LOOKS
    if action == sqlite3.SQLITE_UPDATE:
        # How SQLite sets up its table-valued functions (json_each, pragma_...); the real one refuses every update itself.
        return first == "sqlite_master"
    return action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)


class _Sqlite:
    def __init__(self, connection: "Connection", guard: _Guard) -> None:
        raw: Any = connection.connection.driver_connection
        self.raw: sqlite3.Connection = raw
        self.guard = guard
        self.cursor = self.raw.cursor()
        self.would = ""  # what the authorizer did not let it do

    def open(self, values: Mapping[str, object]) -> tuple[list[str], Sequence[Values]]:
        text = self.guard.asked.text

        def ask() -> Sequence[Values]:
            self.cursor.execute(text, dict(values))
            return self._fetch()

        rows = self._guarded(ask)
        return [column[0] for column in self.cursor.description], rows

    def more(self) -> Sequence[Values]:
        return self._guarded(self._fetch)

    def _fetch(self) -> Sequence[Values]:
        rows: list[Values] = self.cursor.fetchmany(BATCH)
        return rows

    def _guarded(self, work: Callable[[], Sequence[Values]]) -> Sequence[Values]:
        import sqlite3

        try:
            with self.guard.timed() as left, self._limits(monotonic() + left):
                return work()
        except sqlite3.Error as error:
            raise self._in_words(error) from error

    @contextmanager
    def _limits(self, deadline: float) -> Iterator[None]:
        import sqlite3

        raw = self.raw
        (reads_only,) = raw.execute("PRAGMA query_only").fetchone()
        largest = raw.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
        raw.execute("PRAGMA query_only=ON")
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        raw.set_progress_handler(lambda: monotonic() > deadline, 10_000)
        raw.set_authorizer(self._allows)
        try:
            yield
        finally:
            raw.set_authorizer(None)
            raw.set_progress_handler(None, 0)
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, largest)
            raw.execute(f"PRAGMA query_only={reads_only}")

    def _allows(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        import sqlite3

        if only_reads(action, first, second):
            return sqlite3.SQLITE_OK
        doing = {
            sqlite3.SQLITE_FUNCTION: f"call {second}",
            sqlite3.SQLITE_INSERT: f"add to {first}",
            sqlite3.SQLITE_UPDATE: f"change {first}",
            sqlite3.SQLITE_DELETE: f"take out of {first}",
            sqlite3.SQLITE_PRAGMA: f"run PRAGMA {first}",
        }
        self.would = doing.get(action, "change the database")
        return sqlite3.SQLITE_DENY

    def _in_words(self, error: "sqlite3.Error") -> Exception:
        from eventstore.database import in_words

        said, guard = str(error), self.guard
        if said == "interrupted":
            return guard.too_long()
        if "not authorized" in said or "prohibited" in said or "readonly database" in said:
            return guard.refused(f"this SQL would {self.would or 'change the database'}: it may only read", _ASK)
        if found := re.match(r"no such (table|column|function): (\S+)", said):
            return guard.mistaken(found[1], found[2])
        if found := re.match(r'near "(.*)": syntax error', said, re.DOTALL):
            return guard.syntax(found[1])
        if found := re.match('unrecognized token: "(.*)"', said, re.DOTALL):
            advice = "Write CAST(x AS TEXT) instead of x::text." if "::" in guard.asked.text else ""
            return guard.refused(f"{found[1]} has no meaning here", advice)
        if said == "incomplete input":
            return guard.incomplete()
        if "bind" in said.lower():
            return guard.refused(
                "only parameters written :name can be filled", "Write :name instead of ?, @name or $1."
            )
        if (problem := in_words(error, guard.where)) is not None:
            return DatabaseError(problem)
        return guard.refused(said.splitlines()[0] if said else "SQLite refuses this")


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


class _Postgres:
    def __init__(self, connection: "Connection", guard: _Guard) -> None:
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
            return guard.refused(f"this SQL would write: it may only read ({said})", _ASK, at)
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
    for token in reversed([token for token in _tokens(text, "") if token.kind == "parameter"]):
        number = f"${numbers[token.text[1:]]}".ljust(len(token.text))
        text = f"{text[: token.at]}{number}{text[token.at + len(token.text) :]}"
    return text
