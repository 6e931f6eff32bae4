"""File of the last events that a server acknowledged to this machine: their number and place."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.bounded_file import HIGH_WATER, read_regular
from signoff_ledger.custody.rollback_guard import make_folder
from signoff_ledger.errors import StoreError
from signoff_ledger.integrity.encoding import SIZE_LIMIT
from signoff_ledger.persistence.lock import WriterLock
from signoff_ledger.persistence.notices import NOTICES
from signoff_ledger.persistence.server import Server

if TYPE_CHECKING:
    from pathlib import Path

_LOCK_TIMEOUT_S = 5.0
_ROOT_BYTES = 32
_DAMAGE = (OSError, StoreError, ValueError, KeyError, TypeError, RecursionError)


class HighWater(NamedTuple):
    """Size of a log when a server last acknowledged an event."""

    size: int  #: Events in it.
    root: str  #: Their root, in hexadecimal digits.
    server: Server  #: Which server acknowledged it.


class HighWaterFile:
    """Remembers the high water of one log.

    Losing it loses a check and nothing else. So it is written in place and without waiting for the
    disk, which costs a hundredth of what a durable write does, and a damaged file is reported and
    passed over.

    Args:
        path: The file; its lock is in the same folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = WriterLock(path.with_suffix(".lock"), _LOCK_TIMEOUT_S)

    def last(self) -> HighWater | None:
        """Give what was acknowledged last; None where nothing is known."""
        if not self._path.exists():
            return None
        try:
            with self._lock.held():
                return _read(self._path)
        except _DAMAGE as error:
            self._pass_over("cannot be read", error)
            return None

    def remember(self, mark: HighWater) -> None:
        """Keep what was acknowledged, unless more is known of the same server."""
        last = self.last()
        if (
            last is not None
            and last.server.system == mark.server.system
            and _far(last) > _far(mark)
        ):
            return
        try:
            make_folder(self._path.parent)
            with self._lock.held():
                self._write(mark)
        except (OSError, StoreError) as error:
            self._pass_over("cannot be kept", error)

    def _pass_over(self, what: str, error: Exception) -> None:
        NOTICES.warning(
            "%s %s (%s): whether the server lost anything is not checked",
            self._path,
            what,
            getattr(error, "why", "") or getattr(error, "strerror", "") or type(error).__name__,
        )

    def _write(self, mark: HighWater) -> None:
        fields = {"root": mark.root, "size": mark.size, **mark.server._asdict()}
        # Where a pipe is in its place, opening it must not wait for a reader.
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(self._path, flags, 0o600), "wb") as file:
            file.write(json.dumps(fields, sort_keys=True).encode() + b"\n")
            file.truncate()


def _far(mark: HighWater) -> tuple[int, int]:
    return mark.server.timeline, mark.size


def _read(path: Path) -> HighWater:
    """Read the file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is damaged; KeyError, TypeError and RecursionError likewise.
    """
    fields = json.loads(read_regular(path, HIGH_WATER))
    system, timeline, size = fields["system"], fields["timeline"], fields["size"]
    if not isinstance(system, str) or type(timeline) is not int or type(size) is not int:
        raise TypeError(fields)
    root = bytes.fromhex(fields["root"])
    if len(root) != _ROOT_BYTES or timeline < 0 or not 0 < size < SIZE_LIMIT:
        raise ValueError(fields)
    return HighWater(size, root.hex(), Server(system, timeline))
