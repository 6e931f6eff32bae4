"""Leading a log back that keeps a note as its checkpoint which no key of it signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.application.checkpoints import sealed_tree
from signoff_ledger.domain.text_checks import checked_text
from signoff_ledger.errors import EvidenceError, NotFoundError
from signoff_ledger.integrity.disowned_notes import HISTORY

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork


def set_aside(ledger: Ledger, call: Call, size: int, reason: str) -> Receipt:
    """Let a note that is kept as a checkpoint count no more; its bytes stay, and go along.

    Args:
        ledger: The ledger.
        call: By whom.
        size: The size that it is kept under, in events.
        reason: How it came there, as far as is known.

    Raises:
        NotFoundError: SL208, nothing is kept under that size.
        InputError: SL109, it is set aside already.
        EvidenceError: SL511, it is the log's own; SL507 or SL508, a key of the log signed it,
            over another history.
    """
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        founding, note = work.founding(), ledger.store.kept_note(size)
        if note is None:
            raise NotFoundError(
                "SL208",
                f"no checkpoint of {size} events is kept here",
                fix="signoff doctor  names the one that does not hold",
            )
        _check_foreign(ledger, size, note)
        founding.put_aside(work.stamp, size, note, reason)

    return ledger.act(call, "set-aside", {"size": size, "reason": reason}, decide)


def _check_foreign(ledger: Ledger, size: int, note: bytes) -> None:
    """Refuse what a key of the log signed."""
    try:
        sealed_tree(ledger.store).check(size, note)
    except EvidenceError as error:
        if error.code in HISTORY:
            raise
        return
    raise EvidenceError(
        "SL511",
        f"the checkpoint of {size} events cannot be set aside",
        why="it is the log's own: its key signed it, and the log begins with that tree",
        fix="nothing needs to be done",
    )
