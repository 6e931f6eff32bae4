"""`signoff sign`: sign a process off for a production run."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.commands.hold import for_people
from signoff_cli.inputs import long_text
from signoff_cli.prompts import confirm
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.decisions import SignOff
from signoff_ledger.queries.preview import heads_seen, preview


@click.command
@click.argument("process")
@click.option("--batch", help="The deciding batch.  [default: the latest]")
@click.option("--note", help="Words kept with the decision; @FILE reads a file.")
@recording("sign")
def sign(session: Session, process: str, batch: str | None, note: str | None) -> int:
    """Sign PROCESS off: its revision and tooling, for the run its plan names.

    Every rule must hold; a refused attempt is recorded with who tried. A person with a key in force
    signs with it; without one the decision carries your name as authenticated and says
    `signature: none`.

    \b
    Example:
      signoff sign kiln-lid
    """
    text = long_text(note)
    with session.open() as opened:
        call = session.call()
        shown = preview(opened.ledger, call, "sign", process, batch, words=text or "")
        if not confirm(session, for_people(shown), "Sign off?"):
            return 1
        command = SignOff(process=process, batch=batch, note=text, seen=heads_seen(shown))
        receipt = opened.ledger.execute(command, call)
        receipts.show(session, opened.store, receipt)
    return 0
