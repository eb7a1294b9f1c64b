"""The record in a browser: serve."""

import errno
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Any, NoReturn

import click

from cli.options import Command, asking_option, reports_option
from cli.output import progress, say

PORT = 8001
GRACE = 3  # seconds that answers under way are given when the page ends


@click.command("serve", cls=Command)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 is any that is free.")
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on: who reaches it may read the whole record.",
)
@click.option("--open/--no-open", "browser", default=False, show_default=True, help="Open the page in a browser.")
@reports_option
@asking_option
def serve_command(port: int, host: str, browser: bool, folders: tuple[str, ...], database: str) -> None:
    """Show the record as a page in a browser.

    The page only reads. It shows membership, rosters and treaties as of any day with the reasons, the tables, the reports and
    the pictures. Its address is printed; Ctrl-C ends it. Of a Postgres database it shows a copy made at the start.
    It needs Datasette: pip install "cis-record[serve]".
    """
    application = _application()
    with _listening(host, port) as door, ExitStack() as kept:
        from cli.page.file import readable

        signal.signal(signal.SIGTERM, _end)
        # An SQLite file is rarely copied, and then at once.
        with progress("Copying the record", shown=None if database.startswith("postgresql") else False) as begin:
            file, note = kept.enter_context(readable(database, begin))
        page, address = application(file, note, folders), _address(host, door.getsockname()[1])
        click.echo(address)
        for line in (note, _warning(host), "The record is shown there, read-only. Ctrl-C ends it."):
            if line:
                say(line)
        if browser:
            click.launch(address)
        _run(page, door)
    say("Ended.")


def _application() -> Callable[[str, str, Iterable[str]], Any]:
    """What makes the page; raises `Refused` where Datasette is not installed."""
    try:
        from cli.page.application import application
    except ModuleNotFoundError as error:
        from eventstore.errors import not_installed

        raise not_installed("the page needs", str(error.name).partition(".")[0], "serve") from error
    return application


def _listening(host: str, port: int) -> socket.socket:
    """The socket, open; raises `Refused` where it cannot be had."""
    from eventstore.errors import Problem, Refused

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        free = f"Name another, or let the system choose: --port 0 (the usual one is {PORT})."
        what, advice = {
            errno.EADDRINUSE: (f"port {port} is taken", free),
            errno.EACCES: (f"port {port} is not for you to open", free),
        }.get(error.errno or 0, ("this is no address of this machine", "The usual one is --host 127.0.0.1."))
        raise Refused(Problem(what, host, advice)) from error


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _warning(host: str) -> str:
    from ipaddress import ip_address

    try:
        inside = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        inside = False
    return "" if inside else "Whoever reaches this address may read the whole record."


def _end(*_: object) -> NoReturn:
    """End as Ctrl-C does, so that a copy of the record does not stay behind."""
    raise KeyboardInterrupt


def _run(page: Any, door: socket.socket) -> None:
    """Serve until somebody ends it."""
    import uvicorn

    # Requests are not told: who asks what of a page on one's own machine is known there.
    config = uvicorn.Config(page.app(), log_level="warning", lifespan="on", timeout_graceful_shutdown=GRACE)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            page.get_database().interrupt()  # nobody waits for what a long question would still find
            super().handle_exit(sig, frame)

    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[door])
