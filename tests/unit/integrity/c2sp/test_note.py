"""Signed notes: the published ones, and every way to spell one differently."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp import note as notes
from signoff_ledger.integrity.c2sp.note import (
    Note,
    NoteSignature,
    parse_note,
    parse_signature_lines,
    sign_note,
    signature_of,
    verify_note,
)
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, ED25519, VerifierKey
from tests.refusals import refusal
from tests.signers import LOG, NORTH, flips
from tests.tree import ROOT

PUBLISHED = json.loads((ROOT / "tests/data/vectors/signed-note/notes.json").read_text("utf-8"))
KEY = VerifierKey.of("log", ED25519, LOG)
SIGNED = sign_note("two\n\nlines\n", "log", LOG)
GOOD = SIGNED.to_bytes()
LINE = SIGNED.signatures[0].line
STRANGER = NoteSignature("other", b"abcd", b"anything").line


@pytest.mark.parametrize("case", PUBLISHED["notes"], ids=lambda case: case["name"])
def test_a_published_note_is_judged_as_published(case: Mapping[str, Any]) -> None:
    key, data = VerifierKey.parse(case["vkeys"][0]), case["note"].encode()
    if case["ok"]:
        note = parse_note(data)
        verify_note(note, key)

        assert case["text"] == note.text
        assert data == note.to_bytes()
    else:
        with refusal("SL505"):
            verify_note(parse_note(data), key)


def test_the_published_key_signs_the_published_note() -> None:
    case = PUBLISHED["notes"][0]
    seed = b64decode(PUBLISHED["skey_peter"].split("+", 4)[4])[1:]
    key = Ed25519PrivateKey.from_private_bytes(seed)

    assert case["note"].encode() == sign_note(case["text"], "PeterNeumann", key).to_bytes()


def test_a_note_is_read_as_it_was_written() -> None:
    assert SIGNED == parse_note(GOOD)
    assert "two\n\nlines\n" == parse_note(GOOD).text
    verify_note(parse_note(GOOD), KEY)


def test_lines_of_unknown_keys_are_kept_and_ignored() -> None:
    data = GOOD + STRANGER.encode()
    note = parse_note(data)

    verify_note(note, KEY)
    assert data == note.to_bytes()
    assert ["log", "other"] == [signature.name for signature in note.signatures]


def test_the_name_or_the_id_alone_does_not_make_a_key_known() -> None:
    mine = SIGNED.signatures[0]
    others = (NoteSignature("log", b"abcd", b"x"), NoteSignature("other", mine.key_id, b"x"))

    verify_note(Note(SIGNED.text, (*others, mine)), KEY)
    assert signature_of(Note(SIGNED.text, others), KEY) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no empty line"),
        (b"text\n", "no empty line"),
        (b"text\n\n", "newline"),
        (b"text\n\n\n", "newline"),
        (f"text\n{LINE}".encode(), "no empty line"),
        (f"text\n\n{LINE}".encode()[:-1], "newline"),
        (f"text\n\n{LINE}\n".encode(), "newline"),
        (f"text\n\n{LINE}{LINE[2:]}".encode(), "not a signature line"),
        (f"text\n\n{LINE}".replace("\u2014 ", "- ").encode(), "not a signature line"),
        (f"text\n\n{LINE}".replace("\u2014 ", "\u2014").encode(), "not a signature line"),
        (f"text\n\n{LINE}".replace("\u2014 ", "\u2014  ").encode(), "not a signature line"),
        (f"text\n\n{LINE}".replace("log ", "log  ").encode(), "canonical base64"),
        (f"text\n\n{LINE}".replace("log ", "l+g ").encode(), "not a signature line"),
        (f"text\n\n{LINE}".replace("\n\u2014", "\r\n\u2014").encode(), "U+000D"),
        (b"te\x00xt\n\n" + LINE.encode(), "U+0000"),
        (b"te\txt\n\n" + LINE.encode(), "U+0009"),
        (b"te\xffxt\n\n" + LINE.encode(), "byte 2 is not UTF-8"),
        (b"te\xed\xa0\x80xt\n\n" + LINE.encode(), "not UTF-8"),
        ("text\n\n\u2014 log AAAAAA==\n".encode(), "too short"),
        ("text\n\n\u2014 log AAAAAAF=\n".encode(), "canonical base64"),
        ("text\n\n\u2014 log\n".encode(), "too short"),
    ],
)
def test_a_note_that_could_be_read_differently_is_refused(data: bytes, why: str) -> None:
    with refusal("SL505", why):
        parse_note(data)


def test_a_note_has_a_limit_of_bytes_and_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    most = f"text\n\n{STRANGER * 100}".encode()
    assert 100 == len(parse_note(most).signatures)

    with refusal("SL505", "the limit is 100"):
        parse_note(most + STRANGER.encode())
    with refusal("SL505", "the limit is 1000000"):
        parse_note(b"x" * 1_000_001)
    monkeypatch.setattr(notes, "NOTE_LIMIT_BYTES", len(GOOD))
    parse_note(GOOD)


def test_a_note_that_a_known_key_signed_twice_is_refused() -> None:
    with refusal("SL505", "signed 2 times"):
        verify_note(parse_note(GOOD + LINE.encode()), KEY)


def test_a_bad_line_of_a_known_key_is_refused_also_beside_a_good_one() -> None:
    bad = NoteSignature("log", KEY.key_id, bytes(64))

    with refusal("SL505", "does not verify"):
        verify_note(Note(SIGNED.text, (bad,)), KEY)
    with refusal("SL505", "signed 2 times"):
        verify_note(SIGNED.with_signature(bad), KEY)


def test_a_note_that_the_key_did_not_sign_is_refused() -> None:
    with refusal("SL505", "has not signed"):
        verify_note(SIGNED, VerifierKey.of("log", ED25519, NORTH))
    with refusal("SL505", "has not signed"):
        verify_note(SIGNED, VerifierKey.of("log", COSIGNATURE_V1, LOG))


def test_a_key_for_cosignatures_signs_no_note() -> None:
    """Its line is over other bytes, whatever the id says."""
    witness = VerifierKey.of("log", COSIGNATURE_V1, LOG)
    line = NoteSignature("log", witness.key_id, SIGNED.signatures[0].signature)

    with refusal("SL505", "has not signed"):
        verify_note(Note(SIGNED.text, (line,)), witness)


@pytest.mark.parametrize(
    "text", ["", "no newline", "control\x01\n", "half \ud800 a pair\n", "carriage\r\n"]
)
def test_nothing_is_signed_that_a_reader_would_refuse(text: str) -> None:
    with refusal("SL505"):
        sign_note(text, "log", LOG)


def test_nothing_is_signed_in_a_name_that_a_reader_would_refuse() -> None:
    with refusal("SL112"):
        sign_note("text\n", "two words", LOG)


@pytest.mark.parametrize(
    "wrong",
    [
        Note("text\n", ()),
        Note("text\n", (NoteSignature("a b", b"abcd", b"x"),)),
        Note("text\n", (NoteSignature("a", b"abcde", b"x"),)),
        Note("text\n", (NoteSignature("a", b"ab", b"x"),)),
        Note("text\n", (NoteSignature("a", b"abcd", b""),)),
    ],
)
def test_nothing_is_written_that_reads_as_something_else(wrong: Note) -> None:
    with refusal("SL505"):
        wrong.to_bytes()


def test_an_answer_of_a_witness_is_read_line_by_line() -> None:
    assert SIGNED.signatures == parse_signature_lines(LINE)
    assert 2 == len(parse_signature_lines(LINE + STRANGER))
    for text in ("", "\n", LINE[:-1], LINE + "\n"):
        with refusal("SL505"):
            parse_signature_lines(text)


def test_a_bit_turned_anywhere_is_noticed_or_means_the_same() -> None:
    data = GOOD + STRANGER.encode()
    same = 0
    for flipped in flips(data):
        try:
            note = parse_note(flipped)
            verify_note(note, KEY)
        except EvidenceError:
            continue
        same += 1

        assert flipped == note.to_bytes()
        assert SIGNED.text == note.text

    assert 0 < same < 8 * len(STRANGER.encode())
