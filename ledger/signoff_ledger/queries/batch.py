"""One batch, unit by unit."""

import json
from typing import Any, TypedDict

from signoff_ledger.projections.tables import UNITS
from signoff_ledger.queries.reader import Reader, picked
from signoff_ledger.queries.subjects import batch_named
from signoff_ledger.queries.unit_answer import UnitAnswer
from signoff_ledger.queries.value_forms import Number

SCHEMA = "signoff.batch/1"


class CorrectionAnswer(TypedDict):
    """A correction of a wrong entry, and what became of it."""

    number: Number  #: Its number within the batch.
    field: str  #: What was wrong: a characteristic, a field of the unit's make, or D-<number>.
    was: str  #: The value on record.
    becomes: str  #: The right value.
    reason: str  #: Why.
    remeasured: str | None  #: What was done to get the right value; null where nothing had to be.
    asked_by: str  #: Who asked.
    confirmed_by: str | None  #: The second person who agreed; null without one.
    declined_by: str | None  #: The second person who did not; null without one.


class UnitRowAnswer(UnitAnswer):
    """A unit of the batch, with what was corrected."""

    excluded_because: list[str]  #: The reasons why it does not count, in words.
    corrections: list[CorrectionAnswer]  #: Corrections asked for.


class BatchAnswer(TypedDict):
    """The units of a batch: `signoff status --batch BATCH`."""

    batch: str  #: Its key.
    units: list[UnitRowAnswer]  #: Its units, in the order first recorded.


ANSWER = BatchAnswer
ROW = UnitRowAnswer


def batch(reader: Reader, key: str, after: int = 0, limit: int | None = None) -> BatchAnswer:
    """List the units of a batch, or a page of them.

    Args:
        reader: The views.
        key: The batch.
        after: How many units to leave out at the beginning.
        limit: How many to give at most; all by default.

    Raises:
        NotFoundError: There is no such batch.
    """
    where, values = "batch = ? AND place >= ?", [batch_named(reader, key), after]
    if limit is not None:
        where, values = f"{where} AND place < ?", [*values, after + limit]
    rows = reader.read(UNITS, where, values, order="place")
    return {"batch": key, "units": [unit_row(row["answer"]) for row in rows]}


def unit_row(answer: str) -> UnitRowAnswer:
    """Read a unit as its view holds it."""
    known: dict[str, Any] = json.loads(answer)
    return picked(UnitRowAnswer, known)
