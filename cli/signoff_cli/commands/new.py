"""`signoff new`: print a plan file to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli.output import write
from signoff_cli.session import pass_session, reading
from signoff_ledger.application.commands.parts import plan_template

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Print a plan file to fill in.")
@reading
@pass_session
def new(session: Session) -> None:
    """Print a commented plan file: process, characteristics, nonconformities and bar.

    \b
    Example:
      signoff new > plan.toml
    """
    del session
    write(plan_template().rstrip())
