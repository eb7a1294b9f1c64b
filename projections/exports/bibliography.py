"""The sources as BibTeX and CSL-JSON, and the citation of an answer: which day, as known when, under which hash.

A record that grows cannot be cited by its name alone. Day D, position K and the hash of the log there name one answer for ever:
whoever holds the log can ask again and compare.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection

from eventstore.reading import recorded_at
from projections.exports import Request
from projections.exports.citing import sources, url_of
from projections.interval import Row
from projections.question import Basis

TITLE = "The history of the Commonwealth of Independent States: an append-only record of sourced events"
_PLAIN_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")  # what both forms can say: a day, a month, a year
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "&%$#_"},
}


def bibtex(request: Request) -> Iterator[str]:
    """Every source as a BibTeX entry, its id the key."""
    for name, entry in sources(request.views).items():
        fields = {
            "title": entry["title"],
            "author": entry["author"],
            "publisher": entry["publisher"],
            "note": None if url_of(entry) else entry["address"],
            "langid": entry["language"],
            "keywords": entry["standing"],
            **_dates(entry["published"]),
        }
        yield from _entry("misc", name, fields, {"url": url_of(entry), "urldate": _day(entry["accessed"])})


def csl(request: Request) -> Iterator[str]:
    """Every source as an item of CSL-JSON, in one list."""
    before = "["
    for name, entry in sources(request.views).items():
        yield before + json.dumps(_item(name, entry), ensure_ascii=False)
        before = ","
    yield "]" if before == "," else "[]"


def _item(name: str, entry: Row) -> Row:
    url = url_of(entry)
    item: Row = {
        "id": name,
        "type": "webpage" if url else "document",
        "title": entry["title"],
        "author": [{"literal": entry["author"]}] if entry["author"] else None,
        "publisher": entry["publisher"],
        "URL": url,
        "archive_location": None if url else entry["address"],
        "issued": _date_parts(entry["published"]),
        "accessed": _date_parts(entry["accessed"]),
        "language": entry["language"],
        "note": f"standing: {entry['standing']}",
    }
    return {key: value for key, value in item.items() if value is not None}


class Answer(NamedTuple):
    """What a citation of an answer says."""

    basis: Basis
    recorded_at: str  # when the newest event known was recorded; '' in an empty log
    version: str

    @property
    def said(self) -> str:
        """Day, position and hash in words."""
        known = f"known at position {self.basis.known_at}"
        at = f", recorded {self.recorded_at}" if self.recorded_at else ""
        return f"As of {self.basis.as_of}, {known}{at}. Hash of the log: sha256:{self.basis.hash}"


def answer(log: Connection, basis: Basis, version: str) -> Answer:
    """The citation of what the record answers on a day, as known at a position."""
    return Answer(basis, recorded_at(log, basis.known_at), version)


def cited(answer: Answer, style: str) -> Iterator[str]:
    """The citation of an answer in a style: text, bibtex (BibTeX) or csl (CSL-JSON)."""
    key = f"cis-record-{answer.basis.as_of}-{answer.basis.known_at}"
    day = answer.recorded_at[:10] or None
    match style:
        case "bibtex":
            fields = {"title": TITLE, "version": answer.version, "note": f"{answer.said}.", **_dates(day)}
            yield from _entry("misc", key, fields, {})
        case "csl":
            item: Row = {"id": key, "type": "dataset", "title": TITLE, "version": answer.version, "note": answer.said}
            yield json.dumps([item | ({"issued": _date_parts(day)} if day else {})], ensure_ascii=False)
        case _:
            yield f"{TITLE}. cis-record {answer.version}. {answer.said}."


def _entry(kind: str, key: str, fields: dict[str, str | None], raw: dict[str, str | None]) -> Iterator[str]:
    yield f"@{kind}{{{key},"
    for name, value in fields.items():
        if value:
            # A second brace keeps capitals in titles and the name of a body in one piece.
            text = _escaped(value)
            yield f"  {name} = {{{{{text}}}}}," if name in ("title", "author") else f"  {name} = {{{text}}},"
    for name, value in raw.items():
        if value:
            yield f"  {name} = {{{value}}},"
    yield "}\n"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in " ".join(text.split()))


def _dates(date: str | None) -> dict[str, str | None]:
    """The date in the fields of BibTeX and of biblatex; one that is imprecise otherwise than by its length as a note."""
    if date is None or not (match := _PLAIN_DATE.fullmatch(date)):
        return {"howpublished": f"published {date}"} if date else {}
    return {"date": date, "year": match[1], "month": match[2]}


def _day(date: str | None) -> str | None:
    return date if date is not None and _PLAIN_DATE.fullmatch(date) else None


def _date_parts(date: str | None) -> dict[str, Any] | None:
    if date is None:
        return None
    match = _PLAIN_DATE.fullmatch(date)
    return {"date-parts": [[int(part) for part in match.groups() if part]]} if match else {"raw": date}
