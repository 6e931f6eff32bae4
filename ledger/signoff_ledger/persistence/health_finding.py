"""What a look at a ledger's health found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, SignoffError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """What one check found."""

    check: str  #: What was looked at.
    state: str  #: `ok`, `note`, `BAD` for trouble around the ledger, `BROKEN` for trouble in it.
    says: str  #: What was found.
    advice: Advice | None = None  #: What leads back from trouble; None where there is none.


def findings_of(check: str, look: Callable[[], Iterable[HealthFinding]]) -> Iterator[HealthFinding]:
    """Give what a check finds; where it cannot be done, that is what was found.

    Raises:
        SignoffError: SL707, there is nothing to look at.
    """
    try:
        yield from look()
    except SignoffError as error:
        if error.code == "SL707":
            raise
        says = f"{error.what}: {error.why}" if error.why else error.what
        advice = error.advice or Advice("follow-findings-above")
        yield HealthFinding(check, "BROKEN", f"cannot be looked at: {says}", advice)
