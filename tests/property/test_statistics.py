"""The statistics against scipy, which is a program by other people, over random inputs."""

import pytest
import scipy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from signoff_ledger.statistics import (
    count_distributions,
    forecast,
    measured_bars,
    nonconformities_per_unit,
    operating_characteristic,
    proportion,
    special,
    two_batches,
)

TIGHT = 1e-9
CONFIDENCES = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])


@st.composite
def counts(draw: st.DrawFn, most: int = 5_000) -> tuple[int, int]:
    inspected = draw(st.integers(1, most))
    return draw(st.integers(0, inspected)), inspected


def close(expected: float) -> object:
    return pytest.approx(expected, rel=TIGHT, abs=1e-300)


@given(counts(), CONFIDENCES)
@settings(deadline=None, max_examples=300)
def test_bounds_of_a_rate_agree(pair: tuple[int, int], confidence: float) -> None:
    x, n = pair
    each = (1 - confidence) / 2
    found = proportion.clopper_pearson(x, n, confidence)

    assert found is not None
    assert close(scipy.special.betaincinv(x, n - x + 1, each) if x else 0.0) == found.lower
    assert close(scipy.special.betaincinv(x + 1, n - x, 1 - each) if x < n else 1.0) == found.upper
    one_sided = scipy.special.betaincinv(x + 1, n - x, confidence) if x < n else 1.0
    assert close(one_sided) == proportion.upper_bound(x, n, confidence)
    least = scipy.special.betaincinv(x, n - x + 1, 1 - confidence) if x else 0.0
    assert close(least) == proportion.lower_bound(x, n, confidence)


@given(counts(), CONFIDENCES)
@settings(deadline=None)
def test_wilsons_interval_agrees(pair: tuple[int, int], confidence: float) -> None:
    found = proportion.wilson(*pair, confidence)
    other = scipy.stats.binomtest(*pair).proportion_ci(confidence, method="wilson")

    assert found is not None
    assert pytest.approx(other.low, rel=TIGHT, abs=1e-12) == found.lower
    assert pytest.approx(other.high, rel=TIGHT, abs=1e-12) == found.upper


@given(counts(), st.floats(0.0005, 0.9995))
@settings(deadline=None)
def test_chances_of_counts_agree(pair: tuple[int, int], rate: float) -> None:
    x, n = pair
    assert pytest.approx(scipy.stats.binom.cdf(x, n, rate), rel=1e-8, abs=1e-12) == (
        count_distributions.binomial_cdf(x, n, rate)
    )
    assert pytest.approx(scipy.stats.poisson.cdf(x, n * rate), rel=1e-8, abs=1e-12) == (
        count_distributions.poisson_cdf(x, n * rate)
    )


@given(st.integers(1, 400), st.data())
@settings(deadline=None)
def test_chances_in_a_lot_agree(lot: int, data: st.DataObject) -> None:
    bad, units = (data.draw(st.integers(0, lot)) for _ in range(2))
    most = data.draw(st.integers(0, lot))
    expected = scipy.stats.hypergeom.cdf(most, lot, bad, units)

    assert pytest.approx(expected, rel=1e-8, abs=1e-12) == (
        count_distributions.hypergeometric_cdf(most, lot, bad, units)
    )


@given(st.integers(2, 5_000), st.data())
@settings(deadline=None)
def test_the_accepted_rate_is_the_inverse_of_the_curve(units: int, data: st.DataObject) -> None:
    most = data.draw(st.integers(0, units - 1))
    chance = data.draw(st.sampled_from([0.05, 0.1, 0.5, 0.9, 0.95]))

    rate = operating_characteristic.rate_accepted(units, most, chance)

    assert close(1 - scipy.special.betaincinv(units - most, most + 1, chance)) == rate or (
        pytest.approx(scipy.special.betaincinv(most + 1, units - most, 1 - chance), rel=TIGHT)
        == rate
    )
    assert pytest.approx(chance, rel=1e-7) == (
        operating_characteristic.chance_accepted(units, most, rate)
    )


