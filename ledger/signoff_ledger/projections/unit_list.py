"""The units of a batch, one by one: whether each counts, what was found, who made it and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.tally import EXCLUSIONS, missing_readings
from signoff_ledger.domain.unit import gauges_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.correction import Correction
    from signoff_ledger.domain.unit import Unit


def units_of(batch: Batch) -> list[dict[str, Any]]:
    """Give every unit of a batch as plain data, in the order of first recording."""
    count = batch.tally()
    released = set(count.releasable)
    return [
        _unit(unit, batch, count.excluded.get(serial, ()), is_released=serial in released)
        for serial, unit in batch.units.items()
    ]


def changed_rows(batch: Batch, known: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """Write the units of a batch whose rows are not up to date.

    Args:
        batch: The batch.
        known: The mark of each unit's present row, by serial.
    """
    count = batch.tally()
    released = set(count.releasable)
    corrections: dict[str, list[Correction]] = {}
    for correction in batch.corrections.values():
        corrections.setdefault(correction.asked.serial, []).append(correction)
    for place, (serial, unit) in enumerate(batch.units.items()):
        excluded, is_released = count.excluded.get(serial, ()), serial in released
        asked = corrections.get(serial, [])
        answered = (f"{c.asked.number} {c.confirmed_by} {c.declined_by}" for c in asked)
        changes = (*unit.events, unit.retests, unit.disposition, excluded, is_released, *answered)
        mark = " ".join(map(str, changes))
        if known.get(serial) != mark:
            data = _unit(unit, batch, excluded, is_released=is_released)
            data["excluded_because"] = [EXCLUSIONS[code] for code in excluded]
            data["corrections"] = [_correction(each) for each in asked]
            yield batch.key, serial, batch.started.process, place, mark, json.dumps(data)


def _correction(correction: Correction) -> dict[str, Any]:
    asked = correction.asked
    return {
        "number": asked.number,
        "field": asked.field,
        "was": asked.was,
        "becomes": asked.becomes,
        "reason": asked.reason,
        "remeasured": asked.remeasured,
        "asked_by": correction.asked_by,
        "confirmed_by": correction.confirmed_by,
        "declined_by": correction.declined_by,
    }


def _unit(
    unit: Unit, batch: Batch, excluded: tuple[str, ...], *, is_released: bool
) -> dict[str, Any]:
    build, plan = unit.build, batch.plan
    made_by: dict[str, Any] = {
        "built_by": build.built_by,
        "operator_role": build.operator_role,
        "enrolled_as": str(unit.builder_enrolled_as) if unit.builder_enrolled_as else None,
        "gauges": dict(unit.gauges),
        "cavity": build.cavity,
        "station": build.station,
    }
    missing = list(missing_readings(unit, plan))
    data: dict[str, Any] = {
        "serial": unit.serial,
        "typed": unit.typed,
        "method": str(build.method),
        "counts": not excluded,
        "excluded": list(excluded),
        "missing": missing,
        "reject": unit.is_reject(batch.bar.reject_from),
        "nonconformities": [f"D-{n.number} {n.mode}" for n in unit.nonconformities.values()],
        "readings": {
            c.id: c.show(unit.readings[c.id]) for c in plan.characteristics if c.id in unit.readings
        },
        **made_by,
        "inspectors": list(unit.inspectors),
        "replaces": unit.replaces,
        "disposition": str(unit.disposition) if unit.disposition else None,
        "retests": unit.retests,
        "failed_retests": list(unit.failed_retests),
        "releasable": is_released,
    }
    data["result"] = _result(data)
    data["found"] = _found(data)
    data["made"] = _made(made_by, unit.typed)
    return data


def _result(data: dict[str, Any]) -> str:
    if data["reject"]:
        return "reject"
    if data["missing"]:
        return "incomplete"
    return "nonconforming" if data["nonconformities"] else "conforms"


def _found(data: dict[str, Any]) -> str:
    parts = [*data["nonconformities"], *(f"no reading of {name}" for name in data["missing"])]
    parts += [f"goes to {data['disposition']}"] if data["disposition"] else []
    parts += [f"a retest of {name} failed" for name in data["failed_retests"]]
    return ", ".join(parts) or "-"


def _made(made_by: dict[str, Any], typed: str | None) -> str:
    """Write who built a unit, in which role, measured with what, off which cavity and station."""
    role = f" ({made_by['operator_role']})" if made_by["operator_role"] else ""
    parts = [f"by {made_by['built_by']}{role}"] if made_by["built_by"] else []
    if role and not parts:
        parts = [f"in the role {made_by['operator_role']}"]
    if made_by["enrolled_as"]:
        parts.append(f"an enrolled {made_by['enrolled_as']}")
    parts += [f"{name} {made_by[name]}" for name in ("cavity", "station") if made_by[name]]
    parts += [gauges_text(made_by["gauges"])] if made_by["gauges"] else []
    parts += [f"typed as {typed}"] if typed else []
    return ", ".join(parts) or "-"
