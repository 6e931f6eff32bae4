"""What was put right around the lines of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from signoff_ledger.persistence.store import LedgerStore

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


def repair(store: LedgerStore) -> RepairAnswer:
    """Put back what belongs around the lines and is gone."""
    return {"ledger": store.place, "restored": store.repair()}


def restored_parts(data: RepairAnswer) -> list[RestoredPartAnswer]:
    """Give each thing that was put right as a row."""
    return [{"restored": one} for one in data["restored"]]
