"""`signoff approval`: refer to an approval given elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from signoff_cli import receipts
from signoff_cli.session import pass_session, recording
from signoff_ledger.application.commands.plans import NoteApproval

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Refer to an approval from elsewhere.")
@click.argument("process")
@click.option("--of", type=click.Choice(["tooling", "design"]), required=True, help="Of what.")
@click.option("--reference", required=True, help="The approval's own number.")
@click.option("--document", help="For a design: the approved document.")
@click.option("--sha256", help="For a design: the document's digest.")
@click.option("--note", help="Free words; for a design, why it was approved again.")
@recording("approval")
@pass_session
def approval(  # click passes every option
    session: Session,
    process: str,
    of: Literal["tooling", "design"],
    reference: str,
    document: str | None,
    sha256: str | None,
    note: str | None,
) -> None:
    """Refer to an approval of the tooling or of the design, given elsewhere.

    Neither is a sign-off of the process, and neither opens the order gate. A new design approval
    answers nonconformities that came from the design.

    \b
    Example:
      signoff approval kiln-lid --of tooling --reference T-12
    """
    receipts.give(
        session,
        NoteApproval(
            process=process,
            of=of,
            reference=reference,
            note=note,
            document=document,
            sha256=sha256,
        ),
    )
