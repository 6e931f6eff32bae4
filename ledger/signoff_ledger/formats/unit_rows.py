"""From the rows of a sheet to unit reports: every cell is used, compared or refused.

What becomes of each column is in `columns.py`. All that is wrong is collected, in all rows, before
anything is recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from signoff_ledger.domain.characteristic import BUILD_MINUTES
from signoff_ledger.domain.events.batch import SheetRow
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.text_checks import printable
from signoff_ledger.domain.unit import UnitReport
from signoff_ledger.domain.values import check_label, check_text
from signoff_ledger.errors import BadRow
from signoff_ledger.formats.columns import GAUGE, Header, header_of
from signoff_ledger.formats.long_rows import LongUnit, attempt_of
from signoff_ledger.formats.row_cells import METHODS_ACCEPTED, RowCells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.domain.unit import NonconformityReport
    from signoff_ledger.formats.csv_sheet import CsvRow, Sheet
    from signoff_ledger.formats.sheet_rules import Rules

_NO_UNIT = re.compile(
    "(upper|lower)?(spec(ification)?|control|tolerance|warning)?limits?|[ul][sc]l|avg|average|mean"
    "|mittelwert|moyenne|media|promedio|median|minimum|maximum|range|sigma|st(andar)?d?dev(iation)?"
    "|[cp]pk?|cmk?|nominal|target|tolerance|total|sum|end|endoffile|eof"
)
"""What stands above and below the units of a sheet, in the form in which names are compared."""


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One report of a sheet, with where it came from."""

    line: int  #: Where its first row begins.
    report: UnitReport  #: What the sheet says of the unit.
    is_retest: bool = False  #: Whether it is a later attempt.
    #: Where each reading stands, where that is another line.
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Intake:
    """Reads a sheet for one batch under its plan; collects what is wrong instead of stopping."""

    sheet: Sheet  #: The file as read.
    rules: Rules  #: What its cells are read by.
    #: Everything that is wrong, filled while reading.
    bad: list[BadRow] = field(default_factory=list)

    def reports(self) -> list[PlannedUnit]:
        """Give every report of the sheet that is whole, in order; what is wrong is in `bad`."""
        self.bad.extend(self.sheet.bad)
        header = header_of(self.sheet.headers, self.rules.plan)
        self._check_header(header)
        rows = _Rows(self.sheet, self.rules, header, self.bad)
        return list(rows.long() if header.is_long else rows.wide())

    def _check_header(self, header: Header) -> None:
        line = self.sheet.header_line
        for place, problem, accepted in header.problems:
            name = printable(self.sheet.headers[place])
            self.bad.append(BadRow(line, name, "", problem, accepted))
        if "build_method" not in header.names and self.rules.method is None:
            says = "is missing, and nothing else says how the units were made"
            self.bad.append(BadRow(line, "build_method", "", says, METHODS_ACCEPTED))


