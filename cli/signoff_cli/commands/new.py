"""`signoff new`: print a plan file to fill in."""

from __future__ import annotations

import click

from signoff_cli.output import write
from signoff_cli.session import Session, reading
from signoff_ledger.application.commands.parts import plan_template


@click.command
@reading
def new(session: Session) -> None:
    """Print a commented plan file: process, characteristics, nonconformities and bar.

    \b
    Example:
      signoff new > plan.toml
    """
    del session
    write(plan_template().rstrip())
