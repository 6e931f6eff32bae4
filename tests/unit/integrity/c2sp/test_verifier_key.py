"""Verifier keys: read, written, and refused by what is wrong with them."""

import json

import pytest

from signoff_ledger.integrity.c2sp.verifier_key import (
    COSIGNATURE_V1,
    ED25519,
    VerifierKey,
    is_key_name,
    key_id_of,
)
from signoff_ledger.integrity.encoding import encode_base64
from tests.refusals import refusal
from tests.signers import LOG, ORIGIN, raw
from tests.tree import ROOT

NOTES = json.loads((ROOT / "tests/data/vectors/signed-note/notes.json").read_text("utf-8"))
ODD = "2" + "\N{NO-BREAK SPACE}" + "2"


@pytest.mark.parametrize("line", NOTES["good_vkeys"])
def test_a_published_key_is_read_and_written(line: str) -> None:
    assert line == VerifierKey.parse(line).line


@pytest.mark.parametrize("line", NOTES["bad_vkeys"])
def test_a_bad_published_key_is_refused(line: str) -> None:
    with refusal("SL112"):
        VerifierKey.parse(line)


@pytest.mark.parametrize("algorithm", [ED25519, COSIGNATURE_V1])
def test_the_public_half_of_a_key_comes_back_from_its_line(algorithm: int) -> None:
    key = VerifierKey.of(ORIGIN, algorithm, LOG)

    assert key == VerifierKey.parse(key.line)
    assert (ORIGIN, algorithm, raw(LOG)) == (key.name, key.algorithm, key.public_key)


def test_one_key_has_another_id_for_another_use_or_name() -> None:
    ids = {key_id_of(name, use, raw(LOG)) for name in ("a", "b") for use in (1, 4)}

    assert 4 == len(ids)
    assert (0x01, 0x04) == (ED25519, COSIGNATURE_V1)


def line_of(name: str, material: bytes, key_id: str | None = None) -> str:
    """Write a key that need not be one."""
    found = key_id_of(name, material[0] if material else 0, material[1:]).hex()
    return f"{name}+{found if key_id is None else key_id}+{encode_base64(material)}"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "name+id+key"),
        ("log+00000000", "name+id+key"),
        (line_of("", b"\x01" + raw(LOG)), "no name"),
        (line_of("a b", b"\x01" + raw(LOG)), "no name"),
        (line_of(ODD, b"\x01" + raw(LOG)), "no name"),
        (line_of("a\nb", b"\x01" + raw(LOG)), "no name"),
        (line_of("log", b""), "no key"),
        (line_of("log", b"\x01" + raw(LOG)[:-1]), "32 bytes"),
        (line_of("log", b"\x01" + raw(LOG) + b"\0"), "32 bytes"),
        (line_of("log", b"\x02" + raw(LOG)), "0x02"),
        (line_of("log", b"\x06" + raw(LOG)), "0x06"),
        (line_of("log", b"\x01" + bytes(32)), "small order"),
        (line_of("log", b"\x01" + b"\xff" * 32), "canonical"),
        (line_of("log", b"\x01" + raw(LOG), "00000000"), "id of the key"),
        (line_of("log", b"\x01" + raw(LOG)) + "\n", "canonical base64"),
        (line_of("log", b"\x01" + raw(LOG)) + "+", "canonical base64"),
    ],
)
def test_a_line_that_is_no_acceptable_key_is_refused(line: str, why: str) -> None:
    with refusal("SL112", why):
        VerifierKey.parse(line)


def test_the_id_is_spelt_in_one_case() -> None:
    line = VerifierKey.of("log", ED25519, LOG).line
    name, key_id, encoded = line.split("+", 2)
    assert key_id.upper() != key_id

    with refusal("SL112", "id of the key"):
        VerifierKey.parse(f"{name}+{key_id.upper()}+{encoded}")


@pytest.mark.parametrize("name", ["log.example/mug", "é", "-", "a,b", "\N{EM DASH}"])
def test_a_name_may_be_any_word(name: str) -> None:
    assert is_key_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "a+b", "a\tb", "a\x85b", "a\x1fb", "a\u2003b", chr(0xD800), chr(0xDFFF)],
)
def test_a_name_has_no_space_plus_or_control(name: str) -> None:
    assert not is_key_name(name)
