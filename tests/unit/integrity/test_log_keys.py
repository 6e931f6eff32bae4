"""Which key seals a log at which size."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.integrity.encoding import encode_base64
from signoff_ledger.integrity.log_keys import FOUNDED, ROTATED, LogKeys, rotation_statement
from tests import signers
from tests.lines import Fields, dumped, log_key, rotation
from tests.signers import LOG, NORTH, ORIGIN, SOUTH


def founding(key: str | None = None) -> Fields:
    """Give the first line of a log."""
    return {"type": FOUNDED, "data": {"name": "test"} | ({"log_key": key} if key else {})}


def rotated(data: Fields) -> Fields:
    """Give the line of a rotation."""
    return {"type": ROTATED, "data": data}


def keys_of(*lines: Fields) -> LogKeys:
    """Take lines, ten positions from one to the next."""
    keys = LogKeys()
    for number, line in enumerate(lines):
        keys.take(line, number * 10 or 1)
    return keys


def verifier(key: Ed25519PrivateKey) -> VerifierKey:
    """Give the verifier key of a log."""
    return VerifierKey.parse(log_key(key))


def test_a_log_without_a_key_has_none_at_any_size() -> None:
    keys = keys_of(founding())

    assert (None, (), "", None) == (keys.current, keys.all, keys.origin, keys.at(99))


def test_what_both_keys_sign_names_both() -> None:
    said = {"new": "b", "old": "a", "statement": "signoff-log-key@v1"}

    assert dumped(said) == rotation_statement("a", "b")
    assert dumped(said | {"old": None}) == rotation_statement(None, "b")


def test_each_key_seals_from_its_own_line_on() -> None:
    keys = keys_of(
        founding(log_key()), rotated(rotation(LOG, NORTH)), rotated(rotation(NORTH, SOUTH))
    )

    assert (verifier(LOG), verifier(NORTH), verifier(SOUTH)) == keys.all
    assert verifier(SOUTH) == keys.current
    assert ORIGIN == keys.origin
    found = {size: keys.at(size) for size in (0, 1, 9, 10, 19, 20, 99)}
    assert {
        0: None,
        1: verifier(LOG),
        9: verifier(LOG),
        10: verifier(NORTH),
        19: verifier(NORTH),
        20: verifier(SOUTH),
        99: verifier(SOUTH),
    } == found


def test_the_first_key_of_a_log_that_had_none_signs_alone() -> None:
    keys = keys_of(founding(), rotated(rotation(None, NORTH)))

    assert verifier(NORTH) == keys.current == keys.at(10)
    assert keys.at(9) is None


def test_other_lines_change_no_key() -> None:
    keys = keys_of(founding(log_key()), {"type": "signoff.x.v1", "data": {"log_key": "y"}})

    assert (verifier(LOG),) == keys.all


WITNESS = VerifierKey(ORIGIN, COSIGNATURE_V1, signers.raw(NORTH)).line
GOOD = rotation(LOG, NORTH)
STRANGE = rotation(SOUTH, NORTH)

BAD: dict[str, tuple[Fields, str]] = {
    "no new signature": ({"new_signature": None}, "its new signature does not verify"),
    "a new signature by the old": (
        {"new_signature": GOOD["old_signature"]},
        "its new signature does not verify",
    ),
    "no old signature": ({"old_signature": None}, "its old signature does not verify"),
    "an old signature by the new": (
        {"old_signature": GOOD["new_signature"]},
        "its old signature does not verify",
    ),
    "an old signature that is a number": ({"old_signature": 7}, "its old signature does not"),
    "an old signature that is no base64": ({"old_signature": "!"}, "its old signature does not"),
    "an old signature cut short": (
        {"old_signature": encode_base64(bytes(63))},
        "its old signature does not verify",
    ),
    "signed for another old key": (STRANGE, "its old signature does not verify"),
    "another new key than was signed for": (
        {"log_key": log_key(SOUTH)},
        "its old signature does not verify",
    ),
    "the name of another log": (
        rotation(LOG, NORTH, "log.example/cup"),
        "the key of another log would follow",
    ),
    "no key": ({"log_key": None}, "'None' is not of the form name+id+key"),
    "a witness's key": ({"log_key": WITNESS}, "a log seals with a key of type 0x01"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_key_that_the_old_one_did_not_sign_for_is_refused(name: str) -> None:
    spoilt, why = BAD[name]
    keys = keys_of(founding(log_key()))

    with pytest.raises(EvidenceError) as refused:
        keys.take(rotated(GOOD | spoilt), 10)

    assert ("SL505", 10) == (refused.value.code, refused.value.position)
    assert why in refused.value.why
    assert (verifier(LOG),) == keys.all


@pytest.mark.parametrize("text", [WITNESS, "x", 7, None])
def test_a_log_is_not_founded_on_what_is_no_key_of_a_log(text: object) -> None:
    with pytest.raises(EvidenceError) as refused:
        LogKeys().take({"type": FOUNDED, "data": {"log_key": text}}, 1)

    assert ("SL505", 1) == (refused.value.code, refused.value.position)


@pytest.mark.parametrize("second", [founding(log_key(SOUTH)), founding()])
def test_a_log_is_founded_once(second: Fields) -> None:
    """A second founding would be a key that the first one never signed for."""
    keys = keys_of(founding(log_key()))

    with pytest.raises(EvidenceError) as refused:
        keys.take(second, 10)

    assert ("SL505", 10) == (refused.value.code, refused.value.position)
    assert "a log is founded once, by its first line" == refused.value.why
    assert (verifier(LOG),) == keys.all
