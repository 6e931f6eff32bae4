"""Measured values of the units that count: spread, control chart, bounds and capability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.domain.characteristic import Kind
from signoff_ledger.figures.compute import CONFIDENCE
from signoff_ledger.figures.number_format import estimate, maybe
from signoff_ledger.queries.value_forms import DecimalText
from signoff_ledger.statistics.capability import capability
from signoff_ledger.statistics.control_chart import individuals
from signoff_ledger.statistics.measured_bars import measured_bar

if TYPE_CHECKING:
    from decimal import Decimal

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.domain.tally import Tally

COVERAGE = 0.95
_COARSEST = 10
"""A gauge should tell at least this many steps within the tolerance."""


class ControlChartAnswer(TypedDict):
    """Individuals and moving range; limits are null below eight values.

    Attributes:
        center: Mean.
        lower: Lower limit.
        upper: Upper limit.
        range_mean: Mean moving range.
        range_upper: Its upper limit.
        beyond: Places of values beyond a limit, from 1.
    """

    center: DecimalText | None
    lower: DecimalText | None
    upper: DecimalText | None
    range_mean: DecimalText | None
    range_upper: DecimalText | None
    beyond: list[int]


class CapabilityAnswer(TypedDict):
    """Capability against the limits; null without spread or limits.

    Attributes:
        pp: Pp; null with one limit.
        pp_lower: Lower end of its interval.
        pp_upper: Upper end of its interval.
        ppk: Ppk; may be negative.
        ppk_at_least: One-sided lower bound of Ppk.
        method: How the bound is made.
    """

    pp: DecimalText | None
    pp_lower: DecimalText | None
    pp_upper: DecimalText | None
    ppk: DecimalText
    ppk_at_least: DecimalText
    method: str


class MeasuredValuesAnswer(TypedDict):
    """One measured characteristic, in its own unit.

    Attributes:
        characteristic: Its id.
        name: Its name.
        unit: Its unit.
        n: Values.
        lower: Lower limit.
        upper: Upper limit; for a build time the clause on every unit.
        coarse: Whether it is recorded in steps coarser than a tenth of the tolerance.
        mean: Mean.
        sd: Standard deviation; null below two values.
        kendall_tau: Trend in build order.
        worst: The worst value seen.
        share_no_worse: Share of units no worse than it, 95 % one-sided, distribution-free.
        chart: Individuals and moving range; limits are null below eight values.
        outside: Values beyond a limit; absent without one.
        mean_bound: One-sided bound of the mean.
        tolerance_k: Tolerance factor, 95/95.
        tolerance_bound: One-sided bound of 95 % of units.
        capability: Capability against the limits; null without spread or limits.
    """

    characteristic: str
    name: str
    unit: str
    n: int
    lower: DecimalText | None
    upper: DecimalText | None
    coarse: bool
    mean: NotRequired[DecimalText]
    sd: NotRequired[DecimalText | None]
    kendall_tau: NotRequired[DecimalText | None]
    worst: NotRequired[DecimalText]
    share_no_worse: NotRequired[DecimalText]
    chart: NotRequired[ControlChartAnswer]
    outside: NotRequired[int]
    mean_bound: NotRequired[DecimalText | None]
    tolerance_k: NotRequired[DecimalText | None]
    tolerance_bound: NotRequired[DecimalText | None]
    capability: NotRequired[CapabilityAnswer | None]


def measured_values(batch: Batch, count: Tally, c: Characteristic) -> MeasuredValuesAnswer:
    """Measured values of the units that count, in build order, in the characteristic's unit."""
    scale = _scale(c)
    readings = (batch.units[serial].readings.get(c.id) for serial in count.representative)
    values = [reading / scale for reading in readings if reading is not None]
    lower, upper = _limits(batch.bar, c)
    data: MeasuredValuesAnswer = {
        "characteristic": c.id,
        "name": c.name,
        "unit": c.unit or "",
        "n": len(values),
        "lower": None if lower is None else str(estimate(lower)),
        "upper": None if upper is None else str(estimate(upper)),
        "coarse": _is_coarse(c),
    }
    sides = [(limit, up) for limit, up in ((lower, False), (upper, True)) if limit is not None]
    limit, up = sides[-1] if sides else (0.0, True)
    bar = measured_bar(values, limit, upper=up, confidence=CONFIDENCE, coverage=COVERAGE)
    if bar is None:
        return data
    chart = individuals(values)
    data |= {
        "mean": str(estimate(bar.spread.mean)),
        "sd": _text(maybe(bar.spread.sd)),
        "kendall_tau": _text(maybe(bar.kendall_tau)),
        "worst": str(estimate(bar.extreme)),
        "share_no_worse": str(estimate(bar.extreme_bounds_fraction)),
        "chart": {
            "center": str(estimate(chart.center)) if chart else None,
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
) -> CapabilityAnswer | None:
    found = capability(n, mean, sd, lsl=lower, usl=upper, confidence=CONFIDENCE)
    if found is None:
        return None
    return {
        "pp": _text(maybe(found.pp)),
        "pp_lower": _text(maybe(found.pp_interval and found.pp_interval[0])),
        "pp_upper": _text(maybe(found.pp_interval and found.pp_interval[1])),
        "ppk": str(estimate(found.ppk)),
        "ppk_at_least": str(estimate(found.ppk_lower)),
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


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
