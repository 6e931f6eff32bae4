"""The five pictures of a case, made from its counts and its figures."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from signoff_ledger.domain.tally import missing_readings
from signoff_ledger.figures.fix_effect import inspected_of
from signoff_ledger.figures.number_format import counted, minutes, percent, times_in_100
from signoff_ledger.figures.picture import (
    BeforeAfter,
    LimitLine,
    Mark,
    OcCurve,
    ParetoChart,
    RateInterval,
    RunChart,
    UnitGrid,
)
from signoff_ledger.statistics.operating_characteristic import curve
from signoff_ledger.statistics.pareto import pareto
from signoff_ledger.statistics.proportion import clopper_pearson

if TYPE_CHECKING:
    from decimal import Decimal

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.figures import BarFigures, Figures
    from signoff_ledger.domain.tally import Tally
    from signoff_ledger.figures.picture import Picture, Row

_SECONDS = 60
_WIDEST = 0.5
_MARKED = ("0.05", "0.1", "0.25")


def pictures(case: Case, figures: Figures) -> tuple[Picture, ...]:
    """Make the pictures of a case, in the order in which they are to be shown.

    Args:
        case: The case; every batch up to the one in question is shown.
        figures: The figures of the batch in question.
    """
    batch, count, bar = case.batch, case.tally, case.bar
    if batch is None or count is None or bar is None:
        return ()
    shown = [*case.earlier, batch]
    made: list[Picture | None] = [
        unit_grid(batch, count, bar),
        before_after(case),
        oc_curve(figures.bar, figures),
        _pareto(batch, count),
        _run_chart(shown, bar, case.batch_key),
    ]
    return tuple(each for each in made if each is not None)


def unit_grid(batch: Batch, count: Tally, bar: Bar) -> UnitGrid:
    """Show every unit of a batch in the order built, with the letter of what is wrong with it."""
    letters = _letters(count)
    rejects, excluded = set(count.rejects), count.excluded
    marks, rows = [], []
    for serial, unit in batch.units.items():
        modes = sorted({n.mode for n in unit.nonconformities.values()})
        if serial in excluded:
            mark, says = Mark.EXCLUDED.value, f"does not count: {', '.join(excluded[serial])}"
        elif modes:
            mark = letters[min(modes, key=lambda mode: letters[mode])]
            graded = "reject" if serial in rejects else "nonconforming in a grade not counted"
            says = f"{graded}: {', '.join(modes)}"
        elif missing_readings(unit, batch.plan):
            mark, says = Mark.NOT_INSPECTED.value, "not fully inspected"
        else:
            mark, says = Mark.CONFORMING.value, ""
        marks.append(mark)
        if says:
            rows.append((serial, says))
    missing = max(0, bar.units - len(count.representative))
    marks += [Mark.NOT_INSPECTED.value] * missing
    if missing:
        rows.append((f"{missing} more", "planned, never recorded"))
    conforming = len(count.conforming)
    rows.append((f"{conforming} others", "conforming"))
    legend = [(letter, mode) for mode, letter in letters.items()]
    names = {
        Mark.CONFORMING.value: "conforming",
        Mark.NOT_INSPECTED.value: "inspected partly or never",
        Mark.EXCLUDED.value: "does not count",
    }
    legend += [(sign, name) for sign, name in names.items() if sign in marks]
    return UnitGrid(
        name="units",
        title=f"Every unit of batch {batch.key}, in the order built",
        finding=f"{counted(len(rejects), 'reject')} among {len(count.representative)} units that "
        f"count, {len(excluded)} excluded, {conforming} conforming.",
        headings=("unit", "what was found"),
        rows=tuple(rows),
        marks=tuple(marks),
        legend=tuple(legend),
    )


def _letters(count: Tally) -> dict[str, str]:
    """Give each mode a letter, the most frequent first; beyond the alphabet all share one."""
    last = len(ascii_uppercase) - 1
    letters = _Letters()
    letters.update((mode, ascii_uppercase[min(i, last)]) for i, mode in enumerate(count.modes))
    return letters


class _Letters(dict[str, str]):
    """Letters by mode; one that only units outside the count show has the last."""

    def __missing__(self, mode: str) -> str:
        return ascii_uppercase[-1]


def before_after(case: Case) -> BeforeAfter | None:
    """Show the rates of a case's batches, the one in question last; None without any evidence."""
    batch, bar = case.batch, case.bar
    if batch is None or bar is None:
        return None
    key, shown = batch.key, [*case.earlier, batch]
    intervals, rows = [], []
    for batch in shown:
        own = bar if batch.key == key else batch.bar
        rejects, inspected = inspected_of(batch.tally(own))
        found = clopper_pearson(rejects, inspected)
        if found is None:
            continue
        intervals.append(RateInterval(batch.key, found.lower, rejects / inspected, found.upper))
        rows.append(
            (batch.key, f"{rejects} of {inspected}", f"{found.lower:.4f}", f"{found.upper:.4f}")
        )
    if not intervals:
        return None
    rate = bar.max_rejects / bar.units
    last = intervals[-1]
    where = "includes" if last.lower <= rate <= last.upper else "does not include"
    return BeforeAfter(
        name="rates",
        title="Reject rate of each batch with its 95 % interval, against the bar",
        finding=f"The interval of batch {last.label} {where} the bar's rate of {100 * rate:.3g} %.",
        headings=("batch", "rejects", "lower end", "upper end"),
        rows=tuple(rows),
        intervals=tuple(intervals),
        bar=rate,
    )


