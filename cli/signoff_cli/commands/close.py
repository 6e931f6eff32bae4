"""`signoff close`: close a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.batches import CloseBatch

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Close a batch: no more units.")
@click.argument("batch")
@click.option("--note", help="Free words; @FILE reads a file.")
@recording("close")
@pass_session
def close(session: Session, batch: str, note: str | None) -> None:
    """Close BATCH. Missing units cannot be added; a missed bar holds the process by itself.

    \b
    Example:
      signoff close PB-1
    """
    receipts.give(session, CloseBatch(batch=batch, note=long_text(note)))
