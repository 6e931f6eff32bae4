"""Where every process stands."""

from datetime import datetime
from typing import TypedDict

from signoff_ledger.queries.reader import Reader
from signoff_ledger.queries.standing import StandingAnswer, standings

SCHEMA = "signoff.status/1"


class StatusAnswer(TypedDict):
    """Where every process stands: `signoff status`."""

    processes: list[StandingAnswer]  #: In order of their keys.


ANSWER = StatusAnswer
ROW = StandingAnswer


def status(reader: Reader, now: datetime) -> StatusAnswer:
    """Say where every process stands at a moment."""
    return {"processes": standings(reader, now)}
