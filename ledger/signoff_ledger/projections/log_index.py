"""What the log itself says of decisions, read without the rules and the events.

A person who may write the database may write the views, so an answer that shows a standing or a
decision compares it with the log's own lines.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from signoff_ledger.integrity.stream_ids import stream_id

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDINGS = {
    "signoff.process-held.v1": "HELD",
    "signoff.process-signed-off.v1": "SIGNED_OFF",
    "signoff.sign-off-lapsed.v1": "LAPSED",
    "signoff.sign-off-unsupported.v1": "UNSUPPORTED",
    "signoff.sign-off-withdrawn.v1": "WITHDRAWN",
}
"""Where a process stands after an event of each kind; no other kind changes it."""

KEY_GIVEN = ("signoff.ledger-founded.v1", "signoff.log-key-rotated.v1")
"""The kinds of events that say with which key the log is sealed from then on."""

_LOG_KEY = re.compile(rb'"log_key":"([!-~]+?)"')


class LoggedStanding(NamedTuple):
    """The last event by which a process got its standing."""

    standing: str = "NOT_DECIDED"  #: The standing; NOT_DECIDED where there is no such event.
    position: int = 0  #: Where the event stands in the log; 0 where there is none.


class Log(Protocol):
    """Where the lines stand, with their index."""

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows."""
        ...


def logged_standing(log: Log, process: str) -> LoggedStanding:
    """Give where a process stands by the last event in the log that says so."""
    found = log.rows(
        "SELECT type, position FROM events WHERE stream = ?"  # noqa: S608  # ours
        f" AND type IN ({', '.join('?' * len(STANDINGS))}) ORDER BY version DESC LIMIT 1",
        (str(stream_id("process", process)), *STANDINGS),
    )
    return LoggedStanding(STANDINGS[found[0][0]], found[0][1]) if found else LoggedStanding()


def logged_decision(log: Log, process: str, position: int) -> dict[str, Any] | None:
    """Give the members of the line at a position; None where it is no decision on the process."""
    found = log.rows(
        "SELECT type, line FROM events WHERE position = ? AND stream = ?",
        (position, str(stream_id("process", process))),
    )
    if not found or found[0][0] not in STANDINGS:
        return None
    fields: dict[str, Any] = json.loads(bytes(found[0][1]))
    return fields


def logged_key(log: Log) -> str | None:
    """Give the key that the log's checkpoints are signed with now; None where it has none."""
    found = log.rows(
        "SELECT line FROM events WHERE type IN (?, ?) ORDER BY position DESC LIMIT 1", KEY_GIVEN
    )
    key = _LOG_KEY.search(bytes(found[0][0])) if found else None
    return key[1].decode() if key else None
