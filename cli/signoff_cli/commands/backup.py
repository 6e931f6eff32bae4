"""`signoff backup`: copy a ledger while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, tell_left_out
from signoff_cli.session import pass_session, reading
from signoff_ledger.exports.log_cut import copy_until
from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.sqlite.backup import back_up
from signoff_ledger.persistence.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Copy a ledger while it is in use.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--until",
    type=click.IntRange(min=1),
    metavar="POSITION",
    help="Copy the events up to this one alone, and keep everything else in TARGET.rest.jsonl.",
)
@reading
@pass_session
def backup(session: Session, target: Path, until: int | None) -> None:
    """Copy the ledger to the file TARGET, complete as of one moment, while others go on recording.

    The copy is a ledger in itself, also where this one stands in PostgreSQL.
    A plain file copy of a ledger in use can silently lack what was acknowledged last.

    Where signoff doctor names a position at which the lines do not hold, --until takes what stands
    before it, without the half of a command. What is derived from the lines is made anew, and what
    is left out is kept beside.

    \b
    Example:
      signoff backup /mnt/safe/ledger-2026-03-09.db
      signoff backup --until 41 sound.db
    """
    left_out: dict[str, object] = {}
    with session.open(damaged=until is not None) as opened:
        store = opened.store
        if until is not None:
            cut = copy_until(store, target, until)
            size = cut.size
            left_out = {"rest": str(cut.rest), "left_out": cut.left_out}
        elif isinstance(store, SqliteStore):
            size = back_up(store, target)
        else:
            copied = copy_ledger(store, target)
            tell_left_out(copied.left_out)
            size = copied.size
    data = {"ledger": session.place(), "backup": str(target), "events": size, **left_out}
    beside = f" {left_out['left_out']} rows left out are in {left_out['rest']}." if left_out else ""
    answer(
        session,
        "signoff.backup/1",
        data,
        [data],
        lambda: f"{size} events copied to {target}.{beside}",
        done=f"{size} events copied to {target}",
    )
