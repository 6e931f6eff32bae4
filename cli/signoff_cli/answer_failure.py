"""Report of an answer that could not be written, with the events that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_cli import exits
from signoff_cli.streams import is_left
from signoff_ledger.errors import Advice, StoreError

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ledger import Receipt


class AnswerFailureError(StoreError):
    """An answer that could not be written, whatever the command did.

    Attributes:
        receipt: What the command recorded; None where it records nothing.
    """

    def __init__(self, what: str, *, why: str, advice: Advice, receipt: Receipt | None) -> None:
        super().__init__("SL703", what, why=why, advice=advice)
        self.receipt = receipt

    def as_data(self) -> dict[str, object]:
        """Give the error with what is recorded as plain data."""
        receipt = self.receipt
        return {
            **super().as_data(),
            "positions": [one.position for one in receipt.recorded] if receipt else [],
            "command_id": receipt.command_id if receipt else None,
        }


def report(session: Session, failure: OSError, code: int) -> int:
    """Tell that the answer could not be written, and give the exit code.

    Args:
        session: The invocation.
        failure: Why it could not be written.
        code: What the invocation came to otherwise.

    Returns:
        That code where something was recorded or done, since that succeeded, and where the reader
        has seen enough; never 0 for a question whose answer was lost.
    """
    error = _failure_error(session, str(failure.strerror))
    has_acted = bool(session.receipt or session.done)
    if has_acted or not is_left(failure):
        exits.report(error, as_json=session.fails_in_json)
    return code if has_acted or is_left(failure) else code or error.exit_code


def _failure_error(session: Session, why: str) -> AnswerFailureError:
    receipt = session.receipt
    if receipt is not None:
        done = f"recorded at {_places(receipt)}"
        advice = Advice("repeat-nothing-recorded", command_id=receipt.command_id)
    elif session.done:
        done, advice = session.done, Advice("repeat-nothing-done")
    else:
        done, advice = "", Advice("ask-again")
    what = "the answer could not be written"
    what = f"{done}, and {what}" if done else what
    return AnswerFailureError(what, why=why, advice=advice, receipt=receipt)


def _places(receipt: Receipt) -> str:
    first, last = receipt.recorded[0].position, receipt.recorded[-1].position
    return f"#{first}" if first == last else f"#{first} to #{last}"
