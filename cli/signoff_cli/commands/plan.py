"""`signoff plan`: publish an inspection plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text, read_text
from signoff_cli.session import pass_session, signing
from signoff_ledger.application.planfile import read_plan
from signoff_ledger.application.planning import publish_plan

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.group(short_help="Publish an inspection plan.")
def plan() -> None:
    """Publish an inspection plan."""


@plan.command(short_help="Publish the plan of a file.")
@click.argument("file")
@click.option("--reason", help="Why it differs from the plan in force; @FILE reads a file.")
@signing
@pass_session
def publish(session: Session, file: str, reason: str | None) -> None:
    """Publish the plan of FILE; its first publication defines the process.

    \b
    Example:
      signoff new > plan.toml      # fill it in
      signoff plan publish plan.toml
    """
    read = read_plan(*read_text(file))
    with session.open() as opened:
        receipt = publish_plan(opened.ledger, session.call(), read, long_text(reason))
        receipts.show(session, opened.store, receipt)
