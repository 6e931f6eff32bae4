"""Nonconformities by mode, batch, origin and place of making (S-16, S-34)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from signoff_ledger.projections.table import ViewTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.case import Case

TABLE = ViewTable(
    "view_nonconformities",
    (
        ("process", "TEXT NOT NULL"),
        ("batch", "TEXT NOT NULL"),
        ("mode", "TEXT NOT NULL"),
        ("origin", "TEXT NOT NULL"),
        ("severity", "TEXT NOT NULL"),
        ("location", "TEXT NOT NULL"),
        ("tooling", "TEXT NOT NULL"),
        ("cavity", "TEXT NOT NULL"),
        ("station", "TEXT NOT NULL"),
        ("counts", "INTEGER NOT NULL"),
        ("units", "INTEGER NOT NULL"),
        ("nonconformities", "INTEGER NOT NULL"),
    ),
    key=(
        "process",
        "batch",
        "mode",
        "origin",
        "severity",
        "location",
        "tooling",
        "cavity",
        "station",
        "counts",
    ),
)

UNATTRIBUTED = "unattributed"


def rows(case: Case) -> Iterator[tuple[object, ...]]:
    """Group the standing nonconformities of a process; units that do not count stay apart."""
    serials: dict[tuple[object, ...], set[str]] = defaultdict(set)
    totals: dict[tuple[object, ...], int] = defaultdict(int)
    for batch in case.batches.values():
        excluded = batch.tally().excluded
        for unit in batch.units.values():
            if not unit.nonconformities:
                continue
            made = unit.build
            counts = int(unit.serial not in excluded)
            for found in unit.nonconformities.values():
                origin = case.process.origin_of(batch.key, found.mode, found.number)
                group: tuple[object, ...] = (
                    case.process.key,
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
