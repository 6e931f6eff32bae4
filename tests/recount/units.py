"""The units of one batch, as its lines leave them: first results, corrected, and what came later.

A reading says by the plan's limits whether it fails; what an inspector saw besides is added to
that. Nothing is taken from a verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tests.recount.log import Data, Line, moment

VOID = "void"
GRADES = ("minor", "major", "critical")


class Nonconformity(NamedTuple):
    """One nonconformity.

    Attributes:
        number: Its number in the batch.
        mode: Which way the unit failed.
        severity: Its grade, as recorded when it was seen.
        characteristic: The characteristic whose reading shows it, or "".
        location: Where on the unit, or "".
    """

    number: int
    mode: str
    severity: str
    characteristic: str = ""
    location: str = ""


@dataclass
class Unit:
    """One unit.

    Attributes:
        serial: Its serial.
        build: How it was made, corrections included.
        readings: The first reading of each characteristic, corrections included.
        reported: Nonconformities as recorded, by number; void ones are gone.
        observed: The times on its own record that were claimed before it showed a nonconformity.
        replaces: The unit it stands in for, or "".
        distinct_from: Units that it is not, whatever its serial looks like.
        readers: Who recorded readings of it.
        builders: The builder named on record, with the position of that line.
        retests: The readings of each further result.
        disposition: What was decided to happen to it, or "".
        first: The position of its first result.
    """

    serial: str
    build: dict[str, Any]
    first: int
    readings: dict[str, int] = field(default_factory=dict)
    reported: dict[int, Nonconformity] = field(default_factory=dict)
    observed: list[datetime] = field(default_factory=list)
    replaces: str = ""
    distinct_from: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    builder_named_at: int = 0
    retests: list[dict[str, int]] = field(default_factory=list)
    disposition: str = ""

    def failing(self, plan: Data) -> list[str]:
        """Name the characteristics whose first reading fails, in the order of the plan."""
        return failing_in(self.readings, plan)

    def nonconformities(self, plan: Data) -> list[Nonconformity]:
        """Give every nonconformity: one for each failing reading, and each one seen besides."""
        shown = {each.characteristic: each for each in self.reported.values()}
        found = [each for each in self.reported.values() if not each.characteristic]
        for name in self.failing(plan):
            fixed = characteristic(plan, name)
            each = shown.get(name, Nonconformity(0, fixed["mode"], fixed["severity"], name))
            found.append(each._replace(mode=fixed["mode"]))
        return found

    def missing(self, plan: Data) -> list[str]:
        """Name the characteristics that were never read."""
        return [c["id"] for c in plan["characteristics"] if c["id"] not in self.readings]

    def fails_a_retest(self, plan: Data) -> bool:
        """Say whether any further result of it fails."""
        return any(failing_in(readings, plan) for readings in self.retests)


def characteristic(plan: Data, name: str) -> Data:
    """Find a characteristic of a plan."""
    found: Data = next(c for c in plan["characteristics"] if c["id"] == name)
    return found


def failing_in(readings: Data, plan: Data) -> list[str]:
    """Name the characteristics whose reading fails, in the order of the plan."""
    return [c["id"] for c in plan["characteristics"] if c["id"] in readings and fails(c, readings)]


def fails(fixed: Data, readings: Data) -> bool:
    """Hold one reading against its limits; a build time has none (G3)."""
    reading = readings[fixed["id"]]
    if fixed["kind"] == "time":
        return False
    if fixed["kind"] == "attribute":
        return bool(reading == 0)
    value = Decimal(reading).scaleb(-fixed["decimals"])
    is_low = "lower" in fixed and value < Decimal(fixed["lower"])
    return is_low or ("upper" in fixed and value > Decimal(fixed["upper"]))


def grade(plan: Data, mode: str, location: str) -> str:
    """Grade a nonconformity that was seen, by the plan's catalogue at its place.

    A mode that only readings have is as grave as the gravest of their characteristics.
    """
    for known in plan["modes"]:
        if known["code"] == mode:
            zones = known.get("zones", {})
            return str(zones.get(location, known["severity"]))
    shown = [c["severity"] for c in plan["characteristics"] if c["mode"] == mode]
    return max(shown, key=GRADES.index, default="major")


# --- from the lines -----------------------------------------------------------------------------


def units_of(lines: Iterable[Line], plan: Data) -> dict[str, Unit]:
    """Build the units of a batch from the lines of its stream, in the order of their results."""
    units: dict[str, Unit] = {}
    asked: dict[int, Data] = {}
    for line in lines:
        data = line.data
        if line.kind == "unit-inspected":
            _inspect(units, line, plan)
        elif line.kind == "unit-retested":
            units[data["serial"]].retests.append(dict(data["readings"]))
            _observe(units[data["serial"]], data, plan)
        elif line.kind == "nonconformity-recorded":
            _observe(units[data["serial"]], data, plan)
            _report(units[data["serial"]], data["nonconformity"])
        elif line.kind == "unit-dispositioned":
            units[data["serial"]].disposition = data["disposition"]
        elif line.kind == "correction-requested":
            asked[data["number"]] = data
        elif line.kind == "correction-confirmed":
            request = asked[data["number"]]
            _correct(units[request["serial"]], request, line, plan)
    return units


def _inspect(units: dict[str, Unit], line: Line, plan: Data) -> None:
    data = line.data
    serial = data["serial"]
    if serial not in units:
        units[serial] = Unit(serial, dict(data["build"]), line.position)
        units[serial].builder_named_at = line.position
    unit = units[serial]
    _observe(unit, data, plan)
    for name, reading in data["readings"].items():
        unit.readings.setdefault(name, reading)
    for each in data["nonconformities"]:
        _report(unit, each)
    if data["readings"]:
        unit.readers.add(line.by)
    if "replaces" in data:
        unit.replaces = data["replaces"]["serial"]
    unit.distinct_from |= names_in(data.get("distinct_from", []))


def names_in(value: str | list[str]) -> set[str]:
    """Give the names in a field that has one or several."""
    return {value} if isinstance(value, str) else set(value)


def _observe(unit: Unit, data: Data, plan: Data) -> None:
    """Take in when it was seen; once it shows a nonconformity, it grows no older (S-23)."""
    if "observed_at" in data and not unit.nonconformities(plan):
        unit.observed.append(moment(data["observed_at"]))


def _report(unit: Unit, data: Data) -> None:
    unit.reported[data["number"]] = Nonconformity(
        data["number"],
        data["mode"],
        data["severity"],
        data.get("characteristic", ""),
        data.get("location", ""),
    )


def _correct(unit: Unit, request: Data, line: Line, plan: Data) -> None:
    name, becomes = request["field"], request["becomes"]
    if "reading" in request:
        unit.readings[name] = request["reading"]
    elif name.startswith("D-"):
        _correct_nonconformity(unit, int(name.removeprefix("D-")), becomes, plan)
    else:
        unit.build[name] = int(becomes) if name == "process_revision" else becomes
        if name == "built_by":
            unit.builder_named_at = line.position
    if "nonconformity" in line.data:
        _report(unit, line.data["nonconformity"])


def _correct_nonconformity(unit: Unit, number: int, becomes: str, plan: Data) -> None:
    if becomes == VOID:
        del unit.reported[number]
        return
    mode, _, location = becomes.partition("@")
    severity = grade(plan, mode, location)
    reported = unit.reported[number]
    unit.reported[number] = reported._replace(mode=mode, severity=severity, location=location)
