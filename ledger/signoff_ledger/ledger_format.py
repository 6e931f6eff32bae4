"""The format of a ledger, and which of them this program reads."""

from __future__ import annotations

from signoff_ledger.errors import Advice, StoreError

LEDGER_FORMAT = 1
"""Format of a ledger as a whole: line format, streams, and what the events mean."""


def check_format(place: str, number: int) -> None:
    """Refuse a ledger of a newer format.

    Raises:
        StoreError: SL702.
    """
    if number > LEDGER_FORMAT:
        raise StoreError(
            "SL702",
            f"{place} is of ledger format {number}",
            why=f"this program reads formats up to {LEDGER_FORMAT}",
            advice=Advice("install-newer-release"),
        )
