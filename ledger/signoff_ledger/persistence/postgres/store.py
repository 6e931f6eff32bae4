"""A ledger in one PostgreSQL database: opening and creating it, and going on after a failure."""

from __future__ import annotations

import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg.sql import SQL

from signoff_ledger.errors import Advice, NotFoundError, StoreError
from signoff_ledger.integrity.c2sp.note import parse_signature_lines
from signoff_ledger.persistence.event_store import PersistenceError
from signoff_ledger.persistence.event_store.postgres_recorder import PostgresRecorder
from signoff_ledger.persistence.postgres import database, schema, view_tables
from signoff_ledger.persistence.postgres.address import has_several_hosts, redacted
from signoff_ledger.persistence.postgres.connection import PAUSE_S, connect, looked
from signoff_ledger.persistence.postgres.datastore import PostgresDatastore
from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA
from signoff_ledger.persistence.postgres.save_retry import SaveState
from signoff_ledger.persistence.postgres.store_errors import store_error, translate_errors
from signoff_ledger.persistence.server import Server
from signoff_ledger.persistence.store import MOVED, LedgerStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from uuid import UUID

    from signoff_ledger.domain.aggregate import A
    from signoff_ledger.domain.events.event import EventEnvelope, LogEntry
    from signoff_ledger.persistence.health_finding import HealthFinding
    from signoff_ledger.persistence.postgres.connection import Connection
    from signoff_ledger.persistence.postgres.datastore import DerivedCursor


