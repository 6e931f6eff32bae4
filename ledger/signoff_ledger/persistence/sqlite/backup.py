"""A second copy of a ledger that is in use: everything acknowledged, as of one moment.

A plain copy of the file lacks what still stands in its write-ahead log.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from signoff_ledger.errors import StoreError
from signoff_ledger.persistence.sqlite.file import claim
from signoff_ledger.persistence.sqlite.store import translate_connection_errors

if TYPE_CHECKING:
    from pathlib import Path

    from signoff_ledger.persistence.sqlite.store import SqliteStore


def back_up(store: SqliteStore, target: Path) -> int:
    """Copy a ledger into one new file, while others record; gives the number of events in it.

    Raises:
        StoreError: SL704 when something is there already, SL703 when the copy cannot be written.
    """
    claim(target)
    try:
        with translate_connection_errors(target), closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA synchronous = FULL")
            store.datastore.copy_into(copy)
            size: int = copy.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
            return size
    except StoreError:
        # Half a copy must not be taken for a backup.
        target.unlink(missing_ok=True)
        raise
