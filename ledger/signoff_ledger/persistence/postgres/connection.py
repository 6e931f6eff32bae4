"""One connection to a ledger's database: made, bounded in time, and listened to."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import IsolationLevel, pq
from psycopg.types.string import TextLoader

from signoff_ledger.persistence.notices import Wait
from signoff_ledger.persistence.postgres.address import has_several_hosts, redacted
from signoff_ledger.persistence.postgres.waits import StatementWait, UnconfirmedCommitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")

PATIENCE_S = 30.0
"""How long a lost connection is looked for again."""

PAUSE_S = 0.5
"""How long between two looks for a server that takes connections, or writes."""

STATEMENT_TIMEOUT_S = 120
LOCK_TIMEOUT_S = 30
_CONNECT_TIMEOUT_S = 10
CLIENT_CHECK_MS = 5_000
"""How often the server looks, while it works for us or waits for a lock, whether we are there."""

# A lost connection is reported by the call that needed it, not by the driver's log.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)


def is_lost(error: BaseException) -> bool:
    """Tell a connection that is gone, and with it what became of a statement, from a refusal."""
    if not isinstance(error, psycopg.Error) or isinstance(error, UnconfirmedCommitError):
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
        url: The ledger's; "" while nothing is watched that takes long.
        is_direct: False where a pooler stands between.
        cut_short: Whether a commit did not wait for a standby to the end. The server then says so
            in a warning and otherwise reports success.
        outlasted: For what a commit waited too long, where we ended the wait ourselves.
    """

    url = ""
    is_direct = True
    cut_short = False
    outlasted = ""

    def on_notice(self, notice: psycopg.errors.Diagnostic) -> None:
        """Keep what the server's notices say."""
        if notice.source_function == _WAITS_FOR_A_STANDBY:
            self.cut_short = True

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """Wait for an answer, and tell what it waits for where that takes long."""
        if not self.url:
            return super().wait(gen, *args, **kwargs)
        waiting = StatementWait(self, self.url, is_direct=self.is_direct)
        try:
            return super().wait(waiting.over(gen), *args, **kwargs)
        finally:
            self.outlasted = waiting.outlasted or self.outlasted

    def begin(self) -> None:
        """Forget the notices about commits of the connection's last user."""
        self.cut_short, self.outlasted = False, ""

    def check_confirmed(self) -> None:
        """Refuse to go on where a commit may be lost yet with this server.

        Raises:
            UnconfirmedCommitError: It waited for a standby for as long as anything may.
            psycopg.OperationalError: An operator ended its wait.
        """
        if self.outlasted:
            raise UnconfirmedCommitError(self.outlasted)
        if self.cut_short:
            raise psycopg.OperationalError("the commit did not wait for the standby")


_WAITS_FOR_A_STANDBY = "SyncRepWaitForLSN"
"""What the server's source calls it, in every language in which it speaks."""

SETTINGS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": _CONNECT_TIMEOUT_S,
    "client_encoding": "utf8",
    "application_name": "signoff",
    # A machine that vanished is noticed within half a minute, at both ends of the connection.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


def connect(url: str, *, insistent: bool = False) -> Connection:
    """Make a connection outside any pool, which says plainly why there is none.

    Where the URL names several hosts, one of them may be about to take over, and a server that is
    starting up will answer: they are tried for as long as a lost connection would be.

    Args:
        url: Of the ledger.
        insistent: Whether to try for that long whatever the reason: the server was there just now.
    """
    waiting = Wait()
    while True:
        try:
            connection = Connection.connect(url, **SETTINGS)
            configure(connection, url)
        except psycopg.OperationalError as error:
            may_come = insistent or has_several_hosts(url) or _is_starting(url)
            if not is_lost(error) or not may_come or waiting.seconds > PATIENCE_S:
                raise
            waiting.tell(f"{redacted(url)} to take connections: {' '.join(str(error).split())}")
            time.sleep(PAUSE_S)
        else:
            return connection


def looked(url: str, look: Callable[[Connection], T], *, insistent: bool = False) -> T:
    """Look at a database over a connection of its own, again where that is lost.

    Args:
        url: Of the ledger.
        look: Looks; it changes nothing.
        insistent: As for `connect`.
    """
    began_s, was_there = time.monotonic(), insistent
    while True:
        try:
            with connect(url, insistent=was_there) as connection:
                was_there = True
                return look(connection)
        except psycopg.Error as error:
            if not was_there or not is_lost(error) or time.monotonic() - began_s > PATIENCE_S:
                raise


def _is_starting(url: str) -> bool:
    """Say whether a server is there that takes no connections yet, or no more."""
    return pq.PGconn.ping(url.encode()) == pq.Ping.REJECT


def configure(connection: Connection, url: str) -> None:
    """Bound how long anything may take, and read a stream's id as the text that lines spell.

    A writer that waited for its turn has to see what was committed before, whatever isolation the
    role or the database is set to. Names mean what the server itself made. These two are not set
    where a pooler stands between, which hands the session on to others.
    """
    connection.isolation_level = IsolationLevel.READ_COMMITTED
    row = connection.execute(
        "SELECT pg_backend_pid(), CASE WHEN pg_backend_pid() = %s THEN"
        " set_config('search_path', 'pg_catalog, pg_temp', false)"
        " || set_config('default_transaction_isolation', 'read committed', false) END,"
        " set_config('statement_timeout', %s, false),"
        " set_config('lock_timeout', %s, false),"
        " set_config('idle_in_transaction_session_timeout', %s, false),"
        # A server on Windows has no way to look, and refuses the setting.
        " CASE WHEN version() !~* 'visual c|mingw|windows' THEN"
        " set_config('client_connection_check_interval', %s, false) END",
        (
            connection.info.backend_pid,
            f"{STATEMENT_TIMEOUT_S}s",
            f"{LOCK_TIMEOUT_S}s",
            f"{STATEMENT_TIMEOUT_S}s",
            f"{CLIENT_CHECK_MS}ms",
        ),
    ).fetchone()
    if row is None or row[0] != connection.info.backend_pid:
        # A pooler stands between, and the next transaction may meet another server process, which
        # knows nothing of statements that were prepared in this one.
        connection.prepare_threshold = None
        connection.is_direct = False
    connection.adapters.register_loader("uuid", TextLoader)
    connection.add_notice_handler(connection.on_notice)
    connection.url = url
