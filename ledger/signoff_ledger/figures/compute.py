"""Making the figures of a case: counted by the domain, estimated by the statistics.

A pure function of the case, so that a replayed decision shows the same figures again.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from signoff_ledger.domain.batch_modes import modes_of
from signoff_ledger.domain.figures import (
    AttemptFigures,
    BarFigures,
    BuildTimeChange,
    BuildTimeFigures,
    Figures,
    OpenUnits,
    RateChance,
    RateFigures,
    RunFigures,
    SampleSize,
    SparedFigures,
)
from signoff_ledger.figures.fix_effect import fix_effect, inspected_of
from signoff_ledger.figures.number_format import estimate, maybe
from signoff_ledger.statistics.forecast import forecast, forecast_saving
from signoff_ledger.statistics.measured_bars import kendall_tau
from signoff_ledger.statistics.operating_characteristic import (
    CONSUMER,
    INDIFFERENT,
    PRODUCER,
    chance_accepted,
    passes_once,
    rate_accepted,
)
from signoff_ledger.statistics.proportion import (
    clopper_pearson,
    evidence_against,
    lower_bound,
    upper_bound,
    wilson,
)
from signoff_ledger.statistics.sample_size import units_to_show

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.figures import FixFigures
    from signoff_ledger.domain.plan import Price
    from signoff_ledger.domain.tally import Tally

CONFIDENCE = 0.95
RATES = (0.01, 0.05, 0.10, 0.15, 0.25)
"""True rates at which a bar is shown; 5, 10 and 25 % are named in its sentence."""

_NEEDED_WITH = (0, 1, 2, 3)
_CENT = Decimal("0.01")
_SECONDS_AN_HOUR = 3_600


def figures_of(case: Case) -> Figures | None:
    """Make the figures of the batch in question; None when there is none.

    Args:
        case: The case as it stood when the decision was taken.
    """
    batch, bar, count = case.batch, case.bar, case.tally
    if batch is None or bar is None or count is None:
        return None
    rejects, inspected = inspected_of(count)
    identity = batch.plan.identity
    fix = fix_effect(case)
    rate = bar.max_rejects / bar.units
    sizes = tuple(dict.fromkeys((identity.run_min, identity.run_max)))
    return Figures(
        attempts=_attempts(case, batch, bar),
        bar=bar_figures(bar),
        batch=batch.key,
        build_time=_build_time(case, batch, bar, count),
        currency=identity.price.currency if identity.price else None,
        fix=fix,
        needed=_needed(rate),
        open_units=_open_units(count, bar, rejects),
        rate=rate_figures(rejects, inspected, rate),
        recurrences=tuple(
            f.mode for f in modes_of(case) if f.is_recurrence and f.batch == batch.key
        ),
        runs=tuple(
            run for size in sizes if (run := _run(rejects, inspected, size, identity.price))
        ),
        spared=tuple(_spared(fix, size, identity.price) for size in sizes) if fix else (),
    )


def bar_figures(bar: Bar) -> BarFigures:
    """Say what a bar lets through."""
    n, most = bar.units, bar.max_rejects
    return BarFigures(
        accepted=_by_rate(lambda rate: chance_accepted(n, most, rate)),
        consumer_rate=estimate(rate_accepted(n, most, CONSUMER)),
        indifferent_rate=estimate(rate_accepted(n, most, INDIFFERENT)),
        max_rejects=most,
        producer_rate=estimate(rate_accepted(n, most, PRODUCER)),
        rate=estimate(most / n),
        units=n,
    )


def rate_figures(rejects: int, inspected: int, bar_rate: float) -> RateFigures:
    """Say what inspected units show about the reject rate."""
    interval = clopper_pearson(rejects, inspected, CONFIDENCE)
    score = wilson(rejects, inspected, CONFIDENCE)
    return RateFigures(
        at_least=maybe(lower_bound(rejects, inspected, CONFIDENCE)),
        at_most=maybe(upper_bound(rejects, inspected, CONFIDENCE)),
        confidence=estimate(CONFIDENCE),
        evidence=str(evidence_against(rejects, inspected, bar_rate, CONFIDENCE)),
        inspected=inspected,
        lower=maybe(interval and interval.lower),
        rejects=rejects,
        upper=maybe(interval and interval.upper),
        wilson_lower=maybe(score and score.lower),
        wilson_upper=maybe(score and score.upper),
    )


def _by_rate(chance: Callable[[float], float]) -> tuple[RateChance, ...]:
    return tuple(RateChance(chance=estimate(chance(r)), rate=estimate(r)) for r in RATES)


def _attempts(case: Case, batch: Batch, bar: Bar) -> AttemptFigures:
    tried = [*case.earlier, batch]
    same = sum(1 for b in tried if b.started.process_revision == batch.started.process_revision)
    n, most, times = bar.units, bar.max_rejects, len(tried)
    return AttemptFigures(
        batches=times,
        on_revision=same,
        passed_once=_by_rate(lambda rate: passes_once(chance_accepted(n, most, rate), times)),
    )


def _needed(rate: float) -> tuple[SampleSize, ...]:
    """Say how many units would show the bar's rate; a bar of none accepts no rate to show."""
    if rate == 0:
        return ()
    found = ((c, units_to_show(rate, CONFIDENCE, c)) for c in _NEEDED_WITH)
    return tuple(SampleSize(rejects=c, units=n) for c, n in found if n is not None)


