"""Deciding: two ends, every rule for the one, a reason for the other, and no way back."""

import pytest

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.person import DecisionTaken
from signoff_ledger.domain.events.process import (
    ProcessHeld,
    UnitsHandedOver,
)
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import Outcome
from signoff_ledger.errors import NotFoundError, RuleRefusedError
from tests.stories import (
    DESIGN,
    Story,
    clear,
    fixed,
    held,
    opened,
    rules_of,
    signed,
    story_with_bar,
    unit,
)

# --- signing off --------------------------------------------------------------------------------


def test_a_sign_off_names_what_is_signed() -> None:
    """S-08, S-03: a process revision and a tooling revision, for a run, by both digests."""
    story = fixed()
    story.sign(note="a good week's work")

    sign_off = story.process.sign_off

    assert sign_off is not None
    event = sign_off.signed
    assert (4, "T-1", "B", 500, 1_000) == (
        event.process_revision,
        event.tooling,
        event.tooling_revision,
        event.run_min,
        event.run_max,
    )
    assert (DESIGN, story.batch.started.bar_sha256, story.batch.started.plan_sha256) == (
        event.design,
        event.bar_sha256,
        event.plan_sha256,
    )
    assert ("Anna Approver", decision.SIGN_OFF_MEANING, "a good week's work", "none") == (
        event.printed_name,
        event.meaning,
        event.note,
        event.signature.kind,
    )


def test_a_decision_names_the_versions_it_was_taken_on() -> None:
    """G11: replay reads exactly up to them."""
    story = fixed()
    versions = {key: batch.version for key, batch in story.batches.items()}
    process, person = story.process.version, story.people["anna"].version
    size = len(story.journal)
    story.sign()

    sign_off = story.process.sign_off

    assert sign_off is not None
    heads = sign_off.signed.heads
    assert (versions, process, person, size) == (
        heads.batches,
        heads.process,
        heads.person,
        heads.size,
    )


def test_a_decision_is_noted_on_every_stream_it_rests_on() -> None:
    """G9: a role revoked meanwhile cannot slip past the rules."""
    story = clear()
    since = len(story.journal)
    story.sign()

    assert ["ProcessSignedOff", "UnitsHandedOver", "BatchDecided", "DecisionTaken"] == (
        story.kinds(since)
    )
    assert (
        DecisionTaken(
            meaning=decision.SIGN_OFF_MEANING,
            outcome=Outcome.SIGNED_OFF,
            process="bowl",
            process_version=7,
        )
        == story.last()
    )
    assert [Outcome.SIGNED_OFF] == story.batch.outcomes


def test_the_conforming_units_of_the_deciding_batch_go_to_the_next_activity() -> None:
    """S-31: never a nonconforming one, never one of another batch."""
    story = fixed()
    story.sign()

    handed = [e.event for e in story.journal if isinstance(e.event, UnitsHandedOver)]

    assert [tuple(f"B2-{n:02}" for n in range(2, 21))] == [event.serials for event in handed]
    assert ["08.20.01"] == [event.next_activity for event in handed]


