"""The rows of one unit in a long sheet, joined: one row per characteristic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.characteristic import Kind
from signoff_ledger.domain.duration import SECONDS
from signoff_ledger.domain.events.batch import SheetRow
from signoff_ledger.domain.spelling import plain_value, told_apart, unit_form
from signoff_ledger.domain.text_checks import printable
from signoff_ledger.domain.unit import NonconformityReport, UnitReport
from signoff_ledger.domain.values import TEXT_LIMIT, check_label, check_text
from signoff_ledger.formats.row_cells import RowCells

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.formats.sheet_rules import Rules


class LongUnit:
    """Joins the rows of one unit and attempt.

    Attributes:
        lines: Where each reading stands in the file.
    """

    def __init__(self, rules: Rules, *, states_defects: bool) -> None:
        self.lines: dict[str, int] = {}
        self._rules = rules
        self._states_defects = states_defects
        self._readings: dict[str, int] = {}
        self._gauges: dict[str, str] = {}
        self._seen: dict[str, datetime] = {}
        self._defects: dict[tuple[str, str | None], NonconformityReport] = {}
        self._build: dict[str, str] = {}
        self._notes: list[str] = []

    def report(self, serial: str, rows: list[RowCells], attempt: int | None) -> UnitReport:
        """Give what the rows say of the unit; what is wrong with a row is kept with it."""
        for row in rows:
            self._take(row)
        first = rows[0]
        if not (self._readings or self._defects or any(row.bad for row in rows)):
            says = "has no value at all, so it is no unit"
            first.refuse("unit_serial", says, "rows of results", serial)
        note = "\n".join(dict.fromkeys(self._notes))
        if len(note) > TEXT_LIMIT:
            says = f"the notes on this unit have {len(note)} characters, the limit is {TEXT_LIMIT}"
            first.refuse("note", says, value=note)
        times = set(self._seen.values())
        build = RowCells(first.line, self._build, {}).build(self._rules.method)
        return UnitReport(
            serial=serial,
            build=build,  # type: ignore[arg-type]  # a report without one is not given on
            readings=self._readings,
            nonconformities=tuple(self._defects.values()),
            gauges=self._gauges,
            note=note or None,
            observed_at=min(times, default=None),
            observed_until=max(times, default=None),
            seen=self._seen if len(times) > 1 else {},
            source=SheetRow(row=first.line, sheet=self._rules.number),
            distinct_from=self._rules.distinct_from,
            typed=first.serial()[1],
            states_defects=self._states_defects,
            attempt=attempt,
        )

    def _take(self, row: RowCells) -> None:
        row.build(self._rules.method)
        for column, cell in row.build_cells().items():
            if self._build.setdefault(column, cell) != cell:
                says = f"an earlier row of this unit says {printable(self._build[column])}"
                row.refuse(column, says, self._build[column])
        if note := row.take("note", check_text):
            self._notes.append(note)
        moment, stated = row.observed_at(), row.stated(self._rules.notation)
        found = self._rules.plan.named(row.cells.get("characteristic_id", ""))
        if len(found) != 1:
            says = "has two meanings" if found else "the plan has no such characteristic"
            row.refuse("characteristic_id", says, ", ".join(found or self._rules.plan.by_id))
            return
        planned = self._rules.plan.by_id[found[0]]
        if moment and self._seen.setdefault(planned.id, moment) != moment:
            says = f"an earlier row says {self._seen[planned.id].isoformat()}"
            row.refuse("observed_at", says, "one time for a characteristic")
        self._check_against_plan(row, planned)
        conforms = self._take_reading(row, planned)
        if conforms is not None:
            self._take_defect(row, planned, conforms=conforms)
            self._check_stated(row, stated=stated, conforms=conforms)

    def _take_reading(self, row: RowCells, planned: Characteristic) -> bool | None:
        """Take the value of a row; says whether it conforms, or None where it is wrong."""
        text, gauge = row.cells.get("value"), row.take("gauge_id", check_label)
        if text is None:
            if gauge:
                row.refuse("gauge_id", "the row has no value that it could have taken")
            return True
        if planned.id in self._readings:
            row.refuse("characteristic_id", "this unit has it twice in the file")
            return None
        unit = row.cells.get("unit_of_measure", "")
        if planned.kind is Kind.TIME and unit in SECONDS and plain_value(text)[-1:].isdigit():
            text = text if ":" in text else f"{text} {unit}"
        try:
            reading = self._rules.notation.read(planned, text)
        except ValueError as error:
            row.refuse("value", str(error), self._rules.notation.accepts(planned, text))
            return None
        self._readings[planned.id] = reading
        self.lines[planned.id] = row.line
        if gauge:
            self._gauges[planned.id] = gauge
        return planned.conforms(reading)

    def _take_defect(self, row: RowCells, planned: Characteristic, *, conforms: bool) -> None:
        """Take the fault of a row: the one it names, or the one that its failing reading is.

        A location and a severity are those of the fault; on a row without one they are refused,
        so that no grade is lost without a word.
        """
        named = row.cells.get("nonconformity_code")
        code = named or (None if conforms else planned.mode)
        stated = [column for column in ("location", "severity") if column in row.cells]
        if code is None:
            for column in stated:
                says = "this row conforms and names no nonconformity_code to put it to"
                row.refuse(column, says, "a blank cell")
            return
        if named is None and not stated:
            return  # The reading alone makes it.
        location = row.cells.get("location")
        column = "nonconformity_code"
        defect = self._rules.defect(row, column, code, location)
        if defect is None:
            return
        of_reading = planned if not conforms and defect.mode == planned.mode else None
        self._check_severity(row, defect, of_reading)
        self._defects.setdefault((defect.mode, defect.location), defect)

    def _check_severity(
        self, row: RowCells, defect: NonconformityReport, shown_by: Characteristic | None
    ) -> None:
        stated = row.cells.get("severity")
        mode = self._rules.plan.mode_catalogue[defect.mode]
        planned = mode.severity_at(mode.zone_of(defect.location), shown_by)
        if stated is not None and stated.casefold() != planned:
            says = f"the plan grades {defect.mode} here as {planned}"
            row.refuse("severity", says, planned)

    def _check_stated(self, row: RowCells, *, stated: bool | None, conforms: bool) -> None:
        """Hold the result that a row states against its value and its nonconformity."""
        if stated is None:
            return
        is_faulty = "nonconformity_code" in row.cells
        if "value" not in row.cells and not is_faulty:
            row.refuse("result", "has no value; a blank is not a result", "a blank cell")
        elif stated != (conforms and not is_faulty):
            judged = "pass" if conforms and not is_faulty else "fail"
            row.refuse("result", f"by the plan this row is a {judged}", judged)

    def _check_against_plan(self, row: RowCells, planned: Characteristic) -> None:
        """Hold what the file says about a characteristic against the plan."""
        unit, kind = row.cells.get("unit_of_measure"), row.cells.get("kind")
        if unit is not None and not _is_unit_of(unit, planned):
            there = told_apart(unit, planned.unit or "no unit")[1]
            row.refuse("unit_of_measure", f"the plan says {there}", planned.unit or "a blank cell")
        if kind is not None and kind.casefold() != planned.kind:
            row.refuse("kind", f"the plan says {planned.kind}", planned.kind)
        columns = ("lower_limit", "upper_limit")
        if planned.kind is not Kind.VARIABLE:
            for column in columns:
                if column in row.cells:
                    says = f"the plan has no limits for a characteristic of kind {planned.kind}"
                    row.refuse(column, says, "a blank cell")
            return
        for column, limit in zip(columns, planned.scaled_limits, strict=True):
            shown = "none" if limit is None else planned.show(limit)
            stated = row.take(column, lambda text: self._rules.notation.read(planned, text), shown)
            if stated is not None and stated != limit:
                row.refuse(column, f"the plan's limit is {shown}", shown)


def attempt_of(row: RowCells) -> int:
    """Give which test of its unit a row belongs to; 1 unless stated."""
    text = row.cells.get("attempt", "1")
    if text.isdecimal() and text.isascii() and len(text) < 4 and int(text):
        return int(text)
    accepted = "a whole number from 1 to 999"
    row.refuse("attempt", f"must be {accepted}", accepted)
    return 1


def _is_unit_of(unit: str, planned: Characteristic) -> bool:
    if planned.kind is Kind.TIME and unit in SECONDS:
        return True
    return planned.unit is not None and unit_form(unit) == unit_form(planned.unit)
