"""`signoff open`: open a batch."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import settings_of
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.batches import OpenBatch


@click.command("open")
@click.argument("process")
@click.option("--batch", required=True, help="A key for the batch, unique in the ledger.")
@click.option("--tooling", help="Tooling of this run, if not the process's.")
@click.option("--tooling-revision", help="Its revision, if not the process's.")
@click.option("--line", help="Line, if not the process's.")
@click.option("--site", help="Site, if not the process's.")
@click.option("--fixture", help="Jig or fixture of this run.")
@click.option("--parameter", "parameters", multiple=True, metavar="NAME:VALUE",
              help="A setting of this run, as a change requires.")  # fmt: skip
@recording("open")
def open_(
    session: Session,
    /,
    process: str,
    batch: str,
    parameters: tuple[str, ...],
    **made_on: str | None,
) -> None:
    """Open a batch of PROCESS under the plan and the bar in force, which are frozen for it.

    A run on other tooling, another line or without the required fixture can be recorded; its
    units do not count. A fixture, a tooling revision or a setting that a change made required is
    met only where it is said: here for the whole run, or unit by unit.

    \b
    Example:
      signoff open kiln-lid --batch PB-1
    """
    given = {name: value for name, value in made_on.items() if value is not None}
    receipts.give(
        session,
        OpenBatch(process=process, batch=batch, made_on=given, parameters=settings_of(parameters)),
    )
