"""`signoff check`: say whether a process could be signed off."""

from __future__ import annotations

import click

from signoff_cli import findings
from signoff_cli.output import answer, colored
from signoff_cli.session import Session, reading
from signoff_ledger.errors import RuleRefusedError
from signoff_ledger.queries.check import SCHEMA
from signoff_ledger.queries.check import check as ask


@click.command
@click.argument("process", required=False)
@click.option("--batch", help="The batch in question.  [default: the latest]")
@click.option("--signer", metavar="PERSON", help="Who would sign.  [default: the first who may]")
@click.option("--list", "list_all", is_flag=True, help="List every rule, as a checklist.")
@reading
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
        data = ask(opened.ledger, process, batch, signer)
    shown = [rule for rule in data["rules"] if list_all or not rule["holds"]]

    def human() -> str:
        return findings.for_people(shown, color=colored(session)) if shown else ""

    answer(session, SCHEMA, data, shown, human)
    return 0 if data["may_be_signed"] else RuleRefusedError.exit_code
