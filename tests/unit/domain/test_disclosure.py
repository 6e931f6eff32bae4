"""What a reader of a decision has to know first: nothing of it decides, none of it is hidden."""

from typing import Any

import pytest

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.characteristic import Characteristic
from signoff_ledger.domain.disclosure import (
    Disclosure,
    Topic,
    depends_on,
    disclosures,
    is_reject_by,
    withheld,
)
from signoff_ledger.domain.events.process import SignOffLapsed
from signoff_ledger.domain.plan import InspectionPlan, Mode
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Disposition, Origin, Role
from signoff_ledger.domain.verdict import Verdict
from tests.stories import (
    BUILD,
    GLAZE,
    HEAT,
    LID,
    NEW_DESIGN,
    PINHOLE,
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


def says(story: Story, topic: Topic, **case: Any) -> list[str]:
    """Name what is disclosed on one topic."""
    return [d.says for d in disclosures(story.case(**case)) if d.topic is topic]


def test_a_plain_sign_off_has_nothing_to_disclose() -> None:
    story = clear()

    assert () == disclosures(story.case())


def test_a_process_without_a_batch_has_nothing_to_disclose() -> None:
    """S-17."""
    assert () == disclosures(story_with_bar().case())


# --- DEPENDS ON (G20) ---------------------------------------------------------------------------


def corrected(*serials: str, **bar_changes: Any) -> Story:
    """Tell of a batch whose rejects were measured again afterwards."""
    story = opened(units=7, **bar_changes)
    for number in range(1, 8):
        serial = f"U-{number}"
        story.record(unit(serial, *["lid"] * (serial in serials)))
    story.close()
    for number, serial in enumerate(serials, 1):
        story.correct(serial, "lid", "0.30", remeasured="with another gauge")
        story.confirm(number)
    return story


def test_a_verdict_that_another_measurement_made_says_so() -> None:
    """G20: with who asked, who agreed, and how it was measured."""
    story = corrected("U-2")

    assert [] == story.blockers()
    assert (
        Disclosure(
            Topic.DEPENDS_ON,
            "correction 1 of batch B1, unit U-2: lid 0.55 mm -> 0.30 mm, by ines and ivan, "
            "measured again: with another gauge: a slip",
        ),
    ) == disclosures(story.case())


def test_corrections_that_change_nothing_are_not_disclosed() -> None:
    """G20: a verdict that would be the same without them rests on none."""
    story = corrected()
    story.correct("U-1", "station", "A")
    story.confirm()

    assert [] == says(story, Topic.DEPENDS_ON)


def test_only_what_is_decisive_is_named() -> None:
    """G20: of two corrections, the one without which it would be another verdict."""
    story = corrected("U-2")
    story.correct("U-3", "lid", "0.35")
    story.confirm(2)

    assert ["correction 1 of batch B1, unit U-2"] == [
        says_.partition(":")[0] for says_ in depends_on(story.case())
    ]


def test_corrections_that_decide_only_together_are_all_named() -> None:
    """G20: either alone leaves one reject too many, which is answered; both make two."""
    story = corrected("U-2", "U-3", max_rejects=1)
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")

    assert ["unit U-2", "unit U-3"] == [
        says_.partition(", ")[2].partition(":")[0] for says_ in depends_on(story.case())
    ]


def test_a_declined_correction_is_no_part_of_a_verdict() -> None:
    """G20."""
    story = corrected()
    story.correct("U-1", "lid", "0.55")
    story.batch.decline_correction(story.stamp("ivan"), 1, "the gauge is fine")

    assert [] == list(depends_on(story.case()))


def test_a_verdict_that_a_replacement_made_says_so() -> None:
    """G20: the result of the replaced unit was known."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-1"), unit("U-2", method=BuildMethod.BENCH))
    story.record(unit("U-3", replaces="U-2"))
    story.close()

    assert ["unit U-3 of batch B1 in place of U-2, whose result was known"] == says(
        story, Topic.DEPENDS_ON
    )


def test_a_correction_in_an_earlier_batch_can_be_decisive() -> None:
    """G20: a nonconformity that no person had to answer for."""
    story = corrected("U-2", repeat_without_change="allow")
    story.build("B2", units=7)

    assert ["correction 1 of batch B1, unit U-2"] == [
        says_.partition(":")[0] for says_ in depends_on(story.case())
    ]


# --- DECIDED BEFORE (G19) -----------------------------------------------------------------------


def test_every_earlier_decision_is_reported_in_order() -> None:
    """G19."""
    story = clear()
    story.hold("not yet", awaiting="the certificate of G-7")
    story.sign()
    story.process.withdraw(story.stamp("anna"), "Anna Approver", "a customer rang")
    story.hold("look again")

    assert [
        "HELD on batch B1 by Anna Approver, 2026-03-02: not yet; it awaited the certificate of G-7",
        "SIGNED OFF on batch B1 by Anna Approver, 2026-03-02",
        "the sign-off on batch B1 was WITHDRAWN, 2026-03-02: a customer rang",
        "HELD on batch B1 by Anna Approver, 2026-03-02: look again",
    ] == says(story, Topic.DECIDED_BEFORE)


def test_a_hold_by_the_bar_gives_the_clauses_it_missed_and_no_build_time() -> None:
    """G19: what its verdict found, whatever the words of the reason and of the finding are."""
    case = held().case()
    hold = case.process.decisions[-1]
    assert hold.is_automatic
    assert "; build time: " in hold.reason
    named = "5/20 nonconforming; build time: is the name of a mode"
    findings = tuple(
        f.model_copy(update={"says": named}) if f.rule == "rejects-within-ac" else f
        for f in hold.verdict.findings
    )
    verdict = Verdict(batch="B1", findings=findings, rule_set=hold.verdict.rule_set)
    case.process.decisions[-1] = hold._replace(verdict=verdict, reason="in other words")

    (said,) = [d.says for d in disclosures(case) if d.topic is Topic.DECIDED_BEFORE]
    assert said.endswith(f"by the registered bar, 2026-03-02: {named}")


def test_a_hold_of_a_closed_batch_names_what_stayed_missing() -> None:
    """G19: a batch that is open may still get the units that are missing."""
    story = opened(units=7)
    story.record(unit("U-1"))
    story.close()
    story.settle()
    (hold,) = story.process.decisions

    assert hold.is_closed
    (said,) = says(story, Topic.DECIDED_BEFORE)
    missing = hold.verdict.finding("representative-units")
    assert missing.says in said


def test_the_decision_that_is_explained_is_no_earlier_one() -> None:
    """G19."""
    story = signed()
    version = story.process.decisions[-1].version

    assert () == disclosures(story.case(), version)
    assert 1 == len(says(story, Topic.DECIDED_BEFORE))


def test_a_hold_before_any_batch_names_none() -> None:
    """G19, S-20."""
    story = story_with_bar()
    story.hold("the kiln is being moved")

    assert ["HELD by Anna Approver, 2026-03-02: the kiln is being moved"] == says(
        story, Topic.DECIDED_BEFORE
    )


def test_a_sign_off_that_ended_without_a_batch_names_none() -> None:
    """G12: whoever wrote such a line past the gate."""
    story = clear()
    story.process.emit(story.stamp(), lapsed())

    assert ["the sign-off LAPSED, 2026-03-02: an older rule"] == says(story, Topic.DECIDED_BEFORE)


def lapsed() -> SignOffLapsed:
    """Make a lapse of a sign-off that is not there."""
    return SignOffLapsed(cause="an older rule", sign_off=1)


# --- the design, the plan and the bar -----------------------------------------------------------


def test_a_design_nonconformity_that_two_people_took_back_is_reported() -> None:
    """G14: both sides of it."""
    story = fixed()
    story.attribute("LID-SEAT", Origin.DESIGN, B1=2)
    story.attribute("LID-SEAT", Origin.TOOLING, B1=2)
    story.attribute("LID-SEAT", Origin.MATERIAL, "anna", B1=2)

    (told_,) = says(story, Topic.DESIGN)

    assert (
        "D-2 (LID-SEAT) of batch B1 was attributed to the design by egon (by its looks), then to "
        "tooling by egon: by its looks; to material by anna: by its looks"
    ) == told_


def test_a_design_that_gives_way_before_any_result_is_not_reported() -> None:
    """G14: nothing ended with it."""
    story = story_with_bar()
    story.publish(design=NEW_DESIGN, reason="as drawn")

    assert [] == says(story, Topic.REDESIGN)


def test_a_design_that_gives_way_after_results_is_reported_with_what_ended() -> None:
    """G14, G15: its nonconformities, and limits that its results were judged by."""
    story = held()
    story.attribute("LID-SEAT", Origin.DESIGN)
    story.publish(lids_to("0.60"), design=NEW_DESIGN, reason="as drawn")

    (told_first,) = says(story, Topic.REDESIGN)
    for part in (
        "DRW-7 rev C (cccccccccccc) gave way to DRW-7 rev D (dddddddddddd, DA-8)",
        "attributed to the design before: LID-SEAT",
        "looser than what its results were judged by: lid LOOSENED",
    ):
        assert part in told_first


def lids_to(limit: str, **changes: Any) -> InspectionPlan:
    """Make the plan with another upper limit of the lid."""
    lid = Characteristic.model_validate(LID.model_dump() | {"upper": limit})
    return plan(characteristics=(lid, GLAZE, HEAT, BUILD), **changes)


def test_a_plan_that_was_changed_after_results_says_how_they_would_have_fared() -> None:
    """G15: three lids were rejects, and would be none."""
    story = story_with_bar(units=7)
    story.build("B1", lids=3, units=7)
    story.publish(lids_to("0.60"), reason="as agreed")
    alone = says(story, Topic.PLAN)
    story.countersign()

    told_ = "; rejects by it: batch B1 had 3/7 and would have 0"
    assert (
        "plan 2 by egon alone: lid LOOSENED (fit, variable in mm to 2 decimals, from 0.10, to "
        f"0.40, LID-SEAT (major) -> fit, variable in mm to 2 decimals, from 0.10, to 0.60, "
        f"LID-SEAT (major)){told_}"
    ) == alone[0]
    assert says(story, Topic.PLAN)[0].startswith("plan 2 by egon and anna: lid LOOSENED (")


def test_a_plan_that_was_tightened_after_results_is_named_without_the_words() -> None:
    """G15."""
    story = clear()
    story.publish(lids_to("0.20"), reason="stricter")

    assert [
        "plan 2 by egon alone: lid TIGHTENED; rejects by it: batch B1 had 0/20 and would have 20"
    ] == says(story, Topic.PLAN)


def test_what_is_gone_from_a_plan_is_reported_as_gone() -> None:
    """G15."""
    story = clear()
    chip = Mode(code="CHIP", text="a chip")
    story.publish(plan(modes=(PINHOLE, chip)), reason="chips are seen")
    story.change("build")
    story.build("B2")
    story.publish(plan(), reason="no chips any more")

    first, second = says(story, Topic.PLAN)

    assert "plan 2 by egon alone: mode CHIP ADDED" in first
    assert "mode CHIP REMOVED (major -> gone)" in second


@pytest.mark.parametrize(
    ("changes", "fails", "reported", "expected"),
    [
        ({}, ("lid",), (), True),
        ({"characteristics": (GLAZE, HEAT, BUILD, LID)}, ("lid",), (), True),
        ({"upper": "0.60"}, ("lid",), (), False),
        ({"decimals": 3}, ("lid",), (), False),
        ({"severity": "minor"}, ("lid",), (), False),
        ({}, (), (), False),
        ({}, (), (NonconformityReport("PINHOLE"),), True),
        ({}, (), (NonconformityReport("PINHOLE", "base"),), False),
        ({"modes": ()}, (), (NonconformityReport("PINHOLE", "base"),), True),
        ({"modes": (), "glaze": False}, (), (NonconformityReport("PINHOLE", "base"),), False),
        ({"modes": (), "glaze": False}, (), (NonconformityReport("PINHOLE"),), True),
    ],
)
def test_a_unit_is_judged_anew_by_another_plan(
    changes: dict[str, Any],
    fails: tuple[str, ...],
    reported: tuple[NonconformityReport, ...],
    *,
    expected: bool,
) -> None:
    """G15: readings in the same scale by its limits, reported nonconformities by its grades."""
    story = opened(reject_from="major")
    story.record(unit("U-1", *fails, nonconformities=reported))
    made = dict(changes)
    of_lid = {name: made.pop(name) for name in ("upper", "decimals", "severity") if name in made}
    glaze = GLAZE if made.pop("glaze", True) else GLAZE.model_copy(update={"mode": "SHINE"})
    lid = Characteristic.model_validate(LID.model_dump() | of_lid)
    made.setdefault("characteristics", (lid, glaze, HEAT, BUILD))
    other = plan(**made)

    assert expected is is_reject_by(story.batch.unit("U-1"), story.batch, other)


def test_a_reading_that_the_other_plan_does_not_have_is_not_judged() -> None:
    """G15."""
    story = opened()
    story.record(unit("U-1", "lid"))
    brim = LID.model_copy(update={"id": "brim"})

    assert not is_reject_by(
        story.batch.unit("U-1"), story.batch, plan(characteristics=(brim, GLAZE, HEAT, BUILD))
    )


def test_a_bar_that_was_loosened_is_reported() -> None:
    """G6."""
    story = clear()
    story.supersede(Bar(units=30, max_rejects=2), "the kiln is old")
    story.supersede(Bar(units=30, max_rejects=1), "it is not that old")

    assert ["bar 2, 2026-03-02, loosened max_rejects: the kiln is old"] == says(story, Topic.BAR)


# --- who, and which units -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("may", "allowed"), [(True, "as the plan allows"), (False, "against the plan")]
)
def test_a_signer_who_inspected_is_named(allowed: str, *, may: bool) -> None:
    """G24."""
    story = Story()
    story.publish(plan(signer_may_inspect=may))
    story.register(bar(units=2))
    story.people["ines"].grant(story.stamp(), Role.APPROVER, "stands in")
    story.open()
    story.record(unit("U-1"))
    story.record(unit("U-2"), by="ivan")
    story.close()

    assert [f"Ines Inspector recorded 1/2 units, {allowed}"] == says(
        story, Topic.SIGNER, signer="ines"
    )
    assert [] == says(story, Topic.SIGNER)
    assert [] == says(story, Topic.SIGNER, signer=None)


def test_serials_that_look_alike_and_were_said_to_differ_are_reported() -> None:
    """G21."""
    story = opened(units=2)
    story.record(unit("U-1"), unit("U-01")._replace(distinct_from=("U-1",)))

    assert ["unit U-01 of batch B1 was said not to be U-1"] == says(story, Topic.SERIAL)


def test_units_that_are_not_handed_over_are_reported_with_why() -> None:
    """G27: those that conformed at first."""
    story = clear(units=7)
    story.batch.record_retest(story.stamp("ines"), unit("B1-01", "lid"))
    story.batch.dispose(story.stamp(), "B1-01", Disposition.REWORK, "skimmed")
    story.batch.dispose(story.stamp(), "B1-02", Disposition.SCRAP, "dropped")
    story.batch.dispose(story.stamp(), "B1-03", Disposition.USE_AS_IS, "fine")

    assert [
        "unit B1-01 of batch B1: a retest found lid failing; it goes to rework",
        "unit B1-02 of batch B1: it goes to scrap",
    ] == list(withheld(story.case()))


def test_a_reject_that_goes_to_scrap_was_never_to_be_handed_over() -> None:
    """G27."""
    story = held()
    story.batch.dispose(story.stamp(), "B1-01", Disposition.SCRAP, "dropped")

    assert [] == list(withheld(story.case()))
    assert [] == list(withheld(story_with_bar().case()))
