"""Results that come again: what of them is on record already, and what contradicts the record.

The same thing written twice is one thing. A report is held against what was recorded of its unit,
as it was first given and as it stands after corrections; what agrees with either is no news.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from signoff_ledger.domain.events.batch import Nonconformity, UnitInspected, UnitRetested
    from signoff_ledger.domain.plan import InspectionPlan
    from signoff_ledger.domain.unit import NonconformityReport, Unit, UnitReport

NOTHING = "nothing"
"""What the record says where it says nothing."""


class OnRecord(NamedTuple):
    """What is recorded of one unit."""

    events: Sequence[UnitInspected]  #: Its first results, as they were recorded.
    states: Sequence[Unit]  #: The unit as it stands, and as it would stand without corrections.
    plan: InspectionPlan  #: The plan of its batch.

    def news(self, report: UnitReport) -> UnitReport:
        """Leave out of a report what is on record already; what differs stays."""
        unit = self.states[0]
        readings = {k: v for k, v in report.readings.items() if k not in unit.readings}
        lines = {line for event in self.events for line in (event.note or "").split("\n")}
        note = [line for line in (report.note or "").split("\n") if line not in lines]
        seen = {k: v for k, v in report.seen.items() if k in readings}
        return report._replace(
            readings=readings,
            gauges={k: v for k, v in report.gauges.items() if k in readings},
            observed_at=min(seen.values(), default=report.observed_at),
            seen=seen,
            nonconformities=tuple(self._further(report.nonconformities)),
            note="\n".join(note) or None,
            replaces=None,
        )

    def differences(self, report: UnitReport) -> list[Difference]:
        """Name what a report says otherwise than the record; silence agrees with everything."""
        news = self.news(report)
        found = [*self._of_build(report), *self._of_readings(report), *self._of_replaces(report)]
        found += self._of_times(report)
        if not news.readings:
            found += [
                Difference("defects", _spelt(d.mode, d.location), NOTHING)
                for d in news.nonconformities
            ]
            if news.note:
                found.append(Difference("note", news.note, self._notes() or NOTHING))
        return found + list(self._gone(report))

    def _notes(self) -> str:
        return "\n".join(event.note for event in self.events if event.note)

    def _of_build(self, report: UnitReport) -> Iterator[Difference]:
        for name in UnitBuild.model_fields:
            here = getattr(report.build, name)
            known = [getattr(unit.build, name) for unit in self.states]
            if here is not None and here not in known:
                yield Difference(name, _shown(here), _shown(known[0]))

    def _of_readings(self, report: UnitReport) -> Iterator[Difference]:
        for name, reading in report.readings.items():
            known = [u.readings[name] for u in self.states if name in u.readings]
            if known and reading not in known:
                show = self.plan.by_id[name].show
                yield Difference(name, show(reading), show(known[0]))

        unit = self.states[0]
        used = {name: unit.gauges.get(name) for name in unit.readings}
        yield from _of_gauges(report.gauges, used)

    def _of_times(self, report: UnitReport) -> Iterator[Difference]:
        """Hold each time against that of the recording which has the reading."""
        known = times_of(self.events)
        for name, here in times_of([report]).items():
            if name in known and here is not None and here != known[name]:
                was = known[name]
                yield Difference("observed_at", format_utc(here), _moment(was))
                return

    def _of_replaces(self, report: UnitReport) -> Iterator[Difference]:
        known = next((event.replaces for event in self.events if event.replaces), None)
        if report.replaces is not None and report.replaces != known:
            here, was = report.replaces, known
            says = f"{was.serial}: {was.reason}" if was else NOTHING
            yield Difference("replaces", f"{here.serial}: {here.reason}", says)

    def _recorded(self) -> Iterator[Nonconformity]:
        return (n for event in self.events for n in event.nonconformities)

    def _further(self, defects: Iterable[NonconformityReport]) -> Iterator[NonconformityReport]:
        """Give the defects that are not among those on record, each as often as it is reported."""
        standing = (n for unit in self.states for n in unit.nonconformities.values())
        known = {n.number: (n.mode, n.location) for n in standing}
        first = {n.number: (n.mode, n.location) for n in self._recorded()}
        as_is, as_was = Counter(known.values()), Counter(first.values())
        on_record = as_is | as_was
        for defect in defects:
            place = (defect.mode, place_in(self.plan, defect))
            if on_record[place] > 0:
                on_record[place] -= 1
            else:
                yield defect

    def _gone(self, report: UnitReport) -> Iterator[Difference]:
        """Name the recorded defects that a report of the whole unit has no longer."""
        recorded = {name for event in self.events for name in event.readings}
        if not report.states_defects or not recorded <= set(report.readings):
            return
        left = Counter((d.mode, place_in(self.plan, d)) for d in report.nonconformities)
        standing = self.states[0].nonconformities
        for n in self._recorded():
            if left[n.mode, n.location] > 0:
                left[n.mode, n.location] -= 1
            elif n.characteristic is None and n.number in standing:
                yield Difference("defects", NOTHING, f"D-{n.number} {_spelt(n.mode, n.location)}")


def retest_differences(
    known: UnitRetested, report: UnitReport, plan: InspectionPlan
) -> list[Difference]:
    """Name what a retest says otherwise than the one on record under the same number."""
    found = []
    for name in sorted({*known.readings, *report.readings}):
        was, here = known.readings.get(name), report.readings.get(name)
        if here is not None and here != was:
            show = plan.by_id[name].show
            found.append(Difference(name, show(here), NOTHING if was is None else show(was)))
    used = {name: (known.gauges or {}).get(name) for name in known.readings}
    found += _of_gauges(report.gauges, used)
    if report.note is not None and report.note != known.note:
        found.append(Difference("note", report.note, known.note or NOTHING))
    before, now = times_of([known]), times_of([report])
    for name, here_at in now.items():
        if here_at is not None and here_at != before.get(name):
            says = _moment(before.get(name))
            found.append(Difference("observed_at", format_utc(here_at), says))
            break
    return found


def _of_gauges(gauges: Mapping[str, str], known: Mapping[str, str | None]) -> Iterator[Difference]:
    """Name each gauge that is another; one for all where it is the same of all readings."""
    other = {n: (g, known[n] or NOTHING) for n, g in gauges.items() if n in known and g != known[n]}
    if len(other) > 1 and len(set(other.values())) == 1:
        yield Difference("gauge", *next(iter(other.values())))
    else:
        yield from (Difference(f"gauge:{name}", *both) for name, both in other.items())


def times_of(
    results: Iterable[UnitInspected | UnitRetested | UnitReport],
) -> Mapping[str, datetime | None]:
    """Give when each characteristic was looked at, as claimed; None where nothing is claimed."""
    times: dict[str, datetime | None] = {}
    for result in results:
        times |= dict.fromkeys(result.readings, result.observed_at) | dict(result.seen or {})
    return times


def place_in(plan: InspectionPlan, defect: NonconformityReport) -> str | None:
    """Give a defect's location in the plan's spelling, where the plan names it."""
    mode = plan.mode_catalogue.get(defect.mode)
    zone = mode.zone_of(defect.location) if mode else None
    return zone or defect.location


def _spelt(mode: str, location: str | None) -> str:
    return f"{mode}@{location}" if location else mode


def _moment(moment: datetime | None) -> str:
    return NOTHING if moment is None else format_utc(moment)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{each.name} {each.value}" for each in value)
    return NOTHING if value is None else str(value)
