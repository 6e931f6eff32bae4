"""`signoff close`: close a batch."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_ledger.application.commands.batches import CloseBatch


@click.command
@click.argument("batch")
@click.option("--note", help="Free words; @FILE reads a file.")
@receipts.gives(CloseBatch, note=long_text)
def close() -> None:
    """Close BATCH. Missing units cannot be added; a missed bar holds the process by itself.

    \b
    Example:
      signoff close PB-1
    """
