"""Past decisions under bars that were never set; no such answer is a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.queries.value_forms import Always, OutcomeName, Position
from signoff_ledger.replay.what_if import STAMP, what_if

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.whatif/1"


class MissedRuleAnswer(TypedDict):
    """A rule of the other bar that would not have held."""

    rule: str  #: Its name.
    says: str  #: What it would have found.


class OtherBarAnswer(TypedDict):
    """One past decision under one other bar: counterfactual."""

    counterfactual: Always  #: Always true: this is not a decision.
    position: Position  #: Where the decision stands.
    batch: str  #: The batch.
    decided: OutcomeName  #: What was decided.
    bar_you_did_not_set: dict[str, str]  #: The clauses that differ.
    would: OutcomeName  #: What the other bar's own rules would have come to.
    flips: bool  #: Whether that differs from what was decided.
    missed: list[MissedRuleAnswer]  #: Rules of the other bar that would not have held.
    other_rules: list[str]  #: Other rules that did not hold then; no bar changes them.


class WhatIfAnswer(TypedDict):
    """Past decisions under bars that were never set: `signoff replay --what-if`."""

    counterfactual: Always  #: Always true: nothing here is a decision.
    stamp: str  #: Says so in words.
    process: str  #: The process's key.
    what_if: str  #: The question as asked.
    answers: list[OtherBarAnswer]  #: Every decision under every other bar.


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
