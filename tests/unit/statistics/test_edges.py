"""What the statistics answer where there is little or nothing to answer from."""

import math

import pytest

from signoff_ledger.statistics import (
    capability,
    control_chart,
    count_distributions,
    forecast,
    measured_bars,
    mil_std_105e,
    nonconformities_per_unit,
    operating_characteristic,
    pareto,
    proportion,
    sample_size,
    special,
    two_batches,
)

NOTHING = two_batches.Counts(0, 0)
CLEAN = two_batches.Counts(0, 20)
SPOILT = two_batches.Counts(20, 20)


def test_no_unit_inspected_gives_no_interval_and_no_verdict() -> None:
    """S-17: no evidence is not a rate of zero."""
    assert proportion.clopper_pearson(0, 0) is None
    assert proportion.upper_bound(0, 0) is None
    assert proportion.lower_bound(0, 0) is None
    assert proportion.wilson(0, 0) is None
    assert proportion.RateEvidence.OPEN is proportion.evidence_against(0, 0, 0.05)
    assert forecast.forecast(0, 0, 1000) is None
    assert forecast.forecast_saving((0, 0), (1, 20), 1000) is None
    assert two_batches.compare(NOTHING, CLEAN) is None
    assert two_batches.boschloo(NOTHING, CLEAN) is None
    assert two_batches.boschloo_power(0, 20, 0.2, 0.1) is None
    assert two_batches.chance_better(NOTHING, CLEAN) is None
    assert two_batches.newcombe(CLEAN, NOTHING) is None
    assert nonconformities_per_unit.nonconformity_rate(0, 0) is None
    assert nonconformities_per_unit.rate_ratio((1, 0), (1, 20)) is None
    assert measured_bars.spread([]) is None
    assert measured_bars.measured_bar([], 6) is None
    assert control_chart.individuals([]) is None


def test_no_reject_still_fits_up_to_14_percent() -> None:
    assert 0.0 == proportion.lower_bound(0, 20)
    assert pytest.approx(0.1391, abs=5e-5) == proportion.upper_bound(0, 20)
    assert pytest.approx((0.0, 0.1684), abs=5e-5) == proportion.clopper_pearson(0, 20)


def test_nothing_but_rejects_leaves_the_upper_end_open() -> None:
    assert 1.0 == proportion.upper_bound(20, 20)
    assert pytest.approx((0.8316, 1.0), abs=5e-5) == proportion.clopper_pearson(20, 20)
    assert 1.0 == proportion.wilson(20, 20)[1]  # type: ignore[index]


def test_one_good_unit_shows_at_most_95_percent() -> None:
    assert pytest.approx(0.95) == proportion.upper_bound(0, 1)


@pytest.mark.parametrize(
    ("rejects", "inspected", "bar", "state"),
    [(0, 59, 0.05, "shown to meet"), (5, 20, 0.05, "shown to miss"), (1, 20, 0.05, "open")],
)
def test_evidence_has_three_states(rejects: int, inspected: int, bar: float, state: str) -> None:
    assert state == proportion.evidence_against(rejects, inspected, bar)


@pytest.mark.parametrize("counts", [(21, 20), (-1, 20)])
def test_counts_that_no_batch_can_have_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        proportion.upper_bound(*counts)


def test_nonconformities_on_units_do_not_become_rejects() -> None:
    """S-45: 193 marks on 100 computers are not 193 rejects, nor any other number of them."""
    with pytest.raises(ValueError, match="193 rejects of 100 inspected units cannot be"):
        proportion.clopper_pearson(193, 100)


def test_negative_counts_of_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        nonconformities_per_unit.nonconformity_rate(-1, 20)
    with pytest.raises(ValueError, match="negative"):
        nonconformities_per_unit.rate_ratio((-1, 20), (0, 20))


def test_no_marks_before_and_after_have_no_ratio() -> None:
    assert (None, None, 1.0, 1.0) == nonconformities_per_unit.rate_ratio((0, 20), (0, 20))


