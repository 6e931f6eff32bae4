"""What was put right around the lines of a ledger."""

from __future__ import annotations

from typing import TypedDict

SCHEMA = "signoff.repair/1"


class RestoredPartAnswer(TypedDict):
    """One thing that was put right."""

    restored: str  #: What differed, and no longer does.


class RepairAnswer(TypedDict):
    """What was put right around the lines: `signoff repair`. The rows are the things put right."""

    ledger: str  #: Where the ledger stands, without a password.
    #: A sentence for each thing that was put right; empty where nothing was missing.
    restored: list[str]


ANSWER = RepairAnswer
ROW = RestoredPartAnswer
