"""Open tasks: the next steps of each process, by the role that may take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.bar import MissingUnits
from signoff_ledger.domain.gate.batch_rules import no_correction_pending
from signoff_ledger.domain.gate.process_rules import (
    no_design_nonconformity,
    nonconformities_closed,
    signer_allowed,
)
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Role, format_utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case

_NEXT_BATCH = "change the process and open the next batch"
_OF_NONCONFORMITIES = (no_design_nonconformity.name, nonconformities_closed.name)

Task = tuple[Role, str, str, str]
"""Role that may do it, a person who may not, the batch, and the task in words."""


def corrections(batch: Batch) -> Iterator[tuple[object, ...]]:
    """List the corrections of a batch that wait for a second person."""
    place = 0
    for waiting in batch.pending_corrections:
        asked = waiting.asked
        task = f"confirm or decline correction {asked.number} on unit {asked.serial}"
        for role in (Role.INSPECTOR, Role.ENGINEER, Role.APPROVER):
            who = (str(role), waiting.asked_by, batch.key, task)
            yield (batch.started.process, batch.key, place, "", "", *who)
            place += 1


def steps(case: Case) -> Iterator[tuple[object, ...]]:
    """List the next steps of a process, now and once time alone has ended its sign-off (G26)."""
    process, place = case.process, 0
    lapses_at = format_utc(process.lapses_at) if process.lapses_at else ""
    for role, not_person, batch, task in _tasks(case):
        yield (process.key, "", place, "", lapses_at, str(role), not_person, batch, task)
        place += 1
    if lapses_at:
        yield (process.key, "", place, lapses_at, "", str(Role.ENGINEER), "", "", _NEXT_BATCH)


def _tasks(case: Case) -> Iterator[Task]:
    process, batch_now = case.process, case.batch
    if process.bar is None:
        yield Role.ENGINEER, "", "", "register the bar"
    elif batch_now is None:
        yield Role.ENGINEER, "", "", "open the first batch"
    elif batch_now.is_open:
        yield from _at_the_line(case, batch_now)
    else:
        yield from _after_closing(case, batch_now)


def _at_the_line(case: Case, batch: Batch) -> Iterator[Task]:
    count = case.tally
    if count is None:
        return
    missing = count.planned - count.filled
    free = count.planned - batch.planned_units
    done = f"{count.filled}/{count.planned} done"
    if free > 0:
        yield Role.INSPECTOR, "", batch.key, f"inspect {free} more unit(s), {done}"
    elif missing > 0 and batch.bar.missing_units is MissingUnits.REPLACE:
        task = f"inspect others in place of {missing} unit(s) that cannot count, {done}"
        yield Role.INSPECTOR, "", batch.key, task
    elif missing > 0:
        task = f"close the batch: {missing} planned unit(s) do not count, {done}"
        yield Role.INSPECTOR, "", batch.key, task
    if count.incomplete:
        shown = ", ".join(list(count.incomplete)[:5])
        task = f"complete {len(count.incomplete)} unit(s) with missing readings: {shown}"
        yield Role.INSPECTOR, "", batch.key, task
    if count.is_complete:
        yield Role.INSPECTOR, "", batch.key, "close the batch"


def _after_closing(case: Case, batch: Batch) -> Iterator[Task]:
    process = case.process
    if process.standing is Standing.SIGNED_OFF:
        if not process.ordered:
            yield Role.BUYER, "", batch.key, "commit the production order"
        return
    if process.standing is Standing.UNSUPPORTED:
        yield Role.APPROVER, "", batch.key, "hold the process, or withdraw its sign-off"
        return
    verdict = judge(case)
    failing = {f.rule: f for f in verdict.blockers}
    for rule in _OF_NONCONFORMITIES:
        if rule in failing:
            yield Role.ENGINEER, "", batch.key, failing[rule].says
    lost = set(failing) - {signer_allowed.name, *_OF_NONCONFORMITIES}
    if lost - {no_correction_pending.name}:
        yield Role.ENGINEER, "", batch.key, _NEXT_BATCH
    elif not failing.keys() - {signer_allowed.name}:
        yield Role.APPROVER, "", batch.key, "sign the process off, or hold it"
