"""A copy of a ledger, as it was made."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count

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
