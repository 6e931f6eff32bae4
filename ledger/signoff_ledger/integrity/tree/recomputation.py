"""The tree made again from the lines, to hold every root that was ever claimed against.

Keeps 32 bytes for each line and the roots of complete subtrees of 256, so that the root at any size
takes at most 256 hashes a level. Folds with the reader's code, not with the writer's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.integrity.encoding import HASH_BYTES, SIZE_LIMIT
from signoff_ledger.integrity.tree.proofs import Frontier, root_of_peaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WIDTH = 256
_TILE_BYTES = _WIDTH * HASH_BYTES
_LEVELS_MAX = 8


class RecomputedTree:
    """A tree that grows leaf by leaf and can give the root at every size it had."""

    def __init__(self) -> None:
        self._levels = [bytearray()]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_BYTES

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        row = self._levels[0]
        row += leaf
        if not len(row) % _TILE_BYTES:
            self._close_tile(0)

    def root(self, size: int) -> bytes:
        """Give the root of the first `size` leaves, none more than there are."""
        peaks: list[bytes] = []
        for level in range(len(self._levels) - 1, -1, -1):
            count = size // _WIDTH**level
            frontier = Frontier()
            frontier.extend(self._hashes(level, count - count % _WIDTH, count))
            peaks += frontier.peaks
        return root_of_peaks(peaks)

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Give every subtree root with its level, from 1, and its number at that level."""
        for level, row in enumerate(self._levels[1:], 1):
            for number in range(len(row) // HASH_BYTES):
                yield level, number, bytes(row[number * HASH_BYTES : (number + 1) * HASH_BYTES])

    def differences(self, kept: Iterable[tuple[int, int, bytes]], now: int) -> int:
        """Count subtree roots that a store keeps and these leaves do not have, or the other way.

        Args:
            kept: Level, number and hash of each.
            now: Size of the stored log after they were read; it may have grown since its leaves
                were.
        """
        mine = {node for node in kept if not self.size < _leaves_under(node) <= now}
        return len(mine ^ set(self.nodes()))

    def _close_tile(self, level: int) -> None:
        if level + 1 == len(self._levels):
            self._levels.append(bytearray())
        count = len(self._levels[level]) // HASH_BYTES
        frontier = Frontier()
        frontier.extend(self._hashes(level, count - _WIDTH, count))
        above = self._levels[level + 1]
        above += frontier.root()
        if not len(above) % _TILE_BYTES:
            self._close_tile(level + 1)

    def _hashes(self, level: int, first: int, end: int) -> Iterator[bytes]:
        row = self._levels[level]
        for at in range(first * HASH_BYTES, end * HASH_BYTES, HASH_BYTES):
            yield bytes(row[at : at + HASH_BYTES])


def _leaves_under(node: tuple[int, int, bytes]) -> int:
    """Count the leaves up to the end of a subtree; more than any log has for one of nothing."""
    level, number, _ = node
    return (number + 1) * _WIDTH**level if 1 <= level <= _LEVELS_MAX else SIZE_LIMIT
