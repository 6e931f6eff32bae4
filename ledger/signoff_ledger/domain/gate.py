"""The gate: the rules of the sign-off, one function each, in one list per rule set.

`judge` is the only way in. It is a pure function of the case: no clock, no locale, no chance, so
a decision replays to the same verdict for as long as its rule set stands here. A rule set is never
changed once ledgers hold it; a new one is added beside it. Nothing in this module estimates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from signoff_ledger.domain import gate_batch, gate_process
from signoff_ledger.domain.verdict import Finding, Verdict

if TYPE_CHECKING:
    from signoff_ledger.domain.case import Case

Rule = Callable[["Case"], Finding]

CURRENT_RULE_SET = "1"

RULE_SETS: Mapping[str, tuple[Rule, ...]] = {
    "1": (
        gate_process.design_approved,
        gate_process.bar_before_results,
        gate_process.plan_and_bar_frozen,
        gate_process.plan_agreed,
        gate_batch.batch_closed,
        gate_batch.representative_units,
        gate_batch.rejects_within_ac,
        gate_batch.no_critical,
        gate_batch.build_time,
        gate_batch.single_clauses,
        gate_batch.fresh_units,
        gate_process.after_last_change,
        gate_process.latest_batch,
        gate_process.not_decided_before,
        gate_process.confirmation_batch,
        gate_process.repeat_cites_change,
        gate_process.faults_closed,
        gate_process.no_design_fault,
        gate_batch.no_correction_pending,
        gate_process.signer_allowed,
    ),
}

BAR_RULES = frozenset({"rejects-within-ac", "no-critical", "build-time", "single-clauses"})
"""Rules that the bar's own clauses make; missing one holds the process without a person (S-42)."""


def judge(case: Case, rule_set: str = CURRENT_RULE_SET) -> Verdict:
    """Ask every rule of a rule set.

    Args:
        case: The process, its batches, the batch in question and the signer.
        rule_set: The version of the rules, as a decision recorded it.
    """
    return Verdict(
        batch=case.batch_key,
        findings=tuple(rule(case) for rule in RULE_SETS[rule_set]),
        rule_set=rule_set,
    )


def misses_the_bar(verdict: Verdict, *, closed: bool) -> tuple[Finding, ...]:
    """Name the findings on a complete or closed batch that hold the process by themselves (S-42).

    Args:
        verdict: The verdict on the batch.
        closed: Whether the batch takes no more units; what is missing then stays missing.
    """
    deciding = BAR_RULES | {"representative-units"} if closed else BAR_RULES
    return tuple(f for f in verdict.blockers if f.rule in deciding)
