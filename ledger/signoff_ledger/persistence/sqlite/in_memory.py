"""A database in memory, for the views of a ledger that is open for reading alone."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from signoff_ledger.persistence.sqlite import view_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class ScratchDatabase:
    """Holds what is derived from the events for as long as the ledger is open.

    Any thread may use it: they take turns at its one connection, a transaction at a time.
    """

    def __init__(self) -> None:
        self._turn = RLock()
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """Begin a transaction that writes."""
        with self._turn:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows."""
        with self._turn:
            return self._connection.execute(statement, tuple(parameters)).fetchall()

    def intact_tables(self, statements: Sequence[str]) -> set[str]:  # noqa: ARG002  # SQLite keeps each
        """Give the statements that made what is there."""
        return view_tables.made_by(self.rows(view_tables.STANDING))

    def clear(self, cursor: sqlite3.Cursor) -> None:
        """Drop every table."""
        view_tables.clear(cursor)

    def close(self) -> None:
        """Let go of the memory."""
        with self._turn:
            self._connection.close()
