"""The proof that one event is in the log (c2sp.org/tlog-proof)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.exports.dossier import proof_of, seal_over
from signoff_ledger.queries.value_forms import Position
from signoff_ledger.replay.replay import checked_position

if TYPE_CHECKING:
    from signoff_ledger.persistence.store import LedgerStore

SCHEMA = "signoff.proof/1"


class ProofAnswer(TypedDict):
    """That an event is in the log: `signoff prove`."""

    position: Position  #: Its place in the log.
    line: str  #: The line, to the byte.
    proof: str  #: The proof (c2sp.org/tlog-proof).
    size: Position  #: Events in the tree that it is proved in.


ANSWER = ProofAnswer


def proof(store: LedgerStore, position: int) -> ProofAnswer:
    """Prove that the event at a position is in the log.

    Raises:
        NotFoundError: SL206, the log has no such position.
        SignoffError: No checkpoint is over it.
    """
    checked_position(store, position)
    recorded = next(iter(store.read(position - 1, position)))
    size, note = seal_over(store, position)
    return {
        "position": position,
        "line": recorded.entry.line.decode("utf-8"),
        "proof": proof_of(store, position, size, note).decode("utf-8"),
        "size": size,
    }
