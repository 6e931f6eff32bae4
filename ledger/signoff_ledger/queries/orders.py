"""The production orders of a process, or of every process."""

from datetime import datetime
from typing import Annotated, TypedDict

from signoff_ledger.projections.tables import ORDERS
from signoff_ledger.queries.reader import Reader
from signoff_ledger.queries.standing import standings
from signoff_ledger.queries.subjects import process_named
from signoff_ledger.queries.value_forms import Form, Moment, Number, Position

SCHEMA = "signoff.orders/1"


class OrderAnswer(TypedDict):
    """A production order on record.

    Attributes:
        process: The process.
        reference: Its own number, as it was first written.
        quantity: Units.
        state: Whether it stands, stands without a sign-off, or was cancelled.
        batch: The batch whose sign-off it was committed under; null for one placed without.
        person: Who committed or reported it.
        recorded_at: When, by the ledger's clock.
        position: Its place in the log.
    """

    process: str
    reference: str
    quantity: Number
    state: Annotated[str, Form(choices=("stands", "at risk", "cancelled"))]
    batch: str | None
    person: str
    recorded_at: Moment
    position: Position


class OrdersAnswer(TypedDict):
    """Production orders: `signoff orders`.

    Attributes:
        orders: By process, in the order recorded.
    """

    orders: list[OrderAnswer]


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
        listed.append(
            {
                "process": row["process"],
                "reference": row["reference"],
                "quantity": row["quantity"],
                "state": "cancelled" if row["cancelled"] else state,
                "batch": row["batch"],
                "person": row["person"],
                "recorded_at": row["recorded_at"],
                "position": row["position"],
            }
        )
    return {"orders": listed}
