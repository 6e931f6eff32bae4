"""Where a ledger stands: a file's path, or a database's URL."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SCHEMES = ("postgresql://", "postgres://")
_OTHER = re.compile(r"[a-z][a-z0-9+.:-]+://|.*\bpassword\s*=", re.ASCII | re.DOTALL | re.IGNORECASE)
"""What other programs take for the address of a database; no file is meant by it."""


def is_url(address: str | Path) -> bool:
    """Tell a database's URL from a file's path.

    Raises:
        InputError: SL115, it is an address of another form. It is not repeated: it may hold a
            password.
    """
    text = str(address)
    if text.startswith(SCHEMES):
        return True
    if _OTHER.match(text):
        raise InputError(
            "SL115",
            "the ledger's address cannot be read",
            why="it is neither a file's path nor of the form postgresql://user@host/database",
            advice=Advice("begin-address"),
        )
    return False


def redacted(address: str | Path) -> str:
    """Give an address as people may see it: without a password.

    Raises:
        InputError: SL115, it is a URL that cannot be read; SL114, its part is not installed.
    """
    return _of_database().redacted(str(address)) if is_url(address) else str(address)


def usual_name(address: str | Path) -> str:
    """Give a ledger's default name: its database's or file's name.

    Raises:
        InputError: As `shown`.
    """
    return _of_database().database(str(address)) if is_url(address) else PurePath(address).stem


def check_driver() -> None:
    """Load the driver of PostgreSQL, which is an extra of its own.

    Raises:
        InputError: SL114, it is not installed.
    """
    try:
        import psycopg  # noqa: F401, PLC0415  # an extra of its own
        import psycopg_pool  # noqa: F401, PLC0415  # an extra of its own
    except ImportError as error:
        raise InputError(
            "SL114",
            "PostgreSQL cannot be used here",
            why=f"its driver does not load: {str(error).splitlines()[0]}",
            advice=Advice("install-postgres-driver"),
        ) from None


def _of_database() -> ModuleType:
    check_driver()
    from signoff_ledger.persistence.postgres import address  # noqa: PLC0415  # extra

    return address
