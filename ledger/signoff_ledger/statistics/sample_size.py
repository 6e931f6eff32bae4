"""How many units it takes: to show a rate, for an endless process or for one finite lot.

Success-run theorem and its extension to c rejects (Hahn & Meeker, Statistical Intervals, 1991);
finite lots after Schilling's lot sensitivity plan, J. Quality Technology 10 (1978) 47-51.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from signoff_ledger.statistics.count_distributions import FUZZ, binomial_cdf, hypergeometric_cdf

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_UNITS = 10_000_000


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
