"""Reading what is derived from the events in a ledger's file, and nothing else of it.

Neither the event store nor the events are loaded: an answer needs no more than `sqlite3`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from signoff_ledger.ledger_format import check_format
from signoff_ledger.persistence.sqlite import view_tables
from signoff_ledger.persistence.sqlite.file import check_is_ledger
from signoff_ledger.persistence.store_errors import of_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_BUSY_TIMEOUT_S = 30.0


class SqliteTables:
    """What is derived from the events, over one connection, as of one moment.

    Args:
        connection: To the ledger's file, within a transaction.
        path: The file.
    """

    server = None
    """A file has none."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

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
            return self._connection.execute(statement, tuple(parameters)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise of_sqlite(str(self._path), str(error)) from error

    def intact_tables(self, statements: Sequence[str]) -> set[str]:  # noqa: ARG002  # SQLite keeps each
        """Give the statements that made what is derived, and whatever stands in its place."""
        return view_tables.made_by(self.rows(view_tables.STANDING))


class SqliteReader:
    """Reads a ledger's file, over a connection for each question.

    What a connection has read of a file that others write does not stay true, where the file may
    not be written; and opening one takes less than a question.

    Args:
        path: The file.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: SL701 for a file that is no ledger, SL702 for one of a newer format.
    """

    def __init__(self, path: Path) -> None:
        check_is_ledger(path)
        self._path = path

    def close(self) -> None:
        """Do nothing: no connection outlives its question."""

    @contextmanager
    def moment(self) -> Iterator[SqliteTables]:
        """Read everything within as of one moment.

        Raises:
            StoreError: SL702, the ledger is of a newer format; or it cannot be read.
        """
        with closing(self._connected()) as connection:
            tables = SqliteTables(connection, self._path)
            tables.rows("PRAGMA query_only = ON")
            tables.rows("PRAGMA trusted_schema = OFF")
            tables.rows("BEGIN")
            # Asked of the database, too: the file's header may be older than its write-ahead log.
            check_format(str(self._path), tables.rows("PRAGMA user_version")[0][0])
            yield tables

    def _connected(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                self._name(), uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_S
            )
        except sqlite3.Error as error:
            raise of_sqlite(str(self._path), str(error)) from error

    def _name(self) -> str:
        name = self._path.absolute().as_uri()
        # Without the right to write, SQLite cannot make the -wal and -shm files.
        if os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK):
            return f"{name}?mode=rw"
        alone = not self._path.with_name(f"{self._path.name}-wal").exists()
        return f"{name}?mode=ro&immutable=1" if alone else f"{name}?mode=ro"
