"""When to colour: `--color`, NO_COLOR, FORCE_COLOR and TERM, which click leaves to its users."""

from __future__ import annotations

import os
import re
import sys

_STYLES = {"good": "32", "bad": "31;1", "wait": "33", "dim": "2", "head": "1"}
_SIGNS = {chr(ord("0") + n): code for n, code in enumerate(("0", *_STYLES.values()))}

# A private character, another one in every process: no text that was stored or typed can hold it
# on purpose, so what bears it is painted by us, and an escape in a text is never obeyed.
_BRUSH = chr(0xF0000 + int.from_bytes(os.urandom(2), "big") % 0xFFF0)


def is_wanted(choice: str | None) -> bool:
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
    """Colour a word, for `drawn` to carry out; the word alone must already say it."""
    sign = [*_STYLES].index(style) + 1
    return f"{_BRUSH}{sign}{text}{_BRUSH}0" if on else text


def with_codes(text: str) -> str:
    """Put the terminal's own codes where words were painted."""
    if _BRUSH not in text:
        return text
    return re.sub(f"{_BRUSH}([0-{len(_STYLES)}])", lambda sign: f"\x1b[{_SIGNS[sign[1]]}m", text)


def style_of(word: str) -> str:
    """Choose a style for a standing or a mark."""
    if word in {"SIGNED_OFF", "yes", "pass"}:
        return "good"
    if word in {"HELD", "UNSUPPORTED", "NO", "LAPSED", "WITHDRAWN"}:
        return "bad"
    return "wait"
