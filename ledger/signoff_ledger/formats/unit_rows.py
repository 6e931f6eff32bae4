"""From the rows of a sheet to unit reports: every cell is checked before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from signoff_ledger.domain.characteristic import Characteristic, Kind
from signoff_ledger.domain.events.batch import Replacement, SheetRow
from signoff_ledger.domain.plan import Parameter, UnitBuild
from signoff_ledger.domain.spelling import canonical_serial
from signoff_ledger.domain.text_checks import printable
from signoff_ledger.domain.unit import NonconformityReport, UnitReport, UnreadableError, readings_of
from signoff_ledger.domain.values import (
    TEXT_LIMIT,
    BuildMethod,
    check_key,
    check_label,
    check_text,
)
from signoff_ledger.errors import BadRow
from signoff_ledger.formats.csv_sheet import ALIASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.formats.csv_sheet import CsvRow, Sheet

_BUILD = {
    "build_method": "method",
    "cavity": "cavity",
    "fixture_id": "fixture",
    "line": "line",
    "operator_id": "built_by",
    "operator_role": "operator_role",
    "process_revision": "process_revision",
    "site": "site",
    "station": "station",
    "tooling_id": "tooling",
    "tooling_revision": "tooling_revision",
}
_COMMON = frozenset(
    {"unit_serial", "batch_id", "note", "observed_at", "gauge_id", "result", *_BUILD}
)
_WIDE = _COMMON | {"defects", "replaces", "replaces_reason", "build_minutes"}
_LONG = _COMMON | {
    "characteristic_id", "kind", "value", "unit_of_measure", "lower_limit", "upper_limit",
    "nonconformity_code", "severity", "location", "attempt",
}  # fmt: skip
RESERVED = frozenset({*_WIDE, *_LONG, *ALIASES} - {"build_minutes"})
"""Column names that mean something by themselves, so no characteristic can be called so."""

SETTING = "parameter:"
"""Prefix of the column of a process setting, such as parameter:ramp (G17)."""

_RESULTS = {"pass": True, "fail": False}


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """One report of a sheet, with where it came from and whether it is a retest."""

    line: int
    report: UnitReport
    is_retest: bool = False


class Problem(Exception):  # noqa: N818  # it never leaves this module
    """Error in one cell."""

    def __init__(self, column: str, value: str, problem: str) -> None:
        super().__init__(problem)
        self.column, self.value, self.problem = column, value, problem

    def at(self, line: int) -> BadRow:
        """Give it as a refused row."""
        return BadRow(line, self.column, printable(self.value), self.problem)


@dataclass(slots=True)
class Intake:
    """Reads a sheet for one batch under its plan; collects what is wrong instead of stopping.

    Attributes:
        sheet: The file as read.
        batch: Key of the batch that the rows must belong to.
        plan: The plan frozen for it.
        method: How the units were made, where the sheet has no column for it.
        distinct_from: Serials that its units may look like, named on purpose as others.
        number: The sheet's number within the batch.
        bad: Everything that is wrong, filled while reading.
    """

    sheet: Sheet
    batch: str
    plan: InspectionPlan
    method: BuildMethod | None
    number: int
    distinct_from: tuple[str, ...] = ()
    bad: list[BadRow] = field(default_factory=list)

    def reports(self) -> list[PlannedUnit]:
        """Give every report of the sheet, in order; look at `bad` before using one."""
        self.bad.extend(self.sheet.bad)
        if self._columns_are_known():
            rows = self._long() if self.sheet.is_long else self._wide()
            return list(rows)
        return []

    def _columns_are_known(self) -> bool:
        known = _LONG if self.sheet.is_long else _WIDE | self.plan.ids
        columns = [c for c in self.sheet.columns if not c.startswith(SETTING)]
        unknown = [column for column in columns if column not in known]
        self.bad.extend(
            BadRow(1, printable(column), "", "the plan has no such characteristic or column")
            for column in unknown
        )
        if "build_method" not in self.sheet.columns and self.method is None:
            says = "is missing, and nothing else says how the units were made"
            self.bad.append(BadRow(1, "build_method", "", says))
        return not unknown

    # --- wide: one row per unit ---------------------------------------------------------------

    def _wide(self) -> Iterator[PlannedUnit]:
        seen: dict[str, int] = {}
        for row in self.sheet.rows:
            try:
                report = self._wide_report(row)
            except Problem as problem:
                self.bad.append(problem.at(row.line))
                continue
            if report.serial in seen:
                says = f"appears twice, first in line {seen[report.serial]}"
                self.bad.append(BadRow(row.line, "unit_serial", report.serial, says))
                continue
            seen[report.serial] = row.line
            yield PlannedUnit(row.line, report)

    def _wide_report(self, row: CsvRow) -> UnitReport:
        cells = self._cells(row)
        timed = self.plan.build_time
        readings = self._readings({n: cells[n] for n in self.plan.by_id if n in cells})
        if timed and "build_minutes" in cells and timed.id not in cells:
            minutes = timed.model_copy(update={"unit": "min"})
            readings[timed.id] = _reading(minutes, "build_minutes", cells["build_minutes"])
        serial, typed = _serial(cells)
        return UnitReport(
            serial=serial,
            build=self._build(cells),
            readings=readings,
            nonconformities=tuple(self._nonconformities(cells)),
            gauge=_optional(cells, "gauge_id", check_label),
            note=_optional(cells, "note", check_text),
            observed_at=_observed_at(cells),
            replaces=_replaces(cells),
            source=SheetRow(row=row.line, sheet=self.number),
            distinct_from=self.distinct_from,
            typed=typed,
            stated_conforms=_stated(cells),
        )

    def _readings(self, values: Mapping[str, str], column: str | None = None) -> dict[str, int]:
        try:
            return readings_of(self.plan, values)
        except UnreadableError as error:
            raise Problem(column or error.name, error.text, str(error)) from None

    def _nonconformities(self, cells: Mapping[str, str]) -> Iterator[NonconformityReport]:
        for part in cells.get("defects", "").replace("|", ";").split(";"):
            mode, _, location = part.strip().partition("@")
            if mode:
                yield self._nonconformity("defects", mode, location or None)

    # --- long: one row per unit and characteristic ---------------------------------------------

    def _long(self) -> Iterator[PlannedUnit]:
        groups: dict[tuple[str, int], list[CsvRow]] = {}
        for row in self.sheet.rows:
            try:
                key = (_serial(row.cells)[0], _attempt(row.cells))
            except Problem as problem:
                self.bad.append(problem.at(row.line))
                continue
            groups.setdefault(key, []).append(row)
        for (serial, attempt), rows in groups.items():
            report = self._long_report(serial, rows)
            if report is not None:
                yield PlannedUnit(rows[0].line, report, is_retest=attempt > 1)

    def _long_report(self, serial: str, rows: list[CsvRow]) -> UnitReport | None:
        readings: dict[str, int] = {}
        found: list[NonconformityReport] = []
        build: dict[str, str] = {}
        gauges: list[str | None] = []
        notes: list[str | None] = []
        times: list[datetime] = []
        good = 0
        for row in rows:
            try:
                cells = self._cells(row)
                self._take_reading(cells, readings)
                self._take_nonconformity(cells, readings, found)
                self._build(cells)
                _take_build(cells, build)
                gauges.append(_optional(cells, "gauge_id", check_label))
                notes.append(_optional(cells, "note", check_text))
                times += [moment for moment in [_observed_at(cells)] if moment]
                good += 1
            except Problem as problem:
                self.bad.append(problem.at(row.line))
        if good < len(rows):
            return None
        note = "\n".join(dict.fromkeys(filter(None, notes)))
        if len(note) > TEXT_LIMIT:
            says = f"the notes on this unit have {len(note)} characters, the limit is {TEXT_LIMIT}"
            self.bad.append(BadRow(rows[0].line, "note", printable(note), says))
            return None
        return UnitReport(
            serial=serial,
            build=self._build(build),
            readings=readings,
            nonconformities=tuple(dict.fromkeys(found)),
            gauge=next(filter(None, gauges), None),
            note=note or None,
            observed_at=min(times, default=None),
            observed_until=max(times, default=None),
            source=SheetRow(row=rows[0].line, sheet=self.number),
            distinct_from=self.distinct_from,
            typed=_serial(rows[0].cells)[1],
        )

    def _take_reading(self, cells: Mapping[str, str], readings: dict[str, int]) -> None:
        name = cells.get("characteristic_id", "")
        characteristic = self.plan.by_id.get(name)
        if characteristic is None:
            raise Problem("characteristic_id", name, "the plan has no such characteristic")
        _check_against_plan(cells, characteristic)
        value, stated = cells.get("value"), _stated(cells)
        conforms = "nonconformity_code" not in cells
        if value is not None:
            if name in readings:
                raise Problem("characteristic_id", name, "this unit has it twice in the file")
            readings |= self._readings({name: value}, "value")
            conforms = conforms and characteristic.conforms(readings[name])
        elif stated is not None and conforms:
            raise Problem("result", cells["result"], "has no value; a blank is not a result")
        if stated is not None and stated != conforms:
            judged = "pass" if conforms else "fail"
            raise Problem("result", cells["result"], f"by the plan this row is a {judged}")

    def _take_nonconformity(
        self,
        cells: Mapping[str, str],
        readings: Mapping[str, int],
        found: list[NonconformityReport],
    ) -> None:
        """Take the nonconformity of a row: the one it names, or that of its failing reading.

        A location and a severity are those of the nonconformity; on a row without one they are
        refused, so that no grade is lost in silence.
        """
        shown_by = self.plan.by_id[cells["characteristic_id"]]
        fails = "value" in cells and not shown_by.conforms(readings[shown_by.id])
        code = cells.get("nonconformity_code") or (shown_by.mode if fails else None)
        stated = [column for column in ("location", "severity") if column in cells]
        if code is None:
            if stated:
                says = "this row conforms and names no nonconformity_code to put it to"
                raise Problem(stated[0], cells[stated[0]], says)
            return
        if "nonconformity_code" not in cells and not stated:
            return  # The reading alone makes it.
        reported = self._nonconformity("nonconformity_code", code, cells.get("location"))
        of_reading = shown_by if fails and code == shown_by.mode else None
        self._check_severity(cells, reported, of_reading)
        found.append(reported)

    def _check_severity(
        self,
        cells: Mapping[str, str],
        reported: NonconformityReport,
        shown_by: Characteristic | None,
    ) -> None:
        stated = cells.get("severity")
        mode = self.plan.mode_catalogue[reported.mode]
        planned = mode.severity_at(mode.zone_of(reported.location), shown_by)
        if stated is not None and stated.lower() != planned:
            raise Problem("severity", stated, f"the plan grades {reported.mode} here as {planned}")

    # --- both ---------------------------------------------------------------------------------

    def _cells(self, row: CsvRow) -> dict[str, str]:
        stated = row.cells.get("batch_id", self.batch)
        if stated != self.batch:
            raise Problem(
                "batch_id", stated, f"this row belongs to another batch than {self.batch}"
            )
        return row.cells

    def _build(self, cells: Mapping[str, str]) -> UnitBuild:
        fields: dict[str, object] = {_BUILD[n]: cells[n] for n in _BUILD if n in cells}
        fields["parameters"] = _settings(cells)
        if "method" not in fields and self.method is not None:
            fields["method"] = str(self.method)
        if "method" not in fields:
            raise Problem("build_method", "", "is blank; a unit of unknown make cannot count")
        try:
            return UnitBuild.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = str(first["loc"][0])
            column = next((c for c, f in _BUILD.items() if f == name), "unit_serial")
            says = first["msg"].removeprefix("Value error, ")
            raise Problem(column, cells.get(column, ""), says) from None

    def _nonconformity(self, column: str, mode: str, location: str | None) -> NonconformityReport:
        if mode not in self.plan.mode_catalogue:
            known = ", ".join(self.plan.mode_catalogue)
            raise Problem(column, mode, f"the plan has no such nonconformity mode; it has {known}")
        zone = self.plan.mode_catalogue[mode].zone_of(location)
        if location is not None and zone is None:
            _checked(column, location, check_key)
        return NonconformityReport(mode, location)


def _reading(characteristic: Characteristic, column: str, text: str) -> int:
    try:
        return characteristic.read(text)
    except ValueError as error:
        raise Problem(column, text, str(error)) from None


def _take_build(cells: Mapping[str, str], build: dict[str, str]) -> None:
    """Join what the rows of a unit say about how it was made; it was made in one way."""
    for column in [*_BUILD, *(c for c in cells if c.startswith(SETTING))]:
        cell = cells.get(column)
        if cell is not None and build.setdefault(column, cell) != cell:
            says = f"an earlier row of this unit says {printable(build[column])}"
            raise Problem(column, cell, says)


def _settings(cells: Mapping[str, str]) -> tuple[Parameter, ...] | None:
    """Give the settings of the process that a row states, in the order of their names."""
    made = []
    for column in sorted(c for c in cells if c.startswith(SETTING)):
        name = column.removeprefix(SETTING)
        for text in (name, cells[column]):
            _checked(column, text, check_label)
        made.append(Parameter(name=name, value=cells[column]))
    return tuple(made) or None


def _serial(cells: Mapping[str, str]) -> tuple[str, str | None]:
    """Give a row's serial in the canonical spelling, and as typed where that is another one."""
    typed = cells.get("unit_serial", "")
    serial = _checked("unit_serial", typed, canonical_serial)
    return serial, typed if typed != serial else None


