"""The three parts of what a decision says, each under its own heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_cli.output import paragraph
from signoff_ledger.queries.figures import shown as shown_answer

if TYPE_CHECKING:
    from signoff_ledger.domain.figures import Exhibit
    from signoff_ledger.queries.figures import SentencesAnswer


def as_data(shown: Exhibit) -> dict[str, Any]:
    """Write figures and sentences as plain data; null and empty where no batch is in question."""
    return dict(shown_answer(*shown))


def for_people(says: SentencesAnswer) -> str:
    """Write rule, evidence and limits apart, each sentence on lines of its own."""
    parts = (("rule", says["rule"]), ("evidence", says["evidence"]), ("limits", says["limits"]))
    lines: list[str] = []
    for part, sentences in parts:
        if sentences:
            lines += [f"The {part}:", *(paragraph(f"- {each}", "  ") for each in sentences)]
    return "\n".join(lines)
