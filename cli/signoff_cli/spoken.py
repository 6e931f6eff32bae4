"""The three parts of what a decision says, each under its own heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_cli.output import paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PARTS = ("rule", "evidence", "limits")


def for_people(says: Mapping[str, Sequence[str]]) -> str:
    """Write rule, evidence and limits apart, each sentence on lines of its own."""
    lines: list[str] = []
    for part in PARTS:
        if says[part]:
            lines += [f"The {part}:", *(paragraph(f"- {each}", "  ") for each in says[part])]
    return "\n".join(lines)
