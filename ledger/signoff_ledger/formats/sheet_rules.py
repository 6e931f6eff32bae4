"""What the cells of a sheet are read by: the batch's plan, and how values are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from signoff_ledger.domain.nonconformity import spelt_by_plan
from signoff_ledger.domain.notation import Notation
from signoff_ledger.domain.spelling import check_typed
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import check_key

if TYPE_CHECKING:
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.values import BuildMethod
    from signoff_ledger.formats.row_cells import RowCells


@dataclass(slots=True)
class Rules:
    """What the cells of a sheet are read by."""

    batch: str  #: Key of the batch that the rows must belong to.
    plan: InspectionPlan  #: The plan frozen for it.
    method: BuildMethod | None  #: How the units were made, where the sheet does not say.
    number: int  #: The sheet's number within the batch.
    #: Serials that its units may look like, named on purpose as others.
    distinct_from: tuple[str, ...] = ()
    notation: Notation = field(default_factory=Notation)  #: How values are written.

    def defect(
        self, row: RowCells, column: str, text: str, location: str | None
    ) -> NonconformityReport | None:
        """Read a nonconformity; its mode in the plan's spelling."""
        mode = self.plan.mode_named(text)
        if mode is None:
            known = ", ".join(self.plan.mode_catalogue)
            says = f"the plan has no such nonconformity mode; it has {known}"
            row.refuse(column, says, known, text)
            return None
        found = spelt_by_plan(NonconformityReport(text, location), self.plan)
        try:
            check_typed(found.typed or "")
            if found.location is not None:
                check_key(found.location)
        except ValueError as error:
            row.refuse(column, str(error), ", ".join(mode.zones), location)
            return None
        return found
