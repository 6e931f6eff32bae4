"""Ed25519 keys and signatures at the edges of the curve.

The published sets say what a reader can be made to accept; what this one accepts is what OpenSSH,
OpenSSL and Go do, less the keys that no honest signer has.
"""

import json
from functools import cache
from typing import Any

import pytest

from signoff_ledger.integrity.ed25519 import check_public_key, is_signed, public_bytes
from tests.signers import LOG, raw
from tests.tools import beside

P = 2**255 - 19

SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
"""All points of small order, in both signs, from the README of C2SP/CCTV ed25519."""


@pytest.mark.parametrize("key", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="small order"):
        check_public_key(bytes.fromhex(key))


@pytest.mark.parametrize("y", [P, P + 1, P + 2, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_key_in_a_second_spelling_is_refused(y: int, sign: int) -> None:
    with pytest.raises(ValueError, match="canonical"):
        check_public_key((y | sign).to_bytes(32, "little"))


@pytest.mark.parametrize("y", [2, 7, P - 2])
def test_a_key_off_the_curve_is_refused(y: int) -> None:
    with pytest.raises(ValueError, match="not a point"):
        check_public_key(y.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        check_public_key(b"\x03" * length)


def test_a_key_verifies_its_signature_and_no_other() -> None:
    signature = LOG.sign(b"text")
    check_public_key(public_bytes(LOG))

    assert raw(LOG) == public_bytes(LOG)
    assert is_signed(raw(LOG), signature, b"text")
    assert not is_signed(raw(LOG), signature, b"Text")
    assert not is_signed(raw(LOG), signature[:-1], b"text")
    assert not is_signed(raw(LOG), signature + b"\0", b"text")
    assert not is_signed(raw(LOG), b"", b"text")


@cache
def edge_cases() -> list[dict[str, Any]]:
    """Read C2SP/CCTV's set, where it is."""
    path = beside("c2sp-cctv-ed25519/ed25519vectors.json")
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return cases


def test_the_edge_cases_of_the_curve_are_judged_as_the_policy_says() -> None:
    """Keys: no small order, no second spelling. Signatures: as OpenSSL, OpenSSH and Go."""
    wrong = []
    for case in edge_cases():
        key, flags = bytes.fromhex(case["key"]), set(case["flags"] or ())
        try:
            check_public_key(key)
        except ValueError:
            taken = False
        else:
            taken = True
        wanted = not flags & {"low_order_A", "non_canonical_A"}
        ok = taken and is_signed(key, bytes.fromhex(case["sig"]), case["msg"].encode())
        valid = wanted and not flags & {"non_canonical_R", "low_order_residue"}
        if (wanted, valid) != (taken, ok):
            wrong.append(case["number"])

    assert 914 == len(edge_cases())
    assert [] == wrong


def test_the_wycheproof_signatures_are_judged_as_published() -> None:
    groups = json.loads(beside("wycheproof/ed25519_test.json").read_text("utf-8"))["testGroups"]
    judged = []
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        check_public_key(key)
        for case in group["tests"]:
            ok = is_signed(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            judged.append((case["tcId"], ok, case["result"] == "valid"))

    assert 151 == len(judged)
    assert [] == [number for number, ok, wanted in judged if ok != wanted]
