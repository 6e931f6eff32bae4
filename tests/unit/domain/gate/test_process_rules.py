"""The rules around a batch: bar, plan, changes, nonconformities, origin, and who signs."""

from typing import Any

import pytest

from signoff_ledger.domain.characteristic import Characteristic
from signoff_ledger.domain.events.process import (
    BarSuperseded,
    InspectionPlanCountersigned,
)
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import CauseKind, Origin, Role
from signoff_ledger.domain.verdict import EventRef
from tests.stories import (
    DESIGN,
    LID,
    NEW_DESIGN,
    Story,
    bar,
    clear,
    fixed,
    held,
    opened,
    plan,
    signed,
    story_with_bar,
    unit,
)

# --- design -------------------------------------------------------------------------------------


def test_without_a_design_approval_the_design_is_not_proven() -> None:
    """S-12, S-30."""
    story = Story()

    finding = story.finding("design-approved")

    assert not finding.holds
    assert "no design approval is referenced: design not proven" == finding.says


def test_a_design_approval_is_named_by_its_document_and_number() -> None:
    """S-03, S-12."""
    finding = story_with_bar().finding("design-approved")

    assert finding.holds
    assert "design DRW-7 rev C is approved under DA-7" == finding.says
    assert (EventRef(stream="process", version=2),) == finding.settled_by


# --- bar and plan -------------------------------------------------------------------------------


def test_a_batch_without_a_result_proves_no_order_of_events() -> None:
    """S-17, S-26."""
    finding = opened().finding("bar-before-results")

    assert not finding.holds
    assert "batch B1 has no result yet" == finding.says


def test_the_bar_came_before_the_first_result_by_position() -> None:
    """S-26, G10: no clock is asked."""
    finding = clear().finding("bar-before-results")

    assert finding.holds
    assert {"bar": 1, "first_result_event": 2} == finding.numbers
    assert (
        EventRef(stream="process", version=4),
        EventRef(stream="batch B1", version=1),
        EventRef(stream="batch B1", version=2),
    ) == finding.settled_by


def test_a_bar_superseded_before_the_batch_is_opened_is_the_one_in_force() -> None:
    """G6, G16, S-18."""
    story = story_with_bar()
    story.supersede(bar(max_rejects=0))
    story.open()
    story.record(unit("U-01"))

    finding = story.finding("bar-before-results")

    assert finding.holds
    assert {"bar": 2, "first_result_event": 2} == finding.numbers


def planted(story: Story, **changes: Any) -> None:
    """Let the batch begin under another bar, as somebody with the file could have written it."""
    story.batch.started = story.batch.started.model_copy(update=changes)


@pytest.mark.parametrize("units", [0, 1])
def test_a_bar_planted_after_the_batch_was_opened_is_noticed(units: int) -> None:
    """S-26, S-37, G16: registered past the guard, before the first result or after it."""
    story = opened()
    story.record(*(unit(f"U-0{n}", "lid") for n in range(units)))
    later = bar(max_rejects=9)
    superseded = BarSuperseded(
        bar=later, bar_sha256=content_sha256(later), loosened=(), number=2, reason="kinder"
    )
    story.process.emit(story.stamp(), superseded)
    planted(story, bar=later, bar_number=2, bar_sha256=content_sha256(later))
    story.record(unit("U-09"))

    finding = story.finding("bar-before-results")

    assert story.finding("plan-and-bar-frozen").holds
    assert not finding.holds
    assert {"bar": 2, "first_result_event": 2} == finding.numbers


def test_a_bar_that_was_never_registered_is_noticed() -> None:
    """S-26."""
    story = opened()
    other = bar(max_rejects=9)
    planted(story, bar=other, bar_number=2, bar_sha256=content_sha256(other))
    story.record(unit("U-01"))

    assert not story.finding("bar-before-results").holds
    assert "bar 2 is NOT the one registered" in story.finding("plan-and-bar-frozen").says


def test_a_bar_that_differs_from_the_registered_one_is_noticed() -> None:
    """S-03, S-26: the digest is computed from what the batch was judged by."""
    story = opened()
    planted(story, bar=bar(max_rejects=9))
    story.record(unit("U-01"))

    finding = story.finding("plan-and-bar-frozen")

    assert not finding.holds
    assert story.finding("bar-before-results").holds
    assert (EventRef(stream="batch B1", version=1),) == finding.settled_by


