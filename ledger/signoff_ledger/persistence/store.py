"""A ledger in one SQLite file: opening and creating it, and the `Store` it gives."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import (
    DatabaseError,
    IntegrityError,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.sqlite import SQLiteCursor, SQLiteFactory
from eventsourcing.utils import Environment

from signoff_ledger.application.ports import Recorded, StaleError
from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.founding import LEDGER_FORMAT
from signoff_ledger.domain.process_events import ProcessDefined
from signoff_ledger.errors import NotFoundError, StoreError
from signoff_ledger.integrity import merkle
from signoff_ledger.integrity.note import parse_signature_lines
from signoff_ledger.persistence.mapper import LineMapper, checked_entry
from signoff_ledger.persistence.sqlite import APPLICATION_ID, LedgerDatastore, LedgerRecorder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from eventsourcing.persistence import InfrastructureFactory, Mapper

    from signoff_ledger.domain.event import Entry

A = TypeVar("A", bound=Aggregate)
S = TypeVar("S", bound="SqliteStore")

PAGE = 1_000
CACHED_AGGREGATES = 32


class LedgerApplication(Application[UUID]):
    """The event store's application, wired in code and from nothing in the environment."""

    def __init__(self, datastore: LedgerDatastore) -> None:
        self._datastore = datastore
        super().__init__()

    def construct_env(self, name: str, env: object = None) -> Environment:
        """Give settings of our own only; the process's environment is not consulted."""
        del env
        return Environment(name, {self.AGGREGATE_CACHE_MAXSIZE: str(CACHED_AGGREGATES)})

    def construct_factory(self, env: Environment) -> InfrastructureFactory:
        """Give a factory for the datastore that was opened."""
        return cast("InfrastructureFactory", LedgerFactory(env, self._datastore))

    def construct_mapper(self) -> Mapper[UUID]:
        """Give the mapper whose stored state is the canonical line."""
        return LineMapper()


class LedgerFactory(SQLiteFactory):
    """Hands out our recorder on a datastore that exists already."""

    def __init__(self, env: Environment, datastore: LedgerDatastore) -> None:
        super().__init__(Environment(env.name, {**env, self.SQLITE_DBNAME: ":memory:"}))
        self.datastore.close()
        self.datastore = datastore

    def application_recorder(self) -> LedgerRecorder:
        """Give the recorder; the schema was made when the ledger was."""
        return LedgerRecorder(self.datastore)


