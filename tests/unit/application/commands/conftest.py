"""Ledgers in which a decision was taken."""

import pytest

from tests.ledgers import Shop


@pytest.fixture
def signed(shop: Shop) -> Shop:
    """Give a ledger whose process is signed off on its second batch."""
    shop.sign_off_a_repeat()
    return shop
