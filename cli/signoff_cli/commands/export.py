"""`signoff export`: hand the log over, or the dossier of one decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, say, tell_left_out
from signoff_cli.session import Session, reading
from signoff_ledger.application.witnesses import standings
from signoff_ledger.errors import SignoffError
from signoff_ledger.exports.dossier import export_decision
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.queries.export import SCHEMA, dossier_answer, log_answer

if TYPE_CHECKING:
    from signoff_ledger.bootstrap import OpenLedger


@click.command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--decision", "position", type=int, metavar="POSITION",
              help="The dossier of the decision there, instead of the whole log.")  # fmt: skip
@reading
def export(session: Session, folder: Path, position: int | None) -> None:
    """Write the log into FOLDER, in plain files that can be checked without signoff.

    It is sealed first where the log's key is at hand. The same log gives the same bytes.

    \b
    Example:
      signoff export handover
      signoff export dossier --decision 112
    """
    with session.open() as opened:
        _seal(opened)
        if position is None:
            exported = export_log(opened.store, folder)
            sealed = exported.sealed
            tell_left_out(exported.left_out)
            data = log_answer(str(folder), exported)
            says = (
                f"{exported.size} events are in {folder}, {exported.sealed} of them sealed, root "
                f"{exported.root.hex()}"
            )
        else:
            dossier = export_decision(opened.store, position, folder)
            sealed = dossier.size
            data = dossier_answer(str(folder), position, sealed)
            says = f"The dossier of the decision at position {position} is in {folder}"
        if standings(opened.store) and not opened.store.cosignatures(sealed):
            say(
                "signoff: no witness has cosigned the last checkpoint: a reader whose policy asks "
                "for one refuses this export; ask with  signoff witness request --all  and export "
                "again"
            )
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: f"{says}.\nAnybody checks it with  signoff verify {folder}  or by its README.",
        done=says,
    )


def _seal(opened: OpenLedger) -> None:
    assert opened.sealer is not None  # noqa: S101  # a session always brings its vault
    try:
        opened.sealer.seal()
    except SignoffError as error:
        say(f"signoff: not sealed again: {error.what}" + (f": {error.why}" if error.why else ""))
