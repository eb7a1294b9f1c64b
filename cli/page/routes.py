"""The pages of our own, and their addresses. What they are asked is checked here; what cannot be answered is said in words."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from datasette import Response
from datasette.utils.asgi import BadRequest

from cli.options import today
from cli.page import answers
from cli.page.answers import When
from cli.page.database import Record, in_sentences
from eventstore.database import Database
from eventstore.dates import DateError, last_day
from eventstore.errors import Misuse
from projections.links import EVENT

T = TypeVar("T")

RECORD = "record"  # what Datasette calls the database, and so what its addresses begin with
_FORMS = "Write a day (1993-12-15), a month (1993-12) or a year (1993); a month or a year means its last day."


def address(register: str, name: str, **asked: str) -> str:
    """Where the page is on what an id stands for; `asked` are the day and what is known when, as they were asked for."""
    return reasons("timeline", name, **asked) if register == EVENT else _asking(f"/about/{register}/{name}", asked)


def reasons(view: str, key: str, **asked: str) -> str:
    """Where the reasons are for what a view shows of a key, its parts joined by /."""
    return _asking(f"/why/{view}/{key}", asked)


def as_of(**asked: str) -> str:
    """Where the page of a day is."""
    return _asking("/as-of", asked)


def _asking(path: str, asked: Mapping[str, str]) -> str:
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def record_of(datasette: Any) -> Record:
    """The record that a page is about."""
    record: Record = datasette.get_database(RECORD)
    return record


async def answered(record: Record, question: Callable[..., T], *asked: object) -> T:
    """The answer to a question, which may take its time, without keeping other pages waiting."""
    return await asyncio.to_thread(question, record.record, *asked)


async def as_of_page(datasette: Any, request: Any) -> Response:
    """Membership, rosters and treaties on a day; what was typed wrong is said beside the box."""
    try:
        return await _page(datasette, request, "as_of.html", answers.as_of)
    except (BadRequest, Misuse) as error:
        known = isinstance(error, Misuse)
        problem = {"problem": in_sentences(error) if known else str(error), "wrong": "known_at" if known else "date"}
        return Response.html(await datasette.render_template("as_of.html", problem, request=request), status=400)


async def about_page(datasette: Any, request: Any) -> Response:
    """What the record has on one id."""
    return await _page(datasette, request, "about.html", answers.about, *_parts(request, "register", "name"))


async def why_page(datasette: Any, request: Any) -> Response:
    """Why a row of a view is as it is."""
    view, key = _parts(request, "view", "key")
    return await _page(datasette, request, "why.html", answers.why, view, key.split("/"))


async def pictures_page(datasette: Any, request: Any) -> Response:
    """The pictures."""
    asked = [request.args.get(name) or "" for name in ("picture", "subject")]
    return await _page(datasette, request, "pictures.html", answers.pictures, *asked)


async def picture_file(datasette: Any, request: Any) -> Response:
    """One picture as SVG."""
    when, (name, subject) = _when(request.args), _parts(request, "name", "subject")

    def drawn(record: Database) -> str:
        return answers.picture(record, when, name, subject).svg()

    return Response(await answered(record_of(datasette), drawn), content_type="image/svg+xml; charset=utf-8")


ROUTES: list[tuple[str, Callable[..., Awaitable[Response]]]] = [
    ("/as-of$", as_of_page),
    ("/about/(?P<register>[^/]+)/(?P<name>[^/]+)$", about_page),
    ("/why/(?P<view>[^/]+)/(?P<key>.+)$", why_page),
    ("/pictures$", pictures_page),
    (r"/pictures/(?P<name>[^/.]+)(/(?P<subject>[^/.]+))?\.svg$", picture_file),
]


async def _page(datasette: Any, request: Any, template: str, question: Callable[..., Any], *asked: object) -> Response:
    when = _when(request.args)
    found = await answered(record_of(datasette), question, when, *asked)
    shown = {**found, "day": when.day, "known_at": when.known_at}
    return Response.html(await datasette.render_template(template, shown, request=request))


def _when(args: Mapping[str, str]) -> When:
    """The day and the time that an address names; raises `BadRequest` for a date that is none."""
    typed = (args.get("date") or "").strip()
    try:
        return When(last_day(typed) if typed else today(), (args.get("known_at") or "").strip())
    except DateError as error:
        reason = str(error).partition(";")[0]
        raise BadRequest(f"{reason}. {_FORMS}") from error


def _parts(request: Any, *names: str) -> list[str]:
    """Parts of an address, as they were before a browser wrote them in its way."""
    return [unquote(request.url_vars[name] or "") for name in names]
