"""`signoff import`: import a sheet of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import read_bytes
from signoff_cli.output import progress
from signoff_cli.session import pass_session, writing
from signoff_ledger.application.importing import import_sheet
from signoff_ledger.domain.values import BuildMethod

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.importing import Imported


@click.command("import", short_help="Import a sheet of results.")
@click.argument("file")
@click.option("--batch", required=True, help="The open batch the rows belong to.")
@click.option(
    "--method",
    type=click.Choice([*map(str, BuildMethod)]),
    help="How the units were made, where the sheet has no build_method column.",
)
@writing
@pass_session
def import_(session: Session, file: str, batch: str, method: str | None) -> None:
    """Import FILE, a CSV sheet of results; `-` reads standard input.

    All rows or none: every bad row is named, and nothing is recorded until all are good. The
    same file twice adds nothing. `signoff help formats` shows both layouts.

    \b
    Example:
      signoff import sheet-1.csv --batch PB-1
    """
    content, name = read_bytes(file)
    with session.open() as opened:
        receipt, imported = import_sheet(
            opened.ledger,
            session.call(),
            batch,
            content,
            name=name,
            method=BuildMethod(method) if method else None,
            progress=progress(session, "units"),
        )
        extra = {
            "import": {
                "new": imported.units,
                "already_recorded": imported.known,
                "retests": imported.retests,
                "sha256": imported.sha256,
                "sheet_already_imported": imported.sheet,
            }
        }
        receipts.show(session, opened.store, receipt, extra, _headline(name, imported))


def _headline(name: str, imported: Imported) -> str:
    if imported.sheet is not None:
        return f"{name}: already recorded as sheet {imported.sheet}."
    counts = [f"{imported.units} unit(s) new", f"{imported.known} already recorded"]
    counts += [f"{imported.retests} retest(s)"] if imported.retests else []
    return f"{name}: {', '.join(counts)}."
