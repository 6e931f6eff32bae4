"""Reading what is derived from the events in a ledger's file, and nothing else of it.

Neither the event store nor the events are loaded: an answer needs no more than `sqlite3`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from threading import Lock, local
from typing import TYPE_CHECKING, Any, Self

from signoff_ledger.ledger_format import check_format
from signoff_ledger.persistence.sqlite import view_tables
from signoff_ledger.persistence.sqlite.file import check_is_ledger
from signoff_ledger.persistence.store_errors import of_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_BUSY_TIMEOUT_S = 30.0


class SqliteReader:
    """Reads a ledger's file, with a connection for each thread that asks.

    Args:
        path: The file.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: SL701 for a file that is no ledger, SL702 for one of a newer format.
    """

    def __init__(self, path: Path) -> None:
        check_is_ledger(path)
        self._path = path
        self._lock = Lock()
        self._of_thread = local()
        self._connections: list[sqlite3.Connection] = []

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    @contextmanager
    def moment(self) -> Iterator[Self]:
        """Read everything within as of one moment.

        Raises:
            StoreError: SL702, the ledger is of a newer format; or it cannot be read.
        """
        self.rows("BEGIN")
        try:
            # Asked of the database, too: the file's header may be older than its write-ahead log.
            check_format(str(self._path), self.rows("PRAGMA user_version")[0][0])
            yield self
        finally:
            with suppress(sqlite3.Error):
                self._connection().rollback()

    def size(self) -> int:
        """Give the number of events in the log."""
        size: int = self.rows("SELECT coalesce(max(position), 0) FROM events")[0][0]
        return size

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows.

        Raises:
            StoreError: SL701 for a damaged file, SL705 for a lock, SL703 for everything else.
        """
        try:
            return self._connection().execute(statement, tuple(parameters)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise of_sqlite(str(self._path), str(error)) from error

    def intact_tables(self, statements: Sequence[str]) -> set[str]:  # noqa: ARG002  # SQLite keeps each
        """Give the statements that made what is derived, and whatever stands in its place."""
        return view_tables.made_by(self.rows(view_tables.STANDING))

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if known is None:
            known = sqlite3.connect(
                self._name(),
                uri=True,
                isolation_level=None,
                timeout=_BUSY_TIMEOUT_S,
                check_same_thread=False,  # `close` is called by one thread for all
            )
            self._of_thread.connection = known
            with self._lock:
                self._connections.append(known)
            known.execute("PRAGMA query_only = ON")
            known.execute("PRAGMA trusted_schema = OFF")
        return known

    def _name(self) -> str:
        name = self._path.absolute().as_uri()
        # Without the right to write, SQLite cannot make the -wal and -shm files.
        if os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK):
            return f"{name}?mode=rw"
        alone = not self._path.with_name(f"{self._path.name}-wal").exists()
        return f"{name}?mode=ro&immutable=1" if alone else f"{name}?mode=ro"
