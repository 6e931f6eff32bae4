"""Verifier keys (C2SP signed-note): the public half of a key that signs notes, on one line.

    log.example/mug+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

Name, key id and, in base64, one byte for the algorithm before the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from signoff_ledger.errors import InputError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.encoding import decode_base64, encode_base64

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = 0x01
"""Algorithm of a log's key: Ed25519 over the note's text."""

COSIGNATURE_V1 = 0x04
"""Algorithm of a witness's key: Ed25519 over the text and a time (C2SP tlog-cosignature)."""

KEY_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Whom a reader trusts to sign, and how.

    Raises:
        InputError: SL112, the name or the key is not acceptable.
    """

    name: str  #: Name of the key; for a log, its origin.
    algorithm: int  #: `ED25519` or `COSIGNATURE_V1`.
    public_key: bytes  #: 32 bytes, checked.

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise _unacceptable(f"{self.name!r:.80} is no name for a key")
        if self.algorithm not in {ED25519, COSIGNATURE_V1}:
            raise _unacceptable(f"keys of type 0x{self.algorithm:02x} are not supported")
        try:
            ed25519.check_public_key(self.public_key)
        except ValueError as error:
            raise _unacceptable(str(error)) from None

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a key from its line, without a newline.

        Raises:
            InputError: SL112, the line is not the one spelling of an acceptable key.
        """
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise _unacceptable(f"{text!r:.80} is not of the form name+id+key")
        name, key_id, encoded = parts
        try:
            material = decode_base64(encoded)
        except ValueError as error:
            raise _unacceptable(str(error)) from None
        if not material:
            raise _unacceptable("there is no key behind the name")
        key = cls(name, material[0], material[1:])
        if key.key_id.hex() != key_id:
            raise _unacceptable(f"the id of the key is {key.key_id.hex()}, not {key_id!r:.40}")
        return key

    @classmethod
    def of(cls, name: str, algorithm: int, private_key: Ed25519PrivateKey) -> VerifierKey:
        """Give the public half of a private key.

        Raises:
            InputError: SL112, the name cannot stand in a note.
        """
        return cls(name, algorithm, ed25519.public_bytes(private_key))

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return key_id_of(self.name, self.algorithm, self.public_key)

    @property
    def line(self) -> str:
        """The key as it is handed out and read again."""
        encoded = encode_base64(bytes([self.algorithm]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def key_id_of(name: str, algorithm: int, public_key: bytes) -> bytes:
    """Give the id of a key: the first 4 bytes of SHA-256(name, newline, algorithm, key)."""
    said = name.encode("utf-8") + b"\n" + bytes([algorithm]) + public_key
    return sha256(said).digest()[:KEY_ID_BYTES]


def is_key_name(name: str) -> bool:
    """Tell whether a name can stand in a signature line: not empty, no space, plus or control."""
    return (
        bool(name)
        and "+" not in name
        and not any(c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name)
    )


def _unacceptable(why: str) -> InputError:
    return InputError("SL112", "a public key is not acceptable", why=why)
