"""One rule of the sign-off in an answer."""

from typing import TypedDict

from signoff_ledger.queries.value_forms import Position


class RuleAnswer(TypedDict):
    """One rule of the sign-off, and what it found.

    Attributes:
        rule: The rule's name, stable within a rule set.
        holds: Whether the rule is satisfied; no evidence never satisfies one.
        says: One sentence with the numbers in it.
        numbers: The whole numbers compared, by name; a count comes with its total.
        counts: Units by mode or by reason, where the rule counted them.
        events: Positions of the events that settle it, ascending; at most 25.
    """

    rule: str
    holds: bool
    says: str
    numbers: dict[str, int]
    counts: dict[str, int]
    events: list[Position]
