"""What the text of SQL tells: whether it is one statement that only asks, and what stands in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from eventstore.errors import Problem, Refused

LONGEST = 100_000  # characters of SQL

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


class Token(NamedTuple):
    """A piece of SQL: its kind (a group of `_TOKEN`), its text and its place."""

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


def statement(sql: str, where: str) -> Statement:
    """The one statement of a text, if it only asks as far as its words tell; raises `Refused` in words if not."""
    _check_text(sql, where)
    tokens = list(tokens_of(sql, where))
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


def tokens_of(sql: str, where: str) -> Iterator[Token]:
    """The pieces of SQL without blanks and comments; raises `Refused` for what is not finished or not read."""
    at, before = 0, Token("", "", -1)
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        assert found is not None, "every character is at least a mark"
        token = Token(found.lastgroup or "", found.group(), at)
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


def _check_token(sql: str, token: Token, before: Token, where: str) -> None:
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


def _unquoted(token: Token) -> str:
    return token.text.lower() if token.kind == "word" else token.text[1:-1].replace('""', '"')


WHAT_ASKS = "SELECT, WITH, VALUES and EXPLAIN (without ANALYZE) ask. What happened is recorded with: cis append"


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
        raise Refused(Problem(what, place(sql, at, where), WHAT_ASKS))
    return explains
