"""`signoff doctor`: look for trouble in a ledger and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, progress, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.errors import EvidenceError

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Look for trouble in a ledger and around it.")
@reading
@pass_session
def doctor(session: Session) -> int:
    """Look at the database, its settings, and every line: hashes, chains, index, views.

    This finds accidents and careless edits. It does not prove that nobody rewrote the whole file.

    \b
    Example:
      signoff doctor
    """
    from signoff_ledger.projections.health import examine

    with session.open() as opened:
        found = examine(opened.store, opened.views, progress(session, "events"))
    rows = [{"check": f.check, "state": f.state, "says": f.says} for f in found]
    answer(
        session,
        "signoff.doctor/1",
        {"checks": rows},
        rows,
        lambda: table(
            ("state", "check", "what was found"),
            [(r["state"], r["check"], r["says"]) for r in rows],
        ),
    )
    states = {f.state for f in found}
    return EvidenceError.exit_code if "BROKEN" in states else int("BAD" in states)
