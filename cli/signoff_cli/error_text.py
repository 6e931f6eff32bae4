"""Layout of an error for a person: what, why, what to do, within the screen's width."""

from __future__ import annotations

import textwrap

from signoff_cli.output import error_width, safe, say

_WHAT, _WHY, _FIX = "signoff: ", "  why: ", "  fix: "
_JOINED = "\x1f"
"""Stands for a space within a command. No text holds it: controls are spelt out before."""


def say_error(what: str, *, why: str = "", fix: str = "") -> None:
    """Write an error to standard error.

    Args:
        what: What could not be done, its code included.
        why: The cause; several causes stand in lines of their own.
        fix: What to do, commands between double spaces.
    """
    say(lay_out(what, why=why, fix=fix, width=error_width()))


def lay_out(what: str, *, why: str = "", fix: str = "", width: int) -> str:
    """Lay an error out in lines of at most `width` characters.

    A word that is longer, such as a path, stays whole, and so does a command that fits on a line.
    """
    # One line, whatever a file is named.
    lines = _wrapped(_WHAT, safe(what.replace("\n", "\\n")), width)
    causes = safe(why).split("\n") if why else []
    for number, cause in enumerate(causes):
        head = " " * len(_WHY) if number else _WHY
        lines += _wrapped(head, cause, width, further=2 if len(causes) > 1 else 0)
    if fix:
        lines += _wrapped(_FIX, _with_joined_commands(safe(fix), width - len(_FIX)), width)
    return "\n".join(line.replace(_JOINED, " ") for line in lines)


def _wrapped(head: str, text: str, width: int, *, further: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * (len(head) + further),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _with_joined_commands(fix: str, room: int) -> str:
    """Join the words of each command that fits on a line, so that none is torn apart."""
    parts = fix.split("  ")
    parts[1::2] = [part if len(part) > room else part.replace(" ", _JOINED) for part in parts[1::2]]
    return "  ".join(parts)
