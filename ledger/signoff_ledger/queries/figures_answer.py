"""The shapes of figures and sentences in answers: estimates are decimals as texts.

They follow the models of `domain.figures`; a test holds the two together.
"""

from typing import NotRequired, TypedDict

from signoff_ledger.queries.value_forms import DecimalText


class RateChanceAnswer(TypedDict):
    """A chance at a true reject rate.

    Attributes:
        chance: The chance.
        rate: The true rate.
    """

    chance: DecimalText
    rate: DecimalText


class AttemptsAnswer(TypedDict):
    """How often it was tried.

    Attributes:
        batches: Batches of this process so far, the one in question included.
        on_revision: Those of them on its process revision.
        passed_once: Chance that one of `batches` passes if nothing was changed, by true rate.
    """

    batches: int
    on_revision: int
    passed_once: list[RateChanceAnswer]


class BarRatesAnswer(TypedDict):
    """What the bar lets through.

    Attributes:
        accepted: Chance to pass, by true rate.
        consumer_rate: The rate it passes one time in ten.
        indifferent_rate: The rate it passes one time in two.
        max_rejects: Acceptance number Ac.
        producer_rate: The rate it passes 19 times in 20.
        rate: Ac of n, the rate that evidence is held against.
        units: Planned units n.
    """

    accepted: list[RateChanceAnswer]
    consumer_rate: DecimalText
    indifferent_rate: DecimalText
    max_rejects: int
    producer_rate: DecimalText
    rate: DecimalText
    units: int


class BuildTimeChangeAnswer(TypedDict):
    """What became of the build time since the batch before, over the largest run.

    Attributes:
        batch: The earlier batch.
        change: Relative change of the median; -0.25 is a quarter less.
        hours: Hours that the change makes over `run` units; negative where time is saved.
        median_s: The earlier batch's median.
        run: The largest run of the plan.
    """

    batch: str
    change: DecimalText
    hours: DecimalText
    median_s: DecimalText
    run: int


class BuildTimeAnswer(TypedDict):
    """Build times.

    Attributes:
        change: Against the batch before; absent without one.
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

    change: NotRequired[BuildTimeChangeAnswer]
    each_max_s: NotRequired[int]
    kendall_tau: NotRequired[DecimalText]
    longest_s: int
    mean_s: DecimalText
    median_max_s: NotRequired[int]
    median_s: DecimalText
    over_each: NotRequired[int]
    ratio: NotRequired[DecimalText]
    reference_s: NotRequired[int]
    shortest_s: int
    timed: int


class ModeEffectAnswer(TypedDict):
    """One mode before and after.

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
    boschloo: NotRequired[DecimalText]
    fisher: DecimalText
    holm: NotRequired[DecimalText]
    mode: str
    named: bool
    still_at_most: DecimalText


class FixEffectAnswer(TypedDict):
    """Whether the fix held, against the batch before.

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
    before_batch: str
    before_inspected: int
    before_rejects: int
    boschloo: NotRequired[DecimalText]
    boschloo_two_sided: NotRequired[DecimalText]
    chance_better: DecimalText
    comparable: bool
    difference: DecimalText
    difference_lower: DecimalText
    difference_upper: DecimalText
    fisher: DecimalText
    fisher_two_sided: DecimalText
    modes: list[ModeEffectAnswer]
    power_boschloo: NotRequired[DecimalText]
    power_fisher: NotRequired[DecimalText]
    power_now: NotRequired[DecimalText]
    power_was: NotRequired[DecimalText]
    units_to_see: NotRequired[int]


class SampleSizeAnswer(TypedDict):
    """Units that would show the bar's rate, with so many rejects.

    Attributes:
        rejects: Rejects among them.
        units: So many units.
    """

    rejects: int
    units: int


class OpenUnitsAnswer(TypedDict):
    """Units inspected partly or never, with both extremes.

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


class RejectRateAnswer(TypedDict):
    """What the inspected units show about the reject rate.

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

    at_least: NotRequired[DecimalText]
    at_most: NotRequired[DecimalText]
    confidence: DecimalText
    evidence: str
    inspected: int
    lower: NotRequired[DecimalText]
    rejects: int
    upper: NotRequired[DecimalText]
    wilson_lower: NotRequired[DecimalText]
    wilson_upper: NotRequired[DecimalText]


class RunForecastAnswer(TypedDict):
    """Bad units in a run of some size.

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
    expected: DecimalText
    expected_lower: DecimalText
    expected_money: NotRequired[DecimalText]
    expected_upper: DecimalText
    lower_90: int
    lower_95: int
    mean: DecimalText
    mean_money: NotRequired[DecimalText]
    median: int
    run: int
    upper_90: int
    upper_95: int


class SparedUnitsAnswer(TypedDict):
    """What a run is spared by the fix.

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

    gross: DecimalText
    gross_money: NotRequired[DecimalText]
    lower_90: NotRequired[int]
    mean: NotRequired[DecimalText]
    net: DecimalText
    net_money: NotRequired[DecimalText]
    run: int
    upper_90: NotRequired[int]


class FiguresAnswer(TypedDict):
    """Everything shown in numbers.

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

    attempts: AttemptsAnswer
    bar: BarRatesAnswer
    batch: str
    build_time: NotRequired[BuildTimeAnswer]
    currency: NotRequired[str]
    edition: str
    fix: NotRequired[FixEffectAnswer]
    needed: list[SampleSizeAnswer]
    open_units: OpenUnitsAnswer
    rate: RejectRateAnswer
    recurrences: list[str]
    runs: list[RunForecastAnswer]
    spared: list[SparedUnitsAnswer]


class SentencesAnswer(TypedDict):
    """What is said, each part apart.

    Attributes:
        rule: What was agreed in advance, and whether it was met.
        evidence: What the units show.
        limits: What must not be read into it.
    """

    rule: list[str]
    evidence: list[str]
    limits: list[str]


class ShownAnswer(TypedDict):
    """What is shown with a verdict.

    Attributes:
        figures: Everything shown in numbers; null where no batch is in question.
        says: What is said, each part apart.
    """

    figures: FiguresAnswer | None
    says: SentencesAnswer
