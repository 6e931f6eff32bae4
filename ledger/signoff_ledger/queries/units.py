"""The units of a batch in plain data: whether each counts, what was found, who made it and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from signoff_ledger.projections.unit_list import units_of
from signoff_ledger.queries.unit_answer import UnitAnswer

if TYPE_CHECKING:
    from signoff_ledger.domain.batch import Batch


def unit_answers(batch: Batch) -> list[UnitAnswer]:
    """Give every unit of a batch, in the order of first recording."""
    return cast("list[UnitAnswer]", units_of(batch))
