"""The figures that a decision showed: what the units show, what the bar lets through, the run.

They are kept with the decision and never read by a rule. Whole numbers are counts; everything
estimated is a decimal of six significant digits, so that a line holds no float. How each is made
is in the reference page on statistics; `edition` names the set, so that a later program can tell
which figures an older decision showed.
"""

from decimal import Decimal
from typing import Any, NamedTuple, Self

from pydantic import Field

from signoff_ledger.domain.values import Key, Label, Text, Value

EDITION = "1"

_CLOSE = Decimal("0.00001")
"""Relative room for the last digit when figures are computed again on another machine."""


class RateChance(Value):
    """A true reject rate and a chance that goes with it.

    Attributes:
        chance: The chance.
        rate: The true rate.
    """

    chance: Decimal
    rate: Decimal


class BarFigures(Value):
    """What the bar lets through (operating characteristic).

    Attributes:
        accepted: Chance to pass, by true rate.
        consumer_rate: The rate it passes one time in ten.
        indifferent_rate: The rate it passes one time in two.
        max_rejects: Acceptance number Ac.
        producer_rate: The rate it passes 19 times in 20.
        rate: Ac of n, the rate that evidence is held against.
        units: Planned units n.
    """

    accepted: tuple[RateChance, ...]
    consumer_rate: Decimal
    indifferent_rate: Decimal
    max_rejects: int
    producer_rate: Decimal
    rate: Decimal
    units: int


class RateFigures(Value):
    """What the inspected units show about the reject rate; empty where none was inspected.

    Attributes:
        at_least: One-sided lower bound.
        at_most: One-sided upper bound.
        confidence: Of every bound here.
        evidence: `shown to meet`, `shown to miss` or `open`, against the bar's rate.
        inspected: Units with every reading, and those already found to be rejects.
        lower: Two-sided Clopper-Pearson interval.
        rejects: Of those.
        upper: Two-sided Clopper-Pearson interval.
        wilson_lower: Wilson's interval, for comparison.
        wilson_upper: Wilson's interval.
    """

    at_least: Decimal | None = None
    at_most: Decimal | None = None
    confidence: Decimal
    evidence: str
    inspected: int
    lower: Decimal | None = None
    rejects: int
    upper: Decimal | None = None
    wilson_lower: Decimal | None = None
    wilson_upper: Decimal | None = None


class SampleSize(Value):
    """Units that would show the bar's rate with so many rejects among them, all in all.

    Attributes:
        rejects: Rejects among them.
        units: So many units.
    """

    rejects: int
    units: int


class AttemptFigures(Value):
    """Number of attempts.

    Attributes:
        batches: Batches of this process so far, the one in question included.
        on_revision: Those of them on its process revision.
        passed_once: Chance that one of `batches` passes if nothing was changed, by true rate.
    """

    batches: int
    on_revision: int
    passed_once: tuple[RateChance, ...]


class OpenUnits(Value):
    """Units of the plan that were inspected partly or never, and both extremes.

    Attributes:
        meets_if_bad: Whether the count of rejects would still be within Ac if all were bad.
        rejects_if_bad: Rejects if all of them were bad.
        rejects_if_good: Rejects if all of them were good.
        units: How many.
    """

    meets_if_bad: bool
    rejects_if_bad: int
    rejects_if_good: int
    units: int


class RunFigures(Value):
    """Bad units in a run still to be made, if the process stays the same.

    Attributes:
        at_most: One-sided upper bound of the rate, times the run.
        expected: Observed rate times the run: the exposure, gross.
        expected_lower: Lower end of the interval, times the run.
        expected_money: The exposure at the unit's price.
        expected_upper: Upper end of the interval, times the run.
        lower_90: Nine in ten forecasts are from here.
        lower_95: Nineteen in twenty are from here.
        mean: Mean forecast (beta-binomial, Jeffreys prior).
        mean_money: The mean forecast at the unit's price.
        median: Middle forecast.
        run: Units.
        upper_90: Nine in ten forecasts are up to here.
        upper_95: Nineteen in twenty are up to here.
    """

    at_most: int
    expected: Decimal
    expected_lower: Decimal
    expected_money: Decimal | None = None
    expected_upper: Decimal
    lower_90: int
    lower_95: int
    mean: Decimal
    mean_money: Decimal | None = None
    median: int
    run: int
    upper_90: int
    upper_95: int


class SparedFigures(Value):
    """Bad units a run is spared by what was changed between two batches: an estimate.

    Attributes:
        gross: Observed rate before, times the run.
        gross_money: At the unit's price.
        lower_90: Nine in ten forecasts of the difference are from here.
        mean: Mean forecast of the difference.
        net: Gross less the observed rate after, times the run.
        net_money: At the unit's price.
        run: Units.
        upper_90: Nine in ten forecasts of the difference are up to here.
    """

    gross: Decimal
    gross_money: Decimal | None = None
    lower_90: int | None = None
    mean: Decimal | None = None
    net: Decimal
    net_money: Decimal | None = None
    run: int
    upper_90: int | None = None


class ModeEffect(Value):
    """Units with one mode, before and after.

    Attributes:
        after: Units with it after.
        before: Units with it before.
        boschloo: One-sided p; absent where the batches are too large for it.
        fisher: One-sided p.
        holm: Fisher's p adjusted over the modes named in advance; absent for the others.
        mode: The mode.
        named: Whether a change between the batches was meant to fix it.
        still_at_most: One-sided upper bound of its rate after.
    """

    after: int
    before: int
    boschloo: Decimal | None = None
    fisher: Decimal
    holm: Decimal | None = None
    mode: Key
    named: bool
    still_at_most: Decimal


