"""Did the fix hold? Two batches compared, before and after, by exact tests and an interval.

The published test is one-sided, "after is better": Boschloo, Statistica Neerlandica 24 (1970) 1-35,
which is exact and at least as powerful as Fisher, The Design of Experiments (1935), shown with it
because a spreadsheet can do it again. The difference has Newcombe's interval, Statistics
in Medicine 17 (1998) 873-890, method 10. Several modes are adjusted after Holm, Scandinavian J. of
Statistics 6 (1979) 65-70, over modes named in advance. No odds ratio is given: programs disagree
about which one, and with an empty cell there is none. Nothing here ever gates a sign-off.

The slow answers are cached: replay and verification ask for the same one again.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.statistics.count_distributions import binomial_pmf, check_counts
from signoff_ledger.statistics.proportion import Interval, wilson
from signoff_ledger.statistics.special import Function, beta_cdf, beta_inverse

if TYPE_CHECKING:
    from collections.abc import Sequence

BOSCHLOO_CAP = 5_000
"""Boschloo's test is given while n1 times n2 is at most this; above, Fisher's stands alone."""

_GRID = 96
_NARROWINGS = 40
_BILLION = 10**9
_GOLDEN = (math.sqrt(5) - 1) / 2


class Counts(NamedTuple):
    """Rejects of inspected units."""

    rejects: int
    inspected: int


class Effect(NamedTuple):
    """What two batches show about a fix."""

    difference: float  #: Rate before less rate after.
    newcombe_95: Interval
    #: Chance of so good a second batch, or a better one, if nothing changed.
    fisher_one_sided: float
    fisher_two_sided: float  #: As R gives it: tables no more likely than the one seen.
    boschloo_one_sided: float | None  #: None above `BOSCHLOO_CAP`.
    boschloo_two_sided: float | None  #: Twice the smaller one-sided one.
    comparable: bool  #: False when neither batch has a reject, or both have nothing else.


@lru_cache(maxsize=256)
def compare(before: Counts, after: Counts) -> Effect | None:
    """Compare two batches; None when either has no inspected unit."""
    for counts in (before, after):
        check_counts(*counts)
    interval = newcombe(before, after)
    if interval is None:
        return None
    better = boschloo(before, after)
    worse = boschloo(after, before)
    return Effect(
        difference=before.rejects / before.inspected - after.rejects / after.inspected,
        newcombe_95=interval,
        fisher_one_sided=fisher(before, after),
        fisher_two_sided=fisher_two_sided(before, after),
        boschloo_one_sided=better,
        boschloo_two_sided=None
        if better is None or worse is None
        else min(1.0, 2 * min(better, worse)),
        comparable=_comparable(before, after),
    )


def _comparable(before: Counts, after: Counts) -> bool:
    rejects = before.rejects + after.rejects
    return 0 < rejects < before.inspected + after.inspected


def newcombe(before: Counts, after: Counts, confidence: float = 0.95) -> Interval | None:
    """Give the interval for the rate before less the rate after; None with an empty batch."""
    first, second = wilson(*before, confidence), wilson(*after, confidence)
    if first is None or second is None:
        return None
    was, now = before.rejects / before.inspected, after.rejects / after.inspected
    return Interval(
        was - now - math.hypot(was - first.lower, second.upper - now),
        was - now + math.hypot(first.upper - was, now - second.lower),
    )


def fisher(before: Counts, after: Counts) -> float:
    """Give Fisher's one-sided p: at most so many of all rejects in the second batch, by chance.

    0/n against 0/n, n/n against n/n and an empty batch have nothing to compare: 1.
    """
    return _fisher_exact(before, after).value


class _Share(NamedTuple):
    """A chance in whole numbers, so that two of them compare exactly."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole


def _fisher_exact(before: Counts, after: Counts) -> _Share:
    total = before.rejects + after.rejects
    least = max(0, total - before.inspected)
    ways = sum(
        math.comb(after.inspected, k) * math.comb(before.inspected, total - k)
        for k in range(least, after.rejects + 1)
    )
    return _Share(ways, math.comb(before.inspected + after.inspected, total))


def fisher_two_sided(before: Counts, after: Counts) -> float:
    """Give Fisher's two-sided p: all tables with these totals that are no likelier than this."""
    total = before.rejects + after.rejects
    ways = [
        math.comb(after.inspected, k) * math.comb(before.inspected, total - k)
        for k in range(max(0, total - before.inspected), min(after.inspected, total) + 1)
    ]
    seen = math.comb(after.inspected, after.rejects)
    seen *= math.comb(before.inspected, before.rejects)
    return sum(each for each in ways if each <= seen) / sum(ways)


@lru_cache(maxsize=256)
def boschloo(before: Counts, after: Counts) -> float | None:
    """Give Boschloo's one-sided p: Fisher's p as the statistic, the worst true rate as the chance.

    Returns:
        None when n1 times n2 is above `BOSCHLOO_CAP` or a batch is empty; 1 when there is nothing
        to compare.
    """
    n1, n2 = before.inspected, after.inspected
    if not n1 or not n2 or n1 * n2 > BOSCHLOO_CAP:
        return None
    if not _comparable(before, after):
        return 1.0
    return _worst(_region(n1, n2, _fisher_exact(before, after)), n1, n2)


