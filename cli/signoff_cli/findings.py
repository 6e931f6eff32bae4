"""Rules for people: each with whether it holds, its numbers and its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_cli.color import paint, style_of
from signoff_cli.output import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signoff_ledger.queries.rule_answer import RuleAnswer


def for_people(rows: Sequence[RuleAnswer], *, color: bool) -> str:
    """Lay findings out, failing ones marked by a word and not by colour alone."""
    text = table(
        ("holds", "rule", "what the events say"),
        [
            ("yes" if row["holds"] else "NO", row["rule"], row["says"] + _events(row))
            for row in rows
        ],
    )
    if not color:
        return text
    painted = []
    for line in text.splitlines():
        word = line.split(" ", 1)[0]
        marked = word in {"yes", "NO"}
        painted.append(paint(word, style_of(word), on=True) + line[len(word) :] if marked else line)
    return "\n".join(painted)


def _events(row: RuleAnswer) -> str:
    if not row["events"]:
        return ""
    return " [" + " ".join(f"#{position}" for position in row["events"]) + "]"