class FixFigures(Value):
    """Whether the fix held: the batch in question against the one before it.

    Attributes:
        after_inspected: Units inspected after.
        after_rejects: Rejects of them.
        before_batch: Key of the batch compared with.
        before_inspected: Units inspected before.
        before_rejects: Rejects of them.
        boschloo: One-sided p, the headline; absent where the batches are too large.
        boschloo_two_sided: Twice the smaller one-sided one.
        chance_better: Posterior chance that the process after is better (Jeffreys priors).
        comparable: False where there is nothing to compare.
        difference: Rate before less rate after.
        difference_lower: Newcombe's interval.
        difference_upper: Newcombe's interval.
        fisher: One-sided p.
        fisher_two_sided: Two-sided p.
        modes: Every mode found in either batch.
        power_boschloo: Could these batches have shown it? Chance that Boschloo's p is below 5 %.
        power_fisher: The same for Fisher's.
        power_now: True rate after that the power is for: the bar's.
        power_was: True rate before that the power is for: the one observed.
        units_to_see: Units per batch for a power of 80 % with Fisher's test.
    """

    after_inspected: int
    after_rejects: int
    before_batch: Key
    before_inspected: int
    before_rejects: int
    boschloo: Decimal | None = None
    boschloo_two_sided: Decimal | None = None
    chance_better: Decimal
    comparable: bool
    difference: Decimal
    difference_lower: Decimal
    difference_upper: Decimal
    fisher: Decimal
    fisher_two_sided: Decimal
    modes: tuple[ModeEffect, ...] = ()
    power_boschloo: Decimal | None = None
    power_fisher: Decimal | None = None
    power_now: Decimal | None = None
    power_was: Decimal | None = None
    units_to_see: int | None = None


class BuildTimeChange(Value):
    """What became of the build time since the batch before, over the largest run.

    Attributes:
        batch: The earlier batch.
        change: Relative change of the median; -0.25 is a quarter less.
        hours: Hours that the change makes over `run` units; negative where time is saved.
        median_s: The earlier batch's median.
        run: The largest run of the plan.
    """

    batch: Key
    change: Decimal
    hours: Decimal
    median_s: Decimal
    run: int


class BuildTimeFigures(Value):
    """Build times in build order, in seconds, against their clause and the bench.

    Attributes:
        change: Against the last batch before it with build times.
        each_max_s: Clause on every unit.
        kendall_tau: Trend in build order; absent where all are equal.
        longest_s: Longest.
        mean_s: Mean.
        median_max_s: Clause on the median.
        median_s: Median.
        over_each: Units over the clause on every unit.
        ratio: Median over the reference.
        reference_s: What the bench took; never evidence.
        shortest_s: Shortest.
        timed: Units with a build time.
    """

    change: BuildTimeChange | None = None
    each_max_s: int | None = None
    kendall_tau: Decimal | None = None
    longest_s: int
    mean_s: Decimal
    median_max_s: int | None = None
    median_s: Decimal
    over_each: int | None = None
    ratio: Decimal | None = None
    reference_s: int | None = None
    shortest_s: int
    timed: int


class Figures(Value):
    """Everything a decision showed in numbers with its verdict.

    Attributes:
        attempts: How often it was tried.
        bar: What the bar lets through.
        batch: The batch's key.
        build_time: Build times; absent without one.
        currency: The price's currency label; absent without a price.
        edition: The set of figures.
        fix: Whether the fix held, against the batch before; absent for a first batch.
        needed: Units that would show the bar's rate.
        open_units: Units inspected partly or never, with both extremes.
        rate: What the inspected units show about the reject rate.
        recurrences: Modes declared fixed that were found again.
        runs: Bad units in the smallest and the largest run.
        spared: What those runs are spared; empty for a first batch.
    """

    attempts: AttemptFigures
    bar: BarFigures
    batch: Key
    build_time: BuildTimeFigures | None = None
    currency: Label | None = None
    edition: str = EDITION
    fix: FixFigures | None = None
    needed: tuple[SampleSize, ...] = ()
    open_units: OpenUnits
    rate: RateFigures
    recurrences: tuple[Key, ...] = ()
    runs: tuple[RunFigures, ...] = ()
    spared: tuple[SparedFigures, ...] = ()

    def agrees_with(self, other: Self) -> bool:
        """Say whether these are the same figures, last digits of estimates aside."""
        return _agree(self.model_dump(), other.model_dump())


class DecisionSentences(Value):
    """Sentences of a decision: the rule and the evidence are never in the same sentence.

    Attributes:
        evidence: What the units show.
        limits: What must not be read into it.
        rule: What was agreed in advance, and whether it was met.
    """

    evidence: tuple[Text, ...] = Field(default=())
    limits: tuple[Text, ...] = Field(default=())
    rule: tuple[Text, ...] = Field(default=())


class Exhibit(NamedTuple):
    """What a person is shown with a verdict; nothing where no batch is in question."""

    figures: Figures | None = None
    says: DecisionSentences | None = None


NOTHING_SHOWN = Exhibit()


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= _CLOSE * max(abs(one), abs(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_agree(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_agree, one, other))
    return bool(one == other)
