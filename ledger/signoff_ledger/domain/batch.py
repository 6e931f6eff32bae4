"""A batch: units built together under one bar and plan, and what may be recorded on it when.

The first valid result of a unit counts. A retest, rework or disposition is kept beside it and
changes no count; a wrong entry is corrected by two people, and stays visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from signoff_ledger.domain import batch_events as events
from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.bar import MissingUnits
from signoff_ledger.domain.correction import Correction, corrected, correction_for
from signoff_ledger.domain.nonconformity import check_stated, failing_one, found_in, reported_one
from signoff_ledger.domain.tally import exclusions, missing_readings, tally
from signoff_ledger.domain.unit import Unit
from signoff_ledger.errors import Attempt, InputError, NotFoundError, RuleRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.event import Entry, Stamp
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.tally import Tally
    from signoff_ledger.domain.unit import DefectReport, UnitReport
    from signoff_ledger.domain.values import Disposition, Outcome


class Batch(Aggregate):
    """One attempt: a handful of units off the real tooling and line."""

    KIND = "batch"

    started: events.BatchStarted
    bar: Bar
    plan: InspectionPlan

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.units: dict[str, Unit] = {}
        self.sheets: dict[str, events.SheetImported] = {}
        self.corrections: dict[int, Correction] = {}
        self.voided: dict[int, events.Nonconformity] = {}
        self.outcomes: list[Outcome] = []
        self.last_nonconformity = 0
        self.planned_units = 0
        self.bar_version = 1
        self.first_result_version: int | None = None
        self.closed_version: int | None = None
        self._counted: tuple[int, Bar, Tally] | None = None

    @property
    def is_open(self) -> bool:
        """True until the batch is closed."""
        return self.closed_version is None

    @property
    def pending_corrections(self) -> tuple[Correction, ...]:
        """Corrections that no second person has confirmed or declined."""
        return tuple(c for c in self.corrections.values() if c.is_pending)

    def unit(self, serial: str) -> Unit:
        """Find a unit.

        Raises:
            NotFoundError: Nothing is recorded under that serial.
        """
        unit = self.units.get(serial)
        if unit is None:
            raise NotFoundError(
                "SL204",
                f"batch {self.key} has no unit {serial}",
                fix=f"list its units with  signoff status --batch {self.key}",
            )
        return unit

    def tally(self, bar: Bar | None = None) -> Tally:
        """Count the units under the batch's bar or another; once for each of its versions."""
        bar = bar or self.bar
        if self._counted is None or self._counted[:2] != (self.version, bar):
            self._counted = (self.version, bar, tally(self.units, self.started, bar))
        return self._counted[2]

    def start(self, stamp: Stamp, started: events.BatchStarted) -> None:
        """Begin the batch; `Process.open_batch` has checked that it may."""
        self.emit(stamp, started)

    def check_bar_may_change(self, bar_number: int, command: str) -> None:
        """Refuse another bar once there are results (G6).

        Raises:
            RuleRefusedError: SL303, to be recorded as a late bar (G13).
        """
        if self.first_result_version is None:
            return
        why = f"{len(self.units)} of its units already have results"
        raise RuleRefusedError(
            "SL303",
            f"the bar of batch {self.key} can no longer change",
            why=why,
            fix="close this batch; another bar can be set before the next one's first result",
            attempt=Attempt(
                self.started.process,
                command,
                f"bar {bar_number} for batch {self.key}",
                [("bar-before-results", why)],
            ),
        )

    def replace_bar(self, stamp: Stamp, replaced: events.BatchBarReplaced) -> None:
        """Put a superseding bar in force, which is possible before the first result only (G6)."""
        self.check_bar_may_change(replaced.bar_number, "bar supersede")
        self.emit(stamp, replaced)

    def note_sheet(self, stamp: Stamp, name: str, sha256: str, rows: int) -> int:
        """Record that a file was read; gives the sheet's number within the batch."""
        number = len(self.sheets) + 1
        self.emit(stamp, events.SheetImported(name=name, rows=rows, sha256=sha256, sheet=number))
        return number

    def record_unit(self, stamp: Stamp, report: UnitReport, taken: Mapping[str, str]) -> bool:
        """Record first results of a unit.

        Args:
            stamp: Who, when, under which command.
            report: What was seen.
            taken: Serials of earlier batches of the process, with the batch each belongs to.

        Returns:
            False when exactly this is on record already, so nothing was recorded.

        Raises:
            RuleRefusedError: The batch is closed or full, the unit belongs elsewhere or already
                has such a result, or the result is dated before the bar.
            InputError: A reading or defect that the plan does not know, or a stated result that
                is not the judged one.
        """
        known = self.units.get(report.serial)
        if known is not None and self._is_repeated(known, report):
            return False
        self._check_may_record(report, taken)
        self._check_readings(report, known)
        if known is None:
            self._check_slot(report)
        nonconformities = found_in(report, self.plan, self.last_nonconformity)
        check_stated(report, nonconformities)
        self.emit(
            stamp,
            events.UnitInspected(
                build=report.build if known is None else known.build,
                gauge=report.gauge,
                nonconformities=nonconformities,
                note=report.note,
                observed_at=report.observed_at,
                readings=dict(report.readings),
                replaces=report.replaces,
                serial=report.serial,
                source=report.source,
            ),
        )
        return True

    def record_retest(self, stamp: Stamp, report: UnitReport) -> None:
        """Record a further result of a unit, which never counts (S-28)."""
        unit = self.unit(report.serial)
        self._check_ids(report.readings)
        self.emit(
            stamp,
            events.UnitRetested(
                attempt=unit.retests + 2,
                note=report.note,
                observed_at=report.observed_at,
                readings=dict(report.readings),
                serial=report.serial,
                source=report.source,
            ),
        )

    def record_nonconformity(
        self, stamp: Stamp, serial: str, defect: DefectReport, observed_at: datetime | None
    ) -> int:
        """Record a fault seen after the unit's results; gives its number in the batch."""
        self.unit(serial)
        self._check_date(observed_at)
        number = self.last_nonconformity + 1
        self.emit(
            stamp,
            events.NonconformityRecorded(
                nonconformity=reported_one(defect, self.plan, number),
                observed_at=observed_at,
                serial=serial,
            ),
        )
        return number

    def dispose(self, stamp: Stamp, serial: str, disposition: Disposition, reason: str) -> None:
        """Decide what happens to a unit; its result for the bar stays as it is (G4)."""
        self.unit(serial)
        self.emit(
            stamp,
            events.UnitDispositioned(disposition=disposition, reason=reason, serial=serial),
        )

    def request_correction(
        self,
        stamp: Stamp,
        serial: str,
        field: str,
        becomes: str,
        *,
        reason: str,
        remeasured: str | None,
    ) -> int:
        """Ask for a wrong entry to be corrected; gives the correction's number in the batch."""
        number = len(self.corrections) + 1
        self.emit(
            stamp,
            correction_for(
                self.unit(serial),
                self.started,
                field,
                becomes,
                number=number,
                reason=reason,
                remeasured=remeasured,
            ),
        )
        return number

    def confirm_correction(self, stamp: Stamp, number: int) -> None:
        """Confirm a correction as a second person; from here on it counts."""
        asked = self._pending_correction(stamp, number).asked
        self._check_still_fits(asked)
        made = None
        if asked.reading is not None:
            unit = self.unit(asked.serial)
            characteristic = self.plan.by_id[asked.field]
            shown = any(n.characteristic == asked.field for n in unit.nonconformities.values())
            if not characteristic.conforms(asked.reading) and not shown:
                made = failing_one(asked.field, self.plan, self.last_nonconformity + 1)
        self.emit(stamp, events.CorrectionConfirmed(nonconformity=made, number=number))

    def decline_correction(self, stamp: Stamp, number: int, reason: str) -> None:
        """Decline a correction as a second person; the record stays as it was."""
        self._pending_correction(stamp, number)
        self.emit(stamp, events.CorrectionDeclined(number=number, reason=reason))

    def close(self, stamp: Stamp, note: str | None) -> None:
        """Take no more units."""
        if not self.is_open:
            fix = "nothing needs to be done;  signoff check  says what comes next"
            raise RuleRefusedError("SL305", f"batch {self.key} is closed already", fix=fix)
        self.emit(stamp, events.BatchClosed(note=note))

    def note_decision(self, stamp: Stamp, outcome: Outcome, process_version: int) -> None:
        """Note the decision that was taken on this batch."""
        self.emit(stamp, events.BatchDecided(outcome=outcome, process_version=process_version))

    # --- guards -------------------------------------------------------------------------------

    def _is_repeated(self, known: Unit, report: UnitReport) -> bool:
        same_readings = all(known.readings.get(k) == v for k, v in report.readings.items())
        modes = {(n.mode, n.location) for n in known.nonconformities.values()}
        same_defects = all((d.mode, d.location) in modes for d in report.defects)
        return same_readings and same_defects and report.build.agrees_with(known.build)

    def _check_may_record(self, report: UnitReport, taken: Mapping[str, str]) -> None:
        if not self.is_open:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.key} is closed and takes no more results",
                fix="open the next batch; a wrong entry is corrected with  signoff correct",
            )
        if report.serial in taken:
            raise RuleRefusedError(
                "SL306",
                f"unit {report.serial} belongs to batch {taken[report.serial]}",
                why="a repeat is proved on fresh units; a reworked unit keeps its first result",
                fix="build and inspect a fresh unit",
            )
        self._check_date(report.observed_at)

    def _check_date(self, observed_at: datetime | None) -> None:
        set_at = self.started.bar_set_at
        if observed_at is not None and observed_at < set_at:
            raise RuleRefusedError(
                "SL310",
                f"a result is dated {observed_at:%Y-%m-%d %H:%M:%S}Z, before the bar",
                why=f"the bar of batch {self.key} was set at {set_at:%Y-%m-%d %H:%M:%S}Z; "
                "a bar set after results were seen is no bar",
                fix="inspect units built under this bar; if the time is a slip, correct it",
            )

    def _check_readings(self, report: UnitReport, known: Unit | None) -> None:
        self._check_ids(report.readings)
        if known is None:
            return
        again = sorted(set(report.readings) & set(known.readings))
        replaces = report.replaces.serial if report.replaces else known.replaces
        same_unit = report.build.agrees_with(known.build) and replaces == known.replaces
        if again or not report.readings or not same_unit:
            what = f"a first result for {', '.join(again)}" if again else "first results"
            raise RuleRefusedError(
                "SL306",
                f"unit {report.serial} of batch {self.key} already has {what}",
                why="the first valid result of a unit counts",
                fix="record a further measurement with --retest, or ask for a correction with  "
                "signoff correct",
            )

    def _check_ids(self, readings: Iterable[str]) -> None:
        unknown = sorted(set(readings) - self.plan.ids)
        if unknown:
            raise InputError(
                "SL204",
                f"the plan has no characteristic {', '.join(unknown)}",
                why=f"it has {', '.join(self.plan.by_id)}",
            )

    def _check_slot(self, report: UnitReport) -> None:
        if report.replaces is not None:
            self._check_replaces(report.replaces.serial)
            return
        if self.planned_units >= self.bar.units:
            replacing = self.bar.missing_units is MissingUnits.REPLACE
            raise RuleRefusedError(
                "SL305",
                f"batch {self.key} has its {self.bar.units} planned units",
                why="the batch size is part of the bar; choosing among more units would not be",
                fix="name the unit it stands in for with --replaces and a reason"
                if replacing
                else "close the batch",
            )

    def _check_replaces(self, serial: str) -> None:
        if self.bar.missing_units is not MissingUnits.REPLACE:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.key} takes no replacements",
                why="its bar was registered with missing_units = reject",
                fix="close the batch; register another bar before the next one",
            )
        unit = self.unit(serial)
        why = ""
        if any(other.replaces == serial for other in self.units.values()):
            why = "it was replaced already"
        elif not exclusions(unit, self.started):
            if not missing_readings(unit, self.plan):
                why = "it is complete and counts"
            elif unit.nonconformities:
                why = "it shows a nonconformity, which would go with it"
        if why:
            raise RuleRefusedError(
                "SL305",
                f"unit {serial} cannot be replaced",
                why=why,
                fix="a unit that counts cannot be exchanged for another",
            )

    def _pending_correction(self, stamp: Stamp, number: int) -> Correction:
        correction = self.corrections.get(number)
        if correction is None or not correction.is_pending:
            waiting = ", ".join(str(c.asked.number) for c in self.pending_corrections) or "none"
            what = f"batch {self.key} has no pending correction {number}"
            raise NotFoundError("SL204", what, why=f"waiting: {waiting}")
        if correction.asked_by == stamp.by:
            raise RuleRefusedError(
                "SL307",
                f"correction {number} of batch {self.key} needs a second person",
                why=f"{stamp.by} asked for it",
                fix="have somebody else look and confirm it",
            )
        return correction

    def _check_still_fits(self, asked: events.CorrectionRequested) -> None:
        """Hold a request against what is on record now: another correction may have come first."""
        now = correction_for(
            self.unit(asked.serial),
            self.started,
            asked.field,
            asked.becomes,
            number=asked.number,
            reason=asked.reason,
            remeasured=asked.remeasured,
        )
        if now != asked:
            raise RuleRefusedError(
                "SL305",
                f"correction {asked.number} of batch {self.key} no longer fits the record",
                why=f"it would correct {asked.was}, by now {asked.field} is {now.was}",
                fix="decline it and ask for another",
            )

    # --- evolution ----------------------------------------------------------------------------

    def _started(self, event: events.BatchStarted, _: Entry) -> None:
        self.started, self.bar, self.plan = event, event.bar, event.plan

    def _bar_replaced(self, event: events.BatchBarReplaced, entry: Entry) -> None:
        self.bar, self.bar_version = event.bar, entry.version
        self.started = self.started.model_copy(
            update={
                "bar": event.bar,
                "bar_number": event.bar_number,
                "bar_set_at": event.bar_set_at,
                "bar_sha256": event.bar_sha256,
            }
        )

    def _sheet(self, event: events.SheetImported, _: Entry) -> None:
        self.sheets[event.sha256] = event

    def _inspected(self, event: events.UnitInspected, entry: Entry) -> None:
        if self.first_result_version is None:
            self.first_result_version = entry.version
        made = {n.number: n for n in event.nonconformities}
        if made:
            self.last_nonconformity = max(made)
        known = self.units.get(event.serial)
        if known is None:
            self.planned_units += event.replaces is None
            self.units[event.serial] = Unit(
                serial=event.serial,
                build=event.build,
                readings=event.readings,
                nonconformities=made,
                inspectors=(entry.by,),
                events=(entry.version,),
                replaces=event.replaces.serial if event.replaces else None,
            )
            return
        self.units[event.serial] = known._replace(
            readings={**known.readings, **event.readings},
            nonconformities={**known.nonconformities, **made},
            inspectors=tuple(dict.fromkeys((*known.inspectors, entry.by))),
            events=(*known.events, entry.version),
        )

    def _retested(self, event: events.UnitRetested, _: Entry) -> None:
        unit = self.units[event.serial]
        self.units[event.serial] = unit._replace(retests=unit.retests + 1)

    def _nonconformity_recorded(self, event: events.NonconformityRecorded, entry: Entry) -> None:
        unit = self.units[event.serial]
        made = event.nonconformity
        self.last_nonconformity = made.number
        self.units[event.serial] = unit._replace(
            nonconformities={**unit.nonconformities, made.number: made},
            events=(*unit.events, entry.version),
        )

    def _dispositioned(self, event: events.UnitDispositioned, _: Entry) -> None:
        self.units[event.serial] = self.units[event.serial]._replace(disposition=event.disposition)

    def _correction_requested(self, event: events.CorrectionRequested, entry: Entry) -> None:
        self.corrections[event.number] = Correction(event, entry.by, entry.version)

    def _correction_confirmed(self, event: events.CorrectionConfirmed, entry: Entry) -> None:
        correction = self.corrections[event.number]
        self.corrections[event.number] = correction._replace(confirmed_by=entry.by)
        unit = self.units[correction.asked.serial]
        after, voided = corrected(unit, self.plan, correction.asked, event.nonconformity)
        self.voided.update(voided)
        if event.nonconformity is not None:
            self.last_nonconformity = event.nonconformity.number
        self.units[unit.serial] = after._replace(events=(*unit.events, entry.version))

    def _correction_declined(self, event: events.CorrectionDeclined, entry: Entry) -> None:
        correction = self.corrections[event.number]
        self.corrections[event.number] = correction._replace(declined_by=entry.by)

    def _closed(self, _: events.BatchClosed, entry: Entry) -> None:
        self.closed_version = entry.version

    def _decided(self, event: events.BatchDecided, _: Entry) -> None:
        self.outcomes.append(event.outcome)

    EVOLVE: ClassVar = {
        events.BatchStarted: _started,
        events.BatchBarReplaced: _bar_replaced,
        events.SheetImported: _sheet,
        events.UnitInspected: _inspected,
        events.UnitRetested: _retested,
        events.NonconformityRecorded: _nonconformity_recorded,
        events.UnitDispositioned: _dispositioned,
        events.CorrectionRequested: _correction_requested,
        events.CorrectionConfirmed: _correction_confirmed,
        events.CorrectionDeclined: _correction_declined,
        events.BatchClosed: _closed,
        events.BatchDecided: _decided,
    }
