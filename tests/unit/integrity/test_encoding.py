"""One value, one spelling."""

import pytest

from signoff_ledger.integrity import encoding


@pytest.mark.parametrize("text", ["", "AA==", "AAE=", "AAEC", "+/+/"])
def test_canonical_base64_is_read_and_written(text: str) -> None:
    assert text == encoding.encode_base64(encoding.decode_base64(text))


@pytest.mark.parametrize(
    "text",
    ["A", "AA", "AA=", "AB==", "AAF=", "AA==\n", " AA==", "AA ==", "-_-_", "AA==AA==", "=", "é==="],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="canonical base64"):
        encoding.decode_base64(text)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("7", 7), (str(2**63 - 1), 2**63 - 1)])
def test_a_decimal_is_read(text: str, value: int) -> None:
    assert value == encoding.decode_decimal(text)


@pytest.mark.parametrize(
    "text", ["", "00", "01", "-1", "+1", " 1", "1 ", "1_0", "1.0", "٣", str(2**63), "9" * 5000]
)
def test_any_other_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="leading zeros"):
        encoding.decode_decimal(text)


def test_a_hash_has_32_bytes_and_a_proof_63_of_them() -> None:
    line = encoding.encode_base64(bytes(32))

    assert (bytes(32),) * 63 == encoding.decode_hashes([line] * 63)
    with pytest.raises(ValueError, match="at most 63"):
        encoding.decode_hashes([line] * 64)
    with pytest.raises(ValueError, match="has 31"):
        encoding.decode_hash(encoding.encode_base64(bytes(31)))


def test_a_head_ends_at_the_first_empty_line() -> None:
    assert (["a", "b"], "é\n\nrest".encode()) == encoding.split_head("a\nb\n\né\n\nrest".encode())
    with pytest.raises(ValueError, match="no empty line"):
        encoding.split_head(b"a\nb\n")
    with pytest.raises(ValueError, match="not ASCII"):
        encoding.split_head("é\n\nrest".encode())
