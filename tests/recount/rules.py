"""Every rule of rule set 1, said again from the requirements: whether it holds, and its numbers.

A rule about a batch does not hold without one: no evidence never satisfies a rule (S-17).
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from statistics import median
from typing import NamedTuple

from tests.recount.batch_modes import BatchMode, is_closed, modes_until
from tests.recount.count import Count, count
from tests.recount.ground import Batch, Ground, is_looser
from tests.recount.log import Data, Line
from tests.recount.origins import open_design_changes, open_design_origins
from tests.recount.spelling import alike, by_spelling
from tests.recount.standing import ends_of


class Finding(NamedTuple):
    """One rule.

    Attributes:
        holds: Whether it is satisfied.
        numbers: What it counted, by name.
    """

    holds: bool
    numbers: Mapping[str, int] = {}


@dataclass(frozen=True)
class Case:
    """What the rules are asked about.

    Attributes:
        ground: The process.
        batch: The batch in question.
        signer: Who would sign, or "".
        at: When.
        is_approver: Whether the signer may sign at all.
    """

    ground: Ground
    batch: Batch
    signer: str
    at: datetime
    is_approver: bool

    @cached_property
    def counted(self) -> Count:
        """The count of the batch."""
        return count(self.ground, self.batch.key)

    @cached_property
    def modes(self) -> list[BatchMode]:
        """The modes that a sign-off has to answer."""
        return modes_until(self.ground, self.batch.key)


def expected_findings(
    ground: Ground,
    batch: str | None,
    signer: str,
    at: datetime,
    *,
    is_approver: bool | None = None,
) -> dict[str, Finding]:
    """Say for every rule whether it holds.

    Args:
        ground: The process.
        batch: The batch in question; None where none was ever opened.
        signer: Who would sign, or "".
        at: When.
        is_approver: Whether the signer is one, where the roles of now are not what counts.
    """
    may = ground.holds(signer, "approver") if is_approver is None else is_approver
    approved = Finding(bool(ground.approvals()))
    if batch is None or batch not in ground.batches:
        nothing = {rule: Finding(holds=False) for rule in RULES}
        return nothing | {"design-approved": approved, "signer-allowed": Finding(may)}
    case = Case(ground, ground.batches[batch], signer, at, may)
    return {rule: ask(case) for rule, ask in RULES.items()}


# --- bar and plan -------------------------------------------------------------------------------


def _design_approved(case: Case) -> Finding:
    return Finding(bool(case.ground.approvals()))


def _bar_before_results(case: Case) -> Finding:
    bar = case.ground.bar_numbered(case.batch.started.data["bar_number"])
    first = case.batch.first_result
    holds = bar is not None and first is not None and bar.position < first.position
    return Finding(holds, {"first_result_event": first.version} if first else {})


def _frozen(case: Case) -> Finding:
    started = case.batch.started.data
    bar = case.ground.bar_numbered(started["bar_number"])
    plan = case.ground.plan_numbered(started["plan_number"])
    numbers = {"bar": started["bar_number"], "plan": started["plan_number"]}
    holds = _is_the_same("bar", bar, started) and _is_the_same("plan", plan, started)
    return Finding(holds, numbers)


def _is_the_same(name: str, registered: Line | None, started: Data) -> bool:
    if registered is None:
        return False
    content = json.dumps(
        started[name], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    digests = {started[f"{name}_sha256"], registered.data[f"{name}_sha256"]}
    return digests == {hashlib.sha256(content).hexdigest()}


def _plan_agreed(case: Case) -> Finding:
    """A plan that lets through what earlier results were not judged by takes two people (G15)."""
    earlier = case.ground.earlier_of_design(case.batch.key)
    number = case.batch.started.data["plan_number"]
    if not earlier or not is_looser(earlier[-1].plan, case.batch.plan):
        return Finding(holds=True, numbers={"plan": number})
    published = case.ground.plan_numbered(number)
    agreed = [
        line
        for line in case.ground.of("inspection-plan-countersigned")
        if line.data["number"] == number and line.position < case.batch.opened.position
    ]
    holds = published is not None and any(line.by != published.by for line in agreed)
    return Finding(holds, {"plan": number})


def loosens(ground: Ground, published: Line) -> bool:
    """Say whether a plan loosens the one by which a batch of this design was judged last."""
    design = ground.design_at(published.position)
    seen = [
        batch
        for batch in ground.batches.values()
        if batch.first_result is not None
        and batch.first_result.position < published.position
        and ground.design_at(batch.opened.position) == design
    ]
    return bool(seen) and is_looser(seen[-1].plan, published.data["plan"])


# --- the count ----------------------------------------------------------------------------------


def _batch_closed(case: Case) -> Finding:
    return Finding(case.batch.is_closed, {"units": len(case.batch.units)})


def _representative(case: Case) -> Finding:
    counted = case.counted
    numbers = {
        "incomplete": len(counted.incomplete),
        "filled": counted.filled,
        "planned": counted.planned,
        "units": len(counted.units),
    }
    return Finding(counted.is_complete, numbers)


def _rejects(case: Case) -> Finding:
    counted, allowed = case.counted, case.batch.bar["max_rejects"]
    numbers = {"ac": allowed, "rejects": len(counted.rejects), "units": len(counted.units)}
    if counted.units:
        numbers |= {"nonconformities": counted.nonconformities, "planned": case.batch.bar["units"]}
    return Finding(bool(counted.units) and len(counted.rejects) <= allowed, numbers)


def _no_critical(case: Case) -> Finding:
    counted, allowed = case.counted, case.batch.bar["max_critical"]
    numbers = {"critical": counted.critical, "max": allowed, "units": len(counted.units)}
    return Finding(bool(counted.units) and counted.critical <= allowed, numbers)


def _build_time(case: Case) -> Finding:
    counted, bar = case.counted, case.batch.bar
    times = counted.times
    numbers = {"timed": len(times), "units": len(counted.units)}
    if times:
        numbers |= {"longest_s": max(times), "median_s": math.ceil(median(times))}
    each, middle = bar.get("build_time_each_max_s"), bar.get("build_time_median_max_s")
    if each is None and middle is None:
        return Finding(holds=True, numbers=numbers)
    holds = bool(times) and len(times) == len(counted.units)
    holds = holds and (each is None or max(times) <= each)
    return Finding(holds and (middle is None or median(times) <= middle), numbers)


def _single_clauses(case: Case) -> Finding:
    counted, bar = case.counted, case.batch.bar
    limits = [(counted.modes[c["mode"]], c["max_units"]) for c in bar.get("modes", [])]
    limits += [
        (counted.failing[c["characteristic"]], c["max_units"])
        for c in bar.get("characteristics", [])
    ]
    if not limits:
        return Finding(holds=True)
    return Finding(bool(counted.units) and all(found <= most for found, most in limits))


# --- attempts -----------------------------------------------------------------------------------


def _fresh(case: Case) -> Finding:
    units = case.batch.units
    earlier = case.ground.earlier(case.batch.key)
    used = by_spelling(serial for batch in earlier for serial in batch.units)
    stale = [s for s, unit in units.items() if set(alike(s, used)) - (unit.distinct_from - {s})]
    numbers = {"earlier": len(earlier), "fresh": len(units) - len(stale), "units": len(units)}
    return Finding(bool(units) and not stale, numbers)


def _after_last_change(case: Case) -> Finding:
    ground, started = case.ground, case.batch.started.data
    opened = case.batch.opened.position
    plans = ground.plans()
    numbers = {
        "built_on": started["process_revision"],
        "changes": len(ground.changes(after=opened)),
        "plan": started["plan_number"],
        "plan_in_force": plans[-1].data["number"],
        "revision": ground.revision(),
    }
    lapsed = any(end.kind == "LAPSED" and end.position > opened for end in ends_of(ground, case.at))
    holds = (
        not ground.changes(after=opened)
        and plans[-1].position < opened
        and not ground.is_redesigned_after(opened)
        and not lapsed
    )
    return Finding(holds, numbers)


def _latest(case: Case) -> Finding:
    attempts = [*case.ground.attempts()]
    earlier = case.ground.earlier(case.batch.key)
    later = [b for b in attempts if b.opened.position > case.batch.opened.position]
    return Finding(not later and not case.batch.is_idle, {"attempt": len(earlier) + 1})


def _not_decided_before(case: Case) -> Finding:
    """A batch that was held, withdrawn or lapsed is not signed again (G19)."""
    ends = ends_of(case.ground, case.at)
    return Finding(not any(end.batch == case.batch.key and not end.awaits for end in ends))


def _confirmation(case: Case) -> Finding:
    if case.batch.bar["confirmation_batch"] == "after_change":
        return Finding(holds=True)
    earlier = case.ground.earlier_of_design(case.batch.key)
    return Finding(any(count(case.ground, batch.key).is_complete for batch in earlier))


def _cites_change(case: Case) -> Finding:
    confirmed = case.ground.confirmed_by(case.batch.key)
    numbers = {"changes": len(confirmed)}
    if confirmed or not case.ground.earlier_of_design(case.batch.key):
        return Finding(holds=True, numbers=numbers)
    return Finding(bool(case.batch.opened.data["unchanged"]) and _may_repeat(case), numbers)


def _may_repeat(case: Case) -> bool:
    """Say whether the bar let the batch be opened with nothing changed (G1, G7)."""
    bar = case.batch.bar
    if bar["repeat_without_change"] == "allow":
        return True
    before = case.ground.earlier(case.batch.key)[-1].key
    opened = case.batch.opened.position
    held = any(
        "awaiting" not in line.data and line.data["verdict"].get("batch") == before
        for line in case.ground.of("process-held")
        if line.position < opened
    )
    return bar["confirmation_batch"] == "always" and not held


# --- nonconformities and people -------------------------------------------------------------------


def _nonconformities_closed(case: Case) -> Finding:
    modes = case.modes
    closed = [mode for mode in modes if is_closed(mode, case.batch.key)]
    numbers = {
        "closed": len(closed),
        "modes": len(modes),
        "recurrences": sum(mode.is_recurrence for mode in modes),
    }
    return Finding(len(closed) == len(modes), numbers)


def _no_design_nonconformity(case: Case) -> Finding:
    ground, modes = case.ground, case.modes
    unknown = {mode.mode for mode in modes if "" in mode.origins}
    design = open_design_origins(ground) or open_design_changes(ground)
    numbers = {"modes": len(modes), "unattributed": len(unknown)}
    return Finding(not unknown and not design, numbers)


def _no_correction_pending(case: Case) -> Finding:
    pending = [number for b in case.ground.batches.values() for number in b.pending()]
    return Finding(not pending, {"pending": len(pending)})


def _signer_allowed(case: Case) -> Finding:
    """The signer is an approver, inspected none of it and fixed none of it (G9, G24)."""
    if not case.signer or not case.is_approver:
        return Finding(holds=False)
    counted = case.counted.units
    readers = {by for s in counted for by in case.batch.units[s].readers}
    may_inspect = case.batch.plan.get("signer_may_inspect", False)
    if case.signer in readers and not (may_inspect and readers - {case.signer}):
        return Finding(holds=False)
    return Finding(case.signer not in {change.by for change in _changes_behind(case)})


def _changes_behind(case: Case) -> list[Line]:
    """Give the changes that a sign-off rests on, since the last one of an earlier batch."""
    until = case.batch.opened.position
    signed = [
        line.position for line in case.ground.of("process-signed-off") if line.position < until
    ]
    since = signed[-1] if signed else 0
    behind = [*case.ground.confirmed_by(case.batch.key)]
    for mode in case.modes:
        behind += mode.closing
    return [change for change in behind if change.position > since]


RULES: Mapping[str, Callable[[Case], Finding]] = {
    "design-approved": _design_approved,
    "bar-before-results": _bar_before_results,
    "plan-and-bar-frozen": _frozen,
    "plan-agreed": _plan_agreed,
    "batch-closed": _batch_closed,
    "representative-units": _representative,
    "rejects-within-ac": _rejects,
    "no-critical": _no_critical,
    "build-time": _build_time,
    "single-clauses": _single_clauses,
    "fresh-units": _fresh,
    "after-last-change": _after_last_change,
    "latest-batch": _latest,
    "not-decided-before": _not_decided_before,
    "confirmation-batch": _confirmation,
    "repeat-cites-change": _cites_change,
    "nonconformities-closed": _nonconformities_closed,
    "no-design-nonconformity": _no_design_nonconformity,
    "no-correction-pending": _no_correction_pending,
    "signer-allowed": _signer_allowed,
}
