"""One writer at a time, by a lock on a file next to the ledger.

SQLite before 3.51.3 can corrupt a write-ahead log that several processes reset at once; a lock of
our own keeps writers apart on every version. The operating system frees it when a process dies.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, StoreError
from signoff_ledger.persistence.notices import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL_S = 0.002


class WriterLock:
    """An exclusive lock between processes and between threads of this one."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._threads = Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for one write.

        Raises:
            StoreError: SL705 when another writer kept it for longer than the timeout, SL703 when
                the file cannot be made.
        """
        deadline, waiting = time.monotonic() + self._timeout_s, Wait()
        if not self._threads.acquire(timeout=self._timeout_s):
            raise self._busy()
        try:
            file = self._open()
            try:
                while not self._try(file):
                    if time.monotonic() > deadline:
                        raise self._busy()
                    waiting.tell(f"another process, which holds {self._path.name}")
                    time.sleep(_POLL_S)
                try:
                    yield
                finally:
                    _unlock(file)
            finally:
                os.close(file)
        finally:
            self._threads.release()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise self._refused(error) from None

    def _try(self, file: int) -> bool:
        try:
            return _try_lock(file)
        except OSError as error:
            # Some network file systems have no locks at all.
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> StoreError:
        return StoreError(
            "SL703",
            f"the ledger cannot be written: {self._path}",
            why=str(error.strerror),
            advice=Advice("free-disk-and-record"),
        )

    def _busy(self) -> StoreError:
        return StoreError(
            "SL705",
            "the ledger is busy",
            why=f"another process held {self._path.name} for {self._timeout_s:g} s",
            advice=Advice("repeat-command"),
        )


if sys.platform == "win32":  # pragma: no cover  # the other half is covered where it runs
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
