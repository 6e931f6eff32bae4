"""The inspection plan: what is checked on each unit, and the modes of nonconformities.

A plan is frozen for a batch when the batch opens; its SHA-256 over the canonical form pins it.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from signoff_ledger.domain.characteristic import Characteristic, Family, Kind
from signoff_ledger.domain.notation import SheetNotation
from signoff_ledger.domain.spelling import folded
from signoff_ledger.domain.spelling import named as spelt
from signoff_ledger.domain.values import (
    COUNT_LIMIT,
    ActivityCode,
    BuildMethod,
    Key,
    Label,
    Severity,
    Sha256,
    Text,
    Value,
    in_key_order,
)

NO_FIXTURE = "none specified"
"""Value for a process without a specified jig, so that it is no gap (S-15)."""

OPERATOR_ROLES = ("assembler", "line worker", "operator")
"""Roles of builders that count where the plan names none."""

OTHER_MODE: Key = "OTHER"
"""A mode every plan knows, for an unforeseen nonconformity; it counts as major."""


class Mode(Value):
    """A way in which a unit can fail, named before the first unit is inspected."""

    code: Key  #: Short code used in sheets, such as LID-SEAT.
    severity: Severity = Severity.MAJOR  #: Grade where no zone says otherwise.
    text: Text  #: What it looks like, in words.
    #: Other grades by location: the same flaw may be minor where it is not seen (S-47).
    zones: Annotated[dict[Key, Severity], AfterValidator(in_key_order)] = {}

    def zone_of(self, location: str | None) -> str | None:
        """Give the plan's own spelling of a zone; None for one that it does not name."""
        if location is None or location in self.zones:
            return location
        return spelt(location, self.zones)

    def severity_at(self, zone: str | None, shown_by: Characteristic | None = None) -> Severity:
        """Grade the nonconformity at a zone of the plan.

        Args:
            zone: The zone as the plan spells it.
            shown_by: The characteristic whose reading shows the nonconformity. Its own grade is
                the least, except at a zone that the plan grades; a critical one stays critical.
        """
        grade = self.zones.get(zone, self.severity) if zone else self.severity
        if shown_by is None:
            return grade
        if zone in self.zones and shown_by.severity is not Severity.CRITICAL:
            return grade
        return max(grade, shown_by.severity, key=lambda severity: severity.rank)


class NotApplicable(Value):
    """A check family that this product does not have, and why (S-06)."""

    family: Family
    reason: Text


class Price(Value):
    """What one unit sells for; the currency is a label, never converted."""

    amount: Decimal = Field(ge=0)
    currency: Label


class Provenance(Value):
    """What a unit must be made on and where, to stand for the process (S-02, S-10)."""

    fixture: Label = NO_FIXTURE  #: Jig or fixture; "none specified" is a value, not a gap (S-15).
    line: Label  #: The production line.
    site: Label  #: Where the line stands.
    tooling: Label  #: The production tooling.
    tooling_revision: Label  #: Its revision.


class Parameter(Value):
    """A setting of the process as it was stated, such as a firing ramp."""

    name: Label
    value: Label


class StatedProvenance(Value):
    """Facts that the opening of a batch states about its run; other facts are not stated (G17)."""

    fixture: Label | None = None  #: Jig or fixture of the run.
    line: Label | None = None  #: Its line.
    parameters: tuple[Parameter, ...] | None = None  #: Settings of the process.
    site: Label | None = None  #: Its site.
    tooling: Label | None = None  #: Its tooling.
    tooling_revision: Label | None = None  #: The tooling's revision.


class DesignApproval(Value):
    """The sign-off of the design, given elsewhere and only referred to here (S-12, S-30)."""

    document: Label  #: Identifier of the approved design or specification.
    reference: Label  #: The approval's own number.
    sha256: Sha256  #: Digest of the approved document, pins which one it was (S-03).


class ProcessIdentity(Value):
    """What the process is called and where it stands in the user's development process."""

    activity: ActivityCode = "08.10.06"  #: Code of this activity in the user's catalogue (S-29).
    #: The user's own word for it, such as "pilot run" (S-01).
    called: Text = "production prototype"
    name: Text  #: What is being made.
    next_activity: ActivityCode = "08.20.01"  #: Where conforming units go after a sign-off (S-31).
    price: Price | None = None  #: Sales price of one unit, for the exposure in money.
    run_max: int = Field(ge=1, le=COUNT_LIMIT)  #: Largest production run a sign-off is asked for.
    run_min: int = Field(ge=1, le=COUNT_LIMIT)  #: Smallest one.
    stage: Text = "08 Develop"  #: The stage the activity belongs to.

    @model_validator(mode="after")
    def _range_is_a_range(self) -> Self:
        if self.run_min > self.run_max:
            msg = f"run_min {self.run_min} is above run_max {self.run_max}"
            raise ValueError(msg)
        return self


