"""Capability: Pp and Ppk with their bounds, from the overall standard deviation.

Ppk and not Cpk: without rational subgroups the "within" deviation from moving ranges flatters. Pp
has the chi-square interval (NIST/SEMATECH e-Handbook 6.1.6); with one limit the lower bound of Ppk
is exact by the noncentral t (Owen 1968; Kotz & Johnson, Process Capability Indices, 1993); with two
it is Bissell's, Applied Statistics 39 (1990) 331-340, in its additive form, because the product
form turns its ends round when Ppk is negative. No parts per million are derived: twenty units say
nothing about the tail.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from signoff_ledger.statistics.measured_bars import deviation_interval
from signoff_ledger.statistics.special import noncentral_t_cdf, normal_cdf, normal_inverse, solve


class Capability(NamedTuple):
    """Capability of one measured characteristic."""

    pp: float | None  #: (USL - LSL) / 6 s; None with one limit.
    ppu: float | None  #: (USL - mean) / 3 s; None without an upper limit.
    ppl: float | None  #: (mean - LSL) / 3 s; None without a lower limit.
    ppk: float  #: The smaller of the two; may be negative.
    pp_interval: tuple[float, float] | None  #: Two-sided, for Pp; None with one limit.
    ppk_lower_bissell: float  #: One-sided lower bound, additive Bissell form.
    ppk_interval_bissell: tuple[float, float]  #: Two-sided, additive Bissell form.
    ppk_lower_one_limit: float  #: One-sided lower bound for the nearer limit alone, exact.
    ppk_lower: float  #: The bound to quote: exact with one limit, Bissell's with two.
    #: Share outside if the values were normal; a drawing aid, never a claim.
    outside_by_normal: float


def capability(
    n: int,
    mean: float,
    sd: float | None,
    *,
    lsl: float | None = None,
    usl: float | None = None,
    confidence: float = 0.95,
) -> Capability | None:
    """Give the capability against one limit or two.

    Args:
        n: Number of values.
        mean: Their mean.
        sd: Their standard deviation (n - 1).
        lsl: Lower specification limit.
        usl: Upper specification limit.
        confidence: Of each bound.

    Returns:
        None with fewer than two values, without a limit, or without spread: values that are all
        equal come from a rounded gauge, and their capability is not infinite but unknown.
    """
    if n < 2 or not sd or (lsl is None and usl is None):
        return None
    ppu = None if usl is None else (usl - mean) / (3 * sd)
    ppl = None if lsl is None else (mean - lsl) / (3 * sd)
    ppk = min(side for side in (ppu, ppl) if side is not None)
    pp = interval = None
    if usl is not None and lsl is not None:
        pp = (usl - lsl) / (6 * sd)
        low, high = deviation_interval(sd, n, confidence)
        interval = (pp * sd / high, pp * sd / low)
    error = math.sqrt(1 / (9 * n) + ppk * ppk / (2 * (n - 1)))
    bissell = ppk - normal_inverse(confidence) * error
    wide = normal_inverse((1 + confidence) / 2) * error
    exact = _lower_exact(ppk, n, confidence)
    outside = sum(normal_cdf(-3 * side) for side in (ppu, ppl) if side is not None)
    return Capability(
        pp=pp,
        ppu=ppu,
        ppl=ppl,
        ppk=ppk,
        pp_interval=interval,
        ppk_lower_bissell=bissell,
        ppk_interval_bissell=(ppk - wide, ppk + wide),
        ppk_lower_one_limit=exact,
        ppk_lower=bissell if pp is not None else exact,
        outside_by_normal=outside,
    )


def _lower_exact(ppk: float, n: int, confidence: float) -> float:
    scale = 3 * math.sqrt(n)

    def beyond(true: float) -> float:
        return 1 - noncentral_t_cdf(scale * ppk, n - 1, scale * true)

    low, high = ppk - 1, ppk + 1
    while beyond(low) > 1 - confidence:
        low -= 1 + abs(low)
    while beyond(high) < 1 - confidence:
        high += 1 + abs(high)
    return solve(1 - confidence, beyond, low, high)