@pytest.mark.parametrize(
    "changes", [{"plan": plan(modes=())}, {"plan_sha256": "0" * 64}, {"plan_number": 7}]
)
def test_a_plan_that_differs_from_the_published_one_is_noticed(changes: dict[str, Any]) -> None:
    """S-03."""
    story = clear()
    story.batch.started = story.batch.started.model_copy(update=changes)

    finding = story.finding("plan-and-bar-frozen")

    assert not finding.holds
    assert "is NOT the one registered" in finding.says


def test_a_plan_that_was_never_published_was_agreed_to_by_nobody() -> None:
    """G15, S-03."""
    story = clear()
    story.batch.started = story.batch.started.model_copy(update={"plan_number": 7})

    finding = story.finding("plan-agreed")

    assert (False, "plan 7 was never published") == (finding.holds, finding.says)


def test_plan_and_bar_are_pinned_by_their_digests() -> None:
    """S-03."""
    story = clear()
    started = story.batch.started

    finding = story.finding("plan-and-bar-frozen")

    assert finding.holds
    assert (
        f"plan 1 is the one registered ({started.plan_sha256[:12]}), "
        f"bar 1 is the one registered ({started.bar_sha256[:12]})"
    ) == finding.says


# --- a plan that loosens ------------------------------------------------------------------------

WIDER = Characteristic.model_validate(LID.model_dump() | {"upper": "0.50"})
NARROWER = Characteristic.model_validate(LID.model_dump() | {"upper": "0.35"})


def replanned(lid: Characteristic, *, agreed: bool = False) -> Story:
    """Tell of a second batch under a plan with other limits of the lid, opened past the guard."""
    story = clear(repeat_without_change="allow")
    story.publish(plan(characteristics=(lid, *plan().characteristics[1:])), reason="as agreed")
    if agreed:
        story.countersign()
    else:
        # Only a log that another program wrote holds such a batch: the rule has to see it too.
        story.process.check_plan_and_design = lambda: None  # type: ignore[method-assign]
    story.build("B2")
    return story


def test_a_plan_that_one_person_loosened_is_noticed() -> None:
    """G15: the gate does not rely on the guard at the door."""
    story = replanned(WIDER)

    finding = story.finding("plan-agreed")

    assert ["plan-agreed"] == story.blockers()
    assert "plan 2 loosens what batch B1 was judged by (lid LOOSENED): egon alone" == finding.says
    assert {"differences": 1, "loosened": 1, "plan": 2} == finding.numbers


def test_a_plan_that_two_people_loosened_may_be_signed_under() -> None:
    """G15."""
    story = replanned(WIDER, agreed=True)

    finding = story.finding("plan-agreed")

    assert [] == story.blockers()
    assert finding.says.endswith("(lid LOOSENED): egon and anna")
    assert 2 == len(finding.settled_by)


def test_a_plan_that_was_agreed_to_after_the_batch_was_opened_is_noticed() -> None:
    """G15, G16: an agreement is given in advance."""
    story = replanned(WIDER)
    agreed = InspectionPlanCountersigned(number=2, plan_sha256=story.process.plans[-1].plan_sha256)
    story.process.emit(story.stamp("anna"), agreed)

    assert "anna" == story.process.plans[-1].countersigned_by
    assert ["plan-agreed"] == story.blockers()


def test_a_plan_that_only_tightens_needs_nobody_else() -> None:
    """G15."""
    story = replanned(NARROWER)

    finding = story.finding("plan-agreed")

    assert [] == story.blockers()
    assert "plan 2 loosens nothing that batch B1 was judged by" == finding.says
    assert {"differences": 1, "loosened": 0, "plan": 2} == finding.numbers


def test_limits_are_compared_with_those_that_the_last_results_were_judged_by() -> None:
    """G15: two plans in between hide nothing."""
    story = clear(repeat_without_change="allow")
    for lid in (NARROWER, WIDER):
        story.publish(plan(characteristics=(lid, *plan().characteristics[1:])), reason="again")
    story.countersign()
    story.build("B2")

    assert story.finding("plan-agreed").holds
    assert "plan 3 loosens what batch B1 was judged by (lid LOOSENED): egon and anna" == (
        story.finding("plan-agreed").says
    )