class InspectionPlan(Value):
    """Everything that is inspected on a unit of one process, in a fixed order."""

    #: What is read off every unit.
    characteristics: tuple[Characteristic, ...] = Field(min_length=1, max_length=1_000)
    identity: ProcessIdentity  #: Names and the run the plan is for.
    modes: tuple[Mode, ...] = ()  #: The catalogue of nonconformity modes.
    not_applicable: tuple[NotApplicable, ...] = ()  #: Check families left out, with reasons.
    #: Roles of builders whose units count; every other one that is stated makes the unit
    #: engineer-assisted (G23).
    operator_roles: tuple[Label, ...] = Field(default=OPERATOR_ROLES, min_length=1)
    provenance: Provenance  #: What counts as the real tooling and line.
    #: How sheets and values are written, where that is not the usual way.
    sheet: SheetNotation | None = None
    #: True lets a signer have recorded some of the units, which is shown (G24).
    signer_may_inspect: bool = False

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        problem = _first_repeat([c.id for c in self.characteristics], "characteristic")
        problem = problem or _first_repeat([m.code for m in self.modes], "mode")
        for family in Family:
            covered = any(c.family is family for c in self.characteristics)
            waived = any(n.family is family for n in self.not_applicable)
            if covered == waived:
                problem = problem or (
                    f"the check family {family} is both covered and declared not applicable"
                    if covered
                    else f"no characteristic checks {family}; add one, or declare the family "
                    "not applicable with a reason"
                )
        if sum(c.kind is Kind.TIME for c in self.characteristics) > 1:
            problem = problem or "there can be one build-time characteristic"
        if problem:
            raise ValueError(problem)
        return self

    @cached_property
    def by_id(self) -> Mapping[str, Characteristic]:
        """The characteristics by their id."""
        return {c.id: c for c in self.characteristics}

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that a complete unit has readings for."""
        return frozenset(self.by_id)

    def failing(self, readings: Mapping[str, int]) -> list[str]:
        """Name the characteristics whose readings do not conform, in the order of the readings.

        Raises:
            KeyError: The plan has no such characteristic.
        """
        by_id, found = self.by_id, []
        for name, reading in readings.items():
            lowest, highest = by_id[name].accepted
            if not lowest <= reading <= highest:
                found.append(name)
        return found

    @cached_property
    def build_time(self) -> Characteristic | None:
        """The characteristic that is the build time, if the plan has one."""
        return next((c for c in self.characteristics if c.kind is Kind.TIME), None)

    @cached_property
    def mode_catalogue(self) -> Mapping[str, Mode]:
        """Every mode that can be recorded: the plan's, those of failing readings, and OTHER."""
        known = {OTHER_MODE: Mode(code=OTHER_MODE, text="a nonconformity the plan did not foresee")}
        for c in self.characteristics:
            worse = c.mode in known and known[c.mode].severity.rank >= c.severity.rank
            if c.kind is not Kind.TIME and not worse:
                text = f"{c.name} does not conform"
                known[c.mode] = Mode(code=c.mode, severity=c.severity, text=text)
        return {**known, **{m.code: m for m in self.modes}}

    def named(self, text: str) -> list[str]:
        """Give the ids of the characteristics that a text can mean: by id, else by name."""
        if text in self.ids:
            return [text]
        form = folded(text)
        by_id = [c.id for c in self.characteristics if folded(c.id) == form]
        return by_id or [c.id for c in self.characteristics if folded(c.name) == form]

    def mode_named(self, text: str) -> Mode | None:
        """Find the mode that a text spells, whatever its case, blanks and separators."""
        code = spelt(text, self.mode_catalogue)
        return None if code is None else self.mode_catalogue[code]

    @cached_property
    def counted_roles(self) -> frozenset[str]:
        """The operator roles that count, in the form in which they are compared."""
        return frozenset(map(folded, self.operator_roles))


class UnitBuild(Value):
    """How one unit was made, where it differs from what the batch declared."""

    built_by: Label | None = None  #: Who assembled it, as claimed.
    cavity: Label | None = None  #: Cavity or nest of the tool (S-34).
    fixture: Label | None = None  #: Jig used, if not the batch's.
    line: Label | None = None  #: Line, if not the batch's.
    method: BuildMethod  #: The one field without a default; only `line` counts (S-05).
    operator_role: Label | None = None  #: The builder's role, as claimed.
    parameters: tuple[Parameter, ...] | None = None  #: Settings of the process it was made under.
    #: Revision it was built on, if not the batch's.
    process_revision: int | None = Field(default=None, ge=1, le=COUNT_LIMIT)
    site: Label | None = None  #: Site, if not the batch's.
    station: Label | None = None  #: Station on the line.
    tooling: Label | None = None  #: Tooling, if not the batch's.
    tooling_revision: Label | None = None  #: Its revision, if not the batch's.


def content_sha256(value: Value) -> str:
    """Digest a plan or a bar over its canonical JSON, fields in order, absent ones left out."""
    return sha256(value.model_dump_json(exclude_none=True).encode()).hexdigest()


def _first_repeat(names: list[str], noun: str) -> str:
    repeated = next((name for name in names if names.count(name) > 1), None)
    return f"{noun} {repeated} is defined twice" if repeated else ""
