"""A witness's reply to a request in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from signoff_ledger.witness.cosigner import Cosigner

SCHEMA = "signoff.answer/1"


class WitnessReplyAnswer(TypedDict):
    """A witness's answer to a request in a file: `signoff witness serve --answer`."""

    witness: str  #: The name of the witness.
    cosignature: str  #: Its line, without the newline at its end.


ANSWER = WitnessReplyAnswer


def witness_reply(witness: Cosigner, cosignature: str) -> WitnessReplyAnswer:
    """Give the line of a witness that cosigned."""
    return {"witness": witness.key.name, "cosignature": cosignature.rstrip("\n")}
