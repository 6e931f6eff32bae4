"""Everything that happened, one sentence per event."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypedDict

from signoff_ledger.projections.tables import HISTORY
from signoff_ledger.queries.reader import Reader, Row, picked
from signoff_ledger.queries.subjects import batch_named, person_named, process_named
from signoff_ledger.queries.value_forms import EventName, Form, Moment, Position

SCHEMA = "signoff.history/1"


class HistoryRowAnswer(TypedDict):
    """One event."""

    position: Position  #: Its place in the log, from 1.
    recorded_at: Moment  #: When it was recorded, by the ledger's clock.
    observed_at: str  #: When a person says it was seen; else empty.
    person: str  #: Who recorded it.
    #: What it is about.
    kind: Annotated[str, Form(choices=("process", "batch", "person", "ledger", "unknown"))]
    subject: str  #: The key of that.
    process: str  #: The process it belongs to; empty for a person or the ledger.
    serial: str  #: The unit it is about; else empty.
    type: EventName  #: The kind of event, by its wire name.
    sentence: str  #: The event in one sentence.
    command_id: str  #: The command that recorded it.


ROW = HistoryRowAnswer
ANSWER = list[HistoryRowAnswer]


class HistoryFilter(NamedTuple):
    """Which part of the history is wanted."""

    process: str | None = None  #: Only of this process.
    batch: str | None = None  #: Only of this batch.
    person: str | None = None  #: Only what this person did.
    after: int = 0  #: Only behind this position.
    limit: int | None = None  #: At most so many, the latest ones; None for all.


def history(reader: Reader, wanted: HistoryFilter) -> list[HistoryRowAnswer]:
    """Give what happened, in the log's order.

    Raises:
        NotFoundError: A name is on no record: an empty answer would look like an empty past.
    """
    where, values = condition(reader, wanted)
    if wanted.limit is None:
        rows = reader.read(HISTORY, where, values)
    else:
        rows = reader.read(HISTORY, where, values, order=f"position DESC LIMIT {wanted.limit:d}")
        rows.reverse()
    return [history_row(row) for row in rows]


def condition(reader: Reader, wanted: HistoryFilter) -> tuple[str, Sequence[Any]]:
    """Write which rows of the view are wanted; the first parameter is the position to begin behind.

    Raises:
        NotFoundError: A name is on no record.
    """
    where = ["position > ?"]
    values: list[Any] = [wanted.after]
    if wanted.process is not None:
        where.append("process = ?")
        values.append(process_named(reader, wanted.process))
    if wanted.batch is not None:
        where.append("kind = 'batch' AND subject = ?")
        values.append(batch_named(reader, wanted.batch))
    if wanted.person is not None:
        where.append("person = ?")
        values.append(person_named(reader, wanted.person))
    return " AND ".join(where), values


def history_row(row: Row) -> HistoryRowAnswer:
    """Give a row of the view as it is answered."""
    return picked(HistoryRowAnswer, row)
