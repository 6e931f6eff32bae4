"""Answers of recording commands: the events, each as a sentence with its position."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from signoff_cli import statements
from signoff_cli.output import answer, say
from signoff_cli.session import Session, recording
from signoff_ledger.queries.receipt import SCHEMA, receipt_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.bootstrap import OpenLedger
    from signoff_ledger.queries.excluded_units import ExcludedUnitAnswer
    from signoff_ledger.queries.receipt import ReceiptAnswer, ReceiptExtra
    from signoff_ledger.wiring import LedgerStore

    Further = Callable[[OpenLedger, Receipt], tuple[ReceiptExtra, str]]

_SHOWN = 12
"""Limit of the sentences shown of a command that recorded many events."""


def gives(
    command: type[Command], **read: Callable[[Any], object]
) -> Callable[[Callable[[], None]], Callable[..., None]]:
    """Make a command of the command line that gives one to the ledger, its options being fields.

    What is decorated is a name and a help text.

    Args:
        command: The record, with a field for each argument and option.
        **read: How an option is read, where its field is not what was typed.
    """

    def made(described: Callable[[], None]) -> Callable[..., None]:
        @wraps(described)
        def given(session: Session, /, **fields: Any) -> None:
            values = {name: read[name](fields[name]) for name in read}
            give(session, command(**fields | values))

        return recording(command.NAME)(given)

    return made


def give(session: Session, command: Command, extra: Further | None = None) -> None:
    """Give a command to the ledger, and answer with what was recorded.

    Args:
        session: The invocation.
        command: The command.
        extra: Makes further members of the answer's data, and a line for people.
    """
    with session.open() as opened:
        receipt = opened.ledger.execute(command, session.call())
        show(session, opened.store, receipt, *(extra(opened, receipt) if extra else ()))


def show(
    session: Session,
    store: LedgerStore,
    receipt: Receipt,
    extra: ReceiptExtra | None = None,
    headline: str = "",
) -> None:
    """Answer with what was recorded, or would be, or was before.

    Args:
        session: The invocation.
        store: For the names of streams that began before.
        receipt: What the command did.
        extra: Further members of the answer's data.
        headline: A line for people above the sentences.
    """
    if session.statement_only is not None:
        statements.write(session)
        return
    session.receipt = receipt if receipt.recorded else None
    if receipt.unsealed and not session.quiet and session.output_format == "table":
        say(f"signoff: recorded, and not sealed: {receipt.unsealed}")
    data = receipt_answer(store, receipt, extra, dry_run=session.dry_run)
    answer(session, SCHEMA, data, data["events"], lambda: _for_people(data, headline))


def excluded_unit_line(unit: ExcludedUnitAnswer) -> str:
    """Say of a unit that it does not count, and why."""
    reasons = ", ".join(f"{each['code']} ({each['says']})" for each in unit["reasons"])
    return f"Unit {unit['serial']} does not count: {reasons}"


def _for_people(data: ReceiptAnswer, headline: str) -> str:
    rows = data["events"]
    lines = [headline] if headline else []
    if not rows:
        return "\n".join([*lines, "Nothing to record."])
    if data["repeated"]:
        lines.append(f"Already recorded at position {rows[0]['position']}; nothing was added.")
    if rows[0]["position"] is None:
        lines.append("Dry run: nothing was recorded or signed. It would be:")
    shown = rows if len(rows) <= _SHOWN else [*rows[:3], None, *rows[-4:]]
    for row in shown:
        if row is None:
            lines.append(f"      ... {len(rows) - 7} more ...")
            continue
        mark = "-" if row["position"] is None else f"#{row['position']}"
        lines.append(f"{mark:>5} {row['sentence']}")
    return "\n".join(lines)
