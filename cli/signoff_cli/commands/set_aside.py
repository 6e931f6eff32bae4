"""`signoff set-aside`: let a note count no more that is kept as a checkpoint and is none."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_ledger.application.commands.disowned_notes import SetAsideNote


@click.command("set-aside")
@click.argument("size", type=int)
@click.option("--reason", required=True, help="How it came there; @FILE reads a file.")
@receipts.gives(SetAsideNote, reason=long_text)
def set_aside() -> None:
    """Stop counting the note that is kept as the checkpoint of SIZE events.

    Only a note that no key of the log signed, or that a retired one signed over this very log. It
    stays where it is, and its bytes go into the event, so every export carries them.

    \b
    Example:
      signoff set-aside 85 --reason "sealed with the key of another log on 9 March"
    """
