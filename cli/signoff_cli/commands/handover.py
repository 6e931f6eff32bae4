"""`signoff handover`: the units that went on to the next activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, paragraph, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.plans import only_process
from signoff_ledger.domain.disclosure import withheld
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.errors import RuleRefusedError
from signoff_ledger.projections.explanation import explain

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="List the units that went on.")
@click.argument("process", required=False)
@reading
@pass_session
def handover(session: Session, process: str | None) -> None:
    """List the conforming units of PROCESS's deciding batch and the activity they went on to.

    A unit that is nonconforming, scrapped or failed a later retest is never among them. There is a
    list only while the sign-off stands.

    \b
    Example:
      signoff handover kiln-lid
    """
    with session.open() as opened:
        key = only_process(opened.ledger.work(), process)
        now = opened.ledger.clock.now()
        latest = explain(opened.store, key, now=now)
        sign_off = latest.case.process.sign_off
        if sign_off is None or latest.standing is not Standing.SIGNED_OFF:
            raise RuleRefusedError(
                "SL309",
                f"no units of {key} are handed over",
                why=f"the process stands at {latest.standing}",
                fix=f"see what is missing:  signoff check {key} --list",
            )
        decided = explain(opened.store, key, sign_off.batch, now=now)
    batch = sign_off.batch
    identity = decided.case.batches[batch or ""].plan.identity
    rows = [{"batch": batch, "serial": serial} for serial in decided.handed_over]
    kept_back = list(withheld(decided.case))
    data = {
        "process": key,
        "batch": batch,
        "activity": identity.next_activity,
        "from_activity": identity.activity,
        "serials": list(decided.handed_over),
        "withheld": kept_back,
    }

    def human() -> str:
        lines = [
            f"{len(rows)} conforming units of {batch} go to activity {identity.next_activity}:",
            table(("unit",), [(row["serial"],) for row in rows]),
        ]
        return "\n".join([*lines, *(paragraph(f"NOT HANDED OVER: {w}") for w in kept_back)])

    answer(session, "signoff.handover/1", data, rows, human)
