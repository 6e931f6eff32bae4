"""Corrections: what was wrong on record, what it should be, and what that does to a unit.

A correction never erases: the old value stays in the event that recorded it and in the request,
and a reject goes away only where the measurement was invalid and was made again (S-23).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from signoff_ledger.domain.events.batch import CorrectionRequested
from signoff_ledger.domain.nonconformity import at_location
from signoff_ledger.domain.notation import notation_of
from signoff_ledger.domain.plan import Parameter, UnitBuild
from signoff_ledger.errors import Advice, InputError, NotFoundError, RuleRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.domain.events.batch import CorrectionConfirmed, Nonconformity
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.unit import Unit
    from signoff_ledger.domain.values import Role

VOID = "void"
PARAMETER = "parameter:"
"""Prefix of the field of a process setting, such as parameter:ramp."""

_NUMBERED = re.compile(r"D-(\d{1,9})", re.ASCII)


class Correction(NamedTuple):
    """A requested correction and what became of it."""

    asked: CorrectionRequested
    asked_by: str
    version: int  #: The request's version in the batch's stream.
    confirmed_by: str | None = None  #: The second person who agreed.
    declined_by: str | None = None  #: The second person who did not.

    @property
    def is_pending(self) -> bool:
        """True until a second person has answered."""
        return self.confirmed_by is None and self.declined_by is None


def correction_for(
    unit: Unit,
    plan: InspectionPlan,
    exclusions: Callable[[Unit], tuple[str, ...]],
    field: str,
    becomes: str,
    *,
    number: int,
    reason: str,
    remeasured: str | None,
    builder_enrolled_as: Role | None = None,
) -> CorrectionRequested:
    """Check a request against what is on record and write it as an event.

    Args:
        unit: The unit.
        plan: The plan of its batch.
        exclusions: Says why a unit does not count in its batch, by codes; empty where it does.
        field: What is wrong; see `CorrectionRequested`.
        becomes: What is right.
        number: The correction's number in the batch.
        reason: Why it is wrong.
        remeasured: What was done to get the right value.
        builder_enrolled_as: Where the builder is corrected, what the ledger knows the right one as.

    Raises:
        NotFoundError: The unit has no such entry.
        InputError: The new value is not acceptable, or is the old one.
        RuleRefusedError: A reject would go away or be graded lower with nothing measured again.
    """
    reading: int | None = None
    if match := _NUMBERED.fullmatch(field):
        was, becomes, clears = _check_nonconformity(unit, plan, int(match[1]), becomes)
    elif field in plan.ids:
        reading, was, becomes, clears = _check_reading(unit, plan, field, becomes)
    else:
        was, clears = _check_build(unit, exclusions, field, becomes, builder_enrolled_as)
    if was == becomes:
        raise InputError(
            "SL109",
            f"{field} of unit {unit.serial} is {was} already",
            advice=Advice("nothing-to-correct"),
        )
    if clears and not remeasured:
        raise RuleRefusedError(
            "SL307",
            f"a reject of unit {unit.serial} cannot be taken back by a word",
            why="it goes away only where the measurement was invalid and was made again",
            advice=Advice("state-remeasurement"),
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
    unit: Unit, plan: InspectionPlan, asked: CorrectionRequested, confirmed: CorrectionConfirmed
) -> tuple[Unit, dict[int, Nonconformity]]:
    """Apply a confirmed correction; gives the unit and the nonconformities that no longer stand."""
    made = confirmed.nonconformity
    standing = dict(unit.nonconformities)
    voided: dict[int, Nonconformity] = {}
    if match := _NUMBERED.fullmatch(asked.field):
        number = int(match[1])
        if asked.becomes == VOID:
            voided[number] = standing.pop(number)
        else:
            standing[number] = _renamed(standing[number], asked.becomes, plan)
        return unit._replace(nonconformities=standing), voided
    if asked.reading is None:
        after = unit._replace(build=_build_with(unit.build, asked.field, asked.becomes))
        if asked.field == "built_by":
            after = after._replace(builder_enrolled_as=confirmed.builder_enrolled_as)
        return after, voided
    if plan.by_id[asked.field].conforms(asked.reading):
        voided = {n: x for n, x in standing.items() if x.characteristic == asked.field}
        standing = {n: x for n, x in standing.items() if n not in voided}
    if made is not None:
        standing[made.number] = made
    readings = {**unit.readings, asked.field: asked.reading}
    return unit._replace(readings=readings, nonconformities=standing), voided


def _check_nonconformity(
    unit: Unit, plan: InspectionPlan, number: int, becomes: str
) -> tuple[str, str, bool]:
    """Give what is on record, what it becomes in the plan's spelling, and whether a reject goes."""
    nonconformity = unit.nonconformities.get(number)
    if nonconformity is None:
        standing = ", ".join(f"D-{n}" for n in unit.nonconformities)
        raise NotFoundError(
            "SL204",
            f"unit {unit.serial} has no standing nonconformity D-{number}",
            why=f"it has {standing or 'none'}",
        )
    was, shown_by = _at_its_place(nonconformity), nonconformity.characteristic
    if becomes == VOID:
        if shown_by is not None:
            raise _follows_from_reading(unit, number, shown_by, "taken back")
        return was, VOID, True
    code = becomes.partition("@")[0]
    if code not in plan.mode_catalogue:
        raise InputError(
            "SL204",
            f"the plan has no nonconformity mode {code}",
            why=f"it has {', '.join(plan.mode_catalogue)}, and `{VOID}` takes a nonconformity back",
        )
    if shown_by is not None and code != nonconformity.mode:
        raise _follows_from_reading(unit, number, shown_by, "given another name")
    after = _renamed(nonconformity, becomes, plan)
    return was, _at_its_place(after), after.severity.rank < nonconformity.severity.rank


