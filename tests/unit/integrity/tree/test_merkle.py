"""Growing the tree: every size against the definition, every proof against the reader's code."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signoff_ledger.integrity.tree import merkle
from signoff_ledger.integrity.tree.proofs import Frontier, verify_consistency, verify_inclusion
from signoff_ledger.integrity.tree.recomputation import RecomputedTree
from tests.rfc6962 import consistency_of, inclusion_of, leaf_of, root_of

EXHAUSTIVE = 70
"""Sizes up to which everything is compared."""

EDGES = (255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537)
"""Sizes around which a stored subtree root appears or is used for the first time."""


@cache
def leaves(count: int) -> tuple[bytes, ...]:
    """Give leaf hashes that are all different."""
    return tuple(leaf_of(b"%d" % n) for n in range(count))


class Kept:
    """Subtree roots in memory, with every question asked of them."""

    def __init__(self) -> None:
        self.levels: dict[int, list[bytes]] = {0: []}
        self.asked: list[int] = []

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Give stored hashes, and nothing that is not there."""
        found = self.levels[level][first : first + count]
        assert len(found) == count
        self.asked.append(count)
        return found

    def grow(self, added: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Append leaves and keep what becomes complete, one by one."""
        row = self.levels[0]
        old = len(row)
        row.extend(added)
        for level, index, root in merkle.new_subtrees(self, old, len(row)):
            above = self.levels.setdefault(level, [])
            assert index == len(above)
            above.append(root)
            yield level, index, root


def kept(count: int) -> Kept:
    """Give a tree that grew at once."""
    tree = Kept()
    list(tree.grow(leaves(count)))
    return tree


@cache
def large() -> Kept:
    """Give a tree of 65,537 leaves."""
    return kept(EDGES[-1])


@cache
def reference_root(size: int) -> bytes:
    """Give a root by the reader's code, where the definition would take too long."""
    frontier = Frontier()
    frontier.extend(leaves(EDGES[-1])[:size])
    return frontier.root()


@pytest.mark.parametrize("size", range(EXHAUSTIVE + 1))
def test_a_root_is_that_of_the_definition(size: int) -> None:
    assert root_of(leaves(size)) == merkle.root(kept(EXHAUSTIVE), size)


def test_every_proof_of_inclusion_is_that_of_the_definition() -> None:
    tree = kept(EXHAUSTIVE)
    for size in range(1, EXHAUSTIVE + 1):
        root = root_of(leaves(size))
        for index in range(size):
            proof = merkle.inclusion_proof(tree, index, size)

            assert inclusion_of(index, leaves(size)) == proof
            verify_inclusion(leaves(size)[index], index, size, proof, root)


def test_every_proof_of_growth_is_that_of_the_definition() -> None:
    tree = kept(EXHAUSTIVE)
    for new in range(1, EXHAUSTIVE + 1):
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(tree, old, new)

            assert consistency_of(old, leaves(new)) == proof
            verify_consistency(old, root_of(leaves(old)), new, root_of(leaves(new)), proof)


@pytest.mark.parametrize("size", EDGES)
def test_proofs_hold_where_stored_subtrees_begin(size: int) -> None:
    tree, root = large(), reference_root(size)

    assert root == merkle.root(tree, size)
    near = {0, 1, 254, 255, 256, 257, 511, 512, 65_535, 65_536, size // 2, size - 2, size - 1}
    for index in sorted(i for i in near if i < size):
        proof = merkle.inclusion_proof(tree, index, size)
        verify_inclusion(leaves(EDGES[-1])[index], index, size, proof, root)
    for old in sorted({1, 2, size // 2, size - 1, size} | {e for e in EDGES if e < size}):
        proof = merkle.consistency_proof(tree, old, size)
        verify_consistency(old, reference_root(old), size, root, proof)


def test_a_proof_reads_few_hashes_however_large_the_tree_is() -> None:
    tree = large()
    tree.asked.clear()

    merkle.inclusion_proof(tree, 4_711, EDGES[-1])

    assert 256 >= max(tree.asked)
    assert 3 * 256 >= sum(tree.asked)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (6, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"no leaf {index} in a tree of {size}"):
        merkle.inclusion_proof(kept(8), index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (-1, 5), (6, 5), (0, 0)])
def test_growth_backwards_or_from_nothing_has_no_proof(old: int, new: int) -> None:
    with pytest.raises(ValueError, match=f"a tree of {new} cannot be shown to begin with"):
        merkle.consistency_proof(kept(8), old, new)


def test_the_same_tree_needs_no_proof_of_growth() -> None:
    assert [] == merkle.consistency_proof(kept(8), 8, 8)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (0, 255, []),
        (0, 256, [(1, 0)]),
        (255, 256, [(1, 0)]),
        (256, 511, []),
        (256, 512, [(1, 1)]),
        (511, 513, [(1, 1)]),
        (255, 513, [(1, 0), (1, 1)]),
        (65_535, 65_536, [(1, 255), (2, 0)]),
        (65_536, 65_537, []),
    ],
)
def test_a_subtree_is_kept_once_when_it_is_complete(
    old: int, new: int, expected: list[tuple[int, int]]
) -> None:
    tree = Kept()
    list(tree.grow(leaves(EDGES[-1])[:old]))

    made = list(tree.grow(leaves(EDGES[-1])[old:new]))

    assert expected == [(level, index) for level, index, _ in made]
    for level, index, root in made:
        width = 256**level
        frontier = Frontier()
        frontier.extend(leaves(EDGES[-1])[index * width : (index + 1) * width])
        assert frontier.root() == root


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=8))
def test_a_tree_is_the_same_in_whatever_batches_it_grew(batches: list[int]) -> None:
    tree, again, at = Kept(), RecomputedTree(), 0
    for batch in batches:
        added = leaves(EDGES[-1])[at : at + batch]
        list(tree.grow(added))
        for leaf in added:
            again.add(leaf)
        at += batch

        assert reference_root(at) == merkle.root(tree, at) == again.root(at)
    once = kept(at)
    assert once.levels == tree.levels
    assert sorted(again.nodes()) == [
        (level, index, root)
        for level, row in sorted(tree.levels.items())
        if level
        for index, root in enumerate(row)
    ]


