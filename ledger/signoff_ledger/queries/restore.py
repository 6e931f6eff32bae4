"""A ledger made of an exported log."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.value_forms import Digest, Position

SCHEMA = "signoff.restore/1"


class RestoreAnswer(TypedDict):
    """A ledger made of an export: `signoff restore`."""

    ledger: str  #: Where it stands, without a password.
    events: Position  #: Events in it.
    root: Digest  #: Root of the tree over them.


ANSWER = RestoreAnswer


def restore_answer(ledger: str, events: int, root: bytes) -> RestoreAnswer:
    """Say what was brought back, and where it stands."""
    return {"ledger": ledger, "events": events, "root": root.hex()}
