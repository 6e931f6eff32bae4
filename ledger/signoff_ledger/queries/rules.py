"""What a decision says in plain data: its rules, each with the events that settle it, and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from signoff_ledger.projections.explanation import finding_rows
from signoff_ledger.queries.figures_answer import SentencesAnswer
from signoff_ledger.queries.rule_answer import RuleAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signoff_ledger.domain.figures import DecisionSentences
    from signoff_ledger.domain.verdict import Finding
    from signoff_ledger.persistence.store import LedgerStore


def rules_of(store: LedgerStore, process: str, findings: Sequence[Finding]) -> list[RuleAnswer]:
    """Write findings as plain data, with the positions of the events that settle each."""
    return cast("list[RuleAnswer]", finding_rows(store, process, findings))


def sentences(says: DecisionSentences | None) -> SentencesAnswer:
    """Write rule, evidence and limits apart; empty where no batch is in question."""
    if says is None:
        return {"rule": [], "evidence": [], "limits": []}
    return {"rule": [*says.rule], "evidence": [*says.evidence], "limits": [*says.limits]}
