"""`signoff move`: carry a ledger from one store to another."""

from __future__ import annotations

import click

from signoff_cli.output import answer, tell_left_out
from signoff_cli.session import Session, reading
from signoff_ledger.exports.migrate import move as move_ledger
from signoff_ledger.queries.move import SCHEMA, move_answer
from signoff_ledger.wiring import redacted


@click.command
@click.argument("source")
@click.argument("target")
@reading
def move(session: Session, source: str, target: str) -> None:
    """Move the ledger SOURCE to TARGET, each a file or a PostgreSQL database.

    Every line, the root, every checkpoint and cosignature are the same there, and so is every
    proof. SOURCE stays and can be read, but takes nothing more. The log's key stays where it is.

    \b
    Example:
      signoff move ledger.db postgresql://dba@db.example.com/press
    """
    session.show_notices()
    carried = move_ledger(source, target)
    tell_left_out(carried.left_out)
    data = move_answer(redacted(source), redacted(target), carried)
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: (
            f"{carried.size} events and {carried.checkpoints} checkpoint(s) are in "
            f"{data['target']}, root {data['root']}.\n{data['source']} takes nothing more: "
            "name the new place with --ledger or SIGNOFF_LEDGER."
        ),
        done=f"{carried.size} events are in {data['target']}",
    )
