"""`signoff doctor`: look for trouble in a ledger and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.advice import words
from signoff_cli.output import answer, progress, table
from signoff_cli.session import Session, reading
from signoff_ledger.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.queries.health import HealthCheckAnswer


@click.command
@reading
def doctor(session: Session) -> int:
    """Look at the database, every object in it, every line, the views, the guard, seals and clock.

    This finds accidents and careless edits, and says what restores the ledger. It does not prove
    that the file was not rewritten as a whole; signoff verify says what is proved.

    \b
    Example:
      signoff doctor
    """
    from signoff_ledger.queries.health import SCHEMA

    data = session.health(progress(session, "events"))
    rows = data["checks"]
    answer(
        session,
        SCHEMA,
        data,
        rows,
        lambda: table(
            ("state", "check", "what was found"),
            [line for each in rows for line in _lines(each)],
        ),
    )
    states = {each["state"] for each in rows}
    return EvidenceError.exit_code if "BROKEN" in states else int("BAD" in states)


def _lines(row: HealthCheckAnswer) -> Iterator[tuple[str, str, str]]:
    yield row["state"], row["check"], row["says"]
    if row["advice"] is not None:
        yield "", "", f"fix: {words(row['advice']['key'], row['advice']['values'])}"
