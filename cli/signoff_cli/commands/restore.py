"""`signoff restore`: bring an exported log back into an empty ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer
from signoff_cli.session import reading
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.queries.restore import SCHEMA, restore_answer

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command
@click.argument("folder", type=click.Path(path_type=Path))
@reading
def restore(session: Session, folder: Path) -> None:
    """Make a new ledger from the log in FOLDER, with the same root or not at all.

    The key that seals it is not in an export: seal where it is, as before.

    \b
    Example:
      signoff restore handover --ledger ledger.db
    """
    session.show_notices()
    size, root = restore_log(folder, session.address())
    place = session.place()
    data = restore_answer(place, size, root)
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: f"{size} events are back in {place}, root {data['root']}.",
        done=f"{size} events are back in {place}",
    )
