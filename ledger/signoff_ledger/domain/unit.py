"""One unit of a batch as its events left it, and what a person reports about one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from signoff_ledger.domain.events.batch import Nonconformity, Replacement, SheetRow
from signoff_ledger.domain.plan import InspectionPlan, UnitBuild
from signoff_ledger.domain.values import Disposition, Role, Severity


class NonconformityReport(NamedTuple):
    """A nonconformity as the inspector names it, before it has a number.

    Attributes:
        mode: A code of the plan's catalogue.
        location: Zone of the unit, if it matters.
        note: The inspector's words.
    """

    mode: str
    location: str | None = None
    note: str | None = None


class UnreadableError(ValueError):
    """A result that the plan does not read.

    Attributes:
        name: The characteristic, as stated.
        text: The value, as stated.
    """

    def __init__(self, name: str, text: str, why: str) -> None:
        super().__init__(why)
        self.name = name
        self.text = text


def readings_of(plan: InspectionPlan, values: Mapping[str, str]) -> dict[str, int]:
    """Turn values as stated into readings in the plan's scale, by characteristic.

    Raises:
        UnreadableError: The plan has no such characteristic, or reads no such value.
    """
    readings: dict[str, int] = {}
    for name, text in values.items():
        characteristic = plan.by_id.get(name)
        if characteristic is None:
            raise UnreadableError(name, text, "the plan has no such characteristic")
        try:
            readings[name] = characteristic.read(text)
        except ValueError as error:
            raise UnreadableError(name, text, str(error)) from None
    return readings


class UnitReport(NamedTuple):
    """Report of one recording on one unit.

    Attributes:
        serial: The unit.
        build: How it was made.
        readings: Integers in the plan's scale by characteristic id.
        nonconformities: Nonconformities seen in addition to failing readings.
        gauge: What it was measured with.
        note: Free words.
        observed_at: When the inspector says it was seen; the earliest of several times.
        observed_until: The latest of several times.
        replaces: The planned unit it stands in for.
        source: Its row in an imported sheet.
        builder_enrolled_as: Engineer or approver, where the ledger knows the builder as one.
        distinct_from: Serials that it may look like and is not.
        typed: Its serial as typed, where that is another spelling.
        stated_conforms: What the source says the result was, to be held against ours.
    """

    serial: str
    build: UnitBuild
    readings: Mapping[str, int]
    nonconformities: tuple[NonconformityReport, ...] = ()
    gauge: str | None = None
    note: str | None = None
    observed_at: datetime | None = None
    observed_until: datetime | None = None
    replaces: Replacement | None = None
    source: SheetRow | None = None
    builder_enrolled_as: Role | None = None
    distinct_from: tuple[str, ...] = ()
    typed: str | None = None
    stated_conforms: bool | None = None


class Unit(NamedTuple):
    """A unit and its first valid results; further ones are counted in `retests` and no more.

    Attributes:
        serial: The unit.
        build: How it was made, corrections applied.
        readings: First valid readings in the plan's scale.
        nonconformities: Those that stand, by number.
        inspectors: Who recorded first results, and who asked for a reading to be corrected.
        events: Versions, in the batch's stream, of the events that made it so.
        retests: How many further results are on record.
        disposition: What happens to the unit, if decided.
        replaces: Serial of the unit it stands in for.
        replaced_knowingly: Whether that unit had a result when this one came in its place.
        builder_enrolled_as: Engineer or approver, where the ledger knows the builder as one.
        distinct_from: Serials that it looks like and was said not to be.
        failed_retests: Characteristics that a further result did not find conforming (G27).
        gauges: What it was measured with.
        observed_at: The earliest time at which a person says it was seen.
        typed: Its serial as typed, where that is another spelling.
        is_scrapped: Whether it was ever scrapped; no later disposition takes that back.
    """

    serial: str
    build: UnitBuild
    readings: Mapping[str, int]
    nonconformities: Mapping[int, Nonconformity] = MappingProxyType({})
    inspectors: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    retests: int = 0
    disposition: Disposition | None = None
    replaces: str | None = None
    replaced_knowingly: bool = False
    builder_enrolled_as: Role | None = None
    distinct_from: tuple[str, ...] = ()
    failed_retests: tuple[str, ...] = ()
    gauges: tuple[str, ...] = ()
    observed_at: datetime | None = None
    typed: str | None = None
    is_scrapped: bool = False

    def seen_at(self, moment: datetime | None) -> datetime | None:
        """Give the earlier of a further claimed time and those claimed before.

        Once the unit shows a nonconformity, no further claim makes it older: a claimed time alone
        would take a reject out of the count (G18, S-23).
        """
        if self.nonconformities:
            return self.observed_at
        times = [each for each in (self.observed_at, moment) if each is not None]
        return min(times, default=None)

    def is_reject(self, reject_from: Severity) -> bool:
        """True when at least one standing nonconformity is of the counted grade or worse."""
        return any(n.severity.rank >= reject_from.rank for n in self.nonconformities.values())
