"""Sentences of a decision: the rule, the evidence and the limits, each separate.

"Met the bar" and "what that shows" are two sentences and never one. Counts come before percent,
every bound says whether it is one- or two-sided and at which confidence, and no sentence calls a
result significant, proven or certain.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from signoff_ledger.domain.figures import DecisionSentences
from signoff_ledger.figures.number_format import (
    about,
    at_least,
    at_most,
    counted,
    grouped,
    minutes,
    money,
    one_in,
    ordinal,
    p_value,
    percent,
    points,
    rounded,
    rounded_up,
    times_in_100,
    whole,
)

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.figures import (
        AttemptFigures,
        BarFigures,
        BuildTimeChange,
        BuildTimeFigures,
        Figures,
        FixFigures,
        ModeEffect,
        OpenUnits,
        RateChance,
        RateFigures,
        RunFigures,
        SparedFigures,
    )

ASSUMES = (
    "Assumes the run uses the same tooling, material, people and inspection as the batch. Not "
    "covered: wear, new material lots, inspector error, nonconformities not looked for."
)

_NAMED_RATES = (Decimal("0.05"), Decimal("0.1"), Decimal("0.25"))
_LEVEL = Decimal("0.05")


def decision_sentences(case: Case, figures: Figures) -> DecisionSentences:
    """Say a case's figures.

    Args:
        case: The case they were made of.
        figures: Its figures.
    """
    return DecisionSentences(
        evidence=tuple(_evidence(figures)),
        limits=tuple(_limits(figures)),
        rule=tuple(_rule(case, figures)),
    )


def bar_sentences(bar: BarFigures) -> tuple[str, ...]:
    """Say what a bar lets through, at the moment it is set or shown."""
    of = _by_rate(bar.accepted)
    five, ten, quarter = (times_in_100(of[rate]) for rate in _NAMED_RATES)
    stopped = times_in_100(1 - of[_NAMED_RATES[0]])
    return (
        f"At most {counted(bar.max_rejects, 'reject')} in {grouped(bar.units)}.",
        (
            f"This bar would pass a process with 5 % rejects {five}, with 10 % rejects {ten} and "
            f"with 25 % rejects {quarter}; it would stop a 5 % process {stopped}."
        ),
        (
            f"One time in ten it accepts a process with {percent(bar.consumer_rate)} rejects; 19 "
            f"times in 20 it accepts one with {percent(bar.producer_rate)}."
        ),
    )


def _rule(case: Case, figures: Figures) -> list[str]:
    batch = case.batch
    assert batch is not None  # noqa: S101  # there are figures
    most, units, found = figures.bar.max_rejects, figures.bar.units, figures.rate.rejects
    open_units = figures.open_units.units
    agreed = _agreed(case)
    terms = f"at most {counted(most, 'reject')} in {grouped(units)}; {found} found"
    if found > most:
        rule = f"Batch {batch.key} missed the bar on rejects {agreed}: {terms}."
    elif open_units:
        rule = (
            f"Batch {batch.key} has not met the bar {agreed}: {terms} so far, "
            f"and {counted(open_units, 'unit')} of {grouped(units)} not inspected."
        )
    else:
        rule = f"Batch {batch.key} met the bar on rejects {agreed}: {terms}."
    sentences = [rule, *bar_sentences(figures.bar)[1:]]
    if figures.build_time is not None:
        sentences.append(_build_time(figures.build_time))
    return sentences


def _agreed(case: Case) -> str:
    """Say when the bar in force was registered, and whether that was before any result."""
    batch = case.batch
    assert batch is not None  # noqa: S101  # there are figures
    if case.bar_instead is not None:
        return "that you did not set"
    bar = next((b for b in case.process.bars if b.sha256 == batch.started.bar_sha256), None)
    if bar is None:
        return f"number {batch.started.bar_number}"
    return f"agreed on {long_date(bar.at)}, before its first result"


def long_date(moment: datetime) -> str:
    """Write a day as a person would, the same in every locale."""
    months = (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    )  # fmt: skip
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


def _evidence(figures: Figures) -> list[str]:
    rate = figures.rate
    if rate.inspected == 0:
        return ["No unit was inspected, so there is no evidence: neither good nor bad."]
    sentences = [_interval(rate), *_bounds(rate), _state(figures)]
    sentences.append(_attempts(figures.attempts))
    if figures.open_units.units:
        sentences.append(_open_units(figures.open_units, figures.bar))
    sentences += [_run(run, figures.currency) for run in figures.runs]
    if figures.fix is not None:
        sentences += fix_sentences(figures.fix)
    sentences += [_spared(each, figures.currency) for each in figures.spared]
    sentences += [
        f"Recurrence: {mode} was declared fixed by a change before this batch, and was found again."
        for mode in figures.recurrences
    ]
    return sentences


def _interval(rate: RateFigures) -> str:
    lower, upper = rate.lower or Decimal(0), rate.upper or Decimal(1)
    return (
        f"{counted(rate.rejects, 'reject')} in {grouped(rate.inspected)} inspected. From these "
        f"{counted(rate.inspected, 'unit')} alone, a true reject rate anywhere from "
        f"{percent(lower)} to {percent(upper)} would fit this result (95 % interval, two-sided)."
    )


def _bounds(rate: RateFigures) -> list[str]:
    most, least = rate.at_most or Decimal(1), rate.at_least or Decimal(0)
    bounds = [
        (
            f"With 95 % confidence, one-sided, the rate is at most {at_most(most)}: a method that "
            "errs in at most 5 of 100 such claims."
        )
    ]
    if rate.rejects == 0:
        bounds.append(
            f"No rejects in {grouped(rate.inspected)} does not mean no rejects: up to "
            f"{at_most(most)} would still fit (95 %, one-sided)."
        )
    elif rate.evidence == "shown to miss":
        bounds.append(f"With 95 % confidence, one-sided, it is at least {at_least(least)}.")
    return bounds


def _state(figures: Figures) -> str:
    rate, bar = figures.rate, figures.bar
    wanted = percent(bar.rate)
    if rate.evidence == "shown to meet":
        return f"This shows a rate of at most {wanted} (95 %, one-sided)."
    if rate.evidence == "shown to miss":
        return f"This shows a rate above {wanted} (95 %, one-sided)."
    open_ = f"This neither shows nor rules out a rate of {wanted}."
    needed = {each.rejects: each.units for each in figures.needed}
    if 0 in needed and 1 in needed:
        open_ += (
            f" To show it would take {grouped(needed[0])} units with no reject, or "
            f"{grouped(needed[1])} with at most one."
        )
    return open_


def _attempts(attempts: AttemptFigures) -> str:
    here = (
        f"This is the {ordinal(attempts.batches)} batch tried on this process, and the "
        f"{ordinal(attempts.on_revision)} on this process revision."
    )
    if attempts.batches == 1:
        return here
    chance = times_in_100(_by_rate(attempts.passed_once)[Decimal("0.1")])
    worst = ""
    if attempts.on_revision < attempts.batches:
        worst = " This is the worst case: as if no change between them did anything."
    return (
        f"{here} A process with 10 % rejects would have passed at least one of "
        f"{attempts.batches} batches {chance}.{worst}"
    )


def _open_units(units: OpenUnits, bar: BarFigures) -> str:
    outcome = "still be within the bar" if units.meets_if_bad else "miss the bar"
    return (
        f"{counted(units.units, 'unit')} of {grouped(bar.units)} "
        f"{'was' if units.units == 1 else 'were'} inspected partly or never. If all of them were "
        f"bad, the batch would have {counted(units.rejects_if_bad, 'reject')} and {outcome}; if "
        f"all were good, {units.rejects_if_good}."
    )


def _run(run: RunFigures, currency: str | None) -> str:
    value = ""
    if run.expected_money is not None and run.mean_money is not None and currency:
        value = (
            f" At the unit's price that is {money(run.expected_money, currency)} at the observed "
            f"rate, about {money(rounded(run.mean_money), currency)} in the mean forecast."
        )
    return (
        f"If the run of {grouped(run.run)} is made by this same process: {whole(run.expected)} bad "
        f"units at "
        f"the observed rate ({whole(run.expected_lower)} to {whole(run.expected_upper)}, 95 % "
        f"interval); the forecast is about {about(run.mean)}, {grouped(run.lower_90)} to "
        f"{grouped(run.upper_90)} plausible (9 in 10 forecasts; Jeffreys prior), at most "
        f"{grouped(rounded_up(run.at_most))} (95 %, one-sided).{value}"
    )


def _spared(spared: SparedFigures, currency: str | None) -> str:
    text = (
        f"An estimate of what the run of {grouped(spared.run)} is spared: {whole(spared.gross)} "
        f"bad units gross at the rate before, {whole(spared.net)} net of the rate seen now"
    )
    if spared.gross_money is not None and spared.net_money is not None and currency:
        text += f" ({money(spared.gross_money, currency)} gross, "
        text += f"{money(spared.net_money, currency)} net)"
    if spared.mean is not None and spared.lower_90 is not None and spared.upper_90 is not None:
        text += (
            f"; the forecast is about {about(spared.mean)}, {_signed(spared.lower_90)} to "
            f"{_signed(spared.upper_90)} (9 in 10)"
        )
    return f"{text}."


def _signed(number: int) -> str:
    return grouped(number).replace("-", "\N{MINUS SIGN}")


def fix_sentences(fix: FixFigures) -> list[str]:
    """Say whether a fix held, whether the batches could have shown it, and mode by mode."""
    counts = (
        f"{fix.before_rejects} of {grouped(fix.before_inspected)} before (batch "
        f"{fix.before_batch}), {fix.after_rejects} of {grouped(fix.after_inspected)} after"
    )
    if not fix.comparable:
        return [f"Did the fix hold? {counts}: nothing to compare (p = 1)."]
    headline = fix.fisher if fix.boschloo is None else fix.boschloo
    name = "Fisher" if fix.boschloo is None else "Boschloo"
    also = "" if fix.boschloo is None else f"; Fisher {p_value(fix.fisher)}"
    verdict = "shown" if headline <= _LEVEL else "not shown"
    lines = [
        (
            f"Did the fix hold? {counts}. That the process got better is {verdict} at 5 % ({name}, "
            f"one-sided {p_value(headline)}{also}); rate before less rate "
            f"after is {points(fix.difference)} points, and anything from "
            f"{points(fix.difference_lower)} to {points(fix.difference_upper)} would fit (95 % "
            "interval, Newcombe)."
        )
    ]
    power = fix.power_fisher if fix.power_boschloo is None else fix.power_boschloo
    if power is not None and fix.power_was is not None and fix.power_now is not None:
        more = (
            f"; {grouped(fix.units_to_see)} units a batch would see it 80 times in 100 (Fisher)"
            if fix.units_to_see
            else ""
        )
        lines.append(
            f"Could this batch have shown it? A fall from {percent(fix.power_was)} to "
            f"{percent(fix.power_now)} would be seen {times_in_100(power)} ({name}, 5 %){more}."
        )
    return lines + [_mode(mode, fix) for mode in fix.modes]


def _mode(mode: ModeEffect, fix: FixFigures) -> str:
    counts = (
        f"{mode.mode}: {mode.before} of {grouped(fix.before_inspected)} before, {mode.after} of "
        f"{grouped(fix.after_inspected)} after."
    )
    still = f" Up to {at_most(mode.still_at_most)} would still fit (95 %, one-sided)."
    if not mode.named:
        return f"{counts} No change was meant to fix it, so it is not tested.{still}"
    better = Decimal(mode.after) / fix.after_inspected < Decimal(mode.before) / fix.before_inspected
    if not better:
        return f"{counts} That is not what a working fix looks like.{still}"
    holm = "" if mode.holm is None else f"; {p_value(mode.holm)} after Holm over the named modes"
    return (
        f"{counts} That is what a working fix looks like, but chance alone would give it "
        f"{one_in(mode.fisher)} (Fisher, one-sided {p_value(mode.fisher)}{holm}).{still}"
    )


def _build_time(time: BuildTimeFigures) -> str:
    text = (
        f"Build time in build order: median {minutes(time.median_s)} over "
        f"{counted(time.timed, 'unit')}, {minutes(time.shortest_s)} to {minutes(time.longest_s)}"
    )
    if time.reference_s is not None and time.ratio is not None:
        ratio = time.ratio.quantize(Decimal("0.01")).normalize()
        text += f"; the bench took {minutes(time.reference_s)} ({ratio:f} times that)"
    if time.change is not None:
        text += f"; {_build_time_change(time.change)}"
    clauses = []
    if time.median_max_s is not None:
        clauses.append(f"the bar allows a median of {minutes(time.median_max_s)}")
    if time.each_max_s is not None:
        over = f"{time.over_each or 0} over it"
        clauses.append(f"the bar allows {minutes(time.each_max_s)} for every unit, {over}")
    judged = "; ".join(clauses) or "no clause was registered, so it is reported and not judged"
    return f"{text}. On build time, {judged}."


def _build_time_change(change: BuildTimeChange) -> str:
    """Say what the change of the median comes to, such as 11 min before, -45.5 %, 83.3 hours."""
    if change.hours == 0:
        return f"it was the same in batch {change.batch}"
    share = (100 * change.change).quantize(Decimal("0.1"))
    hours = abs(change.hours).quantize(Decimal("0.1"))
    less = "less" if change.hours < 0 else "more"
    return (
        f"it was {minutes(change.median_s)} in batch {change.batch} ({share:+f} %), which makes "
        f"{hours:,f} hours {less} over a run of {grouped(change.run)}"
    )


def _limits(figures: Figures) -> list[str]:
    limits = [ASSUMES]
    if figures.rate.inspected:
        limits.append(
            "The rules decided by counting. These figures describe the evidence; they did not "
            "decide, and no rule reads them."
        )
    return limits


def _by_rate(tried: tuple[RateChance, ...]) -> dict[Decimal, Decimal]:
    return {each.rate: each.chance for each in tried}
