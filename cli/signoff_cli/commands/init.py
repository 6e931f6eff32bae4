"""`signoff init`: begin a ledger."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer
from signoff_cli.session import pass_session, writing
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.application.people import found
from signoff_ledger.bootstrap import begin_ledger, open_ledger
from signoff_ledger.persistence.store import claim

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Call


@click.command(short_help="Begin a ledger.")
@click.argument("path", required=False)
@click.option("--name", help="What exports and signatures call it.  [default: the file's name]")
@click.option("--printed-name", help="Your name as printed beside decisions.  [default: --as]")
@writing
@pass_session
def init(session: Session, path: str | None, name: str | None, printed_name: str | None) -> None:
    """Begin a ledger in one file; whoever does becomes its first owner.

    With --command-id, a ledger that this very command began is no error.

    \b
    Example:
      signoff init ledger.db --as j.owner --printed-name "Jo Owner"
    """
    place = Path(path) if path else session.path()
    call = session.call()
    actor = named_actor(call)
    name = place.stem if name is None else name
    printed_name = actor if printed_name is None else printed_name
    repeated = False
    if session.command_id and not session.dry_run and place.exists():
        with open_ledger(place, session.clock, session.ids) as opened:
            repeated = found(opened.ledger, call, name, printed_name).repeated
    else:
        _begin(session, call, place, name, printed_name)
    data = {
        "ledger": str(place),
        "name": name,
        "owner": actor,
        "repeated": repeated,
        "dry_run": session.dry_run,
    }
    says = "was begun before" if repeated else "would be begun" if session.dry_run else "begun"
    answer(
        session,
        "signoff.init/1",
        data,
        [data],
        lambda: f"Ledger {name} {says} in {place}; {actor} is its owner.",
    )


def _begin(session: Session, call: Call, place: Path, name: str, printed_name: str) -> None:
    with ExitStack() as stack:
        if session.dry_run:
            claim(place)
            place.unlink()
            place = Path(stack.enter_context(TemporaryDirectory())) / "ledger.db"
        stack.enter_context(
            begin_ledger(
                place,
                call,
                name=name,
                printed_name=printed_name,
                clock=session.clock,
                ids=session.ids,
            )
        )
