"""Production orders of a process: one reference is one order, and a cancelled one stays known."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.events.process import OrderAtRisk
from signoff_ledger.domain.spelling import folded_value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Order(NamedTuple):
    """An order on record."""

    reference: str  #: Its own number, as it was first written.
    quantity: int  #: Units.
    by: str  #: Who committed or reported it.
    at: datetime  #: When, by the ledger's clock.
    version: int  #: Its event's version in the process's stream.
    #: The batch whose sign-off it was committed under; None for one placed without.
    batch: str | None = None
    is_cancelled: bool = False  #: Whether it was cancelled since.


def order_key(reference: str) -> str:
    """Give the form in which references are compared: case, blanks and kinds of dashes are one."""
    plain = folded_value(reference)
    return "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain)


def ordered_under(orders: Iterable[Order], batch: str | None) -> int:
    """Add up what was committed under the sign-offs of a batch and is not cancelled."""
    return sum(o.quantity for o in orders if o.batch == batch and not o.is_cancelled)


def last_order_at(orders: Iterable[Order], batch: str | None) -> datetime | None:
    """Give when the latest order under the sign-offs of a batch was committed, if one stands."""
    return max((o.at for o in orders if o.batch == batch and not o.is_cancelled), default=None)


def at_risk(orders: Iterable[Order]) -> tuple[OrderAtRisk, ...]:
    """Name the orders that stand, oldest first: without a sign-off each of them is at risk."""
    return tuple(
        OrderAtRisk(quantity=o.quantity, reference=o.reference)
        for o in orders
        if not o.is_cancelled
    )


def from_before(orders: Iterable[Order], batch: str | None) -> tuple[OrderAtRisk, ...]:
    """Name the orders that stand and were not committed under the sign-offs of a batch."""
    return at_risk(o for o in orders if o.batch != batch)


def order_list(orders: Iterable[OrderAtRisk]) -> str:
    """Write orders as PO-1 (500), PO-2 (200)."""
    return ", ".join(f"{o.reference} ({o.quantity})" for o in orders)
