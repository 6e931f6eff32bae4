"""Chances of counts: binomial, hypergeometric and Poisson, each up to and including a count."""

from __future__ import annotations

import math

from signoff_ledger.statistics.special import beta_cdf, gamma_cdf

FUZZ = 1e-12
"""How far a computed chance may miss a bound that it meets exactly on paper."""


def binomial_cdf(most: int, units: int, rate: float) -> float:
    """Give the chance of at most `most` rejects in `units` at a true rate (A&S 26.5.24)."""
    check_rate(rate)
    if most < 0:
        return 0.0
    if most >= units or rate == 0:
        return 1.0
    if rate == 1:
        return 0.0
    return 1 - beta_cdf(rate, most + 1, units - most)


def binomial_pmf(units: int, rate: float) -> list[float]:
    """Give the chance of 0, 1 ... `units` rejects at a true rate."""
    check_rate(rate)
    if rate in {0, 1}:
        sure = 0 if rate == 0 else units
        return [float(k == sure) for k in range(units + 1)]
    log_good, log_bad = math.log1p(-rate), math.log(rate)
    ways = math.lgamma(units + 1)
    return [
        math.exp(
            ways - math.lgamma(k + 1) - math.lgamma(units - k + 1)
            + k * log_bad + (units - k) * log_good
        )
        for k in range(units + 1)
    ]  # fmt: skip


def hypergeometric_cdf(most: int, lot: int, bad: int, units: int) -> float:
    """Give the chance of at most `most` bad units when `units` are drawn from a lot, exactly."""
    if not 0 <= bad <= lot or not 0 <= units <= lot:
        raise ValueError(f"{bad} bad and {units} drawn do not fit into a lot of {lot}")
    least = max(0, units - (lot - bad))
    if most < least:
        return 0.0
    if most >= min(units, bad):
        return 1.0
    ways = sum(math.comb(bad, k) * math.comb(lot - bad, units - k) for k in range(least, most + 1))
    return ways / math.comb(lot, units)


def poisson_cdf(most: int, mean: float) -> float:
    """Give the chance of at most `most` events when `mean` are expected (A&S 26.4.21)."""
    return 0.0 if most < 0 else 1 - gamma_cdf(mean, most + 1)


def check_rate(rate: float) -> None:
    """Refuse what is not a rate.

    Raises:
        ValueError: It is not from 0 to 1.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"{rate} is not a rate from 0 to 1")


def check_counts(rejects: int, inspected: int) -> None:
    """Refuse counts that no batch can have.

    Raises:
        ValueError: There are more rejects than units inspected, or fewer than none.
            Nonconformities are not rejects: where only they were counted, use
            `nonconformities_per_unit`.
    """
    if not 0 <= rejects <= inspected:
        raise ValueError(f"{rejects} rejects of {inspected} inspected units cannot be")
