"""Importing a sheet: all rows or none, each file once, every bad row named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from signoff_ledger.application.commands.command import INSPECTS, Command
from signoff_ledger.application.commands.follow_up import amend, settle
from signoff_ledger.application.commands.inspection import OtherSerial
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.batch import SheetImported
from signoff_ledger.domain.notation import Encoding, SheetNotation, notation_of
from signoff_ledger.domain.plan import InspectionPlan
from signoff_ledger.domain.spelling import rewritten_by_a_spreadsheet
from signoff_ledger.domain.text_checks import file_label, printable
from signoff_ledger.domain.values import BuildMethod, format_utc
from signoff_ledger.errors import (
    FIRST_COUNTS,
    Advice,
    BadRow,
    RecordedOtherwiseError,
    RowsRefusedError,
    RuleRefusedError,
    SignoffError,
)
from signoff_ledger.formats.columns import BUILD, GAUGE
from signoff_ledger.formats.csv_sheet import Sheet, read_sheet
from signoff_ledger.formats.sheet_rules import Rules
from signoff_ledger.formats.unit_rows import Intake, PlannedUnit

_COLUMNS = {"gauge": "gauge_id", **{field: column for column, field in BUILD.items()}}

_MOST = "most of them, or incomplete rows on purpose"

Progress = Callable[[int, int], None]
"""Called with how many of how many units are done; it decides whether to show anything."""


@dataclass(slots=True)
class ImportSummary:
    """Result of an import."""

    units: int = 0  #: Units with new results.
    known: int = 0  #: Units and retests whose results were on record already.
    retests: int = 0  #: Further results, which do not count.
    sheet: int | None = None  #: The sheet's number, if the very same file was imported before.
    sha256: str = ""  #: The file's digest.
    #: Line, serial and readings as the plan shows them, of every unit read.
    cells: tuple[tuple[int, str, Mapping[str, str]], ...] = ()
    #: Serials that look like a number or a date which a spreadsheet made of them.
    rewritten: tuple[str, ...] = ()


class ImportSheet(Command, name="import", roles=INSPECTS):
    """Import a sheet of results into a batch: all rows or none, and each file once.

    A dry run checks everything, records nothing and judges nothing: the count against the bar is
    not to be seen before it is recorded (G16).

    Raises:
        InputError: The file as a whole cannot be read.
    """

    batch: str  #: The batch the rows belong to.
    file: bytes = Field(exclude=True)  #: The file's bytes; by their digest the content names them.
    #: The file's name, kept with the digest.
    name: Annotated[str, AfterValidator(file_label)] = Field(exclude=True)
    method: BuildMethod | None = None  #: How the units were made, where the sheet does not say.
    #: Serials on record that units of the sheet look like and are not.
    distinct_from: tuple[OtherSerial, ...] = ()
    #: The decimal sign, where it is not the plan's.
    decimal: Literal["comma", "point"] | None = None
    answers: tuple[str, ...] = ()  #: Further words for pass and fail, such as `OK/NOK`.
    encoding: Encoding | None = None  #: How the file's text is encoded, where it has no mark.
    accept_incomplete: bool = False  #: Whether rows that lack most readings are units all the same.
    progress: Progress | None = Field(default=None, exclude=True)  #: Called with how far it is.

    @cached_property
    def sha256(self) -> str:
        """The file's digest."""
        return sha256(self.file).hexdigest()

    def content(self) -> dict[str, Any]:
        """Give what is asked for; the file by its digest."""
        return super().content() | {"sha256": self.sha256}

    def decide(self, work: UnitOfWork) -> ImportSummary:
        """Record the rows; gives what they came to.

        Raises:
            RowsRefusedError: At least one row is bad; nothing was recorded.
            RuleRefusedError: SL313, the very same file was read into another batch (G21).
        """
        summary = ImportSummary(sha256=self.sha256)
        known = work.known_batch(self.batch)
        planned_notation = known.plan.sheet or SheetNotation()
        sheet = read_sheet(self.file, self.name, self.encoding or planned_notation.encoding)
        if sheet.sha256 in known.sheets:
            summary.sheet = known.sheets[sheet.sha256].sheet
            return summary
        _check_not_read(work, known, sheet)
        rules = Rules(
            self.batch,
            known.plan,
            self.method,
            number=len(known.sheets) + 1,
            distinct_from=self.distinct_from,
            notation=notation_of(planned_notation, self.decimal, self.answers),
        )
        intake = Intake(sheet, rules)
        planned = intake.reports()
        if not self.accept_incomplete:
            intake.bad.extend(_lacking(known, planned))
        summary.cells = tuple(_cells_of(item, known.plan) for item in planned)
        serials = (item.report.serial for item in planned)
        summary.rewritten = tuple(filter(rewritten_by_a_spreadsheet, serials))
        if not _record(work, known, sheet, planned, summary, self.progress, intake.bad):
            # Another copy of results on record is no event, so the sheet is not noted either.
            work.journal.clear()
        elif not work.dry_run:
            follow_up = amend if summary.retests else settle
            follow_up(work, known)
        return summary


