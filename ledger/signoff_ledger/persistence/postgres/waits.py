"""What a statement waits for: a standby, another session's lock, the server.

A commit that waits for a standby ends by no time-out of the server. After `STANDBY_TIMEOUT_S` the
client cancels the wait; the commit then stands on this server alone, and is not
reported as recorded.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import psycopg

from signoff_ledger.persistence.notices import Wait
from signoff_ledger.persistence.postgres.standbys import CONNECTED, absence

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")

STANDBY_TIMEOUT_S = 30.0
"""How long a commit waits for a standby."""

ANSWER_TIMEOUT_S = 180.0
"""Longest wait for an unknown reason: above the server's own time-outs."""

_CANCEL_TIMEOUT_S = 5.0
_LOOK_EVERY_S = 1.0
_LOOK_TIMEOUT_S = 2

_WAITS = (
    "SELECT a.wait_event, pg_blocking_pids(a.pid), current_setting('synchronous_standby_names')"
    " FROM pg_stat_activity AS a WHERE a.pid = %s"
)
_THROUGH_A_POOLER = (
    "SELECT a.wait_event, '{}'::integer[], current_setting('synchronous_standby_names')"
    " FROM pg_stat_activity AS a WHERE a.usename = current_user AND a.datname = current_database()"
    " AND a.wait_event = 'SyncRep' LIMIT 1"
)
_BLOCKERS = "SELECT pid, usename, wait_event FROM pg_stat_activity WHERE pid = ANY(%s) ORDER BY pid"


class UnconfirmedCommitError(psycopg.OperationalError):
    """A commit stands on this server alone: the standby did not confirm it in time."""


class Reason(NamedTuple):
    """Why a statement does not answer."""

    says: str  #: The end of a sentence that begins with "waiting 2 s for".
    is_standby: bool  #: Whether the statement's own commit waits for a standby.


UNKNOWN = Reason("the database to answer", is_standby=False)


class _TimedConnection(psycopg.Connection[Any]):
    """A connection that waits for no answer for long.

    The server's own time-out does not help where a pooler has no server process to spare.
    """

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        return super().wait(_bounded(gen), *args, **kwargs)


def _bounded(answer: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    until_s = time.monotonic() + _LOOK_TIMEOUT_S
    try:
        wanted = next(answer)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until_s:
                raise psycopg.OperationalError("no answer")
            wanted = answer.send(ready)
    except StopIteration as done:
        value: T = done.value
        return value


class StatementWait:
    """One statement that has not answered yet.

    Args:
        connection: The connection it was sent on.
        url: The URL of the ledger.
        is_direct: False where a pooler stands between, which hides the statement's server process.
    """

    def __init__(self, connection: psycopg.Connection[Any], url: str, *, is_direct: bool) -> None:
        self._connection = connection
        self._url = url
        self._is_direct = is_direct
        self._wait = Wait()
        self._reason = UNKNOWN
        self._looked_at_s = 0.0
        self._cancelled_at_s: float | None = None
        self._standby_since_s: float | None = None
        self._looking: _TimedConnection | None = None

    def over(self, answer: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """Go on with a statement until it answers, and look now and then what it waits for.

        Raises:
            UnconfirmedCommitError: It waited for a standby for too long, and could not be
                cancelled.
        """
        try:
            wanted = next(answer)
            while True:
                ready = yield wanted
                if not ready and (self._looked_at_s or self._wait.is_due):
                    self._look_again()
                wanted = answer.send(ready)
        except StopIteration as done:
            value: T = done.value
            return value
        finally:
            if self._looking is not None:
                self._looking.close()

    @property
    def outlasted(self) -> str:
        """For which standby it waited too long; "" where it did not."""
        is_standby = self._cancelled_at_s is not None and self._reason.is_standby
        return self._reason.says if is_standby else ""

    def _look_again(self) -> None:
        now_s = time.monotonic()
        if now_s - self._looked_at_s < _LOOK_EVERY_S:
            return
        self._looked_at_s = now_s
        if self._cancelled_at_s is not None:
            if now_s - self._cancelled_at_s > _CANCEL_TIMEOUT_S:
                self._give_up()
            return
        self._reason = self._look()
        self._wait.tell(self._reason.says)
        if not self._reason.is_standby:
            self._standby_since_s = None
        elif self._standby_since_s is None:
            self._standby_since_s = now_s
        since_s = self._standby_since_s or now_s
        if now_s - since_s > STANDBY_TIMEOUT_S or self._wait.seconds > ANSWER_TIMEOUT_S:
            self._cancel(now_s)

    def _cancel(self, now_s: float) -> None:
        self._cancelled_at_s = now_s
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=_CANCEL_TIMEOUT_S)

    def _give_up(self) -> NoReturn:
        self._connection.close()
        if self._reason.is_standby:
            raise UnconfirmedCommitError(self._reason.says)
        raise psycopg.OperationalError(f"no answer within {self._wait.seconds:.0f} s")

    def _look(self) -> Reason:
        """Ask the server over a second connection what the statement waits for."""
        try:
            if self._looking is None:
                self._looking = self._connected()
            return self._asked(self._looking)
        except psycopg.Error:
            if self._looking is not None:
                self._looking.close()
                self._looking = None
            return UNKNOWN

    def _connected(self) -> _TimedConnection:
        """Connect to the same server, whichever of several it is."""
        info = self._connection.info
        return _TimedConnection.connect(
            self._url,
            host=info.host,
            hostaddr=info.hostaddr,
            port=info.port,
            target_session_attrs="any",
            connect_timeout=_LOOK_TIMEOUT_S,
            application_name="signoff",
            autocommit=True,
        )

    def _asked(self, looking: psycopg.Connection[Any]) -> Reason:
        if self._is_direct:
            found = looking.execute(_WAITS, (self._connection.info.backend_pid,)).fetchone()
        else:
            found = looking.execute(_THROUGH_A_POOLER).fetchone()
        if found is None:
            return UNKNOWN
        event, blocking, standbys = found
        if event == "SyncRep":
            return Reason(_standby(looking, standbys), is_standby=True)
        if blocking:
            rows = looking.execute(_BLOCKERS, (blocking,)).fetchall()
            return Reason(_turn(looking, rows, standbys), is_standby=False)
        return UNKNOWN


def _standby(looking: psycopg.Connection[Any], setting: str) -> str:
    connected = [row[0] for row in looking.execute(CONNECTED)]
    absent = absence(setting, connected)
    return f"the standby {setting} to confirm (synchronous_standby_names)" + (
        f"; {absent}" if absent else ""
    )


def _turn(looking: psycopg.Connection[Any], blockers: list[Any], setting: str) -> str:
    """Say who is before us; what others wait for is shown to their own role and to monitors."""
    who = ", ".join(f"process {pid} of {role}" for pid, role, _ in blockers) or "another session"
    waits = any(event == "SyncRep" for _, _, event in blockers)
    connected = [row[0] for row in looking.execute(CONNECTED)]
    absent = absence(setting, connected)
    if waits:
        return f"{who}, which waits for {_standby(looking, setting)}"
    return f"{who}, which holds the lock" + (
        f"; {absent} (synchronous_standby_names)" if absent else ""
    )
