"""The verdict: a value that replays to the same facts."""

import pytest
from pydantic import ValidationError

from signoff_ledger.domain.values import Outcome, facts
from signoff_ledger.domain.verdict import EventRef, Finding, Verdict
from signoff_ledger.integrity.canonical import canonical, parse
from tests.stories import fixed, held

YES = Finding(holds=True, numbers={"units": 20, "rejects": 1}, rule="number", says="1/20")
NO = Finding(holds=False, rule="signer", says="nobody")


def test_every_rule_has_to_hold() -> None:
    """S-20."""
    assert Verdict(findings=(YES,), rule_set="1").allows_sign_off
    assert not Verdict(findings=(YES, NO), rule_set="1").allows_sign_off


@pytest.mark.parametrize(
    ("findings", "outcome"),
    [((YES,), Outcome.SIGNED_OFF), ((NO,), Outcome.HELD), ((YES, NO), Outcome.HELD)],
)
def test_a_verdict_has_one_of_two_ends(findings: tuple[Finding, ...], outcome: Outcome) -> None:
    """S-19."""
    assert outcome is Verdict(findings=findings, rule_set="1").outcome


def test_the_blockers_keep_the_order_of_the_rules() -> None:
    """S-40."""
    other = NO.model_copy(update={"rule": "other"})

    assert (NO, other) == Verdict(findings=(NO, YES, other), rule_set="1").blockers


def test_a_finding_is_found_by_its_rule() -> None:
    assert YES is Verdict(findings=(NO, YES), rule_set="1").finding("number")


def test_numbers_are_kept_in_key_order() -> None:
    assert ["rejects", "units"] == [*YES.numbers]


@pytest.mark.parametrize("story", [held(), fixed()])
def test_a_verdict_is_canonical_json(story: object) -> None:
    """It stands in a line."""
    verdict = story.check()  # type: ignore[attr-defined]
    line = verdict.model_dump_json(exclude_none=True).encode()

    assert line == canonical(parse(line))
    assert verdict == Verdict.model_validate_json(line)


def test_a_verdict_without_a_batch_leaves_it_out() -> None:
    verdict = Verdict(findings=(), rule_set="1")

    assert '{"findings":[],"rule_set":"1"}' == verdict.model_dump_json(exclude_none=True)


def test_the_facts_of_a_verdict_are_all_but_its_sentences() -> None:
    """A later program says the same in other words."""
    said, settled = (
        YES.model_copy(update={"says": "one in twenty"}),
        EventRef(stream="p", version=1),
    )
    verdict = Verdict(findings=(YES, NO), rule_set="1")

    assert facts(verdict) == facts(verdict.model_copy(update={"findings": (said, NO)}))
    for change in (
        {"counts": {"LID": 1}},
        {"holds": False},
        {"numbers": {"units": 20, "rejects": 2}},
        {"rule": "other"},
        {"settled_by": (settled,)},
    ):
        other = verdict.model_copy(update={"findings": (YES.model_copy(update=change), NO)})
        assert facts(verdict) != facts(other)


def test_a_finding_has_no_field_for_a_comment() -> None:
    """S-19: no pass with comments."""
    with pytest.raises(ValidationError):
        Finding.model_validate({"holds": True, "rule": "r", "says": "s", "waived": True})


def test_an_event_is_referred_to_by_its_place_in_its_stream() -> None:
    assert '{"stream":"process","version":3}' == (
        EventRef(stream="process", version=3).model_dump_json()
    )
