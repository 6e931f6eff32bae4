"""Views built again from the events."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.value_forms import Count

SCHEMA = "signoff.rebuild/1"


class RebuildAnswer(TypedDict):
    """Views built again: `signoff rebuild`."""

    events: Count  #: Events in the log.


ANSWER = RebuildAnswer
