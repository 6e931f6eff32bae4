"""Everything that the statistics say about one batch, for `signoff stats` and for the web."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.characteristic import Kind
from signoff_ledger.figures.charts import pictures
from signoff_ledger.figures.compute import CONFIDENCE, figures_of
from signoff_ledger.figures.number_format import estimate, maybe
from signoff_ledger.figures.sentences import said
from signoff_ledger.statistics.capability import capability
from signoff_ledger.statistics.control_chart import individuals
from signoff_ledger.statistics.defects_per_unit import defect_rate, rate_ratio
from signoff_ledger.statistics.measured import measured_bar
from signoff_ledger.statistics.operating_characteristic import curve
from signoff_ledger.statistics.pareto import pareto
from signoff_ledger.statistics.proportion import chance_at_most

if TYPE_CHECKING:
    from decimal import Decimal

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.domain.figures import Figures
    from signoff_ledger.domain.tally import Tally

COVERAGE = 0.95
_POSTERIOR_RATES = (0.05, 0.10)
_COARSEST = 10
"""A gauge should tell at least this many steps within the tolerance."""


def evaluation(case: Case) -> dict[str, Any] | None:
    """Evaluate the batch in question; None when there is none.

    Returns:
        Plain data: counts are numbers, estimates are decimals as strings.
    """
    figures, batch, count, bar = figures_of(case), case.batch, case.tally, case.bar
    if figures is None or batch is None or count is None or bar is None:
        return None
    words = said(case, figures)
    return {
        "batch": batch.key,
        "attempt": batch.started.attempt,
        "outcomes": [str(outcome) for outcome in batch.outcomes],
        "figures": figures.model_dump(mode="json", exclude_none=True),
        "says": {
            "rule": list(words.rule),
            "evidence": list(words.evidence),
            "limits": list(words.limits),
        },
        "curve": [
            {"rate": _text(estimate(p.rate)), "chance": _text(estimate(p.accepted))}
            for p in curve(bar.units, bar.max_rejects)
        ],
        "posterior": _posterior(figures),
        "pareto": [
            {"mode": b.mode, "units": b.number, "cumulative": _text(estimate(b.cumulative))}
            for b in pareto(count.modes)
        ],
        "per_unit": _per_unit(case, count),
        "measured": [
            _measured(batch, count, c)
            for c in batch.plan.characteristics
            if c.kind is not Kind.ATTRIBUTE
        ],
        "missed_from_unit": _missed_from(batch, count, bar),
        "pictures": [
            {"name": p.name, "title": p.title, "finding": p.finding}
            for p in pictures(case, figures)
        ],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _posterior(figures: Figures) -> list[dict[str, Any]]:
    rate = figures.rate
    if not rate.inspected:
        return []
    return [
        {
            "prior": "Jeffreys",
            "rate": str(estimate(each)),
            "chance_at_most": str(estimate(chance_at_most(rate.rejects, rate.inspected, each))),
        }
        for each in _POSTERIOR_RATES
    ]


def _per_unit(case: Case, count: Tally) -> dict[str, Any] | None:
    """Nonconformities per unit over the units that count, and against the batch before."""
    units = len(count.representative)
    found = defect_rate(count.nonconformities, units, CONFIDENCE)
    if found is None:
        return None
    ratio = None
    if case.earlier:
        before = case.earlier[-1].tally()
        ratio = rate_ratio(
            (before.nonconformities, len(before.representative)), (count.nonconformities, units)
        )
    upper = ratio.interval[1] if ratio and ratio.interval else None
    return {
        "nonconformities": count.nonconformities,
        "units": units,
        "rate": _text(estimate(found.per_unit)),
        "lower": _text(estimate(found.interval[0])),
        "upper": _text(estimate(found.interval[1])),
        "at_most": _text(estimate(found.upper_one_sided)),
        "ratio": _text(maybe(ratio.ratio)) if ratio else None,
        "ratio_lower": _text(maybe(ratio.interval[0])) if ratio and ratio.interval else None,
        "ratio_upper": None if upper is None or math.isinf(upper) else _text(estimate(upper)),
        "p_one_sided": _text(estimate(ratio.p_one_sided)) if ratio else None,
    }


def _measured(batch: Batch, count: Tally, c: Characteristic) -> dict[str, Any]:
    """Measured values of the units that count, in build order, in the characteristic's unit."""
    scale = _scale(c)
    readings = (batch.units[serial].readings.get(c.id) for serial in count.representative)
    values = [reading / scale for reading in readings if reading is not None]
    lower, upper = _limits(batch.bar, c)
    data: dict[str, Any] = {
        "characteristic": c.id,
        "name": c.name,
        "unit": c.unit,
        "n": len(values),
        "lower": None if lower is None else _text(estimate(lower)),
        "upper": None if upper is None else _text(estimate(upper)),
        "coarse": _is_coarse(c),
    }
    sides = [(limit, up) for limit, up in ((lower, False), (upper, True)) if limit is not None]
    limit, up = sides[-1] if sides else (0.0, True)
    bar = measured_bar(values, limit, upper=up, confidence=CONFIDENCE, coverage=COVERAGE)
    if bar is None:
        return data
    chart = individuals(values)
    data |= {
        "mean": _text(estimate(bar.spread.mean)),
        "sd": _text(maybe(bar.spread.sd)),
        "kendall_tau": _text(maybe(bar.kendall_tau)),
        "worst": _text(estimate(bar.extreme)),
        "share_no_worse": _text(estimate(bar.extreme_bounds_fraction)),
        "chart": {
            "center": _text(estimate(chart.center)) if chart else None,
            "lower": _text(maybe(chart.lower)) if chart else None,
            "upper": _text(maybe(chart.upper)) if chart else None,
            "range_mean": _text(maybe(chart.range_mean)) if chart else None,
            "range_upper": _text(maybe(chart.range_upper)) if chart else None,
            "beyond": list(chart.beyond) if chart else [],
        },
    }
    if sides:
        data |= {
            "outside": sum(
                (lower is not None and v < lower) or (upper is not None and v > upper)
                for v in values
            ),
            "mean_bound": _text(maybe(bar.mean_bound)),
            "tolerance_k": _text(maybe(bar.tolerance_k)),
            "tolerance_bound": _text(maybe(bar.tolerance_bound)),
        }
        data["capability"] = _capability(bar.spread.n, bar.spread.mean, bar.spread.sd, lower, upper)
    return data


