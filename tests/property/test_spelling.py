"""What holds of every serial, not only of those somebody thought of."""

import unicodedata
from string import ascii_letters

from hypothesis import given, reject
from hypothesis import strategies as st

from signoff_ledger.domain.spelling import (
    canonical_serial,
    check_typed,
    folded,
    look_alike,
    resemblance,
)
from signoff_ledger.domain.values import check_label

ODD = st.sampled_from("\u00a0\u00ad\u0301\u200b\u2800\u3000\u3164\ufeff\t\n\x1b")
PLAIN = st.characters(categories=("Lu", "Ll", "Lo", "Nd", "No", "Pd", "Po", "Sm", "Mn", "Zs"))
TYPED = st.text(PLAIN, min_size=1, max_size=20) | st.text(PLAIN | ODD, max_size=20)
"""What a hand, a scanner or a spreadsheet may give: most of it has a spelling."""

SERIALS = st.from_regex(r"[A-Za-z]{1,4}(-?[0-9]{1,5}){0,3}", fullmatch=True)
SEPARATORS = st.sampled_from(["", "-", "_", ".", " ", "/", "--", "\u2013", "\u00a0"])


def canonical(typed: str) -> str:
    """Give the canonical spelling of what has one."""
    try:
        return canonical_serial(typed)
    except ValueError:
        reject()


@given(TYPED)
def test_the_canonical_spelling_is_its_own(typed: str) -> None:
    """G21."""
    serial = canonical(typed)

    assert serial == canonical_serial(serial)
    assert serial == check_label(serial)
    assert unicodedata.is_normalized("NFC", serial)


@given(TYPED)
def test_what_has_a_spelling_can_be_kept_as_it_was_typed(typed: str) -> None:
    """G21: no serial is taken whose record would be refused."""
    canonical(typed)

    assert typed == check_typed(typed)


@given(TYPED)
def test_a_serial_looks_like_its_decomposed_form(typed: str) -> None:
    """G21: Unicode's canonical equivalents are one spelling."""
    serial = canonical(typed)

    assert serial == canonical_serial(unicodedata.normalize("NFD", serial))


@given(SERIALS, st.data())
def test_case_zeros_and_separators_make_no_other_form(serial: str, data: st.DataObject) -> None:
    """G21."""
    shown = data.draw(st.sampled_from([str.upper, str.lower, str.swapcase]))(serial)
    letters = len(serial) - len(serial.lstrip(ascii_letters))
    head, tail = shown[:letters], shown[letters:]
    between = data.draw(SEPARATORS)
    zeros = "0" * data.draw(st.integers(0, 3)) if tail[:1].isdigit() else ""
    other = f"{head}{between}{zeros}{tail}"

    assert resemblance(serial) == resemblance(other)
    assert look_alike(serial, other)


@given(SERIALS)
def test_a_full_width_serial_looks_like_a_narrow_one(serial: str) -> None:
    """G21: compatibility forms are folded."""
    wide = "".join(chr(ord(c) + 0xFEE0) for c in serial)

    assert look_alike(serial, wide)


@given(TYPED, TYPED)
def test_looking_alike_has_no_direction(one: str, other: str) -> None:
    """G21."""
    assert look_alike(one, other) is look_alike(other, one)
    assert look_alike(one, one)


@given(SERIALS, SERIALS)
def test_what_looks_alike_is_found_by_its_form(one: str, other: str) -> None:
    """G21: the form is a key to look serials up by."""
    assert resemblance(one) == resemblance(other) or not look_alike(one, other)


@given(st.text(st.characters(categories=("Lu", "Ll", "Nd", "Zs", "Pd", "Pc")), max_size=20))
def test_a_folded_name_folds_to_itself(name: str) -> None:
    """G23."""
    assert folded(name) == folded(folded(name))
