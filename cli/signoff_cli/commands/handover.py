"""`signoff handover`: the units that went on to the next activity."""

from __future__ import annotations

import click

from signoff_cli.output import answer, paragraph, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries.handover import SCHEMA, handed_over_units
from signoff_ledger.queries.handover import handover as handed_over


@click.command
@click.argument("process", required=False)
@reading
def handover(session: Session, process: str | None) -> None:
    """List the conforming units of PROCESS's deciding batch and the activity they went on to.

    A unit that is nonconforming, scrapped or failed a later retest is never among them. There is a
    list only while the sign-off stands.

    \b
    Example:
      signoff handover kiln-lid
    """
    with session.open() as opened:
        data = handed_over(opened.ledger, process)
    rows = handed_over_units(data)

    def human() -> str:
        went = f"{len(rows)} conforming units of {data['batch']} go to activity {data['activity']}:"
        lines = [went, table(("unit",), [(serial,) for serial in data["serials"]])]
        kept_back = (paragraph(f"NOT HANDED OVER: {each}") for each in data["withheld"])
        return "\n".join([*lines, *kept_back])

    answer(session, SCHEMA, data, rows, human)
