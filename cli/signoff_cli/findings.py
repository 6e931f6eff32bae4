"""Findings for people and for machines: each rule, whether it holds, its numbers, its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_cli.color import paint, style_of
from signoff_cli.output import table
from signoff_ledger.projections.explanation import positions_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signoff_ledger.application.ports import Store
    from signoff_ledger.domain.verdict import Finding


def as_data(store: Store, process: str, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Write findings as plain data, with the positions of the events that settle each."""
    return [
        {
            "rule": f.rule,
            "holds": f.holds,
            "says": f.says,
            "numbers": f.numbers,
            "counts": f.counts,
            "events": positions_of(store, process, f),
        }
        for f in findings
    ]


def for_people(rows: list[dict[str, Any]], *, color: bool) -> str:
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


def _events(row: dict[str, Any]) -> str:
    if not row["events"]:
        return ""
    return " [" + " ".join(f"#{position}" for position in row["events"]) + "]"