def _check_against_plan(cells: Mapping[str, str], planned: Characteristic) -> None:
    """Hold what the file says about a characteristic against the plan."""
    unit = cells.get("unit_of_measure")
    if unit is not None and unit != planned.unit:
        raise Problem("unit_of_measure", unit, f"the plan says {planned.unit or 'no unit'}")
    kind = cells.get("kind")
    if kind is not None and kind.lower() != planned.kind:
        raise Problem("kind", kind, f"the plan says {planned.kind}")
    if planned.kind is not Kind.VARIABLE:
        return
    for column, limit in zip(("lower_limit", "upper_limit"), planned.scaled_limits, strict=True):
        stated = cells.get(column)
        if stated is not None and _reading(planned, column, stated) != limit:
            shown = "none" if limit is None else planned.show(limit)
            raise Problem(column, stated, f"the plan's limit is {shown}")


def _attempt(cells: Mapping[str, str]) -> int:
    text = cells.get("attempt", "1")
    if not (text.isdecimal() and text.isascii() and len(text) < 4 and int(text)):
        raise Problem("attempt", text, "must be a whole number from 1 to 999")
    return int(text)


def _observed_at(cells: Mapping[str, str]) -> datetime | None:
    text = cells.get("observed_at")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Problem("observed_at", text, "must be ISO 8601 with an offset from UTC")


def _stated(cells: Mapping[str, str]) -> bool | None:
    text = cells.get("result")
    if text is None:
        return None
    if text.lower() not in _RESULTS:
        raise Problem("result", text, "must be pass or fail")
    return _RESULTS[text.lower()]


def _replaces(cells: Mapping[str, str]) -> Replacement | None:
    serial = cells.get("replaces")
    if serial is None:
        return None
    reason = cells.get("replaces_reason", "")
    return Replacement(
        reason=_checked("replaces_reason", reason, check_text),
        serial=_checked("replaces", serial, canonical_serial),
    )


def _optional(cells: Mapping[str, str], column: str, check: Callable[[str], str]) -> str | None:
    return _checked(column, cells[column], check) if column in cells else None


def _checked(column: str, value: str, check: Callable[[str], str]) -> str:
    try:
        return check(value)
    except ValueError as error:
        raise Problem(column, value, str(error)) from None
