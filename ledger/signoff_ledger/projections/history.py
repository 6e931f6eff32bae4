"""The auditable history: one row and one plain sentence per event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.events import process as events
from signoff_ledger.domain.values import format_utc
from signoff_ledger.projections.sentences import sentence

CONTEXT = (
    events.CommandRefused,
    events.RemarkRecorded,
    events.OrderPlacedWithoutSignOff,
    events.ProductionOrderCommitted,
    events.ProductionOrderCancelled,
    events.SignOffLapsed,
    events.SignOffUnsupported,
    events.SignOffWithdrawn,
    events.ProcessChangeApplied,
)
"""What is listed with a decision: changes, orders, refusals, remarks and endings."""

if TYPE_CHECKING:
    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.projections.subjects import Subject


def row(recorded: LogEntry, subject: Subject) -> tuple[object, ...]:
    """Write one event as a row."""
    entry = recorded.entry
    observed_at = getattr(entry.event, "observed_at", None)
    return (
        recorded.position,
        format_utc(entry.at),
        format_utc(observed_at) if observed_at else "",
        entry.by,
        subject.kind,
        subject.key,
        subject.process,
        getattr(entry.event, "serial", ""),
        entry.event.TOPIC,
        sentence(entry, subject),
        int(isinstance(entry.event, CONTEXT)),
        entry.cmd.partition("#")[0],
    )