@given(st.integers(0, 5_000), st.integers(1, 5_000), CONFIDENCES)
@settings(deadline=None)
def test_bounds_of_marks_per_unit_agree(marks: int, units: int, confidence: float) -> None:
    found = nonconformities_per_unit.nonconformity_rate(marks, units, confidence)
    each = (1 - confidence) / 2

    assert found is not None
    lower = scipy.special.gammaincinv(marks, each) / units if marks else 0.0
    assert close(lower) == found.interval[0]
    assert close(scipy.special.gammaincinv(marks + 1, 1 - each) / units) == found.interval[1]
    assert close(scipy.special.gammaincinv(marks + 1, confidence) / units) == found.upper_one_sided


@given(counts(200), st.integers(0, 2_000))
@settings(deadline=None, max_examples=60)
def test_forecasts_agree(pair: tuple[int, int], run: int) -> None:
    x, n = pair
    other = scipy.stats.betabinom(run, x + 0.5, n - x + 0.5)
    bad = forecast.BetaBinomial(x, n, run)

    for k in {0, run // 20, run // 2, run}:
        assert pytest.approx(other.cdf(k), rel=1e-7, abs=1e-10) == bad.at_most(k)
    for chance in (0.05, 0.5, 0.95):
        k = bad.quantile(chance)
        assert other.cdf(k) >= chance - 1e-9
        assert k == 0 or other.cdf(k - 1) < chance + 1e-9


@given(counts(60), counts(60))
@settings(deadline=None, max_examples=60)
def test_two_batches_agree(before: tuple[int, int], after: tuple[int, int]) -> None:
    was, now = two_batches.Counts(*before), two_batches.Counts(*after)
    table = [
        [was.rejects, was.inspected - was.rejects],
        [now.rejects, now.inspected - now.rejects],
    ]

    assert close(scipy.stats.fisher_exact(table, "greater").pvalue) == two_batches.fisher(was, now)
    assert pytest.approx(scipy.stats.fisher_exact(table).pvalue, rel=1e-7) == (
        two_batches.fisher_two_sided(was, now)
    )


@given(counts(25), counts(25))
@settings(deadline=None, max_examples=25)
def test_boschloo_agrees(before: tuple[int, int], after: tuple[int, int]) -> None:
    was, now = two_batches.Counts(*before), two_batches.Counts(*after)
    assume(0 < was.rejects + now.rejects < was.inspected + now.inspected)
    columns = [
        [was.rejects, now.rejects],
        [was.inspected - was.rejects, now.inspected - now.rejects],
    ]

    found = two_batches.boschloo(was, now)
    other = scipy.stats.boschloo_exact(columns, "greater", n=64)

    assert found is not None
    assert pytest.approx(other.pvalue, abs=2e-3) == found
    assert found <= two_batches.fisher(was, now) + 1e-9


@given(st.integers(2, 300), st.floats(0.001, 0.999))
@settings(deadline=None)
def test_quantiles_agree(degrees: int, p: float) -> None:
    assert close(scipy.stats.norm.ppf(p)) == special.normal_inverse(p) or abs(p - 0.5) < 1e-6
    assert pytest.approx(scipy.stats.t.ppf(p, degrees), rel=1e-8, abs=1e-7) == (
        special.t_inverse(p, degrees)
    )
    assert close(scipy.stats.chi2.ppf(p, degrees)) == special.chi_square_inverse(p, degrees)


@given(st.integers(2, 200), st.sampled_from([0.8, 0.9, 0.95, 0.99]), CONFIDENCES)
@settings(deadline=None, max_examples=30)
def test_tolerance_factors_agree(n: int, coverage: float, confidence: float) -> None:
    """Two values say so little of a spread that the factor at 0.999 is compared by its meaning."""
    root = n**0.5
    shift = scipy.stats.norm.ppf(coverage) * root
    found = measured_bars.tolerance_factor(n, coverage, confidence)

    assert pytest.approx(confidence, abs=5e-6) == scipy.stats.nct.cdf(found * root, n - 1, shift)
    if (n, confidence) != (2, 0.999):
        expected = scipy.stats.nct.ppf(confidence, n - 1, shift) / root
        assert pytest.approx(expected, rel=1e-6) == found


@given(st.lists(st.integers(0, 30), min_size=2, max_size=40))
@settings(deadline=None)
def test_kendalls_tau_agrees(values: list[int]) -> None:
    assume(len(set(values)) > 1)

    expected = scipy.stats.kendalltau(range(len(values)), values).statistic

    assert pytest.approx(expected, abs=1e-12) == measured_bars.kendall_tau([*map(float, values)])
