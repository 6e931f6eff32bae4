"""Checking Merkle proofs: is this line in the log, and did the log only grow?

The reader's side of RFC 9162 section 2.1 (the trees of RFC 6962), which takes nothing but hashes.
It shares no code with the side that makes roots and proofs: a mistake there is found here.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.encoding import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY_ROOT = sha256(b"").digest()
"""Root of a tree without leaves (RFC 9162 section 2.1.1)."""


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Climb from a leaf to the root that a proof leads to (RFC 9162 section 2.1.3.2).

    Args:
        leaf: Leaf hash, 32 bytes.
        index: The leaf's index in the log, counted from 0.
        size: Number of leaves in the tree.
        proof: Hashes from the leaf's sibling up to a child of the root, 32 bytes each.

    Returns:
        The root, 32 bytes; whether it is the right one is for the caller to compare.

    Raises:
        EvidenceError: SL504, the proof has not the shape that index and size demand.
    """
    if not 0 <= index < size:
        _refuse(f"there is no index {index} in a tree of {size}")
    _check_hashes("leaf", [leaf])
    _check_hashes("proof", proof)
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            _refuse(f"the proof is too long for index {index} in a tree of {size}")
        if node & 1 or node == last:
            root = _parent(sibling, root)
            node, last = _skip_missing_siblings(node, last)
        else:
            root = _parent(root, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        _refuse(f"the proof is too short for index {index} in a tree of {size}")
    return root


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf stands at an index of the tree with this root.

    Args:
        leaf: Leaf hash, 32 bytes.
        index: The leaf's index in the log, counted from 0.
        size: Number of leaves in the tree.
        proof: Hashes from the leaf's sibling up to a child of the root, 32 bytes each.
        root: Root of the tree, 32 bytes.

    Raises:
        EvidenceError: SL504, the proof does not lead from this leaf to this root.
    """
    _check_hashes("root", [root])
    if root_from_inclusion(leaf, index, size, proof) != root:
        _refuse(f"the leaf at index {index} is not in the tree of {size} with this root")


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree only grew from the old root to the new one (RFC 9162 section 2.1.4.2).

    Trees of one size are consistent when their roots are equal and nothing is there to prove. From
    an empty tree no proof exists, because every tree is a growth of it: it is refused.

    Args:
        old_size: Number of leaves in the older tree.
        old_root: Its root, 32 bytes.
        new_size: Number of leaves in the newer tree.
        new_root: Its root, 32 bytes.
        proof: The hashes between them, 32 bytes each.

    Raises:
        EvidenceError: SL504, the newer tree is not shown to contain the older one.
    """
    _check_hashes("root", [old_root, new_root])
    _check_hashes("proof", proof)
    if not 0 <= old_size <= new_size:
        _refuse(f"a tree does not grow from {old_size} leaves to {new_size}")
    if old_size == new_size:
        if old_root != new_root:
            _refuse(f"two trees of {new_size} leaves have different roots")
        if proof:
            _refuse("between trees of one size there is nothing to prove")
        return
    if old_size == 0:
        _refuse("growth from an empty tree cannot be proven, and need not be")
    if _roots_from_consistency(old_size, old_root, new_size, proof) != (old_root, new_root):
        _refuse(f"the tree of {old_size} is not the beginning of the tree of {new_size}")


class Frontier:
    """The root of a log that is read line by line, in memory that grows with its logarithm.

    Holds the roots of the complete subtrees to the left of the next leaf, largest first: one for
    each bit that is set in the size.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self._size = 0

    @property
    def size(self) -> int:
        """Number of leaves added."""
        return self._size

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash.

        Raises:
            EvidenceError: SL504, it has not 32 bytes.
        """
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in order.

        Raises:
            EvidenceError: SL504, one has not 32 bytes; those before it were added.
        """
        # Names of this scope: a million leaves pass here.
        digest_of, peaks, size = sha256, self._peaks, self._size
        pop, push = peaks.pop, peaks.append
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                _check_hashes("leaf", [leaf])
            node, pairs = leaf, size
            while pairs & 1:
                node = digest_of(b"\x01" + pop() + node).digest()
                pairs >>= 1
            push(node)
            self._size = size = size + 1

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees that the leaves make, largest first."""
        return tuple(self._peaks)

    def root(self) -> bytes:
        """Give the root over the leaves so far, 32 bytes."""
        return root_of_peaks(self._peaks)


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Give the root of a tree from the roots of its complete subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = _parent(peak, root)
    return root


def _roots_from_consistency(
    old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Climb to both roots at once; sizes are 0 < old < new."""
    # Where the old tree is complete, its root is itself the node to start from.
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if len(path) < 2:
        _refuse(f"the proof is too short for sizes {old_size} and {new_size}")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            _refuse(f"the proof is too long for sizes {old_size} and {new_size}")
        if node & 1 or node == last:
            old, new = _parent(sibling, old), _parent(sibling, new)
            node, last = _skip_missing_siblings(node, last)
        else:
            new = _parent(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        _refuse(f"the proof is too short for sizes {old_size} and {new_size}")
    return old, new


def _skip_missing_siblings(node: int, last: int) -> tuple[int, int]:
    """Climb past the levels at which the last node of a level has no sibling to its right."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _check_hashes(kind: str, hashes: Sequence[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            _refuse(f"a {kind} hash has {HASH_BYTES} bytes, this has {len(one)}")


def _refuse(why: str) -> NoReturn:
    raise EvidenceError("SL504", "a proof does not lead to the root", why=why)
