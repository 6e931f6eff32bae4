"""Nonconformities by mode, batch, origin and place of making (S-16, S-34)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.process import Process

UNATTRIBUTED = "unattributed"


def rows(process: Process, batch: Batch) -> Iterator[tuple[object, ...]]:
    """Group the standing nonconformities of a batch; units that do not count stay apart."""
    serials: dict[tuple[object, ...], set[str]] = defaultdict(set)
    totals: dict[tuple[object, ...], int] = defaultdict(int)
    excluded = batch.tally().excluded
    for unit in batch.units.values():
        if not unit.nonconformities:
            continue
        made = unit.build
        counts = int(unit.serial not in excluded)
        for found in unit.nonconformities.values():
            origin = process.origin_of(batch.key, found.mode, found.number)
            group: tuple[object, ...] = (
                process.key,
                batch.key,
                found.mode,
                str(origin.origin) if origin else UNATTRIBUTED,
                str(found.severity),
                found.location or "",
                made.tooling or batch.run_tooling,
                made.cavity or "",
                made.station or "",
                counts,
            )
            serials[group].add(unit.serial)
            totals[group] += 1
    for group in sorted(totals, key=repr):
        yield (*group, len(serials[group]), totals[group])
