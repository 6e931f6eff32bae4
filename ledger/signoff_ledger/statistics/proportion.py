"""The reject rate: intervals and bounds for x rejects of n inspected units, and what they show.

Clopper & Pearson, Biometrika 26 (1934) 404-413, for every claim: it errs at most as often as it
says. Wilson, JASA 22 (1927) 209-212, serves Newcombe's interval and comparison. Coverage of both is
discussed by Brown, Cai & DasGupta, Statistical Science 16 (2001) 101-133; one-sided Jeffreys bounds
fall to 85 % at n = 20 and are therefore not offered.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

from signoff_ledger.statistics.count_distributions import check_counts, check_rate
from signoff_ledger.statistics.special import beta_cdf, beta_inverse, normal_inverse


class Interval(NamedTuple):
    """A range of true rates."""

    lower: float
    upper: float


class RateEvidence(StrEnum):
    """What the units show about a rate; with 20 of them it is nearly always open."""

    MEETS = "shown to meet"
    MISSES = "shown to miss"
    OPEN = "open"


def clopper_pearson(rejects: int, inspected: int, confidence: float = 0.95) -> Interval | None:
    """Give the exact two-sided interval for the reject rate.

    Returns:
        None when nothing was inspected. With no rejects the lower end is 0, with nothing but
        rejects the upper end is 1.
    """
    check_counts(rejects, inspected)
    if inspected == 0:
        return None
    each = (1 - confidence) / 2
    return Interval(
        beta_inverse(each, rejects, inspected - rejects + 1) if rejects else 0.0,
        beta_inverse(1 - each, rejects + 1, inspected - rejects) if rejects < inspected else 1.0,
    )


def upper_bound(rejects: int, inspected: int, confidence: float = 0.95) -> float | None:
    """Give the exact one-sided bound: "at most", erring in at most 1 - confidence of such claims.

    With 0 of n it is 1 - (1 - confidence)^(1/n); None when nothing was inspected.
    """
    check_counts(rejects, inspected)
    if inspected == 0:
        return None
    if rejects == inspected:
        return 1.0
    if rejects == 0:
        return -math.expm1(math.log1p(-confidence) / inspected)
    return beta_inverse(confidence, rejects + 1, inspected - rejects)


def lower_bound(rejects: int, inspected: int, confidence: float = 0.95) -> float | None:
    """Give the exact one-sided bound: "at least"; None when nothing was inspected."""
    good = upper_bound(inspected - rejects, inspected, confidence)
    if good is None:
        return None
    return beta_inverse(1 - confidence, rejects, inspected - rejects + 1) if rejects else 0.0


def evidence_against(
    rejects: int, inspected: int, bar_rate: float, confidence: float = 0.95
) -> RateEvidence:
    """Say whether the units alone show that the true rate meets or misses a rate, or neither."""
    check_rate(bar_rate)
    upper = upper_bound(rejects, inspected, confidence)
    lower = lower_bound(rejects, inspected, confidence)
    if upper is None or lower is None:
        return RateEvidence.OPEN
    if upper <= bar_rate:
        return RateEvidence.MEETS
    return RateEvidence.MISSES if lower > bar_rate else RateEvidence.OPEN


def wilson(rejects: int, inspected: int, confidence: float = 0.95) -> Interval | None:
    """Give Wilson's score interval for the reject rate; None when nothing was inspected."""
    check_counts(rejects, inspected)
    if inspected == 0:
        return None
    z = normal_inverse((1 + confidence) / 2)
    rate = rejects / inspected
    middle = (rejects + z * z / 2) / (inspected + z * z)
    reach = z * math.sqrt(rate * (1 - rate) / inspected + z * z / (4 * inspected**2))
    reach *= inspected / (inspected + z * z)
    return Interval(
        max(0.0, middle - reach) if rejects else 0.0,
        min(1.0, middle + reach) if rejects < inspected else 1.0,
    )


def chance_at_most(
    rejects: int, inspected: int, rate: float, prior: tuple[float, float] = (0.5, 0.5)
) -> float:
    """Give the posterior chance that the true rate is at most `rate` (Jeffreys prior by default).

    To be shown only with the prior named; it is not a confidence.
    """
    check_counts(rejects, inspected)
    check_rate(rate)
    return beta_cdf(rate, rejects + prior[0], inspected - rejects + prior[1])
