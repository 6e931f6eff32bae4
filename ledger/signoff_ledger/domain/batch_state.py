"""The state of a batch as its events left it: units, corrections, what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, ClassVar, Self

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.correction import Correction, corrected
from signoff_ledger.domain.events import batch as events
from signoff_ledger.domain.spelling import look_alike, resemblance
from signoff_ledger.domain.tally import exclusions, tally
from signoff_ledger.domain.unit import Unit
from signoff_ledger.domain.values import Disposition
from signoff_ledger.errors import Advice, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.tally import Tally
    from signoff_ledger.domain.values import Outcome


class _Counts:
    """The last count of a batch, which copies of the batch have in common.

    The store copies a batch out of its cache for each question; it is counted for the first one.
    A count belongs to the line that the batch ends with, so that copies to which different events
    came each have their own.
    """

    last: tuple[bytes | None, Bar, Tally] | None = None


class BatchState(Aggregate):
    """State of one batch, computed from its events. Commands are in `batch.Batch`."""

    KIND = "batch"

    started: events.BatchStarted
    bar: Bar
    plan: InspectionPlan
    opened_at: datetime

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.units: dict[str, Unit] = {}
        self.uncorrected: dict[str, Unit] = {}
        self.recordings: dict[str, tuple[events.UnitInspected, ...]] = {}
        self.retested: dict[str, tuple[events.UnitRetested, ...]] = {}
        self.forms: dict[str, tuple[str, ...]] = {}
        self.sheets: dict[str, events.SheetImported] = {}
        self.corrections: dict[int, Correction] = {}
        self.voided: dict[int, events.Nonconformity] = {}
        self.outcomes: list[Outcome] = []
        self.last_nonconformity = 0
        self.planned_units = 0
        self.first_result_version: int | None = None
        self.closed_version: int | None = None
        self.counts = _Counts()

    @property
    def is_open(self) -> bool:
        """True until the batch is closed."""
        return self.closed_version is None

    @property
    def is_empty(self) -> bool:
        """True for a closed batch without a unit: no attempt, no evidence, no repeat (G25)."""
        return not self.is_open and not self.units

    @property
    def run_tooling(self) -> str:
        """The tooling of the run, where a unit does not say otherwise."""
        return self.started.made_on.tooling or self.started.required.tooling

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
            alike = ", ".join(self.resembling(serial))
            raise NotFoundError(
                "SL204",
                f"batch {self.key} has no unit {serial}",
                why=f"it has {alike}, which looks like it" if alike else "",
                advice=Advice("list-units", batch=self.key),
            )
        return unit

    @property
    def unknown_builders(self) -> tuple[str, ...]:
        """The builders not enrolled as engineer or approver when their units were recorded."""
        named = (u.build.built_by for u in self.units.values() if u.builder_enrolled_as is None)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def resembling(self, serial: str) -> Iterator[str]:
        """Give the units on record that a serial looks like, other than the unit itself."""
        for other in self.forms.get(resemblance(serial), ()):
            if other != serial and look_alike(other, serial):
                yield other

    def exclusions(self, unit: Unit) -> tuple[str, ...]:
        """Name every reason why a unit's make keeps it from counting; empty when none does."""
        return exclusions(unit, self.started, self.opened_at)

    def tally(self, bar: Bar | None = None) -> Tally:
        """Count the units under the batch's bar or another; once for each of its versions."""
        bar = bar or self.bar
        last = self.counts.last
        if last is None or last[:2] != (self.head, bar):
            counted = tally(self.units, self.started, bar, self.opened_at)
            last = self.counts.last = (self.head, bar, counted)
        return last[2]

    def without_hindsight(self, serials: Collection[str] | None = None) -> Self:
        """Give the batch as it would be without later corrections and replacements (G20).

        Corrections are left out, and so are units that came in place of one whose result was known.

        Args:
            serials: The units to leave that out of; all of them by default.
        """
        twin = deepcopy(self)
        twin.counts = _Counts()
        twin.units = {
            serial: self.uncorrected.get(serial, unit) if _is_in(serial, serials) else unit
            for serial, unit in self.units.items()
            if not (unit.replaced_knowingly and _is_in(serial, serials))
        }
        return twin

    # --- evolution ----------------------------------------------------------------------------

    def _change(self, serial: str, change: Callable[[Unit], Unit]) -> None:
        """Change a unit, and what it would be without its corrections, in the same way."""
        self.units[serial] = change(self.units[serial])
        if serial in self.uncorrected:
            self.uncorrected[serial] = change(self.uncorrected[serial])

    def _started(self, event: events.BatchStarted, entry: EventEnvelope) -> None:
        self.started, self.bar, self.plan = event, event.bar, event.plan
        self.opened_at = entry.at

    def _sheet(self, event: events.SheetImported, _: EventEnvelope) -> None:
        self.sheets[event.sha256] = event

    def _inspected(self, event: events.UnitInspected, entry: EventEnvelope) -> None:
        if self.first_result_version is None:
            self.first_result_version = entry.version
        self.recordings[event.serial] = (*self.recordings.get(event.serial, ()), event)
        made = {n.number: n for n in event.nonconformities}
        if made:
            self.last_nonconformity = max(made)
        if event.serial not in self.units:
            self._first_inspected(event, entry, made)
            return
        self._change(
            event.serial,
            lambda known: known._replace(
                readings={**known.readings, **event.readings},
                nonconformities={**known.nonconformities, **made},
                inspectors=tuple(dict.fromkeys((*known.inspectors, entry.by))),
                events=(*known.events, entry.version),
                gauges={**known.gauges, **(event.gauges or {})},
                observed_at=known.seen_at(event.observed_at),
            ),
        )

    def _first_inspected(
        self,
        event: events.UnitInspected,
        entry: EventEnvelope,
        made: dict[int, events.Nonconformity],
    ) -> None:
        replaced = self.units.get(event.replaces.serial) if event.replaces else None
        self.planned_units += event.replaces is None
        form = resemblance(event.serial)
        self.forms[form] = (*self.forms.get(form, ()), event.serial)
        self.units[event.serial] = Unit(
            serial=event.serial,
            build=event.build,
            readings=event.readings,
            nonconformities=made,
            inspectors=(entry.by,),
            events=(entry.version,),
            replaces=event.replaces.serial if event.replaces else None,
            replaced_knowingly=replaced is not None
            and bool(replaced.readings or replaced.nonconformities),
            builder_enrolled_as=event.builder_enrolled_as,
            distinct_from=event.distinct_from or (),
            gauges=event.gauges or {},
            observed_at=event.observed_at,
            typed=event.typed,
        )

    def _builder_identified(self, event: events.BuilderIdentified, entry: EventEnvelope) -> None:
        for unit in [u for u in self.units.values() if u.build.built_by == event.built_by]:
            self._change(
                unit.serial,
                lambda known: known._replace(
                    builder_enrolled_as=event.enrolled_as, events=(*known.events, entry.version)
                ),
            )

    def _retested(self, event: events.UnitRetested, _: EventEnvelope) -> None:
        self.retested[event.serial] = (*self.retested.get(event.serial, ()), event)
        failing = tuple(self.plan.failing(event.readings))
        self._change(
            event.serial,
            lambda unit: unit._replace(
                retests=unit.retests + 1,
                failed_retests=tuple(dict.fromkeys((*unit.failed_retests, *failing))),
                observed_at=unit.seen_at(event.observed_at),
            ),
        )

    def _nonconformity_recorded(
        self, event: events.NonconformityRecorded, entry: EventEnvelope
    ) -> None:
        made = event.nonconformity
        self.last_nonconformity = made.number
        self._change(
            event.serial,
            lambda unit: unit._replace(
                nonconformities={**unit.nonconformities, made.number: made},
                events=(*unit.events, entry.version),
                observed_at=unit.seen_at(event.observed_at),
            ),
        )

    def _dispositioned(self, event: events.UnitDispositioned, _: EventEnvelope) -> None:
        self._change(
            event.serial,
            lambda unit: unit._replace(
                disposition=event.disposition,
                is_scrapped=unit.is_scrapped or event.disposition is Disposition.SCRAP,
            ),
        )

    def _correction_requested(
        self, event: events.CorrectionRequested, entry: EventEnvelope
    ) -> None:
        self.corrections[event.number] = Correction(event, entry.by, entry.version)

    def _correction_confirmed(
        self, event: events.CorrectionConfirmed, entry: EventEnvelope
    ) -> None:
        correction = self.corrections[event.number]
        asked = correction.asked
        self.corrections[event.number] = correction._replace(confirmed_by=entry.by)
        unit = self.units[asked.serial]
        self.uncorrected.setdefault(asked.serial, unit)
        after, voided = corrected(unit, self.plan, asked, event)
        self.voided.update(voided)
        if event.nonconformity is not None:
            self.last_nonconformity = event.nonconformity.number
        if asked.reading is not None:
            # The person who gave the value that counts now has inspected the unit, too (G24).
            recorded_by = tuple(dict.fromkeys((*unit.inspectors, correction.asked_by)))
            after = after._replace(inspectors=recorded_by)
        self.units[unit.serial] = after._replace(events=(*unit.events, entry.version))

    def _correction_declined(self, event: events.CorrectionDeclined, entry: EventEnvelope) -> None:
        correction = self.corrections[event.number]
        self.corrections[event.number] = correction._replace(declined_by=entry.by)

    def _closed(self, _: events.BatchClosed, entry: EventEnvelope) -> None:
        self.closed_version = entry.version

    def _decided(self, event: events.BatchDecided, _: EventEnvelope) -> None:
        self.outcomes.append(event.outcome)

    EVOLVE: ClassVar = {
        events.BatchStarted: _started,
        events.SheetImported: _sheet,
        events.UnitInspected: _inspected,
        events.BuilderIdentified: _builder_identified,
        events.UnitRetested: _retested,
        events.NonconformityRecorded: _nonconformity_recorded,
        events.UnitDispositioned: _dispositioned,
        events.CorrectionRequested: _correction_requested,
        events.CorrectionConfirmed: _correction_confirmed,
        events.CorrectionDeclined: _correction_declined,
        events.BatchClosed: _closed,
        events.BatchDecided: _decided,
    }


def _is_in(serial: str, serials: Collection[str] | None) -> bool:
    return serials is None or serial in serials
