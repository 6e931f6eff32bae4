"""Connections to a ledger's database: pooled, bounded in time, found again where one is lost."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool

from signoff_ledger.persistence.postgres.address import has_several_hosts
from signoff_ledger.persistence.postgres.dialect import translated
from signoff_ledger.persistence.postgres.locks import VIEWS_LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")

PATIENCE_S = 30.0
"""How long a lost connection is looked for again."""

PAUSE_S = 0.5
"""How long between two looks for a server that takes connections, or writes."""

STATEMENT_TIMEOUT_S = 120
LOCK_TIMEOUT_S = 30
_CONNECT_TIMEOUT_S = 10
_MOST_CONNECTIONS = 8

# What the driver and its pool say of lost connections is told to whoever needed one.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)


def is_lost(error: BaseException) -> bool:
    """Tell a connection that is gone, and with it what became of a statement, from a refusal."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.diag.severity_nonlocalized in _ENDS:
        return True
    if not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    # Without a code the driver itself found it broken; 08 are connections, 57P01 to 57P03 a server
    # that goes away, crashed, or is not there yet.
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P0"))


_ENDS = {"FATAL", "PANIC"}
"""Severities with which a server ends a connection, whatever for: a full disk is one of them."""


class Connection(psycopg.Connection[Any]):
    """A connection to the ledger.

    Attributes:
        cut_short: Whether a commit did not wait for a standby to the end. The server then says so
            in a warning and otherwise reports success.
    """

    cut_short = False

    def heed(self, notice: psycopg.errors.Diagnostic) -> None:
        """Take in what the server says beside its answers."""
        if notice.source_function == _WAITS_FOR_A_STANDBY:
            self.cut_short = True


_WAITS_FOR_A_STANDBY = "SyncRepWaitForLSN"
"""What the server's source calls it, in every language in which it speaks."""


class DerivedCursor:
    """Runs the statements of what is derived from the events, in a transaction."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> DerivedCursor:
        """Run a statement; tables are made and dropped by the one function that may."""
        ours = translated(statement)
        if statement.startswith(("CREATE ", "DROP ")):
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
        self._listening: psycopg.Connection[Any] | None = None
        self._pool = ConnectionPool(
            url,
            connection_class=Connection,
            kwargs=_SETTINGS,
            configure=_configure,
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

    def listening(self) -> psycopg.Connection[Any]:
        """Give the connection on which it is heard that somebody appended."""
        if self._listening is None:
            self._listening = connect(self._url)
            self._listening.execute("LISTEN signoff")
        return self._listening

    def stop_listening(self) -> None:
        """Let go of the connection on which one listened."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Borrow a connection; each statement is a transaction of its own unless one is begun.

        Raises:
            psycopg.OperationalError: Besides everything that the database says, that what was
                committed may be lost yet with this server.
        """
        with self._pool.connection() as connection:
            connection.cut_short = False
            try:
                yield connection
            except psycopg.Error as error:
                if isinstance(error, ReadOnlySqlTransaction):
                    # Another server may take writes by now; only a new connection leads there.
                    connection.close()
                self.losses += connection.closed
                raise
            if connection.cut_short:
                raise psycopg.OperationalError("the commit did not wait for the standby")

    def lasting(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Do something that may be done twice, again where the connection is lost."""
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
        return self.lasting(lambda connection: connection.execute(ours, parameters).fetchall())

    @contextmanager
    def deriving(self) -> Iterator[DerivedCursor]:
        """Hold a transaction alone among those who keep what is derived from the events."""
        with self.connection() as connection, connection.transaction():
            cursor = connection.cursor()
            cursor.execute("SELECT signoff.durably(), pg_advisory_xact_lock(%s)", (VIEWS_LOCK,))
            yield DerivedCursor(cursor)


_SETTINGS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": _CONNECT_TIMEOUT_S,
    "client_encoding": "utf8",
    "application_name": "signoff",
}


def connect(url: str) -> Connection:
    """Make a connection outside any pool, which says plainly why there is none.

    Where the URL names several hosts, one of them may be about to take over, so they are tried for
    as long as a lost connection would be.
    """
    deadline = time.monotonic() + (PATIENCE_S if has_several_hosts(url) else 0)
    while True:
        try:
            connection = Connection.connect(url, **_SETTINGS)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)
        else:
            _configure(connection)
            return connection


def _configure(connection: Connection) -> None:
    """Bound how long anything may take, and read a stream's id as the text that lines spell.

    Whoever waited for a turn has to see what was committed meanwhile, whatever isolation the role
    or the database is set to. Names mean what the server itself made. These two are not set where
    a pooler stands between, which hands the session on to others.
    """
    connection.isolation_level = IsolationLevel.READ_COMMITTED
    row = connection.execute(
        "SELECT pg_backend_pid(), CASE WHEN pg_backend_pid() = %s THEN"
        " set_config('search_path', 'pg_catalog, pg_temp', false)"
        " || set_config('default_transaction_isolation', 'read committed', false) END,"
        " set_config('statement_timeout', %s, false),"
        " set_config('lock_timeout', %s, false),"
        " set_config('idle_in_transaction_session_timeout', %s, false)",
        (
            connection.info.backend_pid,
            f"{STATEMENT_TIMEOUT_S}s",
            f"{LOCK_TIMEOUT_S}s",
            f"{STATEMENT_TIMEOUT_S}s",
        ),
    ).fetchone()
    if row is None or row[0] != connection.info.backend_pid:
        # A pooler stands between, and the next transaction may meet another server process, which
        # knows nothing of statements that were prepared in this one.
        connection.prepare_threshold = None
    connection.adapters.register_loader("uuid", TextLoader)
    connection.add_notice_handler(connection.heed)
