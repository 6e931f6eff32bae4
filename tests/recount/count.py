"""The count of one batch: who counts, who does not and why, and what those who count show."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from tests.recount.ground import Batch, Ground, roles_in
from tests.recount.log import Data
from tests.recount.spelling import name_of, value_of
from tests.recount.units import GRADES, Nonconformity, Unit

METHODS = {
    "3d-print": "PRINTED_3D",
    "bench": "BENCH_BUILT",
    "engineer-assisted": "ENGINEER_ASSISTED",
}
OTHERS = {
    "fixture": "OTHER_FIXTURE",
    "line": "OTHER_LINE",
    "site": "OTHER_SITE",
    "tooling": "OTHER_TOOLING",
    "tooling_revision": "OTHER_TOOLING_REVISION",
}
DEVELOPERS = {"approver", "engineer"}
"""Whoever was ever enrolled as one of these builds no representative unit (G23)."""

KEPT = {"", "use-as-is"}
"""Dispositions with which a unit may still be handed over."""


class Count(NamedTuple):
    """The numbers of a batch.

    Attributes:
        units: Serials that count, in the order of their first results.
        excluded: Serials that do not, with every reason.
        rejects: Those of `units` with a nonconformity that the bar counts.
        incomplete: Those of `units` that lack a reading, with what they lack.
        found: The nonconformities of each of `units`, for those that have any.
        times: Build times of `units`, in seconds.
        conforming: Serials that may be handed over (S-31, G27).
        planned: The planned number of units.
        filled: How many planned units count, or have one that counts in their place (G5).
    """

    units: list[str]
    excluded: dict[str, set[str]]
    rejects: list[str]
    incomplete: dict[str, list[str]]
    found: dict[str, list[Nonconformity]]
    times: list[int]
    conforming: list[str]
    planned: int
    filled: int

    @property
    def nonconformities(self) -> int:
        """The number of nonconformities, however many on one unit (S-45)."""
        return sum(map(len, self.found.values()))

    @property
    def critical(self) -> int:
        """The number of critical nonconformities (G8)."""
        return sum(f.severity == "critical" for of_unit in self.found.values() for f in of_unit)

    @property
    def modes(self) -> Counter[str]:
        """The number of units with each mode."""
        return Counter(
            mode for of_unit in self.found.values() for mode in {f.mode for f in of_unit}
        )

    @property
    def failing(self) -> Counter[str]:
        """The number of units that fail each characteristic."""
        named = (
            {f.characteristic for f in of_unit if f.characteristic}
            for of_unit in self.found.values()
        )
        return Counter(name for names in named for name in names)

    @property
    def reasons(self) -> Counter[str]:
        """The number of units excluded for each reason."""
        return Counter(code for codes in self.excluded.values() for code in codes)

    @property
    def is_complete(self) -> bool:
        """Say whether every planned unit counts and has every reading."""
        return self.filled >= self.planned and not self.incomplete


def count(ground: Ground, key: str) -> Count:
    """Count a batch."""
    batch = ground.batches[key]
    plan = batch.plan
    excluded = exclusions(ground, batch)
    counted = {s: unit for s, unit in batch.units.items() if s not in excluded}
    shown = {s: unit.nonconformities(plan) for s, unit in counted.items()}
    nonconformities = {s: found for s, found in shown.items() if found}
    incomplete = {s: unit.missing(plan) for s, unit in counted.items() if unit.missing(plan)}
    limit = GRADES.index(batch.bar["reject_from"])
    rejects = [
        s
        for s, found in nonconformities.items()
        if any(GRADES.index(f.severity) >= limit for f in found)
    ]
    timed = [c["id"] for c in plan["characteristics"] if c["kind"] == "time"]
    times = [u.readings[name] for u in counted.values() for name in timed if name in u.readings]
    conforming = [
        s
        for s, unit in counted.items()
        if s not in nonconformities
        and s not in incomplete
        and unit.disposition in KEPT
        and not unit.fails_a_retest(plan)
    ]
    places = {place_of(s, batch.units, excluded) for s in counted} - {""}
    planned, filled = batch.bar["units"], len(places)
    return Count(
        [*counted],
        excluded,
        rejects,
        incomplete,
        nonconformities,
        times,
        conforming,
        planned,
        filled,
    )


def place_of(serial: str, units: Mapping[str, Unit], excluded: Mapping[str, set[str]]) -> str:
    """Name the planned unit whose place one takes: its own, unless it replaces another.

    Nothing, where a unit that it would replace may not be replaced any more (G5).
    """
    while serial in units and units[serial].replaces:
        serial = units[serial].replaces
        if "REPLACED" not in excluded.get(serial, set()):
            return ""
    return serial


def exclusions(ground: Ground, batch: Batch) -> dict[str, set[str]]:
    """Give every unit that does not count, with every reason (S-10)."""
    own = {serial: own_exclusions(ground, batch, unit) for serial, unit in batch.units.items()}
    for unit in batch.units.values():
        replaced = batch.units.get(unit.replaces)
        if replaced is not None and is_replaceable(replaced, own[replaced.serial], batch.plan):
            own[replaced.serial] = own[replaced.serial] | {"REPLACED"}
    return {serial: codes for serial, codes in own.items() if codes}


def is_replaceable(unit: Unit, codes: set[str], plan: Data) -> bool:
    """Say whether another unit may stand in: it shows no nonconformity and cannot count (G5)."""
    cannot_count = bool(codes - {"REPLACED"}) or bool(unit.missing(plan))
    return cannot_count and not unit.nonconformities(plan)


def own_exclusions(ground: Ground, batch: Batch, unit: Unit) -> set[str]:
    """Say why a unit does not stand for the process, by its own record."""
    codes = {METHODS[unit.build["method"]]} if unit.build["method"] in METHODS else set()
    if not codes and is_built_by_a_developer(ground, batch, unit):
        codes.add("ENGINEER_ASSISTED")  # A unit has one method: off the bench it is BENCH_BUILT.
    demand = ground.demand_at(batch.opened.position)
    said = batch.started.data.get("made_on", {})
    for place, code in OTHERS.items():
        silence = "" if place in demand.explicit else demand.required[place]
        if unit.build.get(place, said.get(place, silence)) != demand.required[place]:
            codes.add(code)
    settings = settings_in(said) | settings_in(unit.build)
    for name, value in demand.parameters.items():
        if settings.get(name_of(name)) != value_of(value):
            codes.add("OTHER_PARAMETER")
    revision = batch.started.data["process_revision"]
    if unit.build.get("process_revision", revision) != revision:
        codes.add("OTHER_PROCESS_REVISION")
    if any(observed < batch.started.at for observed in unit.observed):
        codes.add("BUILT_BEFORE")
    return codes


def settings_in(stated: Data) -> dict[str, str]:
    """Give the settings of the process that a unit or an opening states, by name."""
    settings = stated.get("parameters", [])
    return {name_of(each["name"]): value_of(each["value"]) for each in settings}


def is_built_by_a_developer(ground: Ground, batch: Batch, unit: Unit) -> bool:
    """Say whether an engineer or approver built it, by role or by name (G23)."""
    role = unit.build.get("operator_role")
    if role is not None and name_of(role) not in roles_in(batch.plan):
        return True
    builder = unit.build.get("built_by")
    if builder is None:
        return False
    known = ground.enrolled_as(builder, unit.builder_named_at) & DEVELOPERS
    return bool(known) or builder in batch.identified()


def built_by_developers(ground: Ground, key: str) -> list[str]:
    """Name the units that count although their builders are engineers or approvers by now."""
    units = ground.batches[key].units
    builders = {serial: units[serial].build.get("built_by") for serial in count(ground, key).units}
    return [
        serial
        for serial, builder in builders.items()
        if builder and ground.enrolled_as(builder, ground.log.size + 1) & DEVELOPERS
    ]
