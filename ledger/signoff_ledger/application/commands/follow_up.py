"""Events that follow by rule, in the same save, from an event on a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.decision import hold_if_missed, reconsider
from signoff_ledger.figures.exhibit import show

if TYPE_CHECKING:
    from signoff_ledger.application.unit_of_work import UnitOfWork
    from signoff_ledger.domain.batch import Batch


def settle(work: UnitOfWork, batch: Batch) -> None:
    """Let the bar speak as soon as it can: hold the process when its batch has missed it."""
    if batch.is_open and len(batch.units) < batch.bar.units:
        return
    case = work.case(batch.started.process, batch.key)
    hold_if_missed(work.stamp, case, reviewed=work.reviewed, show=show)


def amend(work: UnitOfWork, batch: Batch) -> None:
    """Follow up on something that changed a batch after its results (G11)."""
    process = work.process(batch.started.process)
    process.amend_batch(work.stamp, batch.key)
    settle(work, batch)
    reconsider(work.stamp, work.case(process.key))
