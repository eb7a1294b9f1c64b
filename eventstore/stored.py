"""An event as it stands in the log, and how it is read: old forms of its data are brought up to date step by step."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import msgspec

from eventstore.errors import DatabaseError, Problem
from eventstore.events import KINDS, Citation, Event


class Stored(NamedTuple):
    """One row of the log, column by column, exactly as stored."""

    position: int
    event_id: str
    kind: str
    version: int
    occurred: str
    occurred_from: str | None
    occurred_to: str | None
    recorded_at: str
    recorded_by: str
    data: str
    sources: str
    hash: str


Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _deposited_1(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called the instrument `type`."""
    return {("instrument" if name == "type" else name): value for name, value in data.items()}


def _meeting_1(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew meetings of one body only."""
    body = data.get("body")
    return {name: value for name, value in data.items() if name != "body"} | ({"bodies": [body]} if body else {})


# From a version to the next one, by kind. A step is never changed once released: stored events depend on it.
UPCASTERS: dict[tuple[str, int], Upcaster] = {
    ("instrument-deposited", 1): _deposited_1,
    ("meeting-held", 1): _meeting_1,
}

decode_sources = msgspec.json.Decoder(tuple[Citation, ...]).decode


def cited_in(text: str) -> tuple[Citation, ...]:
    """The citations that the column `sources` holds; raises `DatabaseError` where it holds something else."""
    try:
        return decode_sources(text)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DatabaseError(
            Problem(f"what an event cites cannot be read: {error}", "", "Where? cis verify tells.")
        ) from error


def event_of(stored: Stored) -> Event:
    """The typed event of a row, in the present form of its kind.

    Raises `DatabaseError`, naming the event, for a kind or version that this program does not know, and for data that does
    not fit its kind: nothing that is not understood is passed over.
    """
    try:
        if (decode := _decoder(stored.kind, stored.version)) is not None:
            return decode(stored.data)
        cls = _known_kind(stored)
        return msgspec.convert(fields_of_stored(stored), cls)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        where = f"event {stored.event_id} at position {stored.position}"
        raise DatabaseError(
            Problem(f"its data does not fit {stored.kind}: {error}", where, "Run: cis verify")
        ) from error


@cache
def _decoder(kind: str, version: int) -> Callable[[str], Event] | None:
    """What reads the present form of a kind; None for an older form, and for what is not known."""
    cls = KINDS.get(kind)
    return msgspec.json.Decoder(cls).decode if cls is not None and cls.version == version else None


def _known_kind(stored: Stored) -> type[Event]:
    cls = KINDS.get(stored.kind)
    if cls is not None and 1 <= stored.version <= cls.version:
        return cls
    what = f"kind {stored.kind!r}" if cls is None else f"version {stored.version} of {stored.kind!r}"
    raise DatabaseError(
        Problem(
            f"this program does not know the {what}",
            f"event {stored.event_id} at position {stored.position}",
            "Upgrade the program: pip install --upgrade cis-record",
        )
    )


def fields_of_stored(stored: Stored) -> dict[str, Any]:
    """The fields of a row as plain values, in the present form of its kind."""
    data = msgspec.json.decode(stored.data, type=dict[str, Any])
    for version in range(stored.version, KINDS[stored.kind].version):
        data = UPCASTERS[stored.kind, version](data)
    return data


def citations_of(stored: Stored) -> tuple[Citation, ...]:
    """What a row cites."""
    return cited_in(stored.sources)
