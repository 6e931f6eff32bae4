"""Views built again from the events."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import Count

if TYPE_CHECKING:
    from signoff_ledger.projections.views import Progress, Views

SCHEMA = "signoff.rebuild/1"


class RebuildAnswer(TypedDict):
    """Views built again: `signoff rebuild`."""

    events: Count  #: Events in the log.


ANSWER = RebuildAnswer


def rebuild(views: Views, progress: Progress | None = None) -> RebuildAnswer:
    """Build every view again from the first event."""
    return {"events": views.rebuild(progress)}
