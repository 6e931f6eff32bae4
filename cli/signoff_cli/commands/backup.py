"""`signoff backup`: copy a ledger while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, tell_left_out
from signoff_cli.session import reading
from signoff_ledger.exports.log_cut import copy_until
from signoff_ledger.exports.migrate import back_up_ledger
from signoff_ledger.queries.backup import SCHEMA, backup_answer, cut_answer

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.backup import BackupAnswer


@click.command
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--until",
    type=click.IntRange(min=1),
    metavar="POSITION",
    help="Copy the events up to this one alone, and keep everything else in TARGET.rest.jsonl.",
)
@reading
def backup(session: Session, target: Path, until: int | None) -> None:
    """Copy the ledger to the file TARGET, complete as of one moment, while others go on recording.

    The copy is a ledger in itself, also where this one stands in PostgreSQL.
    A plain file copy of a ledger in use can silently lack what was acknowledged last.

    Where signoff doctor names a position at which the lines do not hold, --until takes what stands
    before it, without the half of a command. What is derived from the lines is made again, and what
    is left out is kept in a file next to it.

    \b
    Example:
      signoff backup /mnt/safe/ledger-2026-03-09.db
      signoff backup --until 41 sound.db
    """
    with session.open(damaged=until is not None) as opened:
        data = _copied(opened, session.place(), target, until)
    rest = f" {data['left_out']} rows left out are in {data['rest']}." if "rest" in data else ""
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: f"{data['events']} events copied to {target}.{rest}",
        done=f"{data['events']} events copied to {target}",
    )


def _copied(opened: OpenLedger, place: str, target: Path, until: int | None) -> BackupAnswer:
    if until is not None:
        return cut_answer(place, str(target), copy_until(opened.store, target, until))
    size, left_out = back_up_ledger(opened.store, target)
    tell_left_out(left_out)
    return backup_answer(place, str(target), size)
