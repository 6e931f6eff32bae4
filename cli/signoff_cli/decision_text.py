"""The three parts of what a decision says, each under its own heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_cli.output import paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signoff_ledger.domain.figures import Exhibit

PARTS = ("rule", "evidence", "limits")


def as_data(shown: Exhibit) -> dict[str, Any]:
    """Write figures and sentences as plain data; null and empty where no batch is in question."""
    figures, says = shown
    return {
        "figures": figures.model_dump(mode="json", exclude_none=True) if figures else None,
        "says": {part: list(getattr(says, part)) if says else [] for part in PARTS},
    }


def for_people(says: Mapping[str, Sequence[str]]) -> str:
    """Write rule, evidence and limits apart, each sentence on lines of its own."""
    lines: list[str] = []
    for part in PARTS:
        if says[part]:
            lines += [f"The {part}:", *(paragraph(f"- {each}", "  ") for each in says[part])]
    return "\n".join(lines)
