"""The history as it grows: recorded events, and then each new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from signoff_ledger.projections import follower
from signoff_ledger.queries.history import (
    HistoryFilter,
    HistoryRowAnswer,
    condition,
    history_row,
)

if TYPE_CHECKING:
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views


def followed_history(
    store: LedgerStore, views: Views, wanted: HistoryFilter
) -> Iterator[list[HistoryRowAnswer]]:
    """Give what happened, in the log's order, and then whatever is recorded.

    Args:
        store: The ledger.
        views: Its views.
        wanted: Which part of the history; its limit is left aside.

    Yields:
        At least one event.

    Raises:
        NotFoundError: A name is on no record.
    """
    where, values = condition(views, wanted)
    for rows in follower.follow(store, views, where, values):
        yield [history_row(row) for row in rows]
