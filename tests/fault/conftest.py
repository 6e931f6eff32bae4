"""Ledgers to break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledgers import Shop, check_ledger


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give a ledger with batch B1 open, and verify the file when the test is done with it."""
    shop = Shop.opened(tmp_path / "ledger.db")
    yield shop
    shop.store.close()
    check_ledger(shop.store.path)
