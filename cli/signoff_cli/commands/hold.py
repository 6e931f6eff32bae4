"""`signoff hold`: hold a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import findings, receipts
from signoff_cli.inputs import long_text
from signoff_cli.prompts import confirmed
from signoff_cli.session import pass_session, writing
from signoff_ledger.application.authority import authorise
from signoff_ledger.application.deciding import check as ask
from signoff_ledger.application.deciding import hold as hold_process
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.domain.decision import HOLD_MEANING, SIGN_OFF_MEANING

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Call
    from signoff_ledger.bootstrap import Opened

_MEANINGS = {"sign": SIGN_OFF_MEANING, "hold": HOLD_MEANING}


@click.command(short_help="Hold a process; a reason is all it needs.")
@click.argument("process")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@click.option("--batch", help="The batch in question.  [default: the latest]")
@writing
@pass_session
def hold(session: Session, process: str, reason: str, batch: str | None) -> int:
    """Hold PROCESS: nothing may be ordered until it is signed off.

    \b
    Example:
      signoff hold kiln-lid --reason "two lids rattle, the bar does not see it"
    """
    text = long_text(reason) or ""
    with session.open() as opened:
        call = session.call()
        shown = preview(opened, call, "hold", process, batch, words=text)
        if not confirmed(session, shown, "Hold?"):
            return 1
        receipt = hold_process(opened.ledger, call, process, batch, text)
        receipts.show(session, opened.store, receipt)
    return 0


def preview(  # everything a signer must see
    opened: Opened, call: Call, command: str, process: str, batch: str | None, *, words: str = ""
) -> str:
    """Write what is about to be recorded: who, what, with which meaning, on which evidence.

    Part 11 11.50 asks for the printed name, the time and the meaning; the time is the ledger's at
    the moment of recording.
    """
    actor = named_actor(call)
    work = opened.ledger.work()
    authorise(work.person(actor), command)
    _, verdict = ask(work, process, batch, actor)
    rows = findings.as_data(opened.store, process, verdict.findings)
    name = work.person(actor).printed_name
    what = f"{command.upper()} {process}" + (f": {words}" if words else "")
    return "\n".join(
        (
            f"About to record: {what}",
            f"  by         {name} ({actor})",
            f"  meaning    {_MEANINGS[command]}",
            f"  on batch   {verdict.batch or 'none'}",
            f"  reviewed   {opened.store.size()} events",
            "  signature  none (your name as authenticated)",
            "",
            findings.for_people(rows, color=False),
            "",
        )
    )
