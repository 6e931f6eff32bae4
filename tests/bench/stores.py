"""Where ledgers stand while they are measured, and the barest log that the same place can keep.

Both stores keep their files on one disk, and both ask it to keep what they were given.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar
from uuid import UUID

from signoff_ledger.exports.migrate import copy_ledger
from signoff_ledger.persistence.sqlite.file import remove
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.persistence.store_factory import create_store, open_store


class Closable(Protocol):
    """Whatever holds a connection."""

    def close(self) -> None:
        """Let go of it."""
        ...


C = TypeVar("C", bound=Closable)


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


Row: TypeAlias = tuple[int, str, int, str, bytes, bytes]
"""Position, stream, version, type, line and leaf hash, as a ledger stores them."""


class RawTable(Protocol):
    """All columns and keys of a ledger's events, and none of its rules."""

    def insert_many(self, rows: Sequence[Row]) -> None:
        """Add rows in one transaction, the fastest way there is."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Place(Protocol):
    """A kind of store, and room for ledgers in it.

    Attributes:
        name: What figures call it.
        says: Its version, and where it keeps its files.
    """

    name: str
    says: str

    def keep(self, thing: C) -> C:
        """Take care that something is closed in the end, if nobody does before."""
        ...

    def close(self) -> None:
        """Close everything, and leave nothing of it."""
        ...

    def begin(self) -> LedgerStore:
        """Make an empty ledger."""
        ...

    def again(self, store: LedgerStore) -> LedgerStore:
        """Open the same ledger again, with nothing cached."""
        ...

    def copy(self, store: LedgerStore) -> LedgerStore:
        """Make another ledger of the same lines."""
        ...

    def drop(self, store: LedgerStore) -> None:
        """Close a ledger and give its room back."""
        ...

    def raw_log(self) -> RawLog:
        """Make an empty raw log."""
        ...

    def raw_table(self) -> RawTable:
        """Make an empty raw table."""
        ...

    def lines(self, store: LedgerStore, stream: UUID | None = None) -> Iterator[bytes]:
        """Read the lines of a ledger, or of one stream, with the driver alone."""
        ...

    def stock(self) -> dict[str, str]:
        """Give the settings by which the event store's own recorder keeps a log here."""
        ...


class Room:
    """What every place has: care for what was opened in it."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def keep(self, thing: C) -> C:
        """Take care that something is closed in the end, if nobody does before."""
        self._stack.callback(thing.close)
        return thing

    def close(self) -> None:
        """Close everything, and leave nothing of it."""
        self._stack.close()


class SqlitePlace(Room):
    """Files in one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.says = f"SQLite {sqlite3.sqlite_version} in {folder}"
        self._names = (folder / f"{number}.db" for number in count(1))

    def begin(self) -> LedgerStore:
        """Make an empty ledger."""
        return self.keep(create_store(next(self._names)))

    def again(self, store: LedgerStore) -> LedgerStore:
        """Open the same ledger again, with nothing cached."""
        return self.keep(open_store(store.address))

    def copy(self, store: LedgerStore) -> LedgerStore:
        """Make another ledger of the same lines."""
        path = next(self._names)
        copy_ledger(store, path)
        return self.keep(open_store(path))

    def drop(self, store: LedgerStore) -> None:
        """Close a ledger and give its room back."""
        store.discard()

    def raw_log(self) -> RawLog:
        """Make an empty raw log."""
        return self.keep(SqliteLog(next(self._names)))

    def raw_table(self) -> RawTable:
        """Make an empty raw table."""
        return self.keep(SqliteTable(next(self._names)))

    def lines(self, store: LedgerStore, stream: UUID | None = None) -> Iterator[bytes]:
        """Read the lines of a ledger, or of one stream, with the driver alone."""
        with closing(sqlite3.connect(Path(store.address))) as connection:
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


class _SqliteFile:
    """A file of tables, under the settings of a ledger."""

    def __init__(self, path: Path, *tables: str) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        for table in tables:
            self._connection.execute(table)

    def _insert(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()
        remove(self._path)


class SqliteLog(_SqliteFile):
    """One column of lines."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "CREATE TABLE log (position INTEGER PRIMARY KEY, line BLOB NOT NULL)"
        )

    def insert(self, line: bytes) -> None:
        """Add one line, durably."""
        self._connection.execute("INSERT INTO log (line) VALUES (?)", (line,))

    def insert_many(self, lines: Sequence[bytes]) -> None:
        """Add lines in one transaction."""
        self._insert("INSERT INTO log (line) VALUES (?)", ((line,) for line in lines))


class SqliteTable(_SqliteFile):
    """All columns and keys of a ledger's events."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE log (position INTEGER PRIMARY KEY, stream TEXT NOT NULL,"
            " version INTEGER NOT NULL, type TEXT NOT NULL, line BLOB NOT NULL,"
            " leaf BLOB NOT NULL, UNIQUE (stream, version))",
            "CREATE INDEX log_by_type ON log (type, position)",
        )

    def insert_many(self, rows: Sequence[Row]) -> None:
        """Add rows in one transaction."""
        self._insert("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", rows)