def test_the_plan_of_a_first_batch_of_a_design_is_compared_with_none() -> None:
    """G15: results of another design say nothing about its limits."""
    story = clear()
    story.publish(
        plan(characteristics=(WIDER, *plan().characteristics[1:])), NEW_DESIGN, reason="new"
    )
    story.build("B2")

    assert "no earlier batch saw results of this design" == story.finding("plan-agreed").says
    assert [] == story.blockers()


# --- decided before -----------------------------------------------------------------------------


def test_a_batch_that_was_held_is_not_signed_again() -> None:
    """G19: fix it and run another batch."""
    story = clear()
    story.hold("the rims look tired")

    finding = story.finding("not-decided-before")

    assert ["not-decided-before"] == story.blockers()
    assert (
        "batch B1 was decided before: held by Anna Approver: the rims look tired; fix it, run "
        "another"
    ) == finding.says
    assert {"awaiting": 0, "ended": 0, "held": 1} == finding.numbers


def test_a_batch_that_was_held_for_something_else_may_be_signed() -> None:
    """G19: a hold that awaits something other than the process is no verdict on it."""
    story = clear()
    story.hold("not yet", awaiting="the calibration certificate of G-7")

    finding = story.finding("not-decided-before")

    assert [] == story.blockers()
    assert {"awaiting": 1, "ended": 0, "held": 0} == finding.numbers
    assert "no earlier decision ended batch B1" == finding.says


def test_a_batch_whose_sign_off_was_withdrawn_is_not_signed_again() -> None:
    """G19."""
    story = signed()
    story.process.withdraw(story.stamp("anna"), "Anna Approver", "a customer rang")

    assert ["not-decided-before"] == story.blockers()
    assert "the sign-off on it is WITHDRAWN: a customer rang" in (
        story.finding("not-decided-before").says
    )


def test_a_batch_whose_sign_off_lapsed_by_time_is_not_signed_again() -> None:
    """G19, G26."""
    story = signed()
    story.wait(days=731)
    story.process.lapse_by_gap(story.stamp())

    assert ["after-last-change", "not-decided-before"] == story.blockers()


def test_a_decision_on_another_batch_does_not_end_this_one() -> None:
    """G19."""
    story = fixed()

    finding = story.finding("not-decided-before")

    assert finding.holds
    assert {"awaiting": 0, "ended": 0, "held": 0} == finding.numbers


# --- after the last change ----------------------------------------------------------------------


def test_a_batch_built_on_the_present_revision_proves_it() -> None:
    """S-08, S-28."""
    finding = fixed().finding("after-last-change")

    assert finding.holds
    assert {
        "built_on": 4,
        "changes": 0,
        "plan": 1,
        "plan_in_force": 1,
        "revision": 4,
    } == finding.numbers


def test_a_batch_built_before_a_change_proves_nothing_about_it() -> None:
    """S-08, S-28, G1."""
    story = clear()
    story.change("LID-SEAT")

    finding = story.finding("after-last-change")

    assert ["after-last-change"] == story.blockers()
    assert (
        "the batch was built on process revision 1, the process is at 2; "
        "1 change(s) came after the batch opened"
    ) == finding.says
    assert [5, 7] == [ref.version for ref in finding.settled_by]


def test_a_batch_built_while_the_process_changed_proves_nothing() -> None:
    """S-28."""
    story = opened(units=2)
    story.record(unit("U-1"))
    story.change("LID-SEAT")
    story.record(unit("U-2"))
    story.close()

    assert ["after-last-change"] == story.blockers()


def test_a_batch_built_under_an_older_plan_cannot_be_signed() -> None:
    """G12, S-03: the way of inspecting changed."""
    story = clear()
    story.publish(plan(modes=()), reason="other zones")

    assert ["after-last-change"] == story.blockers()
    assert "it was inspected by plan 1, plan 2 is in force" in (
        story.finding("after-last-change").says
    )


def test_a_batch_built_to_an_older_design_cannot_be_signed() -> None:
    """S-03, S-12: the sign-off would name a design that nobody built."""
    story = clear()
    story.publish(design=NEW_DESIGN)

    finding = story.finding("after-last-change")

    assert ["after-last-change"] == story.blockers()
    assert "the design was approved again after it opened" in finding.says
    assert story.process.redesign_version in [ref.version for ref in finding.settled_by]