def oc_curve(bar: BarFigures, figures: Figures | None = None) -> OcCurve:
    """Show what a bar lets through, with the rates that fit a batch where there is one."""
    chances = {str(each.rate): each for each in bar.accepted}
    marked = tuple(
        (
            float(rate),
            float(chances[rate].chance),
            _passes(chances[rate].rate, chances[rate].chance),
        )
        for rate in _MARKED
    )
    fits = None
    if figures is not None and figures.rate.lower is not None and figures.rate.upper is not None:
        fits = (float(figures.rate.lower), float(figures.rate.upper))
    widest = max(_WIDEST, 0.0 if fits is None else min(1.0, fits[1]))
    if bar.consumer_rate * 3 > 1:
        widest = 1.0
    return OcCurve(
        name="curve",
        title=f"What the bar lets through: at most {bar.max_rejects} in {bar.units}",
        finding=f"One time in ten it passes a process with {percent(bar.consumer_rate)} rejects.",
        headings=("true reject rate", "chance to pass"),
        rows=tuple((percent(each.rate), times_in_100(each.chance)) for each in bar.accepted),
        points=tuple((p.rate, p.accepted) for p in curve(bar.units, bar.max_rejects, widest, 61)),
        marked=marked,
        fits=fits,
    )


def _passes(rate: Decimal, chance: Decimal) -> str:
    return f"{percent(rate)} rejects: {times_in_100(chance)}"


def _pareto(batch: Batch, count: Tally) -> ParetoChart | None:
    bars = pareto(count.modes)
    if not bars:
        return None
    rows: tuple[Row, ...] = tuple(
        (bar.mode, str(bar.number), f"{100 * bar.cumulative:.0f} %") for bar in bars
    )
    return ParetoChart(
        name="modes",
        title=f"Nonconformities of batch {batch.key} by units that show them",
        finding=f"Most often {bars[0].mode}: {counted(bars[0].number, 'unit')}.",
        headings=("mode", "units", "so far"),
        rows=rows,
        bars=tuple((bar.mode, bar.number, bar.cumulative) for bar in bars),
    )


def _run_chart(shown: list[Batch], bar: Bar, key: str | None) -> RunChart | None:
    counts = [(batch, batch.tally(bar if batch.key == key else None)) for batch in shown]
    timed = [(batch, count) for batch, count in counts if count.build_times_s]
    if not timed:
        return None
    batch, count = timed[-1]
    each, median = bar.build_time_each_max_s, bar.build_time_median_max_s
    time = batch.plan.build_time
    reference = time.scaled_reference if time else None
    limits = [
        LimitLine(f"bar, every unit: {minutes(each)}", each / _SECONDS, judged=True)
        if each
        else None,
        LimitLine(f"bar, median: {minutes(median)}", median / _SECONDS, judged=True)
        if median
        else None,
        LimitLine(f"bench: {minutes(reference)}", reference / _SECONDS, judged=False)
        if reference
        else None,
    ]
    middle = count.median_build_time_s
    over = sum(1 for t in count.build_times_s if each and t > each)
    judged = f"{over} over the limit" if each else "no limit on every unit was registered"
    return RunChart(
        name="times",
        title="Build time of every unit, in the order built",
        finding=f"Batch {batch.key}: median {minutes(middle) if middle is not None else '-'} over "
        f"{counted(len(count.build_times_s), 'unit')}; {judged}.",
        headings=("batch", "build times in minutes, in order"),
        rows=tuple(
            (b.key, ", ".join(minutes(t).removesuffix(" min") for t in c.build_times_s))
            for b, c in timed
        ),
        series=tuple((b.key, tuple(t / _SECONDS for t in c.build_times_s)) for b, c in timed),
        limits=tuple(limit for limit in limits if limit is not None),
        beyond=each / _SECONDS if each else None,
        unit="minutes",
    )
