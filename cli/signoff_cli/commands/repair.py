"""`signoff repair`: put back what belongs around the lines of a ledger and is gone."""

from __future__ import annotations

import click

from signoff_cli.output import answer
from signoff_cli.session import Session, reading
from signoff_ledger.queries.repair import SCHEMA, restored_parts
from signoff_ledger.queries.repair import repair as repaired


@click.command
@reading
def repair(session: Session) -> None:
    """Restore database objects that are missing or changed. No line is touched.

    signoff doctor names what is gone. In PostgreSQL these are the rights of the ledger's role, for
    example after a pg_restore without them; only the owner of the tables can give them again.

    \b
    Example:
      signoff repair
      signoff repair --ledger postgresql://dba@db.example.com/press
    """
    with session.open(damaged=True) as opened:
        data = repaired(opened.store)
    restored = data["restored"]
    answer(
        session,
        SCHEMA,
        data,
        restored_parts(data),
        lambda: "\n".join(f"put right: {one}" for one in restored) or "Nothing was missing.",
        done=f"{len(restored)} thing(s) put right",
    )
