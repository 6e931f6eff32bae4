"""Importing a sheet: all rows or none, each file once, every bad row named."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from signoff_ledger.application.commands.command import INSPECTS, Command
from signoff_ledger.application.commands.follow_up import amend, settle
from signoff_ledger.application.commands.inspection import OtherSerial
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.batch import SheetImported, UnitRetested
from signoff_ledger.domain.plan import InspectionPlan
from signoff_ledger.domain.spelling import rewritten_by_a_spreadsheet
from signoff_ledger.domain.text_checks import file_label
from signoff_ledger.domain.unit import UnitReport
from signoff_ledger.domain.values import BuildMethod, format_utc
from signoff_ledger.errors import Advice, BadRow, RowsRefusedError, RuleRefusedError, SignoffError
from signoff_ledger.formats.csv_sheet import Sheet, read_sheet
from signoff_ledger.formats.unit_rows import Intake, PlannedUnit

Progress = Callable[[int, int], None]
"""Called with how many of how many units are done; it decides whether to show anything."""


@dataclass(slots=True)
class ImportSummary:
    """Result of an import.

    Attributes:
        units: Units with new results.
        known: Units and retests whose results were on record already.
        retests: Further results, which do not count.
        sheet: The sheet's number, if the very same file was imported before.
        sha256: The file's digest.
        cells: Line, serial and readings as the plan shows them, of every unit read.
        rewritten: Serials that look like a number or a date which a spreadsheet made of them.
    """

    units: int = 0
    known: int = 0
    retests: int = 0
    sheet: int | None = None
    sha256: str = ""
    cells: tuple[tuple[int, str, Mapping[str, str]], ...] = ()
    rewritten: tuple[str, ...] = ()


class ImportSheet(Command, name="import", roles=INSPECTS):
    """Import a sheet of results into a batch: all rows or none, and each file once.

    A dry run checks everything, records nothing and judges nothing: the count against the bar is
    not to be seen before it is recorded (G16).

    Attributes:
        batch: The batch the rows belong to.
        file: The file's bytes; by their digest the content names them.
        name: The file's name, kept with the digest.
        method: How the units were made, where the sheet does not say.
        distinct_from: Serials on record that units of the sheet look like and are not.
        progress: Called with how far it is.

    Raises:
        InputError: The file as a whole cannot be read.
    """

    batch: str
    file: bytes = Field(exclude=True)
    name: Annotated[str, AfterValidator(file_label)] = Field(exclude=True)
    method: BuildMethod | None = None
    distinct_from: tuple[OtherSerial, ...] = ()
    progress: Progress | None = Field(default=None, exclude=True)

    @cached_property
    def sheet(self) -> Sheet:
        """The file as a sheet."""
        return read_sheet(self.file, self.name)

    def content(self) -> dict[str, Any]:
        """Give what is asked for; the file by its digest."""
        return super().content() | {"sha256": self.sheet.sha256}

    def decide(self, work: UnitOfWork) -> ImportSummary:
        """Record the rows; gives what they came to.

        Raises:
            RowsRefusedError: At least one row is bad; nothing was recorded.
            RuleRefusedError: SL313, the very same file was read into another batch (G21).
        """
        sheet = self.sheet
        summary = ImportSummary(sha256=sheet.sha256)
        known = work.known_batch(self.batch)
        if sheet.sha256 in known.sheets:
            summary.sheet = known.sheets[sheet.sha256].sheet
            return summary
        _check_not_read(work, known, sheet)
        number, others = len(known.sheets) + 1, self.distinct_from
        intake = Intake(sheet, self.batch, known.plan, self.method, number, others)
        planned = intake.reports()
        if intake.bad:
            raise RowsRefusedError(self.name, _in_order(intake.bad))
        summary.cells = tuple(_cells_of(item, known.plan) for item in planned)
        serials = (item.report.serial for item in planned)
        summary.rewritten = tuple(filter(rewritten_by_a_spreadsheet, serials))
        if not _record(work, known, sheet, planned, summary, self.progress):
            # Another copy of results on record is no event, so the sheet is not noted either.
            work.journal.clear()
        elif not work.dry_run:
            follow_up = amend if summary.retests else settle
            follow_up(work, known)
        return summary


def _check_not_read(work: UnitOfWork, batch: Batch, sheet: Sheet) -> None:
    """Refuse a sheet that another batch has read: the same rows are no evidence twice (G21)."""
    for recorded in work.store.read_type(SheetImported.TOPIC):
        event, stream = recorded.entry.event, recorded.entry.stream
        if (
            isinstance(event, SheetImported)
            and event.sha256 == sheet.sha256
            and (stream != batch.id)
        ):
            raise RuleRefusedError(
                "SL313",
                f"{sheet.name} was read into another batch",
                why=f"as sheet {event.sheet}, event #{recorded.position}; one sheet is the results "
                "of one batch",
                advice=Advice("import-own-sheet"),
            )


def _cells_of(item: PlannedUnit, plan: InspectionPlan) -> tuple[int, str, Mapping[str, str]]:
    readings = item.report.readings
    shown = {c.id: c.show(readings[c.id]) for c in plan.characteristics if c.id in readings}
    return item.line, item.report.serial, shown


def _record(  # noqa: PLR0917  # one step of import_sheet, cut out for reading
    work: UnitOfWork,
    batch: Batch,
    sheet: Sheet,
    planned: list[PlannedUnit],
    result: ImportSummary,
    progress: Progress | None,
) -> bool:
    others = work.batches_to_compare(batch)
    retests = _retests_on_record(work, batch, planned)
    batch.note_sheet(work.stamp, sheet.name, sheet.sha256, len(sheet.rows))
    noted = len(work.journal)
    bad: list[BadRow] = []
    for done, item in enumerate(planned, 1):
        try:
            if item.is_retest:
                result.retests += _record_retest(work, batch, item.report, retests)
            else:
                builder = work.builder_role(item.report.build.built_by)
                report = item.report._replace(builder_enrolled_as=builder)
                result.units += batch.record_unit(work.stamp, report, others)
        except SignoffError as error:
            bad.append(_bad_row(item, error))
        if progress is not None:
            progress(done, len(planned))
    if bad:
        raise RowsRefusedError(sheet.name, bad)
    result.known = len(planned) - result.units - result.retests
    return len(work.journal) > noted


def _bad_row(item: PlannedUnit, error: SignoffError) -> BadRow:
    """Name the cell that the ledger says no to; of a time, that is not the serial's."""
    problem = error.what + (f" ({error.why})" if error.why else "")
    seen = item.report.observed_until or item.report.observed_at
    if error.code == "SL310" and seen is not None:
        return BadRow(item.line, "observed_at", format_utc(seen), problem)
    return BadRow(item.line, "unit_serial", item.report.serial, problem)


def _retests_on_record(
    work: UnitOfWork, batch: Batch, planned: list[PlannedUnit]
) -> Counter[tuple[object, ...]]:
    """Count the retests on record by what they say, so that a file which overlaps adds only new."""
    if not any(item.is_retest for item in planned):
        return Counter()
    events = [recorded.entry.event for recorded in work.store.stream(batch.id)]
    return Counter(_says(event) for event in events if isinstance(event, UnitRetested))


def _record_retest(
    work: UnitOfWork, batch: Batch, report: UnitReport, on_record: Counter[tuple[object, ...]]
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
