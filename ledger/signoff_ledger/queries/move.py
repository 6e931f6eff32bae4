"""A ledger carried from one store to another."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.value_forms import Count, Digest, Position

SCHEMA = "signoff.move/1"


class MoveAnswer(TypedDict):
    """A ledger carried from one store to another: `signoff move`."""

    source: str  #: Where it was: a file, or a URL without its secrets; it takes nothing more.
    target: str  #: Where it is now.
    events: Position  #: Events in it.
    root: Digest  #: Root of the tree over them, in both.
    checkpoints: Count  #: Signed checkpoints that came along, with their cosignatures.


ANSWER = MoveAnswer
