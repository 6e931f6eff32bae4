"""`signoff order`: commit a production order, or report one that was placed anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, writing
from signoff_ledger.application.deciding import commit_order, report_order

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.group(short_help="Commit a production order, or report one.")
def order() -> None:
    """Commit a production order, or report one that was placed outside the ledger."""


@order.command(short_help="Commit a run under the standing sign-off.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@writing
@pass_session
def commit(session: Session, process: str, quantity: int, reference: str) -> None:
    """Commit QUANTITY units of PROCESS; refused, and recorded as refused, without a sign-off.

    \b
    Example:
      signoff order commit kiln-lid 1000 --reference PO-4711
    """
    with session.open() as opened:
        receipt = commit_order(
            opened.ledger, session.call(), process, quantity=quantity, reference=reference
        )
        receipts.show(session, opened.store, receipt)


@order.command(short_help="Record an order that was placed without the ledger.")
@click.argument("process")
@click.argument("quantity", type=int)
@click.option("--reference", required=True, help="The order's own number.")
@click.option("--note", required=True, help="How it came about; @FILE reads a file.")
@writing
@pass_session
def report(session: Session, process: str, quantity: int, reference: str, note: str) -> None:
    """Record an order that somebody placed outside the ledger. It opens nothing.

    \b
    Example:
      signoff order report kiln-lid 1000 --reference PO-4711 --note "placed by phone"
    """
    with session.open() as opened:
        receipt = report_order(
            opened.ledger,
            session.call(),
            process,
            quantity=quantity,
            reference=reference,
            note=long_text(note) or "",
        )
        receipts.show(session, opened.store, receipt)
