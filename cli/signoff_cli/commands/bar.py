"""`signoff bar`: register the bar in advance, or supersede it before results exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from signoff_cli import receipts
from signoff_cli.inputs import long_text, read_text
from signoff_cli.session import pass_session, signing
from signoff_ledger.application.planfile import read_plan
from signoff_ledger.application.planning import countersign_bar, register_bar, supersede_bar
from signoff_ledger.errors import InputError

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.domain.bar import Bar


@click.group(short_help="Register, countersign or supersede the bar.")
def bar() -> None:
    """Register, countersign or supersede the bar: the number to decide on, set in advance."""


@bar.command(short_help="Register the first bar of a process.")
@click.argument("file")
@signing
@pass_session
def register(session: Session, file: str) -> None:
    """Register the [bar] of a plan file, before the first unit is built.

    \b
    Example:
      signoff bar register plan.toml
    """
    process, read = _bar_of(file)
    with session.open() as opened:
        receipt = register_bar(opened.ledger, session.call(), process, read)
        receipts.show(session, opened.store, receipt)


@bar.command(short_help="Agree to the bar, as whoever will order.")
@click.argument("process")
@signing
@pass_session
def countersign(session: Session, process: str) -> None:
    """Agree to the bar in force of PROCESS, before a batch is opened under it.

    \b
    Example:
      signoff bar countersign kiln-lid
    """
    with session.open() as opened:
        receipt = countersign_bar(opened.ledger, session.call(), process)
        receipts.show(session, opened.store, receipt)


@bar.command(short_help="Put another bar in force for the next results.")
@click.argument("file")
@click.option("--reason", required=True, help="Why it changes; @FILE reads a file.")
@signing
@pass_session
def supersede(session: Session, file: str, reason: str) -> None:
    """Put the [bar] of a plan file in force; refused once the open batch has results.

    \b
    Example:
      signoff bar supersede plan.toml --reason "the buyer asked for 50 units"
    """
    process, read = _bar_of(file)
    with session.open() as opened:
        receipt = supersede_bar(
            opened.ledger, session.call(), process, read, long_text(reason) or ""
        )
        receipts.show(session, opened.store, receipt)


def _bar_of(file: str) -> tuple[str, Bar]:
    read = read_plan(*read_text(file))
    if read.bar is None:
        raise InputError("SL102", f"{file} has no [bar]", fix="signoff new  shows one")
    return read.process, read.bar
