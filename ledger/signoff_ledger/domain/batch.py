"""A batch: units built together under one bar and plan, and what may be recorded on it when.

The first valid result of a unit counts. A retest, rework or disposition is kept as well and
changes no count; a wrong entry is corrected by two people, and stays visible.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from signoff_ledger.domain.bar import MissingUnits
from signoff_ledger.domain.batch_state import BatchState
from signoff_ledger.domain.correction import correction_for
from signoff_ledger.domain.events import batch as events
from signoff_ledger.domain.nonconformity import (
    check_stated,
    failing_one,
    found_in,
    reported_one,
    spelt_by_plan,
)
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.repetition import OnRecord, retest_differences
from signoff_ledger.domain.tally import may_be_replaced
from signoff_ledger.domain.unit import UnitReport
from signoff_ledger.errors import (
    Advice,
    InputError,
    NotFoundError,
    RecordedOtherwiseError,
    RuleRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from signoff_ledger.domain.correction import Correction
    from signoff_ledger.domain.events.event import EventMetadata
    from signoff_ledger.domain.unit import NonconformityReport, Unit
    from signoff_ledger.domain.values import Disposition, Role
    from signoff_ledger.errors import Difference

CLOCK_GRACE = timedelta(minutes=5)
"""Limit of the time by which an inspector's clock may be ahead of the ledger's."""


class Batch(BatchState):
    """One attempt: a handful of units off the real tooling and line."""

    def start(self, stamp: EventMetadata, started: events.BatchStarted) -> None:
        """Begin the batch; `Process.open_batch` has checked that it may."""
        self.emit(stamp, started)

    def note_sheet(self, stamp: EventMetadata, name: str, sha256: str, rows: int) -> int:
        """Record that a file was read; gives the sheet's number within the batch."""
        number = len(self.sheets) + 1
        self.emit(stamp, events.SheetImported(name=name, rows=rows, sha256=sha256, sheet=number))
        return number

    def record_unit(
        self, stamp: EventMetadata, report: UnitReport, others: Sequence[BatchState]
    ) -> bool:
        """Record first results of a unit.

        Args:
            stamp: Who, when, under which command.
            report: What was seen; its serial in the canonical spelling.
            others: Batches in which its serial must not stand: the earlier ones of the process,
                and those of processes that are the same process (G21).

        Returns:
            False when exactly this is on record already, so nothing was recorded.

        Raises:
            RuleRefusedError: The batch is closed or full, the unit belongs elsewhere, looks like
                another one or already has such a result, or is dated before the bar or ahead.
            InputError: A reading or nonconformity that the plan does not know, or a stated result
                that is not the judged one.
        """
        known = self.units.get(report.serial)
        spelt = (spelt_by_plan(each, self.plan) for each in report.nonconformities)
        report = report._replace(nonconformities=tuple(spelt))
        self._check_ids(report.readings)
        if known is not None:
            on_record = self._on_record(known)
            if differences := on_record.differences(report):
                raise self._recorded_otherwise(report.serial, differences)
            check_stated(report, found_in(report, self.plan, self.last_nonconformity))
            report = on_record.news(report)._replace(stated_conforms=None)
            if not report.readings:
                return False
        self._check_may_record(stamp, report, others)
        similar: tuple[str, ...] = ()
        if known is None:
            similar = self._check_serial(report, others)
            self._check_slot(report)
        nonconformities = found_in(report, self.plan, self.last_nonconformity)
        check_stated(report, nonconformities)
        self.emit(
            stamp,
            events.UnitInspected(
                build=report.build if known is None else known.build,
                builder_enrolled_as=report.builder_enrolled_as if known is None else None,
                distinct_from=similar or None,
                gauges=dict(report.gauges) or None,
                nonconformities=nonconformities,
                note=report.note,
                observed_at=report.observed_at,
                readings=dict(report.readings),
                replaces=report.replaces,
                seen=dict(report.seen) or None,
                serial=report.serial,
                source=report.source,
                typed=report.typed,
            ),
        )
        return True

    def record_retest(self, stamp: EventMetadata, report: UnitReport) -> bool:
        """Record a further result of a unit, which never counts (S-28).

        Returns:
            False when the source numbers its retests and exactly this one is on record already.
        """
        unit = self.unit(report.serial)
        self._check_ids(report.readings)
        self._check_is_of_unit(report, unit)
        if self._is_retest_on_record(report, unit):
            return False
        self._check_not_ahead(stamp, report.observed_at)
        self._check_not_ahead(stamp, report.observed_until)
        self._check_is_of_readings(report)
        first = sorted(set(report.readings) - set(unit.readings))
        if first or not report.readings:
            what = (
                f"no first result of {', '.join(first)} yet" if first else "nothing to test again"
            )
            raise RuleRefusedError(
                "SL306",
                f"unit {report.serial} of batch {self.key} has {what}",
                why="the first valid result of a unit counts, whatever comes after it",
                advice=Advice("record-first-result"),
            )
        self.emit(
            stamp,
            events.UnitRetested(
                attempt=unit.retests + 2,
                gauges=dict(report.gauges) or None,
                note=report.note,
                observed_at=report.observed_at,
                readings=dict(report.readings),
                seen=dict(report.seen) or None,
                serial=report.serial,
                source=report.source,
            ),
        )
        return True

    def record_nonconformity(
        self,
        stamp: EventMetadata,
        serial: str,
        reported: NonconformityReport,
        observed_at: datetime | None,
    ) -> int:
        """Record a nonconformity seen after the unit's results; gives its number in the batch."""
        self.unit(serial)
        self._check_date(stamp, observed_at)
        number = self.last_nonconformity + 1
        self.emit(
            stamp,
            events.NonconformityRecorded(
                nonconformity=reported_one(spelt_by_plan(reported, self.plan), self.plan, number),
                observed_at=observed_at,
                serial=serial,
            ),
        )
        return number

    def dispose(
        self, stamp: EventMetadata, serial: str, disposition: Disposition, reason: str
    ) -> None:
        """Decide what happens to a unit; its result for the bar stays as it is (G4)."""
        self.unit(serial)
        self.emit(
            stamp,
            events.UnitDispositioned(disposition=disposition, reason=reason, serial=serial),
        )

    def request_correction(
        self,
        stamp: EventMetadata,
        serial: str,
        field: str,
        becomes: str,
        *,
        reason: str,
        remeasured: str | None,
        builder_enrolled_as: Role | None = None,
    ) -> int:
        """Ask for a wrong entry to be corrected; gives the correction's number in the batch."""
        number = len(self.corrections) + 1
        self.emit(
            stamp,
            correction_for(
                self.unit(serial),
                self.plan,
                self.exclusions,
                field,
                becomes,
                number=number,
                reason=reason,
                remeasured=remeasured,
                builder_enrolled_as=builder_enrolled_as,
            ),
        )
        return number

    def confirm_correction(
        self, stamp: EventMetadata, number: int, builder_enrolled_as: Role | None = None
    ) -> None:
        """Confirm a correction as a second person; from here on it counts.

        Args:
            stamp: Who, when, under which command.
            number: The correction's number in the batch.
            builder_enrolled_as: Where the builder is corrected, what the ledger knows the right
                one as.
        """
        asked = self._pending_correction(stamp, number).asked
        self._check_still_fits(asked, builder_enrolled_as)
        made = None
        if asked.reading is not None:
            unit = self.unit(asked.serial)
            characteristic = self.plan.by_id[asked.field]
            shown = any(n.characteristic == asked.field for n in unit.nonconformities.values())
            if not characteristic.conforms(asked.reading) and not shown:
                made = failing_one(asked.field, self.plan, self.last_nonconformity + 1)
        self.emit(
            stamp,
            events.CorrectionConfirmed(
                builder_enrolled_as=builder_enrolled_as, nonconformity=made, number=number
            ),
        )

    def decline_correction(self, stamp: EventMetadata, number: int, reason: str) -> None:
        """Decline a correction as a second person; the record stays as it was."""
        self._pending_correction(stamp, number)
        self.emit(stamp, events.CorrectionDeclined(number=number, reason=reason))

    def close(self, stamp: EventMetadata, note: str | None) -> None:
        """Take no more units."""
        if not self.is_open:
            raise RuleRefusedError(
                "SL305", f"batch {self.key} is closed already", advice=Advice("see-next-step")
            )
        self.emit(stamp, events.BatchClosed(note=note))

    # --- guards -------------------------------------------------------------------------------

    def _on_record(self, known: Unit) -> OnRecord:
        states = (known, self.uncorrected.get(known.serial, known))
        return OnRecord(self.recordings[known.serial], states, self.plan)

    def _recorded_otherwise(
        self, serial: str, differences: Sequence[Difference]
    ) -> RecordedOtherwiseError:
        """Name what contradicts the record, and the way to correct the first of it that has one."""
        advice = Advice("retest-or-correct")
        entries = {*self.plan.ids, *UnitBuild.model_fields}
        wrong = next((d for d in differences if d.name in entries), None)
        if wrong is not None:
            advice = Advice(
                "correct-recorded",
                serial=serial,
                name=wrong.name,
                value=wrong.here,
                batch=self.key,
            )
        what = f"unit {serial} of batch {self.key} is on record otherwise"
        return RecordedOtherwiseError(what, differences, advice=advice)

    def _check_may_record(
        self, stamp: EventMetadata, report: UnitReport, others: Sequence[BatchState]
    ) -> None:
        if not self.is_open:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.key} is closed and takes no more results",
                advice=Advice("open-next-batch"),
            )
        holder = next((batch for batch in others if report.serial in batch.units), None)
        if holder is not None:
            raise RuleRefusedError(
                "SL306",
                f"unit {report.serial} belongs to {self._named(holder)}",
                why="a repeat is proved on fresh units; a reworked unit keeps its first result",
                advice=Advice("inspect-fresh-unit"),
            )
        self._check_date(stamp, report.observed_at)
        self._check_not_ahead(stamp, report.observed_until)

    def _named(self, other: BatchState) -> str:
        """Name a batch, with its process where that is another one."""
        process = other.started.process
        of_process = f" of process {process}" if process != self.started.process else ""
        return f"batch {other.key}{of_process}"

    def _check_serial(self, report: UnitReport, others: Sequence[BatchState]) -> tuple[str, ...]:
        """Refuse a serial that looks like another one, unless that one is named on purpose.

        Gives the serials on record that it looks like and is not.
        """
        similar: list[str] = []
        for batch in (self, *others):
            for other in batch.resembling(report.serial):
                if other not in report.distinct_from:
                    raise RuleRefusedError(
                        "SL313",
                        f"unit {report.serial} looks like unit {other} of {self._named(batch)}",
                        why="the two differ by case, form, leading zeros or separators alone",
                        advice=Advice("tell-serials-apart", serial=other),
                    )
                similar.append(other)
        return tuple(dict.fromkeys(similar))

    def _check_not_ahead(self, stamp: EventMetadata, observed_at: datetime | None) -> None:
        if observed_at is not None and observed_at > stamp.at + CLOCK_GRACE:
            raise RuleRefusedError(
                "SL310",
                f"a result is dated {observed_at:%Y-%m-%d %H:%M:%S}Z, which is yet to come",
                why=f"the ledger's clock says {stamp.at:%Y-%m-%d %H:%M:%S}Z",
                advice=Advice("correct-time"),
            )

    def _check_date(self, stamp: EventMetadata, observed_at: datetime | None) -> None:
        self._check_not_ahead(stamp, observed_at)
        set_at = self.started.bar_set_at
        if observed_at is not None and observed_at < set_at:
            raise RuleRefusedError(
                "SL310",
                f"a result is dated {observed_at:%Y-%m-%d %H:%M:%S}Z, before the bar",
                why=f"the bar of batch {self.key} was set at {set_at:%Y-%m-%d %H:%M:%S}Z; "
                "a bar set after results were seen is no bar",
                advice=Advice("inspect-under-bar"),
            )

    def _check_ids(self, readings: Iterable[str]) -> None:
        unknown = sorted(set(readings) - self.plan.ids)
        if unknown:
            raise InputError(
                "SL204",
                f"the plan has no characteristic {', '.join(unknown)}",
                why=f"it has {', '.join(self.plan.by_id)}",
            )

    def _check_is_of_unit(self, report: UnitReport, unit: Unit) -> None:
        """Refuse a retest that says otherwise how its unit was made."""
        on_record = self._on_record(unit)
        said = UnitReport(report.serial, report.build, {}, replaces=report.replaces)
        if differences := on_record.differences(said):
            raise self._recorded_otherwise(report.serial, differences)

    def _is_retest_on_record(self, report: UnitReport, unit: Unit) -> bool:
        """Find the retest that has the number of this one.

        Raises:
            RecordedOtherwiseError: It says something else.
            RuleRefusedError: One before it is missing.
        """
        number = report.attempt
        if number is None or number == unit.retests + 2:
            return False
        if number > unit.retests + 2:
            raise RuleRefusedError(
                "SL306",
                f"attempt {number} of unit {report.serial} would be the {unit.retests + 2}. on "
                f"record of batch {self.key}",
                why="no attempt before it is left out",
                advice=Advice("record-first-result"),
            )
        known = self.retested[report.serial][number - 2]
        if differences := retest_differences(known, report, self.plan):
            what = f"attempt {number} of unit {report.serial} is on record otherwise"
            raise RecordedOtherwiseError(what, differences, advice=Advice("record-next-attempt"))
        return True

    def _check_is_of_readings(self, report: UnitReport) -> None:
        """Refuse a retest that reports a nonconformity without a reading that shows it."""
        found = found_in(report, self.plan, self.last_nonconformity)
        separate = [n.mode for n in found if n.characteristic is None or n.location or n.note]
        if separate:
            raise InputError(
                "SL109",
                f"a retest of unit {report.serial} reports {', '.join(separate)}",
                why="a retest keeps further readings, and none of it shows that",
                advice=Advice("record-found-later"),
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
                advice=Advice("name-replaced-unit")
                if replacing
                else Advice("close-batch", batch=self.key),
            )

    def _check_replaces(self, serial: str) -> None:
        if self.bar.missing_units is not MissingUnits.REPLACE:
            raise RuleRefusedError(
                "SL305",
                f"batch {self.key} takes no replacements",
                why="its bar was registered with missing_units = reject",
                advice=Advice("close-before-next-bar", batch=self.key),
            )
        unit = self.unit(serial)
        why = ""
        if any(other.replaces == serial for other in self.units.values()):
            why = "it was replaced already"
        elif unit.nonconformities:
            why = "it shows a nonconformity, which would go with it"
        elif not may_be_replaced(unit, self.exclusions(unit), self.plan):
            why = "it is complete and counts"
        if why:
            raise RuleRefusedError(
                "SL305",
                f"unit {serial} cannot be replaced",
                why=why,
            )

    def _pending_correction(self, stamp: EventMetadata, number: int) -> Correction:
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
                advice=Advice("confirm-by-another-person"),
            )
        return correction

    def _check_still_fits(
        self, asked: events.CorrectionRequested, builder_enrolled_as: Role | None
    ) -> None:
        """Hold a request against what is on record now: another correction may have come first."""
        now = correction_for(
            self.unit(asked.serial),
            self.plan,
            self.exclusions,
            asked.field,
            asked.becomes,
            number=asked.number,
            reason=asked.reason,
            remeasured=asked.remeasured,
            builder_enrolled_as=builder_enrolled_as,
        )
        if now != asked:
            raise RuleRefusedError(
                "SL305",
                f"correction {asked.number} of batch {self.key} no longer fits the record",
                why=f"it would correct {asked.was}, by now {asked.field} is {now.was}",
                advice=Advice("decline-correction"),
            )
