"""The gate as a whole: the rule sets, the golden scenario, and what holds by itself."""

from dataclasses import replace

import pytest

from signoff_ledger.domain.gate.rule_sets import (
    BAR_RULES,
    CURRENT_RULE_SET,
    RULE_SETS,
    judge,
    misses_the_bar,
)
from signoff_ledger.domain.values import BuildMethod, Outcome
from signoff_ledger.errors import RuleRefusedError
from tests.stories import Story, bar, clear, fixed, held, opened, story_with_bar, unit

RULES = (
    "design-approved",
    "bar-before-results",
    "plan-and-bar-frozen",
    "plan-agreed",
    "batch-closed",
    "representative-units",
    "rejects-within-ac",
    "no-critical",
    "build-time",
    "single-clauses",
    "fresh-units",
    "after-last-change",
    "latest-batch",
    "not-decided-before",
    "confirmation-batch",
    "repeat-cites-change",
    "nonconformities-closed",
    "no-design-nonconformity",
    "no-correction-pending",
    "signer-allowed",
)


@pytest.mark.parametrize("story", [Story(), story_with_bar(), opened(), clear(), held(), fixed()])
def test_every_rule_answers_for_every_case_in_one_order(story: Story) -> None:
    """S-40: the names are part of what replays, and of the checklist."""
    verdict = story.check()

    assert RULES == tuple(finding.rule for finding in verdict.findings)
    assert "1" == verdict.rule_set


def test_a_rule_set_stays_under_its_name() -> None:
    """Decisions name the rules they were taken on."""
    assert ["1"] == [*RULE_SETS]
    assert "1" == CURRENT_RULE_SET
    assert len(RULES) == len(RULE_SETS["1"])


def test_an_unknown_rule_set_judges_nothing() -> None:
    with pytest.raises(KeyError):
        judge(clear().case(), "0")


def test_the_rules_of_the_bar_are_rules_of_the_gate() -> None:
    """S-42."""
    assert {*RULES} >= BAR_RULES


def test_the_first_batch_of_the_card_is_held() -> None:
    """S-42, S-45, S-54: 5 of 20 against 1 of 20."""
    story = held()

    assert Outcome.HELD is story.check().outcome
    assert [
        "rejects-within-ac",
        "not-decided-before",
        "nonconformities-closed",
        "no-design-nonconformity",
    ] == story.blockers()


def test_the_second_batch_of_the_card_is_signed() -> None:
    """S-54, S-55, S-27, S-28: 1 of 20 after three changes."""
    story = fixed()
    verdict = story.sign()

    assert Outcome.SIGNED_OFF is verdict.outcome
    assert (1, 20, 1) == (
        verdict.finding("rejects-within-ac").numbers["rejects"],
        verdict.finding("rejects-within-ac").numbers["units"],
        verdict.finding("rejects-within-ac").numbers["ac"],
    )


def test_the_checklist_is_empty_exactly_where_a_sign_off_is_allowed() -> None:
    """S-40."""
    story = held()
    with pytest.raises(RuleRefusedError):
        story.sign()

    assert story.blockers()
    assert not fixed().blockers()


def test_every_missing_step_has_its_own_name() -> None:
    """S-25, S-40."""
    no_result = [
        "bar-before-results",
        "batch-closed",
        "representative-units",
        "rejects-within-ac",
        "no-critical",
        "fresh-units",
    ]

    assert no_result == opened().blockers()


@pytest.mark.parametrize(
    ("ac", "first", "second"),
    [
        (0, Outcome.HELD, Outcome.HELD),
        (1, Outcome.HELD, Outcome.SIGNED_OFF),
        (2, Outcome.HELD, Outcome.SIGNED_OFF),
        (4, Outcome.HELD, Outcome.SIGNED_OFF),
    ],
)
def test_other_bars_would_have_decided_otherwise(ac: int, first: Outcome, second: Outcome) -> None:
    """S-33, S-54: what-if, which decides nothing."""
    story = fixed()
    whatif = bar(max_rejects=ac)
    cases = [replace(story.case(key), bar_instead=whatif) for key in ("B1", "B2")]
    holds = [judge(case).finding("rejects-within-ac").holds for case in cases]

    assert [first is Outcome.SIGNED_OFF, second is Outcome.SIGNED_OFF] == holds


def test_missing_the_bar_names_the_rules_that_hold_by_themselves() -> None:
    """S-42: an open nonconformity holds no process by itself, the number does."""
    missed = misses_the_bar(held().check(), closed=True)

    assert ["rejects-within-ac"] == [finding.rule for finding in missed]


def test_what_is_missing_holds_by_itself_once_the_batch_is_closed() -> None:
    """S-42, G5."""
    story = opened(units=2)
    story.record(unit("U-1"), unit("U-2", method=BuildMethod.BENCH))
    verdict = story.check()

    assert [] == [f.rule for f in misses_the_bar(verdict, closed=False)]
    assert ["representative-units"] == [f.rule for f in misses_the_bar(verdict, closed=True)]
