"""When to colour: `--color`, NO_COLOR, FORCE_COLOR and TERM, which click leaves to its users."""

from __future__ import annotations

import os
import sys

_STYLES = {"good": "32", "bad": "31;1", "wait": "33", "dim": "2", "head": "1"}


def wanted(choice: str | None) -> bool:
    """Decide for standard output, in the order people expect."""
    if choice in {"always", "never"}:
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def plain(choice: str | None) -> bool:
    """Decide whether pictures keep to ASCII: no colour was asked for, or nothing else is shown."""
    if choice == "never" or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return True
    return (sys.stdout.encoding or "").lower().replace("-", "") not in {"utf8", "utf8sig"}


def paint(text: str, style: str, *, on: bool) -> str:
    """Colour a word; the word alone must already say it."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if on else text


def style_of(word: str) -> str:
    """Choose a style for a standing or a mark."""
    if word in {"SIGNED_OFF", "yes", "pass"}:
        return "good"
    if word in {"HELD", "UNSUPPORTED", "NO", "LAPSED", "WITHDRAWN"}:
        return "bad"
    return "wait"
