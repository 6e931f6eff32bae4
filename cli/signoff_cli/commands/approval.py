"""`signoff approval`: refer to an approval given elsewhere."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_ledger.application.commands.plans import NoteApproval


@click.command
@click.argument("process")
@click.option("--of", type=click.Choice(["tooling", "design"]), required=True, help="Of what.")
@click.option("--reference", required=True, help="The approval's own number.")
@click.option("--document", help="For a design: the approved document.")
@click.option("--sha256", help="For a design: the document's digest.")
@click.option("--note", help="Free words; for a design, why it was approved again.")
@receipts.gives(NoteApproval)
def approval() -> None:
    """Refer to an approval of the tooling or of the design, given elsewhere.

    Neither is a sign-off of the process, and neither opens the order gate. A new design approval
    answers nonconformities that came from the design.

    \b
    Example:
      signoff approval kiln-lid --of tooling --reference T-12
    """
