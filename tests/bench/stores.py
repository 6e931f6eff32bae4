"""Where ledgers stand while they are measured, and the barest log that the same place can keep."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Protocol
from uuid import UUID

from signoff_ledger.persistence.backup import back_up
from signoff_ledger.persistence.store import SqliteStore, remove


class RawLog(Protocol):
    """One column of lines, as durable as a ledger: the floor of whatever writes."""

    def insert(self, line: bytes) -> None:
        """Add one line, durably."""
        ...

    def insert_many(self, lines: Sequence[bytes]) -> None:
        """Add lines in one transaction, the fastest way there is."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Place(Protocol):
    """A kind of store, and room for ledgers in it."""

    name: str

    def begin(self) -> SqliteStore:
        """Make an empty ledger."""
        ...

    def again(self, store: SqliteStore) -> SqliteStore:
        """Open the same ledger anew, with nothing cached."""
        ...

    def copy(self, store: SqliteStore) -> SqliteStore:
        """Make another ledger of the same lines."""
        ...

    def drop(self, store: SqliteStore) -> None:
        """Close a ledger and give its room back."""
        ...

    def raw_log(self) -> RawLog:
        """Make an empty raw log."""
        ...

    def lines(self, store: SqliteStore, stream: UUID | None = None) -> Iterator[bytes]:
        """Read the lines of a ledger, or of one stream, with the driver alone."""
        ...

    def stock(self) -> dict[str, str]:
        """Give the settings by which the event store's own recorder keeps a log here."""
        ...

    def address(self, store: SqliteStore) -> str:
        """Say how the ledger is named on a command line."""
        ...


class SqlitePlace:
    """Files in one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = (folder / f"{number}.db" for number in count(1))

    def begin(self) -> SqliteStore:
        """Make an empty ledger."""
        return SqliteStore.create(next(self._names))

    def again(self, store: SqliteStore) -> SqliteStore:
        """Open the same ledger anew, with nothing cached."""
        return SqliteStore.open(store.path)

    def copy(self, store: SqliteStore) -> SqliteStore:
        """Make another ledger of the same lines."""
        path = next(self._names)
        back_up(store, path)
        return SqliteStore.open(path)

    def drop(self, store: SqliteStore) -> None:
        """Close a ledger and give its room back."""
        store.close()
        remove(store.path)

    def raw_log(self) -> RawLog:
        """Make an empty raw log."""
        return SqliteLog(next(self._names))

    def lines(self, store: SqliteStore, stream: UUID | None = None) -> Iterator[bytes]:
        """Read the lines of a ledger, or of one stream, with the driver alone."""
        with closing(sqlite3.connect(store.path)) as connection:
            rows = (
                connection.execute("SELECT line FROM events ORDER BY position")
                if stream is None
                else connection.execute(
                    "SELECT line FROM events WHERE stream = ? ORDER BY version", (str(stream),)
                )
            )
            for (line,) in rows:
                yield line

    def stock(self) -> dict[str, str]:
        """Give the settings by which the event store's own recorder keeps a log here."""
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(next(self._names)),
        }

    def address(self, store: SqliteStore) -> str:
        """Say how the ledger is named on a command line."""
        return str(store.path)


class SqliteLog:
    """A file with one column of lines, under the settings of a ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE log (position INTEGER PRIMARY KEY, line BLOB NOT NULL)"
        )

    def insert(self, line: bytes) -> None:
        """Add one line, durably."""
        self._connection.execute("INSERT INTO log (line) VALUES (?)", (line,))

    def insert_many(self, lines: Iterable[bytes]) -> None:
        """Add lines in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        rows = ((line,) for line in lines)
        self._connection.executemany("INSERT INTO log (line) VALUES (?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
        remove(self._path)
