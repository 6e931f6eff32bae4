"""Following the history as it grows: every event once, in order, none left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.projections import tables
from signoff_ledger.projections.views import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views

LOOK_AGAIN_S = 2.0
"""How long a notice from the database is waited for before the log is read without one."""


def keep_up(store: LedgerStore, views: Views, is_over: Event) -> None:
    """Keep the views up to date, in a thread of a server, until an event is set.

    Args:
        store: The ledger.
        views: Its views.
        is_over: Ends it, within `LOOK_AGAIN_S` seconds.
    """
    while not is_over.is_set():
        size = store.size()
        views.keep_up()
        store.wait_beyond(size, LOOK_AGAIN_S)


def follow(
    store: LedgerStore, views: Views, where: str, parameters: Sequence[Any]
) -> Iterator[list[dict[str, Any]]]:
    """Give the history after a position, and then each new event, as long as the caller asks.

    The word that wakes is never the truth: what is given is read from the log by position, in
    pages, so a word that is lost costs time and no event.

    Args:
        store: The ledger.
        views: Its views.
        where: A condition on the history, as SQL of ours; it begins with `position > ?`.
        parameters: Its values; the first is the position behind which to begin.

    Yields:
        Rows of the history, at least one.
    """
    after, *rest = parameters
    while True:
        size = store.size()
        while after < size:
            until = min(after + PAGE, size)
            rows = views.read(tables.HISTORY, f"{where} AND position <= ?", (after, *rest, until))
            if rows:
                yield rows
            after = until
        store.wait_beyond(after, LOOK_AGAIN_S)
