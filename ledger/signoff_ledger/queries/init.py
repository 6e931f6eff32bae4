"""A ledger begun."""

from __future__ import annotations

from typing import TypedDict

SCHEMA = "signoff.init/1"


class InitAnswer(TypedDict):
    """A ledger begun: `signoff init`."""

    ledger: str  #: Where it stands, without a password.
    name: str  #: What exports and signatures call it.
    owner: str  #: Its first owner.
    repeated: bool  #: Whether this very command began it before.
    dry_run: bool  #: Whether nothing was made.


ANSWER = InitAnswer


def init_answer(ledger: str, name: str, owner: str, *, repeated: bool, dry_run: bool) -> InitAnswer:
    """Say which ledger was begun, or would be; see `InitAnswer`."""
    return {
        "ledger": ledger,
        "name": name,
        "owner": owner,
        "repeated": repeated,
        "dry_run": dry_run,
    }
