"""Measured bars: every unit, the mean, or a share of units within a limit.

A measured bar must name what it bounds. Normal tolerance factors after Owen (1963) and ISO 16269-6;
Hahn & Meeker, Statistical Intervals (1991); the two-sided factor by integration over the mean
(Krishnamoorthy & Mathew, Statistical Tolerance Regions, 2009, 2.3.1). Distribution-free statements
after Wilks, Annals of Mathematical Statistics 12 (1941) 91-96. The one-sided factor is the k of the
k-method of MIL-STD-414, so no separate plan for variables is needed. Build times are skewed and
learned: they are to be shown in build order with Kendall's tau, Biometrika 30 (1938) 81-93.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.statistics.special import (
    Function,
    chi_square_inverse,
    gamma_cdf,
    noncentral_t_cdf,
    normal_cdf,
    normal_inverse,
    simpson,
    solve,
    t_inverse,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEAN_PANELS = 80


class Spread(NamedTuple):
    """Mean and standard deviation (n - 1); the deviation is None below two values."""

    n: int
    mean: float
    sd: float | None


class MeasuredBar(NamedTuple):
    """What values show about one limit."""

    spread: Spread  #: Number, mean and standard deviation.
    outside: int  #: Values beyond the limit: "every unit" is a count.
    #: One-sided bound for the mean, towards the limit; None without a deviation.
    mean_bound: float | None
    #: Factor by which the share of units is bounded; None without a deviation.
    tolerance_k: float | None
    #: The share of units is this good at least; None without a deviation.
    tolerance_bound: float | None
    extreme: float  #: The worst value seen.
    extreme_bounds_fraction: float  #: Share of units no worse than it, distribution-free.
    #: Trend in build order, tau-b; None where there is no order to speak of.
    kendall_tau: float | None


def spread(values: Sequence[float]) -> Spread | None:
    """Give mean and standard deviation; None without a value. A missing value is not a zero."""
    n = len(values)
    if n == 0:
        return None
    mean = math.fsum(values) / n
    if n == 1:
        return Spread(1, mean, None)
    if min(values) == max(values):
        return Spread(n, values[0], 0.0)
    return Spread(n, mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1)))


def measured_bar(
    values: Sequence[float],
    limit: float,
    *,
    upper: bool = True,
    confidence: float = 0.95,
    coverage: float = 0.95,
) -> MeasuredBar | None:
    """Say what values in build order show about a limit; None without a value.

    Args:
        values: Measured values in build order.
        limit: The limit.
        upper: Whether values must not exceed it; else they must not fall below it.
        confidence: Of each bound, one-sided.
        coverage: The share of units that the tolerance bound is about.
    """
    found = spread(values)
    if found is None:
        return None
    sign = 1 if upper else -1
    mean_bound = k = bound = None
    # Equal values (a rounded stopwatch) tell nothing about the spread, so nothing is claimed.
    if found.sd:
        reach = t_inverse(confidence, found.n - 1) * found.sd / math.sqrt(found.n)
        mean_bound = found.mean + sign * reach
        k = tolerance_factor(found.n, coverage, confidence)
        bound = found.mean + sign * k * found.sd
    return MeasuredBar(
        spread=found,
        outside=sum(1 for v in values if sign * v > sign * limit),
        mean_bound=mean_bound,
        tolerance_k=k,
        tolerance_bound=bound,
        extreme=max(values) if upper else min(values),
        extreme_bounds_fraction=share_within_extreme(found.n, confidence),
        kendall_tau=kendall_tau(values),
    )


def tolerance_factor(n: int, coverage: float, confidence: float, sides: int = 1) -> float:
    """Give the normal tolerance factor k: mean + k s bounds a share of units with a confidence.

    Args:
        n: Number of values, at least 2.
        coverage: The share of units.
        confidence: Of the statement.
        sides: 1 for one limit (exact, noncentral t), 2 for mean +- k s.

    Raises:
        ValueError: There are fewer than two values, or another number of sides.
    """
    if n < 2 or sides not in {1, 2}:
        raise ValueError(f"no tolerance factor for {n} values and {sides} sides")
    if sides == 1:
        root = math.sqrt(n)
        shift = normal_inverse(coverage) * root

        def reached(k: float) -> float:
            return noncentral_t_cdf(k * root, n - 1, shift)

        return _root(reached, confidence)
    return _two_sided_factor(n, coverage, confidence)


def _two_sided_factor(n: int, coverage: float, confidence: float) -> float:
    """Average, over where the sample's mean may lie, the chance that the spread is large enough."""
    high = 8 / math.sqrt(n)
    step = high / _MEAN_PANELS
    halves = [_half_width(i * step, coverage) for i in range(_MEAN_PANELS + 1)]

    def reached(k: float) -> float:
        def integrand(z: float) -> float:
            half = halves[round(z / step)]
            wide_enough = 1 - gamma_cdf((n - 1) * (half / k) ** 2 / 2, (n - 1) / 2)
            return wide_enough * math.exp(-n * z * z / 2)

        return 2 * math.sqrt(n / (2 * math.pi)) * simpson(integrand, 0.0, high, _MEAN_PANELS)

    return _root(reached, confidence)


def _half_width(shift: float, coverage: float) -> float:
    """Give the half width of the interval about a shifted centre that holds a share of units."""
    return solve(
        coverage,
        lambda r: normal_cdf(shift + r) - normal_cdf(shift - r),
        0.0,
        shift + 9,
    )


def _root(reached: Function, confidence: float) -> float:
    high = 4.0
    while reached(high) < confidence:
        high *= 2
    return solve(confidence, reached, 1e-9, high)


def share_within_extreme(n: int, confidence: float = 0.95) -> float:
    """Give the share of units that are no worse than the worst of n: (1 - C)^(1/n)."""
    if n < 1:
        raise ValueError("there is no worst of no values")
    return math.exp(math.log1p(-confidence) / n)


def kendall_tau(values: Sequence[float]) -> float | None:
    """Give Kendall's tau-b between build order and value; None when all values are equal."""
    n = len(values)
    agree = 0
    seen: list[float] = []
    for value in values:
        agree += bisect_left(seen, value) - (len(seen) - bisect_right(seen, value))
        insort(seen, value)
    pairs = n * (n - 1) // 2
    tied = sum(count * (count - 1) // 2 for count in Counter(values).values())
    if pairs == tied:
        return None
    return agree / math.sqrt(pairs * (pairs - tied))


def deviation_interval(sd: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the chi-square interval for a standard deviation from n normal values."""
    each = (1 - confidence) / 2
    return (
        sd * math.sqrt((n - 1) / chi_square_inverse(1 - each, n - 1)),
        sd * math.sqrt((n - 1) / chi_square_inverse(each, n - 1)),
    )
