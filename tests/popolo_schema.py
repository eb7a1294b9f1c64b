"""JSON Schemas of the Popolo classes that a roster uses.

Written from the published specification (popoloproject.com/specs, the schemas of popolo-project/popolo-spec): the names of the
properties, their types and the form of dates. References by id are resolved by the test that uses this.
"""

from typing import Any

DATE = {"type": ["string", "null"], "pattern": "^[0-9]{4}(-[0-9]{2}){0,2}$"}
TEXT = {"type": ["string", "null"]}


def _list(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": list(required), "properties": properties}}


LINKS = _list("url", url={"type": "string", "format": "uri"}, note=TEXT)
NAMES = _list("name", name={"type": "string"}, note=TEXT, start_date=DATE, end_date=DATE)
IDENTIFIERS = _list("identifier", identifier={"type": "string"}, scheme=TEXT)


def _class(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    # Beyond its own properties a Popolo document may have others; ours are all in one namespace.
    return {
        "type": "object",
        "required": ["id", *required],
        "properties": {"id": {"type": "string"}, **properties},
        "patternProperties": {"^cis:": {}},
        "additionalProperties": False,
    }


PERSON = _class(("name",), name=TEXT, other_names=NAMES, identifiers=IDENTIFIERS, links=LINKS, sources=LINKS)
ORGANIZATION = _class(
    ("name",),
    name=TEXT,
    other_names=NAMES,
    identifiers=IDENTIFIERS,
    classification=TEXT,
    parent_id=TEXT,
    founding_date=DATE,
    dissolution_date=DATE,
    links=LINKS,
    sources=LINKS,
)
POST = _class(
    ("organization_id",),
    label=TEXT,
    other_label={"type": "array", "items": {"type": "string"}},
    role=TEXT,
    organization_id=TEXT,
    start_date=DATE,
    end_date=DATE,
    sources=LINKS,
)
MEMBERSHIP = _class(
    ("organization_id",),
    label=TEXT,
    role=TEXT,
    member={"type": ["object", "null"], "required": ["@type", "id"]},
    person_id=TEXT,
    organization_id=TEXT,
    post_id=TEXT,
    on_behalf_of_id=TEXT,
    start_date=DATE,
    end_date=DATE,
    links=LINKS,
    sources=LINKS,
)
POPOLO = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["persons", "organizations", "posts", "memberships"],
    "properties": {
        "persons": {"type": "array", "items": PERSON},
        "organizations": {"type": "array", "items": ORGANIZATION},
        "posts": {"type": "array", "items": POST},
        "memberships": {"type": "array", "items": MEMBERSHIP},
    },
    "patternProperties": {"^cis:": {}},
    "additionalProperties": False,
}
