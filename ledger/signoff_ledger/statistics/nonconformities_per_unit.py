"""Nonconformities per unit: a rate of marks, not of units.

Garwood, Biometrika 28 (1936) 437-442; the ratio of two rates by the conditional binomial
(Przyborowski & Wilenski, Biometrika 31 (1940) 313-323). Which unit carries which mark is not in
such counts, so a reject rate cannot be had from them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from signoff_ledger.statistics.count_distributions import binomial_cdf
from signoff_ledger.statistics.proportion import clopper_pearson
from signoff_ledger.statistics.special import gamma_inverse


class NonconformityRate(NamedTuple):
    """Nonconformities per inspected unit, with Garwood's bounds."""

    per_unit: float
    interval: tuple[float, float]
    upper_one_sided: float


class RateRatio(NamedTuple):
    """Rate before over rate after."""

    ratio: float | None  #: None when there is none after.
    #: Its upper end is infinite when there is none after; None without any mark.
    interval: tuple[float, float] | None
    p_one_sided: float  #: That the rate fell.
    p_two_sided: float  #: Tables no likelier than the one seen.


def nonconformity_rate(
    nonconformities: int, units: int, confidence: float = 0.95
) -> NonconformityRate | None:
    """Give nonconformities per unit over the units that were looked at; None without one.

    Raises:
        ValueError: A count is negative.
    """
    if nonconformities < 0 or units < 0:
        raise ValueError(f"{nonconformities} nonconformities on {units} units cannot be")
    if units == 0:
        return None
    each = (1 - confidence) / 2
    lower = gamma_inverse(each, nonconformities) if nonconformities else 0.0
    return NonconformityRate(
        per_unit=nonconformities / units,
        interval=(lower / units, gamma_inverse(1 - each, nonconformities + 1) / units),
        upper_one_sided=gamma_inverse(confidence, nonconformities + 1) / units,
    )


def rate_ratio(
    before: tuple[int, int], after: tuple[int, int], confidence: float = 0.95
) -> RateRatio | None:
    """Compare two rates, each given as nonconformities and units; None without units.

    Given all marks, those before are binomial with the share of the units before.
    """
    (x1, n1), (x2, n2) = before, after
    if min(x1, x2, n1, n2) < 0:
        raise ValueError("counts cannot be negative")
    if not n1 or not n2:
        return None
    total, share = x1 + x2, n1 / (n1 + n2)
    if total == 0:
        return RateRatio(None, None, 1.0, 1.0)
    found = clopper_pearson(x1, total, confidence)
    assert found is not None  # noqa: S101  # there is at least one mark
    low = found.lower / (1 - found.lower) * n2 / n1
    high = math.inf if found.upper == 1 else found.upper / (1 - found.upper) * n2 / n1
    fewer = 1 - binomial_cdf(x1 - 1, total, share)
    return RateRatio(
        ratio=x1 / n1 / (x2 / n2) if x2 else None,
        interval=(low, high),
        p_one_sided=fewer,
        p_two_sided=_two_sided(x1, total, share),
    )


def _two_sided(seen: int, total: int, share: float) -> float:
    def log_chance(k: int) -> float:
        return (
            math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
            + k * math.log(share) + (total - k) * math.log1p(-share)
        )  # fmt: skip

    limit = log_chance(seen) + 1e-7
    chances = (log_chance(k) for k in range(total + 1))
    return min(1.0, math.fsum(math.exp(each) for each in chances if each <= limit))
