"""Facts to read before a decision: no rule forbids them, and two people could misuse them.

A verdict that rests on corrections, decisions that came before, a plan or a bar that was loosened,
a nonconformity that no longer comes from the design: nothing of it decides, and a reader has to
see all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.attribution import design_targets_before, reattributions, target_name
from signoff_ledger.domain.gate.process_rules import inspected_by_signer, nonconformities_closed
from signoff_ledger.domain.gate.rule_sets import judge, misses_the_bar
from signoff_ledger.domain.plan_difference import differences
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.verdict import SETTLING_LIMIT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.process_records import PublishedPlan
    from signoff_ledger.domain.unit import Unit


class Topic(StrEnum):
    """Topic of a disclosure."""

    DEPENDS_ON = "DEPENDS ON"
    DECIDED_BEFORE = "DECIDED BEFORE"
    DESIGN = "DESIGN NONCONFORMITY RE-ATTRIBUTED"
    REDESIGN = "DESIGN APPROVED AGAIN"
    PLAN = "PLAN CHANGED AFTER RESULTS"
    BAR = "BAR LOOSENED"
    SIGNER = "SIGNER INSPECTED"
    SERIAL = "SERIALS THAT LOOK ALIKE"
    WITHHELD = "NOT HANDED OVER"
    SAME_PROCESS = "SAME PROCESS"


class Disclosure(NamedTuple):
    """One thing to know, in one sentence."""

    topic: Topic
    says: str


def disclosures(case: Case, decision_version: int | None = None) -> tuple[Disclosure, ...]:
    """Name everything that a reader of a decision has to know first.

    Args:
        case: The process and its batches, the batch in question and its signer.
        decision_version: The decision explained, by its version in the process's stream; every
            other one up to now is disclosed. None while there is none.
    """
    return (
        *_of(Topic.DEPENDS_ON, depends_on(case)),
        *_of(Topic.DECIDED_BEFORE, _decided_before(case, decision_version)),
        *_of(Topic.DESIGN, _reattributed(case)),
        *_of(Topic.REDESIGN, _redesigned(case)),
        *_of(Topic.PLAN, _changed_plans(case)),
        *_of(Topic.BAR, _loosened_bars(case)),
        *_of(Topic.SIGNER, _inspected(case)),
        *_of(Topic.SERIAL, _alike(case)),
        *_of(Topic.WITHHELD, withheld(case)),
    )


def _of(topic: Topic, sentences: Iterator[str]) -> Iterator[Disclosure]:
    return (Disclosure(topic, says) for says in sentences)


# --- G20: what the verdict rests on --------------------------------------------------------------


def depends_on(case: Case) -> Iterator[str]:
    """Name corrections and replacements, made with results known, that the verdict rests on.

    The case is judged again without all of them, and without those of one unit at a time.
    """
    touched = [(batch.key, serial) for batch in _looked_at(case) for serial in _touched(batch)]
    if not touched:
        return
    found = _essence(case)
    asked = touched[:SETTLING_LIMIT]
    decisive = [each for each in asked if _essence(_without_hindsight(case, {each})) != found]
    rest = [each for each in touched if each not in decisive]
    if rest and _essence(_without_hindsight(case, set(rest))) != found:
        decisive = touched  # None of the rest is decisive alone, and together they are.
    for key, serial in decisive:
        yield from _what_was_done(case.batches[key], serial)


def _looked_at(case: Case) -> list[Batch]:
    return [*case.earlier, *([case.batch] if case.batch else [])]


def _touched(batch: Batch) -> list[str]:
    replaced = [serial for serial, unit in batch.units.items() if unit.replaced_knowingly]
    return list(dict.fromkeys((*batch.uncorrected, *replaced)))


def _without_hindsight(case: Case, touched: Collection[tuple[str, str]]) -> Case:
    batches: Mapping[str, Batch] = {
        key: batch.without_hindsight({serial for other, serial in touched if other == key})
        if any(other == key for other, _ in touched)
        else batch
        for key, batch in case.batches.items()
    }
    return replace(case, batches=batches)


def _essence(case: Case) -> tuple[object, ...]:
    """Give what makes one verdict another: the rules that do not hold, and the recurrences."""
    verdict = judge(case)
    recurrences = verdict.finding(nonconformities_closed.name).numbers.get("recurrences", 0)
    return (*(f.rule for f in verdict.blockers), recurrences)


def _what_was_done(batch: Batch, serial: str) -> Iterator[str]:
    for correction in batch.corrections.values():
        asked = correction.asked
        if asked.serial == serial and correction.confirmed_by is not None:
            again = f", measured again: {asked.remeasured}" if asked.remeasured else ""
            yield (
                f"correction {asked.number} of batch {batch.key}, unit {serial}: {asked.field} "
                f"{asked.was} -> {asked.becomes}, by {correction.asked_by} and "
                f"{correction.confirmed_by}{again}: {asked.reason}"
            )
    unit = batch.units[serial]
    if unit.replaced_knowingly:
        yield (
            f"unit {serial} of batch {batch.key} in place of {unit.replaces}, whose result was "
            "known"
        )


# --- what came before ----------------------------------------------------------------------------


def _decided_before(case: Case, decision_version: int | None) -> Iterator[str]:
    process = case.process
    stated: list[tuple[int, str]] = []
    for d in process.decisions:
        if d.version != decision_version:
            on = f" on batch {d.batch}" if d.batch else ""
            missed = misses_the_bar(d.verdict, closed=d.is_closed) if d.is_automatic else ()
            reason = "; ".join(f.says for f in missed) or d.reason
            because = f": {reason}" if reason else ""
            awaiting = f"; it awaited {d.awaiting}" if d.awaiting else ""
            outcome = d.outcome.replace("_", " ")
            says = f"{outcome}{on} by {d.printed_name}, {d.at:%Y-%m-%d}{because}{awaiting}"
            stated.append((d.version, says))
    # A hold that ended a sign-off is among the decisions.
    for e in (ending for ending in process.endings if ending.standing in _ENDED):
        on = f" on batch {e.batch}" if e.batch else ""
        stated.append(
            (e.version, f"the sign-off{on} {_ENDED[e.standing]}, {e.at:%Y-%m-%d}: {e.why}")
        )
    yield from (says for _, says in sorted(stated))


_ENDED = {
    Standing.LAPSED: "LAPSED",
    Standing.UNSUPPORTED: "became UNSUPPORTED",
    Standing.WITHDRAWN: "was WITHDRAWN",
}


def _reattributed(case: Case) -> Iterator[str]:
    process = case.process
    for target, design, after in reattributions(process.attributions, process.design_version):
        since = "; ".join(f"to {a.origin} by {a.by}: {a.reason}" for a in after)
        yield (
            f"{target_name(target, design.mode)} was attributed to the design by {design.by} "
            f"({design.reason}), then {since}"
        )


def _redesigned(case: Case) -> Iterator[str]:
    """Name the designs that took the place of another after results, and what ended with that."""
    process = case.process
    for made in process.redesigns:
        if made.judged_by is None:
            continue
        targets = design_targets_before(process.attributions, made.version)
        before = process.plans[made.judged_by - 1].plan
        looser = [d for d in differences(before, process.plans[-1].plan) if d.loosens]
        parts = [
            (
                f"{made.was.document} ({made.was.sha256[:12]}) gave way to {made.now.document} "
                f"({made.now.sha256[:12]}, {made.now.reference}), {made.at:%Y-%m-%d} by {made.by}"
            )
        ]
        parts += [f"attributed to the design before: {', '.join(targets)}"] if targets else []
        stated = ", ".join(
            f"{d.item} {d.difference} ({d.was} -> {d.now or 'gone'})" for d in looser
        )
        parts += [f"looser than what its results were judged by: {stated}"] if stated else []
        yield "; ".join(parts)


def _changed_plans(case: Case) -> Iterator[str]:
    for plan in case.process.plans:
        if plan.differences:
            stated = "; ".join(
                f"{d.item} {d.difference}"
                + (f" ({d.was or 'not there'} -> {d.now or 'gone'})" if d.loosens else "")
                for d in plan.differences
            )
            agreed = f" and {plan.countersigned_by}" if plan.countersigned_by else " alone"
            yield f"plan {plan.number} by {plan.by}{agreed}: {stated}{_fared(case, plan)}"


def _fared(case: Case, plan: PublishedPlan) -> str:
    """Say how the batches that were judged by earlier plans would have fared under a plan."""
    stated = []
    for batch in case.batches.values():
        if batch.started.plan_number < plan.number and batch.units:
            counted = [batch.units[s] for s in batch.tally().representative]
            was = len(batch.tally().rejects)
            now = sum(is_reject_by(unit, batch, plan.plan) for unit in counted)
            stated.append(f"batch {batch.key} had {was}/{len(counted)} and would have {now}")
    return f"; rejects by it: {', '.join(stated)}" if stated else ""


def is_reject_by(unit: Unit, batch: Batch, plan: InspectionPlan) -> bool:
    """Say whether a unit would be a reject of its batch had it been judged by another plan.

    Its readings are judged again where the plan reads the same characteristic in the same scale,
    and are not where it does not; nonconformities that an inspector reported are graded again.
    """
    from_grade = batch.bar.reject_from.rank
    for name, reading in unit.readings.items():
        old, new = batch.plan.by_id[name], plan.by_id.get(name)
        if new is None or (old.kind, old.unit, old.decimals) != (new.kind, new.unit, new.decimals):
            continue
        if not new.conforms(reading) and new.severity.rank >= from_grade:
            return True
    for found in unit.nonconformities.values():
        mode = plan.mode_catalogue.get(found.mode)
        if found.characteristic is None:
            zone = mode.zone_of(found.location) if mode else None
            grade = mode.severity_at(zone) if mode else found.severity
            if grade.rank >= from_grade:
                return True
    return False


def _loosened_bars(case: Case) -> Iterator[str]:
    for bar in case.process.bars:
        if bar.loosened:
            yield (
                f"bar {bar.number}, {bar.at:%Y-%m-%d}, loosened {', '.join(bar.loosened)}: "
                f"{bar.reason}"
            )


# --- who, and which units ------------------------------------------------------------------------


def _inspected(case: Case) -> Iterator[str]:
    read, counted = inspected_by_signer(case)
    if read and case.signer is not None and case.batch is not None:
        allowed = "as the plan allows" if case.batch.plan.signer_may_inspect else "against the plan"
        yield f"{case.signer.printed_name} recorded {len(read)}/{len(counted)} units, {allowed}"


def _alike(case: Case) -> Iterator[str]:
    for batch in _looked_at(case):
        for serial, unit in batch.units.items():
            if unit.distinct_from:
                others = ", ".join(unit.distinct_from)
                yield f"unit {serial} of batch {batch.key} was said not to be {others}"


def withheld(case: Case) -> Iterator[str]:
    """Name the units that count, conformed at first and do not go on to a user (G27)."""
    batch = case.batch
    if batch is None:
        return
    count = batch.tally()
    released = set(count.releasable)
    for serial in count.conforming:
        if serial not in released:
            unit = batch.units[serial]
            why = [f"a retest found {', '.join(unit.failed_retests)} failing"] * bool(
                unit.failed_retests
            )
            why += [f"it goes to {unit.disposition}"] * bool(unit.disposition)
            yield f"unit {serial} of batch {batch.key}: {'; '.join(why)}"
