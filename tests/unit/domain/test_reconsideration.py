"""What a correction does to a decision that was taken before it (G11)."""

from dataclasses import replace

import pytest

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.process import (
    ProcessSignedOff,
    SignOffUnsupported,
)
from signoff_ledger.domain.gate.rule import Rule
from signoff_ledger.domain.gate.rule_sets import RULE_SETS
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import SUPPORTED_AGAIN
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.errors import RuleRefusedError
from tests.stories import (
    Story,
    held,
    rules_of,
    signed,
)


def test_a_sign_off_that_no_longer_follows_is_unsupported() -> None:
    """G11: nothing reopens, and the order gate shuts."""
    story = signed()
    for serial in ("B1-01", "B1-02"):
        story.confirm(story.correct(serial, "lid", "0.55"))

    event = next(e.event for e in story.journal if isinstance(e.event, SignOffUnsupported))

    assert Standing.UNSUPPORTED is story.process.standing
    assert "B1" == event.batch
    assert 0 == story.kinds().count("ProcessHeld")
    with pytest.raises(RuleRefusedError) as refused:
        story.order()
    assert "is UNSUPPORTED" in refused.value.why


def test_a_correction_beyond_the_bar_after_the_sign_off_does_not_hold_by_itself() -> None:
    """G11: somebody holds it or withdraws it."""
    story = signed(max_rejects=0)
    verdict = story.confirm(story.correct("B1-01", "lid", "0.55"))

    assert verdict is not None
    assert not verdict.finding("rejects-within-ac").holds
    assert Standing.UNSUPPORTED is story.process.standing


@pytest.mark.parametrize("way", ["hold", "withdraw"])
def test_an_unsupported_sign_off_is_held_or_withdrawn(way: str) -> None:
    """G11, G12."""
    story = signed(max_rejects=0)
    story.confirm(story.correct("B1-01", "lid", "0.55"))
    if way == "hold":
        story.hold("a reject after all")
    else:
        story.process.withdraw(story.stamp("anna"), "Anna Approver", "a reject after all")

    assert story.process.standing in {Standing.HELD, Standing.WITHDRAWN}
    assert story.process.sign_off is None


def test_a_correction_that_changes_nothing_leaves_the_sign_off() -> None:
    """G11."""
    story = signed()
    verdict = story.confirm(story.correct("B1-01", "lid", "0.30"))

    assert verdict is None
    assert Standing.SIGNED_OFF is story.process.standing


def test_a_correction_that_waits_leaves_the_sign_off() -> None:
    """G11: it has not been confirmed."""
    story = signed()
    story.correct("B1-01", "lid", "0.55")
    decision.reconsider(story.stamp(), story.case())

    assert Standing.SIGNED_OFF is story.process.standing


def test_a_declined_correction_leaves_the_sign_off() -> None:
    """G11."""
    story = signed()
    number = story.correct("B1-01", "lid", "0.55")
    story.batch.decline_correction(story.stamp("ivan"), number, "the gauge is fine")
    decision.reconsider(story.stamp(), story.case())

    assert Standing.SIGNED_OFF is story.process.standing


def test_a_later_batch_is_no_correction_of_the_sign_off() -> None:
    """G11: it may come to be held, and until then the sign-off follows from its own units."""
    story = signed(repeat_without_change="allow")
    story.open("B2")
    story.process.amend_batch(story.stamp(), "B1")
    verdict = decision.reconsider(story.stamp(), story.case("B1"))

    assert verdict is None
    assert Standing.SIGNED_OFF is story.process.standing


def test_a_nonconformity_seen_after_the_sign_off_takes_its_support() -> None:
    """G11, S-39."""
    story = signed()
    stamp = story.stamp("ivan")
    story.batch.record_nonconformity(stamp, "B1-01", NonconformityReport("PINHOLE"), None)
    decision.reconsider(stamp, story.case())

    assert Standing.UNSUPPORTED is story.process.standing
    assert "nonconformities-closed" in story.process.standing_why


def test_without_a_standing_sign_off_there_is_nothing_to_reconsider() -> None:
    """G11."""
    story = held()

    assert decision.reconsider(story.stamp(), story.case()) is None


def marks(story: Story) -> list[list[str]]:
    """Name the rules that each mark of a lost support names."""
    events = [e.event for e in story.journal if isinstance(e.event, SignOffUnsupported)]
    return [[finding.rule for finding in event.verdict.lost_support] for event in events]


def test_an_unsupported_sign_off_is_marked_once_for_the_same_reasons() -> None:
    """G11."""
    story = signed(max_rejects=0)
    story.confirm(story.correct("B1-01", "lid", "0.55"))
    again = story.reconsider()
    story.confirm(story.correct("B1-02", "lid", "0.30"))

    assert again is None
    assert [["rejects-within-ac", "nonconformities-closed", "no-design-nonconformity"]] == marks(
        story
    )


def test_an_unsupported_sign_off_is_not_marked_anew_because_of_other_sentences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """G11: a later program may say the same in other words."""
    story = signed(max_rejects=0)
    story.confirm(story.correct("B1-01", "lid", "0.55"))
    rules = RULE_SETS["1"]

    def otherwise(rule: Rule) -> Rule:
        ask = rule.function
        return replace(rule, function=lambda case: replace(ask(case), says="in other words"))

    monkeypatch.setitem(RULE_SETS, "1", tuple(map(otherwise, rules)))
    again = story.reconsider()

    assert again is None
    assert 1 == len(marks(story))


def test_an_unsupported_sign_off_is_marked_anew_when_something_else_fails() -> None:
    """G11: the mark says what does not hold now, with the numbers of now."""
    story = signed(max_rejects=0)
    story.confirm(story.correct("B1-01", "lid", "0.55"))
    story.confirm(story.correct("B1-02", "lid", "0.55"))

    assert 2 == len(marks(story))
    assert "2/20 nonconforming" in story.process.standing_why
    assert 1 == len(story.process.endings)


def test_a_sign_off_that_follows_again_opens_no_gate_by_itself() -> None:
    """G11: until a person holds or withdraws it."""
    story = signed()
    story.confirm(story.correct("B1-01", "lid", "0.55"))
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")
    story.reconsider()
    same = story.reconsider()

    assert same is None
    assert [["nonconformities-closed", "no-design-nonconformity"], []] == marks(story)
    assert (Standing.UNSUPPORTED, SUPPORTED_AGAIN) == (
        story.process.standing,
        story.process.standing_why,
    )
    with pytest.raises(RuleRefusedError) as refused:
        story.order()
    assert {"sign-off-stands"} == rules_of(refused.value)


def test_a_sign_off_that_time_ended_is_not_reconsidered() -> None:
    """G26."""
    story = signed()
    story.wait(days=731)
    story.confirm(story.correct("B1-01", "lid", "0.55"))

    assert [] == marks(story)


def test_what_was_signed_stays_as_it_was_signed() -> None:
    """G11, G12: a decision is an event like any other."""
    story = signed(max_rejects=0)
    story.confirm(story.correct("B1-01", "lid", "0.55"))

    event = next(e.event for e in story.journal if isinstance(e.event, ProcessSignedOff))

    assert event.verdict.allows_sign_off
    assert 0 == event.verdict.finding("rejects-within-ac").numbers["rejects"]