def test_no_marks_after_leave_the_ratio_unbounded() -> None:
    found = nonconformities_per_unit.rate_ratio((7, 20), (0, 20))

    assert found is not None
    assert found.ratio is None
    assert found.interval is not None
    assert math.inf == found.interval[1]


@pytest.mark.parametrize("both", [CLEAN, SPOILT])
def test_equal_batches_without_contrast_have_nothing_to_compare(both: two_batches.Counts) -> None:
    effect = two_batches.compare(both, both)

    assert effect is not None
    assert not effect.comparable
    assert (1.0, 1.0, 1.0, 1.0) == (
        effect.fisher_one_sided,
        effect.fisher_two_sided,
        effect.boschloo_one_sided,
        effect.boschloo_two_sided,
    )


def test_above_the_cap_fisher_stands_alone() -> None:
    effect = two_batches.compare(two_batches.Counts(10, 100), two_batches.Counts(1, 100))

    assert effect is not None
    assert effect.boschloo_one_sided is None
    assert effect.boschloo_two_sided is None
    assert effect.fisher_one_sided < 0.01
    assert two_batches.boschloo_power(100, 100, 0.1, 0.01) is None


def test_power_that_no_size_reaches_is_said_so() -> None:
    assert two_batches.units_to_see(0.05, 0.25) is None
    assert two_batches.units_to_see(0.05, 0.049) is None
    assert 0.0 == two_batches.boschloo_power(1, 1, 0.5, 0.1)


def test_holm_keeps_the_order_and_stays_below_one() -> None:
    assert pytest.approx((0.03, 1.0, 1.0)) == two_batches.holm([0.01, 0.9, 0.6])
    assert () == two_batches.holm([])


def test_a_single_value_has_no_deviation() -> None:
    found = measured_bars.measured_bar([5.0], 6)

    assert found is not None
    assert found.spread.sd is None
    assert found.mean_bound is None
    assert found.tolerance_bound is None
    assert found.kendall_tau is None
    assert capability.capability(1, 5.0, None, usl=6) is None


def test_a_rounded_stopwatch_shows_no_capability() -> None:
    found = measured_bars.measured_bar([6.0] * 20, 6)

    assert found is not None
    assert 0.0 == found.spread.sd
    assert found.tolerance_k is None
    assert found.kendall_tau is None
    assert capability.capability(20, 6.0, 0.0, usl=6) is None


def test_without_a_limit_there_is_no_capability() -> None:
    assert capability.capability(20, 6.0, 1.0) is None


def test_with_one_limit_there_is_no_pp_and_the_bound_is_exact() -> None:
    found = capability.capability(20, 5.4, 0.35, usl=6)

    assert found is not None
    assert found.pp is None
    assert found.pp_interval is None
    assert found.ppl is None
    assert found.ppk_lower_one_limit == found.ppk_lower


def test_a_mean_beyond_the_limit_has_a_negative_capability_with_ordered_bounds() -> None:
    found = capability.capability(20, 7.0, 0.35, lsl=5, usl=6)

    assert found is not None
    assert found.ppk < 0
    low, high = found.ppk_interval_bissell
    assert low < found.ppk < high
    assert found.ppk_lower_one_limit < found.ppk


def test_too_few_values_or_no_spread_give_a_run_without_limits() -> None:
    assert control_chart.individuals([1, 2, 3]) == (2, None, None, None, 1, None, ())
    equal = control_chart.individuals([4.0] * 12)
    assert equal is not None
    assert equal.upper is None
    one = control_chart.individuals([4.0])
    assert one is not None
    assert one.range_mean is None


def test_a_lower_limit_is_bounded_from_below() -> None:
    found = measured_bars.measured_bar([5.0, 6.0, 7.0], 4, upper=False)

    assert found is not None
    assert found.mean_bound is not None
    assert found.mean_bound < 6
    assert 5.0 == found.extreme


