"""A ledger carried from one store to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import Count, Digest, Position

if TYPE_CHECKING:
    from signoff_ledger.exports.log_copy import CopySummary

SCHEMA = "signoff.move/1"


class MoveAnswer(TypedDict):
    """A ledger carried from one store to another: `signoff move`."""

    source: str  #: Where it was: a file, or a URL without its secrets; it takes nothing more.
    target: str  #: Where it is now.
    events: Position  #: Events in it.
    root: Digest  #: Root of the tree over them, in both.
    checkpoints: Count  #: Signed checkpoints that came along, with their cosignatures.


ANSWER = MoveAnswer


def move_answer(source: str, target: str, moved: CopySummary) -> MoveAnswer:
    """Say what was carried where.

    Args:
        source: Where it was, as people may see it.
        target: Where it is now, likewise.
        moved: What was carried.
    """
    return {
        "source": source,
        "target": target,
        "events": moved.size,
        "root": moved.root.hex(),
        "checkpoints": moved.checkpoints,
    }
