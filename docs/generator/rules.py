"""The page of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.generator.markdown import NOTICE, summary, table
from signoff_ledger.domain.gate.batch_rules import representative_units
from signoff_ledger.domain.gate.rule_sets import CURRENT_RULE_SET, RULE_SETS
from signoff_ledger.domain.tally import EXCLUSIONS

if TYPE_CHECKING:
    from docs.generator.story import Story
    from signoff_ledger.domain.verdict import Verdict


ORDER_RULES = {
    "sign-off-stands": "The process is signed off: not held, lapsed, withdrawn or unsupported.",
    "run-quantity": "At least the smallest run signed; with what was ordered, at most the largest.",
    "buyer-is-not-signer": "The buyer who orders did not sign the process off.",
    "no-two-year-gap": "The sign-off, or the last order under it, is at most 730 days old.",
    "no-design-nonconformity": "No nonconformity on record comes from the design.",
}


def rules_page(story: Story) -> str:
    """Describe every rule of every rule set."""
    lines = [
        NOTICE,
        "# Rules",
        "",
        "A sign-off needs every rule of the rule set in force; a hold needs only a reason.",
        "A rule that has nothing to look at does not hold: no evidence never satisfies one.",
        "Rules count and compare whole numbers.",
        "No estimate, interval or probability decides.",
        "",
        "`signoff check PROCESS --list` shows the rules with today's numbers,",
        "`signoff why PROCESS` those of the last decision.",
        "",
        "Marks such as G6 point to [the gaps that were decided](../decisions/0005-gaps.md),",
        "those from G14 on to [ways around the gate](../decisions/0022-ways-around-the-gate.md).",
        "",
    ]
    decided = list(story.verdicts())
    for version, rules in RULE_SETS.items():
        mark = ", in force" if version == CURRENT_RULE_SET else ""
        lines += [f"## Rule set {version}{mark}", ""]
        shown = [(p, v) for p, v in decided if v.rule_set == version][:2]
        for number, rule in enumerate(rules, 1):
            name = rule.name
            lines += [f"### {name}", "", f"{number}. {summary(rule.function)}", ""]
            if rule.of_bar:
                lines += ["Missing it holds the process by itself.", ""]
            if rule is representative_units:
                lines += ["Missing it holds the process by itself once the batch is closed.", ""]
            said = [(f"#{p}", yes_or_no(v, name), v.finding(name).says) for p, v in shown]
            if said:
                lines += [table(("in the demo, event", "holds", "says"), said), ""]
    lines += [
        "## Reasons why a unit does not count",
        "",
        "Such a unit is shown, and stands neither among the rejects nor among the units.",
        "",
        table(("code", "reason"), [(f"`{code}`", why) for code, why in EXCLUSIONS.items()]),
        "",
        "## Rules of the order gate",
        "",
        "There is no option that turns one of them off.",
        "",
        table(("rule", "meaning"), [(f"`{name}`", says) for name, says in ORDER_RULES.items()]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def yes_or_no(verdict: Verdict, rule: str) -> str:
    """Say whether a rule held."""
    return "yes" if verdict.finding(rule).holds else "NO"
