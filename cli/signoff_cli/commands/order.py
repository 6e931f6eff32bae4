"""`signoff order`: commit a production order, or report one that was placed anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.orders import CancelOrder, CommitOrder, ReportOrder
from signoff_ledger.queries.known_order import known_order

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.receipt import ReceiptExtra


@click.group(short_help="Commit, cancel or report a production order.")
def order() -> None:
    """Commit a production order, cancel one, or report one that was placed outside the ledger."""


@order.command(short_help="Commit a run under the standing sign-off.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@recording("order commit")
@pass_session
def commit(session: Session, process: str, quantity: int, reference: str) -> None:
    """Commit QUANTITY units of PROCESS; refused, and recorded as refused, without a sign-off.

    \b
    Example:
      signoff order commit kiln-lid 1000 --reference PO-4711
    """
    with session.open() as opened:
        command = CommitOrder(process=process, quantity=quantity, reference=reference)
        receipt = opened.ledger.execute(command, session.call())
        extra, headline = _known(opened, process, reference) if receipt.result else ({}, "")
        receipts.show(session, opened.store, receipt, extra, headline)


@order.command(short_help="Record that an order will not be built.")
@click.argument("process")
@click.argument("reference")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@recording("order cancel")
@pass_session
def cancel(session: Session, process: str, reference: str, reason: str) -> None:
    """Cancel the order REFERENCE of PROCESS. The reference stays taken; units can be ordered again.

    \b
    Example:
      signoff order cancel kiln-lid PO-4711 --reason "the fair was called off"
    """
    receipts.give(
        session, CancelOrder(process=process, reference=reference, reason=long_text(reason) or "")
    )


@order.command(short_help="Record an order that was placed without the ledger.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@click.option("--note", required=True, help="How it came about; @FILE reads a file.")
@recording("order report")
@pass_session
def report(session: Session, process: str, quantity: int, reference: str, note: str) -> None:
    """Record an order that was placed outside the ledger. It opens no gate.

    \b
    Example:
      signoff order report kiln-lid 1000 --reference PO-4711 --note "placed by phone"
    """
    with session.open() as opened:
        command = ReportOrder(
            process=process, quantity=quantity, reference=reference, note=long_text(note) or ""
        )
        receipt = opened.ledger.execute(command, session.call())
        extra, headline = _known(opened, process, reference) if receipt.result else ({}, "")
        receipts.show(session, opened.store, receipt, extra, headline)


def _known(opened: OpenLedger, process: str, reference: str) -> tuple[ReceiptExtra, str]:
    """Say where an order is on record that was given once more."""
    order = known_order(opened.ledger, process, reference)
    if order is None:
        return {}, ""
    says = (
        f"Order {order['reference']} of {order['quantity']} units is {order['act']} already, "
        f"at #{order['position']}."
    )
    if order["at_risk"]:
        says += f" It is AT RISK: {process} is {order['standing']}."
    return {"order": order}, says
