"""The pool of connections to a ledger's database, in which a lost one is found again."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from threading import local
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.errors import ReadOnlySqlTransaction
from psycopg_pool import ConnectionPool, PoolTimeout

from signoff_ledger.persistence.notices import NOTICE_AFTER_S, Wait
from signoff_ledger.persistence.postgres.address import redacted
from signoff_ledger.persistence.postgres.connection import (
    PATIENCE_S,
    SETTINGS,
    Connection,
    configure,
    connect,
    is_lost,
)
from signoff_ledger.persistence.postgres.dialect import translated
from signoff_ledger.persistence.postgres.locks import VIEWS_LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")

_MOST_CONNECTIONS = 8


class DerivedCursor:
    """Runs the statements of what is derived from the events, in a transaction."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> DerivedCursor:
        """Run a statement; tables are made by the one function that may."""
        ours = translated(statement)
        if statement.startswith("CREATE "):
            self._cursor.execute("SELECT signoff.derive(%s)", (ours,))
        else:
            self._cursor.execute(ours, parameters)
        return self

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for many rows."""
        self._cursor.executemany(translated(statement), rows)

    def fetchall(self) -> list[Any]:
        """Give what the last statement found."""
        return self._cursor.fetchall()


class _Held(local):
    """The connection that a thread has borrowed."""

    connection: Connection | None = None


class PostgresDatastore:
    """A pool of connections to one database.

    Args:
        url: Where it is.

    Attributes:
        losses: How many connections were lost in use; with the next one another server may answer.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.losses = 0
        self._listening: Connection | None = None
        self._is_told = False
        self._held = _Held()
        self._pool = ConnectionPool(
            url,
            connection_class=Connection,
            kwargs=SETTINGS,
            configure=partial(configure, url=url),
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=PATIENCE_S,
            reconnect_timeout=2 * PATIENCE_S,
            num_workers=1,
            open=False,
        )

    def open(self) -> None:
        """Open the pool."""
        self._pool.open()

    def close(self) -> None:
        """Close every connection."""
        self.stop_listening()
        self._pool.close()

    def listening(self) -> Connection | None:
        """Give the connection that listens for notices of appends.

        Returns:
            None where LISTEN is refused: on a standby, for as long as it is one.
        """
        if self._listening is None:
            self._listening, self._is_told = connect(self._url), False
            # Nothing is asked there, so nothing that takes long is worth a word.
            self._listening.url = ""
        if not self._is_told:
            row = self._listening.execute("SELECT pg_is_in_recovery()").fetchone()
            if row is None or row[0]:
                return None
            self._listening.execute("LISTEN signoff")
            self._is_told = True
        return self._listening

    def stop_listening(self) -> None:
        """Let go of the connection on which one listened."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Borrow a connection; each statement is a transaction of its own unless one is begun.

        Raises:
            psycopg.OperationalError: Besides everything that the database says, that what was
                committed may be lost yet with this server.
        """
        # What is written within another transaction would be acknowledged before that ends.
        assert self._held.connection is None  # noqa: S101  # no caller does
        connection = self._held.connection = self._borrowed()
        try:
            with connection:
                connection.begin()
                try:
                    yield connection
                except psycopg.Error as error:
                    if isinstance(error, ReadOnlySqlTransaction):
                        # Another server may take writes by now; only a new connection leads there.
                        connection.close()
                    self.losses += connection.closed
                    raise
                connection.check_confirmed()
        finally:
            self._held.connection = None
            self._pool.putconn(connection)

    def _borrowed(self) -> Connection:
        """Take a connection from the pool, and tell of it where that takes long."""
        waiting = Wait()
        while True:
            try:
                return self._pool.getconn(timeout=min(NOTICE_AFTER_S, PATIENCE_S))
            except PoolTimeout:
                if waiting.seconds > PATIENCE_S:
                    raise psycopg.OperationalError(
                        f"it took no connection for {waiting.seconds:.0f} s"
                    ) from None
                waiting.tell(f"{redacted(self._url)} to take connections")

    def with_reconnect(self, work: Callable[[Connection], T]) -> T:
        """Do something that may be done twice, again where the connection is lost.

        A thread that holds a connection uses that one, and does it once: where a pooler has no
        second one to spare, the thread would wait for itself.
        """
        if self._held.connection is not None:
            return work(self._held.connection)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.connection() as connection:
                    return work(connection)
            except psycopg.Error as error:
                if not is_lost(error) or time.monotonic() > deadline:
                    raise

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run one reading statement."""
        ours = translated(statement)
        return self.with_reconnect(
            lambda connection: connection.execute(ours, parameters).fetchall()
        )

    @contextmanager
    def deriving(self) -> Iterator[DerivedCursor]:
        """Hold a transaction alone among those who keep what is derived from the events.

        Its end waits for no disk and no standby: what a crash takes is made again from the events,
        which are in the write-ahead log before it.
        """
        with self.connection() as connection, connection.transaction():
            cursor = connection.cursor()
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(%s)",
                (VIEWS_LOCK,),
            )
            yield DerivedCursor(cursor)
