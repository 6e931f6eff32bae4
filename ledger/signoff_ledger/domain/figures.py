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
    """A true reject rate and a chance that goes with it."""

    chance: Decimal  #: The chance.
    rate: Decimal  #: The true rate.


class BarFigures(Value):
    """What the bar lets through (operating characteristic)."""

    accepted: tuple[RateChance, ...]  #: Chance to pass, by true rate.
    consumer_rate: Decimal  #: The rate it passes one time in ten.
    indifferent_rate: Decimal  #: The rate it passes one time in two.
    max_rejects: int  #: Acceptance number Ac.
    producer_rate: Decimal  #: The rate it passes 19 times in 20.
    rate: Decimal  #: Ac of n, the rate that evidence is held against.
    units: int  #: Planned units n.


class RateFigures(Value):
    """What the inspected units show about the reject rate; empty where none was inspected."""

    at_least: Decimal | None = None  #: One-sided lower bound.
    at_most: Decimal | None = None  #: One-sided upper bound.
    confidence: Decimal  #: Of every bound here.
    evidence: str  #: `shown to meet`, `shown to miss` or `open`, against the bar's rate.
    inspected: int  #: Units with every reading, and those already found to be rejects.
    lower: Decimal | None = None  #: Two-sided Clopper-Pearson interval.
    rejects: int  #: Of those.
    upper: Decimal | None = None  #: Two-sided Clopper-Pearson interval.
    wilson_lower: Decimal | None = None  #: Wilson's interval, for comparison.
    wilson_upper: Decimal | None = None  #: Wilson's interval.


class SampleSize(Value):
    """Units that would show the bar's rate with so many rejects among them, all in all."""

    rejects: int  #: Rejects among them.
    units: int  #: So many units.


class AttemptFigures(Value):
    """Number of attempts."""

    batches: int  #: Batches of this process so far, the one in question included.
    on_revision: int  #: Those of them on its process revision.
    #: Chance that one of `batches` passes if nothing was changed, by true rate.
    passed_once: tuple[RateChance, ...]


class OpenUnits(Value):
    """Units of the plan that were inspected partly or never, and both extremes."""

    meets_if_bad: bool  #: Whether the count of rejects would still be within Ac if all were bad.
    rejects_if_bad: int  #: Rejects if all of them were bad.
    rejects_if_good: int  #: Rejects if all of them were good.
    units: int  #: How many.


class RunFigures(Value):
    """Bad units in a run still to be made, if the process stays the same."""

    at_most: int  #: One-sided upper bound of the rate, times the run.
    expected: Decimal  #: Observed rate times the run: the exposure, gross.
    expected_lower: Decimal  #: Lower end of the interval, times the run.
    expected_money: Decimal | None = None  #: The exposure at the unit's price.
    expected_upper: Decimal  #: Upper end of the interval, times the run.
    lower_90: int  #: Nine in ten forecasts are from here.
    lower_95: int  #: Nineteen in twenty are from here.
    mean: Decimal  #: Mean forecast (beta-binomial, Jeffreys prior).
    mean_money: Decimal | None = None  #: The mean forecast at the unit's price.
    median: int  #: Middle forecast.
    run: int  #: Units.
    upper_90: int  #: Nine in ten forecasts are up to here.
    upper_95: int  #: Nineteen in twenty are up to here.


class SparedFigures(Value):
    """Bad units a run is spared by what was changed between two batches: an estimate."""

    gross: Decimal  #: Observed rate before, times the run.
    gross_money: Decimal | None = None  #: At the unit's price.
    lower_90: int | None = None  #: Nine in ten forecasts of the difference are from here.
    mean: Decimal | None = None  #: Mean forecast of the difference.
    net: Decimal  #: Gross less the observed rate after, times the run.
    net_money: Decimal | None = None  #: At the unit's price.
    run: int  #: Units.
    upper_90: int | None = None  #: Nine in ten forecasts of the difference are up to here.


class ModeEffect(Value):
    """Units with one mode, before and after."""

    after: int  #: Units with it after.
    before: int  #: Units with it before.
    boschloo: Decimal | None = None  #: One-sided p; absent where the batches are too large for it.
    fisher: Decimal  #: One-sided p.
    #: Fisher's p adjusted over the modes named in advance; absent for the others.
    holm: Decimal | None = None
    mode: Key  #: The mode.
    named: bool  #: Whether a change between the batches was meant to fix it.
    still_at_most: Decimal  #: One-sided upper bound of its rate after.


