"""A witness that begins to answer on this machine."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.witnesses import VerifierKeyText

SCHEMA = "signoff.witness/1"


class ServedWitnessAnswer(TypedDict):
    """A witness that begins to answer: `signoff witness serve`.

    Attributes:
        verifier_key: Its key, of type 0x04, as C2SP signed-note writes it.
        url: Where it answers.
        logs: The origins of the logs it watches.
    """

    verifier_key: VerifierKeyText
    url: str
    logs: list[str]


ANSWER = ServedWitnessAnswer
