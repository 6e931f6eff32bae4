"""What a process still lacks for a sign-off; asked of the rules."""

from __future__ import annotations

from datetime import datetime

from signoff_ledger.application.ledger import Ledger
from signoff_ledger.queries.check import check
from signoff_ledger.queries.process import ProcessAnswer, process
from signoff_ledger.queries.reader import Reader


def process_with_missing(
    ledger: Ledger, reader: Reader, key: str | None, now: datetime
) -> ProcessAnswer:
    """Say where a process stands, and which rules a sign-off still lacks.

    Args:
        ledger: The ledger, of which the rules are asked.
        reader: Its views.
        key: The process; the only one there is by default.
        now: The moment.

    Raises:
        NotFoundError: There is none by that key, or none is named and there is not exactly one.
    """
    standing = process(reader, key, now)
    rules = check(ledger, standing["process"])["rules"]
    return {**standing, "missing": [rule for rule in rules if not rule["holds"]]}
