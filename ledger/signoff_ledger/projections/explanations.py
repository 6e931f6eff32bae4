"""The latest decision on each batch, as `why` shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.events.process import ProcessDecision, ProcessSignedOff
from signoff_ledger.domain.values import format_utc
from signoff_ledger.projections.explanation import explained_by, finding_rows, recurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.explanation import Explanation

PARTS = ("rule", "evidence", "limits")


def rows(store: LedgerStore, case: Case) -> Iterator[tuple[object, ...]]:
    """Explain the latest decision on each batch of a process, and the latest on no batch."""
    process = case.process
    if not process.decisions:
        return
    story = list(store.stream(process.id))
    latest = explained_by(case, story, None)
    for batch in dict.fromkeys(each.batch for each in process.decisions):
        explained = latest
        if batch is None and latest.batch is not None:
            # What was decided on no batch is only asked for as the latest decision.
            continue
        if batch != latest.batch or latest.decision is None:
            explained = explained_by(case, story, batch)
        if explained.decision is None:
            continue
        yield (
            process.key,
            batch or "",
            explained.decision.position,
            int(explained.decision == latest.decision),
            json.dumps(decision_answer(store, explained)),
        )


def decision_answer(store: LedgerStore, explanation: Explanation) -> dict[str, Any]:
    """Write what an explanation says of the decision, or of the rules while there is none."""
    figures, says = explanation.shown
    process = explanation.case.process.key
    return {
        "batch": explanation.batch,
        "outcome": explanation.outcome,
        "decision": _decision(explanation.decision),
        "rule_set": explanation.verdict.rule_set,
        "rules": finding_rows(store, process, explanation.verdict.findings),
        "disclosures": [{"topic": str(d.topic), "says": d.says} for d in explanation.disclosures],
        "recurrences": recurrences(explanation.case),
        "held_for_s": explanation.held_for_s,
        "serials": list(explanation.handed_over),
        "does_not_show": explanation.limits,
        "figures": figures.model_dump(mode="json", exclude_none=True) if figures else None,
        "says": {part: list(getattr(says, part)) if says else [] for part in PARTS},
    }


def _decision(recorded: LogEntry | None) -> dict[str, Any] | None:
    if recorded is None:
        return None
    event = recorded.event_as(ProcessDecision)
    data: dict[str, Any] = {
        "position": recorded.position,
        "at": format_utc(recorded.entry.at),
        "by": recorded.entry.by,
        "automatic": event.is_automatic,
        "reason": event.words,
        "printed_name": event.printed_name,
        "meaning": event.meaning,
        "signature": event.signature.kind,
        "process_revision": event.process_revision,
    }
    if isinstance(event, ProcessSignedOff):
        data |= {
            "run_min": event.run_min,
            "run_max": event.run_max,
            "plan_sha256": event.plan_sha256,
            "bar_sha256": event.bar_sha256,
            "design": event.design.model_dump(),
            "tooling": event.tooling,
            "tooling_revision": event.tooling_revision,
        }
    return data