def _region(n1: int, n2: int, level: _Share) -> list[int]:
    """Give, for each count before, the largest count after whose Fisher p is within a level.

    -1 where there is none. For a given count before, p grows with the count after.
    """
    up, down = level
    largest = [-1] * (n1 + 1)
    for total in range(n1 + n2 + 1):
        whole = math.comb(n1 + n2, total)
        ways = 0
        for k in range(max(0, total - n1), min(n2, total) + 1):
            ways += math.comb(n2, k) * math.comb(n1, total - k)
            if ways * down > up * whole:
                break
            largest[total - k] = max(largest[total - k], k)
    return largest


def _worst(region: Sequence[int], n1: int, n2: int) -> float:
    """Give the largest chance of a region over all common true rates."""

    def chance(rate: float) -> float:
        return _chance(region, n1, n2, rate, rate)

    values = [chance(i / _GRID) for i in range(_GRID + 1)]
    best = max(values)
    peaks = [
        i
        for i in range(1, _GRID)
        if values[i] >= max(values[i - 1], values[i + 1]) and values[i] > 0.9 * best
    ]
    for i in peaks:
        best = max(best, _summit(chance, (i - 1) / _GRID, (i + 1) / _GRID))
    return min(1.0, best)


def _summit(function: Function, low: float, high: float) -> float:
    """Find the largest value of a function with one summit, by golden section."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(_NARROWINGS):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
    return max(at_left, at_right)


def _chance(region: Sequence[int], n1: int, n2: int, was: float, now: float) -> float:
    after = [0.0]
    for each in binomial_pmf(n2, now):
        after.append(after[-1] + each)
    before = binomial_pmf(n1, was)
    return math.fsum(p * after[k + 1] for p, k in zip(before, region, strict=True) if k >= 0)


def fisher_power(n_before: int, n_after: int, was: float, now: float, alpha: float = 0.05) -> float:
    """Give the chance that Fisher's one-sided test sees an improvement between two true rates."""
    region = _region(n_before, n_after, _Share(round(alpha * _BILLION), _BILLION))
    return _chance(region, n_before, n_after, was, now)


@lru_cache(maxsize=256)
def boschloo_power(
    n_before: int, n_after: int, was: float, now: float, alpha: float = 0.05
) -> float | None:
    """Give the chance that Boschloo's one-sided test sees it; None above `BOSCHLOO_CAP`."""
    if not n_before or not n_after or n_before * n_after > BOSCHLOO_CAP:
        return None
    # Equal chances differ by less than a float can tell apart in no table of this size.
    levels = sorted(
        (
            _fisher_exact(Counts(x1, n_before), Counts(x2, n_after))
            for x1 in range(n_before + 1)
            for x2 in range(n_after + 1)
        ),
        key=lambda share: share.value,
    )
    low, high = -1, len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _worst(_region(n_before, n_after, levels[middle]), n_before, n_after) <= alpha:
            low = middle
        else:
            high = middle - 1
    if low < 0:
        return 0.0
    return _chance(_region(n_before, n_after, levels[low]), n_before, n_after, was, now)


@lru_cache(maxsize=256)
def units_to_see(
    was: float, now: float, power: float = 0.8, alpha: float = 0.05, most: int = 400
) -> int | None:
    """Give the smallest equal batch size at which Fisher's one-sided test has a power.

    Power rises with small falls between, so the smallest size is searched from below once a
    doubling has found a size that does. None when `most` units a batch are not enough.
    """
    if now >= was:
        return None
    enough = 2
    while fisher_power(enough, enough, was, now, alpha) < power:
        enough *= 2
        if enough > most:
            return None
    low, high = enough // 2, enough
    while high - low > 8:
        middle = (low + high) // 2
        if fisher_power(middle, middle, was, now, alpha) >= power:
            high = middle
        else:
            low = middle
    for n in range(max(2, low - 8), high + 1):
        if fisher_power(n, n, was, now, alpha) >= power:
            return n
    return high


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p values of modes that were named in advance, in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return tuple(adjusted)


@lru_cache(maxsize=256)
def chance_better(before: Counts, after: Counts) -> float | None:
    """Give the posterior chance that the second process is better (Jeffreys priors).

    The mean over evenly spread quantiles of the first; None with an empty batch.
    """
    if not before.inspected or not after.inspected:
        return None
    a, b = before.rejects + 0.5, before.inspected - before.rejects + 0.5
    c, d = after.rejects + 0.5, after.inspected - after.rejects + 0.5
    steps = 200
    middles = ((i + 0.5) / steps for i in range(steps))
    return math.fsum(beta_cdf(beta_inverse(p, a, b), c, d) for p in middles) / steps
