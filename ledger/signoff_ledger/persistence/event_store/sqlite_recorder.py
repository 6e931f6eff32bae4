"""SQLite behind the event store's recorder contract, with its hazards taken care of.

What the stock recorder leaves open and this one closes: durability is set and asserted, writes
take the write lock first, positions are dense and never reused, rows cannot be changed, a leaf
hash is stored with each line, and a command id is recorded in the same transaction.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.integrity.tree.merkle import new_subtrees
from signoff_ledger.persistence.event_store.recorder import (
    LineRecorder,
    all_of,
    asking_for,
    translate_driver_errors,
)
from signoff_ledger.persistence.event_store.sqlite_datastore import (
    DRIVER_ERRORS,
    LedgerDatastore,
)
from signoff_ledger.persistence.sqlite.schema import statements
from signoff_ledger.persistence.store_errors import not_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID


class SqliteRecorder(LineRecorder, SQLiteApplicationRecorder):  # type: ignore[misc]  # theirs lacks None
    """Appends lines with their leaf hashes at dense positions."""

    datastore: LedgerDatastore

    def construct_create_table_statements(self) -> list[str]:
        """Give the schema, one statement at a time."""
        return list(statements())

    def _create_table(self, c: SQLiteCursor) -> None:
        c.execute("SELECT 1 FROM sqlite_schema WHERE name = 'events'")
        if c.fetchone() is None:
            super()._create_table(c)

    def append(
        self, events: Sequence[StoredEvent], command_id: str | None, seen: Mapping[UUID, int]
    ) -> int:
        """Append at least one event, all or none; gives the size that the log had before."""
        with self.datastore.writing() as cursor, translate_driver_errors(*DRIVER_ERRORS):
            _check_unmoved(cursor, seen)
            return self._append(cursor, events, command_id)

    def _append(
        self, cursor: SQLiteCursor, events: Sequence[StoredEvent], command_id: str | None
    ) -> int:
        cursor.execute("SELECT coalesce(max(position), 0) FROM events")
        size: int = cursor.fetchone()[0]
        last = size + len(events)
        try:
            cursor.executemany(
                "INSERT INTO events (position, stream, version, type, line, leaf)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        position,
                        str(event.originator_id),
                        event.originator_version,
                        event.topic,
                        event.state,
                        leaf_hash(event.state),
                    )
                    for position, event in enumerate(events, size + 1)
                ],
            )
        except sqlite3.IntegrityError as error:
            if "without gaps" in str(error) and _would_fit(cursor, size, events):
                raise not_kept(str(self.datastore.path)) from None
            raise
        if command_id is not None:
            cursor.execute(
                "INSERT INTO commands (id, first, last) VALUES (?, ?, ?)",
                (command_id, size + 1, last),
            )
        self._check_kept(cursor, size, events, command_id)
        for node in new_subtrees(_Tree(cursor), size, last):
            cursor.execute("INSERT INTO nodes (level, number, hash) VALUES (?, ?, ?)", node)
            cursor.execute("SELECT hash FROM nodes WHERE level = ? AND number = ?", node[:2])
            if list(map(tuple, cursor.fetchall())) != [node[2:]]:
                raise not_kept(str(self.datastore.path))
        return size

    def _check_kept(
        self,
        cursor: SQLiteCursor,
        size: int,
        events: Sequence[StoredEvent],
        command_id: str | None,
    ) -> None:
        """Refuse to acknowledge what a trigger in the file swallowed or changed.

        Raises:
            StoreError: SL711.
        """
        cursor.execute("SELECT line FROM events WHERE position > ? ORDER BY position", (size,))
        kept = [row[0] for row in cursor.fetchall()] == [event.state for event in events]
        if command_id is not None:
            cursor.execute("SELECT first, last FROM commands WHERE id = ?", (command_id,))
            expected = [(size + 1, size + len(events))]
            kept = kept and list(map(tuple, cursor.fetchall())) == expected
        if not kept:
            raise not_kept(str(self.datastore.path))

    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run one reading statement outside any transaction of ours."""
        with (
            self.datastore.get_connection(commit=False) as connection,
            connection.cursor() as cursor,
            translate_driver_errors(*DRIVER_ERRORS),
        ):
            return cursor.execute(statement, parameters).fetchall()


def _check_unmoved(cursor: SQLiteCursor, seen: Mapping[UUID, int]) -> None:
    for stream, version in seen.items():
        cursor.execute(
            "SELECT coalesce(max(version), 0) FROM events WHERE stream = ?", (str(stream),)
        )
        if cursor.fetchone()[0] != version:
            raise IntegrityError(f"{stream} moved on from version {version}")


def _would_fit(cursor: SQLiteCursor, size: int, events: Sequence[StoredEvent]) -> bool:
    """Say of the first event that is not there whether it follows what is, or ought to be.

    It was inserted then, and swallowed, and what failed is the one behind it.
    """
    cursor.execute("SELECT coalesce(max(position), 0) FROM events")
    last = cursor.fetchone()[0]
    if last < size:
        return True
    missing = events[last - size]
    stream = str(missing.originator_id)
    cursor.execute("SELECT coalesce(max(version), 0) FROM events WHERE stream = ?", (stream,))
    fits: bool = cursor.fetchone()[0] == missing.originator_version - 1
    return fits


class _Tree:
    """The tree as it stands within a transaction that is adding to it."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        self._cursor.execute(*asking_for(level, first, count))
        return all_of(count, self._cursor.fetchall())
