"""Bars: the number to decide on, set before the first result."""

from typing import Annotated

from signoff_ledger.application.commands.command import (
    APPROVERS,
    ASSESSES,
    BUYERS,
    Command,
    as_text,
)
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.bar import Bar


class RegisterBar(Command, name="bar register", roles=ASSESSES):
    """Register the first bar of a process, before any unit is built."""

    process: str
    bar: Bar

    def decide(self, work: UnitOfWork) -> None:
        """Register it."""
        work.known_process(self.process).register_bar(work.stamp, self.bar)


class SupersedeBar(Command, name="bar supersede", roles=APPROVERS):
    """Put another bar in force for the next batch (G6, G16)."""

    process: str
    bar: Bar
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Put it in force."""
        work.known_process(self.process).supersede_bar(work.stamp, self.bar, self.reason)


class CountersignBar(Command, name="bar countersign", roles=BUYERS):
    """Agree to the bar in force, as the person who will order, before a batch is opened."""

    process: str

    def decide(self, work: UnitOfWork) -> None:
        """Agree to it."""
        work.known_process(self.process).countersign_bar(work.stamp)
