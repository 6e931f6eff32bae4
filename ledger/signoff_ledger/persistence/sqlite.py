"""SQLite behind the event store's recorder contract, with its hazards taken care of.

What the stock recorder leaves open and this one closes: durability is set and asserted, writes
take the write lock first, positions are dense and never reused, rows cannot be changed, a leaf
hash stands beside each line, and a command id is recorded in the same transaction.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.persistence import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    Notification,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from signoff_ledger.errors import StoreError
from signoff_ledger.integrity.leaf import leaf_hash
from signoff_ledger.integrity.merkle import grown
from signoff_ledger.persistence.lock import WriterLock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

APPLICATION_ID = 0x5349474E
"""Marks a SQLite file as a ledger: "SIGN" in the file's header."""

BUSY_TIMEOUT_S = 30.0
_CACHED_STATEMENTS = 128
_SYNCHRONOUS_FULL = 2

DRIVER_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What the driver raises; the second where a damaged schema is quoted in a message."""


class LedgerConnection(SQLiteConnection):
    """A connection that can also be copied from."""

    def copy_into(self, target: sqlite3.Connection) -> None:
        """Copy the database as of one moment, the write-ahead log included."""
        self._sqlite_conn.backup(target)


class LedgerConnectionPool(SQLiteConnectionPool):
    """Connections that promise durability, or refuse to open.

    Args:
        name: The file as a URI.
        log: The write-ahead log of a file that may only be read; None if it may be written.
    """

    def __init__(self, name: str, log: Path | None = None) -> None:
        self._log = log
        super().__init__(
            db_name=name,
            # What a connection has read of a file that others write does not stay true here.
            pool_size=5 if log is None else 0,
            pool_timeout=BUSY_TIMEOUT_S,
        )

    def _create_connection(self) -> LedgerConnection:
        # Where nobody here can write, SQLite cannot make the files beside the ledger either; while
        # somebody else has made them, it reads what they are writing.
        alone = self._log is not None and not self._log.exists()
        try:
            connection = sqlite3.connect(
                f"{self.db_name}&immutable=1" if alone else self.db_name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                cached_statements=_CACHED_STATEMENTS,
                timeout=BUSY_TIMEOUT_S,
            )
        except sqlite3.Error as error:
            raise InterfaceError(error) from error
        connection.row_factory = sqlite3.Row
        try:
            assert_durable(connection, read_only=self._log is not None)
        except BaseException:
            connection.close()
            raise
        return LedgerConnection(connection, max_age=self.max_age)


def assert_durable(connection: sqlite3.Connection, *, read_only: bool) -> None:
    """Set write-ahead logging and full synchronisation, and read both back.

    Raises:
        StoreError: SL706 when the database does not take the settings.
    """
    try:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal" and not read_only:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        connection.execute("PRAGMA trusted_schema = OFF")
    except DRIVER_ERRORS as error:
        raise translated(error) from error
    if not read_only and (mode, synchronous) != ("wal", _SYNCHRONOUS_FULL):
        raise StoreError(
            "SL706",
            "the database does not promise durability",
            why=f"journal_mode is {mode} and synchronous is {synchronous}, not wal and 2 (full)",
            fix="keep the ledger on a local disk; network file systems often cannot do this",
        )


class LedgerDatastore(SQLiteDatastore):
    """A pool of durable connections, and the lock that writers take."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        name = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
        super().__init__(db_name=name)
        self.pool.close()
        log = path.with_name(path.name + "-wal")
        self.pool = LedgerConnectionPool(name, log if read_only else None)
        self.path = path
        self.read_only = read_only
        self.lock = WriterLock(path.with_name(path.name + ".lock"), BUSY_TIMEOUT_S)

    def copy_into(self, target: sqlite3.Connection) -> None:
        """Copy the database as of one moment, while others record."""
        with self.get_connection(commit=False) as connection, errors_translated():
            assert isinstance(connection, LedgerConnection)  # noqa: S101  # the pool's only product
            connection.copy_into(target)

    @contextmanager
    def writing(self) -> Iterator[SQLiteCursor]:
        """Hold the writer lock and an immediate transaction; commit at the end, all or nothing.

        An immediate transaction takes SQLite's write lock before it reads: one that reads first
        fails with "database is locked" as soon as somebody else has written meanwhile.
        """
        if self.read_only:
            raise StoreError(
                "SL703",
                f"the ledger cannot be written: {self.path}",
                why="the file, its folder or the disk is read-only",
                fix="nothing was recorded; write where you have permission",
            )
        # Our own lock keeps writers apart. The pool's would stay locked for good after a connection
        # that could not be made, so the connection is not asked for as a writer's.
        with self.lock.held(), self.get_connection(commit=False) as connection:
            cursor = connection.cursor()
            with errors_translated():
                cursor.execute("BEGIN IMMEDIATE")
            try:
                with cursor:
                    yield cursor
                _commit(connection, self.path)
            except BaseException:
                connection.rollback()
                raise


