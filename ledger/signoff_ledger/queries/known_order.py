"""An order that was on record before it was given once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.domain.orders import order_key
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.queries.value_forms import Form, Number, Position, StandingName

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger


class KnownOrderAnswer(TypedDict):
    """An order on record."""

    reference: str  #: Its own number, as it was first written.
    quantity: Number  #: Units.
    #: Whether it was committed under a sign-off, or reported.
    act: Annotated[str, Form(choices=("committed", "reported"))]
    position: Position  #: Where it stands in the log.
    standing: StandingName  #: Where its process stands now.
    at_risk: bool  #: Whether it stands without a sign-off.


def known_order(ledger: Ledger, process: str, reference: str) -> KnownOrderAnswer | None:
    """Give the order of a reference, where one is on record.

    Raises:
        NotFoundError: There is no such process.
    """
    state = ledger.work().known_process(process)
    order = state.orders.get(order_key(reference))
    if order is None:
        return None
    return {
        "reference": order.reference,
        "quantity": order.quantity,
        "act": "reported" if order.batch is None else "committed",
        "position": ledger.store.position(state.id, order.version),
        "standing": str(state.standing),
        "at_risk": state.standing is not Standing.SIGNED_OFF,
    }