def _capability(
    n: int, mean: float, sd: float | None, lower: float | None, upper: float | None
) -> dict[str, Any] | None:
    found = capability(n, mean, sd, lsl=lower, usl=upper, confidence=CONFIDENCE)
    if found is None:
        return None
    return {
        "pp": _text(maybe(found.pp)),
        "pp_lower": _text(maybe(found.pp_interval and found.pp_interval[0])),
        "pp_upper": _text(maybe(found.pp_interval and found.pp_interval[1])),
        "ppk": _text(estimate(found.ppk)),
        "ppk_at_least": _text(estimate(found.ppk_lower)),
        "method": "exact, one limit" if found.pp is None else "Bissell, additive",
    }


def _scale(c: Characteristic) -> float:
    if c.kind is Kind.TIME:
        return {"s": 1.0, "min": 60.0, "h": 3600.0}[c.unit or "s"]
    return float(10**c.decimals)


def _limits(bar: Bar, c: Characteristic) -> tuple[float | None, float | None]:
    """Give the limits in the characteristic's unit; a build time's is the clause on every unit."""
    if c.kind is Kind.TIME:
        most = bar.build_time_each_max_s
        return None, None if most is None else most / _scale(c)
    lower, upper = c.scaled_limits
    scale = _scale(c)
    return (
        None if lower is None else lower / scale,
        None if upper is None else upper / scale,
    )


def _is_coarse(c: Characteristic) -> bool:
    """Say whether the recorded resolution is coarser than a tenth of the tolerance."""
    lower, upper = c.scaled_limits
    return lower is not None and upper is not None and upper - lower < _COARSEST


def _missed_from(batch: Batch, count: Tally, bar: Bar) -> int | None:
    """Say from which unit on, in the order built, the bar could no longer be met.

    Inspection goes on all the same: the faults' order and the rate need the rest.
    """
    rejects, counted = set(count.rejects), set(count.representative)
    seen = found = 0
    for serial in batch.units:
        if serial in counted:
            seen += 1
            found += serial in rejects
            if found > bar.max_rejects:
                return seen
    return None
