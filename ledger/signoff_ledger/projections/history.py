"""The auditable history: one row and one plain sentence per event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.values import format_utc
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.table import ViewTable

if TYPE_CHECKING:
    from signoff_ledger.application.ports import LogEntry
    from signoff_ledger.projections.subjects import Subject

TABLE = ViewTable(
    "view_history",
    (
        ("position", "INTEGER NOT NULL"),
        ("recorded_at", "TEXT NOT NULL"),
        ("observed_at", "TEXT NOT NULL"),
        ("person", "TEXT NOT NULL"),
        ("kind", "TEXT NOT NULL"),
        ("subject", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("type", "TEXT NOT NULL"),
        ("sentence", "TEXT NOT NULL"),
        ("command_id", "TEXT NOT NULL"),
    ),
    key=("position",),
    indexes=(("process", "position"), ("subject", "position")),
)


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
        entry.event.TOPIC,
        sentence(entry, subject),
        entry.cmd.partition("#")[0],
    )
