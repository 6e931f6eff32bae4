"""Decisions with their findings: what was decided, on which numbers, after how long a hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from signoff_ledger.domain.events.process import ProcessDecision
from signoff_ledger.domain.values import Outcome, format_utc, parse_utc
from signoff_ledger.projections.tables import DECISIONS, FINDINGS

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.application.ports import LogEntry
    from signoff_ledger.projections.table import Cursor


def add(cursor: Cursor, recorded: LogEntry, process: str) -> None:
    """Add a decision and its findings; every other event is passed over."""
    event = recorded.entry.event
    if not isinstance(event, ProcessDecision):
        return
    row = (
        recorded.position,
        process,
        event.verdict.batch or "",
        str(event.OUTCOME),
        int(event.is_automatic),
        format_utc(recorded.entry.at),
        recorded.entry.by,
        event.printed_name,
        event.meaning,
        event.words or "",
        event.signature.kind,
        event.verdict.rule_set,
        event.process_revision,
        _held_for_s(cursor, process, recorded.entry.at)
        if event.OUTCOME is Outcome.SIGNED_OFF
        else None,
    )
    DECISIONS.insert(cursor, [row])
    FINDINGS.insert(
        cursor,
        [
            (
                recorded.position,
                place,
                finding.rule,
                int(finding.holds),
                finding.says,
                json.dumps(finding.numbers),
                json.dumps(finding.counts),
                json.dumps([[ref.stream, ref.version] for ref in finding.settled_by]),
            )
            for place, finding in enumerate(event.verdict.findings)
        ],
    )


def _held_for_s(cursor: Cursor, process: str, signed_at: datetime) -> int | None:
    """Say how long a process was held before a sign-off: from the first hold since the last one."""
    cursor.execute(
        f"SELECT min(decided_at) FROM {DECISIONS.name} WHERE process = ? AND outcome = 'HELD'"  # noqa: S608  # ours
        f" AND position > (SELECT coalesce(max(position), 0) FROM {DECISIONS.name}"
        " WHERE process = ? AND outcome = 'SIGNED_OFF')",
        (process, process),
    )
    began = cursor.fetchall()[0][0]
    return int((signed_at - parse_utc(began)).total_seconds()) if began else None
