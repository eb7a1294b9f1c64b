"""How the tests speak to the command line: a small history, a command, what it prints, how it ends.

    ran = cis(database, "members", "cis", "--as-of", "1993-12-15")
    assert ran.status == 0

Within the process by click's own runner; `process` runs a real one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from click.testing import CliRunner

from cli.main import program
from eventstore.database import Database

GOLDEN = Path(__file__).parent / "golden" / "cli"
ROOT = Path(__file__).parent.parent
WIDTH = 80

HISTORY = """
defaults: {source: nti, locator: paragraph 1}
events:
  - {kind: source-registered, on: 2020-01-01, source: nti, title: The NTI page, standing: dataset-or-study}
  - {kind: source-registered, on: 2020-01-01, source: press, title: A newspaper, standing: press}
  - kind: organisation-founded
    on: 1991-12-08
    organisation: cis
    name: Commonwealth of Independent States
    founding_treaties: [creation-agreement]
    charter: cis-charter
  - kind: treaty-adopted
    on: 1991-12-08
    treaty: creation-agreement
    title: Agreement on the Establishment of the Commonwealth of Independent States
    title_ru: Соглашение о создании Содружества Независимых Государств
    organisation: cis
    confers: ["cis:founding-state:signature"]
  - kind: treaty-adopted
    on: 1993-01-22
    treaty: cis-charter
    title: Charter of the Commonwealth of Independent States
    organisation: cis
    confers: ["cis:member:ratification"]
  - {kind: treaty-signed, on: 1991-12-08, treaty: creation-agreement, state: [BY, RU, UA], place: Viskuli}
  - {kind: treaty-signed, on: 1993-01-22, treaty: cis-charter, state: [BY, RU], place: Minsk}
  - {kind: treaty-ratified, on: 1993-04-15, treaty: cis-charter, state: RU}
  - {kind: instrument-deposited, on: 1993-07-20, treaty: cis-charter, state: RU}
  - {kind: treaty-entered-into-force, on: 1994-01-22, treaty: cis-charter}
  - kind: state-joined
    on: 1993-12
    organisation: cis
    state: GE
    disputed: [{date: 1993-10-23, reason: The newspaper has October., source: press, on: 2020-01-01}]
  - {kind: body-established, on: 1991-12-21, body: council-of-heads-of-state, organisation: cis, name: Council of Heads of State}
  - {kind: state-seated, on: 1991-12-30, body: council-of-heads-of-state, state: [BY, RU, UA]}
  - kind: office-created
    on: 1991-12-30
    office: chair-of-council-of-heads-of-state
    body: council-of-heads-of-state
    name: Chair of the Council of Heads of State
  - {kind: person-registered, on: 1991-12-30, person: boris-yeltsin, name: Boris Yeltsin, state: RU}
  - {kind: office-assumed, on: 1993-12-24, office: chair-of-council-of-heads-of-state, person: boris-yeltsin, state: RU}
  - kind: meeting-held
    on: 1991-12-30
    meeting: chs-1991-12-30-minsk
    bodies: [council-of-heads-of-state]
    place: Minsk
    country: BY
    states: [BY, RU, UA]
  - kind: meeting-held
    on: 2003-09-18/2003-09-19
    meeting: chs-2003-09-18-yalta
    bodies: [council-of-heads-of-state]
    type: regular
    place: Yalta
    country: UA
    chair: boris-yeltsin
  - {kind: statement-made, on: 1993-10-08, text: Georgia announces that it will join, states: [GE], organisation: cis}
"""


class Ran(NamedTuple):
    """What a command printed, and how it ended."""

    out: str
    err: str
    status: int

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return json.loads(self.out)


def cis(database: Database | str | None, *words: str, given: str | bytes = "", **environment: str) -> Ran:
    """Run a command on a database; `given` is its standard input."""
    place = {} if database is None else {"CIS_DATABASE_URL": _url(database)}
    settings = {"COLUMNS": str(WIDTH), "CIS_RECORDED_BY": "tests", **place, **environment}
    result = CliRunner(env=settings).invoke(program, words, input=given)
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert "Traceback" not in result.stderr
    return Ran(result.stdout, result.stderr, result.exit_code)


def process(database: Database | str | None, *words: str, given: bytes = b"", **environment: str) -> Ran:
    """The same as a real process, as a person's shell starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        input=given,
        capture_output=True,
        env=surroundings(database, **environment),
        timeout=120,
        check=False,
    )
    return Ran(done.stdout.decode(), done.stderr.decode(), done.returncode)


def surroundings(database: Database | str | None, **environment: str) -> dict[str, str]:
    """The environment of a process that runs `cis`."""
    place = {} if database is None else {"CIS_DATABASE_URL": _url(database)}
    own = {"COLUMNS": str(WIDTH), "CIS_RECORDED_BY": "tests", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return {**os.environ, **own, **place, **environment}


def _url(database: Database | str) -> str:
    return database if isinstance(database, str) else database.url


@contextmanager
def endless(pipe: Path, piece: bytes, most: int = 64 * 2**20) -> Iterator[list[int]]:
    """A named pipe out of which pieces come until nobody takes any more, or `most` bytes were taken; how many were, so far."""
    os.mkfifo(pipe)
    taken = [0]

    def pour() -> None:
        with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as out:
            while taken[0] < most:
                taken[0] += out.write(piece)

    pouring = Thread(target=pour, daemon=True)
    pouring.start()
    yield taken
    pouring.join(60)


def told(database: Database, history: str = HISTORY) -> Database:
    """The database with the small history in it."""
    ran = cis(database, "append", "--file", "-", given=history)
    assert ran.status == 0, ran.err
    return database


def golden(name: str, text: str) -> None:
    """Compare what people read with what was approved; CIS_GOLDEN=write approves what is printed now."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CIS_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
