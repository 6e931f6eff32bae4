"""Units just recorded that do not count, with why: known at once, when it can still be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.domain.spelling import canonical_serial
from signoff_ledger.domain.tally import EXCLUSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signoff_ledger.application.ledger import Ledger


class ExclusionAnswer(TypedDict):
    """A reason why a unit does not count."""

    code: str  #: Its code.
    says: str  #: It in words.


class ExcludedUnitAnswer(TypedDict):
    """A unit that does not count."""

    serial: str  #: The unit, as it was given.
    reasons: list[ExclusionAnswer]  #: Why it does not count.


def excluded_units(ledger: Ledger, batch: str, serials: Iterable[str]) -> list[ExcludedUnitAnswer]:
    """Name those units that do not count, with why.

    Args:
        ledger: The ledger.
        batch: Their batch.
        serials: The units that were recorded.
    """
    excluded = ledger.work().batch(batch).tally().excluded
    return [
        {
            "serial": serial,
            "reasons": [
                {"code": code, "says": EXCLUSIONS[code]}
                for code in excluded[canonical_serial(serial)]
            ],
        }
        for serial in serials
        if canonical_serial(serial) in excluded
    ]