def _follows_from_reading(unit: Unit, number: int, shown_by: str, act: str) -> InputError:
    return InputError(
        "SL109",
        f"D-{number} of unit {unit.serial} follows from its reading of {shown_by}",
        why=f"a nonconformity cannot be {act} while the reading that shows it stands",
        advice=Advice("correct-reading", characteristic=shown_by),
    )


def _at_its_place(nonconformity: Nonconformity) -> str:
    where = f"@{nonconformity.location}" if nonconformity.location else ""
    return f"{nonconformity.mode}{where}"


def _renamed(old: Nonconformity, becomes: str, plan: InspectionPlan) -> Nonconformity:
    """Give a nonconformity another mode, written MODE or MODE@ZONE; without a zone it stays."""
    code, _, zone = becomes.partition("@")
    return at_location(old.model_copy(update={"mode": code}), zone or old.location, plan)


def _build_with(build: UnitBuild, field: str, becomes: str) -> UnitBuild:
    """Give a build with one field corrected.

    Raises:
        ValidationError: The value is none for that field.
    """
    content = build.model_dump()
    if field.startswith(PARAMETER):
        name = field.removeprefix(PARAMETER)
        kept = tuple(p for p in build.parameters or () if p.name != name)
        content["parameters"] = (*kept, Parameter(name=name, value=becomes))
    else:
        content[field] = becomes
    return UnitBuild.model_validate(content)


def _on_record(build: UnitBuild, field: str) -> str:
    if field.startswith(PARAMETER):
        name = field.removeprefix(PARAMETER)
        value = next((p.value for p in build.parameters or () if p.name == name), None)
    else:
        value = getattr(build, field)
    return "as the batch" if value is None else str(value)


def _check_reading(
    unit: Unit, plan: InspectionPlan, field: str, becomes: str
) -> tuple[int, str, str, bool]:
    characteristic = plan.by_id[field]
    old = unit.readings.get(field)
    if old is None:
        raise NotFoundError(
            "SL204",
            f"unit {unit.serial} has no reading of {field} to correct",
            advice=Advice("record-unit"),
        )
    try:
        reading = notation_of(plan.sheet).read(characteristic, becomes)
    except ValueError as error:
        raise InputError(
            "SL103",
            f"{field} of unit {unit.serial}: the value {error}",
            why=f"on record is {characteristic.show(old)}",
        ) from None
    clears = characteristic.conforms(reading) and not characteristic.conforms(old)
    return reading, characteristic.show(old), characteristic.show(reading), clears


def _check_build(
    unit: Unit,
    exclusions: Callable[[Unit], tuple[str, ...]],
    field: str,
    becomes: str,
    builder_enrolled_as: Role | None,
) -> tuple[str, bool]:
    fields = [name for name in UnitBuild.model_fields if name != "parameters"]
    if field not in fields and not field.startswith(PARAMETER):
        raise NotFoundError(
            "SL204",
            f"there is no {field!r} to correct on unit {unit.serial}",
            why="it may be a characteristic id, a nonconformity such as D-3, a setting such as "
            f"{PARAMETER}ramp, or one of {', '.join(fields)}",
        )
    was = _on_record(unit.build, field)
    try:
        after = unit._replace(build=_build_with(unit.build, field, becomes))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise InputError(
            "SL103", f"{field} of unit {unit.serial}: {problem}", why=f"on record is {was}"
        ) from None
    if field == "built_by":
        after = after._replace(builder_enrolled_as=builder_enrolled_as)
    leaves_the_count = not exclusions(unit) and bool(exclusions(after))
    return was, bool(unit.nonconformities) and leaves_the_count
