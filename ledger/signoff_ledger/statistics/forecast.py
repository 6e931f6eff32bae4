"""Bad units in the run: the beta-binomial forecast.

Posterior predictive with the Jeffreys prior (Brown, Cai & DasGupta 2001; Gelman et al., Bayesian
Data Analysis, 2.4). It assumes that the run is made by the same process, and it is about units
still to be made: the pilot units count only if they ship.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from signoff_ledger.statistics.count_distributions import check_counts
from signoff_ledger.statistics.special import beta_inverse, log_beta

JEFFREYS = (0.5, 0.5)

LARGEST_EXACT = 50_000
"""Runs above this are forecast by the posterior's own quantiles; the units add nothing there."""


class Forecast(NamedTuple):
    """Bad units in a run of `run` units still to be made."""

    run: int  #: Units still to be made.
    mean: float  #: Expected bad units.
    median: int  #: As many, or fewer, in half of such forecasts.
    central_90: tuple[int, int]  #: Range of nine in ten forecasts.
    central_95: tuple[int, int]  #: Range of nineteen in twenty.
    upper_95: int  #: As many, or fewer, in nineteen of twenty forecasts.


class BetaBinomial:
    """The number of bad units in a run, given what a batch showed."""

    def __init__(
        self, rejects: int, inspected: int, run: int, prior: tuple[float, float] = JEFFREYS
    ) -> None:
        """Prepare the forecast.

        Args:
            rejects: Rejects in the batch.
            inspected: Units inspected in it.
            run: Units still to be made.
            prior: Shapes of the beta prior.

        Raises:
            ValueError: The counts cannot be, or the run is negative.
        """
        check_counts(rejects, inspected)
        if run < 0:
            raise ValueError(f"a run of {run} units cannot be made")
        self.run = run
        self._a = rejects + prior[0]
        self._b = inspected - rejects + prior[1]
        self._cumulative = self._sum() if run <= LARGEST_EXACT else None

    def _sum(self) -> list[float]:
        """Add up the chances of 0, 1 ... bad units, in logarithms against under- and overflow."""
        a, b, m = self._a, self._b, self.run
        logs = [log_beta(a, b + m) - log_beta(a, b)]
        for k in range(m):
            ratio = (m - k) * (k + a) / ((k + 1) * (m - k - 1 + b))
            logs.append(logs[-1] + math.log(ratio))
        chances = [math.exp(each) for each in logs]
        whole = math.fsum(chances)
        return [min(1.0, each / whole) for each in accumulate(chances)]

    @property
    def mean(self) -> float:
        """Expected bad units."""
        return self.run * self._a / (self._a + self._b)

    def at_most(self, bad: int) -> float:
        """Give the chance of at most `bad` bad units.

        Raises:
            ValueError: The run is longer than `LARGEST_EXACT`.
        """
        if self._cumulative is None:
            raise ValueError(f"a run above {LARGEST_EXACT} units is forecast by its rate alone")
        if bad < 0:
            return 0.0
        return self._cumulative[min(bad, self.run)] if bad < self.run else 1.0

    def quantile(self, chance: float) -> int:
        """Give the smallest number of bad units that is not exceeded with a chance."""
        if self._cumulative is None:
            return math.ceil(self.run * beta_inverse(chance, self._a, self._b))
        return min(bisect_left(self._cumulative, chance), self.run)


def forecast(
    rejects: int, inspected: int, run: int, prior: tuple[float, float] = JEFFREYS
) -> Forecast | None:
    """Forecast the bad units of a run; None when nothing was inspected."""
    check_counts(rejects, inspected)
    if inspected == 0:
        return None
    bad = BetaBinomial(rejects, inspected, run, prior)
    return Forecast(
        run=run,
        mean=bad.mean,
        median=bad.quantile(0.5),
        central_90=(bad.quantile(0.05), bad.quantile(0.95)),
        central_95=(bad.quantile(0.025), bad.quantile(0.975)),
        upper_95=bad.quantile(0.95),
    )


class ForecastDifference(NamedTuple):
    """Bad units that a run is spared: by one forecast less another."""

    mean: float
    central_90: tuple[int, int]


def forecast_saving(
    before: tuple[int, int], after: tuple[int, int], run: int, prior: tuple[float, float] = JEFFREYS
) -> ForecastDifference | None:
    """Forecast how many fewer bad units a run has after a fix than it would have had before.

    Args:
        before: Rejects and inspected units before.
        after: Rejects and inspected units after.
        run: Units in the run, at most `LARGEST_EXACT`.
        prior: Shapes of the beta prior, for both.

    Returns:
        None when either batch has no inspected unit or the run is longer.
    """
    if not before[1] or not after[1] or run > LARGEST_EXACT:
        return None
    was, is_now = BetaBinomial(*before, run, prior), BetaBinomial(*after, run, prior)
    # P(was - now <= d) is the sum over was of P(was) P(now >= was - d).
    chances = [was.at_most(k) - was.at_most(k - 1) for k in range(run + 1)]

    def at_most(difference: int) -> float:
        return math.fsum(
            chance * (1 - is_now.at_most(k - difference - 1)) for k, chance in enumerate(chances)
        )

    def quantile(chance: float) -> int:
        low, high = -run, run
        while low < high:
            middle = (low + high) // 2
            if at_most(middle) >= chance:
                high = middle
            else:
                low = middle + 1
        return low

    return ForecastDifference(was.mean - is_now.mean, (quantile(0.05), quantile(0.95)))
