"""`signoff orders`: the production orders on record, and whether a sign-off covers each."""

from __future__ import annotations

import click

from signoff_cli.output import answer, table
from signoff_cli.session import Session, reading
from signoff_ledger.queries import orders as query


@click.command
@click.argument("process", required=False)
@reading
def orders(session: Session, process: str | None) -> None:
    """List the production orders of PROCESS, or all of them, and whether a sign-off covers each.

    \b
    Example:
      signoff orders kiln-lid
    """
    with session.views() as views:
        data = query.orders(views, process, session.now())
    rows = data["orders"]

    def human() -> str:
        if not rows:
            return "No production order."
        columns = ("process", "order", "units", "state", "batch", "event", "by")
        return table(
            columns,
            [
                (
                    r["process"],
                    r["reference"],
                    r["quantity"],
                    r["state"].upper() if r["state"] == "at risk" else r["state"],
                    r["batch"] or "-",
                    f"#{r['position']}",
                    r["person"],
                )
                for r in rows
            ],
        )

    answer(session, query.SCHEMA, data, rows, human)
