"""Reading what people give: files, `-` for standard input, `@file` for long texts, times."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signoff_ledger.bounded_file import TEXT, read_regular, read_stream
from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from signoff_ledger.bounded_file import SizeLimit

_COUNTS = re.compile(r"(\d{1,7})/(\d{1,7})", re.ASCII)


def input_bytes(source: str, limit: SizeLimit) -> tuple[bytes, str]:
    """Read a regular file, or standard input for `-`; gives its bytes and its name, escaped.

    Args:
        source: The path, or `-`.
        limit: What it is, and how long such a file may be.

    Raises:
        InputError: SL101 when it cannot be read.
    """
    from signoff_ledger.wiring import file_label

    if source == "-" and sys.stdin.isatty():
        raise InputError(
            "SL101",
            "nothing comes in",
            why="standard input is a terminal",
            advice=Advice("name-file-or-pipe"),
        )
    try:
        if source == "-":
            return read_stream(sys.stdin.buffer, limit), "standard-input"
        return read_regular(source, limit), file_label(source)
    except OSError as error:
        raise InputError(
            "SL101",
            f"{source} cannot be read",
            why=str(error.strerror),
            advice=Advice("check-path-or-pipe"),
        ) from None


def input_text(source: str, limit: SizeLimit) -> tuple[str, str]:
    """Read a text file in UTF-8; gives its text and its name.

    Raises:
        InputError: SL101 when it cannot be read as text.
    """
    content, name = input_bytes(source, limit)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(source, f"byte {error.start} is not UTF-8") from None
    if "\x00" in text:
        raise _no_text(source, "it holds NUL bytes")
    return text, name


def _no_text(source: str, why: str) -> InputError:
    return InputError(
        "SL101", f"{source} cannot be read as text", why=why, advice=Advice("name-text-file")
    )


def home_path(text: str) -> str:
    """Spell `~` out.

    Raises:
        InputError: SL101, no user of that name has a home folder.
    """
    try:
        return str(Path(text).expanduser())
    except RuntimeError as error:
        raise InputError("SL101", f"{text} cannot be read", why=str(error)) from None


def long_text(value: str | None) -> str | None:
    """Give a text, or a file's content for `@file`."""
    if value is None or not value.startswith("@"):
        return value and _with_plain_ends(value)
    return _with_plain_ends(input_text(value[1:], TEXT)[0]).strip()


def _with_plain_ends(text: str) -> str:
    """Give a text with the line ends and blanks that are stored, whatever system wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def notation_from(setting: Callable[[str], str | None], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give how values are written: by the options of a command, else by the settings.

    The setting of answers is a list such as `OK/NOK, yes/no`.
    """
    listed = (setting("answers") or "").split(",")
    found: dict[str, Any] = {
        "answers": given["answers"] or tuple(pair.strip() for pair in listed if pair.strip()),
        "decimal": given["decimal"] or setting("decimal"),
    }
    if "encoding" in given:
        found["encoding"] = given["encoding"] or setting("encoding")
    return found


def moment(value: str | None) -> datetime | None:
    """Read a time with its offset from UTC, where one is given.

    Raises:
        InputError: SL108.
    """
    return None if value is None else read_moment(value)


def read_moment(value: str) -> datetime:
    """Read a time with its offset from UTC.

    Raises:
        InputError: SL108.
    """
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise InputError(
            "SL108",
            f"{value[:60]!r} is not a time",
            why="it must be ISO 8601 with an offset from UTC",
            advice=Advice("write-time"),
        )
    return read


def settings_of(texts: Iterable[str]) -> dict[str, str]:
    """Split settings of a process, each NAME:VALUE.

    Raises:
        InputError: SL109, one has no value, or a name is given twice.
    """
    settings: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition(":"))
        if not name or not value or name in settings:
            raise InputError(
                "SL109",
                f"{text[:60]!r} is not a setting of its own",
                why="each is NAME:VALUE, and each name is given once",
                advice=Advice("name-parameter-setting"),
            )
        settings[name] = value
    return settings


def fraction(name: str, value: str) -> float:
    """Read a share strictly between 0 and 1, as a percentage or as a decimal.

    Args:
        name: The option, for the error.
        value: What was typed: `5%`, `5 %` or `0.05`.

    Raises:
        InputError: SL109.
    """
    text = value.strip()
    percent = text.endswith("%")
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal(0)
    share = number / 100 if percent else number
    if not share.is_finite() or not 0 < share < 1:
        raise InputError(
            "SL109",
            f"{name} {value[:40]!r} is not a share",
            why="it must lie between 0 % and 100 %, without the ends",
            advice=Advice("give-share", option=name),
        )
    return float(share)


def seen_so_far(value: str) -> tuple[int, int]:
    """Read rejects of inspected units, such as `1/20`.

    Raises:
        InputError: SL109.
    """
    match = _COUNTS.fullmatch(value)
    if match is None or int(match[1]) > int(match[2]):
        raise InputError(
            "SL109",
            f"{value[:40]!r} is not rejects of inspected units",
            why="a batch has at most as many rejects as units; nonconformities are not rejects",
            advice=Advice("give-seen-counts"),
        )
    return int(match[1]), int(match[2])
