"""Notices apart from an answer: what a command waits for, and since when.

A program that uses the library gets them from a logger; the command line writes them on standard
error.
"""

from __future__ import annotations

import logging
import time

NOTICES = logging.getLogger("signoff_ledger.notices")

NOTICE_AFTER_S = 2.0
"""How long a wait lasts before its first notice; each further notice takes twice as long."""


class Wait:
    """One wait, reported when it lasts."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._next_s = NOTICE_AFTER_S

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return time.monotonic() - self._began

    @property
    def is_due(self) -> bool:
        """Whether the next notice is due."""
        return self.seconds >= self._next_s

    def tell(self, what: str) -> None:
        """Tell what is waited for, if that is due.

        Args:
            what: The end of a sentence that begins with "waiting 2 s for".
        """
        if self.is_due:
            NOTICES.warning("waiting %.0f s for %s", self.seconds, what)
            self._next_s *= 2
