"""Corrections: asked for by one person, confirmed or declined by another (S-23, G11)."""

from typing import Annotated

from signoff_ledger.application.commands.command import WORKS, Command, as_label, as_serial, as_text
from signoff_ledger.application.commands.follow_up import amend
from signoff_ledger.application.unit_of_work import UnitOfWork

BUILDER = "built_by"
"""The field that names a unit's builder; whether that is an engineer depends on the people."""


class RequestCorrection(Command, name="correct", roles=WORKS):
    """Ask for a wrong entry to be corrected; nothing counts differently yet."""

    batch: str
    serial: Annotated[str, as_serial("the serial")]
    field: Annotated[str, as_label("the field")]
    becomes: Annotated[str, as_label("the new value")]
    reason: Annotated[str, as_text("the reason")]
    remeasured: Annotated[str, as_text("the words on remeasuring")] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Put the request on record."""
        known = work.known_batch(self.batch)
        known.request_correction(
            work.stamp,
            self.serial,
            self.field,
            self.becomes,
            reason=self.reason,
            remeasured=self.remeasured,
            builder_enrolled_as=work.builder_role(self.becomes) if self.field == BUILDER else None,
        )
        work.process(known.started.process).amend_batch(work.stamp, self.batch)


class ConfirmCorrection(Command, name="correct", roles=WORKS):
    """Confirm a correction as a second person; the standing sign-off is asked again (G11)."""

    batch: str
    number: int

    def decide(self, work: UnitOfWork) -> None:
        """Apply it, and follow up on it."""
        known = work.known_batch(self.batch)
        correction = known.corrections.get(self.number)
        asked = correction.asked if correction else None
        builder = asked.becomes if asked and asked.field == BUILDER else None
        known.confirm_correction(work.stamp, self.number, work.builder_role(builder))
        amend(work, known)


class DeclineCorrection(Command, name="correct", roles=WORKS):
    """Decline a correction as a second person; the record stays as it was."""

    batch: str
    number: int
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Decline it."""
        known = work.known_batch(self.batch)
        known.decline_correction(work.stamp, self.number, self.reason)
        work.process(known.started.process).amend_batch(work.stamp, self.batch)
