"""Rules on the batch itself: are there enough units that count, and do they clear the bar?"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from signoff_ledger.domain.gate.rule import RuleResult, batch_rule
from signoff_ledger.domain.tally import EXCLUSIONS
from signoff_ledger.domain.verdict import NO_CORRECTION_PENDING, SETTLING_LIMIT, EventRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case


@batch_rule("batch-closed")
def batch_closed(case: Case, batch: Batch) -> RuleResult:
    """The batch takes no more units, so its count is final."""
    if batch.closed_version is None:
        return RuleResult(holds=False, says=f"batch {batch.key} is still open; close it to decide")
    return RuleResult(
        holds=True,
        numbers={"units": len(batch.units)},
        says=f"batch {batch.key} is closed with {len(batch.units)} unit(s) on record",
        settled_by=case.in_batch(batch.closed_version),
    )


@batch_rule("representative-units")
def representative_units(case: Case, batch: Batch) -> RuleResult:
    """Enough units that stand for the process, none missing, none with a blank (S-05, S-10)."""
    count = batch.tally(case.bar)
    n, counted = count.planned, len(count.representative)
    parts = [f"{count.filled}/{n} planned units count"]
    if counted != count.filled:
        parts.append(f"{counted} units count in all; a surplus one stands for no other")
    reasons: Counter[str] = Counter()
    for serial, codes in count.excluded.items():
        reasons.update(codes)
        if len(parts) <= SETTLING_LIMIT:
            parts.append(
                f"{serial} does not: " + ", ".join(f"{c} ({EXCLUSIONS[c]})" for c in codes)
            )
    if count.incomplete:
        gaps = list(count.incomplete.items())
        shown = "; ".join(f"{serial}: {', '.join(ids)}" for serial, ids in gaps[:SETTLING_LIMIT])
        parts.append(
            f"{len(gaps)}/{counted} of them lack readings ({shown}); a blank is not a pass"
        )
    serials = [*count.excluded, *count.incomplete]
    return RuleResult(
        counts=dict(sorted(reasons.items())),
        holds=count.is_complete,
        numbers={
            "filled": count.filled,
            "incomplete": len(count.incomplete),
            "units": counted,
            "planned": n,
        },
        says="; ".join(parts),
        settled_by=_of_units(case, batch, serials),
    )


@batch_rule("rejects-within-ac", of_bar=True)
def rejects_within_ac(case: Case, batch: Batch) -> RuleResult:
    """The hard number: nonconforming units of those that count, at most Ac (S-33, S-54)."""
    bar = case.bar_instead or batch.bar
    count = batch.tally(bar)
    rejects, units = len(count.rejects), len(count.representative)
    nonconforming = len(count.nonconforming)
    if units == 0:
        return RuleResult(
            holds=False,
            numbers={"ac": bar.max_rejects, "rejects": 0, "units": 0},
            says="0/0: no unit counts, so there is no evidence; that is not 0 rejects",
        )
    by_mode = f" ({_listed(count.modes)})" if count.modes else ""
    found = f"{rejects}/{units} nonconforming{by_mode}"
    if nonconforming != rejects:
        found = f"{rejects}/{units} nonconforming in a grade that counts, {bar.reject_from} and up"
        found += f"; {nonconforming}/{units} in any grade{by_mode}"
    return RuleResult(
        counts=dict(count.modes),
        holds=rejects <= bar.max_rejects,
        numbers={
            "ac": bar.max_rejects,
            "nonconforming": nonconforming,
            "nonconformities": count.nonconformities,
            "planned": bar.units,
            "re": bar.max_rejects + 1,
            "rejects": rejects,
            "units": units,
        },
        says=f"{found}; the bar accepts at most {bar.max_rejects} of {bar.units}",
        settled_by=_of_units(case, batch, count.rejects),
    )


@batch_rule("no-critical", of_bar=True)
def no_critical(case: Case, batch: Batch) -> RuleResult:
    """Critical nonconformities, at most as many as the bar names; none unless it says so (G8)."""
    bar = case.bar_instead or batch.bar
    count = batch.tally(bar)
    units = len(count.representative)
    return RuleResult(
        holds=units > 0 and count.critical <= bar.max_critical,
        numbers={"critical": count.critical, "max": bar.max_critical, "units": units},
        says=f"{count.critical} critical nonconformities on {units} unit(s); "
        f"at most {bar.max_critical}",
    )


@batch_rule("build-time", of_bar=True)
def build_time(case: Case, batch: Batch) -> RuleResult:
    """The build time within its clause; without a clause it is reported, not judged (S-38)."""
    bar = case.bar_instead or batch.bar
    count = batch.tally(bar)
    times, units = count.build_times_s, len(count.representative)
    numbers = {"timed": len(times), "units": units}
    parts = [f"{len(times)}/{units} unit(s) timed"]
    median = count.median_build_time_s
    if median is not None:
        numbers |= {"longest_s": max(times), "median_s": ceil(median)}
        timed = f"on {len(times)}/{units} unit(s)"
        parts = [f"median {_clock(numbers['median_s'])}, longest {_clock(max(times))} {timed}"]
        parts += _against_reference(batch, numbers)
    limits = (
        ("median", bar.build_time_median_max_s, numbers.get("median_s")),
        ("longest", bar.build_time_each_max_s, numbers.get("longest_s")),
    )
    judged = [(name, limit, found) for name, limit, found in limits if limit is not None]
    if not judged:
        parts.append("no limit was registered, so it is reported and not judged")
    for name, limit, _ in judged:
        numbers[f"{name}_max_s"] = limit
        parts.append(f"the bar accepts a {name} of at most {_clock(limit)}")
    holds = all(
        found is not None and found <= limit and len(times) == units for _, limit, found in judged
    )
    return RuleResult(holds=holds, numbers=numbers, says="; ".join(parts))


@batch_rule("single-clauses", of_bar=True)
def single_clauses(case: Case, batch: Batch) -> RuleResult:
    """Clauses on single modes and single characteristics (G8)."""
    bar = case.bar_instead or batch.bar
    count = batch.tally(bar)
    units = len(count.representative)
    clauses = [(f"mode {c.mode}", count.modes.get(c.mode, 0), c.max_units) for c in bar.modes]
    clauses += [
        (f"characteristic {c.characteristic}", count.failing.get(c.characteristic, 0), c.max_units)
        for c in bar.characteristics
    ]
    if not clauses:
        return RuleResult(
            holds=True, says="no clause on a single mode or characteristic is registered"
        )
    return RuleResult(
        counts={name: found for name, found, _ in clauses},
        holds=units > 0 and all(found <= limit for _, found, limit in clauses),
        numbers={name: limit for name, _, limit in clauses} | {"units": units},
        says="; ".join(
            f"{name}: {found}/{units}, at most {limit}" for name, found, limit in clauses
        ),
    )


@batch_rule("fresh-units")
def fresh_units(case: Case, batch: Batch) -> RuleResult:
    """No serial was used in an earlier batch, however it is spelt: rework proves nothing (S-28)."""
    used = {serial: found for serial in batch.units if (found := _used_before(serial, case, batch))}
    again, total = list(used), len(batch.units)
    if again:
        shown = ", ".join(f"{serial} ({used[serial]})" for serial in again[:SETTLING_LIMIT])
        says = f"{len(again)}/{total} unit(s) were in an earlier batch: {shown}"
    else:
        says = f"{total}/{total} unit(s) are fresh; {len(case.earlier)} earlier batch(es) looked at"
    return RuleResult(
        holds=total > 0 and not again,
        numbers={"earlier": len(case.earlier), "fresh": total - len(again), "units": total},
        says=says,
        settled_by=_of_units(case, batch, again),
    )


def _used_before(serial: str, case: Case, batch: Batch) -> str:
    """Name the earlier batch that has a unit, or one that looks like it; "" where none has."""
    said = batch.units[serial].distinct_from
    for other in case.earlier:
        if serial in other.units:
            return other.key
        alike = next((each for each in other.resembling(serial) if each not in said), None)
        if alike is not None:
            return f"{alike} of {other.key}"
    return ""


@batch_rule(NO_CORRECTION_PENDING)
def no_correction_pending(case: Case, _: Batch) -> RuleResult:
    """No correction waits for a second person, in any batch of the process."""
    waiting = [(b.key, c) for b in case.batches.values() for c in b.pending_corrections]
    shown = ", ".join(f"{key} no. {c.asked.number} on {c.asked.serial}" for key, c in waiting)
    return RuleResult(
        holds=not waiting,
        numbers={"pending": len(waiting)},
        says=f"{len(waiting)} correction(s) wait for a second person"
        + (f": {shown}" * bool(shown)),
        settled_by=tuple(EventRef(stream=f"batch {key}", version=c.version) for key, c in waiting)[
            :SETTLING_LIMIT
        ],
    )


def _against_reference(batch: Batch, numbers: dict[str, int]) -> list[str]:
    """State the median and the bench as two numbers, never as one (S-15)."""
    characteristic = batch.plan.build_time
    reference = characteristic.scaled_reference if characteristic else None
    if not reference:
        return []
    numbers["reference_s"] = reference
    hundredths = (200 * numbers["median_s"] + reference) // (2 * reference)
    numbers["ratio_hundredths"] = hundredths
    return [f"{Decimal(hundredths).scaleb(-2)} times the reference of {_clock(reference)}"]


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _of_units(case: Case, batch: Batch, serials: Iterable[str]) -> tuple[EventRef, ...]:
    versions = sorted({v for serial in serials for v in batch.units[serial].events})
    return case.in_batch(*versions[:SETTLING_LIMIT])
