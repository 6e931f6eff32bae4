"""`signoff dissent`: record dissent, pressure or a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.decisions import RecordRemark
from signoff_ledger.application.commands.parts import RemarkKind

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Record dissent, pressure or a note.")
@click.argument("process")
@click.argument("text")
@click.option(
    "--kind",
    type=click.Choice([*map(str, RemarkKind)]),
    default="dissent",
    show_default=True,
    help="What kind of remark.",
)
@recording("dissent")
@pass_session
def dissent(session: Session, process: str, text: str, kind: str) -> None:
    """Record a remark on PROCESS; TEXT may be @FILE. It is kept with your name, decides nothing.

    \b
    Example:
      signoff dissent kiln-lid "I would have ordered today; a week costs us the fair"
    """
    receipts.give(
        session, RecordRemark(process=process, kind=RemarkKind(kind), text=long_text(text) or "")
    )
