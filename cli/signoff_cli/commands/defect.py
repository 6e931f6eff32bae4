"""`signoff defect`: record nonconformities, where they come from, and what caused them."""

from __future__ import annotations

import re

import click

from signoff_cli import receipts
from signoff_cli.commands.record import nonconformity_of
from signoff_cli.inputs import long_text, moment
from signoff_cli.session import Session, recording
from signoff_ledger.application.commands.nonconformities import (
    AddNonconformity,
    AttributeNonconformity,
    StateCause,
)
from signoff_ledger.application.commands.parts import CauseKind, Origin
from signoff_ledger.errors import Advice, InputError

_NUMBERED = re.compile(r"D-(\d{1,9})", re.ASCII)


@click.group
def defect() -> None:
    """Record nonconformities, where they come from, and what caused them."""


@defect.command(short_help="Record a nonconformity seen after the unit's results.")
@click.argument("serial")
@click.argument("mode", metavar="MODE[@ZONE]")
@click.option("--batch", required=True, help="The batch of the unit.")
@click.option("--note", help="Free words; @FILE reads a file.")
@click.option("--observed-at", help="When it was seen, with offset.")
@recording("defect add")
def add(  # click passes every option
    session: Session, serial: str, mode: str, batch: str, note: str | None, observed_at: str | None
) -> None:
    """Record a nonconformity on a unit that has its results already.

    \b
    Example:
      signoff defect add SN-0007 GLAZE-PINHOLE@top-face --batch PB-1
    """
    receipts.give(
        session,
        AddNonconformity(
            batch=batch,
            serial=serial,
            nonconformity=nonconformity_of(mode, long_text(note)),
            observed_at=moment(observed_at),
        ),
    )


@defect.command(short_help="Say where a nonconformity comes from.")
@click.argument("mode", metavar="MODE|D-NUMBER")
@click.option("--origin", required=True, type=click.Choice([*map(str, Origin)]), help="From what.")
@click.option("--reason", required=True, help="How that is known; @FILE reads a file.")
@click.option("--process", help="The process; needed where the ledger has several.")
@click.option("--batch", help="With D-NUMBER: the batch of that one nonconformity.")
@recording("defect attribute")
def attribute(  # click passes every option
    session: Session, mode: str, origin: str, reason: str, process: str | None, batch: str | None
) -> None:
    """Attribute a mode to its origin, or one nonconformity given as D-NUMBER with --batch.

    A later attribution replaces an earlier one; both stay on record. A nonconformity that comes
    from the design closes the series: no sign-off of the process can cure it.

    \b
    Example:
      signoff defect attribute LID-SEAT --origin process --reason "shrinkage on firing"
    """
    numbered = _NUMBERED.fullmatch(mode)
    if (numbered is None) != (batch is None):
        raise InputError(
            "SL109",
            "D-NUMBER and --batch go together",
            advice=Advice("name-mode-or-nonconformity"),
        )
    single = (batch, int(numbered[1])) if numbered and batch else None
    with session.open() as opened:
        work = opened.ledger.work()
        if batch is not None and process is None:
            process = work.known_batch(batch).started.process
        command = AttributeNonconformity(
            process=work.process_named(process),
            mode=None if single else mode,
            origin=Origin(origin),
            reason=long_text(reason) or "",
            single=single,
        )
        receipt = opened.ledger.execute(command, session.call())
        receipts.show(session, opened.store, receipt)


@defect.command(short_help="State the cause of a nonconformity, or that none was found.")
@click.argument("mode")
@click.option("--batch", required=True, help="The batch it was found in.")
@click.option("--cause", help="The root cause.")
@click.option("--none-found", help="What was looked at, and that no cause was found.")
@click.option("--accept", help="Why the nonconformity is accepted; takes an approver.")
@click.option("--out-of-scope", help="Why it is out of scope; takes an approver.")
@recording("defect cause")
def cause(session: Session, /, mode: str, batch: str, **statements: str | None) -> None:
    """State the cause of MODE in a batch, or a statement instead of a cause.

    \b
    Example:
      signoff defect cause LID-SEAT --batch PB-1 --cause "the ceramic shrank more than planned"
    """
    kinds = {
        "cause": CauseKind.FOUND,
        "none_found": CauseKind.NOT_FOUND,
        "accept": CauseKind.ACCEPTED,
        "out_of_scope": CauseKind.OUT_OF_SCOPE,
    }
    given = [(kinds[name], text) for name, text in statements.items() if text is not None]
    if len(given) != 1:
        raise InputError(
            "SL109",
            "one statement is needed",
            advice=Advice("give-one-statement"),
        )
    kind, text = given[0]
    receipts.give(
        session, StateCause(batch=batch, mode=mode, kind=kind, statement=long_text(text) or "")
    )
