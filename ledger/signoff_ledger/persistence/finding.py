"""What a look at a ledger's health found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: What was looked at.
        state: `ok`, `note`, `BAD` for trouble around the ledger, `BROKEN` for trouble in it.
        says: What was found.
    """

    check: str
    state: str
    says: str
