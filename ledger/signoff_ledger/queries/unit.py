"""One unit: its readings, results, retests, corrections and dispositions, and whether it counts."""

from typing import TypedDict

from signoff_ledger.projections.tables import HISTORY, UNITS
from signoff_ledger.queries.batch import UnitRowAnswer, unit_row
from signoff_ledger.queries.history import HistoryRowAnswer, history_row
from signoff_ledger.queries.reader import Reader, picked
from signoff_ledger.queries.subjects import batch_named, process_named
from signoff_ledger.unknown_names import unknown_unit

SCHEMA = "signoff.unit/1"


class UnitStoryAnswer(UnitRowAnswer):
    """A unit in one batch, and everything that was recorded of it."""

    process: str  #: The process.
    batch: str  #: The batch.
    #: What was recorded of it, oldest first: results, retests, nonconformities, requests for
    #: corrections and dispositions.
    events: list[HistoryRowAnswer]


class UnitsAnswer(TypedDict):
    """A serial wherever it stands: `signoff unit SERIAL`. The rows are what stands there."""

    serial: str  #: The serial.
    units: list[UnitStoryAnswer]  #: The unit in each batch that has one of that serial.


ANSWER = UnitsAnswer
ROW = UnitStoryAnswer


def unit(
    reader: Reader, serial: str, batch: str | None = None, process: str | None = None
) -> UnitsAnswer:
    """Show a unit in every batch that has one of that serial.

    Args:
        reader: The views.
        serial: The serial, as it was recorded.
        batch: Only in this batch.
        process: Only in batches of this process.

    Raises:
        NotFoundError: There is no such unit, batch or process.
    """
    where, values = ["serial = ?"], [serial]
    if process is not None:
        where.append("process = ?")
        values.append(process_named(reader, process))
    if batch is not None:
        where.append("batch = ?")
        values.append(batch_named(reader, batch, process))
    rows = reader.read(UNITS, " AND ".join(where), values, order="process, batch")
    if not rows:
        known = reader.read(UNITS, " AND ".join(where[1:]), values[1:], order="serial, batch")
        raise unknown_unit(serial, [row["serial"] for row in known])
    found = []
    for row in rows:
        of = "kind = 'batch' AND subject = ? AND serial = ?"
        events = reader.read(HISTORY, of, (row["batch"], serial))
        placed = {"process": row["process"], "batch": row["batch"]}
        happened = {"events": [history_row(event) for event in events]}
        found.append(picked(UnitStoryAnswer, {**unit_row(row["answer"]), **placed, **happened}))
    return {"serial": serial, "units": found}