class LedgerRecorder(SQLiteApplicationRecorder):
    """Appends lines with their leaf hashes at dense positions."""

    datastore: LedgerDatastore

    def construct_create_table_statements(self) -> list[str]:
        """Give the schema, one statement at a time."""
        text = files("signoff_ledger.persistence").joinpath("schema/sqlite.sql").read_text("utf-8")
        return list(_statements(text))

    def _create_table(self, c: SQLiteCursor) -> None:
        c.execute("SELECT 1 FROM sqlite_schema WHERE name = 'events'")
        if c.fetchone() is None:
            super()._create_table(c)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append events, all or none.

        Args:
            stored_events: Stored lines in order.
            **kwargs: `command_id`, recorded in the same transaction if given; `seen`, versions by
                stream that still have to be the latest then.

        Raises:
            IntegrityError: A stream moved meanwhile, or the command id is in the log.
        """
        if not stored_events:
            return []
        with self.datastore.writing() as cursor, errors_translated():
            _check_unmoved(cursor, kwargs.get("seen") or {})
            return self._append(cursor, stored_events, kwargs.get("command_id"))

    def _append(
        self, cursor: SQLiteCursor, stored_events: Sequence[StoredEvent], command_id: str | None
    ) -> list[int]:
        cursor.execute("SELECT coalesce(max(position), 0) FROM events")
        first = cursor.fetchone()[0] + 1
        positions = list(range(first, first + len(stored_events)))
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
                for position, event in zip(positions, stored_events, strict=True)
            ],
        )
        if command_id is not None:
            cursor.execute(
                "INSERT INTO commands (id, first, last) VALUES (?, ?, ?)",
                (command_id, positions[0], positions[-1]),
            )
        for node in grown(_Tree(cursor), first - 1, positions[-1]):
            cursor.execute("INSERT INTO nodes (level, number, hash) VALUES (?, ?, ?)", node)
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read one stream in order of version."""
        order = "DESC" if desc else "ASC"
        rows = self.events(
            f"WHERE stream = ? AND version > ? AND version <= ? ORDER BY version {order} LIMIT ?",
            (
                str(originator_id),
                -1 if gt is None else gt,
                _NO_END if lte is None else lte,
                -1 if limit is None else limit,
            ),
        )
        return [
            StoredEvent(stream, version, topic, line) for _, stream, version, topic, line in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read the log in order of position."""
        first = 0 if start is None else start + (not inclusive_of_start)
        of_type = f"AND type IN ({','.join('?' * len(topics))})" if topics else ""
        rows = self.events(
            f"WHERE position >= ? AND position <= ? {of_type} ORDER BY position LIMIT ?",
            (first, _NO_END if stop is None else stop, *topics, limit),
        )
        return [
            Notification(stream, version, topic, line, id=position)
            for position, stream, version, topic, line in rows
        ]

    def max_notification_id(self) -> int | None:  # type: ignore[override]  # theirs lacks None
        """Give the last position, or None for an empty log."""
        last: int | None = self.query("SELECT max(position) FROM events")[0][0]
        return last

    def events(
        self, clause: str, parameters: Sequence[object]
    ) -> list[tuple[int, UUID, int, str, bytes]]:
        """Read events with their positions, by a clause that holds nothing but marks and words.

        Raises:
            DatabaseError: A row cannot be one that was written.
        """
        columns = "position, stream, version, type, line"
        rows = self.query(f"SELECT {columns} FROM events {clause}", parameters)  # noqa: S608
        try:
            return [
                (position, UUID(stream), version, topic, line)
                for position, stream, version, topic, line in rows
            ]
        except (TypeError, ValueError) as error:
            # SQLite gives nothing for what stood on a page that is no longer there.
            raise DatabaseError("a row is malformed") from error

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Give the roots of complete subtrees, see `integrity.merkle.Hashes`.

        Raises:
            DatabaseError: Some of them are not there.
        """
        statement, parameters = _asking_for(level, first, count)
        return _all_of(count, self.query(statement, parameters))

    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run one reading statement outside any transaction of ours."""
        with (
            self.datastore.get_connection(commit=False) as connection,
            connection.cursor() as cursor,
            errors_translated(),
        ):
            return cursor.execute(statement, parameters).fetchall()


_NO_END = 2**62


def _commit(connection: SQLiteConnection, path: Path) -> None:
    """Commit, and where that fails, promise nothing: it may have been done all the same."""
    try:
        connection.commit()
    except sqlite3.Error as error:
        if "full" in str(error):
            raise translated(error) from error
        raise StoreError(
            "SL703",
            f"the ledger may not have been written: {path}",
            why=str(error),
            fix="look whether it is there before you give it again:  signoff history",
        ) from error


def _check_unmoved(cursor: SQLiteCursor, seen: Mapping[UUID, int]) -> None:
    for stream, version in seen.items():
        cursor.execute(
            "SELECT coalesce(max(version), 0) FROM events WHERE stream = ?", (str(stream),)
        )
        if cursor.fetchone()[0] != version:
            raise IntegrityError(f"{stream} moved on from version {version}")


class _Tree:
    """The tree as it stands within a transaction that is adding to it."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        self._cursor.execute(*_asking_for(level, first, count))
        return _all_of(count, self._cursor.fetchall())


def _asking_for(level: int, first: int, count: int) -> tuple[str, tuple[int, ...]]:
    """Ask for the hashes of a level, which at level 0 stand beside the lines."""
    if level == 0:
        return (
            "SELECT leaf FROM events WHERE position > ? AND position <= ? ORDER BY position",
            (first, first + count),
        )
    return (
        "SELECT hash FROM nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number",
        (level, first, first + count),
    )


def _all_of(count: int, rows: Sequence[Any]) -> list[bytes]:
    if len(rows) != count:
        raise DatabaseError(f"the tree is malformed: {count - len(rows)} hashes are missing")
    return [row[0] for row in rows]


@contextmanager
def errors_translated() -> Iterator[None]:
    """Turn the driver's errors into the event store's, the way its own recorders do."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise translated(error) from error


def translated(error: sqlite3.Error | UnicodeDecodeError) -> Exception:
    """Give the event store's error for one of the driver's."""
    from eventsourcing import persistence  # noqa: PLC0415  # read by name below

    if isinstance(error, UnicodeDecodeError):
        return DatabaseError("the schema is malformed")
    for kind in type(error).__mro__:
        match = getattr(persistence, kind.__name__, None)
        if isinstance(match, type) and issubclass(match, persistence.PersistenceError):
            return match(error)
    return persistence.PersistenceError(error)


def _statements(text: str) -> Iterator[str]:
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
