"""Measured values of the units that count: spread, control chart, bounds and capability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.domain.characteristic import Kind
from signoff_ledger.figures.compute import CONFIDENCE
from signoff_ledger.figures.number_format import estimate
from signoff_ledger.queries.reader import filled
from signoff_ledger.queries.value_forms import DecimalText
from signoff_ledger.statistics.capability import capability
from signoff_ledger.statistics.control_chart import individuals
from signoff_ledger.statistics.measured_bars import measured_bar

if TYPE_CHECKING:
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.domain.tally import Tally

COVERAGE = 0.95
_COARSEST = 10
"""A gauge should tell at least this many steps within the tolerance."""


class ControlChartAnswer(TypedDict):
    """Individuals and moving range; limits are null below eight values."""

    center: DecimalText | None  #: Mean.
    lower: DecimalText | None  #: Lower limit.
    upper: DecimalText | None  #: Upper limit.
    range_mean: DecimalText | None  #: Mean moving range.
    range_upper: DecimalText | None  #: Its upper limit.
    beyond: list[int]  #: Places of values beyond a limit, from 1.


class CapabilityAnswer(TypedDict):
    """Capability against the limits; null without spread or limits."""

    pp: DecimalText | None  #: Pp; null with one limit.
    pp_lower: DecimalText | None  #: Lower end of its interval.
    pp_upper: DecimalText | None  #: Upper end of its interval.
    ppk: DecimalText  #: Ppk; may be negative.
    ppk_at_least: DecimalText  #: One-sided lower bound of Ppk.
    method: str  #: How the bound is made.


class MeasuredValuesAnswer(TypedDict):
    """One measured characteristic, in its own unit."""

    characteristic: str  #: Its id.
    name: str  #: Its name.
    unit: str  #: Its unit.
    n: int  #: Values.
    lower: DecimalText | None  #: Lower limit.
    upper: DecimalText | None  #: Upper limit; for a build time the clause on every unit.
    coarse: bool  #: Whether it is recorded in steps coarser than a tenth of the tolerance.
    mean: NotRequired[DecimalText]  #: Mean.
    sd: NotRequired[DecimalText | None]  #: Standard deviation; null below two values.
    kendall_tau: NotRequired[DecimalText | None]  #: Trend in build order.
    worst: NotRequired[DecimalText]  #: The worst value seen.
    #: Share of units no worse than it, 95 % one-sided, distribution-free.
    share_no_worse: NotRequired[DecimalText]
    #: Individuals and moving range; limits are null below eight values.
    chart: NotRequired[ControlChartAnswer]
    outside: NotRequired[int]  #: Values beyond a limit; absent without one.
    mean_bound: NotRequired[DecimalText | None]  #: One-sided bound of the mean.
    tolerance_k: NotRequired[DecimalText | None]  #: Tolerance factor, 95/95.
    tolerance_bound: NotRequired[DecimalText | None]  #: One-sided bound of 95 % of units.
    #: Capability against the limits; null without spread or limits.
    capability: NotRequired[CapabilityAnswer | None]


def decimal_text(value: float | None) -> str | None:
    """Write an estimate as answers hold it; null for one that there is not."""
    return None if value is None else str(estimate(value))


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
        "lower": decimal_text(lower),
        "upper": decimal_text(upper),
        "coarse": _is_coarse(c),
    }
    sides = [(limit, up) for limit, up in ((lower, False), (upper, True)) if limit is not None]
    limit, up = sides[-1] if sides else (0.0, True)
    bar = measured_bar(values, limit, upper=up, confidence=CONFIDENCE, coverage=COVERAGE)
    if bar is None:
        return data
    chart = individuals(values)
    found = chart._asdict() if chart else {}
    limits = {name: decimal_text(each) for name, each in found.items() if name != "beyond"}
    data |= {
        "mean": str(estimate(bar.spread.mean)),
        "sd": decimal_text(bar.spread.sd),
        "kendall_tau": decimal_text(bar.kendall_tau),
        "worst": str(estimate(bar.extreme)),
        "share_no_worse": str(estimate(bar.extreme_bounds_fraction)),
        "chart": filled(ControlChartAnswer, {**limits, "beyond": [*chart.beyond] if chart else []}),
    }
    if sides:
        data |= {
            "outside": sum(
                (lower is not None and v < lower) or (upper is not None and v > upper)
                for v in values
            ),
            "mean_bound": decimal_text(bar.mean_bound),
            "tolerance_k": decimal_text(bar.tolerance_k),
            "tolerance_bound": decimal_text(bar.tolerance_bound),
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
        "pp": decimal_text(found.pp),
        "pp_lower": decimal_text(found.pp_interval and found.pp_interval[0]),
        "pp_upper": decimal_text(found.pp_interval and found.pp_interval[1]),
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
