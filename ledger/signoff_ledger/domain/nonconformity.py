"""From readings and reports to numbered nonconformities, by the plan's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.events.batch import Nonconformity
from signoff_ledger.domain.values import check_key
from signoff_ledger.errors import Advice, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.unit import NonconformityReport, UnitReport


def spelt_by_plan(reported: NonconformityReport, plan: InspectionPlan) -> NonconformityReport:
    """Give a report in the plan's spelling, with what was typed; as it is where the plan has none.

    Modes and zones are the same whatever their case, blanks and separators are.
    """
    mode = plan.mode_named(reported.mode)
    if mode is None:
        return reported
    zone = mode.zone_of(reported.location) or reported.location
    if (mode.code, zone) == (reported.mode, reported.location):
        return reported
    where = f"@{reported.location}" if reported.location else ""
    typed = reported.typed or f"{reported.mode}{where}"
    return reported._replace(mode=mode.code, location=zone, typed=typed)


def found_in(report: UnitReport, plan: InspectionPlan, last: int) -> tuple[Nonconformity, ...]:
    """Number the failing readings and the reported nonconformities, each of them once.

    Args:
        report: What was seen on the unit.
        plan: The plan frozen for its batch.
        last: The highest number given in the batch so far.
    """
    by_id = plan.by_id
    failing = sorted(plan.failing(report.readings))
    found: list[Nonconformity] = []
    for each in report.nonconformities:
        reported = spelt_by_plan(each, plan)
        shown_by = next((name for name in failing if by_id[name].mode == reported.mode), None)
        if shown_by is not None:
            failing.remove(shown_by)
        found.append(reported_one(reported, plan, last + len(found) + 1, shown_by))
    for name in failing:
        found.append(failing_one(name, plan, last + len(found) + 1))
    return tuple(found)


def check_stated(report: UnitReport, found: Sequence[Nonconformity]) -> None:
    """Hold the result that a source states against what was found.

    Raises:
        InputError: They differ.
    """
    if report.stated_conforms is None or report.stated_conforms == (not found):
        return
    stated = "pass" if report.stated_conforms else "fail"
    judged = ", ".join(n.mode for n in found) or "no nonconformity"
    raise InputError(
        "SL103",
        f"unit {report.serial} is stated as {stated}",
        why=f"by the plan it has {judged}",
        advice=Advice("correct-reading-or-result"),
    )


def failing_one(characteristic_id: str, plan: InspectionPlan, number: int) -> Nonconformity:
    """Make the nonconformity of a reading that does not conform."""
    characteristic = plan.by_id[characteristic_id]
    return Nonconformity(
        characteristic=characteristic_id,
        mode=characteristic.mode,
        number=number,
        severity=plan.mode_catalogue[characteristic.mode].severity_at(None, characteristic),
    )


def reported_one(
    reported: NonconformityReport, plan: InspectionPlan, number: int, shown_by: str | None = None
) -> Nonconformity:
    """Make the nonconformity that an inspector reports, graded by the plan at its location.

    Raises:
        InputError: The plan's catalogue has no such mode.
    """
    mode = plan.mode_catalogue.get(reported.mode)
    if mode is None:
        raise InputError(
            "SL204",
            f"the plan has no nonconformity mode {reported.mode}",
            why=f"it has {', '.join(plan.mode_catalogue)}",
            advice=Advice("use-known-mode"),
        )
    return at_location(
        Nonconformity(
            characteristic=shown_by,
            mode=mode.code,
            note=reported.note,
            number=number,
            severity=mode.severity,
            typed=reported.typed,
        ),
        reported.location,
        plan,
    )


def at_location(found: Nonconformity, location: str | None, plan: InspectionPlan) -> Nonconformity:
    """Put a nonconformity at a location and grade it there.

    A zone that the plan names for the mode is matched whatever its case and separators are.

    Raises:
        InputError: SL106, the location is no zone of the plan and no key.
    """
    mode = plan.mode_catalogue[found.mode]
    zone = mode.zone_of(location)
    if zone is None and location is not None:
        _check_location(location, mode.zones)
    shown_by = plan.by_id[found.characteristic] if found.characteristic else None
    return found.model_copy(
        update={
            "location": zone or location,
            "severity": mode.severity_at(zone, shown_by),
            "zone_unknown": True if location and mode.zones and zone not in mode.zones else None,
        }
    )


def _check_location(location: str, zones: Iterable[str]) -> None:
    try:
        check_key(location)
    except ValueError as error:
        named = ", ".join(zones)
        raise InputError(
            "SL106",
            f"the nonconformity's location {location!r} {error}",
            why=f"the plan names the zones {named}" if named else "",
            advice=Advice("omit-characters"),
        ) from None
