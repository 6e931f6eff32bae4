"""Turns that the threads of one process take at one ledger."""

from __future__ import annotations

from threading import Lock, RLock
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_TURNS: WeakValueDictionary[str, AbstractContextManager[object]] = WeakValueDictionary()
_LOCK = Lock()


def turn_at(address: str) -> AbstractContextManager[object]:
    """Give the lock of a ledger, the same for all who have opened it in this process.

    Args:
        address: Where the ledger stands.
    """
    with _LOCK:
        return _TURNS.setdefault(address, RLock())
