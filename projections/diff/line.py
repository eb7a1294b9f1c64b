"""One change as it is told."""

from typing import NamedTuple

from projections.interval import Row


class Line(NamedTuple):
    """One change. `start` and `until` (days, empty: open) say when it is so, where all days are compared."""

    view: str
    key: dict[str, str]
    what: str
    before: str
    after: str
    events: tuple[str, ...]
    because: tuple[str, ...]
    start: str = ""
    until: str = ""
    subjects: frozenset[str] = frozenset()

    def row(self) -> Row:
        """The line as a flat object: the key as its parts with `/` between them, events by blanks, sentences by newlines."""
        days = {"start": self.start, "until": self.until} if self.start or self.until else {}
        return {
            "view": self.view,
            "key": "/".join(self.key.values()),
            "what": self.what,
            "before": self.before,
            "after": self.after,
            **days,
            "events": " ".join(self.events),
            "because": "\n".join(self.because),
        }
