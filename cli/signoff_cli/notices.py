"""What the library says beside an answer, on standard error: what it waits for, and since when."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from signoff_cli.output import say
from signoff_ledger.persistence.notices import NOTICES

if TYPE_CHECKING:
    from signoff_cli.session import Session


class _Speaker(logging.Handler):
    """Says notices as an invocation wants it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def emit(self, record: logging.LogRecord) -> None:
        if not self._session.quiet:
            say(f"signoff: {record.getMessage()}")


def on_notice(session: Session) -> None:
    """Say the library's notices for the rest of an invocation."""
    NOTICES.handlers[:] = [_Speaker(session)]
