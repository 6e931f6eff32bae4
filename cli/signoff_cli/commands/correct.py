"""`signoff correct`: correct a wrong entry, by two people."""

from __future__ import annotations

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.corrections import (
    ConfirmCorrection,
    DeclineCorrection,
    RequestCorrection,
)
from signoff_ledger.errors import Advice, InputError


@click.command
@click.argument("serial", required=False)
@click.argument("entry", required=False, metavar="[NAME=VALUE]")
@click.option("--batch", required=True, help="The batch of the unit.")
@click.option("--reason", help="Why it is wrong, or why it is declined; @FILE reads a file.")
@click.option("--remeasured", help="What was measured again; needed to take a reject back.")
@click.option("--confirm", type=int, metavar="NUMBER", help="Confirm a correction asked for.")
@click.option("--decline", type=int, metavar="NUMBER", help="Decline a correction asked for.")
@recording("correct")
def correct(  # click passes every option
    session: Session,
    serial: str | None,
    entry: str | None,
    batch: str,
    reason: str | None,
    remeasured: str | None,
    confirm: int | None,
    decline: int | None,
) -> None:
    """Ask for a wrong entry to be corrected, or answer another person's request.

    NAME is a characteristic, a field of how the unit was made (method, fixture, cavity, ...), or a
    nonconformity such as D-3, which becomes another mode or `void`. The old value stays on record.

    \b
    Example:
      signoff correct SN-0007 gap=0.24 --batch PB-1 --reason "typed 0.42"
      signoff correct --confirm 1 --batch PB-1        # a second person
    """
    ways = (serial is not None, confirm is not None, decline is not None)
    if sum(ways) != 1 or (serial is None) != (entry is None):
        raise InputError(
            "SL109",
            "one correction at a time",
            advice=Advice("name-one-correction"),
        )
    text = long_text(reason)
    if text is None and confirm is None:
        raise InputError("SL109", "a correction needs its reason", advice=Advice("give-reason"))
    command: ConfirmCorrection | DeclineCorrection | RequestCorrection
    if confirm is not None:
        command = ConfirmCorrection(batch=batch, number=confirm)
    elif decline is not None:
        command = DeclineCorrection(batch=batch, number=decline, reason=text or "")
    else:
        field, becomes = _entry(entry or "")
        command = RequestCorrection(
            batch=batch,
            serial=serial or "",
            field=field,
            becomes=becomes,
            reason=text or "",
            remeasured=remeasured,
        )
    receipts.give(session, command)


def _entry(entry: str) -> tuple[str, str]:
    """Split `NAME=VALUE`."""
    field, equals, becomes = entry.partition("=")
    if not equals:
        raise InputError(
            "SL109",
            f"{entry[:60]!r} is not NAME=VALUE",
            advice=Advice("name-entry-and-value"),
        )
    return field, becomes
