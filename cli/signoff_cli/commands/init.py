"""`signoff init`: begin a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer
from signoff_cli.prompts import new_log_passphrase
from signoff_cli.session import recording
from signoff_ledger.application.commands.people import BeginLedger
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.bootstrap import LogNames, begin_ledger, open_ledger, rehearse_founding
from signoff_ledger.queries.init import SCHEMA, init_answer
from signoff_ledger.wiring import is_begun, redacted, usual_name

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Call


@click.command
@click.argument("path", required=False)
@click.option("--name", help="What exports and signatures call it.  [default: the file's name]")
@click.option("--printed-name", help="Your name as printed on decisions.  [default: --as]")
@click.option(
    "--origin",
    metavar="NAME",
    help="The log's name in checkpoints, such as example.com/press-shop.",
)
@click.option("--passphrase", is_flag=True, help="Encrypt the file of the log's key.")
@recording("init")
def init(  # one parameter for each option
    session: Session,
    path: str | None,
    name: str | None,
    printed_name: str | None,
    origin: str | None,
    passphrase: bool,
) -> None:
    """Begin a ledger in one file, or in a PostgreSQL database; you become its first owner.

    In PostgreSQL this also makes the role signoff_DATABASE: make those who need to record
    members of it; they can then read events and add to them, and no more.

    The key that seals it is made, too, and kept outside the ledger: in SIGNOFF_KEYS, or in your
    own data folder. With --command-id, a ledger that this very command began is no error.

    \b
    Example:
      signoff init ledger.db --as j.owner --printed-name "Jo Owner"
      signoff init postgresql://dba@db.example.com/press --as j.owner
    """
    address = path or session.address()
    place = redacted(address)
    call = session.call()
    actor = named_actor(call)
    session.show_notices()
    name = usual_name(address) if name is None else name
    printed_name = actor if printed_name is None else printed_name
    repeated = False
    if session.command_id and not session.dry_run and is_begun(address):
        with open_ledger(address, session.clock, session.ids) as opened:
            command = BeginLedger(name=name, printed_name=printed_name)
            repeated = opened.ledger.execute(command, call).repeated
    else:
        log = LogNames(origin, new_log_passphrase() if passphrase else None)
        _begin(session, call, address, (name, printed_name), log)
    data = init_answer(place, name, actor, repeated=repeated, dry_run=session.dry_run)
    says = "was begun before" if repeated else "would be begun" if session.dry_run else "begun"
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: f"Ledger {name} {says} in {place}; {actor} is its owner.",
        done="" if session.dry_run else f"ledger {name} {says} in {place}, recorded from #1 on",
    )


def _begin(
    session: Session, call: Call, address: str, names: tuple[str, str], log: LogNames
) -> None:
    if session.dry_run:
        rehearse_founding(address, call, names, log, clock=session.clock, ids=session.ids)
        return
    begin_ledger(
        address,
        call,
        name=names[0],
        printed_name=names[1],
        clock=session.clock,
        ids=session.ids,
        vault=session.vault(),
        origin=log.origin,
        passphrase=log.passphrase,
    ).close()
