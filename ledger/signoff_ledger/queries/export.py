"""A folder handed over: a whole log, or the dossier of one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count, Position

if TYPE_CHECKING:
    from signoff_ledger.exports.log_folder import ExportSummary

SCHEMA = "signoff.export/1"


class ExportAnswer(TypedDict):
    """A folder handed over: `signoff export`."""

    folder: str  #: Where it is.
    events: NotRequired[Position]  #: Events in it, for a whole log.
    decision: NotRequired[Position]  #: Position of the decision, for a dossier.
    sealed: Count  #: Events that its checkpoint seals.


ANSWER = ExportAnswer


def log_answer(folder: str, exported: ExportSummary) -> ExportAnswer:
    """Say what is in the folder of a whole log."""
    return {"folder": folder, "events": exported.size, "sealed": exported.sealed}


def dossier_answer(folder: str, position: int, sealed: int) -> ExportAnswer:
    """Say what is in the folder of a decision."""
    return {"folder": folder, "decision": position, "sealed": sealed}
