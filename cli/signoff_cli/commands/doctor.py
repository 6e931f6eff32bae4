"""`signoff doctor`: look for trouble in a ledger and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, progress, table
from signoff_cli.session import pass_session, reading
from signoff_ledger.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_cli.session import Session


@click.command(short_help="Look for trouble in a ledger and around it.")
@reading
@pass_session
def doctor(session: Session) -> int:
    """Look at the database, every object in it, every line, the views, the guard, seals and clock.

    This finds accidents and careless edits, and says what leads back. It does not prove that nobody
    rewrote the whole file; signoff verify says what is proved.

    \b
    Example:
      signoff doctor
    """
    from signoff_cli.config import seal_policy
    from signoff_ledger.application.ports import SystemClock
    from signoff_ledger.custody.health import CustodyState
    from signoff_ledger.persistence.health_finding import HealthFinding
    from signoff_ledger.persistence.store import DamagedError
    from signoff_ledger.projections.health import examine

    now = (session.clock or SystemClock()).now()
    keeping = CustodyState(session.vault(), seal_policy(), now)
    try:
        with session.open(damaged=True) as opened:
            found = examine(opened.store, opened.views, progress(session, "events"), keeping)
    except DamagedError as error:
        fix = "go back to a backup, under a new name, and keep this file beside it"
        found = [HealthFinding("database", "BROKEN", f"nothing can be read: {error.why}", fix)]
    rows = [{"check": f.check, "state": f.state, "says": f.says, "fix": f.fix} for f in found]
    answer(
        session,
        "signoff.doctor/1",
        {"checks": rows},
        rows,
        lambda: table(
            ("state", "check", "what was found"),
            [row for r in rows for row in _told(r)],
        ),
    )
    states = {f.state for f in found}
    return EvidenceError.exit_code if "BROKEN" in states else int("BAD" in states)


def _told(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    yield row["state"], row["check"], row["says"]
    if row["fix"]:
        yield "", "", f"fix: {row['fix']}"
