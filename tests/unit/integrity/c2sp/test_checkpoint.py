"""Checkpoints: one spelling, one log, one signature."""

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note, sign_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from signoff_ledger.integrity.tree.proofs import EMPTY_ROOT
from tests.refusals import refusal
from tests.signers import LOG, NORTH, ORIGIN, flips

EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
"""The example of c2sp.org/tlog-checkpoint."""

KEY = VerifierKey.of(ORIGIN, ED25519, LOG)
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))


def test_the_example_of_the_format_is_read_and_written() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)

    assert ("example.com/behind-the-sofa", 20852163) == (checkpoint.origin, checkpoint.size)
    assert "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62" == (
        checkpoint.root.hex()
    )
    assert EXAMPLE == checkpoint.text


def test_extension_lines_are_kept() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE + "one\ntwo words\n")

    assert ("one", "two words") == checkpoint.extensions
    assert EXAMPLE + "one\ntwo words\n" == checkpoint.text


def test_an_empty_log_has_a_checkpoint() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert checkpoint == Checkpoint.parse(checkpoint.text)
    with refusal("SL505", "empty tree"):
        Checkpoint(ORIGIN, 0, bytes(32))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "three lines"),
        ("a\n1\n", "three lines"),
        (EXAMPLE[:-1], "three lines"),
        (EXAMPLE + "extension", "three lines"),
        (EXAMPLE + "\n", "cannot be a line"),
        (EXAMPLE + "\nextension\n", "cannot be a line"),
        ("\n" + EXAMPLE.partition("\n")[2], "cannot be a line"),
        (EXAMPLE.replace("20852163", "020852163"), "leading zeros"),
        (EXAMPLE.replace("20852163", "-1"), "leading zeros"),
        (EXAMPLE.replace("20852163", "20852163 "), "leading zeros"),
        (EXAMPLE.replace("20852163", str(2**63)), "leading zeros"),
        (EXAMPLE.replace("q2I=", "q2J="), "canonical base64"),
        (EXAMPLE.replace("CsUY", ""), "32 bytes"),
        (EXAMPLE.replace("CsUY", "CsUYCsUY"), "32 bytes"),
        (EXAMPLE.replace("sofa", "so\x1bfa"), "cannot be a line"),
    ],
)
def test_any_other_spelling_is_refused(text: str, why: str) -> None:
    with refusal("SL505", why):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, bytes(32), ()),
        ("a\nb", 1, bytes(32), ()),
        ("a" + chr(0xD800), 1, bytes(32), ()),
        ("a" + chr(0xDFFF), 1, bytes(32), ()),
        ("a", -1, bytes(32), ()),
        ("a", 2**63, bytes(32), ()),
        ("a", 1, bytes(31), ()),
        ("a", 1, bytes(32), ("",)),
        ("a", 1, bytes(32), ("b\n",)),
    ],
)
def test_nothing_becomes_a_checkpoint_that_could_not_be_read(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with refusal("SL505"):
        Checkpoint(origin, size, root, extensions)


def test_a_signed_checkpoint_opens_with_the_logs_key() -> None:
    assert CHECKPOINT == open_checkpoint(sign_checkpoint(CHECKPOINT, LOG), KEY)


def test_an_origin_that_cannot_name_a_key_is_not_signed() -> None:
    with refusal("SL112"):
        sign_checkpoint(Checkpoint("two words", 1, bytes(32)), LOG)


def test_a_checkpoint_of_another_log_or_key_is_refused() -> None:
    data = sign_checkpoint(CHECKPOINT, LOG)

    with refusal("SL505", "not of 'other'"):
        open_checkpoint(data, VerifierKey.of("other", ED25519, LOG))
    with refusal("SL505", "has not signed"):
        open_checkpoint(data, VerifierKey.of(ORIGIN, ED25519, NORTH))
    with refusal("SL505", "has not signed"):
        open_checkpoint(data, VerifierKey.of(ORIGIN, COSIGNATURE_V1, LOG))


def test_a_log_signs_for_no_origin_but_its_own() -> None:
    """A signature is only worth something under the name that the checkpoint bears."""
    data = sign_note(EXAMPLE, ORIGIN, LOG).to_bytes()

    with refusal("SL505", "is of 'example.com/behind-the-sofa'"):
        open_checkpoint(data, KEY)


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with refusal("SL505", "three lines"):
        open_checkpoint(sign_note("hello\n", ORIGIN, LOG).to_bytes(), KEY)


def test_a_bit_turned_anywhere_is_noticed() -> None:
    """There is no line of another key, so no bit is free."""
    data = sign_checkpoint(CHECKPOINT, LOG)
    for flipped in flips(data):
        with pytest.raises(EvidenceError):
            open_checkpoint(flipped, KEY)


def test_the_note_holds_the_checkpoints_own_text() -> None:
    assert CHECKPOINT.text == parse_note(sign_checkpoint(CHECKPOINT, LOG)).text
