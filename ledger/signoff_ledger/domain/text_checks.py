"""Checking what a person typed before it becomes part of an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from signoff_ledger.domain.spelling import canonical_serial
from signoff_ledger.domain.values import (
    LABEL_LIMIT,
    check_fingerprint,
    check_key,
    check_label,
    check_text,
)
from signoff_ledger.errors import Advice, InputError

T = TypeVar("T", bound=str | None)
_OMIT = Advice("omit-characters")


def checked_text(noun: str, value: T) -> T:
    """Refuse a free text that is empty, too long, or holds what a terminal would obey.

    Raises:
        InputError: SL105.
    """
    _check("SL105", noun, value, check_text)
    return value


def checked_label(noun: str, value: T) -> T:
    """Refuse a label that is empty, too long or padded.

    Raises:
        InputError: SL106.
    """
    _check("SL106", noun, value, check_label)
    return value


def checked_key(noun: str, value: T) -> T:
    """Refuse a key that is not plain ASCII.

    Raises:
        InputError: SL106.
    """
    _check("SL106", noun, value, check_key)
    return value


def checked_serial(noun: str, value: str) -> str:
    """Give the canonical spelling of a serial.

    Raises:
        InputError: SL106, it has none.
    """
    _check("SL106", noun, value, canonical_serial)
    return canonical_serial(value)


def checked_fingerprint(noun: str, value: str) -> str:
    """Refuse what does not name a key as OpenSSH does.

    Raises:
        InputError: SL106.
    """
    _check("SL106", noun, value, check_fingerprint, Advice("list-keys"))
    return value


def checked_time(noun: str, value: datetime) -> datetime:
    """Refuse a time that names no moment.

    Raises:
        InputError: SL108.
    """
    try:
        known = value.tzinfo is not None and value.astimezone(UTC)
    except OverflowError:
        known = False
    if not known:
        raise InputError(
            "SL108",
            f"{noun} {value.isoformat()} names no moment",
            why="it needs an offset from UTC, and a year that UTC can write",
            advice=Advice("write-time"),
        )
    return value


def printable(value: str) -> str:
    """Show a refused value without letting a terminal obey it, and not all of it."""
    return escaped(value[:60]) + ("…" if len(value) > 60 else "")


def one_line_end(text: str) -> str:
    """Give a text with the line ends that are stored, whatever system wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def file_label(name: str) -> str:
    """Make a file's name fit for screens and for the record; its end tells files apart."""
    return escaped(name)[-LABEL_LIMIT:].strip() or "unnamed"


def escaped(value: str) -> str:
    """Spell out what a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)


def _check(
    code: str,
    noun: str,
    value: str | None,
    check: Callable[[str], object],
    advice: Advice = _OMIT,
) -> None:
    if value is None:
        return
    try:
        check(value)
    except ValueError as error:
        what = f"{noun} '{printable(value)}' {error}"
        raise InputError(code, what, advice=advice) from None
