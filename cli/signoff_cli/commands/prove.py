"""`signoff prove`: prove that one event is in the log."""

from __future__ import annotations

from pathlib import Path

import click

from signoff_cli.output import answer, heading, write_file
from signoff_cli.session import Session, reading
from signoff_ledger.queries.proof import SCHEMA, proof


@click.command
@click.argument("position", type=int)
@click.option("-o", "--output", metavar="NAME", type=click.Path(path_type=Path),
              help="Write NAME.json and NAME.tlog-proof.")  # fmt: skip
@reading
def prove(session: Session, position: int, output: Path | None) -> None:
    """Give the line at POSITION and the proof that it is in the log (c2sp.org/tlog-proof).

    Standard output gets the proof and nothing else: the same bytes as NAME.tlog-proof.

    \b
    Example:
      signoff prove 112 -o decision
    """
    with session.open() as opened:
        data = proof(opened.store, position)
    if output is not None:
        write_file(output.with_name(output.name + ".json"), data["line"].encode())
        write_file(output.with_name(output.name + ".tlog-proof"), data["proof"].encode())
    heading(
        session,
        f"{data['size']} events are sealed, and the one at position {position} is among them.",
    )
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: data["proof"].removesuffix("\n"),
        done=f"the line and its proof are in {output}.*" if output is not None else "",
    )
