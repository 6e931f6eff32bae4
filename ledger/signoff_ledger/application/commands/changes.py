"""Changes of the process between batches."""

from typing import Annotated

from pydantic import AfterValidator

from signoff_ledger.application.commands.command import ENGINEERS, Command
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.text_checks import checked_key, checked_label, checked_text


def _checked_change(change: Change) -> Change:
    checked_text("what was changed", change.what)
    checked_text("why it was changed", change.why)
    for noun in ("fixture", "parameter", "old", "new", "tooling_revision"):
        checked_label(f"the {noun}", getattr(change, noun))
    for mode in change.addresses:
        checked_key("the addressed mode", mode)
    return change


class ApplyChange(Command, name="change", roles=ENGINEERS):
    """Record a change to the process; a standing sign-off lapses by it (S-08, G12)."""

    process: str
    change: Annotated[Change, AfterValidator(_checked_change)]

    def decide(self, work: UnitOfWork) -> None:
        """Record it."""
        work.known_process(self.process).apply_change(work.stamp, self.change)