def test_a_long_list_of_units_is_handed_over_in_several_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S-31."""
    monkeypatch.setattr(decision, "_SERIALS_PER_EVENT", 8)
    story = signed()

    handed = [e.event for e in story.journal if isinstance(e.event, UnitsHandedOver)]

    assert [8, 8, 4] == [len(event.serials) for event in handed]


def test_a_unit_with_a_nonconformity_that_the_bar_does_not_count_is_not_handed_over() -> None:
    """S-31, S-47: it is no reject, and it does not conform."""
    story = opened(units=2, reject_from="critical")
    story.record(unit("U-1", "lid"), unit("U-2"))
    story.close()
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")
    story.sign()

    handed = [e.event for e in story.journal if isinstance(e.event, UnitsHandedOver)]

    assert [("U-2",)] == [event.serials for event in handed]


@pytest.mark.parametrize(
    ("story", "rules"),
    [
        (story_with_bar(), {"batch-closed", "representative-units", "rejects-within-ac"}),
        (opened(), {"batch-closed", "bar-before-results"}),
        (held(), {"rejects-within-ac", "nonconformities-closed", "no-design-nonconformity"}),
    ],
    ids=["no batch", "open batch", "held batch"],
)
def test_a_sign_off_that_a_rule_refuses_changes_nothing(story: Story, rules: set[str]) -> None:
    """S-20, S-39, G13: impossible rather than warned of, and the attempt is kept."""
    before = len(story.journal)

    with pytest.raises(RuleRefusedError) as refused:
        story.sign()

    assert "SL301" == refused.value.code
    assert rules <= rules_of(refused.value)
    assert before == len(story.journal)
    assert refused.value.attempt is not None
    assert refused.value.attempt.subject == (
        f"batch {story.process.latest_batch}" if story.batches else "no batch"
    )


def test_a_process_without_a_plan_is_not_there_to_be_decided() -> None:
    """S-25."""
    with pytest.raises(NotFoundError):
        Story().sign()
    with pytest.raises(NotFoundError):
        Story().hold()


def test_a_sign_off_says_what_it_does_not_show() -> None:
    """S-36."""
    assert "not show that the design is right" in decision.DOES_NOT_SHOW
    assert "nor that a customer wants to buy it" in decision.DOES_NOT_SHOW


# --- holding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", [story_with_bar(), opened(), clear(), held(), fixed(), signed()])
def test_a_hold_needs_a_reason_and_nothing_else(story: Story) -> None:
    """S-20, S-53."""
    verdict = story.hold("let us sleep on it")

    assert (Standing.HELD, "let us sleep on it") == (
        story.process.standing,
        story.process.standing_why,
    )
    assert "DecisionTaken" == story.kinds()[-1]
    assert judge(story.case()).rule_set == verdict.rule_set


def test_a_hold_is_signed_by_name_and_keeps_the_verdict() -> None:
    """S-19, S-53."""
    story = clear()
    story.hold("let us sleep on it")

    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))

    assert (False, "Anna Approver", decision.HOLD_MEANING) == (
        event.automatic,
        event.printed_name,
        event.meaning,
    )
    assert event.verdict.allows_sign_off
    assert [Outcome.HELD] == story.batch.outcomes


def test_a_hold_before_the_first_batch_is_noted_on_no_batch() -> None:
    """S-20."""
    story = story_with_bar()
    story.hold()

    assert ["ProcessHeld", "DecisionTaken"] == story.kinds(-2)


def test_a_hold_ends_a_sign_off() -> None:
    """S-20, G12."""
    story = signed()
    story.hold("a complaint came in")

    with pytest.raises(RuleRefusedError) as refused:
        story.order()

    assert {"sign-off-stands"} == rules_of(refused.value)
    assert story.process.sign_off is None


def test_a_held_process_may_be_signed_once_what_it_awaited_is_there() -> None:
    """S-53, S-57, G19: holding a week back costs a week."""
    story = clear()
    story.hold("let us sleep on it", awaiting="the certificate of gauge G-7")
    story.wait(days=7)
    story.sign()

    held_, _ = story.process.decisions

    assert Standing.SIGNED_OFF is story.process.standing
    assert [Outcome.HELD, Outcome.SIGNED_OFF] == story.batch.outcomes
    assert "the certificate of gauge G-7" == held_.awaiting


def test_a_held_batch_is_not_signed_by_waiting() -> None:
    """S-53, G19: fix it and run another batch."""
    story = clear()
    story.hold("let us sleep on it")
    story.wait(days=7)

    with pytest.raises(RuleRefusedError) as refused:
        story.sign()
    story.change("LID-SEAT")
    story.build("B2")
    story.sign()

    assert {"not-decided-before"} == rules_of(refused.value)
    assert Standing.SIGNED_OFF is story.process.standing


def test_the_bar_still_holds_a_batch_that_awaits_something_else() -> None:
    """S-42, G19: a hold that only awaits has decided nothing on the batch."""
    story = opened(units=7)
    story.hold("the certificate is missing", awaiting="the certificate of gauge G-7")
    story.record(*(unit(f"U-{n}", "lid") for n in range(7)))

    verdict = story.settle()

    assert verdict is not None
    assert ["Anna Approver", "the registered bar"] == [
        d.printed_name for d in story.process.decisions
    ]


def test_a_hold_names_the_orders_that_are_at_risk_by_it() -> None:
    """S-22: whoever placed them has to hear of it; a cancelled one is none."""
    story = signed()
    story.order(500, reference="PO-1")
    story.process.report_order(story.stamp("bela"), 90, "PO-2", "phoned through")
    story.process.report_order(story.stamp("bela"), 80, "PO-3", "phoned through")
    story.process.cancel_order(story.stamp("bela"), "PO-3", "a slip")
    story.hold("a complaint came in")

    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))

    assert [("PO-1", 500), ("PO-2", 90)] == [(o.reference, o.quantity) for o in event.orders]


def test_a_sign_off_that_time_ended_is_over_before_a_hold_is_recorded() -> None:
    """G26: a lapse by time is recorded before anything else is done."""
    story = signed()
    story.wait(days=731)
    since = len(story.journal)
    story.hold("look at it again")

    assert ["SignOffLapsed", "ProcessHeld"] == story.kinds(since)[:2]
