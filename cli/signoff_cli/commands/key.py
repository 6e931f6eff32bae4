"""`signoff key`: the keys that people sign with, and the key that seals the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import home_path, input_text, long_text
from signoff_cli.output import answer, table
from signoff_cli.prompts import new_log_passphrase
from signoff_cli.session import Session, reading, recording
from signoff_ledger.application.commands.keys import (
    AcceptKey,
    RegisterKey,
    RevokeKey,
    rotate_log_key,
)
from signoff_ledger.bounded_file import PUBLIC_KEY
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.queries.keys import SCHEMA
from signoff_ledger.queries.keys import keys as keys_of

if TYPE_CHECKING:
    from signoff_ledger.queries.keys import KeysAnswer


@click.group
def key() -> None:
    """Register, accept and revoke the keys that people sign with."""


@key.command(short_help="Register a public key of your own.")
@click.argument("file")
@recording("key register")
def register(session: Session, file: str) -> None:
    """Register the SSH public key in FILE as yours, by signing with it.

    It signs for you once an owner has accepted it. From then on you always sign.

    \b
    Example:
      signoff key register ~/.ssh/id_ed25519.pub
    """
    path = home_path(file)
    text, _ = input_text(path, PUBLIC_KEY)
    if session.key is None:
        # OpenSSH finds the private half next to the public one, or in the agent.
        session.key = path
    receipts.give(session, RegisterKey(public_key=text))


@key.command(short_help="Confirm whose key it is.")
@click.argument("person")
@click.argument("fingerprint", required=False)
@receipts.gives(AcceptKey)
def accept() -> None:
    """Accept the key that PERSON registered; make sure first that it is theirs.

    Compare the fingerprint with the one they read out to you:  ssh-keygen -l -f FILE.pub

    \b
    Example:
      signoff key accept a.mercer
    """


@key.command(short_help="Revoke a key.")
@click.argument("person")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@click.option("--lost", is_flag=True, help="A sole owner's only key, which is lost.")
@receipts.gives(RevokeKey, reason=long_text)
def revoke() -> None:
    """Revoke a key of PERSON: its holder may, and an owner. What it signed stays signed.

    The holder signs with this very key or another one. A holder who has lost it asks an owner.
    Only a sole owner, whom no other person can help, revokes their only key unsigned, with
    --lost; `verify` reports that permanently.

    \b
    Example:
      signoff key revoke a.mercer SHA256:... --reason "the laptop was lost"
    """


@key.command("list", short_help="List every person's keys.")
@reading
def list_(session: Session) -> None:
    """List every person's signing keys, and the key that seals the log.

    \b
    Example:
      signoff key list
    """
    with session.open() as opened:
        data = keys_of(opened.ledger)
    answer(session, SCHEMA, data, data["keys"], lambda: _for_people(data))


@key.command("rotate-log", short_help="Seal the log with a new key.")
@click.option("--reason", required=True, help="Why; @FILE reads a file.")
@click.option("--passphrase", is_flag=True, help="Encrypt the new key's file.")
@recording("key rotate-log")
def rotate_log(session: Session, reason: str, passphrase: bool) -> None:
    """Make a new key for the log's checkpoints; the old one signs that it follows.

    \b
    Example:
      signoff key rotate-log --reason "a year has passed"
    """
    if session.statement_only is not None or session.attach is not None:
        raise InputError(
            "SL109",
            "this is signed here, where the key of the log is",
            why="the new key is made by the command, and is part of what is signed",
            advice=Advice("name-signing-key"),
        )
    chosen = new_log_passphrase() if passphrase else None
    with session.open() as opened:
        receipt = rotate_log_key(
            opened.ledger, session.call(), session.vault(), long_text(reason) or "", chosen
        )
        receipts.show(session, opened.store, receipt)


def _for_people(data: KeysAnswer) -> str:
    shown = [(r["person"], r["fingerprint"], r["state"]) for r in data["keys"]]
    people = (
        table(("person", "key", "state"), shown) if shown else "No person has registered a key."
    )
    return f"{people}\n\nThe log is sealed by  {data['log_key'] or 'no key'}"
