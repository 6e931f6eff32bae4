"""A folder handed over: a whole log, or the dossier of one decision."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count, Position

SCHEMA = "signoff.export/1"


class ExportAnswer(TypedDict):
    """A folder handed over: `signoff export`.

    Attributes:
        folder: Where it is.
        events: Events in it, for a whole log.
        decision: Position of the decision, for a dossier.
        sealed: Events that its checkpoint seals.
    """

    folder: str
    events: NotRequired[Position]
    decision: NotRequired[Position]
    sealed: Count


ANSWER = ExportAnswer
