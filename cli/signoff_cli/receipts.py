"""What a recording command answers: the events, each as a sentence with its position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_cli import statements
from signoff_cli.output import answer, say
from signoff_ledger.domain.events.batch import UnitInspected
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject, begun_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.application.ports import Store
    from signoff_ledger.domain.events.event import EventEnvelope

_SHOWN = 12
"""How many sentences a person is shown of a command that recorded many events."""


def show(
    session: Session,
    store: Store,
    receipt: Receipt,
    extra: Mapping[str, Any] | None = None,
    headline: str = "",
) -> None:
    """Answer with what was recorded, or would be, or was before.

    Args:
        session: The invocation.
        store: For the names of streams that began before.
        receipt: What the command did.
        extra: Further members of the answer's data.
        headline: A line for people above the sentences.
    """
    if session.statement_only is not None:
        statements.write(session)
        return
    session.receipt = receipt if receipt.recorded else None
    if receipt.unsealed and not session.quiet and session.output_format == "table":
        say(f"signoff: recorded, and not sealed: {receipt.unsealed}")
    entries: list[tuple[int | None, EventEnvelope]] = [
        (r.position, r.entry) for r in receipt.recorded
    ]
    entries += [(None, entry) for entry in receipt.planned]
    subjects = _subjects(store, [entry for _, entry in entries])
    rows = [
        {
            "position": position,
            "type": entry.event.TOPIC,
            "sentence": _sentence(entry, subjects[entry.stream], is_planned=position is None),
        }
        for position, entry in entries
    ]
    data = {
        "command_id": receipt.command_id,
        "repeated": receipt.repeated,
        "dry_run": session.dry_run,
        "events": rows,
        "unsealed": receipt.unsealed or None,
        **(extra or {}),
    }
    answer(session, "signoff.receipt/1", data, rows, lambda: _for_people(receipt, rows, headline))


def _sentence(entry: EventEnvelope, subject: Subject, *, is_planned: bool) -> str:
    """Write an event as a sentence; results that are not recorded yet are not judged (G16)."""
    if is_planned and isinstance(entry.event, UnitInspected):
        count = len(entry.event.readings)
        return (
            f"Unit {entry.event.serial} of {subject.key} would be recorded with {count} "
            "reading(s); a dry run does not judge them"
        )
    return sentence(entry, subject)


def _for_people(receipt: Receipt, rows: list[dict[str, Any]], headline: str) -> str:
    lines = [headline] if headline else []
    if not rows:
        return "\n".join([*lines, "Nothing to record."])
    if receipt.repeated:
        lines.append(f"Already recorded at position {rows[0]['position']}; nothing was added.")
    if receipt.planned:
        lines.append("Dry run: nothing was recorded. It would be:")
    shown = rows if len(rows) <= _SHOWN else [*rows[:3], None, *rows[-4:]]
    for row in shown:
        if row is None:
            lines.append(f"      ... {len(rows) - 7} more ...")
            continue
        mark = "-" if row["position"] is None else f"#{row['position']}"
        lines.append(f"{mark:>5} {row['sentence']}")
    return "\n".join(lines)


def _subjects(store: Store, entries: list[EventEnvelope]) -> dict[UUID, Subject]:
    """Name the streams of some entries, from the entries themselves or from the streams' first."""
    subjects: dict[UUID, Subject] = {}
    for entry in entries:
        if entry.stream in subjects:
            continue
        begun = begun_by(entry)
        if begun is None:
            first = next(store.stream(entry.stream), None)
            begun = begun_by(first.entry) if first else None
        subjects[entry.stream] = begun or Subject("unknown", "")
    return subjects
