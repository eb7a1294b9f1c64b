"""The record in the forms that other programs read: one file a form, and the list of them.

A form is one function of a module here: of text, `lines(request)` gives its lines; what needs a file or a folder has
`write(request, path)`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from projections.question import Basis


class Request(NamedTuple):
    """What is asked for: the log, the views as known then, and what they rest on.

    `as_of` is None where all of the record is meant, not one day. `say` tells the person what had to be left out.
    """

    log: "Connection"
    views: "Connection"
    as_of: str | None
    basis: "Basis"
    say: Callable[[str], object]


class Format(NamedTuple):
    """A form of export: where its function is, what it gives, a line of help, and whether a day changes it."""

    function: str  # module:function
    target: Literal["text", "file", "folder"]
    help: str
    dated: bool = True
    extra: str = ""  # the extra of the package that it needs


def load(form: str) -> "Callable[..., Any]":
    """The function of a form; only its module is imported."""
    from importlib import import_module

    module, _, function = FORMATS[form].function.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"projections.exports.{module}"), function)
    return found


FORMATS = {
    "jsonl": Format("jsonl:lines", "text", "the log as JSON Lines, for cis import", dated=False),
    "csv": Format("csv_package:write", "folder", "all views as CSV with a Frictionless Data Package descriptor"),
    "sqlite": Format("sqlite_file:write", "file", "all views and the log as a documented SQLite file"),
    "parquet": Format("parquet:write", "folder", "all views as Parquet", extra="parquet"),
    "popolo": Format("popolo:lines", "text", "the rosters as Popolo JSON"),
    "prov": Format("prov:lines", "text", "the events and their sources as PROV-O in JSON-LD"),
    "quickstatements": Format("quickstatements:lines", "text", "the memberships as Wikidata QuickStatements"),
    "bibtex": Format("bibliography:bibtex", "text", "the sources as BibTeX", dated=False),
    "csl": Format("bibliography:csl", "text", "the sources as CSL-JSON", dated=False),
}
