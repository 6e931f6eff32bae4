"""The current state of each batch, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.projections.table import ViewTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.case import Case

TABLE = ViewTable(
    "view_batches",
    (
        ("batch", "TEXT NOT NULL"),
        ("process", "TEXT NOT NULL"),
        ("attempt", "INTEGER NOT NULL"),
        ("state", "TEXT NOT NULL"),
        ("outcome", "TEXT NOT NULL"),
        ("process_revision", "INTEGER NOT NULL"),
        ("bar", "INTEGER NOT NULL"),
        ("planned", "INTEGER NOT NULL"),
        ("ac", "INTEGER NOT NULL"),
        ("recorded", "INTEGER NOT NULL"),
        ("units", "INTEGER NOT NULL"),
        ("excluded", "INTEGER NOT NULL"),
        ("incomplete", "INTEGER NOT NULL"),
        ("rejects", "INTEGER NOT NULL"),
        ("nonconformities", "INTEGER NOT NULL"),
        ("critical", "INTEGER NOT NULL"),
        ("timed", "INTEGER NOT NULL"),
        ("build_time_median_s", "TEXT"),
        ("build_time_reference_s", "INTEGER"),
        ("retests", "INTEGER NOT NULL"),
        ("corrections", "INTEGER NOT NULL"),
        ("corrections_pending", "INTEGER NOT NULL"),
    ),
    key=("batch",),
    indexes=(("process", "attempt"),),
)


def rows(case: Case) -> Iterator[tuple[object, ...]]:
    """Count every batch of a process."""
    for batch in case.batches.values():
        started, bar = batch.started, batch.bar
        count = batch.tally()
        median = count.median_build_time_s
        time = batch.plan.build_time
        yield (
            batch.key,
            case.process.key,
            started.attempt,
            "open" if batch.is_open else "closed",
            str(batch.outcomes[-1]) if batch.outcomes else "",
            started.process_revision,
            started.bar_number,
            bar.units,
            bar.max_rejects,
            len(batch.units),
            len(count.representative),
            len(count.excluded),
            len(count.incomplete),
            len(count.rejects),
            count.nonconformities,
            count.critical,
            len(count.build_times_s),
            None if median is None else f"{median:f}",
            time.scaled_reference if time else None,
            sum(unit.retests for unit in batch.units.values()),
            sum(1 for c in batch.corrections.values() if c.confirmed_by is not None),
            len(batch.pending_corrections),
        )
