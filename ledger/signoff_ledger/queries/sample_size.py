"""How many units show a reject rate, by the number of rejects among them."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict

from signoff_ledger.errors import InputError
from signoff_ledger.figures.number_format import estimate, percent
from signoff_ledger.queries.value_forms import DecimalText
from signoff_ledger.statistics.sample_size import units_to_show, units_to_show_in_lot

SCHEMA = "signoff.size/1"

_REJECTS = range(4)


class SeenAnswer(TypedDict):
    """What was seen so far."""

    rejects: int  #: Rejects.
    inspected: int  #: Units.


class UnitsNeededAnswer(TypedDict):
    """Units for one number of rejects."""

    rejects: int  #: Rejects allowed, all in all.
    units: int | None  #: Units needed; null where no number shows it.
    still: int | None  #: Units beyond those seen; null where none were named.


class UnitsToShowAnswer(TypedDict):
    """How many units show a rate: `signoff plan size`."""

    rate: DecimalText  #: The rate to show.
    confidence: DecimalText  #: Of the claim, one-sided.
    lot: int | None  #: Units of the lot; null for an endless process.
    seen: SeenAnswer | None  #: What was seen so far; null for nothing.
    claim: str  #: The claim in words.
    needed: list[UnitsNeededAnswer]  #: By number of rejects.


ANSWER = UnitsToShowAnswer
ROW = UnitsNeededAnswer


def sample_size(
    rate: float,
    confidence: float,
    *,
    rejects: int | None = None,
    lot: int | None = None,
    seen: tuple[int, int] | None = None,
) -> UnitsToShowAnswer:
    """Say how many units show a reject rate.

    Args:
        rate: The reject rate to show, between 0 and 1.
        confidence: Of the claim, one-sided, between 0 and 1.
        rejects: Rejects allowed; 0 to 3 by default.
        lot: Units of the lot; None for an endless process.
        seen: Rejects and units inspected so far.

    Raises:
        InputError: SL109, more units were seen than the lot has.
    """
    if seen and lot is not None and seen[1] > lot:
        raise InputError(
            "SL109",
            f"{seen[1]} units were seen of a lot of {lot}",
            why="more units were inspected than the lot has",
        )
    where = "" if lot is None else f" in a lot of {lot:,}"
    return {
        "rate": str(estimate(rate)),
        "confidence": str(estimate(confidence)),
        "lot": lot,
        "seen": None if seen is None else {"rejects": seen[0], "inspected": seen[1]},
        "claim": f"a reject rate of at most {percent(Decimal(str(estimate(rate))))}{where} with "
        f"{percent(Decimal(str(estimate(confidence))))} confidence, one-sided",
        "needed": [
            _needed(rate, confidence, each, lot, seen)
            for each in (_REJECTS if rejects is None else [rejects])
        ],
    }


def _needed(
    rate: float, confidence: float, rejects: int, lot: int | None, seen: tuple[int, int] | None
) -> UnitsNeededAnswer:
    allowed = rejects + (seen[0] if seen else 0)
    units = (
        units_to_show(rate, confidence, allowed)
        if lot is None
        else units_to_show_in_lot(rate, confidence, lot, allowed)
    )
    still = None if units is None or seen is None else max(0, units - seen[1])
    return {"rejects": allowed, "units": units, "still": still}
