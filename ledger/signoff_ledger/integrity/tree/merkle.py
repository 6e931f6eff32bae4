"""Growing the tree and making proofs from it: RFC 6962 section 2.1, over stored subtree roots.

Apart from the leaf hashes, only the roots of complete subtrees of 256, 256**2, ... leaves are
kept, one for each tile of height 8 as C2SP tlog-tiles draws them. A proof then reads at most 256
hashes per level, and appending writes one hash in 256 events.

Verification is in `proofs.py` and shares nothing with this module.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

EMPTY_ROOT = sha256(b"").digest()
"""Root of a tree without leaves (RFC 6962 section 2.1)."""


class Hashes(Protocol):
    """Where the hashes of complete subtrees are kept."""

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Give the roots of neighbouring complete subtrees.

        Args:
            level: Each has 256**level leaves; level 0 are the leaf hashes.
            first: Index of the first of them at that level, from 0.
            count: How many; all of them exist.
        """
        ...


def root(tree: Hashes, size: int) -> bytes:
    """Give the root of the tree's first `size` leaves."""
    return _range_root(tree, 0, size) if size else EMPTY_ROOT


def inclusion_proof(tree: Hashes, index: int, size: int) -> list[bytes]:
    """Give the audit path of a leaf (RFC 6962 section 2.1.1), lowest sibling first.

    Args:
        tree: Where the hashes are.
        index: The leaf, from 0.
        size: The tree it is proved in.
    """
    if not 0 <= index < size:
        msg = f"there is no leaf {index} in a tree of {size}"
        raise ValueError(msg)
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_range_root(tree, middle, end))
            end = middle
        else:
            path.append(_range_root(tree, first, middle))
            first = middle
    return path[::-1]


def consistency_proof(tree: Hashes, old: int, new: int) -> list[bytes]:
    """Prove that a tree begins with an older one (RFC 6962 section 2.1.2)."""
    if not 0 < old <= new:
        msg = f"a tree of {new} cannot be shown to begin with one of {old}"
        raise ValueError(msg)
    path: list[bytes] = []
    first, end = 0, new
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(_range_root(tree, middle, end))
            end = middle
        else:
            path.append(_range_root(tree, first, middle))
            first = middle
    if first:
        # Where the old tree is itself a left subtree of the new one, the verifier
        # knows its root; otherwise the proof starts with the subtree that both share.
        path.append(_range_root(tree, first, end))
    return path[::-1]


def new_subtrees(tree: Hashes, old: int, new: int) -> Iterator[tuple[int, int, bytes]]:
    """Give the subtree roots that became complete between two sizes.

    Yields:
        Level from 1, index at that level, and root. Each must be kept before the next is asked
        for, because higher levels are made from it.
    """
    level = 1
    while (width := TILE_WIDTH**level) <= new:
        for index in range(old // width, new // width):
            yield level, index, _fold(tree.hashes(level - 1, index * TILE_WIDTH, TILE_WIDTH))
        level += 1


def _range_root(tree: Hashes, first: int, end: int) -> bytes:
    """Give the root of one subtree of RFC 6962's division, from `first` to before `end`."""
    parts: list[bytes] = []
    while first < end:
        width = 1 << ((end - first).bit_length() - 1)
        parts.append(_complete_root(tree, first, width))
        first += width
    found = parts.pop()
    while parts:
        found = _node(parts.pop(), found)
    return found


def _complete_root(tree: Hashes, first: int, width: int) -> bytes:
    level = (width.bit_length() - 1) // TILE_HEIGHT
    step = TILE_WIDTH**level
    return _fold(tree.hashes(level, first // step, width // step))


def _fold(row: Sequence[bytes]) -> bytes:
    while len(row) > 1:
        row = [_node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(width: int) -> int:
    """Give the largest power of two below a width of at least two."""
    return 1 << ((width - 1).bit_length() - 1)
