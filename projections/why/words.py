"""Words that the answers share."""

from collections.abc import Iterable


def with_article(status: str) -> str:
    """A status with its article."""
    words = status.replace("-", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def any_of(parts: Iterable[str]) -> str:
    """What excludes each other, in words; the same words once."""
    return ", or ".join(dict.fromkeys(parts))
