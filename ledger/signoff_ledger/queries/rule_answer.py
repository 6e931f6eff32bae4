"""One rule of the sign-off in an answer."""

from typing import TypedDict

from signoff_ledger.queries.value_forms import Position


class RuleAnswer(TypedDict):
    """One rule of the sign-off, and what it found."""

    rule: str  #: The rule's name, stable within a rule set.
    holds: bool  #: Whether the rule is satisfied; no evidence never satisfies one.
    says: str  #: One sentence with the numbers in it.
    numbers: dict[str, int]  #: The whole numbers compared, by name; a count comes with its total.
    counts: dict[str, int]  #: Units by mode or by reason, where the rule counted them.
    events: list[Position]  #: Positions of the events that settle it, ascending; at most 25.
