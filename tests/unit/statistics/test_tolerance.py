"""The factor of a one-sided tolerance bound, for few values and much confidence, too."""

import math

import pytest
from scipy.stats import nct, norm

from signoff_ledger.statistics.measured_bars import tolerance_factor
from signoff_ledger.statistics.special import noncentral_t_cdf

NATRELLA = {
    (2, 0.90, 0.95): 20.581,
    (2, 0.95, 0.95): 26.260,
    (2, 0.99, 0.95): 37.094,
    (2, 0.90, 0.99): 103.029,
    (2, 0.95, 0.99): 131.426,
    (2, 0.99, 0.99): 185.617,
    (3, 0.95, 0.95): 7.656,
    (10, 0.95, 0.95): 2.911,
    (20, 0.95, 0.95): 2.396,
}
"""Factors as published (Natrella 1963, table A-7), by values, coverage and confidence."""


@pytest.mark.parametrize(("n", "coverage", "confidence"), NATRELLA)
def test_a_factor_is_the_published_one(n: int, coverage: float, confidence: float) -> None:
    published = NATRELLA[n, coverage, confidence]

    assert pytest.approx(published, abs=0.0006) == tolerance_factor(n, coverage, confidence)


@pytest.mark.parametrize("n", [2, 3, 4, 7, 30, 200])
@pytest.mark.parametrize("coverage", [0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("confidence", [0.9, 0.99, 0.999])
def test_a_factor_is_that_of_another_program(n: int, coverage: float, confidence: float) -> None:
    root = math.sqrt(n)
    expected = nct.ppf(confidence, n - 1, norm.ppf(coverage) * root) / root

    assert pytest.approx(expected, rel=1e-8) == tolerance_factor(n, coverage, confidence)


@pytest.mark.parametrize("degrees", [1, 2, 3, 19, 999])
@pytest.mark.parametrize("shift", [-6, -1, 0, 0.3, 8, 30])
def test_the_noncentral_t_distribution_is_that_of_another_program(
    degrees: int, shift: float
) -> None:
    for t in (-50, -0.5, 0, 0.2, 4, 30, 5000):
        expected = nct.cdf(t, degrees, shift)
        if math.isnan(expected):  # the other program gives up far out in the tail
            expected = 0

        assert pytest.approx(expected, abs=1e-10) == noncentral_t_cdf(t, degrees, shift)
