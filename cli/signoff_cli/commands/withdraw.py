"""`signoff withdraw`: withdraw a sign-off."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.prompts import confirm
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.decisions import Withdraw


@click.command
@click.argument("process")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@recording("withdraw")
def withdraw(session: Session, process: str, reason: str) -> int:
    """Withdraw the standing sign-off of PROCESS. It is not deleted; the order gate shuts.

    \b
    Example:
      signoff withdraw kiln-lid --reason "the supplier changed the clay"
    """
    text = long_text(reason) or ""
    preview = f"About to record: WITHDRAW the sign-off of {process}: {text}"
    if not confirm(session, preview, "Withdraw?"):
        return 1
    receipts.give(session, Withdraw(process=process, reason=text))
    return 0
