"""A shop whose plan is published and whose bar is registered, and its views."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff_ledger.projections.views import Views
from tests.ledgers import Shop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def shop(path: Path) -> Iterator[Shop]:
    shop = Shop.ready(path)
    yield shop
    shop.store.close()


@pytest.fixture
def views(shop: Shop) -> Views:
    return Views(shop.store, shop.store)
