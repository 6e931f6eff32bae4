"""The format that a file's suffix names, and a check that the content has this format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PROMISED = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".md": "md",
    ".pdf": "pdf",
}


def format_of(path: Path) -> str | None:
    """Give the format that a file's suffix names; None where it names none."""
    return _PROMISED.get(path.suffix.lower())


def choose_format(path: Path, asked: str | None, formats: Sequence[str]) -> str:
    """Choose the format of a file from what was asked for and from its suffix.

    Raises:
        InputError: SL109, the two differ, or neither names one of the formats.
    """
    if asked is None:
        named = format_of(path)
        if named is not None and named in formats:
            return named
        known = [suffix for suffix, one in _PROMISED.items() if one in formats]
        raise InputError(
            "SL109",
            f"the name {path} does not say which format to write",
            why=f"known suffixes are {', '.join(known)}",
            advice=Advice("give-suffix-or-format"),
        )
    check(path, asked)
    return asked


def check(path: Path, content: str) -> None:
    """Refuse to write one format into a file whose suffix promises another.

    Args:
        path: The file.
        content: What it would hold: a format, or other words.

    Raises:
        InputError: SL109.
    """
    named = format_of(path)
    if named not in {None, content}:
        raise InputError(
            "SL109",
            f"{path} would hold {content}",
            why=f"its suffix is that of {named}",
            advice=Advice("give-other-suffix"),
        )
