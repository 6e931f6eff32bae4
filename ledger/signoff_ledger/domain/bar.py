"""The bar: acceptance criteria set before the first result, as clauses that count and compare.

Estimates never stand here. An absent clause is reported and not judged (G3).
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from signoff_ledger.domain.values import COUNT_LIMIT, Key, Severity, Text, Value

if TYPE_CHECKING:
    from signoff_ledger.domain.plan import InspectionPlan


class ConfirmationBatch(StrEnum):
    """Whether a first batch may be signed off, or only a repeat (G1)."""

    AFTER_CHANGE = "after_change"
    ALWAYS = "always"


class MissingUnits(StrEnum):
    """What happens when a planned unit cannot count (G5)."""

    REJECT = "reject"
    REPLACE = "replace"


class RepeatWithoutChange(StrEnum):
    """Whether a batch may be repeated with nothing changed (G7)."""

    REFUSE = "refuse"
    ALLOW = "allow"


class ModeClause(Value):
    """At most `max_units` units with a given mode."""

    max_units: int = Field(ge=0, le=COUNT_LIMIT)
    mode: Key


class CharacteristicClause(Value):
    """At most `max_units` units that fail a given characteristic."""

    characteristic: Key
    max_units: int = Field(ge=0, le=COUNT_LIMIT)


class Bar(Value):
    """The number to decide on, and its further conditions (S-33, G8)."""

    #: Longest build time of any unit, in seconds.
    build_time_each_max_s: int | None = Field(default=None, ge=1, le=COUNT_LIMIT)
    #: Longest median build time, in seconds.
    build_time_median_max_s: int | None = Field(default=None, ge=1, le=COUNT_LIMIT)
    characteristics: tuple[CharacteristicClause, ...] = ()  #: Clauses on single characteristics.
    #: See `ConfirmationBatch`.
    confirmation_batch: ConfirmationBatch = ConfirmationBatch.AFTER_CHANGE
    #: Critical nonconformities accepted; 0 unless stated otherwise.
    max_critical: int = Field(default=0, ge=0, le=COUNT_LIMIT)
    max_rejects: int = Field(ge=0)  #: Acceptance number Ac; Re is one more (S-54).
    missing_units: MissingUnits = MissingUnits.REJECT  #: See `MissingUnits`.
    modes: tuple[ModeClause, ...] = ()  #: Clauses on single modes.
    rationale: Text | None = None  #: Why this n and this Ac, in words.
    reject_from: Severity = Severity.MINOR  #: Lowest severity that makes a unit a reject.
    #: See `RepeatWithoutChange`.
    repeat_without_change: RepeatWithoutChange = RepeatWithoutChange.REFUSE
    units: int = Field(ge=1, le=100_000)  #: Planned batch size n (S-18).

    @model_validator(mode="after")
    def _can_be_missed(self) -> Self:
        if self.max_rejects >= self.units:
            msg = f"max_rejects {self.max_rejects} of {self.units} units can never be exceeded"
            raise ValueError(msg)
        return self

    @property
    def passes_half_bad(self) -> bool:
        """True where a process with half its units bad passes more than one time in ten (G22).

        Exact: the binomial sum over k <= Ac of C(n, k), against a tenth of 2^n.
        """
        if 2 * self.max_rejects >= self.units:
            return True
        ways, at_most = 1, 1
        for k in range(1, self.max_rejects + 1):
            ways = ways * (self.units - k + 1) // k
            at_most += ways
        return 10 * at_most > 1 << self.units

    def problem_with(self, plan: "InspectionPlan") -> str:
        """Say what in this bar the plan does not know; empty when all is well."""
        for clause in self.characteristics:
            if clause.characteristic not in plan.ids:
                return (
                    f"the bar names the characteristic {clause.characteristic}, the plan does not"
                )
        for mode in self.modes:
            if mode.mode not in plan.mode_catalogue:
                return f"the bar names the mode {mode.mode}, the plan does not"
        timed = self.build_time_each_max_s is not None or self.build_time_median_max_s is not None
        if timed and plan.build_time is None:
            return "the bar limits the build time, the plan does not read it"
        return ""

    def loosened_from(self, older: "Bar") -> tuple[str, ...]:
        """Name every clause that passes more than the older bar's did (G6)."""
        looser = [
            name
            for name, now, before in _upper_limits(self, older)
            if before is not None and (now is None or now > before)
        ]
        if self.units < older.units:
            looser.append("units")
        if self.reject_from.rank > older.reject_from.rank:
            looser.append("reject_from")
        for name, loose in _LOOSE_CHOICES.items():
            if getattr(self, name) == loose != getattr(older, name):
                looser.append(name)
        return tuple(looser)


_LOOSE_CHOICES = {
    "confirmation_batch": ConfirmationBatch.AFTER_CHANGE,
    "missing_units": MissingUnits.REPLACE,
    "repeat_without_change": RepeatWithoutChange.ALLOW,
}


def _upper_limits(now: Bar, before: Bar) -> list[tuple[str, int | None, int | None]]:
    names = ("max_rejects", "max_critical", "build_time_each_max_s", "build_time_median_max_s")
    rows: list[tuple[str, int | None, int | None]] = [
        (name, getattr(now, name), getattr(before, name)) for name in names
    ]
    modes = {c.mode: c.max_units for c in now.modes}
    rows += [(f"mode {c.mode}", modes.get(c.mode), c.max_units) for c in before.modes]
    single = {c.characteristic: c.max_units for c in now.characteristics}
    rows += [
        (f"characteristic {c.characteristic}", single.get(c.characteristic), c.max_units)
        for c in before.characteristics
    ]
    return rows
