"""Spellings: what is one serial, what only looks like another, and what a spreadsheet made."""

import re

import pytest

from signoff_ledger.domain.spelling import (
    canonical_serial,
    check_typed,
    folded,
    folded_value,
    look_alike,
    resemblance,
    rewritten_by_a_spreadsheet,
)


@pytest.mark.parametrize(
    ("typed", "serial"),
    [
        ("U-01", "U-01"),
        (" U-01  ", "U-01"),
        ("U\u00a001", "U 01"),
        ("U\u300001", "U 01"),
        ("\u2003U-01\u00a0", "U-01"),
        ("U\u200b-\u00ad01\ufeff", "U-01"),
        ("Cafe\u0301-1", "Caf\u00e9-1"),
        ("\u212b-1", "\u00c5-1"),
    ],
    ids=ascii,
)
def test_canonical_equivalents_are_one_spelling(typed: str, serial: str) -> None:
    """G21: Unicode's NFC, plain blanks, nothing without a width."""
    assert serial == canonical_serial(typed)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "must have 1 to 80 characters"),
        (" \u00a0\u200b ", "must have 1 to 80 characters"),
        ("x" * 81, "must have 1 to 80 characters"),
        ("x" * 80 + " " * 81, "has 161 characters, the limit is 160"),
        ("U\u2800-1", "holds the character U+2800, which looks like a blank"),
        ("U-1\u3164", "holds the character U+3164, which looks like a blank"),
        ("U\ufe0f1", "holds the character U+FE0F, which looks like a blank"),
        ("U-1\n", "no space at either end"),
        ("U-1\t", "no space at either end"),
        ("\u00e9-1\x85", "no space at either end"),
        ("U\n1", "must be a single line"),
        ("U\u202e1", "holds the hidden character U+202E"),
    ],
    ids=ascii,
)
def test_what_is_no_label_or_looks_like_a_blank_is_no_serial(typed: str, problem: str) -> None:
    """G21: two serials that look the same on a screen are never two units in silence."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        canonical_serial(typed)


def test_what_was_typed_is_kept_as_it_was() -> None:
    """G21: it may hold what no label may."""
    typed = " U\u00a0\u200b01 "

    assert typed == check_typed(typed)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * 161, "has 161 characters, the limit is 160"),
        ("U\x1b1", "holds the hidden character U+001B"),
        ("U\u20281", "holds the hidden character U+2028"),
        ("U\ue0001", "holds the hidden character U+E000"),
    ],
    ids=ascii,
)
def test_what_a_terminal_would_obey_was_not_typed(typed: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        check_typed(typed)


@pytest.mark.parametrize(
    "other",
    ["u-7", "U7", "U-007", "U_7", "U 07", "U/7", "U\u20137", "\uff35-\uff17", "u.0007", "U-\u0667"],
    ids=ascii,
)
def test_serials_look_alike_whatever_their_case_form_zeros_and_separators(other: str) -> None:
    """G21."""
    assert resemblance("U-7") == resemblance(other)
    assert look_alike("U-7", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U-7", "U-70"),
        ("U-7", "V-7"),
        ("U-7", "U-7a"),
        ("1-11", "11-1"),
        ("2026-1-12", "2026-11-2"),
        ("U-10", "U-1O"),
    ],
)
def test_other_numbers_and_letters_do_not_look_alike(one: str, other: str) -> None:
    """G21: numbers that are parted at other places are other numbers."""
    assert not look_alike(one, other)


def test_numbers_that_are_parted_look_like_the_same_number_in_one_piece() -> None:
    """G21: a separator that was left out makes no other unit."""
    assert look_alike("1-11", "111")
    assert look_alike("111", "11-1")


def test_serials_of_separators_alone_are_distinguished() -> None:
    assert not look_alike("---", "...")


@pytest.mark.parametrize(
    "other", ["line worker", "LINE-WORKER", "Line_Worker", "line\u00a0worker", "\uff4cine worker"]
)
def test_names_are_compared_without_case_separators_and_forms(other: str) -> None:
    """G23: of roles, zones and tools."""
    assert folded("Line worker") == folded(other)


def test_a_name_of_separators_alone_is_not_nothing() -> None:
    assert ("--", "..") == (folded("--"), folded(".."))


def test_values_are_compared_without_case_and_blanks() -> None:
    """G17: a sign is part of a value, a blank is not."""
    assert folded_value("60 K/h") == folded_value(" 60\u00a0k/H")
    assert folded_value("-60") != folded_value("60")
    assert folded_value("6.0") != folded_value("60")


@pytest.mark.parametrize(
    "serial", ["1E+05", "1.2E10", "1,2e-3", "2026-03-02", "2/3", "3-Mar", "Mar-26", "02.03.2026"]
)
def test_a_number_or_date_that_a_spreadsheet_made_is_noticed(serial: str) -> None:
    """G21: 1E5 and 3-MAR were serials once."""
    assert rewritten_by_a_spreadsheet(serial)


@pytest.mark.parametrize("serial", ["U-01", "100000", "B2-17-A", "E5", "Mars-26a", "1-2-3-4"])
def test_an_ordinary_serial_is_left_alone(serial: str) -> None:
    assert not rewritten_by_a_spreadsheet(serial)
