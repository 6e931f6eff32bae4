"""The current state of each batch, counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signoff_ledger.domain.batch import Batch


def row(batch: Batch) -> tuple[object, ...]:
    """Count a batch."""
    started, bar = batch.started, batch.bar
    count = batch.tally()
    median = count.median_build_time_s
    time = batch.plan.build_time
    reference = time.scaled_reference if time else None
    return (
        batch.key,
        started.process,
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
        reference,
        f"{median / reference:.2f}" if median is not None and reference else None,
        sum(unit.retests for unit in batch.units.values()),
        sum(1 for c in batch.corrections.values() if c.confirmed_by is not None),
        len(batch.pending_corrections),
        json.dumps({serial: list(codes) for serial, codes in count.excluded.items()}),
        json.dumps({serial: list(ids) for serial, ids in count.incomplete.items()}),
        json.dumps(dict(sorted(count.modes.items()))),
        json.dumps([*map(str, batch.outcomes)]),
    )
