"""Cosignatures: who saw which checkpoint, when."""

import pytest

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.cosignature import (
    cosign,
    countable,
    verified_cosignatures,
    verify_cosignature,
)
from signoff_ledger.integrity.c2sp.note import (
    NOTE_LIMIT_BYTES,
    SIGNATURES_MAX,
    NoteSignature,
    parse_note,
    parse_signature_lines,
)
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from tests.refusals import refusal
from tests.signers import LOG, NORTH, ORIGIN, SOUTH, flips

CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(range(32)))
NOTE = parse_note(sign_checkpoint(CHECKPOINT, LOG))
NORTH_KEY = VerifierKey.of("witness.example/n", COSIGNATURE_V1, NORTH)
SOUTH_KEY = VerifierKey.of("witness.example/s", COSIGNATURE_V1, SOUTH)
TIME_S = 1_772_440_200
LINE = cosign(CHECKPOINT.text, NORTH_KEY.name, NORTH, TIME_S)


def test_what_is_signed_is_the_time_and_the_whole_text() -> None:
    """Spelt out from c2sp.org/tlog-cosignature, not by our own function."""
    message = f"cosignature/v1\ntime {TIME_S}\n{CHECKPOINT.text}".encode()

    assert TIME_S.to_bytes(8, "big") + NORTH.sign(message) == LINE.signature
    assert NORTH_KEY.key_id == LINE.key_id


def test_a_cosignature_tells_its_time() -> None:
    assert TIME_S == verify_cosignature(CHECKPOINT.text, LINE, NORTH_KEY)


@pytest.mark.parametrize("time_s", [0, 1, 2**63 - 1])
def test_any_time_that_the_format_holds_can_be_stated(time_s: int) -> None:
    line = cosign(CHECKPOINT.text, "n", NORTH, time_s)

    assert time_s == verify_cosignature(
        CHECKPOINT.text, line, VerifierKey.of("n", COSIGNATURE_V1, NORTH)
    )


@pytest.mark.parametrize("time_s", [-1, 2**63])
def test_no_other_time_is_stated(time_s: int) -> None:
    with refusal("SL505", "not a time"):
        cosign(CHECKPOINT.text, "n", NORTH, time_s)


def test_a_time_beyond_the_format_is_refused() -> None:
    message = f"cosignature/v1\ntime {2**63}\n{CHECKPOINT.text}".encode()
    signed = (2**63).to_bytes(8, "big") + NORTH.sign(message)

    with refusal("SL505", "has no time"):
        verify_cosignature(
            CHECKPOINT.text, NoteSignature(LINE.name, LINE.key_id, signed), NORTH_KEY
        )


def test_only_a_checkpoint_is_cosigned() -> None:
    with refusal("SL505", "three lines"):
        cosign("hello\n", "n", NORTH, TIME_S)
    with refusal("SL112"):
        cosign(CHECKPOINT.text, "two words", NORTH, TIME_S)


def test_a_cosignature_is_of_one_checkpoint_and_one_witness() -> None:
    other = Checkpoint(ORIGIN, 8, bytes(range(32))).text

    with refusal("SL505", "does not verify"):
        verify_cosignature(other, LINE, NORTH_KEY)
    with refusal("SL505", "is not the witness"):
        verify_cosignature(CHECKPOINT.text, LINE, SOUTH_KEY)
    with refusal("SL505", "is not the witness"):
        verify_cosignature(CHECKPOINT.text, LINE, VerifierKey.of(LINE.name, ED25519, NORTH))
    with refusal("SL505", "three lines"):
        verify_cosignature("hello\n", LINE, NORTH_KEY)


@pytest.mark.parametrize("change", [slice(0, 64), slice(8, None), slice(0, 71)])
def test_a_cosignature_of_another_length_is_refused(change: slice) -> None:
    short = NoteSignature(LINE.name, LINE.key_id, LINE.signature[change])

    with refusal("SL505", "not 72"):
        verify_cosignature(CHECKPOINT.text, short, NORTH_KEY)


