"""Ledgers to give commands to; each file is verified when its test is done with it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff_ledger.persistence.event_store import sqlite_datastore as sqlite_module
from tests.ledgers import Shop, check_ledger


@pytest.fixture
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ledgers here be less than durable: these tests ask what is recorded, not for good.

    The tests of the store and of its faults run with everything on.
    """

    def careless(connection: sqlite3.Connection, *, read_only: bool) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(sqlite_module, "assert_durable", careless)


@pytest.fixture
def founded(tmp_path: Path, _no_waiting_for_the_disk: None) -> Iterator[Shop]:
    """Give a ledger with people and nothing else."""
    yield from verified(Shop.founded(tmp_path / "ledger.db"))


@pytest.fixture
def shop(tmp_path: Path, _no_waiting_for_the_disk: None) -> Iterator[Shop]:
    """Give a ledger with a process, its plan and its bar."""
    yield from verified(Shop.ready(tmp_path / "ledger.db"))


@pytest.fixture
def opened(tmp_path: Path, _no_waiting_for_the_disk: None) -> Iterator[Shop]:
    """Give a ledger whose first batch, B1, is open."""
    yield from verified(Shop.opened(tmp_path / "ledger.db"))


def verified(shop: Shop) -> Iterator[Shop]:
    """Give a ledger, and verify its file when a test is done with it."""
    yield shop
    shop.store.close()
    check_ledger(shop.store.path)
