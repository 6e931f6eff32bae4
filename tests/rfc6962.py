"""RFC 6962 section 2.1 word for word: recursive, slow, and no code in common with the product."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_of(data: bytes) -> bytes:
    """Hash an entry: MTH({d(0)})."""
    return sha256(b"\x00" + data).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Hash a tree over leaf hashes: MTH(D[n])."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def inclusion_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Give the audit path: PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*inclusion_of(index, leaves[:k]), root_of(leaves[k:])]
    return [*inclusion_of(index - k, leaves[k:]), root_of(leaves[:k])]


def consistency_of(size: int, leaves: Sequence[bytes], *, complete: bool = True) -> list[bytes]:
    """Give the consistency proof: PROOF(m, D[n]), which is SUBPROOF(m, D[n], true)."""
    if size == len(leaves):
        return [] if complete else [root_of(leaves)]
    k = split(len(leaves))
    if size <= k:
        return [*consistency_of(size, leaves[:k], complete=complete), root_of(leaves[k:])]
    return [*consistency_of(size - k, leaves[k:], complete=False), root_of(leaves[:k])]


def split(size: int) -> int:
    """Give the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
