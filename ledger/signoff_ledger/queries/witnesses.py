"""The witnesses that a ledger asks, and how far each has cosigned it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.application.witnesses import standings
from signoff_ledger.queries.value_forms import Count, Form

if TYPE_CHECKING:
    from signoff_ledger.persistence.store import LedgerStore

SCHEMA = "signoff.witnesses/1"

VerifierKeyText = Annotated[str, Form(r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$")]


class WitnessAnswer(TypedDict):
    """A witness."""

    witness: str  #: Its name.
    verifier_key: VerifierKeyText  #: Its key, of type 0x04, as C2SP signed-note writes it.
    url: str | None  #: Where it answers; null for one that is reached by file.
    cosigned: Count  #: Events in the largest checkpoint that it cosigned; 0 before the first.
    at: str | None  #: When it did, in UTC, by its own clock; null before the first.


class WitnessesAnswer(TypedDict):
    """The witnesses that are asked to cosign: `signoff witness list`. They are the rows."""

    sealed: Count  #: Events in the latest checkpoint; 0 before the first.
    witnesses: list[WitnessAnswer]  #: In the order added.


ANSWER = WitnessesAnswer
ROW = WitnessAnswer


def witnesses(store: LedgerStore) -> WitnessesAnswer:
    """List the witnesses of a ledger."""
    return {
        "sealed": store.sealed_size(),
        "witnesses": [
            {
                "witness": one.key.name,
                "verifier_key": one.key.line,
                "url": one.url,
                "cosigned": one.size,
                "at": None if one.time_s is None else witness_time(one.time_s),
            }
            for one in standings(store)
        ],
    }


def witness_time(time_s: int) -> str:
    """Write a witness's time, in seconds since 1970 in UTC, as a moment where it is one."""
    try:
        return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return f"second {time_s}"
