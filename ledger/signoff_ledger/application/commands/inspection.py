"""Recording at the line: the results of a unit, and what happens to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from signoff_ledger.application.commands.command import (
    ASSESSES,
    INSPECTS,
    Command,
    as_label,
    as_serial,
    as_text,
    as_time,
)
from signoff_ledger.application.commands.follow_up import amend, settle
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.events.batch import Replacement
from signoff_ledger.domain.plan import InspectionPlan, UnitBuild
from signoff_ledger.domain.text_checks import (
    checked_key,
    checked_label,
    checked_serial,
    checked_text,
    printable,
)
from signoff_ledger.domain.unit import NonconformityReport, UnitReport, UnreadableError, readings_of
from signoff_ledger.domain.values import Disposition
from signoff_ledger.errors import InputError


def check_nonconformity(report: NonconformityReport) -> NonconformityReport:
    """Refuse a nonconformity whose texts cannot be recorded; the plan knows its zones."""
    checked_key("the nonconformity's mode", report.mode)
    checked_label("the nonconformity's location", report.location)
    checked_text("the nonconformity's note", report.note)
    return report


def _checked_as_typed(typed: str) -> str:
    checked_serial("the serial", typed)
    return typed


def _checked_replacement(replaces: tuple[str, str]) -> tuple[str, str]:
    named, reason = replaces
    checked_text("the reason for replacing", reason)
    return checked_serial("the replaced serial", named), reason


NonconformityField = Annotated[NonconformityReport, AfterValidator(check_nonconformity)]
OtherSerial = Annotated[str, as_serial("the other unit's serial")]
"""The serial of a unit that another one looks like and is not."""


class RecordUnit(Command, name="record", roles=INSPECTS):
    """Record the results of one unit; the batch may miss its bar by it, and hold the process.

    Attributes:
        batch: The batch.
        serial: The unit, as typed.
        build: How it was made.
        values: Texts by characteristic id, such as `0.25` or `pass`.
        nonconformities: Nonconformities that no reading shows.
        gauge: What it was measured with.
        note: Free words.
        observed_at: When it was seen, as claimed.
        replaces: Serial of the unit it stands in for, with the reason.
        distinct_from: Serials that it looks like, named on purpose as other units.
        retest: True for a further result that does not count.
    """

    batch: str
    serial: Annotated[str, AfterValidator(_checked_as_typed)]
    build: UnitBuild
    values: dict[str, str]
    nonconformities: tuple[NonconformityField, ...] = ()
    gauge: Annotated[str, as_label("the gauge")] | None = None
    note: Annotated[str, as_text("the note")] | None = None
    observed_at: Annotated[datetime, as_time("the time of observation")] | None = None
    replaces: Annotated[tuple[str, str], AfterValidator(_checked_replacement)] | None = None
    distinct_from: tuple[OtherSerial, ...] = ()
    retest: bool = False

    def decide(self, work: UnitOfWork) -> None:
        """Record them, and let the bar speak; a dry run judges nothing (G16)."""
        known = work.known_batch(self.batch)
        named = checked_serial("the serial", self.serial)
        report = UnitReport(
            serial=named,
            build=self.build,
            readings=_readings(known.plan, self.values),
            nonconformities=self.nonconformities,
            gauge=self.gauge,
            note=self.note,
            observed_at=self.observed_at,
            replaces=Replacement(reason=self.replaces[1], serial=self.replaces[0])
            if self.replaces
            else None,
            builder_enrolled_as=work.builder_role(self.build.built_by),
            distinct_from=self.distinct_from,
            typed=self.serial if self.serial != named else None,
        )
        if self.retest:
            known.record_retest(work.stamp, report)
            if not work.dry_run:
                amend(work, known)
        elif (
            known.record_unit(work.stamp, report, work.batches_to_compare(known))
            and not work.dry_run
        ):
            settle(work, known)


class DisposeUnit(Command, name="dispose", roles=ASSESSES):
    """Decide what happens to a unit; no count changes (G4)."""

    batch: str
    serial: Annotated[str, as_serial("the serial")]
    disposition: Disposition
    reason: Annotated[str, as_text("the reason")]

    def decide(self, work: UnitOfWork) -> None:
        """Dispose of it."""
        batch = work.known_batch(self.batch)
        batch.dispose(work.stamp, self.serial, self.disposition, self.reason)


def _readings(plan: InspectionPlan, values: Mapping[str, str]) -> dict[str, int]:
    """Turn typed values into readings in the plan's scale.

    Raises:
        InputError: SL204 for an unknown characteristic, SL103 for a value that is none.
    """
    try:
        return readings_of(plan, values)
    except UnreadableError as error:
        name, planned = printable(error.name), plan.by_id.get(error.name)
        if planned is None:
            what, why = f"the plan has no characteristic {name}", f"it has {', '.join(plan.by_id)}"
            raise InputError("SL204", what, why=why) from None
        scale = f"{planned.kind} in {planned.unit or 'pass or fail'}"
        what = f"{name} = '{printable(error.text)}' {error}"
        raise InputError("SL103", what, why=f"the plan reads {name} as {scale}") from None
