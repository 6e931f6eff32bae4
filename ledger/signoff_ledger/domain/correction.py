"""Corrections: what was wrong on record, what it should be, and what that does to a unit.

A correction never erases: the old value stays in the event that recorded it and in the request,
and a reject goes away only where the measurement was invalid and was made again (S-23).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from signoff_ledger.domain.batch_events import CorrectionRequested, Nonconformity
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.tally import exclusions
from signoff_ledger.errors import InputError, NotFoundError, RuleRefusedError

if TYPE_CHECKING:
    from signoff_ledger.domain.batch_events import BatchStarted
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.unit import Unit

VOID = "void"
_NUMBERED = re.compile(r"D-(\d{1,9})", re.ASCII)


class Correction(NamedTuple):
    """A requested correction and what became of it.

    Attributes:
        asked: The request.
        asked_by: Who asked.
        version: The request's version in the batch's stream.
        confirmed_by: The second person who agreed.
        declined_by: The second person who did not.
    """

    asked: CorrectionRequested
    asked_by: str
    version: int
    confirmed_by: str | None = None
    declined_by: str | None = None

    @property
    def is_pending(self) -> bool:
        """True until a second person has answered."""
        return self.confirmed_by is None and self.declined_by is None


def correction_for(
    unit: Unit,
    started: BatchStarted,
    field: str,
    becomes: str,
    *,
    number: int,
    reason: str,
    remeasured: str | None,
) -> CorrectionRequested:
    """Check a request against what is on record and write it as an event.

    Raises:
        NotFoundError: The unit has no such entry.
        InputError: The new value is not acceptable, or is the old one.
        RuleRefusedError: A reject would go away or be graded lower with nothing measured again.
    """
    plan = started.plan
    reading: int | None = None
    if match := _NUMBERED.fullmatch(field):
        was, clears = _check_defect(unit, plan, int(match[1]), becomes)
    elif field in plan.ids:
        reading, was, becomes, clears = _check_reading(unit, plan, field, becomes)
    else:
        was, clears = _check_build(unit, started, field, becomes)
    if was == becomes:
        raise InputError(
            "SL109",
            f"{field} of unit {unit.serial} is {was} already",
            fix="nothing needs to be corrected",
        )
    if clears and not remeasured:
        raise RuleRefusedError(
            "SL307",
            f"a reject of unit {unit.serial} cannot be taken back by a word",
            why="it goes away only where the measurement was invalid and was made again",
            fix="measure again and say how with --remeasured",
        )
    return CorrectionRequested(
        becomes=becomes,
        field=field,
        number=number,
        reading=reading,
        reason=reason,
        remeasured=remeasured,
        serial=unit.serial,
        was=was,
    )


def corrected(
    unit: Unit, plan: InspectionPlan, asked: CorrectionRequested, made: Nonconformity | None
) -> tuple[Unit, dict[int, Nonconformity]]:
    """Apply a confirmed correction; gives the unit and the nonconformities that no longer stand."""
    standing = dict(unit.nonconformities)
    voided: dict[int, Nonconformity] = {}
    if match := _NUMBERED.fullmatch(asked.field):
        number = int(match[1])
        if asked.becomes == VOID:
            voided[number] = standing.pop(number)
        else:
            mode = plan.mode_catalogue[asked.becomes]
            old = standing[number]
            standing[number] = old.model_copy(
                update={"mode": mode.code, "severity": mode.severity_at(old.location)}
            )
        return unit._replace(nonconformities=standing), voided
    if asked.reading is None:
        build = unit.build.model_dump() | {asked.field: asked.becomes}
        return unit._replace(build=UnitBuild.model_validate(build)), voided
    if plan.by_id[asked.field].conforms(asked.reading):
        voided = {n: x for n, x in standing.items() if x.characteristic == asked.field}
        standing = {n: x for n, x in standing.items() if n not in voided}
    if made is not None:
        standing[made.number] = made
    readings = {**unit.readings, asked.field: asked.reading}
    return unit._replace(readings=readings, nonconformities=standing), voided


def _check_defect(unit: Unit, plan: InspectionPlan, number: int, becomes: str) -> tuple[str, bool]:
    nonconformity = unit.nonconformities.get(number)
    if nonconformity is None:
        standing = ", ".join(f"D-{n}" for n in unit.nonconformities)
        raise NotFoundError(
            "SL204",
            f"unit {unit.serial} has no standing defect D-{number}",
            why=f"it has {standing or 'none'}",
        )
    if becomes == VOID:
        shown_by = nonconformity.characteristic
        if shown_by is not None:
            raise InputError(
                "SL109",
                f"D-{number} of unit {unit.serial} follows from its reading of {shown_by}",
                why="a defect cannot be taken back while the reading that shows it stands",
                fix=f"correct the reading of {shown_by}",
            )
        return nonconformity.mode, True
    mode = plan.mode_catalogue.get(becomes)
    if mode is None:
        raise InputError(
            "SL204",
            f"the plan has no nonconformity mode {becomes}",
            why=f"it has {', '.join(plan.mode_catalogue)}, and `{VOID}` takes a defect back",
        )
    graded = mode.severity_at(nonconformity.location)
    return nonconformity.mode, graded.rank < nonconformity.severity.rank


def _check_reading(
    unit: Unit, plan: InspectionPlan, field: str, becomes: str
) -> tuple[int, str, str, bool]:
    characteristic = plan.by_id[field]
    old = unit.readings.get(field)
    if old is None:
        raise NotFoundError(
            "SL204",
            f"unit {unit.serial} has no reading of {field} to correct",
            fix="record it with  signoff record",
        )
    try:
        reading = characteristic.read(becomes)
    except ValueError as error:
        raise InputError(
            "SL103",
            f"{field} of unit {unit.serial}: the value {error}",
            why=f"on record is {characteristic.show(old)}",
        ) from None
    clears = characteristic.conforms(reading) and not characteristic.conforms(old)
    return reading, characteristic.show(old), characteristic.show(reading), clears


def _check_build(unit: Unit, started: BatchStarted, field: str, becomes: str) -> tuple[str, bool]:
    if field not in UnitBuild.model_fields:
        raise NotFoundError(
            "SL204",
            f"there is no {field!r} to correct on unit {unit.serial}",
            why="it may be a characteristic id, a defect such as D-3, or one of "
            + ", ".join(UnitBuild.model_fields),
        )
    build = unit.build.model_dump()
    try:
        after = unit._replace(build=UnitBuild.model_validate(build | {field: becomes}))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise InputError(
            "SL103",
            f"{field} of unit {unit.serial}: {problem}",
            why=f"on record is {build[field] or 'as the batch'}",
        ) from None
    leaves_the_count = not exclusions(unit, started) and bool(exclusions(after, started))
    was = str(build[field]) if build[field] is not None else "as the batch"
    return was, bool(unit.nonconformities) and leaves_the_count
