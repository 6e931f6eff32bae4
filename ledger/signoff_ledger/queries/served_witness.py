"""A witness that begins to answer on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.witnesses import VerifierKeyText

if TYPE_CHECKING:
    from signoff_ledger.witness.cosigner import Cosigner

SCHEMA = "signoff.witness/1"


class ServedWitnessAnswer(TypedDict):
    """A witness that begins to answer: `signoff witness serve`."""

    verifier_key: VerifierKeyText  #: Its key, of type 0x04, as C2SP signed-note writes it.
    url: str  #: Where it answers.
    logs: list[str]  #: The origins of the logs it watches.


ANSWER = ServedWitnessAnswer


def served_witness(witness: Cosigner, url: str) -> ServedWitnessAnswer:
    """Introduce a witness that begins to answer at an address."""
    return {"verifier_key": witness.key.line, "url": url, "logs": sorted(witness.logs)}