def test_the_witnesses_of_a_checkpoint_are_found_with_their_times() -> None:
    south = cosign(CHECKPOINT.text, SOUTH_KEY.name, SOUTH, TIME_S + 5)
    note = NOTE.with_signature(LINE).with_signature(south)

    assert {NORTH_KEY: TIME_S} == verified_cosignatures(note, [NORTH_KEY])
    assert {NORTH_KEY: TIME_S, SOUTH_KEY: TIME_S + 5} == verified_cosignatures(
        note, [SOUTH_KEY, NORTH_KEY]
    )
    assert {} == verified_cosignatures(NOTE, [NORTH_KEY, SOUTH_KEY])
    assert {} == verified_cosignatures(note, [])
    assert CHECKPOINT == open_checkpoint(note.to_bytes(), VerifierKey.of(ORIGIN, ED25519, LOG))


def test_a_bad_cosignature_of_a_known_witness_refuses_the_checkpoint() -> None:
    bad = NoteSignature(LINE.name, LINE.key_id, bytes(72))

    with refusal("SL505", "does not verify"):
        verified_cosignatures(NOTE.with_signature(bad), [NORTH_KEY])
    with refusal("SL505", "signed 2 times"):
        verified_cosignatures(NOTE.with_signature(LINE).with_signature(bad), [NORTH_KEY])
    assert {} == verified_cosignatures(NOTE.with_signature(bad), [SOUTH_KEY])


def test_the_answer_of_a_witness_is_added_below_the_checkpoint() -> None:
    (answer,) = parse_signature_lines(LINE.line)

    assert {NORTH_KEY: TIME_S} == verified_cosignatures(NOTE.with_signature(answer), [NORTH_KEY])


def test_a_bit_turned_in_a_cosigned_checkpoint_never_changes_what_it_says() -> None:
    log_key = VerifierKey.of(ORIGIN, ED25519, LOG)
    for flipped in flips(NOTE.with_signature(LINE).to_bytes()):
        try:
            checkpoint = open_checkpoint(flipped, log_key)
            times = verified_cosignatures(parse_note(flipped), [NORTH_KEY])
        except EvidenceError:
            continue

        assert CHECKPOINT == checkpoint
        assert {} == times


def test_lines_that_can_stand_under_a_checkpoint_are_chosen() -> None:
    data = NOTE.to_bytes()
    south = cosign(CHECKPOINT.text, SOUTH_KEY.name, SOUTH, TIME_S).line
    wrong = LINE._replace(signature=bytes(72)).line
    foreign = LINE._replace(name="a.example/unknown").line
    again = LINE._replace(name="a.example/unknown", signature=bytes(72)).line
    beside = ["x", "", f"{south}{south}", wrong, south, LINE.line, NOTE.signatures[0].line]

    # One of a key that nobody here knows cannot be judged; one of the log's own key is none.
    assert [LINE.line, south, min(foreign, again)] == countable(
        data, [*beside, foreign, again], [NORTH_KEY, SOUTH_KEY]
    )
    assert [min(wrong, LINE.line), south] == countable(data, beside, [])
    assert [] == countable(b"no note", beside, [])
    assert [] == countable(b"a\n\n" + LINE.line.encode(), beside, [])


def test_lines_that_nobody_here_knows_crowd_no_witness_out() -> None:
    data = NOTE.to_bytes()
    crowd = [LINE._replace(name=f"a{number}").line for number in range(200)]
    large = [LINE._replace(name=f"a{number}", signature=bytes(9_000)).line for number in range(99)]

    for others in (crowd, large):
        found = countable(data, [*others, LINE.line], [NORTH_KEY])
        note = parse_note(data + "".join(found).encode())
        assert LINE in note.signatures
        assert len(note.signatures) <= SIGNATURES_MAX
        assert len(note.to_bytes()) <= NOTE_LIMIT_BYTES
