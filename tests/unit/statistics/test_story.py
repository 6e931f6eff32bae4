"""The figures of the lid that did not seat, 5 of 20 and then 1 of 20, as they were published."""

import pytest

from signoff_ledger.statistics import (
    forecast,
    measured_bars,
    operating_characteristic,
    proportion,
    sample_size,
    two_batches,
)

FIRST = two_batches.Counts(5, 20)
SECOND = two_batches.Counts(1, 20)


def near(value: float, absolute: float = 5e-5) -> object:
    return pytest.approx(value, abs=absolute, rel=0)


def test_five_of_twenty_fit_any_rate_from_9_to_49_percent() -> None:
    assert [near(0.0866), near(0.4910)] == list(proportion.clopper_pearson(5, 20) or ())
    assert [near(0.112, 5e-4), near(0.469, 5e-4)] == list(proportion.wilson(5, 20) or ())


def test_one_of_twenty_fits_any_rate_from_0_1_to_25_percent() -> None:
    assert [near(0.0013), near(0.2487)] == list(proportion.clopper_pearson(1, 20) or ())
    assert [near(0.009, 5e-4), near(0.236, 5e-4)] == list(proportion.wilson(1, 20) or ())
    assert near(0.216, 5e-4) == proportion.upper_bound(1, 20)
    assert near(0.43, 5e-3) == proportion.chance_at_most(1, 20, 0.05)
    assert near(0.76, 5e-3) == proportion.chance_at_most(1, 20, 0.10)


@pytest.mark.parametrize(
    ("rate", "accepted"),
    [(0.01, 0.983), (0.05, 0.736), (0.10, 0.392), (0.15, 0.176), (0.25, 0.0243)],
)
def test_the_bar_passes_each_rate_as_often_as_published(rate: float, accepted: float) -> None:
    """S-33: what the number lets through is known before it is agreed."""
    assert near(accepted, 5e-4) == operating_characteristic.chance_accepted(20, 1, rate)


@pytest.mark.parametrize(("chance", "rate"), [(0.95, 0.018), (0.5, 0.0825), (0.1, 0.181)])
def test_the_bars_named_points_are_the_published_ones(chance: float, rate: float) -> None:
    assert near(rate, 5e-4) == operating_characteristic.rate_accepted(20, 1, chance)


@pytest.mark.parametrize(
    ("rate", "once", "twice", "thrice"),
    [
        (0.05, 0.74, 0.93, 0.98),
        (0.10, 0.39, 0.63, 0.775),
        (0.15, 0.18, 0.32, 0.44),
        (0.25, 0.024, 0.048, 0.071),
    ],
)
def test_trying_again_passes_more_often(
    rate: float, once: float, twice: float, thrice: float
) -> None:
    accepted = operating_characteristic.chance_accepted(20, 1, rate)
    tries = [operating_characteristic.passes_once(accepted, k) for k in (1, 2, 3)]

    assert [near(once, 5e-3), near(twice, 5e-3), near(thrice, 5e-3)] == tries


def test_the_fixes_are_not_shown_to_hold_at_5_percent() -> None:
    effect = two_batches.compare(FIRST, SECOND)

    assert effect is not None
    assert near(0.0909) == effect.fisher_one_sided
    assert near(0.1818) == effect.fisher_two_sided
    assert near(0.0524) == effect.boschloo_one_sided
    assert near(0.1047) == effect.boschloo_two_sided
    assert near(0.2) == effect.difference
    assert [near(-0.032, 5e-4), near(0.423, 5e-4)] == list(effect.newcombe_95)
    assert effect.comparable
    assert near(0.965, 5e-3) == two_batches.chance_better(FIRST, SECOND)


@pytest.mark.parametrize(("before", "p"), [(3, 0.115), (2, 0.244)])
def test_neither_mode_is_shown_to_be_gone(before: int, p: float) -> None:
    fisher = two_batches.fisher(two_batches.Counts(before, 20), two_batches.Counts(0, 20))

    assert near(p, 5e-4) == fisher


def test_twenty_units_could_seldom_have_shown_it() -> None:
    assert near(0.38, 5e-3) == two_batches.fisher_power(20, 20, 0.25, 0.05)
    assert near(0.47, 5e-3) == two_batches.boschloo_power(20, 20, 0.25, 0.05)
    assert near(0.59, 5e-3) == two_batches.fisher_power(20, 40, 0.25, 0.05)
    assert near(0.64, 5e-3) == two_batches.boschloo_power(20, 40, 0.25, 0.05)
    assert 45 == two_batches.units_to_see(0.25, 0.05)


def test_the_run_of_a_thousand_is_forecast() -> None:
    """S-56: gross from the first batch, net of what the second still shows."""
    after = forecast.forecast(1, 20, 1000)
    spared = forecast.forecast_saving((5, 20), (1, 20), 1000)

    assert after is not None
    assert (71, 58, (8, 181), (5, 212)) == (
        int(after.mean),
        after.median,
        after.central_90,
        after.central_95,
    )
    assert spared is not None
    assert near(190, 1) == spared.mean
    assert (16, 376) == spared.central_90


@pytest.mark.parametrize(
    ("rate", "confidence", "units"),
    [
        (0.05, 0.95, (59, 93, 124, 153)),
        (0.10, 0.90, (22, 38, 52)),
        (0.10, 0.95, (29, 46, 61)),
        (0.01, 0.95, (299,)),
        (0.5, 0.5, (1,)),
    ],
)
def test_to_show_a_rate_takes_this_many_units(
    rate: float, confidence: float, units: tuple[int, ...]
) -> None:
    needed = tuple(
        sample_size.units_to_show(rate, confidence, allowed) for allowed in range(len(units))
    )

    assert units == needed


def test_the_tolerance_factors_are_the_published_ones() -> None:
    factors = [measured_bars.tolerance_factor(n, 0.95, 0.95) for n in (20, 10, 5)]

    assert [near(2.396, 5e-4), near(2.911, 5e-4), near(4.203, 5e-4)] == factors
    assert near(0.861, 5e-4) == measured_bars.share_within_extreme(20)