@pytest.mark.parametrize(("n", "sides"), [(1, 1), (20, 3)])
def test_no_tolerance_factor_without_two_values_or_a_known_side(n: int, sides: int) -> None:
    with pytest.raises(ValueError, match="no tolerance factor"):
        measured_bars.tolerance_factor(n, 0.95, 0.95, sides)


def test_extremes_need_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        measured_bars.share_within_extreme(0)


def test_an_empty_run_has_no_bad_unit() -> None:
    assert (0, 0.0, 0, (0, 0), (0, 0), 0) == forecast.forecast(1, 20, 0)


def test_a_run_after_nothing_but_rejects_is_forecast() -> None:
    found = forecast.forecast(20, 20, 1000)

    assert found is not None
    assert 1000 == found.upper_95
    assert found.central_90[0] > 850


def test_a_run_beyond_counting_is_forecast_by_its_rate() -> None:
    found = forecast.forecast(1, 20, 1_000_000)
    exact = forecast.forecast(1, 20, forecast.LARGEST_EXACT)

    assert found is not None
    assert exact is not None
    assert pytest.approx(found.upper_95 / 1_000_000, rel=2e-3) == (
        exact.upper_95 / forecast.LARGEST_EXACT
    )
    with pytest.raises(ValueError, match="forecast by its rate"):
        forecast.BetaBinomial(1, 20, 1_000_000).at_most(3)
    assert forecast.forecast_saving((5, 20), (1, 20), 1_000_000) is None


def test_chances_outside_the_run_are_certain() -> None:
    bad = forecast.BetaBinomial(1, 20, 10)

    assert (0.0, 1.0, 1.0) == (bad.at_most(-1), bad.at_most(10), bad.at_most(99))
    with pytest.raises(ValueError, match="cannot be made"):
        forecast.BetaBinomial(1, 20, -1)


def test_the_lot_that_breaks_a_claim_has_one_bad_unit_more() -> None:
    assert 26 == sample_size.smallest_breaking(0.05, 500)
    assert sample_size.units_to_show_in_lot(0.99, 0.95, 10, 10) is None
    assert sample_size.units_to_show_in_lot(0.999999, 0.95, 10) == 1
    assert sample_size.units_to_show_in_lot(0.05, 0.95, 20, rejects=3) is None


def test_claims_that_nothing_can_show_are_refused() -> None:
    for rate, confidence, rejects in ((0, 0.95, 0), (0.05, 1, 0), (0.05, 0.95, -1)):
        with pytest.raises(ValueError, match="is no claim"):
            sample_size.units_to_show(rate, confidence, rejects)
    assert sample_size.units_to_show(1e-9, 0.95) is None


def test_what_is_no_bar_and_no_rate_is_refused() -> None:
    chance = operating_characteristic.chance_accepted
    with pytest.raises(ValueError, match="is no bar"):
        chance(0, 0, 0.1)
    with pytest.raises(ValueError, match="is not a rate"):
        chance(20, 1, 1.1)
    with pytest.raises(ValueError, match="size of the lot"):
        chance(20, 1, 0.1, model=operating_characteristic.Model.HYPERGEOMETRIC)
    with pytest.raises(ValueError, match="no attempt"):
        operating_characteristic.passes_once(0.5, 0)
    assert 1.0 == operating_characteristic.rate_accepted(5, 5, 0.1)


def test_the_curve_falls_from_one() -> None:
    points = operating_characteristic.curve(20, 1)

    assert (0.0, 1.0) == points[0]
    assert [p.accepted for p in points] == sorted((p.accepted for p in points), reverse=True)


