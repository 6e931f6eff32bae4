"""The operating characteristic of a bar: how often it passes a process of a given true rate.

Schilling & Neubauer, Acceptance Sampling in Quality Control; NIST/SEMATECH e-Handbook 6.2.2 and
6.2.3. With several clauses the chances multiply only where the clauses are independent; what the
count of rejects lets through is then an upper limit of what the whole bar does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from signoff_ledger.statistics.count_distributions import (
    binomial_cdf,
    check_rate,
    hypergeometric_cdf,
    poisson_cdf,
)
from signoff_ledger.statistics.special import beta_inverse


class Model(StrEnum):
    """How counts vary: units of a process, units of one finite lot, nonconformities per unit."""

    BINOMIAL = "binomial"
    HYPERGEOMETRIC = "hypergeom"
    POISSON = "poisson"


class Point(NamedTuple):
    """One point of the curve."""

    rate: float
    accepted: float


PRODUCER, INDIFFERENT, CONSUMER = 0.95, 0.50, 0.10
"""Chances of acceptance that name the producer's, the indifferent and the consumer's rate."""


def chance_accepted(
    units: int,
    max_rejects: int,
    rate: float,
    *,
    model: Model = Model.BINOMIAL,
    lot: int | None = None,
) -> float:
    """Give the chance that a bar passes a process.

    Args:
        units: The planned units n.
        max_rejects: The acceptance number Ac.
        rate: The true reject rate; for the Poisson model, nonconformities per unit.
        model: How counts vary.
        lot: Units in the lot, for the hypergeometric model; its bad units are the rate's share of
            it, rounded to the nearest whole unit.
    """
    if units < 1 or max_rejects < 0:
        raise ValueError(f"at most {max_rejects} of {units} units is no bar")
    if model is Model.POISSON:
        return poisson_cdf(max_rejects, units * rate)
    check_rate(rate)
    if model is Model.HYPERGEOMETRIC:
        if lot is None:
            raise ValueError("the hypergeometric model needs the size of the lot")
        return hypergeometric_cdf(max_rejects, lot, round(lot * rate), units)
    return binomial_cdf(max_rejects, units, rate)


def rate_accepted(units: int, max_rejects: int, chance: float) -> float:
    """Give the true rate that a bar passes with a given chance: 1 - BetaInv(chance; n-Ac, Ac+1).

    Where every count passes (Ac >= n) no rate is stopped, and the answer is 1.
    """
    if max_rejects >= units:
        return 1.0
    return beta_inverse(1 - chance, max_rejects + 1, units - max_rejects)


def curve(units: int, max_rejects: int, upto: float = 0.5, points: int = 101) -> tuple[Point, ...]:
    """Give evenly spaced points of the curve from a rate of 0 up to `upto`."""
    rates = [upto * i / (points - 1) for i in range(points)]
    return tuple(Point(rate, chance_accepted(units, max_rejects, rate)) for rate in rates)


def passes_once(accepted: float, attempts: int) -> float:
    """Give the chance to pass at least once in several tries of an unchanged process.

    1 - (1 - Pa)^k; the worst case where something was changed: as if the change did nothing.
    """
    if attempts < 1:
        raise ValueError("there is no chance in no attempt")
    return float(1 - (1 - accepted) ** attempts)
