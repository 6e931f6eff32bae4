"""The library's notices, on standard error: what it waits for, and since when."""

from __future__ import annotations

import logging

from signoff_cli.output import say

_NOTICES = logging.getLogger("signoff_ledger.notices")


class _Speaker(logging.Handler):
    """Says notices on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"signoff: {record.getMessage()}")


def on_notice(*, quiet: bool) -> None:
    """Say the library's notices for the rest of an invocation, or none of them."""
    _NOTICES.handlers[:] = [logging.NullHandler() if quiet else _Speaker()]
