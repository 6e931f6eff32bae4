"""A folder handed over: a whole log, or the dossier of one decision."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count, Position

SCHEMA = "signoff.export/1"


class ExportAnswer(TypedDict):
    """A folder handed over: `signoff export`."""

    folder: str  #: Where it is.
    events: NotRequired[Position]  #: Events in it, for a whole log.
    decision: NotRequired[Position]  #: Position of the decision, for a dossier.
    sealed: Count  #: Events that its checkpoint seals.


ANSWER = ExportAnswer
