"""Corrections: asked for by one person, confirmed or declined by another (S-23, G11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.application.commands.inspection import amend
from signoff_ledger.domain.text_checks import checked_label, checked_serial, checked_text

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork


BUILDER = "built_by"
"""The field that names a unit's builder; whether that is an engineer depends on the people."""


def request(
    ledger: Ledger,
    call: Call,
    batch: str,
    serial: str,
    *,
    field: str,
    becomes: str,
    reason: str,
    remeasured: str | None,
) -> Receipt:
    """Ask for a wrong entry to be corrected; nothing counts differently yet."""
    named = checked_serial("the serial", serial)
    checked_label("the field", field)
    checked_label("the new value", becomes)
    checked_text("the reason", reason)
    checked_text("the words on remeasuring", remeasured)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        known.request_correction(
            work.stamp,
            named,
            field,
            becomes,
            reason=reason,
            remeasured=remeasured,
            builder_enrolled_as=work.builder_role(becomes) if field == BUILDER else None,
        )
        work.process(known.started.process).amend_batch(work.stamp, batch)

    content = {
        "batch": batch,
        "serial": serial,
        "field": field,
        "becomes": becomes,
        "reason": reason,
        "remeasured": remeasured,
    }
    return ledger.act(call, "correct", content, decide)


def confirm(ledger: Ledger, call: Call, batch: str, number: int) -> Receipt:
    """Confirm a correction as a second person; the standing sign-off is asked again (G11)."""

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        asked = known.corrections[number].asked if number in known.corrections else None
        builder = asked.becomes if asked and asked.field == BUILDER else None
        known.confirm_correction(work.stamp, number, work.builder_role(builder))
        amend(work, known)

    return ledger.act(call, "correct", {"batch": batch, "confirm": number}, decide)


def decline(ledger: Ledger, call: Call, batch: str, number: int, reason: str) -> Receipt:
    """Decline a correction as a second person; the record stays as it was."""
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        known.decline_correction(work.stamp, number, reason)
        work.process(known.started.process).amend_batch(work.stamp, batch)

    content = {"batch": batch, "decline": number, "reason": reason}
    return ledger.act(call, "correct", content, decide)
