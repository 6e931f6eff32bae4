"""Everything that the statistics say about one batch; they describe, and decide nothing."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.domain.characteristic import Kind
from signoff_ledger.figures.charts import pictures
from signoff_ledger.figures.compute import CONFIDENCE, figures_of
from signoff_ledger.figures.number_format import at_most, counted, estimate, percent
from signoff_ledger.figures.sentences import decision_sentences
from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.figures_answer import FiguresAnswer, SentencesAnswer
from signoff_ledger.queries.measured_values import (
    MeasuredValuesAnswer,
    decimal_text,
    measured_values,
)
from signoff_ledger.queries.rules import sentences
from signoff_ledger.queries.value_forms import DecimalText
from signoff_ledger.statistics.nonconformities_per_unit import nonconformity_rate, rate_ratio
from signoff_ledger.statistics.operating_characteristic import curve
from signoff_ledger.statistics.pareto import pareto
from signoff_ledger.statistics.proportion import chance_at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.figures import Figures
    from signoff_ledger.domain.tally import Tally

_POSTERIOR_RATES = (0.05, 0.10)


class CurvePointAnswer(TypedDict):
    """A point of the operating characteristic."""

    rate: DecimalText  #: True reject rate.
    chance: DecimalText  #: Chance to pass.


class PosteriorAnswer(TypedDict):
    """The chance that the true rate is at most a rate."""

    prior: str  #: The prior.
    rate: DecimalText  #: The rate.
    chance_at_most: DecimalText  #: The chance.


class ModeCountAnswer(TypedDict):
    """A mode by the units that show it."""

    mode: str  #: The mode.
    units: int  #: Units that show it.
    cumulative: DecimalText  #: Share so far.


class PerUnitAnswer(TypedDict):
    """Nonconformities per unit; null without a unit that counts."""

    nonconformities: int  #: How many.
    units: int  #: On how many units.
    rate: DecimalText  #: Per unit.
    lower: DecimalText  #: Garwood's interval.
    upper: DecimalText  #: Garwood's interval.
    at_most: DecimalText  #: One-sided upper bound.
    ratio: DecimalText | None  #: Rate of the batch before over this one's.
    ratio_lower: DecimalText | None  #: Its interval.
    ratio_upper: DecimalText | None  #: Its interval; null where it has no end.
    p_one_sided: DecimalText | None  #: Chance of so low a rate, or a lower one, if nothing changed.


class PictureAnswer(TypedDict):
    """A picture."""

    name: str  #: Its short name.
    title: str  #: What is shown.
    finding: str  #: What it says.


class SummaryAnswer(TypedDict):
    """A batch in a few words."""

    rejects: str  #: Rejects of inspected units.
    bar: str  #: What its bar allows.
    interval: str  #: The rates that fit, two-sided; empty where nothing was inspected.
    at_most: str  #: One-sided 95 % bound; empty where nothing was inspected.
    evidence: str  #: Against the bar's rate.


class BatchStatsAnswer(TypedDict):
    """One batch."""

    batch: str  #: Its key.
    attempt: int  #: Which attempt it is.
    outcomes: list[str]  #: What was decided on it, oldest first.
    figures: FiguresAnswer  #: Its figures.
    says: SentencesAnswer  #: What is decision_sentences, each part apart.
    summary: SummaryAnswer  #: It in a few words.
    remarks: list[str]  #: What helps to understand it and decides nothing, in sentences.
    curve: list[CurvePointAnswer]  #: Points of the operating characteristic.
    posterior: list[PosteriorAnswer]  #: Chances that the true rate is at most a rate.
    pareto: list[ModeCountAnswer]  #: Modes by units that show them.
    per_unit: PerUnitAnswer | None  #: Nonconformities per unit; null without a unit that counts.
    measured: list[MeasuredValuesAnswer]  #: Every measured characteristic and the build time.
    #: The unit, in the order built, from which on the bar could not be met; null if it could.
    missed_from_unit: int | None
    pictures: list[PictureAnswer]  #: What its pictures show.


def evaluation(case: Case) -> AnswerWithPictures[BatchStatsAnswer] | None:
    """Evaluate the batch in question; None when there is none.

    Returns:
        Plain data: counts are numbers, estimates are decimals as strings.
    """
    figures, batch, count, bar = figures_of(case), case.batch, case.tally, case.bar
    if figures is None or batch is None or count is None or bar is None:
        return None
    drawn = pictures(case, figures)
    data: BatchStatsAnswer = {
        "batch": batch.key,
        "attempt": batch.started.attempt,
        "outcomes": [str(outcome) for outcome in batch.outcomes],
        "figures": figures.model_dump(mode="json", exclude_none=True),
        "says": sentences(decision_sentences(case, figures)),
        "summary": _summary(figures),
        "remarks": [],
        "curve": [
            {"rate": str(estimate(p.rate)), "chance": str(estimate(p.accepted))}
            for p in curve(bar.units, bar.max_rejects)
        ],
        "posterior": _posterior(figures),
        "pareto": [
            {"mode": b.mode, "units": b.number, "cumulative": str(estimate(b.cumulative))}
            for b in pareto(count.modes)
        ],
        "per_unit": _per_unit(case, count),
        "measured": [
            measured_values(batch, count, c)
            for c in batch.plan.characteristics
            if c.kind is not Kind.ATTRIBUTE
        ],
        "missed_from_unit": _missed_from(batch, count, bar),
        "pictures": [{"name": p.name, "title": p.title, "finding": p.finding} for p in drawn],
    }
    data["remarks"] = [*_remarks(data)]
    return AnswerWithPictures(data, drawn)


def _posterior(figures: Figures) -> list[PosteriorAnswer]:
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


def _per_unit(case: Case, count: Tally) -> PerUnitAnswer | None:
    """Nonconformities per unit over the units that count, and against the batch before."""
    units = len(count.representative)
    found = nonconformity_rate(count.nonconformities, units, CONFIDENCE)
    if found is None:
        return None
    ratio = None
    if case.earlier:
        before = case.earlier[-1].tally()
        ratio = rate_ratio(
            (before.nonconformities, len(before.representative)), (count.nonconformities, units)
        )
    low, high = ratio.interval if ratio and ratio.interval else (None, None)
    return {
        "nonconformities": count.nonconformities,
        "units": units,
        "rate": str(estimate(found.per_unit)),
        "lower": str(estimate(found.interval[0])),
        "upper": str(estimate(found.interval[1])),
        "at_most": str(estimate(found.upper_one_sided)),
        "ratio": decimal_text(ratio.ratio) if ratio else None,
        "ratio_lower": decimal_text(low),
        "ratio_upper": None if high is None or math.isinf(high) else decimal_text(high),
        "p_one_sided": str(estimate(ratio.p_one_sided)) if ratio else None,
    }


def _missed_from(batch: Batch, count: Tally, bar: Bar) -> int | None:
    """Say from which unit on, in the order built, the bar could no longer be met.

    Inspection goes on all the same: the order of the modes and the rate need the rest.
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


