"""`signoff init`: begin a ledger."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import click

from signoff_cli.output import answer
from signoff_cli.prompts import new_log_passphrase
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.people import found
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.bootstrap import begin_ledger, open_ledger
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.persistence.address import redacted, usual_name
from signoff_ledger.persistence.store_factory import check_vacant, is_begun

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Call


@click.command(short_help="Begin a ledger.")
@click.argument("path", required=False)
@click.option("--name", help="What exports and signatures call it.  [default: the file's name]")
@click.option("--printed-name", help="Your name as printed beside decisions.  [default: --as]")
@click.option(
    "--origin",
    metavar="NAME",
    help="The log's name in checkpoints, such as example.com/press-shop.",
)
@click.option("--passphrase", is_flag=True, help="Encrypt the file of the log's key.")
@recording("init")
@pass_session
def init(  # one parameter for each option
    session: Session,
    path: str | None,
    name: str | None,
    printed_name: str | None,
    origin: str | None,
    passphrase: bool,
) -> None:
    """Begin a ledger in one file, or in a PostgreSQL database; whoever does is its first owner.

    In PostgreSQL this also makes the role signoff_DATABASE: whoever shall record is made a member
    of it, and can then read events and add to them, and no more.

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
            repeated = found(opened.ledger, call, name, printed_name).repeated
    else:
        log = _Log(origin, new_log_passphrase() if passphrase else None)
        _begin(session, call, address, (name, printed_name), log)
    data = {
        "ledger": place,
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
        done="" if session.dry_run else f"ledger {name} {says} in {place}, recorded from #1 on",
    )


class _Log(NamedTuple):
    origin: str | None
    passphrase: str | None


def _begin(session: Session, call: Call, address: str, names: tuple[str, str], log: _Log) -> None:
    with ExitStack() as stack:
        vault = session.vault()
        if session.dry_run:
            check_vacant(address)
            folder = Path(stack.enter_context(TemporaryDirectory()))
            address, vault = str(folder / "ledger.db"), Vault(folder / "keys")
        stack.enter_context(
            begin_ledger(
                address,
                call,
                name=names[0],
                printed_name=names[1],
                clock=session.clock,
                ids=session.ids,
                vault=vault,
                origin=log.origin,
                passphrase=log.passphrase,
            )
        )
