"""What Datasette asks its plugins for: the reports as its queries, links in cells, our pages, and errors in words."""

import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from shlex import split
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from datasette import Response
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, NotFound
from datasette.views.base import DatasetteError
from markupsafe import Markup
from pluggy import HookimplMarker

from cli.page import answers, routes
from cli.page.database import Record, in_sentences
from cli.page.routes import RECORD, address, record_of
from eventstore.errors import Misuse, RecordError
from projections import report as reports
from projections.links import ids_in

hookimpl = HookimplMarker("datasette")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Our own pages."""
    return routes.ROUTES


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Whoever would do more than ask is refused at the door."""

    def wrapped(page: Any) -> Any:
        async def asked_only(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
                await Response.text("This page only reads.\n", status=405).asgi_send(send)
            elif scope["type"] == "http" and _is_misled(scope):
                await Response.text("This page goes by the name of localhost only.\n", status=421).asgi_send(send)
            else:
                await page(scope, receive, send)

        return asked_only

    return wrapped


def _is_misled(scope: Any) -> bool:
    """Whether a browser here was sent by a name that is somebody else's (DNS rebinding), whose page would then read ours."""
    served_at, _ = scope.get("server") or ("", 0)
    named = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return _is_loopback(f"//{_bracketed(served_at)}") and not _is_loopback(f"//{named}")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@hookimpl
def canned_queries(datasette: Any, database: str) -> dict[str, dict[str, Any]]:
    """The library of reports."""
    if database != RECORD:
        return {}
    return {
        report.name: {
            "sql": report.sql,
            "title": report.name,
            "description": report.help,
            "params": [parameter.name for parameter in report.parameters],
            "hide_sql": True,
        }
        for report in record_of(datasette).library.values()
    }


@hookimpl
def render_cell(value: object, column: str, table: str | None, database: str) -> Markup | None:
    """A cell of ids as links to what they stand for."""
    if database != RECORD or (found := ids_in(column, value, table)) is None:
        return None
    words = str(value).split()
    links = [Markup('<a href="{}">{}</a>').format(address(*one), word) for one, word in zip(found, words, strict=True)]
    return Markup(" ").join(links)


@hookimpl
def extra_css_urls() -> list[str]:
    """Our style."""
    return [f"/page/page.css?{_STYLE}"]


_STYLE = crc32((Path(__file__).parent / "static" / "page.css").read_bytes())  # so that a changed one is fetched anew


@hookimpl
def extra_template_vars(
    template: str, database: str | None, request: Any, datasette: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What our templates need on every page, and what those of Datasette's pages need that we changed."""

    async def variables() -> dict[str, Any]:
        record = record_of(datasette)
        try:
            found = await routes.answered(record, answers.standing)
        except RecordError:  # the record went away: the page that says so must be shown all the same
            found = {"newest": None, "years": ()}
        found |= {"note": record.note, "asked": request.args if request else {}}
        found |= {"address": routes.address, "reasons": routes.reasons, "as_of": routes.as_of}
        if template == "index.html":
            found |= {"groups": _groups(record), "tables": _tables(datasette)}
        if template == "query.html" and request is not None:
            report = record.library.get(request.url_vars.get("table") or "")
            found |= {"report": report}
            if report is not None:
                needed = [parameter.name for parameter in report.parameters if parameter.default is None]
                found |= {
                    "missing": [name for name in needed if not request.args.get(name)],
                    "example": _example(report),
                }
                found |= {"choices": await routes.answered(record, answers.choices, report)}
        return found

    return variables


def _groups(record: Record) -> list[tuple[str, list[reports.Report]]]:
    """The reports by what their group is about."""
    groups = dict.fromkeys(report.group for report in record.library.values())
    return [
        (reports.GROUPS.get(group, group), [one for one in record.library.values() if one.group == group])
        for group in groups
    ]


def _example(report: reports.Report) -> dict[str, str]:
    """The values of a report's example, by parameter."""
    words = split(report.example)
    return {option[2:].replace("-", "_"): value for option, value in zip(words[::2], words[1::2], strict=True)}


def _tables(datasette: Any) -> list[tuple[str, str]]:
    described = datasette.metadata("databases")[RECORD]["tables"]
    return sorted((name, about["description"]) for name, about in described.items() if "hidden" not in about)


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """What was not found or cannot be answered, in words."""

    async def response() -> Response:
        status, told = _told(exception)
        if status == 500:
            print(f"{request.path}: {type(exception).__name__}: {exception}", file=sys.stderr)
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": told, "status": status}, status=status)
        shown = {"error": told, "title": _TITLES.get(status, "This cannot be shown")}
        return Response.html(await datasette.render_template("error.html", shown, request=request), status=status)

    return response


_TITLES = {404: "Not found", 503: "Not now"}


def _told(exception: Exception) -> tuple[int, str]:
    """The status of an error, and what is said of it."""
    if isinstance(exception, RecordError):
        return 404 if isinstance(exception, Misuse) else 503, in_sentences(exception)
    if isinstance(exception, NotFound) and exception.args[0] in ("404", "Database not found"):
        return 404, "There is no such page."
    if isinstance(exception, Base400):
        return exception.status, str(exception.args[0])
    if isinstance(exception, QueryInterrupted) or isinstance(exception.__context__, QueryInterrupted):
        advice = "Ask for less at a time: one state, one treaty, fewer years."
        return 400, f"The question took too long and was stopped. {advice}"
    if isinstance(exception, DatasetteError):
        # What it says without a status is about what was asked: a column to sort by that there is not.
        return 400 if exception.status == 500 else exception.status, exception.message
    return 500, "This is a fault of the program. The terminal where cis serve runs says more."
