"""Process faults: a mode found in a batch, and whether anything has been done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.values import CauseKind, Origin

if TYPE_CHECKING:
    from signoff_ledger.domain.attribution import Attribution
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case


class Fault(NamedTuple):
    """A nonconformity mode as it stands in one batch.

    Attributes:
        mode: The mode.
        batch: The batch it was found in.
        units: Units of the batch that count and show it.
        origins: Attributions of its nonconformities; None for one that has none.
        answers: Versions, in the process's stream, of changes and statements about it.
        is_recurrence: A change declared it fixed before this batch was built (G2).
    """

    mode: str
    batch: str
    units: int
    origins: frozenset[Attribution | None]
    answers: tuple[int, ...]
    is_recurrence: bool


def faults_of(case: Case) -> tuple[Fault, ...]:
    """Name every fault of the batch in question and of those before it, oldest first."""
    batches = [*case.earlier, case.batch] if case.batch else list(case.earlier)
    return tuple(fault for batch in batches for fault in _in_batch(batch, case))


def is_closed(fault: Fault, case: Case) -> bool:
    """Say whether a fault needs nothing more before a sign-off.

    One found in the deciding batch needs a cause, or a statement that none was found. One found
    earlier needs a change that the deciding batch confirms, or such a statement. A fault of the
    measurement needs a statement: nothing about the process is to be changed.
    """
    cause = case.process.causes.get((fault.batch, fault.mode))
    if fault.batch == case.batch_key:
        return cause is not None
    if cause is not None and cause.kind is not CauseKind.FOUND:
        return True
    measured_wrong = all(o is not None and o.origin is Origin.MEASUREMENT for o in fault.origins)
    if cause is not None and measured_wrong:
        return True
    return bool(_fixes(fault.mode, fault.batch, case))


def _in_batch(batch: Batch, case: Case) -> list[Fault]:
    counted = batch.tally()
    process = case.process
    numbers: dict[str, list[int]] = {}
    for serial in counted.nonconforming:
        for n in batch.units[serial].nonconformities.values():
            numbers.setdefault(n.mode, []).append(n.number)
    faults = []
    for mode, units in sorted(counted.modes.items()):
        cause = process.causes.get((batch.key, mode))
        answers = [*([cause.version] if cause else []), *_fixes(mode, batch.key, case)]
        before = process.batches[batch.key].changes_before
        faults.append(
            Fault(
                mode=mode,
                batch=batch.key,
                units=units,
                origins=frozenset(process.origin_of(batch.key, mode, n) for n in numbers[mode]),
                answers=tuple(answers),
                is_recurrence=any(mode in c.applied.addresses for c in process.changes[:before]),
            )
        )
    return faults


def _fixes(mode: str, batch: str, case: Case) -> list[int]:
    """Give the changes to a mode between the batch it was found in and the deciding batch."""
    process = case.process
    first = process.batches[batch].changes_before
    last = process.batches[case.batch_key].changes_before if case.batch_key else None
    return [c.version for c in process.changes[first:last] if mode in c.applied.addresses]
