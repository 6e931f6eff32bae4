"""The production orders of a process, or of every process."""

from datetime import datetime
from typing import Annotated, TypedDict

from signoff_ledger.projections.tables import ORDERS
from signoff_ledger.queries.reader import Reader, picked
from signoff_ledger.queries.standing import standings
from signoff_ledger.queries.subjects import process_named
from signoff_ledger.queries.value_forms import Form, Moment, Number, Position

SCHEMA = "signoff.orders/1"


class OrderAnswer(TypedDict):
    """A production order on record."""

    process: str  #: The process.
    reference: str  #: Its own number, as it was first written.
    quantity: Number  #: Units.
    #: Whether it stands, stands without a sign-off, or was cancelled.
    state: Annotated[str, Form(choices=("stands", "at risk", "cancelled"))]
    #: The batch whose sign-off it was committed under; null for one placed without.
    batch: str | None
    person: str  #: Who committed or reported it.
    recorded_at: Moment  #: When, by the ledger's clock.
    position: Position  #: Its place in the log.


class OrdersAnswer(TypedDict):
    """Production orders: `signoff orders`."""

    orders: list[OrderAnswer]  #: By process, in the order recorded.


ANSWER = OrdersAnswer
ROW = OrderAnswer


def orders(reader: Reader, process: str | None, now: datetime) -> OrdersAnswer:
    """List the production orders of every process, or of one, as they stand at a moment.

    Raises:
        NotFoundError: There is no such process.
    """
    of = () if process is None else (process_named(reader, process),)
    standing = {each["process"]: each["standing"] for each in standings(reader, now, *of)}
    rows = reader.read(ORDERS, "process = ?" if of else "", of)
    listed: list[OrderAnswer] = []
    for row in rows:
        state = "stands" if standing[row["process"]] == "SIGNED_OFF" else "at risk"
        state = "cancelled" if row["cancelled"] else state
        listed.append(picked(OrderAnswer, {**row, "state": state}))
    return {"orders": listed}
