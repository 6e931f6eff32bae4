"""A copy of a ledger, as it was made."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from signoff_ledger.queries.value_forms import Count

SCHEMA = "signoff.backup/1"


class BackupAnswer(TypedDict):
    """A copy of a ledger: `signoff backup`.

    Attributes:
        ledger: What was copied.
        backup: The copy.
        events: Events in the copy.
        rest: With --until, the file in which everything that is not in the copy was kept.
        left_out: With --until, how many events, checkpoints and cosignatures are in that file.
    """

    ledger: str
    backup: str
    events: Count
    rest: NotRequired[str]
    left_out: NotRequired[Count]


ANSWER = BackupAnswer
