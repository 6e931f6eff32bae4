"""A ledger in one SQLite file: opening and creating it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

from signoff_ledger.errors import StoreError
from signoff_ledger.ledger_format import LEDGER_FORMAT, check_format
from signoff_ledger.persistence.event_store import PersistenceError
from signoff_ledger.persistence.event_store.sqlite_datastore import LedgerDatastore
from signoff_ledger.persistence.event_store.sqlite_recorder import SqliteRecorder
from signoff_ledger.persistence.sqlite import view_tables
from signoff_ledger.persistence.sqlite.file import APPLICATION_ID, check_is_ledger, claim, remove
from signoff_ledger.persistence.store import MOVED, LedgerStore
from signoff_ledger.persistence.store_errors import of_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from signoff_ledger.persistence.event_store.sqlite_datastore import LedgerCursor
    from signoff_ledger.persistence.health_finding import HealthFinding

S = TypeVar("S", bound="SqliteStore")


class SqliteStore(LedgerStore):
    """A ledger in one file.

    Attributes:
        path: The file.
    """

    recorder: SqliteRecorder

    def __init__(self, path: Path) -> None:
        read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self.path = path
        self.datastore = LedgerDatastore(path, read_only=read_only)
        recorder = SqliteRecorder(self.datastore)
        super().__init__(str(path), str(path), recorder, read_only=read_only)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make an empty ledger file.

        Raises:
            StoreError: SL704 when something is there already, SL703 when it cannot be made.
        """
        claim(path)
        try:
            with translate_connection_errors(path), closing(sqlite3.connect(path)) as connection:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {LEDGER_FORMAT}")
                connection.execute("PRAGMA journal_mode = WAL")
            with closed_on_error(cls(path)) as store:
                store.recorder.create_table()
                return store
        except StoreError:
            # Half a ledger would be in the way of the next try, and nothing is in it.
            path.unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a ledger that exists.

        Raises:
            NotFoundError: SL205, nothing is there.
            StoreError: SL701 for a file that is no ledger, SL702 for one of a newer format.
        """
        check_is_ledger(path)
        with closed_on_error(cls(path)) as store:
            # Asked of the database, too: the file's header may be older than its write-ahead log.
            check_format(str(path), store.recorder.query("PRAGMA user_version")[0][0])
            return store

    def close(self) -> None:
        """Close every connection."""
        self.datastore.close()

    def discard(self) -> None:
        """Delete a ledger that was never returned to the caller, with its -wal and .lock files."""
        self.close()
        remove(self.path)

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn what the database says into what a person can act on."""
        with translate_connection_errors(self.path):
            yield

    @contextmanager
    def writing(self) -> Iterator[LedgerCursor]:
        """Begin a transaction that writes, alone, for what is derived from the events."""
        with self.translate_errors(), self.datastore.writing() as cursor:
            yield cursor

    @contextmanager
    def retiring(self, moved_to: str) -> Iterator[Callable[[], object]]:
        """Block writers; keep the ledger closed to writes if the block succeeds."""
        said = (MOVED + moved_to).replace("'", "''")
        with self.writing() as cursor:
            cursor.execute(
                "CREATE TRIGGER events_have_moved BEFORE INSERT ON events"
                f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
            # The locks of a living process cannot be taken away.
            yield lambda: None

    def intact_tables(self, statements: Sequence[str]) -> set[str]:  # noqa: ARG002  # SQLite keeps each
        """Give the statements that made what is derived, and whatever stands in its place."""
        return view_tables.made_by(self.rows(view_tables.STANDING))

    def clear(self, cursor: LedgerCursor) -> None:
        """Take away whatever stands where tables of what is derived belong, of whatever kind."""
        view_tables.clear(cursor)

    def repair(self) -> list[str]:
        """Put back what belongs around the lines and is gone; no line is touched."""
        from signoff_ledger.persistence.sqlite.repair import repaired  # noqa: PLC0415  # for repair

        with self.writing() as cursor:
            return list(repaired(cursor))

    def findings(self) -> Iterator[HealthFinding]:
        """Look at the health of the file around the lines."""
        from signoff_ledger.persistence.sqlite.health import findings  # noqa: PLC0415  # for doctor

        return findings(self)


@contextmanager
def closed_on_error(store: S) -> Iterator[S]:
    """Let a store be prepared, and close it again when that fails."""
    try:
        with translate_connection_errors(store.path):
            yield store
    except StoreError:
        store.close()
        raise


@contextmanager
def translate_connection_errors(path: Path) -> Iterator[None]:
    """Turn what a database says into what a person can act on.

    Raises:
        StoreError: SL701 for a damaged file, SL705 for a lock, SL703 for everything else.
    """
    try:
        yield
    except (PersistenceError, sqlite3.Error) as error:
        raise of_sqlite(str(path), str(error)) from error
