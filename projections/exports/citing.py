"""What the forms of export share: sources by id, and on which of them an event rests."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from eventstore.reading import chunks
from projections.interval import Row
from projections.registers import source
from projections.timeline import citation

ID = "urn:x-cis-record:"  # no registered namespace: these names are ours until the record has an address of its own


def name_of(register: str, name: str) -> str:
    """The URI under which exports name an entry of a register."""
    from urllib.parse import quote

    return f"{ID}{register}:{quote(name)}"


def sources(views: Connection) -> dict[str, Row]:
    """Every source by id; one that was entered twice as it was first found."""
    query = select(source).order_by(source.c.source, source.c.occurred_from.desc(), source.c.event_id.desc())
    return {row["source"]: dict(row) for row in views.execute(query).mappings()}


def url_of(entry: Row) -> str | None:
    """The address of a source, if it is one of the web."""
    address = entry["address"] or ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.netloc and not any(c in address for c in '"<>\\^`{|}\t\n ')
    return address if usable else None


class Cited(NamedTuple):
    """A source and the places in it."""

    source: str
    locators: tuple[str, ...]


class Citations:
    """On which sources events rest, asked for many at once."""

    def __init__(self, views: Connection, event_ids: Iterable[str]) -> None:
        found = dict[str, dict[str, list[str]]]()
        for chunk in chunks(sorted(set(event_ids))):
            query = select(citation).where(citation.c.event_id.in_(chunk))
            for row in views.execute(query.order_by(citation.c.source, citation.c.locator)).mappings():
                found.setdefault(row["event_id"], {}).setdefault(row["source"], []).append(row["locator"])
        self._found = found

    def of(self, *event_ids: str) -> Iterator[Cited]:
        """The sources of some events, each once."""
        merged = dict[str, dict[str, None]]()
        for event_id in event_ids:
            for name, locators in self._found.get(event_id, {}).items():
                merged.setdefault(name, {}).update(dict.fromkeys(filter(None, locators)))
        for name in sorted(merged):
            yield Cited(name, tuple(merged[name]))


def text_of(cited: Cited, entries: dict[str, Row]) -> str:
    """A citation as text: title, then the places."""
    entry: dict[str, Any] = entries.get(cited.source) or {}
    return ", ".join((entry.get("title") or cited.source, *cited.locators))