def test_a_batch_built_before_a_sign_off_lapsed_names_the_lapse() -> None:
    """G12: what is said in words is among the settling events, too."""
    story = signed()
    story.wait(days=731)
    story.process.lapse_by_gap(story.stamp())

    finding = story.finding("after-last-change")

    assert "a sign-off has lapsed since it opened" in finding.says
    assert story.process.lapse_version in [ref.version for ref in finding.settled_by]


# --- attempts -----------------------------------------------------------------------------------


def test_only_the_latest_batch_decides() -> None:
    """G7: no choosing among attempts."""
    story = clear(repeat_without_change="allow")
    story.build("B2", lids=5)

    finding = story.finding("latest-batch", batch="B1")

    assert ["latest-batch"] == story.blockers("B1")
    assert "batch B1 is attempt 1 of 2; B2 was built after it" == finding.says


def test_attempts_are_counted() -> None:
    """G7."""
    assert {"attempt": 2, "attempts": 2} == fixed().finding("latest-batch").numbers


def test_a_first_batch_that_clears_the_bar_may_be_signed() -> None:
    """G1: after_change, the default."""
    story = clear()

    assert [] == story.blockers()
    assert story.finding("confirmation-batch").holds


def test_a_bar_may_always_ask_for_a_repeat() -> None:
    """G1: always."""
    story = clear(confirmation_batch="always", repeat_without_change="allow")
    first = story.blockers()
    story.build("B2")

    assert ["confirmation-batch"] == first
    assert [] == story.blockers()
    assert (
        "the bar always asks for a repeat batch; 1 complete batch(es) of this design came before "
        "attempt 2"
    ) == story.finding("confirmation-batch").says


@pytest.mark.parametrize("before", ["an empty one", "one unit short", "another design"])
def test_the_repeat_that_a_bar_always_asks_for_follows_a_whole_batch(before: str) -> None:
    """G1, G25: neither an empty batch, nor a broken one, nor one of another design is the first."""
    story = story_with_bar(units=7, confirmation_batch="always", repeat_without_change="allow")
    story.build("B1", units={"an empty one": 0, "one unit short": 6}.get(before, 7))
    if before == "another design":
        story.publish(design=NEW_DESIGN)
    story.build("B2", units=7)

    assert ["confirmation-batch"] == story.blockers()
    assert 0 == story.finding("confirmation-batch").numbers["complete_before"]


def test_a_first_batch_repeats_nothing() -> None:
    """S-27."""
    finding = clear().finding("repeat-cites-change")

    assert finding.holds
    assert "the first batch of this process" == finding.says


def test_a_batch_after_an_empty_one_repeats_nothing() -> None:
    """S-27, G7: nothing was seen, so there is nothing to try again."""
    story = opened(units=2)
    story.close()
    story.build("B2", units=2)

    assert [] == story.blockers()
    assert not story.process.batches["B2"].opened.unchanged
    assert {"attempt": 1, "changes": 0} == story.finding("repeat-cites-change").numbers


def test_the_first_batch_of_another_design_repeats_nothing() -> None:
    """S-27, S-35: but what was found before stays to be answered."""
    story = held()
    story.publish(design=NEW_DESIGN)
    story.build("B2")

    assert story.finding("repeat-cites-change").holds
    assert ["nonconformities-closed", "no-design-nonconformity"] == story.blockers()


def test_a_repeat_names_the_changes_it_confirms() -> None:
    """S-27, S-49, S-50, S-51."""
    finding = fixed().finding("repeat-cites-change")

    assert finding.holds
    assert "attempt 2 confirms change(s) C-1, C-2, C-3" == finding.says
    assert {"attempt": 2, "changes": 3} == finding.numbers
    assert 4 == len(finding.settled_by)


def test_a_repeat_without_a_change_is_marked_where_the_bar_allows_it() -> None:
    """G7, S-27."""
    story = clear(repeat_without_change="allow")
    story.build("B2")

    finding = story.finding("repeat-cites-change")

    assert finding.holds
    assert "attempt 2 is a repeat WITHOUT a change, which the bar allowed" == finding.says


