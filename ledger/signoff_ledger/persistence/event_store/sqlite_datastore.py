"""Connections to a ledger's file that promise durability, and the lock that writers take."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from eventsourcing.persistence import InterfaceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.event_store.recorder import translate_driver_errors, translated
from signoff_ledger.persistence.lock import WriterLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LedgerCursor: TypeAlias = SQLiteCursor

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
        # Without the right to write, SQLite cannot make the -wal and -shm files either; once
        # another process has made them, it reads what that process writes.
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
    with translate_driver_errors(*DRIVER_ERRORS):
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal" and not read_only:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = FULL")
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        connection.execute("PRAGMA trusted_schema = OFF")
    if not read_only and (mode, synchronous) != ("wal", _SYNCHRONOUS_FULL):
        raise StoreError(
            "SL706",
            "the database does not promise durability",
            why=f"journal_mode is {mode} and synchronous is {synchronous}, not wal and 2 (full)",
            advice=Advice("keep-on-local-disk"),
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
        with (
            self.get_connection(commit=False) as connection,
            translate_driver_errors(*DRIVER_ERRORS),
        ):
            assert isinstance(connection, LedgerConnection)  # noqa: S101  # the pool's only product
            connection.copy_into(target)

    @contextmanager
    def writing(self) -> Iterator[SQLiteCursor]:
        """Hold the writer lock and an immediate transaction; commit at the end, all or nothing.

        An immediate transaction takes SQLite's write lock before it reads: one that reads first
        fails with "database is locked" as soon as another writer came in between.
        """
        if self.read_only:
            raise StoreError(
                "SL703",
                f"the ledger cannot be written: {self.path}",
                why="the file, its folder or the disk is read-only",
                advice=Advice("write-where-permitted"),
            )
        # Our own lock keeps writers apart. The pool's would stay locked for good after a connection
        # that could not be made, so the connection is not asked for as a writer's.
        with self.lock.held(), self.get_connection(commit=False) as connection:
            cursor = connection.cursor()
            with translate_driver_errors(*DRIVER_ERRORS):
                cursor.execute("BEGIN IMMEDIATE")
            try:
                with cursor:
                    yield cursor
                _commit(connection, self.path)
            except BaseException:
                connection.rollback()
                raise


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
            advice=Advice("look-before-repeating"),
        ) from error
