"""Proofs: the published vectors, the definition, and every way to get them slightly wrong."""

import json
from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.integrity.tree.proofs import (
    EMPTY_ROOT,
    Frontier,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from tests.refusals import refusal
from tests.rfc6962 import consistency_of, inclusion_of, leaf_of, root_of
from tests.tools import beside
from tests.tree import ROOT

VECTORS = ROOT / "tests" / "data" / "vectors" / "merkle"
INCLUSION = json.loads((VECTORS / "inclusion.json").read_text("utf-8"))
CONSISTENCY = json.loads((VECTORS / "consistency.json").read_text("utf-8"))
EIGHT = json.loads((VECTORS / "eight_leaves.json").read_text("utf-8"))

SHORT_ROOTS = "additional/sizes-are-equal-one-and-proof-is-empty"
"""Wants twelve bytes accepted as a root; a reader that insists on 32 refuses them."""

HASH = bytes(range(32))


def octets(text: str | None) -> bytes:
    """Read base64, or nothing."""
    return b64decode(text or "")


def check_inclusion(case: Mapping[str, Any]) -> None:
    """Check the proof of one vector."""
    proof = [octets(text) for text in case["proof"] or ()]
    leaf, root = octets(case["leafHash"]), octets(case["root"])
    verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)


def check_consistency(case: Mapping[str, Any]) -> None:
    """Check the proof of one vector."""
    proof = [octets(text) for text in case["proof"] or ()]
    old, new = octets(case["root1"]), octets(case["root2"])
    verify_consistency(case["size1"], old, case["size2"], new, proof)


@pytest.mark.parametrize("name", INCLUSION)
def test_a_published_proof_of_inclusion_is_judged_as_published(name: str) -> None:
    if INCLUSION[name]["wantErr"]:
        with refusal("SL504"):
            check_inclusion(INCLUSION[name])
    else:
        check_inclusion(INCLUSION[name])


@pytest.mark.parametrize("name", CONSISTENCY)
def test_a_published_proof_of_consistency_is_judged_as_published(name: str) -> None:
    if CONSISTENCY[name]["wantErr"] or name == SHORT_ROOTS:
        with refusal("SL504"):
            check_consistency(CONSISTENCY[name])
    else:
        check_consistency(CONSISTENCY[name])


def test_the_vectors_are_all_there_and_of_both_kinds() -> None:
    for cases in (INCLUSION, CONSISTENCY):
        assert 98 == len(cases)
        assert {True, False} == {case["wantErr"] for case in cases.values()}


def test_the_vectors_agree_with_the_copy_beside_the_project() -> None:
    folder = beside("transparency-dev-merkle/testdata")
    for kind, cases in (("inclusion", INCLUSION), ("consistency", CONSISTENCY)):
        theirs = {
            path.relative_to(folder / kind).with_suffix("").as_posix(): json.loads(
                path.read_text("utf-8")
            )
            for path in (folder / kind).rglob("*.json")
        }

        assert cases == theirs


def test_the_classic_tree_of_eight_has_its_roots_at_every_size() -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in EIGHT["leaf_inputs_hex"]]
    frontier = Frontier()
    roots = [frontier.root().hex()]
    for leaf in leaves:
        frontier.add(leaf)
        roots.append(frontier.root().hex())

    assert EIGHT["root_by_size_hex"] == roots
    assert 8 == frontier.size


@cache
def leaves_of(size: int) -> tuple[bytes, ...]:
    """Give leaf hashes that all differ."""
    return tuple(leaf_of(b"%d" % number) for number in range(size))


@pytest.mark.parametrize("size", [*range(1, 34), 64, 65, 100])
def test_every_leaf_of_a_tree_can_be_proven(size: int) -> None:
    leaves, root = leaves_of(size), root_of(leaves_of(size))
    for index, leaf in enumerate(leaves):
        proof = inclusion_of(index, leaves)

        verify_inclusion(leaf, index, size, proof, root)
        assert root == root_from_inclusion(leaf, index, size, proof)


@pytest.mark.parametrize("size", [*range(1, 25), 33])
def test_every_growth_of_a_tree_can_be_proven(size: int) -> None:
    leaves, root = leaves_of(size), root_of(leaves_of(size))
    for old in range(1, size + 1):
        verify_consistency(old, root_of(leaves[:old]), size, root, consistency_of(old, leaves))


