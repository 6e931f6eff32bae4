"""Recording at the line: the results of a unit, and what happens to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

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
from signoff_ledger.domain.notation import Notation, notation_of
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
from signoff_ledger.errors import Advice, InputError


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
    """Record the results of one unit; the batch may miss its bar by it, and hold the process."""

    batch: str
    serial: Annotated[str, AfterValidator(_checked_as_typed)]  #: The unit, as typed.
    build: UnitBuild  #: How it was made.
    values: dict[str, str]  #: Texts by characteristic id, such as `0.25` or `pass`.
    nonconformities: tuple[NonconformityField, ...] = ()  #: Nonconformities that no reading shows.
    #: What all its readings were taken with.
    gauge: Annotated[str, as_label("the gauge")] | None = None
    #: What single readings were taken with, by characteristic.
    gauges: dict[str, Annotated[str, as_label("the gauge")]] = {}
    note: Annotated[str, as_text("the note")] | None = None  #: Free words.
    #: When it was seen, as claimed.
    observed_at: Annotated[datetime, as_time("the time of observation")] | None = None
    #: Serial of the unit it stands in for, with the reason.
    replaces: Annotated[tuple[str, str], AfterValidator(_checked_replacement)] | None = None
    #: Serials that it looks like, named on purpose as other units.
    distinct_from: tuple[OtherSerial, ...] = ()
    #: The decimal sign of the values, where it is not the plan's.
    decimal: Literal["comma", "point"] | None = None
    answers: tuple[str, ...] = ()  #: Further words for pass and fail, such as `OK/NOK`.
    retest: bool = False  #: True for a further result that does not count.

    def decide(self, work: UnitOfWork) -> None:
        """Record them, and let the bar speak; a dry run judges nothing (G16)."""
        known = work.known_batch(self.batch)
        named = checked_serial("the serial", self.serial)
        readings = _readings(
            known.plan,
            self.values,
            notation_of(known.plan.sheet, self.decimal, self.answers),
        )
        report = UnitReport(
            serial=named,
            build=self.build,
            readings=readings,
            nonconformities=self.nonconformities,
            gauges=_gauges(known.plan, readings, self.gauge, self.gauges),
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


def _gauges(
    plan: InspectionPlan, readings: Mapping[str, int], of_all: str | None, stated: Mapping[str, str]
) -> dict[str, str]:
    """Put each gauge to its readings.

    Raises:
        InputError: SL109, a gauge has no reading here that it could have taken.
    """
    of_one = {(plan.named(name) or [name])[0]: gauge for name, gauge in stated.items()}
    gauges = {**dict.fromkeys(readings, of_all), **of_one}
    idle = [name for name in of_one if name not in readings]
    if idle or (of_all and of_all not in gauges.values()):
        what = f"of {printable(idle[0])}" if idle else "that is left for it"
        raise InputError(
            "SL109",
            f"the gauge {gauges.get(idle[0]) if idle else of_all} has no reading {what}",
            why="a gauge is recorded with the reading that it took",
            advice=Advice("name-gauge-of-reading"),
        )
    return {name: gauge for name, gauge in gauges.items() if gauge is not None}


def _readings(
    plan: InspectionPlan, values: Mapping[str, str], notation: Notation
) -> dict[str, int]:
    """Turn typed values into readings in the plan's scale.

    Raises:
        InputError: SL204 for an unknown characteristic, SL103 for a value that is none.
    """
    try:
        return readings_of(plan, values, notation)
    except UnreadableError as error:
        name, found = printable(error.name), plan.named(error.name)
        if len(found) != 1:
            what, why = f"the plan has no characteristic {name}", f"it has {', '.join(plan.by_id)}"
            raise InputError("SL204", what, why=why) from None
        what = f"{name} = '{printable(error.text)}' {error}"
        accepted = notation.accepts(plan.by_id[found[0]], error.text)
        raise InputError("SL103", what, why=f"the plan reads {found[0]} as {accepted}") from None
