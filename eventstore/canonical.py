"""The one form in which data is written, so that equal facts are equal bytes (RFC 8785, JSON Canonicalization Scheme).

With ASCII keys, no floats, integers within 2^53 and NFC strings, sorted compact JSON is RFC 8785; anything else is refused.
"""

from unicodedata import category, is_normalized, normalize

import msgspec

from eventstore.events.fields import LARGEST_INTEGER

_encode = msgspec.json.Encoder(order="sorted").encode

DEEPEST = 8
_ALLOWED_CONTROLS = "\n\t"


def encode(value: object) -> str:
    """The canonical JSON text of a value made of structs, mappings, lists, strings, integers, booleans and None."""
    text = _encode(value).decode()
    return text if text.isascii() else normalize("NFC", text)


def is_plain(text: str) -> bool:
    """Whether a typed value with this JSON text is sure to have it as its canonical form, and no blank text in it.

    Its texts are ASCII without control characters, and none begins with a space.
    Its type says that it holds no decimal points, no integer beyond 2^53 and nothing nested deeply.
    """
    # Nothing but the quote at which a text begins has a space after it.
    return text.isascii() and "\\" not in text and "\x7f" not in text and '" ' not in text


def check(value: object, path: str = "", depth: int = 0) -> list[str]:
    """What keeps a value read from outside from having a canonical form, one sentence each."""
    if depth > DEEPEST:
        return [f"{path or 'value'} is nested deeper than {DEEPEST} levels"]
    match value:
        case None | bool():
            return []
        case str():
            return _check_text(value, path)
        case int():
            return [f"{path} is beyond 2^53, where readers of JSON disagree"] if abs(value) > LARGEST_INTEGER else []
        case float():
            return [f"{path} has a decimal point: write it as text"]
        case dict():
            problems = []
            for key, item in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    problems.append(f"{path or 'value'} has the key {str(key)[:40]!r}: keys are ASCII text")
                else:
                    problems += check(item, f"{path}.{key}" if path else key, depth + 1)
            return problems
        case list() | tuple():
            return [problem for i, item in enumerate(value) for problem in check(item, f"{path}[{i}]", depth + 1)]
        case _:
            return [f"{path} is a {type(value).__name__}, which JSON cannot say"]


def _check_text(text: str, path: str) -> list[str]:
    if text.isascii() and text.isprintable():
        return []
    for character in text:
        # Cc: control characters; Cs: lone surrogates, which UTF-8 cannot carry
        if category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS:
            return [f"{path} holds the control character U+{ord(character):04X}: take it out"]
    return []


def composed(value: object) -> object:
    """The same value with every string in Unicode normal form NFC."""
    match value:
        case str():
            return value if value.isascii() or is_normalized("NFC", value) else normalize("NFC", value)
        case dict():
            return {key: composed(item) for key, item in value.items()}
        case list():
            return [composed(item) for item in value]
        case _:
            return value
