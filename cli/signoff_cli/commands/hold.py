"""`signoff hold`: hold a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import decision_text, findings, receipts
from signoff_cli.inputs import long_text
from signoff_cli.output import paragraph
from signoff_cli.prompts import confirm
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.decisions import Hold
from signoff_ledger.queries.preview import heads_seen, preview

if TYPE_CHECKING:
    from signoff_ledger.queries.preview import PreviewAnswer


@click.command
@click.argument("process")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@click.option("--batch", help="The batch in question.  [default: the latest]")
@click.option("--awaiting", help="What it waits for, if not the process; @FILE reads a file.")
@recording("hold")
def hold(
    session: Session, process: str, reason: str, batch: str | None, awaiting: str | None
) -> int:
    """Hold PROCESS: nothing may be ordered until it is signed off.

    The batch is not signed off afterwards: fix the process and run another one. Only a hold that
    is --awaiting something other than the process leaves the batch open to a sign-off.

    \b
    Example:
      signoff hold kiln-lid --reason "two lids rattle, the bar does not see it"
    """
    text = long_text(reason) or ""
    with session.open() as opened:
        call = session.call()
        shown = preview(opened.ledger, call, "hold", process, batch, words=text)
        if not confirm(session, for_people(shown), "Hold?"):
            return 1
        command = Hold(
            process=process,
            batch=batch,
            reason=text,
            awaiting=long_text(awaiting),
            seen=heads_seen(shown),
        )
        receipt = opened.ledger.execute(command, call)
        receipts.show(session, opened.store, receipt)
    return 0


def for_people(data: PreviewAnswer) -> str:
    """Write what is about to be recorded: who, what, with which meaning, on which evidence."""
    words = f": {data['words']}" if data["words"] else ""
    keys = ", ".join(data["keys"]) or "a key, and none is in force"
    says = data["says"]
    return "\n".join(
        (
            f"About to record: {data['command'].upper()} {data['process']}{words}",
            f"  by         {data['printed_name']} ({data['person']})",
            f"  at         {data['at']}",
            f"  meaning    {data['meaning']}",
            f"  on batch   {data['batch'] or 'none'}",
            f"  reviewed   {data['reviewed']['size']} events, root {data['reviewed']['root']}",
            "  signature  "
            + (f"by {keys}" if data["must_sign"] else "none (your name as authenticated)"),
            *([""] if data["disclosures"] else []),
            *(paragraph(f"{each['topic']}: {each['says']}") for each in data["disclosures"]),
            "",
            findings.for_people(data["rules"], color=False),
            "",
            *([decision_text.for_people(says), ""] if says["rule"] else []),
        )
    )
