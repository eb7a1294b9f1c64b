"""The page as a process: `cis serve` started on a free port, and ended as a person ends it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cli_runs import surroundings

from eventstore.database import Database


class Ended(NamedTuple):
    """How it ended, and what it had said on stderr."""

    status: int
    said: str


class Serving:
    """A page that is being served at an address, until it is ended."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self.running = running
        assert running.stdout is not None
        self.address = running.stdout.readline().strip()

    def end(self, how: signal.Signals = signal.SIGINT) -> Ended:
        """End it by a signal: Ctrl-C, or what a system sends."""
        self.running.send_signal(how)
        _, said = self.running.communicate(timeout=60)
        return Ended(self.running.returncode, said)


@contextmanager
def served(database: Database, *words: str, **environment: str) -> Iterator[Serving]:
    """Serve a record, on a free port."""
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve", "--port", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(database, **environment),
        text=True,
    ) as running:
        serving = Serving(running)
        try:
            yield serving
        finally:
            if running.poll() is None:
                serving.end()
