"""`signoff prove`: prove that one event is in the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from signoff_cli.output import answer, heading, write_file
from signoff_cli.session import pass_session, reading
from signoff_ledger.exports.dossier import proof_of, seal_over
from signoff_ledger.replay.replay import checked_position

if TYPE_CHECKING:
    from signoff_cli.session import Session


@click.command(short_help="Prove that one event is in the log.")
@click.argument("position", type=int)
@click.option("-o", "--output", metavar="NAME", type=click.Path(path_type=Path),
              help="Write NAME.json and NAME.tlog-proof.")  # fmt: skip
@reading
@pass_session
def prove(session: Session, position: int, output: Path | None) -> None:
    """Give the line at POSITION and the proof that it is in the log (c2sp.org/tlog-proof).

    Standard output gets the proof and nothing else: the same bytes as NAME.tlog-proof.

    \b
    Example:
      signoff prove 112 -o decision
    """
    with session.open() as opened:
        checked_position(opened.store, position)
        recorded = next(iter(opened.store.read(position - 1, position)))
        size, note = seal_over(opened.store, position)
        proof = proof_of(opened.store, position, size, note)
    line = recorded.entry.line
    if output is not None:
        write_file(output.with_name(output.name + ".json"), line)
        write_file(output.with_name(output.name + ".tlog-proof"), proof)
    data = {
        "position": position,
        "line": line.decode("utf-8"),
        "proof": proof.decode("utf-8"),
        "size": size,
    }
    heading(session, f"{size} events are sealed, and the one at position {position} is among them.")
    answer(
        session,
        "signoff.proof/1",
        data,
        [data],
        lambda: proof.decode("utf-8").removesuffix("\n"),
        done=f"the line and its proof are in {output}.*" if output is not None else "",
    )