class _Rows:
    """Turns rows into reports, once the header is understood."""

    def __init__(self, sheet: Sheet, rules: Rules, header: Header, bad: list[BadRow]) -> None:
        self._sheet = sheet
        self._rules = rules
        self._plan = rules.plan
        self._names = header.names
        self._bad = bad
        known = zip(header.names, sheet.headers, strict=True)
        self._headers = {name: typed for name, typed in known if name}
        self._has_method = "build_method" in self._headers or rules.method is not None

    def wide(self) -> Iterator[PlannedUnit]:
        """One row per unit."""
        seen: dict[str, int] = {}
        for each in self._sheet.rows:
            row = self._cells(each)
            report = self._wide_report(row)
            if report.serial and report.serial in seen:
                row.refuse("unit_serial", f"appears twice, first in line {seen[report.serial]}")
            seen.setdefault(report.serial, row.line)
            self._bad.extend(row.bad)
            if not row.bad and self._has_method:
                yield PlannedUnit(row.line, report)

    def long(self) -> Iterator[PlannedUnit]:
        """One row per unit and characteristic; later attempts come behind the first ones."""
        groups: dict[tuple[str, int], list[RowCells]] = {}
        for each in self._sheet.rows:
            row = self._cells(each)
            key = (self._serial(row)[0], attempt_of(row))
            groups.setdefault(key, []).append(row)
        for (serial, attempt), rows in sorted(groups.items(), key=lambda group: group[0][1]):
            unit = LongUnit(self._rules, states_defects="nonconformity_code" in self._headers)
            report = unit.report(serial, rows, None if attempt == 1 else attempt)
            self._bad.extend(bad for row in rows for bad in row.bad)
            if not any(row.bad for row in rows) and self._has_method:
                yield PlannedUnit(rows[0].line, report, attempt > 1, unit.lines)

    def _cells(self, row: CsvRow) -> RowCells:
        filled = zip(self._names, row.cells, strict=True)
        cells = {name: cell for name, cell in filled if cell and name}
        made = RowCells(row.line, cells, self._headers)
        if cells.get("batch_id", self._rules.batch) != self._rules.batch:
            says = f"this row belongs to another batch than {self._rules.batch}"
            made.refuse("batch_id", says, self._rules.batch)
        return made

    def _serial(self, row: RowCells) -> tuple[str, str | None]:
        serial, typed = row.serial()
        if _NO_UNIT.fullmatch(folded(serial)):
            says = "is the name of a limit, an average or the end of a table, and of no unit"
            row.refuse("unit_serial", says, "a unit; one that is called so is recorded by itself")
        return serial, typed

    def _wide_report(self, row: RowCells) -> UnitReport:
        serial, typed = self._serial(row)
        readings = self._wide_readings(row)
        defects = tuple(self._wide_defects(row))
        gauges = self._wide_gauges(row, readings)
        if not (readings or defects or row.bad):
            row.refuse("unit_serial", "has no value at all, so it is no unit", "rows of results")
        build = row.build(self._rules.method) if self._has_method else None
        return UnitReport(
            serial=serial,
            build=build,  # type: ignore[arg-type]  # a report without one is not given on
            readings=readings,
            nonconformities=defects,
            gauges=gauges,
            note=row.take("note", check_text),
            observed_at=row.observed_at(),
            replaces=row.replaces(),
            source=SheetRow(row=row.line, sheet=self._rules.number),
            distinct_from=self._rules.distinct_from,
            typed=typed,
            states_defects="defects" in self._headers,
            stated_conforms=row.stated(self._rules.notation),
        )

    def _wide_readings(self, row: RowCells) -> dict[str, int]:
        readings: dict[str, int] = {}
        for name, characteristic in self._plan.by_id.items():
            text = row.cells.get(name)
            if text is None or name == BUILD_MINUTES:
                continue
            try:
                readings[name] = self._rules.notation.read(characteristic, text)
            except ValueError as error:
                row.refuse(name, str(error), self._rules.notation.accepts(characteristic, text))
        if BUILD_MINUTES in row.cells:
            self._take_minutes(row, readings)
        return readings

    @cached_property
    def _minutes(self) -> Characteristic | None:
        """The plan's build time as the column of minutes has it."""
        timed = self._plan.build_time
        return timed and timed.model_copy(update={"id": "minutes", "unit": "min"})

    def _take_minutes(self, row: RowCells, readings: dict[str, int]) -> None:
        timed, minutes = self._plan.build_time, self._minutes
        if timed is None or minutes is None:
            row.refuse(BUILD_MINUTES, "the plan has no build time", "a blank cell")
            return
        try:
            reading = self._rules.notation.read(minutes, row.cells[BUILD_MINUTES])
        except ValueError as error:
            row.refuse(
                BUILD_MINUTES,
                str(error),
                self._rules.notation.accepts(minutes, row.cells[BUILD_MINUTES]),
            )
            return
        if readings.setdefault(timed.id, reading) != reading:
            says = f"the column of {timed.id} says {timed.show(readings[timed.id])}"
            row.refuse(BUILD_MINUTES, says, minutes.show(readings[timed.id]))

    def _wide_gauges(self, row: RowCells, readings: Mapping[str, int]) -> dict[str, str]:
        of_one = {c.removeprefix(GAUGE): c for c in row.cells if c.startswith(GAUGE)}
        gauges: dict[str, str] = {}
        for name, column in of_one.items():
            if name not in readings:
                row.refuse(column, f"the row has no reading of {name} that it could have taken")
            elif gauge := row.take(column, check_label):
                gauges[name] = gauge
        of_all = row.take("gauge_id", check_label)
        rest = [name for name in readings if name not in of_one]
        if of_all and not rest:
            row.refuse("gauge_id", "the row has no reading that it could have taken")
        if of_all:
            gauges |= dict.fromkeys(rest, of_all)
        return gauges

    def _wide_defects(self, row: RowCells) -> Iterator[NonconformityReport]:
        for part in row.cells.get("defects", "").replace("|", ";").split(";"):
            mode, _, location = part.strip().partition("@")
            if mode or location:
                found = self._rules.defect(row, "defects", mode.strip(), location.strip() or None)
                if found is not None:
                    yield found
