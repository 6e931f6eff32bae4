"""Nonconformity modes of a batch, and whether anything has been done about each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.values import CauseKind, Origin

if TYPE_CHECKING:
    from signoff_ledger.domain.attribution import Attribution
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case


class BatchMode(NamedTuple):
    """A nonconformity mode as it stands in one batch."""

    mode: str
    batch: str  #: The batch it was found in.
    units: int  #: Units of the batch that count and show it.
    #: Attributions of its nonconformities; None for one that has none.
    origins: frozenset[Attribution | None]
    #: Versions, in the process's stream, of changes and statements about it.
    answers: tuple[int, ...]
    is_recurrence: bool  #: A change declared it fixed before this batch was built (G2).


def modes_of(case: Case) -> tuple[BatchMode, ...]:
    """Give the modes found in the batch in question and in those before it, oldest first."""
    batches = [*case.earlier, case.batch] if case.batch else list(case.earlier)
    return tuple(found for batch in batches for found in _in_batch(batch, case))


def is_closed(found: BatchMode, case: Case) -> bool:
    """Say whether the nonconformities of a mode need nothing more before a sign-off.

    A mode found in the deciding batch needs a cause, or a statement that none was found. One found
    earlier needs a change that the deciding batch confirms, or such a statement. One that comes
    from the measurement needs a statement alone: nothing about the process has to change.
    """
    cause = case.process.causes.get((found.batch, found.mode))
    if found.batch == case.batch_key:
        return cause is not None
    if cause is not None and cause.kind is not CauseKind.FOUND:
        return True
    measured_wrong = all(o is not None and o.origin is Origin.MEASUREMENT for o in found.origins)
    if cause is not None and measured_wrong:
        return True
    return bool(_fixes(found.mode, found.batch, case))


def _in_batch(batch: Batch, case: Case) -> list[BatchMode]:
    counted = batch.tally()
    process = case.process
    numbers: dict[str, list[int]] = {}
    for serial in counted.nonconforming:
        for n in batch.units[serial].nonconformities.values():
            numbers.setdefault(n.mode, []).append(n.number)
    modes = []
    for mode, units in sorted(counted.modes.items()):
        cause = process.causes.get((batch.key, mode))
        answers = [*([cause.version] if cause else []), *_fixes(mode, batch.key, case)]
        before = process.batches[batch.key].changes_before
        modes.append(
            BatchMode(
                mode=mode,
                batch=batch.key,
                units=units,
                origins=frozenset(process.origin_of(batch.key, mode, n) for n in numbers[mode]),
                answers=tuple(answers),
                is_recurrence=any(mode in c.applied.addresses for c in process.changes[:before]),
            )
        )
    return modes


def _fixes(mode: str, batch: str, case: Case) -> list[int]:
    """Give the changes to a mode between the batch it was found in and the deciding batch."""
    process = case.process
    first = process.batches[batch].changes_before
    last = process.batches[case.batch_key].changes_before if case.batch_key else None
    return [c.version for c in process.changes[first:last] if mode in c.applied.addresses]
