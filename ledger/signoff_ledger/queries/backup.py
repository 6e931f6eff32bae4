"""A copy of a ledger, as it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count

if TYPE_CHECKING:
    from signoff_ledger.exports.log_cut import LogCut

SCHEMA = "signoff.backup/1"


class BackupAnswer(TypedDict):
    """A copy of a ledger: `signoff backup`."""

    ledger: str  #: What was copied.
    backup: str  #: The copy.
    events: Count  #: Events in the copy.
    #: With --until, the file in which everything that is not in the copy was kept.
    rest: NotRequired[str]
    #: With --until, how many events, checkpoints and cosignatures are in that file.
    left_out: NotRequired[Count]


ANSWER = BackupAnswer


def backup_answer(ledger: str, backup: str, events: int) -> BackupAnswer:
    """Say what was copied, with everything in it."""
    return {"ledger": ledger, "backup": backup, "events": events}


def cut_answer(ledger: str, backup: str, cut: LogCut) -> BackupAnswer:
    """Say what was copied up to a position, and where the rest is."""
    kept = backup_answer(ledger, backup, cut.size)
    return {**kept, "rest": str(cut.rest), "left_out": cut.left_out}
