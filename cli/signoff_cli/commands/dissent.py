"""`signoff dissent`: record dissent, pressure or a note."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.parts import RemarkKind


@click.command
@click.argument("process")
@click.argument("text")
@click.option(
    "--kind",
    type=click.Choice([*map(str, RemarkKind)]),
    default="dissent",
    show_default=True,
    help="What kind of remark.",
)
@receipts.gives(RecordRemark, text=long_text)
def dissent() -> None:
    """Record a remark on PROCESS; TEXT may be @FILE. It is kept with your name, decides nothing.

    \b
    Example:
      signoff dissent kiln-lid "I would have ordered today; a week costs us the fair"
    """
