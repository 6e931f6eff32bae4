"""The gate: the rules of the sign-off, one record each, in one list per rule set.

`judge` is the only way in. It is a pure function of the case: no clock, no locale, no chance, so
a decision replays to the same verdict for as long as its rule set stands here. A rule set is never
changed once ledgers hold it; a new one is added. Nothing in this module estimates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.gate import batch_rules, process_rules
from signoff_ledger.domain.verdict import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.gate.rule import Rule

CURRENT_RULE_SET = "1"

RULE_SETS: Mapping[str, tuple[Rule, ...]] = {
    "1": (
        process_rules.design_approved,
        process_rules.bar_before_results,
        process_rules.plan_and_bar_frozen,
        process_rules.plan_agreed,
        batch_rules.batch_closed,
        batch_rules.representative_units,
        batch_rules.rejects_within_ac,
        batch_rules.no_critical,
        batch_rules.build_time,
        batch_rules.single_clauses,
        batch_rules.fresh_units,
        process_rules.after_last_change,
        process_rules.latest_batch,
        process_rules.not_decided_before,
        process_rules.confirmation_batch,
        process_rules.repeat_cites_change,
        process_rules.nonconformities_closed,
        process_rules.no_design_nonconformity,
        batch_rules.no_correction_pending,
        process_rules.signer_allowed,
    ),
}

BAR_RULES = frozenset(r.name for rules in RULE_SETS.values() for r in rules if r.of_bar)
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
    deciding = BAR_RULES | {batch_rules.representative_units.name} if closed else BAR_RULES
    return tuple(f for f in verdict.blockers if f.rule in deciding)
