"""Where a ledger stands: a file's path, or a database's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SCHEMES = ("postgresql://", "postgres://")


def is_url(address: str | Path) -> bool:
    """Tell a database's URL from a file's path."""
    return str(address).startswith(SCHEMES)


def shown(address: str | Path) -> str:
    """Give an address as people may see it: without a password.

    Raises:
        InputError: SL115, it is a URL that cannot be read; SL114, its part is not installed.
    """
    if is_url(address):
        from signoff_ledger.persistence.opening import postgres  # noqa: PLC0415  # loads stores

        postgres()
        from signoff_ledger.persistence.postgres import address as of_database  # noqa: PLC0415  # extra

        return of_database.shown(str(address))
    return str(address)
