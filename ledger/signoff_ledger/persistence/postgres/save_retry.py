"""What became of a save whose connection was lost on the way: it is there once, or not at all."""

from __future__ import annotations

import time
from threading import local
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.postgres.connection import PATIENCE_S, PAUSE_S
from signoff_ledger.persistence.store_errors import (
    ConnectionLostError,
    NoWritesError,
    StaleError,
    UnconfirmedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from signoff_ledger.domain.events.event import EventEnvelope, LogEntry
    from signoff_ledger.persistence.postgres.datastore import PostgresDatastore


_AGAIN: Mapping[type[StoreError], str] = {
    ConnectionLostError: "check-server-and-repeat",
    UnconfirmedError: "restore-standby-and-repeat",
}
"""What has to be done before a command is given again."""


class _Doubt(NamedTuple):
    """What became of a command is not known yet."""

    error: ConnectionLostError  #: The loss that it began with.
    until_s: float  #: How long it is tried to find out, by `time.monotonic`.


class SaveState(local):
    """How far one thread's saving got.

    Args:
        datastore: The connections that are lost.
        of_command: Gives what a command recorded, as durable as if acknowledged.
        may_move: Whether another server may take over, which is then worth waiting for.
    """

    def __init__(
        self,
        datastore: PostgresDatastore,
        of_command: Callable[[str], list[LogEntry]],
        *,
        may_move: bool,
    ) -> None:
        self._datastore = datastore
        self._of_command = of_command
        self._may_move = may_move
        self._losses = 0
        self._doubt: _Doubt | None = None

    def done(
        self, append: Callable[[], list[int]], entries: Sequence[EventEnvelope], command_id: str
    ) -> list[int]:
        """Append entries, and find out whether they are there where the connection is lost.

        Raises:
            StaleError: They are not there, and may be made up again.
            StoreError: It is not known whether they are there, or whether they stay; the error
                names the command's id, under which it may be given again.
        """
        try:
            return self._done(append, entries, command_id)
        except NoWritesError:
            raise
        except (ConnectionLostError, UnconfirmedError) as error:
            self._doubt = None
            error.advice = Advice(_AGAIN[type(error)], command_id=command_id)
            raise

    def _done(
        self, append: Callable[[], list[int]], entries: Sequence[EventEnvelope], command_id: str
    ) -> list[int]:
        if self._datastore.losses != self._losses:
            self._losses = self._datastore.losses
            raise StaleError("the connection was lost since the entries were made up")
        try:
            positions = append()
        except ConnectionLostError as lost:
            positions = self._done_before(lost, entries, command_id)
        except StoreError as error:
            doubt, self._doubt = self._doubt, None
            if doubt is not None and not isinstance(error, UnconfirmedError):
                # Not that nothing was recorded: an earlier try may be on its way yet.
                raise doubt.error from error
            raise
        self._doubt = None
        return positions

    def _done_before(
        self, lost: ConnectionLostError, entries: Sequence[EventEnvelope], command_id: str
    ) -> list[int]:
        """Give the positions of entries that were under way when the connection was lost."""
        if isinstance(lost, NoWritesError) and not self._may_move:
            raise lost
        self._doubt = self._doubt or _Doubt(lost, time.monotonic() + PATIENCE_S)
        if time.monotonic() > self._doubt.until_s:
            self._doubt = None
            raise lost
        if isinstance(lost, NoWritesError):
            time.sleep(PAUSE_S)
        found = self._of_command(command_id)
        self._losses = self._datastore.losses
        if [recorded.entry.line for recorded in found] != [entry.line for entry in entries]:
            raise StaleError("the connection was lost, and nothing was recorded") from None
        return [recorded.position for recorded in found]
