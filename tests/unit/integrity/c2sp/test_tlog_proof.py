"""Proof files: what is in one, and that nothing else can be."""

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.tlog_proof import TlogProof, parse_tlog_proof, verify_tlog_proof
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.integrity.encoding import encode_base64
from tests.refusals import refusal
from tests.rfc6962 import inclusion_of, leaf_of, root_of
from tests.signers import LOG, NORTH, ORIGIN, flips

LEAVES = [leaf_of(b"%d" % number) for number in range(7)]
CHECKPOINT = Checkpoint(ORIGIN, 7, root_of(LEAVES))
NOTE = sign_checkpoint(CHECKPOINT, LOG)
KEY = VerifierKey.of(ORIGIN, ED25519, LOG)
PROOF = TlogProof(4, tuple(inclusion_of(4, LEAVES)), NOTE)
HASHES = "".join(f"{encode_base64(one)}\n" for one in PROOF.hashes)
TEXT = f"c2sp.org/tlog-proof@v1\nindex 4\n{HASHES}\n" + NOTE.decode()


def test_the_file_is_as_the_format_says() -> None:
    assert TEXT.encode() == PROOF.to_bytes()
    assert PROOF == parse_tlog_proof(TEXT.encode())


def test_a_line_in_the_log_is_proven() -> None:
    for index, leaf in enumerate(LEAVES):
        proof = TlogProof(index, tuple(inclusion_of(index, LEAVES)), NOTE)

        assert CHECKPOINT == verify_tlog_proof(leaf, parse_tlog_proof(proof.to_bytes()), KEY)


def test_the_only_line_of_a_log_needs_no_hashes() -> None:
    checkpoint = Checkpoint(ORIGIN, 1, LEAVES[0])
    proof = TlogProof(0, (), sign_checkpoint(checkpoint, LOG))

    assert proof == parse_tlog_proof(proof.to_bytes())
    assert checkpoint == verify_tlog_proof(LEAVES[0], proof, KEY)


def test_extra_data_is_kept_and_vouched_for_by_nobody() -> None:
    proof = TlogProof(4, PROOF.hashes, NOTE, b"line 5")
    data = proof.to_bytes()

    assert b"\nextra bGluZSA1\nindex 4\n" in data
    assert proof == parse_tlog_proof(data)
    assert CHECKPOINT == verify_tlog_proof(LEAVES[4], proof, KEY)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", "first line"),
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n", "first line"),
        ("c2sp.org/tlog-proof@v1", "", "first line"),
        ("index 4\n", "", "does not name the index"),
        ("index 4", "index: 4", "does not name the index"),
        (f"index 4\n{HASHES}", "", "does not name the index"),
        ("index 4", "index 04", "leading zeros"),
        ("index 4", "index -4", "leading zeros"),
        ("index 4", "extra\nindex 4", "not extra data"),
        ("index 4", "extra \nindex 4", "not extra data"),
        ("index 4", "extra AB==\nindex 4", "canonical base64"),
        ("index 4", "extra AA==\nextra AA==\nindex 4", "does not name the index"),
        ("index 4", "index 4\nextra AA==", "canonical base64"),
        (HASHES, HASHES.replace("\n", " \n", 1), "canonical base64"),
        (HASHES, HASHES[:40] + HASHES[44:], "32 bytes"),
        (HASHES, "AA==\n" + HASHES, "32 bytes"),
        (HASHES, HASHES * 22, "at most 63"),
        (HASHES + "\n", HASHES, "canonical base64"),
        ("index", "índex", "not ASCII"),
    ],
)
def test_any_other_spelling_is_refused(old: str, new: str, why: str) -> None:
    assert old in TEXT

    with refusal("SL504", why):
        parse_tlog_proof(TEXT.replace(old, new, 1).encode())


def test_a_file_without_a_checkpoint_is_refused() -> None:
    with refusal("SL504", "no empty line"):
        parse_tlog_proof(b"c2sp.org/tlog-proof@v1\nindex 4\n")
    with refusal("SL504", "1100001 bytes, the limit is 1100000"):
        parse_tlog_proof(b"x" * 1_100_001)
    with refusal("SL504", "no empty line"):
        parse_tlog_proof(b"x" * 1_100_000)


@pytest.mark.parametrize(
    "proof",
    [
        TlogProof(-1, (), NOTE),
        TlogProof(2**63, (), NOTE),
        TlogProof(0, (b"short",), NOTE),
        TlogProof(0, (bytes(32),) * 64, NOTE),
    ],
)
def test_nothing_is_written_that_could_not_be_read(proof: TlogProof) -> None:
    with refusal("SL504"):
        proof.to_bytes()


def test_a_proof_is_of_one_line_under_one_signed_root() -> None:
    with refusal("SL504", "not in the tree"):
        verify_tlog_proof(LEAVES[3], PROOF, KEY)
    with refusal("SL505", "has not signed"):
        verify_tlog_proof(LEAVES[4], PROOF, VerifierKey.of(ORIGIN, ED25519, NORTH))
    other = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), LOG)
    with refusal("SL504", "not in the tree"):
        verify_tlog_proof(LEAVES[4], TlogProof(4, PROOF.hashes, other), KEY)


def test_a_bit_turned_anywhere_is_noticed_but_in_the_extra_data() -> None:
    data = TlogProof(4, PROOF.hashes, NOTE, b"line 5").to_bytes()
    same = 0
    for flipped in flips(data):
        try:
            proof = parse_tlog_proof(flipped)
            checkpoint = verify_tlog_proof(LEAVES[4], proof, KEY)
        except EvidenceError:
            continue
        same += 1

        assert CHECKPOINT == checkpoint
        assert (4, PROOF.hashes) == (proof.index, proof.hashes)
        assert b"line 5" != proof.extra

    assert 0 < same < 8 * len("bGluZSA1")