class PostgresStore(LedgerStore):
    """A ledger in one database.

    Attributes:
        datastore: Its connections.
    """

    recorder: PostgresRecorder

    def __init__(self, url: str, *, read_only: bool) -> None:
        self.datastore = PostgresDatastore(url)
        super().__init__(url, redacted(url), PostgresRecorder(self.datastore), read_only=read_only)
        self._losses_remembered = 0
        self._saving = SaveState(self.datastore, self.of_command, may_move=has_several_hosts(url))
        self.datastore.open()

    @classmethod
    def create(cls, url: str, *, whole: bool = True) -> Self:
        """Make the tables of an empty ledger, and the role of those who may record in it.

        Args:
            url: The database, as a user who may make schemas in it, and roles unless it is there.
            whole: False to leave it unopenable until `complete`.

        Raises:
            StoreError: SL704 when a ledger is there already, SL703 when it cannot be made, SL707
                when the database cannot be reached, SL706 when it does not promise durability.
        """
        with translate_errors(redacted(url)), connect(url) as connection:
            schema.make(connection, redacted(url))
            connection.check_confirmed()
        store = cls(url, read_only=False)
        if whole:
            store.complete()
        return store

    @classmethod
    def open(cls, url: str, *, patient: bool = False) -> Self:
        """Open a ledger that exists.

        Args:
            url: The database.
            patient: Whether a server that is not there is waited for, as a lost one would be.

        Raises:
            NotFoundError: SL205, there is none in the database.
            StoreError: SL701 for one that is not whole or something else, SL702 for one of a newer
                format, SL706 for a server that does not promise durability, SL707 for one that
                cannot be reached.
        """
        place = redacted(url)

        def is_read_only(connection: Connection) -> bool:
            if not database.is_there(connection):
                raise NotFoundError(
                    "SL205",
                    f"there is no ledger in {place}",
                    advice=Advice("begin-in-database"),
                )
            return database.is_open_for_reading_alone(connection, place)

        with translate_errors(place):
            read_only = looked(url, is_read_only, insistent=patient)
        return cls(url, read_only=read_only)

    @classmethod
    def open_damaged(cls, url: str) -> Self:
        """Open whatever is there of a ledger, to look what is wrong with it.

        Raises:
            NotFoundError: SL205, there is none in the database.
            StoreError: SL707, it cannot be reached.
        """
        try:
            return cls.open(url)
        except StoreError as error:
            if error.code == "SL707":
                raise
        return cls(url, read_only=True)

    def check_openable(self) -> None:
        """Refuse what `open` refuses.

        Raises:
            StoreError: See `open`.
        """
        with self.translate_errors():
            self.datastore.with_reconnect(
                lambda connection: database.is_open_for_reading_alone(connection, self.place)
            )

    @classmethod
    def is_begun(cls, url: str) -> bool:
        """Say whether a ledger, or part of one, is in the database."""
        with translate_errors(redacted(url)):
            return looked(url, database.is_there)

    @classmethod
    def check_vacant(cls, url: str) -> None:
        """Refuse a database in which no ledger can be begun.

        Raises:
            StoreError: See `create`.
        """
        with translate_errors(redacted(url)):
            looked(url, lambda connection: schema.check_vacant(connection, redacted(url)))

    def complete(self) -> None:
        """Let a ledger that was made unopenable be opened."""
        with self.translate_errors():
            self.datastore.with_reconnect(schema.complete)

    def close(self) -> None:
        """Close every connection."""
        self.datastore.close()

    def discard(self) -> None:
        """Delete a ledger that was never returned to the caller; its role stays."""
        with self.translate_errors(), self.datastore.connection() as connection:
            connection.execute(f"DROP SCHEMA signoff, {VIEWS_SCHEMA} CASCADE")
        self.close()

    def load(self, kind: type[A], key: str, version: int | None = None, *, look: bool = True) -> A:
        """Rebuild an aggregate as of a version, the latest by default; empty if unknown.

        With a connection goes what is remembered: another server may have taken the place of the
        lost one, with less in it.
        """
        while True:
            losses = self.datastore.losses
            if losses != self._losses_remembered:
                self.forget()
                self._losses_remembered = losses
            loaded = super().load(kind, key, version, look=look)
            if self.datastore.losses == losses:
                return loaded

    def save(
        self,
        entries: Sequence[EventEnvelope],
        command_id: str,
        seen: Mapping[UUID, int] | None = None,
    ) -> list[int]:
        """Append entries, all or none, durably; give their positions.

        Where the connection is lost on the way, it is looked up whether they are there, so that
        what is acknowledged is there once, and what is not may be tried again.
        """
        append = super().save
        return self._saving.done(lambda: append(entries, command_id, seen), entries, command_id)

    def of_command(self, command_id: str) -> list[LogEntry]:
        """Give what a command recorded, oldest first; empty when it recorded nothing.

        The caller takes it as acknowledged, so it is as durable then.
        """
        statement = "SELECT first, last FROM signoff.commands WHERE id = %s"
        rows = self._settled(statement, command_id)
        return list(self.read(rows[0][0] - 1, rows[0][1])) if rows else []

    def settled_size(self) -> int:
        """Give the number of events in the log, all as durable as if acknowledged."""
        rows = self._settled("SELECT position FROM signoff.events ORDER BY position DESC LIMIT 1")
        return rows[0][0] if rows else 0

    def server(self) -> Server | None:
        """Say which server takes the events; None for one that takes none, such as a standby."""
        with self.translate_errors():
            found = None if self.read_only else self.datastore.with_reconnect(database.server_of)
        return Server(*found) if found else None

    def _settled(self, statement: str, *parameters: object) -> list[Any]:
        """Read only rows already durable on the synchronous standby.

        A commit that was interrupted while it waited for a standby can be read here before it is
        there. A transaction of our own that writes waits for everything before it, too. It has to
        be the same server: another one may have taken its place since, with less in it.
        """

        def look(connection: Connection) -> list[Any]:
            rows = connection.execute(statement, parameters).fetchall()
            if rows and not self.read_only:
                connection.execute(_NOTHING_DURABLY)
            return rows

        with self.translate_errors():
            return self.datastore.with_reconnect(look)

    def keep_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint, durably; the same one again is no error."""
        self._kept("SELECT signoff.keep_checkpoint(%s, %s)", size, note)

    def keep_cosignature(self, size: int, line: str) -> bool:
        """Keep a witness's signature line, durably, unless one of its key is kept already."""
        parse_signature_lines(line)
        kept: bool = self._kept("SELECT signoff.keep_cosignature(%s, %s)", size, line)
        return kept

    def _kept(self, statement: str, *parameters: object) -> Any:
        """Call a function of the database that keeps something."""
        with self.translate_errors(), self.datastore.connection() as connection:
            row = connection.execute(statement, parameters).fetchone()
            return row[0] if row else None

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Translate database errors into StoreError."""
        try:
            yield
        except (PersistenceError, psycopg.Error) as error:
            raise store_error(self.place, error, self.datastore.rows) from error

    @contextmanager
    def writing(self) -> Iterator[DerivedCursor]:
        """Begin a transaction that writes, alone, for what is derived from the events."""
        with self.translate_errors(), self.datastore.deriving() as cursor:
            yield cursor

    @contextmanager
    def retiring(self, moved_to: str) -> Iterator[Callable[[], object]]:
        """Block writers; keep the ledger closed to writes if the block succeeds."""
        with (
            self.translate_errors(),
            self.datastore.connection() as connection,
            connection.transaction(),
        ):
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute("SELECT signoff.turn('{}', '{}')")
            connection.execute(
                SQL(
                    "CREATE TRIGGER events_have_moved BEFORE INSERT ON signoff.events"
                    " FOR EACH STATEMENT EXECUTE FUNCTION signoff.refuse_moved({})"
                ).format(MOVED + moved_to)
            )
            # The lock is gone with the connection.
            yield lambda: connection.execute("SELECT")

    def wait_beyond(self, size: int, timeout_s: float) -> None:
        """Wait until the log has grown beyond a size, or the time is over.

        An append sends a notice (NOTIFY), which only wakes the reader. Through a pooler it does not
        arrive, and a standby allows no LISTEN: there the log's size is read again and again.
        """
        with self.translate_errors():
            try:
                listening = self.datastore.listening()
                if listening is None:
                    super().wait_beyond(size, timeout_s)
                elif self.size() <= size:
                    deque(listening.notifies(timeout=timeout_s, stop_after=1), maxlen=0)
            except psycopg.OperationalError:
                self.datastore.stop_listening()
                time.sleep(min(PAUSE_S, timeout_s))

    def intact_tables(self, statements: Sequence[str]) -> set[str]:
        """Give which of these statements made what is derived, and what made anything else there.

        Those that may not be read do not count.
        """
        with self.translate_errors():
            return self.datastore.with_reconnect(
                lambda connection: view_tables.intact_tables(connection, statements)
            )

    def clear(self, cursor: DerivedCursor) -> None:
        """Take away whatever stands where tables of what is derived belong, of whatever kind."""
        cursor.execute("SELECT signoff.drop_derived()")

    def findings(self) -> Iterator[HealthFinding]:
        """Look at the health of the database around the lines."""
        from signoff_ledger.persistence.postgres.health import findings  # noqa: PLC0415  # for doctor

        return findings(self, self.datastore, self.check_openable)

    def repair(self) -> list[str]:
        """Put back what belongs around the lines and is gone, as the owner of the tables."""
        from signoff_ledger.persistence.postgres.repair import repaired  # noqa: PLC0415  # for repair

        with (
            self.translate_errors(),
            self.datastore.connection() as connection,
            connection.transaction(),
        ):
            return list(repaired(connection, self.place))


_NOTHING_DURABLY = "SELECT signoff.durably(), pg_logical_emit_message(true, 'signoff', '')"
