"""The rosters as Popolo JSON (popoloproject.com/specs): persons, organizations, posts, memberships with their sources.

Organisations, their bodies and the states that sit in them are Popolo organizations; offices are posts. A state that sits in a
body is a membership whose `member` is an organization; a holder of an office one with `person_id` and `post_id`, and with
`on_behalf_of_id` where the holder acts for a state. Popolo dates are a day, a month or a year: the most precise that holds all
the days it can have been. Where none does, the date is left out. The edges that the record knows stand in `cis:` properties,
which Popolo allows.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from eventstore.facts import BEGINNING, END
from eventstore.states import states
from projections.council_roster import council_roster
from projections.exports import Request
from projections.exports.citing import Citations, Cited, name_of, sources, text_of, url_of
from projections.exports.tables import rows
from projections.interval import Row
from projections.registers import body, office, organisation, person


def lines(request: Request) -> Iterator[str]:
    """One JSON document; a membership a line."""
    entries = sources(request.views)
    held = _all(request, council_roster)
    citations = Citations(request.views, (row["began_by"] for row in held))
    named = {name for row in held if (name := row["person"]) is not None}
    seated = sorted({row["state"] for row in held if row["state"] is not None})
    bodies = _all(request, body)
    organizations = [
        *_organizations(_all(request, organisation), "organisation", None),
        *_organizations(bodies, "body", "organisation"),
        *map(_state, seated),
    ]
    offices = _all(request, office)
    persons = [row for row in _all(request, person) if row["person"] in named]
    yield "{"
    yield from _listed("persons", _once("id", map(_person, persons)), ",")
    yield from _listed("organizations", _once("id", organizations), ",")
    yield from _listed("posts", _once("id", map(_post, offices)), ",")
    names = {row["office"]: row["name"] for row in offices}
    memberships = (_membership(row, names, list(citations.of(row["began_by"])), entries) for row in held)
    yield from _listed("memberships", memberships, ",")
    basis = request.basis._asdict() | {"as_of": request.as_of}
    yield f'"cis:basis": {json.dumps(basis)}'
    yield "}"


def _all(request: Request, table: Any) -> list[Row]:
    return [row for chunk in rows(request, table) for row in chunk]


def _listed(name: str, found: Iterable[Row], after: str) -> Iterator[str]:
    yield f'"{name}": ['
    before = ""
    for row in found:
        yield before + json.dumps(row, ensure_ascii=False)
        before = ","
    yield f"]{after}"


def _once(key: str, found: Iterable[Row]) -> Iterator[Row]:
    """Of several entries with one id (a body under a new name) the last."""
    return iter({row[key]: row for row in found}.values())


def _organizations(found: list[Row], register: str, parent: str | None) -> Iterator[Row]:
    first = {row[register]: row for row in reversed(found)}
    for row in found:
        entry = {"id": name_of(register, row[register]), "name": row["name"], "classification": register}
        if row["name_ru"]:
            entry["other_names"] = [{"name": row["name_ru"], "note": "Russian"}]
        if parent and row[parent]:
            entry["parent_id"] = name_of(parent, row[parent])
        began = first[row[register]]
        yield entry | _dated(began, row, "founding_date", "dissolution_date")


def _state(code: str) -> Row:
    known = states().get(code)
    entry: Row = {"id": name_of("state", code), "name": known.name if known else code, "classification": "state"}
    if known and known.name_ru:
        entry["other_names"] = [{"name": known.name_ru, "note": "Russian"}]
    pairs = [("ISO 3166-1 alpha-3", known.alpha3), ("Wikidata", known.wikidata)] if known else []
    entry["identifiers"] = [{"scheme": scheme, "identifier": value} for scheme, value in pairs if value]
    return entry


def _person(row: Row) -> Row:
    entry: Row = {"id": name_of("person", row["person"]), "name": row["name"]}
    if row["name_ru"]:
        entry["other_names"] = [{"name": row["name_ru"], "note": "Russian"}]
    if row["wikidata"]:
        entry["identifiers"] = [{"scheme": "Wikidata", "identifier": row["wikidata"]}]
    return entry


def _post(row: Row) -> Row:
    entry: Row = {"id": name_of("office", row["office"]), "label": row["name"], "role": row["name"]}
    if row["name_ru"]:
        entry["other_label"] = [row["name_ru"]]
    return entry | {"organization_id": name_of("body", row["body"])}


def _membership(row: Row, offices: dict[str, str], cited: list[Cited], entries: dict[str, Row]) -> Row:
    holder = row["person"] or row["state"] or ""
    identity = ":".join(filter(None, (row["body"], row["office"], holder, row["valid_from"], row["began_by"])))
    entry: Row = {"id": name_of("membership", identity), "organization_id": name_of("body", row["body"])}
    if row["office"]:
        acting = "acting " if row["acting"] else ""
        entry |= {
            "post_id": name_of("office", row["office"]),
            "role": f"{acting}{offices.get(row['office'], row['office'])}",
        }
    else:
        entry["role"] = row["status"]
    if row["person"]:
        entry["person_id"] = name_of("person", row["person"])
        if row["state"]:
            entry["on_behalf_of_id"] = name_of("state", row["state"])
    elif row["state"]:
        entry["member"] = {"@type": "Organization", "id": name_of("state", row["state"])}
    entry |= _dated(row, row, "start_date", "end_date")
    entry["cis:edges"] = {
        name: row[name] for name in ("valid_from", "valid_from_latest", "valid_to", "valid_to_latest")
    }
    if "certainty" in row:
        entry["cis:certainty"] = row["certainty"]
    if row["disputed"]:
        entry["cis:disputed"] = True
    entry["sources"] = [
        {
            "url": url_of(entries.get(c.source, {"address": None})) or name_of("source", c.source),
            "note": text_of(c, entries),
        }
        for c in cited
    ]
    return entry


def _dated(began: Row, ended: Row, start: str, end: str) -> Row:
    found = {start: reduced(began["valid_from"], began["valid_from_latest"])}
    if ended["valid_to"] is not None:
        found[end] = reduced(ended["valid_to"], ended["valid_to_latest"])
    return {name: value for name, value in found.items() if value}


def reduced(first: str, last: str) -> str | None:
    """The day, month or year within which all days from one to another lie, or None."""
    if first == BEGINNING or last == END:
        return None
    return next((first[:length] for length in (10, 7, 4) if first[:length] == last[:length]), None)
