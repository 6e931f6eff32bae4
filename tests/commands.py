"""Commands whose steps a test gives."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from signoff_ledger.application.commands.catalogue import ROLES
from signoff_ledger.application.commands.command import ANYONE, Command
from signoff_ledger.application.unit_of_work import UnitOfWork


class Scripted(Command, name="dissent", roles=ANYONE):
    """Does what a test says.

    Attributes:
        said: Its content.
        steps: What it decides.
    """

    said: dict[str, Any] = Field(default_factory=dict)
    steps: Callable[[UnitOfWork], object] = Field(default=lambda _: None, exclude=True)

    def content(self) -> dict[str, Any]:
        """Give what the test says."""
        return self.said

    def decide(self, work: UnitOfWork) -> object:
        """Take the steps."""
        return self.steps(work)


def idle(name: str) -> Command:
    """Give a command of a name, and of its roles, that does nothing."""

    class Idle(Scripted, name=name, roles=ROLES[name]):
        """Does nothing."""

    return Idle()
