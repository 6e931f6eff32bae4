"""Importing a sheet: all rows or none, each file once, every bad row named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.application.inspecting import settle
from signoff_ledger.application.intake import Intake
from signoff_ledger.application.sheets import read_sheet
from signoff_ledger.application.texts import file_label
from signoff_ledger.domain.batch_events import UnitRetested
from signoff_ledger.errors import BadRow, RowsRefusedError, SignoffError

if TYPE_CHECKING:
    from signoff_ledger.application.intake import Planned
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, Work
    from signoff_ledger.application.sheets import Sheet
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.unit import UnitReport
    from signoff_ledger.domain.values import BuildMethod

Progress = Callable[[int, int], None]
"""Told how many of how many units are done; decides itself whether to say anything."""


@dataclass(slots=True)
class Imported:
    """What an import came to.

    Attributes:
        units: Units with new results.
        known: Units and retests whose results were on record already.
        retests: Further results, which do not count.
        sheet: The sheet's number, if the very same file was imported before.
        sha256: The file's digest.
    """

    units: int = 0
    known: int = 0
    retests: int = 0
    sheet: int | None = None
    sha256: str = ""


def import_sheet(
    ledger: Ledger,
    call: Call,
    batch: str,
    content: bytes,
    *,
    name: str,
    method: BuildMethod | None,
    progress: Progress | None = None,
) -> tuple[Receipt, Imported]:
    """Import a sheet of results into a batch.

    Args:
        ledger: The ledger.
        call: By whom; a dry run checks everything and records nothing.
        batch: The batch the rows belong to.
        content: The file's bytes.
        name: The file's name, kept with its digest.
        method: How the units were made, where the sheet does not say.
        progress: Told how far it is.

    Raises:
        RowsRefusedError: At least one row is bad; nothing was recorded.
        InputError: The file as a whole cannot be read.
    """
    name = file_label(name)
    sheet = read_sheet(content, name)
    result = Imported(sha256=sheet.sha256)

    def decide(work: Work) -> None:
        nonlocal result
        result = Imported(sha256=sheet.sha256)
        known = work.known_batch(batch)
        if sheet.sha256 in known.sheets:
            result.sheet = known.sheets[sheet.sha256].sheet
            return
        intake = Intake(sheet, batch, known.plan, method, len(known.sheets) + 1)
        planned = intake.reports()
        if intake.bad:
            raise RowsRefusedError(name, _in_order(intake.bad))
        if _record(work, known, sheet, planned, result, progress):
            settle(work, known)
        else:
            # Another copy of results on record is no event, so the sheet is not noted either.
            work.journal.clear()

    content_data = {
        "batch": batch,
        "sha256": sheet.sha256,
        "method": str(method) if method else None,
    }
    return ledger.act(call, "import", content_data, decide), result


def _record(  # noqa: PLR0917  # one step of import_sheet, cut out for reading
    work: Work,
    batch: Batch,
    sheet: Sheet,
    planned: list[Planned],
    result: Imported,
    progress: Progress | None,
) -> bool:
    taken = work.taken_serials(batch)
    retests = _retests_on_record(work, batch, planned)
    batch.note_sheet(work.stamp, sheet.name, sheet.sha256, len(sheet.rows))
    noted = len(work.journal)
    bad: list[BadRow] = []
    for done, item in enumerate(planned, 1):
        try:
            if item.is_retest:
                result.retests += _record_retest(work, batch, item.report, retests)
            elif batch.record_unit(work.stamp, item.report, taken):
                result.units += 1
        except SignoffError as error:
            problem = error.what + (f" ({error.why})" if error.why else "")
            bad.append(BadRow(item.line, "unit_serial", item.report.serial, problem))
        if progress is not None:
            progress(done, len(planned))
    if bad:
        raise RowsRefusedError(sheet.name, bad)
    result.known = len(planned) - result.units - result.retests
    return len(work.journal) > noted


def _retests_on_record(
    work: Work, batch: Batch, planned: list[Planned]
) -> Counter[tuple[object, ...]]:
    """Count the retests on record by what they say, so that a file which overlaps adds only new."""
    if not any(item.is_retest for item in planned):
        return Counter()
    events = [recorded.entry.event for recorded in work.store.stream(batch.id)]
    return Counter(_says(event) for event in events if isinstance(event, UnitRetested))


def _record_retest(
    work: Work, batch: Batch, report: UnitReport, on_record: Counter[tuple[object, ...]]
) -> bool:
    if on_record[_says(report)] > 0:
        on_record[_says(report)] -= 1
        return False
    batch.record_retest(work.stamp, report)
    return True


def _says(retest: UnitRetested | UnitReport) -> tuple[object, ...]:
    readings = frozenset(retest.readings.items())
    return (retest.serial, readings, retest.observed_at, retest.note)


def _in_order(bad: list[BadRow]) -> list[BadRow]:
    return sorted(bad, key=lambda row: (row.line, row.column))
