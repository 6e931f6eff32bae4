"""A ledger begun."""

from __future__ import annotations

from typing import TypedDict

SCHEMA = "signoff.init/1"


class InitAnswer(TypedDict):
    """A ledger begun: `signoff init`.

    Attributes:
        ledger: Where it stands, without a password.
        name: What exports and signatures call it.
        owner: Its first owner.
        repeated: Whether this very command began it before.
        dry_run: Whether nothing was made.
    """

    ledger: str
    name: str
    owner: str
    repeated: bool
    dry_run: bool


ANSWER = InitAnswer
