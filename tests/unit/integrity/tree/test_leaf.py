"""The leaf hash, against the published vector and against the definition."""

from hashlib import sha256

from signoff_ledger.integrity.tree.leaf import LEAF_HASH_BYTES, leaf_hash

EMPTY_LEAF = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_leaf_of_nothing_is_the_one_of_rfc_6962() -> None:
    assert EMPTY_LEAF == leaf_hash(b"").hex()


def test_a_leaf_is_set_apart_from_an_inner_node_by_a_zero_byte() -> None:
    line = b'{"a":1}'

    assert sha256(b"\x00" + line).digest() == leaf_hash(line)
    assert sha256(line).digest() != leaf_hash(line)
    assert LEAF_HASH_BYTES == len(leaf_hash(line))
