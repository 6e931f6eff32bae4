"""What is wrong in and around a ledger, and what leads back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.errors import Advice
from signoff_ledger.projections.health import examine
from signoff_ledger.queries.advice import AdviceAnswer, advice_answer
from signoff_ledger.queries.value_forms import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from signoff_ledger.application.custody_health import CustodyState
    from signoff_ledger.errors import StoreError
    from signoff_ledger.persistence.health_finding import HealthFinding
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views

SCHEMA = "signoff.doctor/2"


class HealthCheckAnswer(TypedDict):
    """One check."""

    check: str  #: What was looked at.
    #: BAD is trouble around the ledger, BROKEN trouble in it.
    state: Annotated[str, Form(choices=("ok", "note", "BAD", "BROKEN"))]
    says: str  #: What was found.
    advice: AdviceAnswer | None  #: What leads back from trouble; null where there is none.


class HealthAnswer(TypedDict):
    """What was found in and around the ledger: `signoff doctor`."""

    checks: list[HealthCheckAnswer]  #: In the order made.


ANSWER = HealthAnswer
ROW = HealthCheckAnswer


def health(
    store: LedgerStore,
    views: Views,
    keeping: CustodyState,
    progress: Callable[[int, int], None] | None = None,
) -> HealthAnswer:
    """Look at everything that can be looked at without a key or a witness.

    Args:
        store: The ledger.
        views: Its views.
        keeping: What is kept outside the ledger.
        progress: Called with how many events were looked at, of how many.

    Raises:
        SignoffError: SL707, the database cannot be reached.
    """
    return _answer(examine(store, views, progress, keeping))


def unreadable(error: StoreError) -> HealthAnswer:
    """Say that a database cannot be read at all."""
    return {
        "checks": [
            {
                "check": "database",
                "state": "BROKEN",
                "says": f"nothing can be read: {error.why}",
                "advice": advice_answer(Advice("restore-backup")),
            }
        ]
    }


def _answer(found: Iterable[HealthFinding]) -> HealthAnswer:
    return {
        "checks": [
            {
                "check": f.check,
                "state": f.state,
                "says": f.says,
                "advice": advice_answer(f.advice),
            }
            for f in found
        ]
    }