def _open_units(count: Tally, bar: Bar, rejects: int) -> OpenUnits:
    half_seen = sum(1 for serial in count.incomplete if serial not in set(count.rejects))
    units = half_seen + max(0, bar.units - len(count.representative))
    return OpenUnits(
        meets_if_bad=rejects + units <= bar.max_rejects,
        rejects_if_bad=rejects + units,
        rejects_if_good=rejects,
        units=units,
    )


def _run(rejects: int, inspected: int, run: int, price: Price | None) -> RunFigures | None:
    found = forecast(rejects, inspected, run)
    interval = clopper_pearson(rejects, inspected, CONFIDENCE)
    most = upper_bound(rejects, inspected, CONFIDENCE)
    if found is None or interval is None or most is None:
        return None
    expected = Decimal(rejects * run) / inspected
    return RunFigures(
        at_most=min(run, math.ceil(most * run)),
        expected=estimate(expected),
        expected_lower=estimate(interval.lower * run),
        expected_money=money(expected, price),
        expected_upper=estimate(interval.upper * run),
        lower_90=found.central_90[0],
        lower_95=found.central_95[0],
        mean=estimate(found.mean),
        mean_money=money(Decimal(found.mean), price),
        median=found.median,
        run=run,
        upper_90=found.central_90[1],
        upper_95=found.central_95[1],
    )


def _spared(fix: FixFigures, run: int, price: Price | None) -> SparedFigures:
    before, after = (
        (fix.before_rejects, fix.before_inspected),
        (fix.after_rejects, fix.after_inspected),
    )
    gross = Decimal(before[0] * run) / before[1]
    net = gross - Decimal(after[0] * run) / after[1]
    found = forecast_saving(before, after, run)
    return SparedFigures(
        gross=estimate(gross),
        gross_money=money(gross, price),
        lower_90=found.central_90[0] if found else None,
        mean=maybe(found and found.mean),
        net=estimate(net),
        net_money=money(net, price),
        run=run,
        upper_90=found.central_90[1] if found else None,
    )


def money(units: Decimal, price: Price | None) -> Decimal | None:
    """Value units at their price, to the cent; None without a price."""
    return None if price is None else (units * price.amount).quantize(_CENT)


def _build_time(case: Case, batch: Batch, bar: Bar, count: Tally) -> BuildTimeFigures | None:
    times, median, time = count.build_times_s, count.median_build_time_s, batch.plan.build_time
    if not times or median is None or time is None:
        return None
    each, reference = bar.build_time_each_max_s, time.scaled_reference
    return BuildTimeFigures(
        change=_build_time_change(case, median, batch.plan.identity.run_max),
        each_max_s=each,
        kendall_tau=maybe(kendall_tau(times)),
        longest_s=max(times),
        mean_s=estimate(sum(times) / len(times)),
        median_max_s=bar.build_time_median_max_s,
        median_s=median,
        over_each=None if each is None else sum(1 for t in times if t > each),
        ratio=estimate(float(median) / reference) if reference else None,
        reference_s=reference,
        shortest_s=min(times),
        timed=len(times),
    )


def _build_time_change(case: Case, median_s: Decimal, run: int) -> BuildTimeChange | None:
    """Compare the median build time with that of the last batch before it that has one."""
    for earlier in reversed(case.earlier):
        before = earlier.tally().median_build_time_s
        if before:
            saved = median_s - before
            return BuildTimeChange(
                batch=earlier.key,
                change=estimate(saved / before),
                hours=estimate(saved * run / _SECONDS_AN_HOUR),
                median_s=before,
                run=run,
            )
    return None