def _check_not_read(work: UnitOfWork, batch: Batch, sheet: Sheet) -> None:
    """Refuse a sheet that another batch has read: the same rows are no evidence twice (G21)."""
    for recorded in work.store.read_type(SheetImported.TOPIC):
        event = recorded.event_as(SheetImported)
        if event.sha256 == sheet.sha256 and recorded.entry.stream != batch.id:
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
    bad: list[BadRow],
) -> bool:
    """Record what can be recorded, so that the rules name what they refuse, too.

    Raises:
        RowsRefusedError: Anything was bad before, or is now.
    """
    others = work.batches_to_compare(batch)
    batch.note_sheet(work.stamp, sheet.name, sheet.sha256, len(sheet.rows))
    noted = len(work.journal)
    advice = Advice("accept-incomplete-rows") if any(map(_is_lacking, bad)) else None
    for done, item in enumerate(planned, 1):
        try:
            if item.is_retest:
                result.retests += batch.record_retest(work.stamp, item.report)
            else:
                builder = work.builder_role(item.report.build.built_by)
                report = item.report._replace(builder_enrolled_as=builder)
                result.units += batch.record_unit(work.stamp, report, others)
        except SignoffError as error:
            advice = advice or (error.advice if _is_conflict(error) else None)
            bad.extend(_bad_rows(item, error))
        if progress is not None:
            progress(done, len(planned))
    if bad:
        raise RowsRefusedError(sheet.name, _in_order(bad), advice)
    result.known = len(planned) - result.units - result.retests
    return len(work.journal) > noted


def _is_conflict(error: SignoffError) -> bool:
    return isinstance(error, RecordedOtherwiseError)


def _is_lacking(row: BadRow) -> bool:
    return row.accepted == _MOST


def _bad_rows(item: PlannedUnit, error: SignoffError) -> Iterator[BadRow]:
    """Name the cells that the ledger says no to; of a time, that is not the serial's."""
    if isinstance(error, RecordedOtherwiseError):
        for each in error.differences:
            name = each.name.removeprefix(GAUGE)
            column = _COLUMNS.get(each.name, each.name)
            says = f"is {each.here} here, {each.on_record} on record of unit {item.report.serial}"
            line, here = item.lines.get(name, item.line), printable(each.here)
            yield BadRow(line, column, here, f"{says}; {FIRST_COUNTS}", each.on_record)
        return
    problem = error.what + (f" ({error.why})" if error.why else "")
    seen = item.report.observed_until or item.report.observed_at
    if error.code == "SL310" and seen is not None:
        yield BadRow(item.line, "observed_at", format_utc(seen), problem)
    elif error.code == "SL103" and item.report.stated_conforms is not None:
        stated, judged = ("pass", "fail") if item.report.stated_conforms else ("fail", "pass")
        yield BadRow(item.line, "result", stated, problem, judged)
    else:
        yield BadRow(item.line, "unit_serial", item.report.serial, problem)


def _lacking(batch: Batch, planned: list[PlannedUnit]) -> Iterator[BadRow]:
    """Name what has few of the readings that the sheet has of others, and so may be no unit."""
    first = [item for item in planned if not item.is_retest]
    measured = {name for item in first for name in item.report.readings}
    for item in first:
        known = batch.units.get(item.report.serial)
        has = {*item.report.readings, *(known.readings if known else ())}
        if not item.report.nonconformities and len(has) * 2 < len(measured):
            says = f"has {len(has)} of the {len(measured)} readings of this sheet; is it a unit?"
            yield BadRow(item.line, "unit_serial", item.report.serial, says, _MOST)


def _in_order(bad: list[BadRow]) -> list[BadRow]:
    return sorted(bad, key=lambda row: (row.line, row.column))
