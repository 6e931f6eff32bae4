"""`signoff order`: commit a production order, or report one that was placed anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.orders import CancelOrder, CommitOrder, ReportOrder
from signoff_ledger.queries.known_order import known_order
from signoff_ledger.queries.receipt import order_part

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.receipt import ReceiptExtra


@click.group
def order() -> None:
    """Commit a production order, cancel one, or report one that was placed outside the ledger."""


@order.command(short_help="Commit a run under the standing sign-off.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@recording("order commit")
def commit(session: Session, process: str, quantity: int, reference: str) -> None:
    """Commit QUANTITY units of PROCESS; refused, and recorded as refused, without a sign-off.

    \b
    Example:
      signoff order commit kiln-lid 1000 --reference PO-4711
    """
    _give(session, CommitOrder(process=process, quantity=quantity, reference=reference))


@order.command(short_help="Record that an order will not be built.")
@click.argument("process")
@click.argument("reference")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@receipts.gives(CancelOrder, reason=long_text)
def cancel() -> None:
    """Cancel the order REFERENCE of PROCESS. The reference stays taken; units can be ordered again.

    \b
    Example:
      signoff order cancel kiln-lid PO-4711 --reason "the fair was called off"
    """


@order.command(short_help="Record an order that was placed without the ledger.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@click.option("--note", required=True, help="How it came about; @FILE reads a file.")
@recording("order report")
def report(session: Session, process: str, quantity: int, reference: str, note: str) -> None:
    """Record an order that was placed outside the ledger. It opens no gate.

    \b
    Example:
      signoff order report kiln-lid 1000 --reference PO-4711 --note "placed by phone"
    """
    text = long_text(note) or ""
    _give(session, ReportOrder(process=process, quantity=quantity, reference=reference, note=text))


def _give(session: Session, command: CommitOrder | ReportOrder) -> None:
    """Give an order; where it is given once more, say where it is on record."""

    def extra(opened: OpenLedger, receipt: Receipt) -> tuple[ReceiptExtra, str]:
        process, reference = command.process, command.reference
        order = known_order(opened.ledger, process, reference) if receipt.result else None
        if order is None:
            return {}, ""
        says = (
            f"Order {order['reference']} of {order['quantity']} units is {order['act']} already, "
            f"at #{order['position']}."
        )
        if order["at_risk"]:
            says += f" It is AT RISK: {process} is {order['standing']}."
        return order_part(order), says

    receipts.give(session, command, extra)
