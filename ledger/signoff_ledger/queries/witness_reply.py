"""A witness's reply to a request in a file."""

from __future__ import annotations

from typing import TypedDict

SCHEMA = "signoff.answer/1"


class WitnessReplyAnswer(TypedDict):
    """A witness's answer to a request in a file: `signoff witness serve --answer`."""

    witness: str  #: The name of the witness.
    cosignature: str  #: Its line, without the newline at its end.


ANSWER = WitnessReplyAnswer