class SqliteStore:
    """Implements `application.ports.Store` on one file."""

    def __init__(self, path: Path) -> None:
        read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        self.path = path
        self.datastore = LedgerDatastore(path, read_only=read_only)
        self._application = LedgerApplication(self.datastore)
        self._loading = Lock()
        recorder = self._application.recorder
        assert isinstance(recorder, LedgerRecorder)  # noqa: S101  # the factory's only product
        self.recorder = recorder

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make an empty ledger file.

        Raises:
            StoreError: SL704 when something is there already, SL703 when it cannot be made.
        """
        claim(path)
        try:
            with told_plainly(path), closing(sqlite3.connect(path)) as connection:
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
            check_format(path, store.recorder.query("PRAGMA user_version")[0][0])
            return store

    def close(self) -> None:
        """Close every connection."""
        self._application.close()

    def load(self, kind: type[A], key: str, version: int | None = None) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown."""

        def project(aggregate: A | None, entries: Iterable[Entry]) -> A | None:
            for entry in entries:
                if aggregate is None:
                    aggregate = kind(key)
                aggregate.apply(entry)
            return aggregate

        empty = kind(key)
        if version == 0:
            return empty
        # The store copies out of its cache unguarded, while another thread may be moving it on.
        with told_plainly(self.path), self._loading:
            try:
                return self._application.repository.get(
                    empty.id,
                    version=version,
                    projector_func=project,
                )
            except AggregateNotFoundError:
                return empty

    def save(
        self, entries: Sequence[Entry], command_id: str, seen: Mapping[UUID, int] | None = None
    ) -> list[int]:
        """Append entries, all or none, durably; give their positions.

        Args:
            entries: What to append.
            command_id: By which command; each is in the log once.
            seen: Streams that were looked at, with the versions they had; none may have moved.

        Raises:
            StaleError: A stream moved meanwhile, or the command id is in the log.
        """
        with told_plainly(self.path):
            try:
                recordings = self._application.events.put(entries, command_id=command_id, seen=seen)
            except IntegrityError as error:
                raise StaleError(str(error)) from error
        return [recording.notification.id for recording in recordings]

    def of_command(self, command_id: str) -> list[Recorded]:
        """Give what a command recorded, oldest first; empty when it recorded nothing."""
        rows = self._query("SELECT first, last FROM commands WHERE id = ?", command_id)
        return list(self.read(rows[0][0] - 1, rows[0][1])) if rows else []

    def read(self, after: int, until: int | None = None) -> Iterator[Recorded]:
        """Read the log in order from behind one position up to another, inclusive."""
        while True:
            with told_plainly(self.path):
                page = self.recorder.select_notifications(
                    after, PAGE, until, inclusive_of_start=False
                )
            for notification in page:
                yield Recorded(notification.id, checked_entry(notification))
            if len(page) < PAGE:
                return
            after = page[-1].id

    def raw(self, after: int = 0) -> Iterator[tuple[int, str, int, str, bytes, bytes]]:
        """Read the rows as they are stored: position, stream, version, type, line, leaf hash."""
        statement = (
            "SELECT position, stream, version, type, line, leaf FROM events"
            " WHERE position > ? ORDER BY position LIMIT ?"
        )
        kinds = (int, str, int, str, bytes, bytes)
        while page := self._table(kinds, statement, after, PAGE):
            yield from page
            after = page[-1][0]

    def lines(self, stream: UUID) -> Iterator[tuple[int, bytes]]:
        """Read the lines of one stream with their positions, as they are stored."""
        statement = "SELECT position, line FROM events WHERE stream = ? ORDER BY version"
        yield from self._table((int, bytes), statement, str(stream))

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Read the stored subtree roots: level, number, hash."""
        statement = "SELECT level, number, hash FROM nodes ORDER BY level, number"
        yield from self._table((int, int, bytes), statement)

    def stream(self, stream: UUID, until: int | None = None) -> Iterator[Recorded]:
        """Read one stream in order, as of a position."""
        return self._recorded(
            "WHERE stream = ? AND position <= ? ORDER BY version",
            str(stream),
            self.size() if until is None else until,
        )

    def read_type(self, topic: str) -> Iterator[Recorded]:
        """Read every event of one kind, in order."""
        return self._recorded("WHERE type = ? ORDER BY position", topic)

    def process_keys(self) -> list[str]:
        """Name every process, in the order defined."""
        events = [recorded.entry.event for recorded in self.read_type(ProcessDefined.TOPIC)]
        return [event.process for event in events if isinstance(event, ProcessDefined)]

    def position(self, stream: UUID, version: int) -> int:
        """Give the position of an event that exists."""
        rows = self._query(
            "SELECT position FROM events WHERE stream = ? AND version = ?", str(stream), version
        )
        position: int = rows[0][0]
        return position

    def size(self) -> int:
        """Give the number of events in the log."""
        with told_plainly(self.path):
            return self.recorder.max_notification_id() or 0

    def hashes(self, level: int, first: int, count: int) -> list[bytes]:
        """Give the roots of complete subtrees, see `integrity.merkle.Hashes`."""
        with told_plainly(self.path):
            return self.recorder.hashes(level, first, count)

    def checkpoint(self, size: int) -> bytes | None:
        """Give the signed checkpoint of a size; None where there is none."""
        rows = self._table((bytes,), "SELECT note FROM checkpoints WHERE size = ?", size)
        return rows[0][0] if rows else None

    def checkpoints(self) -> list[tuple[int, bytes]]:
        """Give every checkpoint with its size, smallest first."""
        return self._table((int, bytes), "SELECT size, note FROM checkpoints ORDER BY size")

    def sealed_size(self) -> int:
        """Give the size of the latest checkpoint; 0 before the first."""
        size: int = self._query("SELECT coalesce(max(size), 0) FROM checkpoints")[0][0]
        return size

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint, durably; the same one again is no error.

        Raises:
            StoreError: Another one of this size is kept, or the database refused.
        """
        if self.checkpoint(size) == note:
            return
        with self.writing() as cursor:
            cursor.execute("INSERT INTO checkpoints (size, note) VALUES (?, ?)", (size, note))

    def cosignatures(self, size: int) -> list[str]:
        """Give the cosignature lines kept for a checkpoint, in the order of their text."""
        statement = "SELECT line FROM cosignatures WHERE size = ? ORDER BY line"
        return [row[0] for row in self._table((str,), statement, size)]

    def cosigned(self) -> list[tuple[int, str]]:
        """Give every cosignature line with its checkpoint's size, largest first."""
        rows = self._query("SELECT size, line FROM cosignatures ORDER BY size DESC, line")
        return [(size, line) for size, line in rows]

    def keep_cosignature(self, size: int, line: str) -> bool:
        """Keep a witness's signature line, durably, unless one of its key is kept already.

        Two lines of one key under one checkpoint would make it a note that nobody may accept.

        Returns:
            Whether it was kept.

        Raises:
            EvidenceError: SL505, it is no signature line.
        """
        (offered,) = parse_signature_lines(line)
        with self.writing() as cursor:
            cursor.execute("SELECT line FROM cosignatures WHERE size = ?", (size,))
            kept = [parse_signature_lines(row[0])[0] for row in cursor.fetchall()]
            if any((one.name, one.key_id) == (offered.name, offered.key_id) for one in kept):
                return False
            cursor.execute("INSERT INTO cosignatures (size, line) VALUES (?, ?)", (size, line))
        return True

    def root(self, size: int) -> bytes:
        """Give the root of the tree (RFC 6962) over the log's first events."""
        return merkle.root(self, size)

    @contextmanager
    def writing(self) -> Iterator[SQLiteCursor]:
        """Begin a transaction that writes, for what is derived from the events."""
        with told_plainly(self.path), self.datastore.writing() as cursor:
            yield cursor

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows of what is derived from the events."""
        return self._query(statement, *parameters)

    def _recorded(self, clause: str, *parameters: object) -> Iterator[Recorded]:
        with told_plainly(self.path):
            rows = self.recorder.events(clause, parameters)
        for position, stream, version, topic, line in rows:
            yield Recorded(position, checked_entry(StoredEvent(stream, version, topic, line)))

    def _table(self, kinds: tuple[type, ...], statement: str, *parameters: object) -> list[Any]:
        """Read rows whose columns are of these types, whatever a damaged page makes of them.

        Raises:
            StoreError: SL701, a row cannot be one that was written.
        """
        rows = list(map(tuple, self._query(statement, *parameters)))
        with told_plainly(self.path):
            if any(tuple(map(type, row)) != kinds for row in rows):
                raise DatabaseError("a row is malformed")
        return rows

    def _query(self, statement: str, *parameters: object) -> list[Any]:
        with told_plainly(self.path):
            return self.recorder.query(statement, parameters)


def claim(path: Path) -> None:
    """Make an empty file where there is none.

    Raises:
        StoreError: SL704 when something is there already, SL703 when it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644)
    except FileExistsError:
        raise StoreError(
            "SL704",
            f"there is a file already: {path}",
            why="a ledger is never overwritten",
            fix="choose another path, or use the ledger that is there",
        ) from None
    except OSError as error:
        raise StoreError(
            "SL703", f"the ledger cannot be made: {path}", why=str(error.strerror)
        ) from None
    os.close(descriptor)