def test_a_repeat_without_a_change_that_no_bar_allowed_is_noticed() -> None:
    """G7: the gate does not rely on the guard at the door."""
    story = clear(repeat_without_change="allow")
    story.build("B2")
    known = story.process.batches["B2"]
    forged = known.opened.model_copy(update={"unchanged": False})
    story.process.batches["B2"] = known._replace(opened=forged)

    assert ["repeat-cites-change"] == story.blockers()


# --- nonconformities ------------------------------------------------------------------------------


def test_one_open_nonconformity_stops_the_sign_off() -> None:
    """S-39, S-07, G2."""
    story = story_with_bar()
    story.build(lids=1)
    story.attribute("LID-SEAT")

    finding = story.finding("nonconformities-closed")

    assert ["nonconformities-closed"] == story.blockers()
    assert (
        "0/1 nonconformity mode(s) are closed; LID-SEAT of batch B1 is open: "
        "state its cause, or that none was found"
    ) == finding.says


@pytest.mark.parametrize("kind", [CauseKind.FOUND, CauseKind.NOT_FOUND])
def test_the_one_reject_of_a_passing_batch_needs_a_cause(kind: CauseKind) -> None:
    """G2, S-23: or a signed statement that none was found."""
    story = story_with_bar()
    story.build(pinholes=1)
    story.attribute("PINHOLE")
    story.cause("PINHOLE", kind=kind)

    assert [] == story.blockers()


def test_an_earlier_nonconformity_that_nobody_fixed_stops_the_sign_off() -> None:
    """S-39."""
    story = held()
    for mode in ("LID-SEAT", "PINHOLE"):
        story.attribute(mode)
        story.cause(mode)
    story.change("LID-SEAT")
    story.build("B2")

    finding = story.finding("nonconformities-closed")

    assert ["nonconformities-closed"] == story.blockers()
    assert {"closed": 1, "modes": 2, "recurrences": 0} == finding.numbers
    assert (
        "PINHOLE of batch B1 is open: no change addressing it was applied before this batch"
        in finding.says
    )


def test_a_recurrence_is_shown_even_where_the_total_clears_the_bar() -> None:
    """G2."""
    story = fixed()

    finding = story.finding("nonconformities-closed")

    assert [] == story.blockers()
    assert 1 == finding.numbers["recurrences"]
    assert "PINHOLE is a RECURRENCE: it was declared fixed before" in finding.says
    assert {"LID-SEAT in B1": 3, "PINHOLE in B1": 2, "PINHOLE in B2": 1} == finding.counts


# --- origin -------------------------------------------------------------------------------------


def test_every_nonconformity_needs_an_origin() -> None:
    """S-16."""
    story = story_with_bar()
    story.build(lids=1)
    story.cause("LID-SEAT")

    finding = story.finding("no-design-nonconformity")

    assert ["no-design-nonconformity"] == story.blockers()
    assert "the origin of LID-SEAT is not on record" in finding.says
    assert {"design": 0, "modes": 1, "unattributed": 1} == finding.numbers


def test_nonconformities_of_the_process_are_said_to_be_none_of_the_design() -> None:
    """S-16, S-52."""
    finding = fixed().finding("no-design-nonconformity")

    assert finding.holds
    assert "3 nonconformity mode(s) looked at, none of them from the design" == finding.says


def test_a_design_nonconformity_closes_the_series() -> None:
    """S-35, S-16: route back to design."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN)

    finding = story.finding("no-design-nonconformity")

    assert ["no-design-nonconformity"] == story.blockers()
    assert "LID-SEAT comes from the design: back to design, this series is closed" in finding.says
    assert (EventRef(stream="process", version=story.process.version),) == finding.settled_by


def test_one_nonconformity_of_the_design_is_enough() -> None:
    """S-35, S-16: an attribution of a single nonconformity overrides that of its mode."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN, B1=2)

    assert ["no-design-nonconformity"] == story.blockers()


