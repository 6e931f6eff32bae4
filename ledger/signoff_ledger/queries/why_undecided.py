"""Why a process stands where it stands, from its events: while undecided, or at a position."""

from __future__ import annotations

from datetime import datetime

from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.projections import batch_state, history, process_state, tables
from signoff_ledger.projections.explanation import Explanation, explain
from signoff_ledger.projections.explanations import decision_answer
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.queries.why import WhyAnswer, WhyParts, composed


def why_undecided(
    store: LedgerStore,
    process: str,
    batch: str | None = None,
    until: int | None = None,
    *,
    now: datetime | None = None,
) -> WhyAnswer:
    """Say why a process stands where it stands, from its events.

    Args:
        store: Where the events are.
        process: The process.
        batch: The batch in question; by default that of the latest decision, else the latest.
        until: The position to stop at, inclusive.
        now: The moment to say where the process stands at; by default that of its last event.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
    """
    return composed(_parts(store, explain(store, process, batch, until, now=now)))


def _parts(store: LedgerStore, explanation: Explanation) -> WhyParts:
    process = explanation.case.process
    row = tables.PROCESSES.named(process_state.row(process))
    standing = {"standing": explanation.standing, "standing_why": explanation.standing_why}
    positions = store.positions(process.id)
    subject = Subject("process", process.key, process.key)
    return WhyParts(
        process={**row, **{name: str(value) for name, value in standing.items()}},
        # What is said of other processes is among the disclosures of an explanation.
        explained=decision_answer(store, explanation),
        bars=[tables.BARS.named(each) for each in process_state.bars(process, positions)],
        orders=[tables.ORDERS.named(each) for each in process_state.orders(process, positions)],
        batches=[
            tables.BATCHES.named(batch_state.row(each))
            for each in explanation.case.batches.values()
        ],
        context=[
            tables.HISTORY.named(history.row(recorded, subject))
            for recorded, _ in explanation.context
        ],
        others=[],
    )
