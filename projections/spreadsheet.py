"""CSV that no spreadsheet computes: what it would take for a formula is given as text."""

import re

_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?")


def harmless(text: str) -> str:
    """A cell as text, with an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV injection)."""
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and _SIGNED_NUMBER.fullmatch(text) is None:
        return f"'{text}"
    return text
