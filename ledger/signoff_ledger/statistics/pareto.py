"""Pareto order of modes: counts, shares and cumulative shares; no test on it.

Juran, Industrial Quality Control 6 (1950) 4-9, who named it. It counts marks or units as given;
modes with equal counts keep the order of their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ParetoBar(NamedTuple):
    """One mode of the order."""

    mode: str
    number: int
    share: float
    cumulative: float


def pareto(counts: Mapping[str, int]) -> tuple[ParetoBar, ...]:
    """Order modes by falling count; modes that never occurred are left out."""
    rows = sorted(((n, mode) for mode, n in counts.items() if n > 0), key=lambda r: (-r[0], r[1]))
    total = sum(n for n, _ in rows)
    bars, so_far = [], 0
    for n, mode in rows:
        so_far += n
        bars.append(ParetoBar(mode, n, n / total, so_far / total))
    return tuple(bars)
