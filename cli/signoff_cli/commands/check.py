"""`signoff check`: say whether a process could be signed off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import findings
from signoff_cli.output import answer, colored
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.decisions import check as ask
from signoff_ledger.application.commands.plans import only_process

if TYPE_CHECKING:
    from signoff_cli.session import Session

_RULES_SAY_NO = 3


@click.command(short_help="Say whether the process could be signed off.")
@click.argument("process", required=False)
@click.option("--batch", help="The batch in question.  [default: the latest]")
@click.option("--signer", metavar="PERSON", help="Who would sign.  [default: whoever may]")
@click.option("--list", "list_all", is_flag=True, help="List every rule, as a checklist.")
@reading
@pass_session
def check(
    session: Session,
    process: str | None,
    batch: str | None,
    signer: str | None,
    list_all: bool,  # a click flag
) -> int:
    """Say nothing and exit 0 when PROCESS could be signed off; else name what is missing, exit 3.

    \b
    Example:
      signoff check kiln-lid --list
    """
    with session.open() as opened:
        work = opened.ledger.work()
        key = only_process(work, process)
        case, verdict = ask(work, key, batch, signer)
        rows = findings.as_data(opened.store, key, verdict.findings)
    may_be_signed = verdict.allows_sign_off
    data = {
        "process": key,
        "batch": verdict.batch,
        "may_be_signed": may_be_signed,
        "signer": case.signer.person if case.signer else None,
        "rule_set": verdict.rule_set,
        "rules": rows,
    }
    shown = rows if list_all else [row for row in rows if not row["holds"]]

    def human() -> str:
        return findings.for_people(shown, color=colored(session)) if shown else ""

    answer(session, "signoff.check/1", data, shown, human)
    return 0 if may_be_signed else _RULES_SAY_NO
