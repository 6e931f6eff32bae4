"""`signoff dispose`: decide what happens to a unit."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_ledger.application.commands.inspection import DisposeUnit
from signoff_ledger.application.commands.parts import Disposition


@click.command
@click.argument("serial")
@click.argument("disposition", type=click.Choice([*map(str, Disposition)]))
@click.option("--batch", required=True, help="The batch of the unit.")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@receipts.gives(DisposeUnit, reason=long_text)
def dispose() -> None:
    """Decide what happens to the unit SERIAL. Its result for the bar does not change.

    \b
    Example:
      signoff dispose SN-0003 rework --batch PB-1 --reason "lid re-ground"
    """