@pytest.mark.parametrize("size", [2, 3, 7, 8, 11])
def test_a_proof_fits_no_other_leaf_index_or_size_with_its_root(size: int) -> None:
    leaves, root = leaves_of(size), root_of(leaves_of(size))
    for index in range(size):
        proof = inclusion_of(index, leaves)
        for other in (i for i in range(-1, size + 1) if i != index):
            with refusal("SL504"):
                verify_inclusion(leaves[index], other, size, proof, root)
        for wrong in (proof[:-1], [*proof, HASH], [HASH, *proof], [*proof[:-1], HASH]):
            with refusal("SL504"):
                verify_inclusion(leaves[index], index, size, wrong, root)


def test_a_proof_has_the_length_that_its_numbers_demand() -> None:
    """Also where nobody compares the root: a longer one would lead somewhere else."""
    leaves = leaves_of(7)
    path, growth = inclusion_of(4, leaves), consistency_of(3, leaves)
    with refusal("SL504", "too long for index 4 in a tree of 7"):
        root_from_inclusion(leaves[4], 4, 7, [*path, HASH])
    with refusal("SL504", "too short for index 4 in a tree of 7"):
        root_from_inclusion(leaves[4], 4, 7, path[:-1])
    with refusal("SL504", "too long for sizes 3 and 7"):
        verify_consistency(3, HASH, 7, HASH, [*growth, HASH])
    for short in (growth[:-1], growth[:1], []):
        with refusal("SL504", "too short for sizes 3 and 7"):
            verify_consistency(3, HASH, 7, HASH, short)
    with refusal("SL504", "too short for sizes 4 and 7"):
        verify_consistency(4, HASH, 7, HASH, [])


@pytest.mark.parametrize("size", [2, 3, 7, 8, 11])
def test_a_proof_of_growth_fits_no_other_sizes_or_roots(size: int) -> None:
    leaves, root = leaves_of(size), root_of(leaves_of(size))
    for old in range(1, size):
        old_root, proof = root_of(leaves[:old]), consistency_of(old, leaves)
        for wrong in ([], proof[:-1], [*proof, HASH], [HASH, *proof], [*proof[:-1], HASH]):
            with refusal("SL504"):
                verify_consistency(old, old_root, size, root, wrong)
        with refusal("SL504"):
            verify_consistency(old, HASH, size, root, proof)
        with refusal("SL504"):
            verify_consistency(old, old_root, size, HASH, proof)
        with refusal("SL504"):
            verify_consistency(size, root, old, old_root, proof)


def test_a_tree_is_consistent_with_itself_without_a_proof() -> None:
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    verify_consistency(5, HASH, 5, HASH, [])

    with refusal("SL504", "nothing to prove"):
        verify_consistency(5, HASH, 5, HASH, [HASH])
    with refusal("SL504", "different roots"):
        verify_consistency(5, HASH, 5, EMPTY_ROOT, [])


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (-1, -1), (0, -1)])
def test_a_tree_never_shrinks(old: int, new: int) -> None:
    with refusal("SL504", f"does not grow from {old} leaves to {new}"):
        verify_consistency(old, HASH, new, HASH, [HASH])


def test_growth_from_nothing_is_never_proven() -> None:
    with refusal("SL504", "cannot be proven"):
        verify_consistency(0, EMPTY_ROOT, 5, HASH, [])


@pytest.mark.parametrize("short", [b"", HASH[:-1], HASH + b"\0"])
def test_what_is_not_32_bytes_is_no_hash(short: bytes) -> None:
    """An empty leaf hash once matched an empty root."""
    with refusal("SL504", "32 bytes"):
        verify_inclusion(short, 0, 1, [], short)
    with refusal("SL504", "root hash has 32 bytes"):
        verify_inclusion(HASH, 0, 1, [], short)
    with refusal("SL504", "32 bytes"):
        root_from_inclusion(short, 0, 1, [])
    with refusal("SL504", "32 bytes"):
        root_from_inclusion(HASH, 0, 2, [short])
    with refusal("SL504", "32 bytes"):
        verify_consistency(1, short, 1, short, [])
    with refusal("SL504", "32 bytes"):
        verify_consistency(1, HASH, 2, HASH, [short])


def test_a_bad_leaf_in_a_stream_leaves_those_before_it() -> None:
    frontier = Frontier()

    with pytest.raises(EvidenceError):
        frontier.extend([*leaves_of(3), b"short", HASH])

    assert 3 == frontier.size
    assert root_of(leaves_of(3)) == frontier.root()


def test_an_empty_log_has_the_root_of_nothing() -> None:
    assert root_of(()) == Frontier().root() == EMPTY_ROOT
    assert 0 == Frontier().size
