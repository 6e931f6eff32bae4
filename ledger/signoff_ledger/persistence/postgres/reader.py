"""Reading what is derived from the events in a ledger's database, and nothing else of it.

Neither the event store nor the events are loaded: an answer needs no more than `psycopg`. A server
that is not there is not waited for here; the whole ledger is opened then, and that waits.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

import psycopg

from signoff_ledger.ledger_format import check_format
from signoff_ledger.persistence.postgres import database, view_tables
from signoff_ledger.persistence.postgres.address import redacted
from signoff_ledger.persistence.postgres.connection import SETTINGS, Connection, configure
from signoff_ledger.persistence.postgres.dialect import VIEWS_SCHEMA, translated
from signoff_ledger.persistence.postgres.store_errors import translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class PostgresTables:
    """What is derived from the events, over one connection, as of the moment that it was begun.

    Args:
        connection: To the ledger's database.
        place: Where that is, as people may see it.

    Attributes:
        server: The server's identifier and timeline; None for one that takes no events.

    Raises:
        psycopg.Error: It cannot be looked at.
        StoreError: It is no ledger, or not one that this program can read.
    """

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place
        read_only = database.is_open_for_reading_alone(connection, place)
        self.server = None if read_only else database.server_of(connection)

    def begin(self, tables: Sequence[str]) -> None:
        """Read everything as of this moment until `end`.

        Args:
            tables: What will be read. None is taken away in between: a table that others begin
                anew would be empty as of an earlier moment.
        """
        locked = ", ".join(f"{VIEWS_SCHEMA}.{name}" for name in tables)
        self._connection.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
            " SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '1s';"
            f" LOCK TABLE {locked} IN ACCESS SHARE MODE".encode()
        )
        check_format(self._place, database.format_of(self._connection, self._place))

    def end(self) -> bool:
        """Let go of the moment; says whether the connection can be used again."""
        with suppress(psycopg.Error):
            self._connection.rollback()
        return not self._connection.closed

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def size(self) -> int:
        """Give the number of events in the log."""
        size: int = self.rows("SELECT coalesce(max(position), 0) FROM events")[0][0]
        return size

    def rows(self, statement: str, parameters: Iterable[object] = ()) -> list[Any]:
        """Read rows.

        Raises:
            StoreError: SL701 for a damaged ledger, SL705 for a lock, SL707 for a lost connection,
                SL703 for everything else.
        """
        with translate_errors(self._place):
            cursor = self._connection.execute(translated(statement), tuple(parameters))
            return cursor.fetchall()

    def intact_tables(self, statements: Sequence[str]) -> set[str]:
        """Give which of these statements made what is derived, and what made anything else."""
        with translate_errors(self._place):
            return view_tables.intact_tables(self._connection, statements)


class PostgresReader:
    """Reads a ledger's database, over one connection for each question under way.

    Args:
        url: The database.
        tables: Names of the tables that are read.

    Raises:
        InputError: SL115, the URL cannot be read.
    """

    def __init__(self, url: str, tables: Sequence[str]) -> None:
        self._url = url
        self._place = redacted(url)
        self._names = tables
        self._lock = Lock()
        self._idle: list[PostgresTables] = []

    def close(self) -> None:
        """Close every connection over which no question is under way."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def moment(self) -> Iterator[PostgresTables]:
        """Read everything within as of one moment.

        Raises:
            StoreError: It is no ledger, or not one that this program can read; or it cannot be
                reached.
        """
        with translate_errors(self._place):
            tables = self._begun()
        try:
            yield tables
        finally:
            if tables.end():
                with self._lock:
                    self._idle.append(tables)

    def _begun(self) -> PostgresTables:
        while True:
            with self._lock:
                known = self._idle.pop() if self._idle else None
            tables = known or self._connected()
            try:
                tables.begin(self._names)
            except BaseException as error:
                tables.close()
                # A server that was there for another question may have started again since.
                if known is None or not isinstance(error, psycopg.OperationalError):
                    raise
            else:
                return tables

    def _connected(self) -> PostgresTables:
        connection = Connection.connect(self._url, **SETTINGS)
        try:
            configure(connection, self._url)
            return PostgresTables(connection, self._place)
        except BaseException:
            connection.close()
            raise
