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

from signoff_ledger.domain.spelling import folded, folded_value
from signoff_ledger.domain.values import BuildMethod, Disposition, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.bar import Bar
    from signoff_ledger.domain.events.batch import BatchStarted
    from signoff_ledger.domain.plan import InspectionPlan, UnitBuild
    from signoff_ledger.domain.unit import Unit

EXCLUSIONS: Mapping[str, str] = {
    "BENCH_BUILT": "built on a bench, not on the line",
    "PRINTED_3D": "3D-printed, not off the production tooling",
    "ENGINEER_ASSISTED": "built by an engineer, an approver or in a role that does not count",
    "OTHER_TOOLING": "off other tooling than the process's",
    "OTHER_TOOLING_REVISION": "not on record as off the required revision of the tooling",
    "OTHER_LINE": "built on another line",
    "OTHER_SITE": "built at another site",
    "OTHER_FIXTURE": "not on record as built with the required jig or fixture",
    "OTHER_PARAMETER": "not on record as built under the settings that a change requires",
    "OTHER_PROCESS_REVISION": "built on another revision of the process",
    "BUILT_BEFORE": "seen before the batch was opened",
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
_made = attrgetter("method", "operator_role", "parameters", "process_revision", *_PLACES.values())
"""All of a build that `exclusions` looks at."""

_STAYS = frozenset({None, Disposition.USE_AS_IS})
"""Dispositions with which a unit is still what it was when it was inspected."""


class Tally(NamedTuple):
    """Counts of a batch; serials in the order in which the units were first recorded."""

    planned: int  #: Units the bar asks for, n.
    filled: int  #: Planned units that count, or for each of which another one counts in its place.
    representative: tuple[str, ...]  #: Serials of the units that count.
    nonconforming: tuple[str, ...]  #: Those of them with a nonconformity of any grade.
    rejects: tuple[str, ...]  #: Those of them that are nonconforming in a counted grade.
    #: Characteristic ids without a reading, by serial, of units that count.
    incomplete: Mapping[str, tuple[str, ...]]
    excluded: Mapping[str, tuple[str, ...]]  #: Reasons by serial, for the units that do not count.
    modes: Mapping[str, int]  #: Units with each mode, among the units that count.
    failing: Mapping[str, int]  #: Units that fail each characteristic, among the units that count.
    nonconformities: int  #: Number of nonconformities on the units that count.
    critical: int  #: Number of critical ones.
    build_times_s: tuple[int, ...]  #: Build times of the units that count, in order.
    #: Serials of the units that may go on to a user: they count, show no nonconformity of any
    #: grade, lack nothing, and no disposition or retest says otherwise (S-31, G27).
    releasable: tuple[str, ...]

    @property
    def conforming(self) -> tuple[str, ...]:
        """Units that count and show no nonconformity of any grade; a blank is not a pass."""
        out = {*self.nonconforming, *self.incomplete}
        return tuple(serial for serial in self.representative if serial not in out)

    @property
    def is_complete(self) -> bool:
        """True when every planned unit counts, or one in its place, each with every reading.

        A unit that came in another's place and finds it counting again fills no other's.
        """
        return self.filled >= self.planned and not self.incomplete

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


def exclusions(unit: Unit, started: BatchStarted, opened_at: datetime) -> tuple[str, ...]:
    """Name every reason why a unit does not stand for the process; empty when it does.

    Args:
        unit: The unit as it is on record.
        started: The batch's beginning: what is required, and what its opening said.
        opened_at: When the batch was opened, by the ledger's clock (G18).
    """
    build = unit.build
    reasons = [_METHODS[build.method]] if build.method in _METHODS else []
    role = build.operator_role
    no_operator = role is not None and folded(role) not in started.plan.counted_roles
    if (no_operator or unit.builder_enrolled_as is not None) and not reasons:
        reasons.append("ENGINEER_ASSISTED")
    reasons += _elsewhere(build, started)
    if not _meets_parameters(build, started):
        reasons.append("OTHER_PARAMETER")
    if (build.process_revision or started.process_revision) != started.process_revision:
        reasons.append("OTHER_PROCESS_REVISION")
    if unit.observed_at is not None and unit.observed_at < opened_at:
        reasons.append("BUILT_BEFORE")
    return tuple(reasons)


def _elsewhere(build: UnitBuild, started: BatchStarted) -> list[str]:
    """Name where a unit was made on something else than is required, or does not say so (G17)."""
    required = started.required
    found = []
    for (code, name), own, run, asked in zip(
        _PLACES.items(), _place(build), _place(started.made_on), _place(required), strict=True
    ):
        unsaid = None if name in started.demanded else asked
        if (own or run or unsaid) != asked:
            found.append(code)
    return found


def _meets_parameters(build: UnitBuild, started: BatchStarted) -> bool:
    """Say whether the unit, or else the opening, states every required setting (G17)."""
    if not started.required_parameters:
        return True
    stated = [*(started.made_on.parameters or ()), *(build.parameters or ())]
    values = {folded(each.name): folded_value(each.value) for each in stated}
    return all(
        values.get(folded(each.name)) == folded_value(each.value)
        for each in started.required_parameters
    )


def missing_readings(unit: Unit, plan: InspectionPlan) -> tuple[str, ...]:
    """Name the characteristics that a unit has no reading of, in the plan's order."""
    if len(unit.readings) == len(plan.characteristics):
        return ()
    return tuple(c.id for c in plan.characteristics if c.id not in unit.readings)


def may_be_replaced(unit: Unit, reasons: tuple[str, ...], plan: InspectionPlan) -> bool:
    """Say whether another unit may stand in for this one: it cannot count and conforms (G5).

    It is asked whenever the batch is counted: a unit that was replaced and has since come to show
    a nonconformity, or to be complete and of the line, counts again.
    """
    cannot_count = bool(reasons) or bool(missing_readings(unit, plan))
    return cannot_count and not unit.nonconformities


def tally(units: Mapping[str, Unit], started: BatchStarted, bar: Bar, opened_at: datetime) -> Tally:
    """Count a batch.

    Args:
        units: The batch's units by serial, in order of first recording.
        started: The batch's beginning: plan, required provenance, revision.
        bar: The bar to count under.
        opened_at: When the batch was opened.
    """
    plan = started.plan
    replaced = {unit.replaces for unit in units.values() if unit.replaces is not None}
    excluded: dict[str, tuple[str, ...]] = {}
    counted: list[Unit] = []
    # Most units of a batch are made in one way.
    known: dict[tuple[object, ...], tuple[str, ...]] = {}
    for serial, unit in units.items():
        is_early = unit.observed_at is not None and unit.observed_at < opened_at
        made = (_made(unit.build), unit.builder_enrolled_as, is_early)
        if made not in known:
            known[made] = exclusions(unit, started, opened_at)
        reasons = known[made]
        if serial in replaced and may_be_replaced(unit, reasons, plan):
            reasons += ("REPLACED",)
        if reasons:
            excluded[serial] = reasons
        else:
            counted.append(unit)
    incomplete = {u.serial: gaps for u in counted if (gaps := missing_readings(u, plan))}
    nonconforming = [unit for unit in counted if unit.nonconformities]
    found = [n for unit in nonconforming for n in unit.nonconformities.values()]
    time = plan.build_time
    return Tally(
        planned=bar.units,
        filled=_filled(units, excluded),
        representative=tuple(u.serial for u in counted),
        nonconforming=tuple(u.serial for u in nonconforming),
        rejects=tuple(u.serial for u in nonconforming if u.is_reject(bar.reject_from)),
        incomplete=incomplete,
        excluded=excluded,
        modes=_units_by(nonconforming, "mode"),
        failing=_units_by(nonconforming, "characteristic"),
        nonconformities=len(found),
        critical=sum(1 for n in found if n.severity is Severity.CRITICAL),
        build_times_s=tuple(u.readings[time.id] for u in counted if time.id in u.readings)
        if time
        else (),
        releasable=tuple(
            u.serial
            for u in counted
            if not (u.nonconformities or u.serial in incomplete or u.failed_retests)
            and u.disposition in _STAYS
            and not u.is_scrapped
        ),
    )


def _filled(units: Mapping[str, Unit], excluded: Mapping[str, tuple[str, ...]]) -> int:
    """Count the planned units that count themselves, or whose place one that counts has taken."""
    in_place = {u.replaces: u.serial for u in units.values() if u.replaces is not None}

    def is_filled(serial: str) -> bool:
        while "REPLACED" in excluded.get(serial, ()):
            serial = in_place[serial]
        return serial not in excluded

    return sum(is_filled(u.serial) for u in units.values() if u.replaces is None)


def _units_by(units: list[Unit], field: str) -> Mapping[str, int]:
    """Count units, not nonconformities: a unit that fails twice in one mode counts once."""
    counts: Counter[str] = Counter()
    for unit in units:
        names = {getattr(n, field) for n in unit.nonconformities.values()}
        counts.update(name for name in names if name is not None)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
