"""Processes that tests start in numbers, and kill: each begins in milliseconds, for what it needs is loaded once beforehand.

A child runs a function of a test's module and tells the test what it did, message by message. What it told before it was
killed has arrived; that is what `acknowledged` means in the tests of faults.
"""

import os
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from histories import NOW

from eventstore.batch import Entry
from eventstore.database import Database
from eventstore.errors import RecordError
from projections.record import record

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "children",
        "sqlalchemy.dialects.sqlite",
        "sqlalchemy.dialects.postgresql.psycopg",
        "migrations",
        "cli.start",
        "cli.transfer",
    ]
)
PATIENCE = 60  # seconds until a silent child counts as hanging
PARTS = 3  # events in a batch

Tell = Callable[[Any], None]


class Child:
    """A process that runs `target(tell, *arguments)`."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._reader, writer = CONTEXT.Pipe(duplex=False)
        self.process = CONTEXT.Process(target=_run, args=(target, writer, arguments), daemon=True)
        self.process.start()
        writer.close()

    def told(self) -> Any:
        """The next message."""
        assert self._reader.poll(PATIENCE), "the child says nothing"
        return self._reader.recv()

    def rest(self) -> list[Any]:
        """The messages that are left, until the child ends."""
        messages = []
        while True:
            try:
                messages.append(self.told())
            except EOFError:
                return messages

    def kill(self) -> list[Any]:
        """End it at once (SIGKILL); gives what it had told until then and nobody has read."""
        self.process.kill()
        return self.ended()

    def ended(self) -> list[Any]:
        """Wait for its end; gives what it told and nobody has read."""
        messages = self.rest()
        self.process.join(PATIENCE)
        return messages

    @property
    def status(self) -> int | None:
        """Its exit status; negative: the signal that ended it."""
        return self.process.exitcode


def _run(target: Callable[..., None], writer: Connection, arguments: Iterable[object]) -> None:
    target(writer.send, *arguments)


def batch(name: str) -> list[Entry]:
    """Three facts that belong together and touch several views; `name` makes them new ones."""
    cited = {"sources": [{"source": "record"}]}
    return [
        Entry({"kind": "treaty-adopted", "on": "1993-01-22", "treaty": name, "title": f"Treaty {name}", **cited}),
        Entry({"kind": "treaty-signed", "on": "1993-01-22", "treaty": name, "state": "AM", **cited}),
        Entry({"kind": "statement-made", "on": "1993", "text": name, "states": ["AM"], **cited}),
    ]


def write(tell: Tell, url: str, name: str, batches: int) -> None:
    """Record one batch after the other; tells the name of each when it is recorded, and at a failure why it stops."""
    database = Database(url, write=True)
    for number in range(batches):
        told = f"{name}-{number}"
        try:
            record(database, batch(told), recorded_by=name, now=NOW)
        except RecordError as error:
            tell(error)
            return
        tell(told)


def command(tell: Tell, *arguments: str) -> None:
    """Run `cis` with these arguments."""
    from cli.main import program

    tell("begun")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    program.main(list(arguments))
