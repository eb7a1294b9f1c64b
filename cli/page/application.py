"""The page put together: Datasette, our settings and descriptions, the record, and the plugin."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from cli.page import plugin
from cli.page.database import Record
from cli.page.routes import RECORD
from eventstore.database import Database
from projections import report as reports
from projections.read_only import PATIENCE

HERE = Path(__file__).parent
TITLE = "The record of the Commonwealth of Independent States"
SETTINGS = {
    "sql_time_limit_ms": int(PATIENCE * 1000),
    "max_returned_rows": 10_000,
    "suggest_facets": False,  # it counts every column of every table again for each page shown
    "default_cache_ttl": 0,  # the record may grow while somebody looks
}


def application(url: str, note: str = "", folders: Iterable[str] = ()) -> Datasette:
    """The page on the record in an SQLite file; `note` is said on every page, `folders` hold further reports."""
    _register()
    made = Datasette(
        [],
        metadata={
            "title": TITLE,
            "databases": {RECORD: {"title": "The record in SQL", "tables": dict(_descriptions())}},
        },
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("page", str(HERE / "static"))],
    )
    made.remove_database("_memory")  # Datasette's own, where it is given no file
    made.add_database(Record(made, Database(url), reports.library(folders).values(), note), RECORD)
    return made


def _register() -> None:
    """Make the plugin known to Datasette, once in a process."""
    if pm.is_registered(plugin):
        return
    pm.register(plugin, "cis-record")
    # Datasette's own prints every page that is not found on the server's terminal, with the values of all variables.
    pm.unregister(name="datasette.handle_exception")


def _descriptions() -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables as the data dictionary describes them; what serves the machinery only is not listed."""
    from eventstore.tables import metadata as log
    from projections.views import metadata as views

    for table in (*views.sorted_tables, *log.sorted_tables):
        columns = {column.name: column.comment for column in table.c if column.comment}
        hidden = {"hidden": True} if table.name in ("projection", "event_definition", "log_head", "merkle_tile") else {}
        yield table.name, {"description": table.comment, "columns": columns, **hidden}
    yield "alembic_version", {"hidden": True}
