"""Control charts: individuals and moving range for measured values, and p, np, u for counts.

NIST/SEMATECH e-Handbook 6.3.2.2 (individuals), 6.3.3 (counts); constants d2 = 1.128 and D4 = 3.267
for ranges of two. With a handful of batches a chart of counts is noise; with sub-lots it is not.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

D2, D4 = 1.128, 3.267
FEWEST_FOR_LIMITS = 8
"""Below this many values limits say too little: only the run is shown."""


class Individuals(NamedTuple):
    """A chart of single values in build order.

    Attributes:
        center: The mean.
        sigma: Mean moving range over d2; None without limits.
        lower: Lower limit; None without limits.
        upper: Upper limit; None without limits.
        range_mean: Mean moving range; None below two values.
        range_upper: Its upper limit; None without limits.
        beyond: Places, from 1, of values beyond a limit.
    """

    center: float
    sigma: float | None
    lower: float | None
    upper: float | None
    range_mean: float | None
    range_upper: float | None
    beyond: tuple[int, ...]


class CountChart(NamedTuple):
    """A chart of counts, one limit pair per sample; places beyond them from 1."""

    center: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    beyond: tuple[int, ...]


def individuals(values: Sequence[float]) -> Individuals | None:
    """Chart single values in build order; None without one.

    No limits are given below `FEWEST_FOR_LIMITS` values or where all moving ranges are 0.
    """
    if not values:
        return None
    center = math.fsum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean = math.fsum(ranges) / len(ranges) if ranges else None
    if not mean or len(values) < FEWEST_FOR_LIMITS:
        return Individuals(center, None, None, None, mean, None, ())
    sigma = mean / D2
    lower, upper = center - 3 * sigma, center + 3 * sigma
    beyond = tuple(i for i, v in enumerate(values, 1) if not lower <= v <= upper)
    return Individuals(center, sigma, lower, upper, mean, D4 * mean, beyond)


def p_chart(counts: Sequence[int], sizes: Sequence[int]) -> CountChart:
    """Chart shares of nonconforming units, binomial limits at three sigma cut at 0 and 1."""
    center = sum(counts) / sum(sizes)
    reach = [3 * math.sqrt(center * (1 - center) / n) for n in sizes]
    shares = [x / n for x, n in zip(counts, sizes, strict=True)]
    return _chart(center, shares, reach, 1.0)


def np_chart(counts: Sequence[int], size: int) -> CountChart:
    """Chart numbers of nonconforming units in samples of one size."""
    share = sum(counts) / (len(counts) * size)
    reach = 3 * math.sqrt(size * share * (1 - share))
    return _chart(size * share, counts, [reach] * len(counts), float(size))


def u_chart(counts: Sequence[int], sizes: Sequence[int]) -> CountChart:
    """Chart nonconformities per unit, Poisson limits at three sigma cut at 0."""
    center = sum(counts) / sum(sizes)
    reach = [3 * math.sqrt(center / n) for n in sizes]
    return _chart(center, [x / n for x, n in zip(counts, sizes, strict=True)], reach, math.inf)


def _chart(
    center: float, values: Sequence[float], reach: Sequence[float], top: float
) -> CountChart:
    lower = tuple(max(0.0, center - r) for r in reach)
    upper = tuple(min(top, center + r) for r in reach)
    beyond = tuple(
        i
        for i, (v, lo, hi) in enumerate(zip(values, lower, upper, strict=True), 1)
        if not lo <= v <= hi
    )
    return CountChart(center, lower, upper, beyond)
