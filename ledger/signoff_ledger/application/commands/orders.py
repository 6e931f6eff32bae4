"""Production orders: committed under a sign-off, cancelled, or reported from elsewhere."""

from typing import Annotated

from pydantic import AfterValidator

from signoff_ledger.application.commands.command import ANYONE, BUYERS, Command, as_label, as_text
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.orders import Order
from signoff_ledger.errors import InputError


def _checked_quantity(quantity: int) -> int:
    if not 1 <= quantity <= 10**9:
        raise InputError(
            "SL103",
            f"a quantity of {quantity} is not one that can be ordered",
            why="it must be from 1 to 1,000,000,000 units",
        )
    return quantity


Quantity = Annotated[int, AfterValidator(_checked_quantity)]
Reference = Annotated[str, as_label("the order's reference")]


class CommitOrder(Command, name="order commit", roles=BUYERS):
    """Commit a production run, if a standing sign-off allows it (S-04)."""

    process: str
    reference: Reference
    quantity: Quantity

    def decide(self, work: UnitOfWork) -> Order | None:
        """Commit it; gives the order where it is on record already."""
        process = work.known_process(self.process)
        return process.commit_order(work.stamp, self.quantity, self.reference)


class CancelOrder(Command, name="order cancel", roles=BUYERS):
    """Record that an order will not be built; its reference stays taken."""

    process: str
    reference: Reference
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Cancel it."""
        work.known_process(self.process).cancel_order(work.stamp, self.reference, self.reason)


class ReportOrder(Command, name="order report", roles=ANYONE):
    """Record an order that was placed outside the ledger (S-22)."""

    process: str
    reference: Reference
    quantity: Quantity
    note: Annotated[str, as_text("the note")]

    def decide(self, work: UnitOfWork) -> Order | None:
        """Report it; gives the order where it is on record already."""
        process = work.known_process(self.process)
        return process.report_order(work.stamp, self.quantity, self.reference, self.note)
