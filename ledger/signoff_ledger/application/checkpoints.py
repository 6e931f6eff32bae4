"""Sealing: signing the log's tree as it stands, and knowing when that is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.events.event import LogEntry
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff, SignOffWithdrawn
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import Advice, ConflictError, SignoffError
from signoff_ledger.integrity.line import read_fields
from signoff_ledger.integrity.log_keys import LogKeys
from signoff_ledger.integrity.log_tree import SealedTree
from signoff_ledger.integrity.stream_ids import stream_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from signoff_ledger.custody.key_store import Vault
    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.persistence.store import LedgerStore

DECISIONS = (ProcessHeld, ProcessSignedOff, SignOffWithdrawn)
"""Each of these is sealed at once."""

DECIDING = frozenset({"sign", "hold", "withdraw"})
"""The commands by which people decide."""


class SealPolicy(NamedTuple):
    """Limits of the unsealed tail of a log."""

    events: int = 1_000  #: So many events.
    #: The oldest of them for so long; looked at whenever something is recorded.
    age: timedelta = timedelta(hours=1)


class SealedCheckpoint(NamedTuple):
    """A signed checkpoint of the log."""

    size: int  #: Events in it.
    root: bytes  #: Its root.
    note: bytes  #: The signed note, to the byte.
    is_new: bool  #: False when exactly this was sealed before.


class Sealer:
    """Seals one log with the key that its own events name."""

    def __init__(
        self, store: LedgerStore, custody: Vault, policy: SealPolicy | None = None
    ) -> None:
        self._store = store
        self._custody = custody
        self._policy = policy or SealPolicy()
        self._log_key: str | None = None
        self._open_since: datetime | None = None
        self._sealed = -1

    def check(self) -> None:
        """Refuse to decide in a log that is not the one sealed before, where the key is at hand.

        Raises:
            EvidenceError: SL507 ROLLBACK or SL508 FORK.
        """
        log_key = self._known_key()
        if log_key is not None and self._custody.holds(log_key):
            self._custody.check(log_key, self._store.size, self._store.root)

    def seal(self) -> SealedCheckpoint:
        """Sign the tree as it stands and keep the checkpoint.

        Raises:
            ConflictError: SL604, the ledger has no log key.
            IdentityError: SL406, the key is not at hand.
            EvidenceError: SL507 ROLLBACK or SL508 FORK; SL505 or SL511, the place of this
                checkpoint is taken by a note that is not the log's.
            StoreError: The guard or the checkpoint could not be kept.
        """
        while (seal := self._sealed_by(self._required_key())) is None:
            pass
        return seal

    def _required_key(self) -> str:
        log_key = self._current_key()
        if log_key is None:
            raise ConflictError(
                "SL604", "this ledger has no log key", advice=Advice("make-log-key")
            )
        return log_key

    def _sealed_by(self, log_key: str) -> SealedCheckpoint | None:
        """Seal with a key; None where another one came into force before its turn was there."""
        with self._custody.sealing(log_key) as signer:
            # Nothing is sealed that a failing server could take back.
            size = self._store.settled_size()
            if self._current_key() != log_key:
                return None
            known = self._store.kept_note(size)
            if known is None:
                note = signer.sign(size, self._store.root)
                self._store.keep_checkpoint(size, note)
            else:
                self._custody.check(log_key, self._store.size, self._store.root)
                sealed_tree(self._store).check(size, known)
                note = known
        self._sealed, self._open_since = size, None
        return SealedCheckpoint(size, self._store.root(size), note, known is None)

    def after(self, recorded: Sequence[LogEntry], now: datetime) -> str:
        """Seal if what was recorded makes it due; gives the reason why it was not sealed, or "".

        What was recorded is acknowledged, whatever becomes of the seal.
        """
        decided = any(isinstance(item.entry.event, DECISIONS) for item in recorded)
        try:
            if decided or self._due(recorded, now):
                log_key = self._current_key()
                if log_key is not None and (decided or self._custody.holds(log_key)):
                    self.seal()
        except SignoffError as error:
            return f"{error.what}: {error.why}" if error.why else error.what
        except OSError as error:
            return str(error)
        return ""

    def has_decision(self, journal: Sequence[EventEnvelope]) -> bool:
        """Say whether something is about to be decided."""
        return any(isinstance(entry.event, DECISIONS) for entry in journal)

    def _due(self, recorded: Sequence[LogEntry], now: datetime) -> bool:
        last = recorded[-1].position
        if self._sealed < 0:
            self._sealed = self._store.sealed_size()
        if self._open_since is None:
            first = next(self._store.read(self._sealed, self._sealed + 1), None)
            self._open_since = first.entry.at if first else now
        return (
            last - self._sealed >= self._policy.events or now - self._open_since >= self._policy.age
        )

    def _known_key(self) -> str | None:
        return self._log_key or self._current_key()

    def _current_key(self) -> str | None:
        self._log_key = self._store.load(LedgerStream, "ledger").log_key
        return self._log_key


def sealed_tree(store: LedgerStore) -> SealedTree:
    """Give a log's tree with its keys, against which to hold what is kept as a checkpoint of it."""
    keys = LogKeys()
    for recorded in store.stream(stream_id("ledger", "ledger")):
        keys.take(read_fields(recorded.entry.line), recorded.position)
    return SealedTree(keys, store.size(), store.root)
