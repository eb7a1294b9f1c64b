"""The names that a register knows, for completing what a person types.

A completion must be there before the person notices, so this asks the database's own driver: loading SQLAlchemy alone takes
longer than the shell should wait. It only reads, a few rows by index, and an error means that there is nothing to offer.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import quote

REGISTERS = {  # what stands beside each name
    "organisation": "name",
    "body": "name",
    "office": "name",
    "person": "name",
    "treaty": "title",
    "meeting": "start",
    "decision": "title",
    "source": "title",
}
MOST = 500  # names offered at once
PATIENCE = 1  # seconds that a database may take
_LAST = "\U0010ffff"  # comes after every other character
_STATES = (
    "SELECT state, name FROM state WHERE state IN (SELECT state FROM membership UNION SELECT state FROM treaty_party)"
)


def names(url: str, register: str, beginning: str) -> list[tuple[str, str]]:
    """The ids of a register (`REGISTERS`, or state) that begin so, each with what it is called, in order.

    A state is found by its code or by its English name, in capitals or not; the states offered are those that the record tells
    something of. Nothing is offered where no record can be read at the address.
    """
    if register == "state":
        return sorted(
            (code, name)
            for code, name in _asked(url, _STATES, ())
            if code.lower().startswith(beginning.lower()) or name.lower().startswith(beginning.lower())
        )
    called = REGISTERS[register]
    query = (
        f"SELECT {register}, min({called}) FROM {register} WHERE {register} >= ? AND {register} < ?"  # noqa: S608 - our own names
        f" GROUP BY {register} ORDER BY {register} LIMIT {MOST}"
    )
    return [(name, text or "") for name, text in _asked(url, query, (beginning, beginning + _LAST))]


def _asked(url: str, query: str, values: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    scheme, slashes, place = url.partition("://")
    if scheme in ("sqlite", "sqlite+pysqlite") and slashes:
        try:
            address = f"file:{quote(place.removeprefix('/'))}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as connection:
                yield from connection.execute(query, values)
        except (sqlite3.Error, ValueError):
            return
    elif scheme in ("postgresql", "postgresql+psycopg"):
        yield from _of_postgres(f"postgresql://{place}", query, values)


def _of_postgres(address: str, query: str, values: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    try:
        import psycopg
    except ImportError:
        return
    limit = f"-c statement_timeout={PATIENCE * 1000} -c default_transaction_read_only=on"
    try:
        with psycopg.connect(address, connect_timeout=PATIENCE + 1, options=limit) as connection:
            yield from connection.execute(query.replace("?", "%s").encode(), values)
    except (psycopg.Error, ValueError):
        return
