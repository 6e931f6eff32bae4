"""How many units it takes: to show a rate, for an endless process or for one finite lot.

Success-run theorem and its extension to c rejects (Hahn & Meeker, Statistical Intervals, 1991);
finite lots after Schilling's lot sensitivity plan, J. Quality Technology 10 (1978) 47-51;
two-point plans after Guenther, J. Quality Technology 1 (1969) 224-227.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.statistics.counting import FUZZ, binomial_cdf, hypergeometric_cdf

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_UNITS = 10_000_000


class Plan(NamedTuple):
    """A single sampling plan: at most `max_rejects` of `units`."""

    units: int
    max_rejects: int


def units_to_show(rate: float, confidence: float, rejects: int = 0) -> int | None:
    """Give the smallest n at which `rejects` of n show a rate of at most `rate`.

    Args:
        rate: The rate to show, above 0 and below 1.
        confidence: Of the claim, above 0 and below 1.
        rejects: How many of the units may be rejects.

    Returns:
        None when more than `MOST_UNITS` would be needed.
    """
    _check_claim(rate, confidence, rejects)
    bound = 1 - confidence + FUZZ
    return _first(lambda n: binomial_cdf(rejects, n, rate) <= bound, rejects + 1, MOST_UNITS)


def units_still_needed(
    rate: float, confidence: float, rejects: int, inspected: int, more_rejects: int = 0
) -> int | None:
    """Give how many more units, with `more_rejects` among them, would show the rate.

    The units seen so far count, rejects and all; 0 when they show it already.
    """
    needed = units_to_show(rate, confidence, rejects + more_rejects)
    return None if needed is None else max(0, needed - inspected)


def units_to_show_in_lot(rate: float, confidence: float, lot: int, rejects: int = 0) -> int | None:
    """Give the smallest sample of a finite lot that shows a rate of at most `rate` in that lot.

    The claim is first broken by D = floor(lot * rate) + 1 bad units. None when no such lot exists
    (every unit may be bad), or when even inspecting all of it leaves the allowance untouched.
    """
    _check_claim(rate, confidence, rejects)
    bad = smallest_breaking(rate, lot)
    if bad > lot:
        return None
    bound = 1 - confidence + FUZZ
    return _first(lambda n: hypergeometric_cdf(rejects, lot, bad, n) <= bound, 1, lot)


def smallest_breaking(rate: float, lot: int) -> int:
    """Give the smallest number of bad units in a lot that breaks the claim "at most `rate`"."""
    return math.floor(lot * rate + FUZZ * lot) + 1


def two_point_plan(
    good_rate: float,
    bad_rate: float,
    p_accept_good: float = 0.95,
    p_accept_bad: float = 0.10,
    lot: int | None = None,
) -> Plan | None:
    """Give the smallest plan that passes a good rate often enough and a bad one seldom enough.

    Args:
        good_rate: Accepted with a chance of at least `p_accept_good`.
        bad_rate: Accepted with a chance of at most `p_accept_bad`; above `good_rate`.
        p_accept_good: One less the producer's risk.
        p_accept_bad: The consumer's risk.
        lot: Size of the lot, for one finite lot.

    Returns:
        None when no plan within the lot, or within `MOST_UNITS`, does both.
    """
    if not 0 <= good_rate < bad_rate < 1:
        raise ValueError("the good rate must be below the bad one, both from 0 to 1")

    def accepted(most: int, units: int, rate: float) -> float:
        if lot is None:
            return binomial_cdf(most, units, rate)
        return hypergeometric_cdf(most, lot, round(lot * rate), units)

    largest = MOST_UNITS if lot is None else lot
    most = 0
    while most < largest:
        allowed = most
        units = _first(
            lambda n, c=allowed: accepted(c, n, bad_rate) <= p_accept_bad + FUZZ,  # type: ignore[misc]  # a default is not inferred
            most + 1,
            largest,
        )
        if units is None:
            return None
        if accepted(most, units, good_rate) >= p_accept_good - FUZZ:
            return Plan(units, most)
        most += 1
    return None


def _first(reached: Callable[[int], bool], low: int, most: int) -> int | None:
    """Find the first whole number from `low` on that satisfies a lasting condition."""
    if low > most:
        return None
    step, high = 1, low
    while not reached(high):
        if high == most:
            return None
        low, high, step = high + 1, min(high + step, most), step * 2
    while low < high:
        middle = (low + high) // 2
        if reached(middle):
            high = middle
        else:
            low = middle + 1
    return high


def _check_claim(rate: float, confidence: float, rejects: int) -> None:
    if not 0 < rate < 1 or not 0 < confidence < 1 or rejects < 0:
        raise ValueError(
            f"a rate of {rate} with {rejects} rejects at a confidence of {confidence} is no claim"
        )