def test_distributions_are_certain_at_their_ends() -> None:
    assert 0.0 == count_distributions.binomial_cdf(-1, 20, 0.1)
    assert 1.0 == count_distributions.binomial_cdf(20, 20, 0.1)
    assert 1.0 == count_distributions.binomial_cdf(0, 20, 0.0)
    assert 0.0 == count_distributions.binomial_cdf(0, 20, 1.0)
    assert [0.0, 0.0, 1.0] == count_distributions.binomial_pmf(2, 1.0)
    assert 0.0 == count_distributions.poisson_cdf(-1, 2.0)
    assert 0.0 == count_distributions.hypergeometric_cdf(0, 10, 8, 5)
    assert 1.0 == count_distributions.hypergeometric_cdf(5, 10, 8, 5)
    with pytest.raises(ValueError, match="do not fit"):
        count_distributions.hypergeometric_cdf(0, 10, 11, 5)
    assert (0.0, 1.0) == (special.beta_cdf(-1, 2, 3), special.beta_cdf(2, 2, 3))
    assert 0.0 == special.gamma_cdf(0, 2)
    assert (0.0, 1.0, 0.0) == (
        special.beta_inverse(0, 2, 3),
        special.beta_inverse(1, 2, 3),
        special.gamma_inverse(0, 3),
    )


@pytest.mark.parametrize(
    "inverse",
    [
        lambda p: special.gamma_inverse(p, 2),
        special.normal_inverse,
        lambda p: special.t_inverse(p, 3),
    ],
    ids=["gamma", "normal", "student"],
)
def test_distributions_without_a_largest_value_say_so(inverse: object) -> None:
    assert callable(inverse)
    for p in (1, 1.5):
        with pytest.raises(ValueError, match=r"no largest|no smallest and no|not a probability"):
            inverse(p)


def test_the_spread_of_one_degree_starts_at_none() -> None:
    assert pytest.approx(0.5, abs=1e-12) == special.noncentral_t_cdf(0.0, 1, 0.0)


def test_modes_that_never_occurred_are_left_out_and_ties_keep_their_names_order() -> None:
    bars = pareto.pareto({"CHIP": 2, "LID": 3, "NONE": 0, "BEND": 2})

    assert ["LID", "BEND", "CHIP"] == [bar.mode for bar in bars]
    assert 1.0 == bars[-1].cumulative
    assert () == pareto.pareto({})


@pytest.mark.parametrize(
    ("lot", "level", "aql", "said"),
    [
        (1, "II", "2.5", "no plan for a lot of 1"),
        (1000, "IV", "2.5", "is not a level"),
        (1000, "II", "2.4", "is not an AQL"),
        (1000, "II", "much", "is not an AQL"),
    ],
)
def test_what_the_standard_has_no_plan_for_is_refused(
    lot: int, level: str, aql: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        mil_std_105e.plan(lot, level, aql)


def test_a_letter_that_the_standard_leaves_out_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a code letter"):
        mil_std_105e.cell("I", "2.5")


@pytest.mark.parametrize(
    ("lot", "aql", "inspection", "expected"),
    [
        (1000, "2.5", "normal", ("J", 80, 5, 6)),
        (1000, "2.5", "tightened", ("J", 80, 3, 4)),
        (2000, "1.0", "reduced", ("K", 50, 1, 4)),
        (15, "0.65", "normal", ("B", 15, 0, 1)),
        (100, "1", "normal", ("F", 13, 0, 1)),
        (20, "6.5", "normal", ("C", 8, 1, 2)),
        (8, "10", "tightened", ("A", 8, 1, 2)),
        (600_000, "0.015", "normal", ("Q", 800, 0, 1)),
    ],
)
def test_a_plan_is_named_as_the_standard_names_it(
    lot: int, aql: str, inspection: str, expected: tuple[str, int, int, int]
) -> None:
    found = mil_std_105e.plan(lot, "II", aql, mil_std_105e.Inspection(inspection))

    assert expected == (found.code_letter, found.units, found.max_rejects, found.reject_from)
    assert found.inspect_all == (found.table_units >= lot)
