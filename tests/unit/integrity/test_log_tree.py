"""What is kept as a checkpoint: the log's own, a foreign one, or another history."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note, sign_note
from signoff_ledger.integrity.log_check import Examination
from signoff_ledger.integrity.log_tree import SealedTree
from tests.lines import Lines, rotation
from tests.signers import LOG, NORTH, ORIGIN, SOUTH


def log(*, rotated: bool = False) -> Lines:
    """Write a log of four lines, of which the third may be a rotation."""
    lines = Lines().founded()
    if rotated:
        lines.add("log-key-rotated", "olga", rotation(LOG, NORTH))
    while len(lines.lines) < 4:
        lines.add("note", "olga", {})
    return lines


def tree_of(lines: Lines) -> SealedTree:
    """Give the tree of a log."""
    examination = Examination()
    for _ in examination.read(lines.rows):
        pass
    return SealedTree(examination.keys, examination.tree.size, examination.tree.root)


def signed(root: bytes, size: int = 4, key: Ed25519PrivateKey = LOG, origin: str = ORIGIN) -> bytes:
    """Sign a checkpoint."""
    return sign_checkpoint(Checkpoint(origin, size, root), key)


def refused(lines: Lines, size: int, note: bytes) -> EvidenceError:
    """Expect a refusal."""
    with pytest.raises(EvidenceError) as caught:
        tree_of(lines).check(size, note)
    return caught.value


def test_the_logs_own_checkpoint_is_taken() -> None:
    lines = log(rotated=True)

    assert 2 == tree_of(lines).check(2, lines.seal(2)).size
    assert 4 == tree_of(lines).check(4, lines.seal(4, NORTH)).size


def test_the_key_that_signed_is_named_beside_the_logs() -> None:
    lines = log()
    error = refused(lines, 4, lines.seal(4, SOUTH))

    assert "SL511" == error.code
    assert error.why.count(f"{ORIGIN}+") == 2
    assert Advice("set-note-aside", size=4) == error.advice


def test_of_many_signers_three_are_named() -> None:
    lines = log()
    note = parse_note(lines.seal(4, SOUTH))
    for number in range(9):
        note = note.with_signature(note.signatures[0]._replace(name=f"\x9bw.example/{number}"))

    error = refused(lines, 4, note.to_bytes())
    assert "\\x9bw.example/1" in error.why
    assert "w.example/2" not in error.why


@pytest.mark.parametrize("note", [b"", b"x", b"a\nb\n\n\xe2\x80\x94 w.example AAAAAAAA\n"])
def test_what_is_no_checkpoint_is_reported_as_that(note: bytes) -> None:
    error = refused(log(), 4, note)

    assert "SL505" == error.code
    assert "the checkpoint kept of 4 events is malformed" in error.what


def test_a_signature_that_does_not_verify_is_reported_as_that() -> None:
    lines = log()
    note = parse_note(lines.seal(4))
    wrong = note.signatures[0]._replace(signature=bytes(64))
    error = refused(lines, 4, note._replace(signatures=(wrong,)).to_bytes())

    assert ("SL505", True) == (error.code, error.why.endswith("does not verify"))


def test_a_checkpoint_of_another_log_is_reported_as_that() -> None:
    lines = log()
    for key in (LOG, SOUTH):
        error = refused(lines, 4, signed(lines.root(4), key=key, origin="log.example/cup"))

        assert ("SL505", True) == (error.code, "is of 'log.example/cup'" in error.why)


def test_a_note_under_the_logs_own_name_that_names_another_log_is_none_of_it() -> None:
    lines = log()
    text = signed(lines.root(4), origin="log.example/cup").decode().split("\n\n")[0]

    assert "SL505" == refused(lines, 4, sign_note(f"{text}\n", ORIGIN, LOG).to_bytes()).code


def test_a_checkpoint_under_another_size_is_reported_as_that() -> None:
    lines = log()
    error = refused(lines, 3, lines.seal(4))

    assert ("SL511", "it is the checkpoint of 4 events") == (error.code, error.why)


def test_a_log_without_a_key_has_no_checkpoint() -> None:
    lines = Lines().founded(None)
    error = refused(lines, 2, lines.seal(2))

    assert ("SL505", "the log has no key at a size of 2") == (error.code, error.why)


def test_a_key_that_signed_twice_leaves_open_what_it_meant() -> None:
    lines = log()
    note = parse_note(lines.seal(4))
    error = refused(lines, 4, note.with_signature(note.signatures[0]).to_bytes())

    assert ("SL505", True) == (error.code, "has signed 2 times" in error.why)


@pytest.mark.parametrize("key", [LOG, NORTH])
@pytest.mark.parametrize("kept_under", [-3, 0, 2, 4, 9])
@pytest.mark.parametrize("lines_below", [1, 2])
def test_another_history_is_reported_whatever_stands_around_it(
    key: Ed25519PrivateKey, kept_under: int, lines_below: int
) -> None:
    """A key of the log signed it, in force or not: no size and no second line hides that."""
    lines = log(rotated=True)
    fork, longer = parse_note(signed(bytes(32), key=key)), parse_note(signed(bytes(32), 9, key))
    if lines_below == 2:
        fork, longer = (
            note._replace(
                signatures=(note.signatures[0]._replace(signature=bytes(64)), *note.signatures)
            )
            for note in (fork, longer)
        )

    assert "SL508" == refused(lines, kept_under, fork.to_bytes()).code
    assert "SL507" == refused(lines, kept_under, longer.to_bytes()).code