def test_a_tree_recomputed_from_the_lines_has_every_root_it_had() -> None:
    tree, stored = RecomputedTree(), kept(600)
    assert merkle.EMPTY_ROOT == tree.root(0) == sha256(b"").digest()
    for size, leaf in enumerate(leaves(600), 1):
        tree.add(leaf)
        assert size == tree.size

    for size in range(601):
        assert merkle.root(stored, size) == tree.root(size)


def test_a_recomputed_tree_closes_tiles_of_tiles() -> None:
    tree = RecomputedTree()
    for leaf in leaves(EDGES[-1]):
        tree.add(leaf)

    for size in (*EDGES, 65_280, 40_000):
        assert reference_root(size) == tree.root(size)
    assert [(1, n) for n in range(256)] + [(2, 0)] == [
        (level, number) for level, number, _ in tree.nodes()
    ]
    assert (2, 0, reference_root(65_536)) == list(tree.nodes())[-1]


def test_a_kept_subtree_that_differs_from_the_lines_is_counted() -> None:
    tree = RecomputedTree()
    for leaf in leaves(600):
        tree.add(leaf)
    kept_nodes = list(tree.nodes())
    (level, number, root), *others = kept_nodes
    grown = (1, 2, leaves(1)[0])

    assert 0 == tree.differences(kept_nodes, 600)
    assert 1 == tree.differences(others, 600)
    assert 2 == tree.differences([(level, number, root[::-1]), *others], 600)
    assert 1 == tree.differences([*kept_nodes, (0, 0, root)], 600)
    assert 1 == tree.differences([*kept_nodes, grown], 767)
    assert 0 == tree.differences([*kept_nodes, grown], 768)
