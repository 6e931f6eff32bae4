"""One unit of a batch as its events left it, and what a person reports about one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from signoff_ledger.domain.events.batch import Nonconformity, Replacement, SheetRow
from signoff_ledger.domain.notation import Notation
from signoff_ledger.domain.plan import InspectionPlan, UnitBuild
from signoff_ledger.domain.values import Disposition, Role, Severity


class NonconformityReport(NamedTuple):
    """A nonconformity as the inspector names it, before it has a number."""

    mode: str  #: A code of the plan's catalogue.
    location: str | None = None  #: Zone of the unit, if it matters.
    note: str | None = None  #: The inspector's words.
    typed: str | None = None  #: Mode and zone as typed, where the plan spells them otherwise.


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


def readings_of(
    plan: InspectionPlan, values: Mapping[str, str], notation: Notation
) -> dict[str, int]:
    """Turn values as stated into readings in the plan's scale, by characteristic.

    Raises:
        UnreadableError: The plan has no such characteristic, or reads no such value.
    """
    readings: dict[str, int] = {}
    for name, text in values.items():
        found = plan.named(name)
        if len(found) != 1:
            raise UnreadableError(name, text, "the plan has no such characteristic")
        if found[0] in readings:
            raise UnreadableError(name, text, f"is a second reading of {found[0]}")
        try:
            readings[found[0]] = notation.read(plan.by_id[found[0]], text)
        except ValueError as error:
            raise UnreadableError(name, text, str(error)) from None
    return readings


class UnitReport(NamedTuple):
    """Report of one recording on one unit."""

    serial: str
    build: UnitBuild  #: How it was made.
    readings: Mapping[str, int]  #: Integers in the plan's scale by characteristic id.
    #: Nonconformities seen in addition to failing readings.
    nonconformities: tuple[NonconformityReport, ...] = ()
    #: What its readings were taken with, by characteristic.
    gauges: Mapping[str, str] = MappingProxyType({})
    note: str | None = None  #: Free words.
    #: When the inspector says it was seen; the earliest of several times.
    observed_at: datetime | None = None
    observed_until: datetime | None = None  #: The latest of several times.
    #: When each characteristic was looked at, where there are several times.
    seen: Mapping[str, datetime] = MappingProxyType({})
    replaces: Replacement | None = None  #: The planned unit it stands in for.
    source: SheetRow | None = None  #: Its row in an imported sheet.
    #: Engineer or approver, where the ledger knows the builder as one.
    builder_enrolled_as: Role | None = None
    distinct_from: tuple[str, ...] = ()  #: Serials that it may look like and is not.
    typed: str | None = None  #: Its serial as typed, where that is another spelling.
    #: Whether the source has a place for defects, so that none is a statement.
    states_defects: bool = False
    #: Which test of the unit it is, where the source says so; 2 is the first retest.
    attempt: int | None = None
    #: What the source says the result was, to be held against ours.
    stated_conforms: bool | None = None


def gauges_text(gauges: Mapping[str, str]) -> str:
    """Name the gauges of readings; where there are several, each with what it measured."""
    by_gauge: dict[str, list[str]] = {}
    for name, gauge in gauges.items():
        by_gauge.setdefault(gauge, []).append(name)
    if len(by_gauge) == 1:
        return f"gauge {next(iter(by_gauge))}"
    shown = (f"{gauge} ({', '.join(names)})" for gauge, names in by_gauge.items())
    return f"gauges {', '.join(shown)}"


class Unit(NamedTuple):
    """A unit and its first valid results; further ones are counted in `retests` and no more."""

    serial: str
    build: UnitBuild  #: How it was made, corrections applied.
    readings: Mapping[str, int]  #: First valid readings in the plan's scale.
    #: Those that stand, by number.
    nonconformities: Mapping[int, Nonconformity] = MappingProxyType({})
    #: Who recorded first results, and who asked for a reading to be corrected.
    inspectors: tuple[str, ...] = ()
    events: tuple[int, ...] = ()  #: Versions, in the batch's stream, of the events that made it so.
    retests: int = 0  #: How many further results are on record.
    disposition: Disposition | None = None  #: What happens to the unit, if decided.
    replaces: str | None = None  #: Serial of the unit it stands in for.
    #: Whether that unit had a result when this one came in its place.
    replaced_knowingly: bool = False
    #: Engineer or approver, where the ledger knows the builder as one.
    builder_enrolled_as: Role | None = None
    distinct_from: tuple[str, ...] = ()  #: Serials that it looks like and was said not to be.
    #: Characteristics that a further result did not find conforming (G27).
    failed_retests: tuple[str, ...] = ()
    #: What its readings were taken with, by characteristic.
    gauges: Mapping[str, str] = MappingProxyType({})
    observed_at: datetime | None = None  #: The earliest time at which a person says it was seen.
    typed: str | None = None  #: Its serial as typed, where that is another spelling.
    #: Whether it was ever scrapped; no later disposition takes that back.
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