def test_two_people_take_a_design_nonconformity_back_and_every_attribution_stays() -> None:
    """S-16, G14: one person alone does not."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.attribute("LID-SEAT", Origin.TOOLING)
    story.attribute("LID-SEAT", Origin.TOOLING)
    by_one = story.blockers()
    story.attribute("LID-SEAT", Origin.MATERIAL, by="anna")

    assert ["no-design-nonconformity"] == by_one
    assert [] == story.blockers()
    assert 6 == story.kinds().count("NonconformityAttributed")


def test_an_origin_other_than_the_design_is_replaced_by_one_person() -> None:
    """S-16."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.TOOLING)

    assert [] == story.blockers()


def test_a_design_nonconformity_of_a_unit_that_does_not_count_closes_the_series() -> None:
    """G14: a design nonconformity on record counts wherever it was found."""
    story = opened(units=2)
    story.record(unit("U-1", "lid", line="another"), unit("U-2"))
    story.attribute("LID-SEAT", Origin.DESIGN, B1=1)

    finding = story.finding("no-design-nonconformity")

    assert not finding.holds
    assert "D-1 (LID-SEAT) of batch B1 comes from the design" in finding.says
    assert {"design": 1, "modes": 0, "unattributed": 0} == finding.numbers


def test_the_same_design_under_another_number_settles_no_design_nonconformity() -> None:
    """G14: the same digest is the same design."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.publish(design=DESIGN.model_copy(update={"reference": "DA-9"}))

    assert ["no-design-nonconformity"] == story.blockers()


def test_a_design_nonconformity_needs_a_new_design_and_a_batch_built_to_it() -> None:
    """S-35, S-28."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.publish(design=NEW_DESIGN)
    on_old_units = story.blockers()
    story.change("LID-SEAT", "PINHOLE")
    story.build("B3")

    assert ["after-last-change"] == on_old_units
    assert [] == story.blockers()


def test_a_change_that_touches_the_design_goes_back_to_design() -> None:
    """S-52, S-35."""
    story = held()
    story.change("LID-SEAT", "PINHOLE", touches_design=True)

    finding = story.finding("no-design-nonconformity")

    assert not finding.holds
    assert "change C-1 touches the design" in finding.says
    assert 1 == finding.numbers["design"]


def test_a_change_of_the_design_that_was_approved_afterwards_is_settled() -> None:
    """S-52."""
    story = held()
    for mode in ("LID-SEAT", "PINHOLE"):
        story.attribute(mode)
        story.cause(mode)
    story.change("LID-SEAT", "PINHOLE", touches_design=True)
    story.publish(design=NEW_DESIGN)
    story.build("B2")

    assert [] == story.blockers()


# --- the signer ---------------------------------------------------------------------------------


def test_no_actor_is_nobody_allowed() -> None:
    """G9."""
    finding = clear().finding("signer-allowed", signer=None)

    assert not finding.holds
    assert "no signer is named" == finding.says


def test_an_approver_who_neither_inspected_nor_fixed_may_sign() -> None:
    """G9."""
    finding = fixed().finding("signer-allowed")

    assert finding.holds
    assert "anna (Anna Approver) is an approver" in finding.says


@pytest.mark.parametrize("person", ["ivan", "egon", "bela"])
def test_whoever_is_no_approver_may_not_sign(person: str) -> None:
    """G9."""
    story = clear()

    assert ["signer-allowed"] == story.blockers(signer=person)
    assert f"{person} is not an approver" == story.finding("signer-allowed", signer=person).says


def approver(story: Story, key: str) -> None:
    """Make somebody an approver too."""
    story.people[key].grant(story.stamp(), Role.APPROVER, "stands in")


def test_the_only_inspector_may_not_sign() -> None:
    """G9."""
    story = clear()
    approver(story, "ines")

    assert ["signer-allowed"] == story.blockers(signer="ines")
    assert "ines is the only inspector of batch B1" in (
        story.finding("signer-allowed", signer="ines").says
    )


def shared(*, signer_may_inspect: bool) -> Story:
    """Tell of a batch that two people inspected, one of them an approver."""
    story = Story()
    story.publish(plan(signer_may_inspect=signer_may_inspect))
    story.register(bar(units=2))
    approver(story, "ines")
    story.open()
    story.record(unit("U-1"))
    story.record(unit("U-2"), by="ivan")
    story.close()
    return story


