"""The log, sealed by a signed checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import Digest, Position

if TYPE_CHECKING:
    from signoff_ledger.application.checkpoints import SealedCheckpoint

SCHEMA = "signoff.checkpoint/1"


class CheckpointAnswer(TypedDict):
    """The log, sealed: `signoff checkpoint`."""

    size: Position  #: Events that it seals.
    root: Digest  #: Root of the tree over them.
    checkpoint: str  #: The signed note, to the byte.
    new: bool  #: Whether it was made now; false where exactly this was sealed before.


ANSWER = CheckpointAnswer


def checkpoint_answer(seal: SealedCheckpoint) -> CheckpointAnswer:
    """Write a checkpoint as plain data."""
    return {
        "size": seal.size,
        "root": seal.root.hex(),
        "checkpoint": seal.note.decode("utf-8"),
        "new": seal.is_new,
    }
