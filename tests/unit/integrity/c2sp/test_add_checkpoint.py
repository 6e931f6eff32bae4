"""Requests for a cosignature: what a witness is given."""

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint, parse_add_checkpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.tree.proofs import verify_consistency
from tests.refusals import refusal
from tests.rfc6962 import consistency_of, leaf_of, root_of
from tests.signers import LOG, ORIGIN, flips

LEAVES = [leaf_of(b"%d" % number) for number in range(7)]
NOTE = sign_checkpoint(Checkpoint(ORIGIN, 7, root_of(LEAVES)), LOG)
REQUEST = AddCheckpoint(3, tuple(consistency_of(3, LEAVES)), NOTE)
HASHES = "".join(f"{encode_base64(one)}\n" for one in REQUEST.proof)
TEXT = f"old 3\n{HASHES}\n" + NOTE.decode()
KEY = VerifierKey.of(ORIGIN, ED25519, LOG)


def check(request: AddCheckpoint) -> Checkpoint:
    """Do what a witness does that has cosigned the tree of three."""
    checkpoint = open_checkpoint(request.checkpoint, KEY)
    old_root = root_of(LEAVES[:3])
    verify_consistency(request.old_size, old_root, checkpoint.size, checkpoint.root, request.proof)
    return checkpoint


def test_the_body_is_as_the_format_says() -> None:
    assert TEXT.encode() == REQUEST.to_bytes()
    assert REQUEST == parse_add_checkpoint(TEXT.encode())
    assert 7 == check(parse_add_checkpoint(TEXT.encode())).size


def test_the_first_request_proves_nothing() -> None:
    request = AddCheckpoint(0, (), NOTE)

    assert b"old 0\n\n" + NOTE == request.to_bytes()
    assert request == parse_add_checkpoint(request.to_bytes())
    with refusal("SL504", "empty tree"):
        AddCheckpoint(0, (bytes(32),), NOTE).to_bytes()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("old 3", "new 3", "old size"),
        ("old 3", "old  3", "leading zeros"),
        ("old 3", "old 03", "leading zeros"),
        ("old 3", "old", "old size"),
        ("old 3\n", "\n", "old size"),
        (HASHES, HASHES.replace("\n", "\r\n"), "canonical base64"),
        (HASHES, "AA==\n", "32 bytes"),
        (HASHES, HASHES * 30, "at most 63"),
        (HASHES + "\n", HASHES, "canonical base64"),
        ("old", "öld", "not ASCII"),
    ],
)
def test_any_other_spelling_is_refused(old: str, new: str, why: str) -> None:
    assert old in TEXT

    with refusal("SL504", why):
        parse_add_checkpoint(TEXT.replace(old, new, 1).encode())


def test_what_is_no_request_is_refused() -> None:
    with refusal("SL504", "no empty line"):
        parse_add_checkpoint(b"")
    with refusal("SL504", "1003001 bytes, the limit is 1003000"):
        parse_add_checkpoint(b"x" * 1_003_001)
    with refusal("SL504", "no empty line"):
        parse_add_checkpoint(b"x" * 1_003_000)


@pytest.mark.parametrize(
    "request_", [AddCheckpoint(-1, (), NOTE), AddCheckpoint(3, (b"short",), NOTE)]
)
def test_nothing_is_written_that_could_not_be_read(request_: AddCheckpoint) -> None:
    with refusal("SL504"):
        request_.to_bytes()


def test_a_bit_turned_anywhere_is_noticed() -> None:
    for flipped in flips(TEXT.encode()):
        with pytest.raises(EvidenceError):
            check(parse_add_checkpoint(flipped))
