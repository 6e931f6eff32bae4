"""Past decisions under bars that were never set; no such answer is a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import Always, OutcomeName, Position
from signoff_ledger.replay.what_if import STAMP, what_if

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.whatif/1"


class MissedRuleAnswer(TypedDict):
    """A rule of the other bar that would not have held.

    Attributes:
        rule: Its name.
        says: What it would have found.
    """

    rule: str
    says: str


class OtherBarAnswer(TypedDict):
    """One past decision under one other bar: counterfactual.

    Attributes:
        counterfactual: Always true: this is not a decision.
        position: Where the decision stands.
        batch: The batch.
        decided: What was decided.
        bar_you_did_not_set: The clauses that differ.
        would: What the other bar's own rules would have come to.
        flips: Whether that differs from what was decided.
        missed: Rules of the other bar that would not have held.
        other_rules: Other rules that did not hold then; no bar changes them.
    """

    counterfactual: Always
    position: Position
    batch: str
    decided: OutcomeName
    bar_you_did_not_set: dict[str, str]
    would: OutcomeName
    flips: bool
    missed: list[MissedRuleAnswer]
    other_rules: list[str]


class WhatIfAnswer(TypedDict):
    """Past decisions under bars that were never set: `signoff replay --what-if`.

    Attributes:
        counterfactual: Always true: nothing here is a decision.
        stamp: Says so in words.
        process: The process's key.
        what_if: The question as asked.
        answers: Every decision under every other bar.
    """

    counterfactual: Always
    stamp: str
    process: str
    what_if: str
    answers: list[OtherBarAnswer]


ANSWER = WhatIfAnswer
ROW = OtherBarAnswer


def past_under_other_bars(
    ledger: Ledger, process: str | None, question: str, until: int | None = None
) -> WhatIfAnswer:
    """Take every past decision on a process again under other bars.

    Args:
        ledger: The ledger.
        process: The process; None for the only one there is.
        question: Clauses to change, such as `ac=0..5,n=20`.
        until: The position to stop at, inclusive.

    Raises:
        InputError: SL109, the question is not understood, or no bar can be like that.
        NotFoundError: There is no such process.
    """
    key = ledger.work().process_named(process)
    return {
        "counterfactual": True,
        "stamp": STAMP,
        "process": key,
        "what_if": question,
        "answers": [
            {
                "counterfactual": True,
                "position": each.position,
                "batch": each.batch,
                "decided": str(each.decided),
                "bar_you_did_not_set": dict(each.changed),
                "would": str(each.would),
                "flips": each.flips,
                "missed": [{"rule": rule, "says": says} for rule, says in each.missed],
                "other_rules": list(each.other_rules),
            }
            for each in what_if(ledger.store, key, question, until)
        ],
    }
