"""The history itself: data files, the sources they cite, and the assertions they must satisfy.

`README.md` beside this file says how the files are written and how disagreements are ruled on.
"""

from collections.abc import Iterator
from pathlib import Path

from eventstore.batch import Entry, read_text
from projections.assertions import Assertion, assertion

FOLDER = Path(__file__).parent


def files() -> list[Path]:
    """The files of events, in the order of their names."""
    return [
        path
        for path in sorted(FOLDER.rglob("*.yaml"))
        if path.parent.name != "assertions" and path.name != "explained.yaml"
    ]


def entries() -> Iterator[Entry]:
    """Every entry of the history, each with its file and line."""
    for path in files():
        yield from _read(path)


def assertions() -> list[Assertion]:
    """What the history must come to, each with its file and line. Raises `Refused` for one that is not well formed."""
    return [
        assertion(entry)
        for path in sorted((FOLDER / "assertions").glob("*.yaml"))
        for entry in _read(path, "assertions")
    ]


def explanations() -> dict[tuple[str, str], str]:
    """Why findings of `cis check` are as they are, by code and subject."""
    path = FOLDER / "explained.yaml"
    entries = _read(path, "explained") if path.exists() else []
    return {(entry.fields["code"], entry.fields["subject"]): entry.fields["why"] for entry in entries}


def _read(path: Path, key: str = "events") -> list[Entry]:
    name = str(path.relative_to(FOLDER.parent))
    return read_text(path.read_text("utf-8"), name, "yaml", key)
