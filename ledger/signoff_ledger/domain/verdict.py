"""Answer of the gate: findings in a fixed order, and what follows from them.

A verdict is a value: two of them are the same when their facts are, whatever their sentences say.
That is how a replayed decision is compared with the recorded one.
"""

from functools import cached_property
from typing import Annotated

from signoff_ledger.domain.values import PROSE, Counts, Key, Outcome, Value

SETTLING_LIMIT = 25
"""Limit of the settling events that a finding names; its numbers stay complete."""

# Names of rules that aggregates know as well: they stand here because no aggregate can import the
# rules, which are asked about aggregates.
BAR_BEFORE_RESULTS = "bar-before-results"
LATEST_BATCH = "latest-batch"
NO_CORRECTION_PENDING = "no-correction-pending"
NO_DESIGN_NONCONFORMITY = "no-design-nonconformity"
REPEAT_CITES_CHANGE = "repeat-cites-change"

NOT_ABOUT_THE_UNITS = frozenset({LATEST_BATCH, NO_CORRECTION_PENDING})
"""Rules that say nothing about the units a standing sign-off was taken on: that another batch was
opened since, or that a correction still waits."""


class EventRef(Value):
    """An event by its place in its stream, which is known before the log gives it a position."""

    stream: str  #: `process`, or `batch <key>`, or `person <key>`.
    version: int  #: Its version in that stream.


class Finding(Value):
    """One rule, whether it holds, the numbers compared and the events that settle it."""

    counts: Counts = {}  #: Units by mode or by reason, where the rule counted them.
    holds: bool  #: Whether the rule is satisfied; no evidence never satisfies a rule.
    #: The whole numbers compared, by name; a count always comes with its total.
    numbers: Counts = {}
    rule: str  #: The rule's name, stable within a rule set.
    #: One sentence with the numbers in it; each of them stands in `numbers`, in `counts` or in the
    #: events that settle it, too.
    says: Annotated[str, PROSE]
    #: The events that settle it, oldest first, at most `SETTLING_LIMIT`.
    settled_by: tuple[EventRef, ...] = ()


class Verdict(Value):
    """All findings of one rule set on one case."""

    batch: Key | None = None  #: Key of the batch looked at; absent when there is none.
    findings: tuple[Finding, ...]  #: One per rule, in the order of the rule set.
    rule_set: str  #: The version of the rules that were asked.

    @cached_property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings that do not hold."""
        return tuple(f for f in self.findings if not f.holds)

    @property
    def lost_support(self) -> tuple[Finding, ...]:
        """The findings that a sign-off taken before no longer stands on (G11)."""
        return tuple(f for f in self.blockers if f.rule not in NOT_ABOUT_THE_UNITS)

    @property
    def allows_sign_off(self) -> bool:
        """True when every rule holds."""
        return not self.blockers

    @property
    def outcome(self) -> Outcome:
        """The only two ends: signed off when every rule holds, else held (S-19)."""
        return Outcome.SIGNED_OFF if self.allows_sign_off else Outcome.HELD

    def finding(self, rule: str) -> Finding:
        """Give the finding of one rule."""
        return next(f for f in self.findings if f.rule == rule)
