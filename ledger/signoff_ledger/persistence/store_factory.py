"""By which store a ledger is opened: its address says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from signoff_ledger.persistence.address import check_driver, is_url
from signoff_ledger.persistence.sqlite.file import claim
from signoff_ledger.persistence.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from signoff_ledger.persistence.postgres.store import PostgresStore
    from signoff_ledger.persistence.store import LedgerStore


def open_store(address: str | Path, *, patient: bool = False) -> LedgerStore:
    """Open a ledger that exists.

    Args:
        address: A file's path, or a `postgresql://` URL.
        patient: Whether a server that is not there is waited for, as a lost one would be.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: It is no ledger, of a newer format, or cannot be reached.
    """
    if is_url(address):
        return postgres().open(str(address), patient=patient)
    return SqliteStore.open(Path(address))


def open_damaged(address: str | Path) -> LedgerStore:
    """Open whatever is there of a ledger, for `doctor` and `repair`.

    Raises:
        NotFoundError: SL205, nothing is there.
        StoreError: SL701, the file is no ledger's; SL707, the database cannot be reached.
    """
    if is_url(address):
        return postgres().open_damaged(str(address))
    return SqliteStore.open(Path(address))


def create_store(address: str | Path) -> LedgerStore:
    """Make an empty ledger where none is.

    Raises:
        StoreError: SL704 when something is there already, or it cannot be made.
    """
    if is_url(address):
        return postgres().create(str(address))
    return SqliteStore.create(Path(address))


def is_begun(address: str | Path) -> bool:
    """Say whether something is there where a ledger might be begun."""
    return postgres().is_begun(str(address)) if is_url(address) else Path(address).exists()


def check_vacant(address: str | Path) -> None:
    """Try whether a ledger could be begun; leaves nothing behind.

    Raises:
        StoreError: SL704 when something is there already, or none can be made.
    """
    if is_url(address):
        postgres().check_vacant(str(address))
    else:
        claim(Path(address))
        Path(address).unlink()


def postgres() -> type[PostgresStore]:
    """Give the store for PostgreSQL, whose driver is an extra of its own.

    Raises:
        InputError: SL114, it is not installed.
    """
    check_driver()
    from signoff_ledger.persistence.postgres.store import PostgresStore  # noqa: PLC0415  # extra

    return PostgresStore