class FixFigures(Value):
    """Whether the fix held: the batch in question against the one before it."""

    after_inspected: int  #: Units inspected after.
    after_rejects: int  #: Rejects of them.
    before_batch: Key  #: Key of the batch compared with.
    before_inspected: int  #: Units inspected before.
    before_rejects: int  #: Rejects of them.
    #: One-sided p, the headline; absent where the batches are too large.
    boschloo: Decimal | None = None
    boschloo_two_sided: Decimal | None = None  #: Twice the smaller one-sided one.
    chance_better: Decimal  #: Posterior chance that the process after is better (Jeffreys priors).
    comparable: bool  #: False where there is nothing to compare.
    difference: Decimal  #: Rate before less rate after.
    difference_lower: Decimal  #: Newcombe's interval.
    difference_upper: Decimal  #: Newcombe's interval.
    fisher: Decimal  #: One-sided p.
    fisher_two_sided: Decimal  #: Two-sided p.
    modes: tuple[ModeEffect, ...] = ()  #: Every mode found in either batch.
    #: Could these batches have shown it? Chance that Boschloo's p is below 5 %.
    power_boschloo: Decimal | None = None
    power_fisher: Decimal | None = None  #: The same for Fisher's.
    power_now: Decimal | None = None  #: True rate after that the power is for: the bar's.
    power_was: Decimal | None = None  #: True rate before that the power is for: the one observed.
    units_to_see: int | None = None  #: Units per batch for a power of 80 % with Fisher's test.


class BuildTimeChange(Value):
    """What became of the build time since the batch before, over the largest run."""

    batch: Key  #: The earlier batch.
    change: Decimal  #: Relative change of the median; -0.25 is a quarter less.
    hours: Decimal  #: Hours that the change makes over `run` units; negative where time is saved.
    median_s: Decimal  #: The earlier batch's median.
    run: int  #: The largest run of the plan.


class BuildTimeFigures(Value):
    """Build times in build order, in seconds, against their clause and the bench."""

    change: BuildTimeChange | None = None  #: Against the last batch before it with build times.
    each_max_s: int | None = None  #: Clause on every unit.
    kendall_tau: Decimal | None = None  #: Trend in build order; absent where all are equal.
    longest_s: int  #: Longest.
    mean_s: Decimal  #: Mean.
    median_max_s: int | None = None  #: Clause on the median.
    median_s: Decimal  #: Median.
    over_each: int | None = None  #: Units over the clause on every unit.
    ratio: Decimal | None = None  #: Median over the reference.
    reference_s: int | None = None  #: What the bench took; never evidence.
    shortest_s: int  #: Shortest.
    timed: int  #: Units with a build time.


class Figures(Value):
    """Everything a decision showed in numbers with its verdict."""

    attempts: AttemptFigures  #: How often it was tried.
    bar: BarFigures  #: What the bar lets through.
    batch: Key  #: The batch's key.
    build_time: BuildTimeFigures | None = None  #: Build times; absent without one.
    currency: Label | None = None  #: The price's currency label; absent without a price.
    edition: str = EDITION  #: The set of figures.
    #: Whether the fix held, against the batch before; absent for a first batch.
    fix: FixFigures | None = None
    needed: tuple[SampleSize, ...] = ()  #: Units that would show the bar's rate.
    open_units: OpenUnits  #: Units inspected partly or never, with both extremes.
    rate: RateFigures  #: What the inspected units show about the reject rate.
    recurrences: tuple[Key, ...] = ()  #: Modes declared fixed that were found again.
    runs: tuple[RunFigures, ...] = ()  #: Bad units in the smallest and the largest run.
    spared: tuple[SparedFigures, ...] = ()  #: What those runs are spared; empty for a first batch.

    def agrees_with(self, other: Self) -> bool:
        """Say whether these are the same figures, last digits of estimates aside."""
        return _agree(self.model_dump(), other.model_dump())


class DecisionSentences(Value):
    """Sentences of a decision: the rule and the evidence are never in the same sentence."""

    evidence: tuple[Text, ...] = Field(default=())  #: What the units show.
    limits: tuple[Text, ...] = Field(default=())  #: What must not be read into it.
    #: What was agreed in advance, and whether it was met.
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