def remove(path: Path) -> None:
    """Take a ledger file away that nobody was told of, with what stands beside it."""
    for leftover in (
        path,
        *path.parent.glob(f"{path.name}-*"),
        path.with_name(f"{path.name}.lock"),
    ):
        leftover.unlink(missing_ok=True)


@contextmanager
def closed_on_error(store: S) -> Iterator[S]:
    """Let a store be prepared, and close it again when that fails."""
    try:
        with told_plainly(store.path):
            yield store
    except StoreError:
        store.close()
        raise


def check_is_ledger(path: Path) -> None:
    """Look at a file's header before anything else touches it.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: SL701 for a file that is no ledger, SL702 for one of a newer format.
    """
    try:
        path.stat()
    except FileNotFoundError:
        raise NotFoundError(
            "SL205",
            f"there is no ledger at {path}",
            fix=f"begin one:  signoff init {path}",
        ) from None
    except OSError as error:
        raise StoreError("SL701", f"{path} is not a ledger", why=str(error.strerror)) from None
    application_id, format_number = _header(path)
    if application_id != APPLICATION_ID:
        raise StoreError(
            "SL701",
            f"{path} is not a ledger",
            why="it does not begin as one",
            fix="name the ledger with --ledger or SIGNOFF_LEDGER",
        )
    check_format(path, format_number)


def _header(path: Path) -> tuple[int, int]:
    """Read the mark and the format out of a file's header, without making any file beside it.

    SQLite reads it, and not we: this process gives up its locks on a file when it closes any other
    handle of it, and would then write to a log that others take for abandoned and delete (SQLite,
    How To Corrupt An SQLite Database File, section 2.2).

    Raises:
        StoreError: SL701, it cannot be read, or is no database.
    """
    # Immutable: of the file alone, whatever stands in the write-ahead log beside it.
    name = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(name, uri=True)) as connection:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (format_number,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        readable = os.access(path, os.R_OK) and path.is_file()
        why = "it does not begin as one" if readable else str(error)
        raise StoreError(
            "SL701",
            f"{path} is not a ledger",
            why=why,
            fix="name the ledger with --ledger or SIGNOFF_LEDGER",
        ) from None
    return application_id, format_number


def check_format(path: Path, number: int) -> None:
    """Refuse a ledger of a newer format.

    Raises:
        StoreError: SL702.
    """
    if number > LEDGER_FORMAT:
        raise StoreError(
            "SL702",
            f"{path} is of ledger format {number}",
            why=f"this program reads formats up to {LEDGER_FORMAT}",
            fix="install a newer signoff-ledger; nothing was changed",
        )


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn what a database says into what a person can act on.

    Raises:
        StoreError: SL701 for a damaged file, SL705 for a lock, SL703 for everything else.
    """
    try:
        yield
    except (PersistenceError, sqlite3.Error) as error:
        said = str(error)
        if "malformed" in said or "not a database" in said or "no such table" in said:
            raise StoreError(
                "SL701",
                f"{path} cannot be read as a ledger",
                why=said,
                fix="run  signoff doctor  and compare it with a backup",
            ) from error
        if "locked" in said or "Timed out" in said:
            raise StoreError(
                "SL705",
                "the ledger is busy",
                why=said,
                fix="nothing was recorded; give the command again",
            ) from error
        raise StoreError(
            "SL703",
            f"the database refused: {path}",
            why=said,
            fix="nothing was recorded; free the disk or get permission, then give it again",
        ) from error
