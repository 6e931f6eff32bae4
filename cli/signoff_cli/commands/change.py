"""`signoff change`: record a change to the process."""

from __future__ import annotations

from typing import Any

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.parts import Change, ChangeKind
from signoff_ledger.errors import Advice, InputError


@click.command
@click.argument("process")
@click.option("--what", required=True, help="What was changed; @FILE reads a file.")
@click.option("--why", required=True, help="Why; @FILE reads a file.")
@click.option(
    "--kind",
    type=click.Choice([*map(str, ChangeKind)]),
    default="process",
    show_default=True,
    help="What it touches.",
)
@click.option(
    "--touches-design",
    required=True,
    type=click.Choice(["yes", "no"]),
    help="Whether the design changes; yes closes this series.",
)
@click.option(
    "--addresses",
    multiple=True,
    metavar="MODE",
    help="A mode, or the build-time characteristic, that it fixes; may be repeated.",
)
@click.option("--parameter", metavar="NAME:OLD:NEW", help="The parameter that was turned.")
@click.option("--fixture", help="A jig that every later unit must be built with.")
@click.option("--tooling-revision", help="The tooling's new revision.")
@recording("change")
def change(session: Session, /, process: str, **given: Any) -> None:
    """Record a change that was made to PROCESS; its revision goes up by one.

    A standing sign-off lapses by it, whatever was changed. The next batch confirms it.

    \b
    Example:
      signoff change kiln-lid --what "relief skim on the lid's mating face" \\
        --why "the lid fouled" --touches-design no --addresses LID-SEAT
    """
    parameter, old, new = _parameter(given["parameter"])
    made = Change(
        kind=ChangeKind(given["kind"]),
        what=long_text(given["what"]) or "",
        why=long_text(given["why"]) or "",
        touches_design=given["touches_design"] == "yes",
        addresses=given["addresses"],
        fixture=given["fixture"],
        parameter=parameter,
        old=old,
        new=new,
        tooling_revision=given["tooling_revision"],
    )
    receipts.give(session, ApplyChange(process=process, change=made))


def _parameter(text: str | None) -> tuple[str | None, str | None, str | None]:
    if text is None:
        return None, None, None
    parts = tuple(part.strip() for part in text.split(":"))
    if len(parts) != 3 or not all(parts):  # name, old, new
        raise InputError(
            "SL109",
            f"{text[:60]!r} is not NAME:OLD:NEW",
            advice=Advice("name-parameter-change"),
        )
    return parts
