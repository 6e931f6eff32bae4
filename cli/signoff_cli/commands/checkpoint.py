"""`signoff checkpoint`: seal the log as it stands."""

from __future__ import annotations

from pathlib import Path

import click

from signoff_cli import suffixes
from signoff_cli.output import answer, heading, write_file
from signoff_cli.session import Session, reading
from signoff_ledger.queries.checkpoint import SCHEMA, checkpoint_answer


@click.command
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path),
              help="Write the checkpoint to FILE, to keep elsewhere.")  # fmt: skip
@reading
def checkpoint(session: Session, output: Path | None) -> None:
    """Sign the log's size and root with the log's key, and keep the checkpoint.

    Every decision is sealed by itself. A checkpoint that you keep elsewhere shows later that
    nothing before it was changed:  signoff verify --since FILE

    Standard output gets the checkpoint and nothing else: the same bytes as FILE.

    \b
    Example:
      signoff checkpoint -o monday.checkpoint
    """
    if output is not None:
        suffixes.check(output, "a checkpoint")
    with session.open() as opened:
        assert opened.sealer is not None  # noqa: S101  # a session always brings its vault
        seal = opened.sealer.seal()
    if output is not None:
        write_file(output, seal.note)
    data = checkpoint_answer(seal)
    says = "Sealed" if data["new"] else "Sealed before, at exactly this size"
    heading(session, f"{says}: {data['size']} events, root {data['root']}")
    answer(
        session,
        SCHEMA,
        data,
        [data],
        lambda: data["checkpoint"].removesuffix("\n"),
        done=f"sealed at {data['size']} events",
    )
