"""A witness that begins to answer on this machine."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.witnesses import VerifierKeyText

SCHEMA = "signoff.witness/1"


class ServedWitnessAnswer(TypedDict):
    """A witness that begins to answer: `signoff witness serve`."""

    verifier_key: VerifierKeyText  #: Its key, of type 0x04, as C2SP signed-note writes it.
    url: str  #: Where it answers.
    logs: list[str]  #: The origins of the logs it watches.


ANSWER = ServedWitnessAnswer