def _summary(figures: Figures) -> SummaryAnswer:
    rate = figures.rate
    fits = most = ""
    if rate.lower is not None and rate.upper is not None and rate.at_most is not None:
        fits = f"{percent(rate.lower)} to {percent(rate.upper)}"
        most = at_most(rate.at_most)
    return {
        "rejects": f"{rate.rejects} of {rate.inspected}",
        "bar": f"at most {figures.bar.max_rejects} of {figures.bar.units}",
        "interval": fits,
        "at_most": most,
        "evidence": rate.evidence,
    }


def _remarks(data: BatchStatsAnswer) -> Iterator[str]:
    """Say what helps to understand a batch and decides nothing."""
    if data["missed_from_unit"] is not None:
        yield (
            f"The bar could no longer be met from unit {data['missed_from_unit']} on; the rest was "
            "worth inspecting for the modes and the rate."
        )
    marks = data["per_unit"]
    if marks is not None:
        yield (
            f"{counted(marks['nonconformities'], 'nonconformity', 'nonconformities')} on "
            f"{counted(marks['units'], 'unit')}: {_short(marks['rate'])} per unit, "
            f"{_short(marks['lower'])} to {_short(marks['upper'])} would fit (95 %, Garwood)."
        )
    for each in data["posterior"]:
        yield (
            f"With the {each['prior']} prior, the chance that the rate is at most "
            f"{percent(Decimal(each['rate']))} is {percent(Decimal(each['chance_at_most']))}."
        )
    coarse = [each["name"] for each in data["measured"] if each["coarse"]]
    if coarse:
        yield f"Recorded in steps coarser than a tenth of the tolerance: {', '.join(coarse)}."


def _short(text: str) -> str:
    return f"{float(text):.3g}"
