"""Did the fix hold? The batch in question against the one before it, overall and mode by mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.figures import FixFigures, ModeEffect
from signoff_ledger.figures.number_format import estimate, maybe
from signoff_ledger.statistics.proportion import upper_bound
from signoff_ledger.statistics.two_batches import (
    Counts,
    boschloo,
    boschloo_power,
    chance_better,
    compare,
    fisher,
    fisher_power,
    holm,
    units_to_see,
)

if TYPE_CHECKING:
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.tally import Tally

CONFIDENCE = 0.95
_LARGEST_FOR_POWER = 400
"""Units per batch above which the power of the comparison is not computed."""


def fix_effect(case: Case) -> FixFigures | None:
    """Compare the batch in question with the last one before it that has inspected units."""
    batch, bar = case.batch, case.bar
    if batch is None or bar is None:
        return None
    for earlier in reversed(case.earlier):
        found = effect_between(case, earlier, batch, bar)
        if found is not None:
            return found
    return None


def effect_between(case: Case, before: Batch, after: Batch, bar: Bar) -> FixFigures | None:
    """Compare two batches of a process, each counted under its own bar, the later under `bar`.

    Args:
        case: The process they belong to.
        before: The earlier one.
        after: The later one.
        bar: The later one's bar; its rate is the improvement that power is asked for.

    Returns:
        None when either has no inspected unit.
    """
    counted = (before.tally(), after.tally(bar))
    was, now = (Counts(*inspected_of(count)) for count in counted)
    effect, better = compare(was, now), chance_better(was, now)
    if effect is None or better is None:
        return None
    named = _named_between(case, before, after)
    power = _power(was, now, bar.max_rejects / bar.units)
    return FixFigures(
        after_inspected=now.inspected,
        after_rejects=now.rejects,
        before_batch=before.key,
        before_inspected=was.inspected,
        before_rejects=was.rejects,
        boschloo=maybe(effect.boschloo_one_sided),
        boschloo_two_sided=maybe(effect.boschloo_two_sided),
        chance_better=estimate(better),
        comparable=effect.comparable,
        difference=estimate(effect.difference),
        difference_lower=estimate(effect.newcombe_95.lower),
        difference_upper=estimate(effect.newcombe_95.upper),
        fisher=estimate(effect.fisher_one_sided),
        fisher_two_sided=estimate(effect.fisher_two_sided),
        modes=_modes(counted[0], counted[1], was.inspected, now.inspected, named),
        **power,
    )


def inspected_of(count: Tally) -> tuple[int, int]:
    """Give rejects and inspected units: a unit without every reading counts once it is a reject.

    Never inspected is not good, and partly inspected is neither (S-17).
    """
    rejects = set(count.rejects)
    half_seen = sum(1 for serial in count.incomplete if serial not in rejects)
    return len(rejects), len(count.representative) - half_seen


def _named_between(case: Case, before: Batch, after: Batch) -> frozenset[str]:
    """Name the modes that changes between two batches were meant to fix, before the result."""
    first = case.process.batches[before.key].changes_before
    last = case.process.batches[after.key].changes_before
    changes = case.process.changes[first:last]
    return frozenset(mode for change in changes for mode in change.applied.addresses)


def _modes(
    before: Tally, after: Tally, n_before: int, n_after: int, named: frozenset[str]
) -> tuple[ModeEffect, ...]:
    """Compare mode by mode; a mode cannot have more units than were inspected for it."""
    modes = sorted({*before.modes, *after.modes})
    pairs = {
        mode: (
            Counts(before.modes.get(mode, 0), max(n_before, before.modes.get(mode, 0))),
            Counts(after.modes.get(mode, 0), max(n_after, after.modes.get(mode, 0))),
        )
        for mode in modes
    }
    p_values = {mode: fisher(*pair) for mode, pair in pairs.items()}
    targets = [mode for mode in modes if mode in named]
    adjusted = dict(zip(targets, holm([p_values[mode] for mode in targets]), strict=True))
    return tuple(
        ModeEffect(
            after=pairs[mode][1].rejects,
            before=pairs[mode][0].rejects,
            boschloo=maybe(boschloo(*pairs[mode])),
            fisher=estimate(p_values[mode]),
            holm=maybe(adjusted.get(mode)),
            mode=mode,
            named=mode in named,
            still_at_most=estimate(upper_bound(*pairs[mode][1], CONFIDENCE) or 0.0),
        )
        for mode in modes
    )


def _power(was: Counts, now: Counts, bar_rate: float) -> dict[str, Any]:
    """Say whether these batches could have shown the improvement that the bar asks for."""
    rate = was.rejects / was.inspected
    if rate <= bar_rate or max(was.inspected, now.inspected) > _LARGEST_FOR_POWER:
        return {}
    sizes = was.inspected, now.inspected
    return {
        "power_boschloo": maybe(boschloo_power(*sizes, rate, bar_rate)),
        "power_fisher": maybe(fisher_power(*sizes, rate, bar_rate)),
        "power_now": estimate(bar_rate),
        "power_was": estimate(rate),
        "units_to_see": units_to_see(rate, bar_rate),
    }
