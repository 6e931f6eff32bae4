"""Production orders: one reference is one order, and what adds up."""

from datetime import timedelta

import pytest

from signoff_ledger.domain.orders import (
    Order,
    at_risk,
    last_order_at,
    order_key,
    order_list,
    ordered_under,
)
from tests.stories import START

FIRST = Order("PO-1", 500, "bela", START, 9, batch="B1")
SECOND = Order("PO-2", 200, "bela", START + timedelta(days=3), 10, batch="B1")
CANCELLED = Order("PO-3", 90, "bela", START + timedelta(days=9), 11, "B1", is_cancelled=True)
OTHER = Order("PO-4", 70, "bela", START + timedelta(days=5), 12, batch="B2")
REPORTED = Order("PO-5", 30, "bela", START + timedelta(days=6), 13)
ORDERS = (FIRST, SECOND, CANCELLED, OTHER, REPORTED)


@pytest.mark.parametrize("written", ["po-1", " PO -1", "Po\u00a0-1", "\uff30\uff2f-1"], ids=ascii)
def test_case_and_blanks_make_no_other_order(written: str) -> None:
    assert order_key("PO-1") == order_key(written)


@pytest.mark.parametrize("written", ["PO1", "PO-01", "PO-10", "PO/1"])
def test_signs_and_zeros_are_part_of_a_reference(written: str) -> None:
    """A reference is somebody else's number: it is not ours to fold."""
    assert order_key("PO-1") != order_key(written)


@pytest.mark.parametrize(("batch", "total"), [("B1", 700), ("B2", 70), (None, 30), ("B9", 0)])
def test_what_is_ordered_adds_up_under_the_batch_it_was_signed_on(
    batch: str | None, total: int
) -> None:
    """S-08: a cancelled order gives its units back."""
    assert total == ordered_under(ORDERS, batch)


def test_the_last_order_that_stands_begins_the_two_years_anew() -> None:
    """G12, G26: a cancelled one does not."""
    assert SECOND.at == last_order_at(ORDERS, "B1")
    assert last_order_at([CANCELLED], "B1") is None


def test_every_order_that_stands_is_at_risk_without_a_sign_off() -> None:
    """S-22: also one that was placed outside the ledger."""
    risky = at_risk(ORDERS)

    assert ["PO-1", "PO-2", "PO-4", "PO-5"] == [order.reference for order in risky]
    assert "PO-1 (500), PO-2 (200), PO-4 (70), PO-5 (30)" == order_list(risky)
    assert "" == order_list(())
