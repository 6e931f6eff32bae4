"""`signoff backup`: copy a ledger while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer
from signoff_cli.session import pass_session, reading
from signoff_ledger.exports.moving import copy_ledger
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Copy a ledger while it is in use.")
@click.argument("target", type=click.Path(path_type=Path))
@reading
@pass_session
def backup(session: Session, target: Path) -> None:
    """Copy the ledger to the file TARGET, complete as of one moment, while others go on recording.

    The copy is a ledger in itself, also where this one stands in PostgreSQL.
    A plain file copy of a ledger in use can silently lack what was acknowledged last.

    \b
    Example:
      signoff backup /mnt/safe/ledger-2026-03-09.db
    """
    with session.open() as opened:
        store = opened.store
        if isinstance(store, SqliteStore):
            size = back_up(store, target)
        else:
            size = copy_ledger(store, target).size
    data = {"ledger": session.place(), "backup": str(target), "events": size}
    answer(
        session,
        "signoff.backup/1",
        data,
        [data],
        lambda: f"{size} events copied to {target}.",
        done=f"{size} events copied to {target}",
    )
