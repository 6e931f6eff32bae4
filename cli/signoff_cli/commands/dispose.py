"""`signoff dispose`: decide what happens to a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.parts import Disposition

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Decide what happens to a unit.")
@click.argument("serial")
@click.argument("disposition", type=click.Choice([*map(str, Disposition)]))
@click.option("--batch", required=True, help="The batch of the unit.")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@recording("dispose")
@pass_session
def dispose(session: Session, serial: str, disposition: str, batch: str, reason: str) -> None:
    """Decide what happens to the unit SERIAL. Its result for the bar does not change.

    \b
    Example:
      signoff dispose SN-0003 rework --batch PB-1 --reason "lid re-ground"
    """
    receipts.give(
        session,
        DisposeUnit(
            batch=batch,
            serial=serial,
            disposition=Disposition(disposition),
            reason=long_text(reason) or "",
        ),
    )
