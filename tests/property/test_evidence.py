"""Evidence of every shape: what is proven verifies, what is written is read, rubbish is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from signoff_ledger.errors import EvidenceError, InputError
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint, parse_add_checkpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign, verified_cosignatures
from signoff_ledger.integrity.c2sp.note import (
    Note,
    NoteSignature,
    parse_note,
    sign_note,
    verify_note,
)
from signoff_ledger.integrity.c2sp.policy import parse_policy
from signoff_ledger.integrity.c2sp.tlog_proof import TlogProof, parse_tlog_proof
from signoff_ledger.integrity.c2sp.verifier_key import (
    COSIGNATURE_V1,
    ED25519,
    VerifierKey,
    is_key_name,
)
from signoff_ledger.integrity.encoding import SIZE_LIMIT
from signoff_ledger.integrity.ssh.public_key import SshPublicKey, parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import (
    NAMESPACE,
    armor,
    dearmor,
    parse_sshsig,
    verify_sshsig,
)
from signoff_ledger.integrity.tree.proofs import (
    Frontier,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from tests.rfc6962 import consistency_of, inclusion_of, root_of
from tests.signers import INES, LOG, NORTH, sign, ssh_blob

HASHES = st.binary(min_size=32, max_size=32)
PRIVATE_KEYS = HASHES.map(Ed25519PrivateKey.from_private_bytes)
SIZES = st.integers(1, SIZE_LIMIT - 1)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
NAMES = LINES.filter(is_key_name)
TEXTS = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12), min_size=1, max_size=5
).map(lambda lines: "".join(f"{line}\n" for line in lines))
CHECKPOINTS = st.builds(Checkpoint, NAMES, SIZES, HASHES, st.lists(LINES, max_size=3).map(tuple))
SIGNATURES = st.builds(
    NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
PROOFS = st.lists(HASHES, max_size=63).map(tuple)


@given(st.data(), st.lists(HASHES, min_size=1, max_size=70))
def test_a_proof_by_the_definition_verifies_and_no_other(
    data: st.DataObject, leaves: list[bytes]
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_of(index, leaves), root_of(leaves)

    verify_inclusion(leaves[index], index, len(leaves), proof, root)
    leaf = data.draw(HASHES)
    if leaf != leaves[index]:
        with pytest.raises(EvidenceError):
            verify_inclusion(leaf, index, len(leaves), proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        with pytest.raises(EvidenceError):
            verify_inclusion(leaves[index], index, len(leaves), proof, root)


@given(st.data(), st.lists(HASHES, min_size=2, max_size=70))
def test_growth_by_the_definition_verifies_and_no_other(
    data: st.DataObject, leaves: list[bytes]
) -> None:
    old = data.draw(st.integers(1, len(leaves) - 1))
    proof, roots = consistency_of(old, leaves), (root_of(leaves[:old]), root_of(leaves))

    verify_consistency(old, roots[0], len(leaves), roots[1], proof)
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    with pytest.raises(EvidenceError):
        verify_consistency(old, roots[0], len(leaves), roots[1], proof)


@given(HASHES, SIZES, SIZES, PROOFS)
def test_a_proof_of_no_tree_is_refused_whatever_its_numbers(
    leaf: bytes, index: int, size: int, proof: tuple[bytes, ...]
) -> None:
    """A tree of any size is climbed in at most 63 steps, and only evidence is ever refused."""
    with pytest.raises(EvidenceError):
        verify_consistency(index, leaf, size + index, leaf, (*proof, leaf))
    try:
        root = root_from_inclusion(leaf, index, size, proof)
    except EvidenceError:
        return
    verify_inclusion(leaf, index, size, proof, root)


@given(st.lists(st.lists(HASHES, max_size=9), max_size=9))
def test_a_stream_has_the_root_of_the_definition_at_every_pause(parts: list[list[bytes]]) -> None:
    frontier, leaves = Frontier(), list[bytes]()
    for part in parts:
        frontier.extend(part)
        leaves += part

        assert (len(leaves), root_of(leaves)) == (frontier.size, frontier.root())


@given(TEXTS, NAMES, PRIVATE_KEYS, st.lists(SIGNATURES, max_size=4))
def test_a_signed_note_is_read_as_it_was_written(
    text: str, name: str, private_key: Ed25519PrivateKey, others: list[NoteSignature]
) -> None:
    key = VerifierKey.of(name, ED25519, private_key)
    signed = sign_note(text, name, private_key)
    strangers = tuple(s for s in others if (s.name, s.key_id) != (name, key.key_id))
    note = Note(text, (*strangers, *signed.signatures))

    assert note == parse_note(note.to_bytes())
    verify_note(note, key)
    assert key == VerifierKey.parse(key.line)


@given(CHECKPOINTS, PRIVATE_KEYS, PRIVATE_KEYS, NAMES, st.integers(0, SIZE_LIMIT - 1))
def test_a_cosigned_checkpoint_opens_as_it_was_signed(
    checkpoint: Checkpoint,
    log: Ed25519PrivateKey,
    witness: Ed25519PrivateKey,
    name: str,
    time_s: int,
) -> None:
    data = sign_checkpoint(checkpoint, log)
    note = parse_note(data).with_signature(cosign(checkpoint.text, name, witness, time_s))
    witness_key = VerifierKey.of(name, COSIGNATURE_V1, witness)

    assert checkpoint == Checkpoint.parse(checkpoint.text)
    log_key = VerifierKey.of(checkpoint.origin, ED25519, log)
    assert checkpoint == open_checkpoint(note.to_bytes(), log_key)
    assert {witness_key: time_s} == verified_cosignatures(note, [witness_key])


@given(st.integers(0, SIZE_LIMIT - 1), PROOFS, st.binary(max_size=40), st.binary(max_size=40))
def test_a_proof_file_is_read_as_it_was_written(
    index: int, hashes: tuple[bytes, ...], checkpoint: bytes, extra: bytes
) -> None:
    proof = TlogProof(index, hashes, checkpoint, extra)

    assert proof == parse_tlog_proof(proof.to_bytes())


@given(SIZES, PROOFS, st.binary(max_size=40))
def test_a_request_is_read_as_it_was_written(
    old_size: int, proof: tuple[bytes, ...], checkpoint: bytes
) -> None:
    request = AddCheckpoint(old_size, proof, checkpoint)

    assert request == parse_add_checkpoint(request.to_bytes())


@given(PRIVATE_KEYS, st.binary(max_size=60), st.binary(max_size=60))
def test_a_persons_signature_is_over_one_text(
    private_key: Ed25519PrivateKey, message: bytes, other: bytes
) -> None:
    armored = sign(private_key, message, NAMESPACE.encode())
    key = SshPublicKey.of_blob(ssh_blob(private_key))

    assert key == verify_sshsig(armored, message, NAMESPACE)
    assert key == parse_ssh_public_key(f"{key.line} comment\n")
    if other != message:
        with pytest.raises(EvidenceError):
            verify_sshsig(armored, other, NAMESPACE)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_armored(blob: bytes) -> None:
    assert blob == dearmor(armor(blob))


NOTE = sign_checkpoint(Checkpoint("log.example/mug", 7, bytes(range(32))), LOG)
LINE = SshPublicKey.of_blob(ssh_blob(INES)).line.encode()
WITNESS = VerifierKey.of("n", COSIGNATURE_V1, NORTH).line.encode()
Reader = Callable[[bytes], Any]
READERS: dict[str, tuple[bytes, Reader, Callable[[Any], bytes]]] = {
    "note": (NOTE, parse_note, Note.to_bytes),
    "checkpoint": (
        NOTE.rpartition(b"\n\n")[0] + b"\n",
        lambda data: Checkpoint.parse(data.decode("utf-8", "surrogateescape")),
        lambda checkpoint: checkpoint.text.encode(),
    ),
    "verifier key": (
        WITNESS,
        lambda data: VerifierKey.parse(data.decode("utf-8", "surrogateescape")),
        lambda key: key.line.encode(),
    ),
    "proof": (
        TlogProof(4, (bytes(32),), NOTE, b"extra").to_bytes(),
        parse_tlog_proof,
        TlogProof.to_bytes,
    ),
    "request": (
        AddCheckpoint(4, (bytes(32),), NOTE).to_bytes(),
        parse_add_checkpoint,
        AddCheckpoint.to_bytes,
    ),
    "ssh key": (
        LINE,
        lambda data: parse_ssh_public_key(data.decode("utf-8", "surrogateescape")),
        lambda key: key.line.encode(),
    ),
    "ssh signature": (
        sign(INES, b"text", NAMESPACE.encode()).encode(),
        lambda data: dearmor(data.decode("utf-8", "surrogateescape")),
        lambda blob: armor(blob).encode(),
    ),
}


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """Change a file a little: cut, put in, double or turn over something somewhere."""
    data = whole
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(data)))
        end = draw(st.integers(begin, min(len(data), begin + 8)))
        pieces = (b"", b"\n", b"\n\n", b"\r", b"+", b" ", b"=", b"\0", b"\xff", data[begin:end] * 2)
        data = data[:begin] + draw(st.sampled_from(pieces) | st.binary(max_size=4)) + data[end:]
    return data


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_a_spoiled_file_is_refused_or_is_the_one_spelling_of_what_it_says(
    name: str, data: st.DataObject
) -> None:
    whole, read, write = READERS[name]
    given_ = data.draw(spoiled(whole) | st.binary(max_size=80))
    try:
        value = read(given_)
    except (EvidenceError, InputError):
        return
    if name == "ssh key":
        given_ = b" ".join(given_.split(b" ")[:2]).rstrip(b"\r\n")

    assert given_ == write(value)


@given(spoiled(sign(INES, b"text", NAMESPACE.encode()).encode()))
def test_a_spoiled_signature_never_verifies(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    if text.encode("utf-8", "surrogateescape") == sign(INES, b"text", NAMESPACE.encode()).encode():
        return

    with pytest.raises(EvidenceError):
        verify_sshsig(text, b"text", NAMESPACE)


@given(st.binary(max_size=200))
def test_a_blob_of_rubbish_is_no_signature(blob: bytes) -> None:
    with pytest.raises(EvidenceError):
        parse_sshsig(armor(blob))
    with pytest.raises(InputError):
        SshPublicKey.of_blob(blob)


POLICY = b"# Mine\nwitness n " + WITNESS + b"\ngroup g any n\nquorum g\n"


@given(spoiled(POLICY) | st.binary(max_size=80))
def test_a_spoiled_policy_is_refused_or_asks_for_a_witness_that_it_names(data: bytes) -> None:
    try:
        policy = parse_policy(data)
    except InputError:
        return

    assert policy.satisfied_by([witness.key for witness in policy.witnesses])
    assert policy.quorum == "none" or not policy.satisfied_by([])
