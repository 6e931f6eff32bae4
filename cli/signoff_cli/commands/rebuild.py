"""`signoff rebuild`: build every view again from the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, progress
from signoff_cli.session import reading
from signoff_ledger.queries.rebuild import SCHEMA
from signoff_ledger.queries.rebuild import rebuild as rebuilt

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command
@reading
def rebuild(session: Session) -> None:
    """Drop every view and build it again from the first event. Events are only read.

    \b
    Example:
      signoff rebuild
    """
    with session.open() as opened:
        data = rebuilt(opened.views, progress(session, "events"))
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: f"Every view was built again from {data['events']} events.",
        done="every view was built again",
    )
