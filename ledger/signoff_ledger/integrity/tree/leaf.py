"""The leaf hash of a line: SHA-256 over a zero byte and the line (RFC 6962 section 2.1)."""

from __future__ import annotations

from hashlib import sha256

LEAF_HASH_BYTES = 32


def leaf_hash(line: bytes) -> bytes:
    """Hash one line as a Merkle leaf; the zero byte sets leaves apart from inner nodes."""
    return sha256(b"\x00" + line).digest()
