"""A process: the order of steps, and the gate in front of the production order."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from signoff_ledger.domain.events.event import EventMetadata
from signoff_ledger.domain.events.process import (
    BarSuperseded,
    BatchOpened,
    CauseStated,
    CommandRefused,
    DesignApprovalReferenced,
    InspectionPlanPublished,
    OrderPlacedWithoutSignOff,
    ProcessChangeApplied,
    ProductionOrderCommitted,
    RemarkRecorded,
    SignOffLapsed,
    SignOffWithdrawn,
    ToolingApprovalReferenced,
)
from signoff_ledger.domain.plan import content_sha256
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import LONGEST_GAP
from signoff_ledger.domain.values import CauseKind, ChangeKind, Origin, RemarkKind
from signoff_ledger.errors import InputError, NotFoundError, RuleRefusedError
from tests.stories import (
    DESIGN,
    NEW_DESIGN,
    START,
    Story,
    bar,
    change,
    clear,
    fixed,
    held,
    identity,
    opened,
    plan,
    rules_of,
    signed,
    story_with_bar,
    unit,
)

OTHER_PLAN = plan(modes=())


def refused_order(story: Story, quantity: int = 500, by: str = "bela") -> RuleRefusedError:
    """Try an order that must be refused."""
    with pytest.raises(RuleRefusedError) as refused:
        story.order(quantity, by)
    assert "SL302" == refused.value.code
    return refused.value


# --- the plan -----------------------------------------------------------------------------------


def test_publishing_a_plan_defines_the_process_and_refers_to_its_design() -> None:
    """S-03, S-12, S-25, S-30."""
    story = Story()
    done = story.publish()

    assert done
    assert ["ProcessDefined", "DesignApprovalReferenced", "InspectionPlanPublished"] == (
        story.kinds(-3)
    )
    assert (DESIGN, content_sha256(plan())) == (
        story.process.design,
        story.process.plans[-1].plan_sha256,
    )


def test_the_same_plan_and_design_are_published_once() -> None:
    story = story_with_bar()

    assert not story.publish()
    assert 4 == story.process.version


def test_another_plan_needs_a_reason() -> None:
    """S-03."""
    story = story_with_bar()

    with pytest.raises(InputError) as refused:
        story.publish(OTHER_PLAN)

    assert "SL109" == refused.value.code


def test_another_plan_is_numbered_and_the_first_one_kept() -> None:
    """S-03."""
    story = story_with_bar()
    story.publish(OTHER_PLAN, reason="no zones")

    event = story.last()

    assert isinstance(event, InspectionPlanPublished)
    assert (2, "no zones") == (event.number, event.reason)
    assert [plan(), OTHER_PLAN] == [published.plan for published in story.process.plans]


def test_another_design_alone_publishes_no_plan() -> None:
    """S-12."""
    story = story_with_bar()
    story.publish(design=NEW_DESIGN, reason="the lip was redrawn")

    assert DesignApprovalReferenced(approval=NEW_DESIGN, note="the lip was redrawn") == story.last()
    assert 1 == len(story.process.plans)


@pytest.mark.parametrize("change_of", ["plan", "design"])
def test_the_plan_is_frozen_while_a_batch_is_open(change_of: str) -> None:
    """S-03, S-25."""
    story = opened()

    with pytest.raises(RuleRefusedError) as refused:
        story.publish(
            OTHER_PLAN if change_of == "plan" else None,
            NEW_DESIGN if change_of == "design" else DESIGN,
            reason="no zones",
        )

    assert "SL311" == refused.value.code


STEPS: dict[str, Callable[[Process, EventMetadata], object]] = {
    "register the bar": lambda process, stamp: process.register_bar(stamp, bar()),
    "supersede the bar": lambda process, stamp: process.supersede_bar(stamp, bar(), "agreed"),
    "open a batch": lambda process, stamp: process.open_batch_under(stamp, "B1"),
    "approve the tooling": lambda process, stamp: process.note_tooling_approval(
        stamp, "T-1", "TA-1", None
    ),
    "attribute": lambda process, stamp: process.attribute(
        stamp, "OTHER", Origin.PROCESS, "looks like it"
    ),
    "state a cause": lambda process, stamp: process.state_cause(
        stamp, "B1", "OTHER", CauseKind.FOUND, "heat"
    ),
    "change": lambda process, stamp: process.apply_change(stamp, change()),
    "report an order": lambda process, stamp: process.report_order(stamp, 1, "PO-1", "by phone"),
    "ask for the provenance": lambda process, _: process.made_on(),
    "ask for a sign-off": lambda process, _: process.check_not_signed_off(),
}


@pytest.mark.parametrize("step", [*STEPS])
def test_nothing_comes_before_the_plan(step: str) -> None:
    """S-25."""
    story = Story()

    with pytest.raises(NotFoundError) as refused:
        STEPS[step](story.process, story.stamp())

    assert "SL201" == refused.value.code


# --- approvals from elsewhere -------------------------------------------------------------------


def test_a_tooling_approval_is_kept_apart() -> None:
    """S-43."""
    story = story_with_bar()
    story.process.note_tooling_approval(story.stamp(), "T-1", "TA-7", "first off tool")

    assert (
        ToolingApprovalReferenced(note="first off tool", reference="TA-7", tooling="T-1")
        == story.last()
    )
    assert Standing.NOT_DECIDED is story.process.standing


# --- the bar ------------------------------------------------------------------------------------


def test_the_first_bar_is_number_one() -> None:
    """S-26, S-33."""
    story = story_with_bar()
    registered = story.process.bar

    assert registered is not None
    assert (1, bar(), content_sha256(bar()), ()) == (
        registered.number,
        registered.bar,
        registered.sha256,
        registered.loosened,
    )


def test_the_same_bar_is_registered_once() -> None:
    story = story_with_bar()

    assert not story.register()
    assert 1 == len(story.process.bars)


def test_a_registered_bar_is_never_overwritten() -> None:
    """S-26, G6."""
    story = story_with_bar()

    with pytest.raises(RuleRefusedError) as refused:
        story.register(bar(max_rejects=5))

    assert "SL311" == refused.value.code


def test_a_bar_that_the_plan_does_not_fit_is_refused() -> None:
    """G8."""
    story = story_with_bar()

    with pytest.raises(InputError) as refused:
        story.process.supersede_bar(
            story.stamp(), bar(modes=({"max_units": 0, "mode": "CRACK"},)), "cracks"
        )

    assert "SL102" == refused.value.code


def test_without_a_bar_there_is_none_to_supersede() -> None:
    """S-25, G6."""
    story = Story()
    story.publish()

    with pytest.raises(RuleRefusedError) as refused:
        story.supersede(bar())

    assert "SL308" == refused.value.code


def test_the_same_bar_supersedes_nothing() -> None:
    """G6."""
    story = story_with_bar()

    with pytest.raises(InputError) as refused:
        story.supersede(bar())

    assert "SL109" == refused.value.code


def test_a_loosening_is_marked_as_one_and_every_bar_is_kept() -> None:
    """G6."""
    story = story_with_bar()
    story.supersede(bar(max_rejects=2, missing_units="replace"), "the kiln is old")

    event = story.last()

    assert isinstance(event, BarSuperseded)
    assert (("max_rejects", "missing_units"), "the kiln is old", 2) == (
        event.loosened,
        event.reason,
        event.number,
    )
    assert [1, 2] == [registered.number for registered in story.process.bars]
    assert ("max_rejects", "missing_units") == story.process.bars[-1].loosened


def test_a_tightening_is_not_marked() -> None:
    """G6."""
    story = story_with_bar()
    story.supersede(bar(max_rejects=0))

    assert () == story.process.bars[-1].loosened


def test_the_bar_of_a_later_batch_leaves_the_earlier_ones_as_they_were() -> None:
    """G6."""
    story = held()
    story.supersede(bar(max_rejects=5))

    assert 1 == story.batch.bar.max_rejects
    assert not story.finding("rejects-within-ac").holds


# --- opening ------------------------------------------------------------------------------------


def test_a_batch_needs_a_bar_first() -> None:
    """S-25, S-26, S-37."""
    story = Story()
    story.publish()

    with pytest.raises(RuleRefusedError) as refused:
        story.open()

    assert "SL308" == refused.value.code


def test_a_batch_names_its_attempt_bar_plan_and_revision() -> None:
    """S-03, S-27, G7."""
    story = story_with_bar()
    opened_ = story.process.open_batch_under(story.stamp(), "B1")

    assert BatchOpened(attempt=1, bar=1, batch="B1", plan=1, process_revision=1) == opened_
    assert ("B1", "B1") == (story.process.open_batch, story.process.latest_batch)


def test_one_batch_is_open_at_a_time() -> None:
    """S-25."""
    story = opened()

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert "SL305" == refused.value.code


def test_a_repeat_confirms_every_change_since_the_last_batch() -> None:
    """S-27: changes during a batch are confirmed by the next one."""
    story = story_with_bar(units=2)
    story.change("LID-SEAT")
    story.open("B1")
    story.change("PINHOLE")
    story.record(unit("U-1"), unit("U-2"))
    story.close()
    story.change("build")
    story.open("B2")

    batches = story.process.batches

    assert (1,) == batches["B1"].opened.confirms
    assert (2, 3) == batches["B2"].opened.confirms


@pytest.mark.parametrize("rejects", [0, 1, 5])
def test_a_repeat_with_nothing_changed_is_refused(rejects: int) -> None:
    """G7, S-27: rejects are a signal, and trying again is no fix."""
    story = story_with_bar()
    story.build(lids=rejects)

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert "SL304" == refused.value.code
    assert {"repeat-cites-change"} == rules_of(refused.value)


def test_a_batch_after_an_empty_one_is_no_repeat() -> None:
    """G7, G25: nothing was seen, so it was no attempt."""
    story = opened()
    story.close()
    story.open("B2")

    assert (1, False) == (
        story.process.batches["B2"].opened.attempt,
        story.process.batches["B2"].opened.unchanged,
    )


def test_a_batch_behind_a_single_unit_is_a_repeat() -> None:
    """G7: one unit that was seen is enough."""
    story = opened()
    story.record(unit("U-1"))
    story.close()

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert "SL304" == refused.value.code


def test_the_first_batch_of_another_design_is_no_repeat() -> None:
    """S-35, G7."""
    story = held()
    story.publish(design=NEW_DESIGN)
    story.open("B2")

    assert not story.process.batches["B2"].opened.unchanged


def test_a_repeat_with_nothing_changed_is_marked_where_the_bar_allows_it() -> None:
    """G7."""
    story = story_with_bar(repeat_without_change="allow")
    story.build(lids=5)
    story.open("B2")

    assert story.process.batches["B2"].opened.unchanged


def test_the_repeat_that_a_bar_always_asks_for_needs_no_change() -> None:
    """G1: it confirms a batch that was not held."""
    story = clear(confirmation_batch="always")
    story.build("B2")

    assert [] == story.blockers()


def test_a_held_batch_is_not_repeated_unchanged_even_where_a_repeat_is_asked_for() -> None:
    """G1, G7."""
    story = story_with_bar(confirmation_batch="always")
    story.build(lids=5)
    story.settle()

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert "SL304" == refused.value.code


def test_a_batch_held_earlier_does_not_forbid_the_repeat_that_is_asked_for() -> None:
    """G1: the batch to be confirmed is the latest."""
    story = story_with_bar(confirmation_batch="always")
    story.build(lids=5)
    story.settle()
    story.change("LID-SEAT")
    story.build("B2")
    story.open("B3")

    assert story.process.batches["B3"].opened.unchanged


@pytest.mark.parametrize("touching", ["mode", "single", "change"])
def test_a_question_to_the_design_closes_the_series(touching: str) -> None:
    """S-35, S-52: no further batch until the design is approved again."""
    story = held()
    if touching == "mode":
        story.attribute("LID-SEAT", Origin.DESIGN)
    elif touching == "single":
        story.attribute("LID-SEAT", Origin.DESIGN, B1=2)
    story.change("LID-SEAT", touches_design=touching == "change")

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert ("SL308", "this series of bowl is closed: back to design") == (
        refused.value.code,
        refused.value.what,
    )


def test_a_new_design_approval_opens_the_series_again() -> None:
    """S-35, S-12."""
    story = held()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.change("LID-SEAT", touches_design=True)
    story.publish(design=NEW_DESIGN)
    story.open("B2")

    assert "B2" == story.process.open_batch


def test_an_open_batch_that_is_added_to_is_not_amended() -> None:
    """G11."""
    story = opened()
    before = story.process.version
    story.process.amend_batch(story.stamp(), "B1")

    assert before == story.process.version


def test_a_closed_batch_that_is_added_to_moves_the_process() -> None:
    """G11: whoever decides meanwhile has to look again."""
    story = clear()
    before = story.process.version
    story.process.amend_batch(story.stamp(), "B1")

    assert (before + 1, "BatchAmended") == (story.process.version, story.kinds()[-1])


# --- nonconformities and changes ------------------------------------------------------------------


def test_a_cause_is_stated_for_a_mode_of_a_batch() -> None:
    """S-46."""
    story = held()
    story.cause("LID-SEAT")

    assert (
        CauseStated(
            batch="B1",
            kind=CauseKind.FOUND,
            mode="LID-SEAT",
            statement="more shrinkage in the kiln",
        )
        == story.last()
    )
    assert "egon" == story.process.causes[("B1", "LID-SEAT")].by


@pytest.mark.parametrize("step", ["attribute", "cause"])
def test_a_mode_outside_the_catalogue_has_neither_origin_nor_cause(step: str) -> None:
    """S-16, S-46."""
    story = held()

    with pytest.raises(InputError) as refused:
        story.attribute("CRACK") if step == "attribute" else story.cause("CRACK")

    assert "SL204" == refused.value.code


def test_a_change_raises_the_revision() -> None:
    """S-07, S-08, S-49."""
    story = story_with_bar()
    number = story.change("LID-SEAT", what="relief skim on the lid", why="the faces fouled")

    event = story.last()

    assert isinstance(event, ProcessChangeApplied)
    assert (1, 2, 2) == (number, event.process_revision, story.process.revision)
    assert ("relief skim on the lid", "the faces fouled", ("LID-SEAT",), False) == (
        event.what,
        event.why,
        event.addresses,
        event.touches_design,
    )


def test_a_change_of_a_parameter_shows_old_and_new() -> None:
    """S-50."""
    story = story_with_bar()
    story.change("PINHOLE", parameter="glaze ramp K/h", old="120", new="60")

    event = story.last()

    assert isinstance(event, ProcessChangeApplied)
    assert ("glaze ramp K/h", "120", "60") == (event.parameter, event.old, event.new)


@pytest.mark.parametrize(
    "half",
    [{"parameter": "ramp"}, {"parameter": "ramp", "old": "1"}, {"new": "2"}, {"old": "1"}],
)
def test_half_a_parameter_is_refused(half: dict[str, str]) -> None:
    """S-50."""
    story = story_with_bar()

    with pytest.raises(InputError) as refused:
        story.change("PINHOLE", **half)

    assert "SL109" == refused.value.code


def test_a_change_addresses_what_the_plan_knows() -> None:
    """S-07, S-49: a mode, or the build time by its id."""
    story = story_with_bar()
    story.change("LID-SEAT", "OTHER", "build")

    with pytest.raises(InputError) as refused:
        story.change("LID-SEAT", "CRACK")

    assert "SL204" == refused.value.code


def test_a_new_jig_and_a_new_tooling_revision_are_required_from_there_on() -> None:
    """S-51, S-08."""
    story = story_with_bar()
    story.change("build", fixture="JIG-1")
    story.change("LID-SEAT", tooling_revision="B")
    story.change("PINHOLE")

    required = story.process.made_on()

    assert ("JIG-1", "B", "T-1") == (
        required.fixture,
        required.tooling_revision,
        required.tooling,
    )


# --- the end of a sign-off ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*ChangeKind])
def test_a_sign_off_lapses_with_any_change(kind: ChangeKind) -> None:
    """G12, S-08: process, tooling, material, site, source or inspection."""
    story = signed()
    sign_off = story.process.sign_off
    assert sign_off is not None
    story.change("LID-SEAT", kind=kind, what="another clay")

    assert (
        SignOffLapsed(cause=f"process change C-1 ({kind}): another clay", sign_off=sign_off.version)
        == story.last()
    )
    assert Standing.LAPSED is story.process.standing
    assert {"sign-off-stands"} == rules_of(refused_order(story))


def test_a_sign_off_lapses_with_another_plan() -> None:
    """G12, S-03: the way of inspecting changed."""
    story = signed()
    story.publish(OTHER_PLAN, reason="no zones")

    assert Standing.LAPSED is story.process.standing
    assert "the inspection plan changed to number 2" == story.process.standing_why


def test_a_sign_off_lapses_with_another_design_approval() -> None:
    """G12, S-12: what was proved is the design that was approved then."""
    story = signed()
    process = story.process
    process.publish_plan(story.stamp(), process.plans[-1].plan, NEW_DESIGN, "a new handle")

    assert (Standing.LAPSED, "the design was approved again under DA-8") == (
        process.standing,
        process.standing_why,
    )


def test_a_lapsed_sign_off_is_not_renewed_on_the_same_units() -> None:
    """G12, S-28."""
    story = signed()
    story.wait(days=731)
    story.process.lapse_by_gap(story.stamp())

    finding = story.finding("after-last-change")

    assert ["after-last-change", "not-decided-before"] == story.blockers()
    assert "a sign-off has lapsed since it opened" in finding.says


def test_a_sign_off_can_be_withdrawn_with_a_reason() -> None:
    """G12: it is not deleted."""
    story = signed()
    sign_off = story.process.sign_off
    assert sign_off is not None
    story.process.withdraw(story.stamp("anna"), "Anna Approver", "a customer's report")

    assert (
        SignOffWithdrawn(
            printed_name="Anna Approver", reason="a customer's report", sign_off=sign_off.version
        )
        == story.last()
    )
    assert Standing.WITHDRAWN is story.process.standing
    assert 1 == story.kinds().count("ProcessSignedOff")


@pytest.mark.parametrize("story", [story_with_bar(), held()])
def test_without_a_sign_off_there_is_none_to_withdraw(story: Story) -> None:
    """G12."""
    with pytest.raises(RuleRefusedError) as refused:
        story.process.withdraw(story.stamp(), "Anna Approver", "no")

    assert "SL309" == refused.value.code


@pytest.mark.parametrize(
    ("late", "gap"), [(timedelta(0), False), (timedelta(microseconds=1), True)]
)
def test_a_gap_of_two_years_is_exact(late: timedelta, *, gap: bool) -> None:
    """G12: exactly 730 days still stand, a microsecond more does not."""
    story = signed()
    sign_off = story.process.sign_off
    assert sign_off is not None
    moment = sign_off.at + LONGEST_GAP + late

    assert (Standing.LAPSED if gap else Standing.SIGNED_OFF) is story.process.standing_at(moment)[0]
    assert ([("no-two-year-gap")] if gap else []) == [
        rule for rule, _ in story.process.order_blockers(moment, "bela", 500)
    ]


def test_an_order_starts_the_two_years_anew() -> None:
    """G12."""
    story = signed()
    story.wait(days=700)
    story.order(500)
    story.wait(days=700)
    story.process.lapse_by_gap(story.stamp())
    story.order(500)

    assert Standing.SIGNED_OFF is story.process.standing


def test_a_gap_ends_a_sign_off() -> None:
    """G12."""
    story = signed()
    story.wait(days=731)
    error = refused_order(story)
    story.process.lapse_by_gap(story.stamp())

    assert {"no-two-year-gap"} == rules_of(error)
    assert Standing.LAPSED is story.process.standing
    assert "two years without a production order" == story.process.standing_why


def test_without_a_sign_off_there_is_no_gap() -> None:
    """G12."""
    story = story_with_bar()
    story.process.lapse_by_gap(story.stamp())

    in_time, _ = story.process.standing_at(START + timedelta(days=10_000))

    assert Standing.NOT_DECIDED is in_time
    assert (None, Standing.NOT_DECIDED) == (story.process.lapses_at, story.process.standing)


def test_a_process_that_is_signed_off_is_not_signed_again() -> None:
    """S-19."""
    story = signed()

    with pytest.raises(RuleRefusedError) as refused:
        story.sign()

    assert "SL309" == refused.value.code


# --- the order gate -----------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [500, 501, 999, 1_000])
def test_an_order_within_the_signed_run_is_committed(quantity: int) -> None:
    """S-04, S-08, S-55: it refers to the sign-off it was placed under."""
    story = signed()
    sign_off = story.process.sign_off
    assert sign_off is not None
    story.order(quantity)

    assert (
        ProductionOrderCommitted(quantity=quantity, reference="PO-1", sign_off=sign_off.version)
        == story.last()
    )


@pytest.mark.parametrize("quantity", [499, 1_001, 1])
def test_an_order_outside_the_signed_run_is_refused(quantity: int) -> None:
    """S-08."""
    error = refused_order(signed(), quantity)

    assert {"run-quantity"} == rules_of(error)
    assert f"{quantity} is outside the signed run of 500 to 1000" == error.why


def test_orders_add_up_to_the_signed_run() -> None:
    """S-08."""
    story = signed()
    story.order(500)
    error = refused_order(story, 501)
    story.order(500)

    assert "501 is outside the signed run of 500 to 1000 (500 are ordered already)" == error.why
    assert {"run-quantity"} == rules_of(refused_order(story, 500))


def test_signing_the_same_batch_again_does_not_double_the_run() -> None:
    """S-08, G19: a hold that awaited something else gives no second run."""
    story = signed()
    story.order(1_000)
    story.hold("stop", awaiting="the calibration certificate of G-7")
    story.sign()

    assert {"run-quantity"} == rules_of(refused_order(story, 500))


def test_the_run_is_the_one_that_the_plan_asked_for() -> None:
    """S-08."""
    story = Story()
    story.publish(plan(identity=identity(run_min=10, run_max=20)))
    story.register()
    story.build()
    story.sign()
    story.order(20)

    assert {"run-quantity"} == rules_of(refused_order(story, 10))


def test_whoever_signed_does_not_order() -> None:
    """G9."""
    error = refused_order(signed(), by="anna")

    assert {"buyer-is-not-signer"} == rules_of(error)


def test_every_reason_against_an_order_is_named() -> None:
    """G13."""
    story = signed()
    story.wait(days=731)

    assert {"run-quantity", "buyer-is-not-signer", "no-two-year-gap"} == rules_of(
        refused_order(story, 1, by="anna")
    )


def test_no_standing_but_signed_off_opens_the_gate() -> None:
    """S-04, S-20, G11, G12."""
    withdrawn = signed()
    withdrawn.process.withdraw(withdrawn.stamp("anna"), "Anna Approver", "a report")
    lapsed = signed()
    lapsed.change("LID-SEAT")
    on_hold = signed()
    on_hold.hold("a complaint")
    unsupported = signed()
    unsupported.correct("B1-01", "lid", "0.55")
    unsupported.confirm()
    stories = [story_with_bar(), opened(), clear(), held(), withdrawn, lapsed, on_hold, unsupported]

    assert {*Standing} - {Standing.SIGNED_OFF} == {s.process.standing for s in stories}
    assert [{"sign-off-stands"}] * 8 == [rules_of(refused_order(s)) for s in stories]


def test_a_refused_order_says_where_the_process_stands() -> None:
    """S-04, G13."""
    story = held()
    error = refused_order(story)

    assert "bowl is HELD: 5/20 nonconforming" in error.why
    assert error.attempt is not None
    assert ("bowl", "order commit", "500 as PO-1") == (
        error.attempt.process,
        error.attempt.command,
        error.attempt.subject,
    )


def test_a_refusal_is_recorded_with_who_tried_and_which_rules_said_no() -> None:
    """G13, S-04."""
    story = story_with_bar()
    error = refused_order(story)
    assert error.attempt is not None
    story.process.refuse(story.stamp("bela"), error, error.attempt)

    event = story.last()

    assert isinstance(event, CommandRefused)
    assert ("SL302", "order commit", "bela") == (event.code, event.command, story.journal[-1].by)
    assert ["sign-off-stands"] == [rule.rule for rule in event.rules]


def test_an_order_placed_anyway_is_on_record_and_opens_nothing() -> None:
    """S-22."""
    story = held()
    story.process.report_order(story.stamp("bela"), 1_000, "PO-9", "phoned through by Dan")

    assert (
        OrderPlacedWithoutSignOff(note="phoned through by Dan", quantity=1_000, reference="PO-9")
        == story.last()
    )
    assert Standing.HELD is story.process.standing


@pytest.mark.parametrize("kind", [*RemarkKind])
def test_a_remark_changes_no_outcome(kind: RemarkKind) -> None:
    """S-53, S-58: dissent and pressure are kept with their author."""
    story = fixed()
    before = story.check()
    story.process.remark(story.stamp("bela"), kind, "we lose a week over this")

    assert RemarkRecorded(kind=kind, text="we lose a week over this") == story.last()
    assert "bela" == story.journal[-1].by
    assert before == story.check()


def test_a_process_is_what_its_events_say() -> None:
    story = signed()
    entries = [e for e in story.journal if e.stream == story.process.id]

    again = Process("bowl").replay(entries)

    assert (story.process.standing, story.process.sign_off, story.process.bars) == (
        again.standing,
        again.sign_off,
        again.bars,
    )
