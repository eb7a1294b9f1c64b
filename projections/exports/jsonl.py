"""The log as JSON Lines (see `eventstore.transfer`), as far as it was known."""

from collections.abc import Iterator
from itertools import islice

from eventstore.transfer import export
from projections.exports import Request


def lines(request: Request) -> Iterator[str]:
    """The events up to the position asked for, one a line: positions have no gaps, so as many lines as the position says."""
    return islice(export(request.log), request.basis.known_at)