def test_one_of_two_inspectors_may_not_sign() -> None:
    """G24: whoever recorded a counted reading does not sign."""
    story = shared(signer_may_inspect=False)

    finding = story.finding("signer-allowed", signer="ines")

    assert ["signer-allowed"] == story.blockers(signer="ines")
    assert "ines recorded 1/2 units that count" == finding.says
    assert {"applied": 0, "inspected": 1, "units": 2} == finding.numbers


def test_one_of_two_inspectors_may_sign_in_a_shop_whose_plan_says_so() -> None:
    """G24: and it is shown."""
    story = shared(signer_may_inspect=True)

    assert [] == story.blockers(signer="ines")
    assert (
        "ines (Ines Inspector) is an approver, inspected 1/2 units, as the plan allows, and "
        "applied none of the changes"
    ) == story.finding("signer-allowed", signer="ines").says


def test_the_only_inspector_may_not_sign_whatever_the_plan_says() -> None:
    """G9, G24."""
    story = Story()
    story.publish(plan(signer_may_inspect=True))
    story.register(bar(units=2))
    approver(story, "ines")
    story.build(units=2)

    assert ["signer-allowed"] == story.blockers(signer="ines")
    assert "ines is the only inspector of batch B1" == (
        story.finding("signer-allowed", signer="ines").says
    )


def test_whoever_asked_for_a_reading_to_be_corrected_has_inspected_the_unit() -> None:
    """G24: the value that counts is theirs."""
    story = clear()
    approver(story, "ivan")
    story.correct("B1-01", "lid", "0.30", by="ivan")
    story.confirm(by="ines")

    assert "ivan recorded 1/20 units that count" == (
        story.finding("signer-allowed", signer="ivan").says
    )


def test_a_second_inspector_of_units_that_do_not_count_is_none() -> None:
    """G9, S-10."""
    story = opened(units=2)
    approver(story, "ines")
    story.record(unit("U-1"))
    story.record(unit("U-2", line="another"), by="ivan")
    story.close()

    assert "only inspector" in story.finding("signer-allowed", signer="ines").says


def test_whoever_applied_a_confirmed_change_may_not_sign() -> None:
    """G9."""
    story = fixed()
    approver(story, "egon")

    assert ["signer-allowed"] == story.blockers(signer="egon")
    finding = story.finding("signer-allowed", signer="egon")
    assert "egon applied C-1, C-2, C-3, which this sign-off rests on" in finding.says
    assert [c.version for c in story.process.changes] == [r.version for r in finding.settled_by]


def test_whoever_applied_a_change_that_another_batch_confirmed_may_sign() -> None:
    """G9, G24: this batch does not confirm it, and no nonconformity rests on it."""
    story = story_with_bar(units=2, repeat_without_change="allow")
    approver(story, "egon")
    story.build(units=2)
    story.change("LID-SEAT")
    story.build("B2", units=2)
    story.build("B3", units=2)

    assert [] == story.blockers(signer="egon")


def test_whoever_applied_a_change_that_closes_a_nonconformity_may_not_sign_a_later_batch() -> None:
    """G24: the sign-off rests on it, whichever batch confirmed it first."""
    story = story_with_bar(units=7, repeat_without_change="allow")
    approver(story, "egon")
    story.build(lids=2, units=7)
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")
    story.change("LID-SEAT")
    story.build("B2", units=7)
    story.build("B3", units=7)

    assert [] == story.blockers()
    assert ["signer-allowed"] == story.blockers(signer="egon")
    assert "egon applied C-1, which this sign-off rests on" == (
        story.finding("signer-allowed", signer="egon").says
    )


def test_whoever_applied_a_change_before_the_last_sign_off_may_sign_the_next() -> None:
    """G24: since the last sign-off."""
    story = story_with_bar(units=7)
    approver(story, "egon")
    story.build(lids=2, units=7)
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")
    story.change("LID-SEAT")
    story.build("B2", units=7)
    story.sign()
    story.change("PINHOLE", by="ivan")
    story.build("B3", units=7)

    assert [] == story.blockers(signer="egon")


def test_a_nonconformity_seen_after_all_opens_what_was_closed() -> None:
    """G11, S-45."""
    story = clear()
    story.batch.record_nonconformity(story.stamp(), "B1-01", NonconformityReport("OTHER"), None)

    assert ["nonconformities-closed", "no-design-nonconformity"] == story.blockers()
