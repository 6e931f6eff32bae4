"""Reading what people give: files, `-` for standard input, `@file` for long texts, times."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from signoff_ledger.errors import InputError

_LIMIT_BYTES = 64 << 20


def read_bytes(source: str) -> tuple[bytes, str]:
    """Read a file, or standard input for `-`; gives its bytes and its name.

    Raises:
        InputError: SL101 when it cannot be read.
    """
    if source == "-":
        if sys.stdin.isatty():
            raise InputError(
                "SL101",
                "nothing comes in",
                why="standard input is a terminal",
                fix="name a file, or pipe one in",
            )
        return sys.stdin.buffer.read(_LIMIT_BYTES + 1), "standard-input"
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT_BYTES + 1), path.name
    except OSError as error:
        raise InputError(
            "SL101", f"{source} cannot be read", why=str(error.strerror), fix="check the path"
        ) from None


def read_text(source: str) -> tuple[str, str]:
    """Read a text file in UTF-8; gives its text and its name.

    Raises:
        InputError: SL101 when it cannot be read as text.
    """
    content, name = read_bytes(source)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(source, f"byte {error.start} is not UTF-8") from None
    if "\x00" in text:
        raise _no_text(source, "it holds NUL bytes")
    return text, name


def _no_text(source: str, why: str) -> InputError:
    return InputError("SL101", f"{source} cannot be read as text", why=why, fix="name a text file")


def long_text(value: str | None) -> str | None:
    """Give a text, or a file's content for `@file`."""
    if value is None or not value.startswith("@"):
        return value
    return read_text(value[1:])[0].strip()


def moment(value: str | None) -> datetime | None:
    """Read a time with its offset from UTC.

    Raises:
        InputError: SL108.
    """
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise InputError(
            "SL108",
            f"{value[:60]!r} is not a time",
            why="it must be ISO 8601 with an offset from UTC",
            fix="such as 2026-03-02T09:30:00+01:00 or 2026-03-02T08:30:00Z",
        )
    return read
