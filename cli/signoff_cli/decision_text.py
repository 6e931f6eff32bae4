"""The three parts of what a decision says, each under its own heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_cli.output import paragraph

if TYPE_CHECKING:
    from signoff_ledger.queries.figures_answer import SentencesAnswer


def for_people(says: SentencesAnswer) -> str:
    """Write rule, evidence and limits apart, each sentence on lines of its own."""
    parts = (("rule", says["rule"]), ("evidence", says["evidence"]), ("limits", says["limits"]))
    lines: list[str] = []
    for part, sentences in parts:
        if sentences:
            lines += [f"The {part}:", *(paragraph(f"- {each}", "  ") for each in sentences)]
    return "\n".join(lines)
