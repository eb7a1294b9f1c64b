"""Keys, and the signatures of checkpoints: Ed25519 (RFC 8032), through the package `cryptography`, which only this needs.

Signatures are those of c2sp.org/signed-note; keys have the text form of Go's golang.org/x/mod/sumdb/note.
"""

import os
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from eventstore.checkpoint import NAME, Checkpoint, Signature, check_name, decoded, read_text
from eventstore.errors import Misuse, Problem, Refused, not_installed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"  # the type of the key and of its signatures
_PRIVATE = "PRIVATE+KEY+"


class Key(NamedTuple):
    """A key that checks signatures or, if it is `private`, makes them; `raw` are its 32 bytes.

    Raises `Refused` where something is asked of a private key and `cryptography` is missing.
    """

    name: str
    raw: bytes
    private: bool = False

    def __str__(self) -> str:
        encoded = b64encode(_ED25519 + self.raw).decode()
        return f"{_PRIVATE if self.private else ''}{self.name}+{self.id.hex()}+{encoded}"

    @property
    def public(self) -> "Key":
        """The key that checks what this one signs."""
        return Key(self.name, _signer(self).public_key().public_bytes_raw()) if self.private else self

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name the key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public.raw).digest()[:4]


def new_key(name: str) -> Key:
    """A new private key for the log called `name`; raises `Misuse` if that cannot be a name."""
    check_name(name)
    return Key(name, os.urandom(32), private=True)


def write_key(key: Key, path: str) -> None:
    """Write a key into a new file that only its owner may read; raises `Refused`, and leaves no file, if that cannot be."""
    text = f"{key}\n"
    try:
        new = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(new, "w", encoding="utf-8") as file:
                file.write(text)
        except BaseException:
            os.unlink(path)
            raise
    except FileExistsError as error:
        raise Refused(Problem("the file exists: no key is written over", path, "Name a new file.")) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(Problem(f"the file cannot be written: {why}", path)) from error


def read_key(path: str) -> Key:
    """The key in a file, private or public; raises `Refused` if it is none."""
    text, name = read_text(path, "a key", 4096)
    return parse_key(text.strip(), name)


def parse_key(text: str, where: str = "") -> Key:
    """Read the text of a key, `[PRIVATE+KEY+]name+id+base64`; raises `Refused` if it is none."""
    parts = text.removeprefix(_PRIVATE).split("+", 2)
    raw = decoded(parts[2]) if len(parts) == 3 else None
    if (
        raw is not None
        and len(raw) == 33
        and raw[:1] == _ED25519
        and NAME.fullmatch(parts[0])
        and parts[0].isprintable()
    ):
        key = Key(parts[0], raw[1:], text.startswith(_PRIVATE))
        if key.id.hex() == parts[1]:
            return key
    raise Refused(Problem("this is not a key", where, "Make one: cis checkpoint --new-key FILE --origin NAME."))


def sign(checkpoint: Checkpoint, key: Key, where: str = "") -> Checkpoint:
    """The checkpoint with the signature of its log's key; raises `Misuse` for a key of another log, or that is public."""
    if not key.private:
        raise Misuse(Problem("this key is public: it checks signatures and makes none", where))
    if key.name != checkpoint.origin:
        raise Misuse(Problem(f"this key signs for {key.name}, not for {checkpoint.origin}", where))
    made = Signature(key.name, key.id, _signer(key).sign(checkpoint.note.encode()))
    return checkpoint._replace(signatures=(*checkpoint.signatures, made))


def check_signature(checkpoint: Checkpoint, key: Key, where: str = "") -> None:
    """Raise `Refused` unless the checkpoint bears a good signature of the key; those of other keys mean nothing here."""
    made = [s.signature for s in checkpoint.signatures if (s.name, s.key_id) == (key.name, key.id)]
    if not made:
        raise Refused(Problem(f"the checkpoint is not signed by {key.name} (key {key.id.hex()})", where))
    if not all(_is_good(signature, checkpoint.note.encode(), key.public.raw) for signature in made):
        raise Refused(Problem(f"the signature of {key.name} (key {key.id.hex()}) is not of this checkpoint", where))


def _is_good(signature: bytes, signed: bytes, public: bytes) -> bool:
    _need_cryptography()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _signer(key: Key) -> "Ed25519PrivateKey":
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key.raw)


def _need_cryptography() -> None:
    try:
        import cryptography  # noqa: F401 - only asked whether it is there
    except ModuleNotFoundError as error:
        raise not_installed("signatures need", "cryptography", "signing") from error
