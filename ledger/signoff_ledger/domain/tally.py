"""Counting a batch: which units stand for the process, which are rejects, what is missing.

Everything here follows from the batch's events by counting and comparing. Excluded units stay
visible with the reason; they are in neither the numerator nor the denominator (S-10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.values import BuildMethod, Severity

if TYPE_CHECKING:
    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.batch_events import BatchStarted
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.unit import Unit

EXCLUSIONS: Mapping[str, str] = {
    "BENCH_BUILT": "built on a bench, not on the line",
    "PRINTED_3D": "3D-printed, not off the production tooling",
    "ENGINEER_ASSISTED": "an engineer helped to build it",
    "OTHER_TOOLING": "off other tooling than the process's",
    "OTHER_TOOLING_REVISION": "off another revision of the tooling",
    "OTHER_LINE": "built on another line",
    "OTHER_SITE": "built at another site",
    "OTHER_FIXTURE": "built without the required jig or fixture",
    "OTHER_PROCESS_REVISION": "built on another revision of the process",
    "REPLACED": "replaced by another unit of the same run",
}
"""Reasons why a unit does not count, by code (S-11)."""

_METHODS = {
    BuildMethod.BENCH: "BENCH_BUILT",
    BuildMethod.PRINTED: "PRINTED_3D",
    BuildMethod.ENGINEER_ASSISTED: "ENGINEER_ASSISTED",
}

_PLACES = {
    "OTHER_TOOLING": "tooling",
    "OTHER_TOOLING_REVISION": "tooling_revision",
    "OTHER_LINE": "line",
    "OTHER_SITE": "site",
    "OTHER_FIXTURE": "fixture",
}
_place = attrgetter(*_PLACES.values())
_made = attrgetter("method", "operator_role", "process_revision", *_PLACES.values())
"""All of a build that `exclusions` looks at."""


class Tally(NamedTuple):
    """What counting a batch gives; serials in the order the units were first recorded.

    Attributes:
        planned: Units the bar asks for, n.
        representative: Serials of the units that count.
        nonconforming: Those of them with a nonconformity of any grade.
        rejects: Those of them that are nonconforming in a counted grade.
        incomplete: Characteristic ids without a reading, by serial, of units that count.
        excluded: Reasons by serial, for the units that do not count.
        modes: Units with each mode, among the units that count.
        failing: Units that fail each characteristic, among the units that count.
        nonconformities: Number of nonconformities on the units that count.
        critical: Number of critical ones.
        build_times_s: Build times of the units that count, in order.
    """

    planned: int
    representative: tuple[str, ...]
    nonconforming: tuple[str, ...]
    rejects: tuple[str, ...]
    incomplete: Mapping[str, tuple[str, ...]]
    excluded: Mapping[str, tuple[str, ...]]
    modes: Mapping[str, int]
    failing: Mapping[str, int]
    nonconformities: int
    critical: int
    build_times_s: tuple[int, ...]

    @property
    def conforming(self) -> tuple[str, ...]:
        """Units that count and show no fault of any grade; a blank is not a pass (S-31)."""
        out = {*self.nonconforming, *self.incomplete}
        return tuple(serial for serial in self.representative if serial not in out)

    @property
    def is_complete(self) -> bool:
        """True when as many units count as were planned, each with every reading."""
        return len(self.representative) >= self.planned and not self.incomplete

    @property
    def median_build_time_s(self) -> Decimal | None:
        """The median build time in seconds; a half second where two middle ones differ by odd."""
        times = sorted(self.build_times_s)
        if not times:
            return None
        middle = len(times) // 2
        if len(times) % 2:
            return Decimal(times[middle])
        return Decimal(times[middle - 1] + times[middle]) / 2


def exclusions(unit: Unit, started: BatchStarted) -> tuple[str, ...]:
    """Name every reason why a unit does not stand for the process; empty when it does."""
    build, made_on, required = unit.build, started.made_on, started.required
    reasons = [_METHODS[build.method]] if build.method in _METHODS else []
    if (build.operator_role or "").casefold() == "engineer" and not reasons:
        reasons.append("ENGINEER_ASSISTED")
    stated = zip(_PLACES, _place(build), _place(made_on), _place(required), strict=True)
    reasons += [code for code, own, run, asked in stated if (own or run) != asked]
    if (build.process_revision or started.process_revision) != started.process_revision:
        reasons.append("OTHER_PROCESS_REVISION")
    return tuple(reasons)


def missing_readings(unit: Unit, plan: InspectionPlan) -> tuple[str, ...]:
    """Name the characteristics that a unit has no reading of, in the plan's order."""
    if len(unit.readings) == len(plan.characteristics):
        return ()
    return tuple(c.id for c in plan.characteristics if c.id not in unit.readings)


def tally(units: Mapping[str, Unit], started: BatchStarted, bar: Bar) -> Tally:
    """Count a batch.

    Args:
        units: The batch's units by serial, in order of first recording.
        started: The batch's beginning: plan, required provenance, revision.
        bar: The bar to count under.
    """
    plan = started.plan
    replaced = {unit.replaces for unit in units.values() if unit.replaces is not None}
    excluded: dict[str, tuple[str, ...]] = {}
    counted: list[Unit] = []
    # Most units of a batch are made in one way.
    known: dict[tuple[object, ...], tuple[str, ...]] = {}
    for serial, unit in units.items():
        made = _made(unit.build)
        if made not in known:
            known[made] = exclusions(unit, started)
        reasons = known[made] + (("REPLACED",) if serial in replaced else ())
        if reasons:
            excluded[serial] = reasons
        else:
            counted.append(unit)
    incomplete = {u.serial: gaps for u in counted if (gaps := missing_readings(u, plan))}
    faulty = [unit for unit in counted if unit.nonconformities]
    found = [n for unit in faulty for n in unit.nonconformities.values()]
    time = plan.build_time
    return Tally(
        planned=bar.units,
        representative=tuple(u.serial for u in counted),
        nonconforming=tuple(u.serial for u in faulty),
        rejects=tuple(u.serial for u in faulty if u.is_reject(bar.reject_from)),
        incomplete=incomplete,
        excluded=excluded,
        modes=_units_by(faulty, "mode"),
        failing=_units_by(faulty, "characteristic"),
        nonconformities=len(found),
        critical=sum(1 for n in found if n.severity is Severity.CRITICAL),
        build_times_s=tuple(u.readings[time.id] for u in counted if time.id in u.readings)
        if time
        else (),
    )


def _units_by(units: list[Unit], field: str) -> Mapping[str, int]:
    """Count units, not nonconformities: a unit that fails twice in one mode counts once."""
    counts: Counter[str] = Counter()
    for unit in units:
        names = {getattr(n, field) for n in unit.nonconformities.values()}
        counts.update(name for name in names if name is not None)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
