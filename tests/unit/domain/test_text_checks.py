"""What a person typed is checked before it is recorded, and shown so that no terminal obeys it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from signoff_ledger.domain.text_checks import (
    checked_key,
    checked_label,
    checked_text,
    checked_time,
    escaped,
    file_label,
    printable,
)
from signoff_ledger.errors import InputError
from tests.ledgers import START


def test_what_is_not_given_is_not_checked() -> None:
    checked_text("the note", None)
    checked_label("the label", None)
    checked_key("the key", None)


@pytest.mark.parametrize("text", ["", " ", "x" * 2_001, "\x1b[2J", "\u202e", "\udc80"], ids=ascii)
def test_a_text_that_cannot_be_recorded_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_text("the note", text)

    assert "SL105" == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())


@pytest.mark.parametrize("label", ["", " x", "x ", "x" * 81, "\x1b[2J", "two\nlines"], ids=ascii)
def test_a_label_that_cannot_be_recorded_is_refused(label: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_label("the serial", label)

    assert "SL106" == caught.value.code
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_a_text_may_have_lines_and_any_script() -> None:
    checked_text("the note", "two\nlines, näh, 漢, 🙂")
    checked_label("the serial", "näh 漢 🙂")


def test_a_refusal_names_what_was_meant_and_shows_what_was_typed() -> None:
    with pytest.raises(InputError) as caught:
        checked_key("the mode", "\x1b[31mred")

    assert "SL106" == caught.value.code
    assert caught.value.what.startswith("the mode '\\x1b[31mred' must be 1 to 64 of")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain näh 漢", "plain näh 漢"),
        ("\x1b[2J\x07\x00\x7f\x9b", "\\x1b[2J\\x07\\x00\\x7f\\x9b"),
        ("two\nlines\t", "two\\nlines\\t"),
        ("\u202e\u2066\ufeff\u00ad", "\\u202e\\u2066\\ufeff\\xad"),
        ("half \ud800", "half \\ud800"),
        ("\u2028", "\\u2028"),
        ("\U000e0001", "\\U000e0001"),
    ],
    ids=ascii,
)
def test_what_a_terminal_would_obey_is_spelt_out(value: str, shown: str) -> None:
    assert shown == escaped(value) == printable(value) == file_label(value)
    assert shown.isprintable()


def test_a_long_value_is_not_shown_whole() -> None:
    assert "x" * 60 == printable("x" * 60)
    assert "x" * 60 + "…" == printable("x" * 61)
    assert "\\x1b" * 60 + "…" == printable("\x1b" * 61)


@pytest.mark.parametrize(
    "moment",
    [
        START.replace(tzinfo=None),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=12))),
    ],
    ids=str,
)
def test_a_time_that_names_no_moment_is_refused(moment: datetime) -> None:
    with pytest.raises(InputError) as caught:
        checked_time("the time", moment)

    assert "SL108" == caught.value.code


def test_a_time_with_any_offset_is_a_moment() -> None:
    checked_time("the time", datetime(2026, 3, 2, tzinfo=UTC))
    checked_time("the time", datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=14))))
