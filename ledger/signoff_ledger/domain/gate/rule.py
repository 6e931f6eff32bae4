"""A rule as a record: its name, whether the bar makes it, and the function that asks it.

The name stands where the rule is made and nowhere else; everything that means a rule refers to its
record. `rule_sets` puts the records into an order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING

from signoff_ledger.domain.verdict import EventRef, Finding

if TYPE_CHECKING:
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """What a rule finds on a case: a finding without the rule's name."""

    #: Units by mode or by reason, where the rule counts them.
    counts: dict[str, int] = field(default_factory=dict)
    holds: bool  #: Whether the rule is satisfied; no evidence never satisfies a rule.
    numbers: dict[str, int] = field(default_factory=dict)  #: The whole numbers compared, by name.
    says: str  #: One sentence with the numbers in it.
    settled_by: tuple[EventRef, ...] = ()  #: The events that settle it, oldest first.


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the gate; called with a case, it gives the finding under its name."""

    name: str  #: Stable within a rule set: decisions record it, and people cite it.
    #: Whether one of the bar's own clauses makes it; missing it then holds the process without a
    #: person (S-42).
    of_bar: bool
    function: Callable[[Case], RuleResult]  #: The rule itself, a pure function of the case.

    def __call__(self, case: Case) -> Finding:
        """Ask the rule."""
        return Finding(rule=self.name, **vars(self.function(case)))


def rule(name: str, *, of_bar: bool = False) -> Callable[[Callable[[Case], RuleResult]], Rule]:
    """Make the function below it a rule of this name."""
    return lambda function: Rule(name, of_bar, function)


NO_BATCH = RuleResult(holds=False, says="no batch has been built; there is no evidence")
"""What every rule on a batch finds where there is none: no evidence (S-17)."""


def batch_rule(
    name: str, *, of_bar: bool = False
) -> Callable[[Callable[[Case, Batch], RuleResult]], Rule]:
    """Make the function below it a rule on the batch in question; without one there is nothing."""

    def made(function: Callable[[Case, Batch], RuleResult]) -> Rule:
        @wraps(function)
        def ask(case: Case) -> RuleResult:
            return NO_BATCH if case.batch is None else function(case, case.batch)

        return Rule(name, of_bar, ask)

    return made
