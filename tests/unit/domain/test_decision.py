"""Deciding: two ends, every rule for the one, a reason for the other, and no way back."""

from dataclasses import replace

import pytest

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.batch import BatchDecided
from signoff_ledger.domain.events.person import DecisionTaken
from signoff_ledger.domain.events.process import (
    ProcessHeld,
    ProcessSignedOff,
    SignOffUnsupported,
    UnitsHandedOver,
)
from signoff_ledger.domain.gate.rule import Rule
from signoff_ledger.domain.gate.rule_sets import RULE_SETS, judge
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import SUPPORTED_AGAIN
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Outcome
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


# --- the bar holds by itself --------------------------------------------------------------------


def test_missing_the_bar_holds_the_process_without_anybody() -> None:
    """S-42."""
    story = story_with_bar()
    story.build(lids=3, pinholes=2, seconds=660)
    verdict = story.settle()

    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))

    assert verdict is not None
    assert (True, "the registered bar", decision.AUTOMATIC_MEANING) == (
        event.automatic,
        event.printed_name,
        event.meaning,
    )
    assert (
        "5/20 nonconforming (LID-SEAT 3, PINHOLE 2); the bar accepts at most 1 of 20; build time: "
        "median 11 min, longest 11 min on 20/20 unit(s); 2.75 times the reference of 4 min; "
        "no limit was registered, so it is reported and not judged"
    ) == event.reason
    assert event.heads.person is None
    assert Standing.HELD is story.process.standing
    assert BatchDecided(outcome=Outcome.HELD, process_version=7) == story.last()


def test_the_bar_speaks_as_soon_as_the_last_unit_is_in() -> None:
    """S-42: closing is not waited for."""
    story = opened(units=2)
    story.record(unit("U-1", "lid"))
    early = story.settle()
    story.record(unit("U-2", "lid"))

    assert early is None
    assert story.settle() is not None


def test_the_bar_waits_for_a_missing_reading_while_the_batch_is_open() -> None:
    """S-42, S-06."""
    story = opened(units=2)
    story.record(unit("U-1", "lid"), unit("U-2", "lid", without=["heat"]))

    assert story.settle() is None


def test_a_batch_closed_short_of_units_is_held() -> None:
    """S-42, G5."""
    story = opened(units=2)
    story.record(unit("U-1"), unit("U-2", method=BuildMethod.BENCH))
    early = story.settle()
    story.close()

    assert early is None
    assert story.settle() is not None
    assert "1/2 planned units count" in story.process.standing_why


def test_the_bar_holds_a_batch_once() -> None:
    """S-42."""
    story = held()

    assert story.settle() is None
    assert 1 == story.kinds().count("ProcessHeld")


def test_a_batch_that_clears_the_bar_is_left_to_people() -> None:
    """S-42, S-19: an open nonconformity holds nobody up by itself."""
    story = story_with_bar()
    story.build(lids=1)

    assert story.settle() is None
    assert Standing.NOT_DECIDED is story.process.standing


def test_without_a_batch_there_is_nothing_to_hold() -> None:
    """S-17."""
    assert story_with_bar().settle() is None


def test_a_missed_build_time_is_reported_once() -> None:
    """S-38, S-42."""
    story = opened(units=2, build_time_each_max_s=60)
    story.record(unit("U-1"), unit("U-2"))
    story.settle()

    assert 1 == story.process.standing_why.count("median")


def test_an_untimed_batch_is_held_without_a_word_on_its_time() -> None:
    """G3, S-42."""
    story = opened(units=2)
    story.record(unit("U-1", "lid", without=["build"]), unit("U-2", "lid", without=["build"]))
    story.close()
    story.settle()

    assert "build time:" not in story.process.standing_why


# --- after a correction -------------------------------------------------------------------------


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
