"""The few spellings that every evidence file shares: bytes in base64, numbers in decimal.

One value has one spelling here. Base64 is that of RFC 4648 section 4 with its padding and without
stray bits; decimals have no sign and no leading zero. The functions raise `ValueError` with a
clause; the module that knows what kind of file it reads makes the error of it.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HASH_BYTES = 32
"""SHA-256, the hash of every tree here."""

SIZE_LIMIT = 2**63
"""First tree size, index or time that 64-bit readers with a sign cannot hold."""

PROOF_HASHES_MAX = 63
"""Longest proof for a tree smaller than `SIZE_LIMIT` (C2SP tlog-witness, add-checkpoint)."""

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,18})", re.ASCII)


def encode_base64(data: bytes) -> str:
    """Write bytes in base64 with padding, on one line."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Read base64 that must be the one spelling of its bytes.

    Raises:
        ValueError: Foreign characters, missing padding, or stray bits in the last character.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if encode_base64(data) != text:
        raise ValueError(f"{text!r:.60} is not canonical base64")
    return data


def decode_hash(text: str) -> bytes:
    """Read a SHA-256 hash in base64.

    Raises:
        ValueError: Not canonical base64, or not 32 bytes.
    """
    data = decode_base64(text)
    if len(data) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes, this has {len(data)}")
    return data


def decode_decimal(text: str) -> int:
    """Read a count from 0 to 2**63 - 1 without sign or leading zero.

    Raises:
        ValueError: Spelt otherwise, or too large.
    """
    if not _DECIMAL.fullmatch(text) or int(text) >= SIZE_LIMIT:
        raise ValueError(f"{text!r:.60} is not a whole number below 2^63 without leading zeros")
    return int(text)


def decode_hashes(lines: Iterable[str]) -> tuple[bytes, ...]:
    """Read the hashes of a proof, one to a line.

    Raises:
        ValueError: One of them is no hash, or there are more than any tree needs.
    """
    hashes = tuple(decode_hash(line) for line in lines)
    if len(hashes) > PROOF_HASHES_MAX:
        raise ValueError(f"a proof has at most {PROOF_HASHES_MAX} hashes, this has {len(hashes)}")
    return hashes


def split_head(data: bytes) -> tuple[list[str], bytes]:
    """Split a file at its first empty line into lines of ASCII and the bytes behind it.

    Raises:
        ValueError: There is no empty line, or what stands before it is not ASCII.
    """
    head, separator, rest = data.partition(b"\n\n")
    if not separator:
        raise ValueError("no empty line stands before the checkpoint")
    if not head.isascii():
        raise ValueError("the lines before the checkpoint are not ASCII")
    return head.decode("ascii").split("\n"), rest
