"""`signoff move`: carry a ledger from one store to another."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, tell_left_out
from signoff_cli.session import pass_session, reading
from signoff_ledger.exports.migrate import move_ledger
from signoff_ledger.persistence.address import redacted
from signoff_ledger.persistence.store_factory import open_store

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Carry a ledger from one store to another.")
@click.argument("source")
@click.argument("target")
@reading
@pass_session
def move(session: Session, source: str, target: str) -> None:
    """Carry the ledger SOURCE to TARGET, each a file or a PostgreSQL database.

    Every line, the root, every checkpoint and cosignature are the same there, and so is every
    proof. SOURCE stays and can be read, but takes nothing more. The log's key stays where it is.

    \b
    Example:
      signoff move ledger.db postgresql://dba@db.example.com/press
    """
    session.show_notices()
    with closing(open_store(source)) as store:
        carried = move_ledger(store, target)
    tell_left_out(carried.left_out)
    data = {
        "source": redacted(source),
        "target": redacted(target),
        "events": carried.size,
        "root": carried.root.hex(),
        "checkpoints": carried.checkpoints,
    }
    answer(
        session,
        "signoff.move/1",
        data,
        [data],
        lambda: (
            f"{carried.size} events and {carried.checkpoints} checkpoint(s) are in "
            f"{data['target']}, root {data['root']}.\n{data['source']} takes nothing more: "
            "name the new place with --ledger or SIGNOFF_LEDGER."
        ),
        done=f"{carried.size} events are in {data['target']}",
    )
