"""`signoff set-aside`: let a note count no more that is kept as a checkpoint and is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.disowned_notes import SetAsideNote

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command("set-aside", short_help="Set a foreign checkpoint aside.")
@click.argument("size", type=int)
@click.option("--reason", required=True, help="How it came there; @FILE reads a file.")
@recording("set-aside")
@pass_session
def set_aside(session: Session, size: int, reason: str) -> None:
    """Stop counting the note that is kept as the checkpoint of SIZE events.

    Only a note that no key of the log signed, or that a retired one signed over this very log. It
    stays where it is, and its bytes go into the event, so every export carries them.

    \b
    Example:
      signoff set-aside 85 --reason "sealed with the key of another log on 9 March"
    """
    receipts.give(session, SetAsideNote(size=size, reason=long_text(reason) or ""))
