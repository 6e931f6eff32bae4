"""Continuity: a server has all that it, or the one before it, acknowledged to this machine.

A primary that comes back after a standby took its place has less, or other events, and looks like
any server. Only a machine to which more was acknowledged can see that, so each one remembers it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.custody.high_water import HighWater
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import Advice, EvidenceError, SignoffError, StoreError

if TYPE_CHECKING:
    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.persistence.server import Server
    from signoff_ledger.persistence.store import LedgerStore


class Continuity:
    """Holds the server of one ledger against what this machine remembers.

    A file has no server, and nothing is looked at or remembered for it. A standby takes no events,
    so it may lag behind.

    Args:
        store: The ledger.
        custody: Remembers, outside the ledger.
    """

    def __init__(self, store: LedgerStore, custody: Vault) -> None:
        self._store = store
        self._custody = custody
        self._log_key: str | None = None
        self._held: HighWater | None = None

    def check(self) -> int | None:
        """Refuse a server that lacks what was acknowledged, or whose place another has taken.

        Returns:
            How many events were acknowledged to this machine; None where nothing is known, or
            nothing could be recorded anyway.

        Raises:
            StoreError: SL714, another server has taken its place.
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
        """
        known = self._known()
        if known is None:
            return None
        log_key, server, last = known
        self._check_same(
            server,
            last,
            Advice("name-new-primary", path=str(self._custody.acknowledged_in(log_key))),
        )
        held = last._replace(server=server)
        if server.is_newer_than(last.server):
            self._custody.remember_acknowledged(log_key, held)
        self._held = held
        return last.size

    def look(self) -> None:
        """Take notice of a server that took over, before anything is recorded there."""
        with suppress(SignoffError):
            known = self._known()
            if known is not None and known.server.is_newer_than(known.last.server):
                self.check()

    def remember(self, size: int) -> None:
        """Remember that so many events are acknowledged; what fails loses a check alone."""
        with suppress(SignoffError):
            server = self._held.server if self._held else self._store.server()
            log_key = self._known_key() if server is not None else None
            if server is not None and log_key is not None:
                mark = HighWater(size, self._store.root(size).hex(), server)
                self._custody.remember_acknowledged(log_key, mark)
                self._held = mark

    def _known(self) -> _ServerRecord | None:
        """Give what is known of the server that answers; None where there is nothing to hold."""
        server = self._store.server()
        log_key = self._known_key() if server is not None else None
        if server is None or log_key is None:
            return None
        last = self._custody.acknowledged(log_key)
        return None if last is None else _ServerRecord(log_key, server, last)

    def _known_key(self) -> str | None:
        if self._log_key is None:
            self._log_key = self._store.load(LedgerStream, "ledger").log_key
        return self._log_key

    def _check_same(self, server: Server, last: HighWater, advice: Advice) -> None:
        if last.server.is_newer_than(server):
            raise StoreError(
                "SL714",
                "this is an old primary: another server has taken its place",
                why=f"it is on timeline {server.timeline}, and timeline {last.server.timeline} "
                "was seen here",
                advice=advice,
            )
        # Read after the mark, so that a concurrent append makes the log longer, never shorter.
        size = self._store.size()
        if size < last.size:
            raise EvidenceError(
                "SL507",
                "ROLLBACK: this server lacks what was acknowledged to this machine",
                why=f"it has {size} events, and {last.size} were acknowledged",
                advice=advice,
            )
        if self._held == last._replace(server=server):
            return
        if self._store.root(last.size).hex() != last.root:
            raise EvidenceError(
                "SL508",
                "FORK: this server has other events than were acknowledged to this machine",
                why=f"its first {last.size} events are not the {last.size} that were acknowledged",
                advice=advice,
            )


class _ServerRecord(NamedTuple):
    """Known facts of a server."""

    log_key: str
    server: Server
    last: HighWater  #: What was acknowledged to this machine last.
