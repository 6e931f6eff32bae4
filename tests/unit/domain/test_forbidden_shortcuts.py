"""The shortcuts that the ledger is there to refuse, each of them by name."""

import pytest

from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, CauseKind, Disposition, RemarkKind
from signoff_ledger.errors import InputError, RuleRefusedError
from tests.stories import Story, bar, clear, held, opened, rules_of, story_with_bar, unit


def refused_sign_off(story: Story) -> set[str]:
    """Try to sign, and name the rules that say no."""
    with pytest.raises(RuleRefusedError) as refused:
        story.sign()
    assert "SL301" == refused.value.code
    return rules_of(refused.value)


def test_the_prototype_worked_so_the_production_parts_will_too() -> None:
    """S-21, S-14, S-17: what the prototype achieved stands in the plan and proves nothing."""
    story = opened(units=1, max_rejects=0)
    story.record(unit("PROTO-1", method=BuildMethod.BENCH))
    story.close()

    assert {"representative-units", "rejects-within-ac", "no-critical"} <= refused_sign_off(story)
    assert "0/0: no unit counts" in story.finding("rejects-within-ac").says


def test_skipping_the_pilot_batch_and_ordering_the_full_run() -> None:
    """S-22, S-04, S-44: the gate has no way round it."""
    story = story_with_bar()

    with pytest.raises(RuleRefusedError) as refused:
        story.order(1_000)

    assert "SL302" == refused.value.code
    assert {"sign-off-stands"} == rules_of(refused.value)
    assert "bowl was never signed off; no pilot batch has been built" == refused.value.why


def test_signing_off_without_a_batch() -> None:
    """S-17, S-25."""
    rules = refused_sign_off(story_with_bar())

    assert {"batch-closed", "representative-units", "rejects-within-ac", "fresh-units"} <= rules


def test_signing_off_one_good_unit_that_the_engineer_built_by_hand() -> None:
    """S-24, S-11, S-05: two reasons, each by its name."""
    story = opened()
    story.record(unit("U-01", method=BuildMethod.ENGINEER_ASSISTED, built_by="egon"))
    story.close()
    rules = refused_sign_off(story)

    finding = story.finding("representative-units")

    assert "representative-units" in rules
    assert "0/20 planned units count" in finding.says
    assert {"ENGINEER_ASSISTED": 1} == finding.counts
    assert (
        "U-01 does not: ENGINEER_ASSISTED (built by an engineer, an approver or in a role that "
        "does not count)"
    ) in finding.says


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (BuildMethod.BENCH, "BENCH_BUILT"),
        (BuildMethod.PRINTED, "PRINTED_3D"),
        (BuildMethod.ENGINEER_ASSISTED, "ENGINEER_ASSISTED"),
    ],
)
def test_counting_a_unit_that_was_not_built_on_the_line(method: BuildMethod, code: str) -> None:
    """S-11, S-10: a full batch of them is no batch."""
    story = opened()
    story.record(*(unit(f"U-{n:02}", method=method) for n in range(20)))
    story.close()

    assert "representative-units" in refused_sign_off(story)
    assert {code: 20} == story.finding("representative-units").counts


def test_treating_the_first_rejects_as_bad_luck_and_trying_again() -> None:
    """S-23, S-27, G7: repeating without a change."""
    story = held()

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert "SL304" == refused.value.code
    assert {"repeat-cites-change"} == rules_of(refused.value)


def test_taking_a_reject_back_by_a_word() -> None:
    """S-23: not even with a second person who agrees."""
    story = opened()
    story.record(
        unit("U-01", "lid"), unit("U-02", nonconformities=[NonconformityReport("PINHOLE")])
    )

    for serial, field, becomes in (("U-01", "lid", "0.30"), ("U-02", "D-2", "void")):
        with pytest.raises(RuleRefusedError) as refused:
            story.correct(serial, field, becomes)
        assert "SL307" == refused.value.code


def test_calling_a_reject_an_outlier() -> None:
    """S-23: there is no such mode to rename it into."""
    story = held()

    with pytest.raises(InputError) as refused:
        story.correct("B1-01", "D-1", "OUTLIER", remeasured="looked again")

    assert "SL204" == refused.value.code


def test_confirming_ones_own_correction() -> None:
    """S-23: two people."""
    story = opened()
    story.record(unit("U-01", "lid"))
    story.correct("U-01", "lid", "0.30", remeasured="with another gauge")

    with pytest.raises(RuleRefusedError) as refused:
        story.confirm(by="ines")

    assert "SL307" == refused.value.code


def test_signing_off_with_a_reject_that_has_no_cause() -> None:
    """S-23, G2: the one reject of a passing batch is a signal too."""
    story = story_with_bar()
    story.build(lids=1)
    story.attribute("LID-SEAT")

    assert {"nonconformities-closed"} == refused_sign_off(story)


def test_signing_off_with_a_reject_of_no_origin() -> None:
    """S-16, S-23."""
    story = story_with_bar()
    story.build(lids=1)
    story.cause("LID-SEAT", kind=CauseKind.NOT_FOUND)

    assert {"no-design-nonconformity"} == refused_sign_off(story)


def test_setting_the_bar_after_the_results() -> None:
    """S-26, S-37, G6."""
    story = opened()
    story.record(*(unit(f"U-{n:02}", "lid") for n in range(5)))

    with pytest.raises(RuleRefusedError) as refused:
        story.supersede(bar(max_rejects=5))

    assert "SL303" == refused.value.code
    assert {"bar-before-results"} == rules_of(refused.value)


def test_bringing_results_that_are_older_than_the_bar() -> None:
    """S-37: importing them is seeing them."""
    story = opened()

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-01", observed_at=story.process.bars[-1].at.replace(hour=1)))

    assert "SL310" == refused.value.code


def test_deciding_an_old_batch_by_a_new_bar() -> None:
    """G6, S-26: the bar that would have let the first batch pass is one that was not set."""
    story = held()
    story.supersede(bar(max_rejects=5))

    assert "rejects-within-ac" in refused_sign_off(story)


def test_inspecting_the_reworked_units_again_as_a_new_batch() -> None:
    """S-28: a repeat is proved on fresh units."""
    story = held()
    story.change("LID-SEAT", "PINHOLE")
    story.open("B2")

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("B1-01"))

    assert "SL306" == refused.value.code
    assert "a reworked unit keeps its first result" in refused.value.why


def test_counting_a_retest_of_a_reworked_unit() -> None:
    """S-28, G4: rework is kept beside the record."""
    story = opened()
    story.record(*(unit(f"U-{n:02}", *(["lid"] if n < 2 else [])) for n in range(20)))
    for serial in ("U-00", "U-01"):
        story.batch.dispose(story.stamp(), serial, Disposition.REWORK, "skimmed by hand")
        story.batch.record_retest(story.stamp("ines"), unit(serial))
    story.close()

    assert "rejects-within-ac" in refused_sign_off(story)
    assert {"rejects": 2, "units": 20}.items() <= (
        story.finding("rejects-within-ac").numbers.items()
    )


def test_taking_the_tooling_sign_off_for_that_of_the_process() -> None:
    """S-43: three sign-offs, and one of them opens the gate."""
    story = story_with_bar()
    story.process.note_tooling_approval(story.stamp(), "T-1", "TA-7", "signed off in Stoke")

    with pytest.raises(RuleRefusedError) as refused:
        story.order(1_000)

    assert {"sign-off-stands"} == rules_of(refused.value)
    assert "the approval TA-7 is of the tooling T-1, not of the process" in refused.value.why
    assert Standing.NOT_DECIDED is story.process.standing


def test_taking_the_design_approval_for_a_proof_of_the_process() -> None:
    """S-12, S-16, S-30: it is where the proof begins."""
    story = story_with_bar()

    assert story.finding("design-approved").holds
    assert "representative-units" in refused_sign_off(story)


def test_changing_the_process_after_the_batch_and_signing_all_the_same() -> None:
    """S-08, S-28."""
    story = clear()
    story.change("LID-SEAT")

    assert {"after-last-change"} == refused_sign_off(story)


def test_choosing_the_best_of_several_batches() -> None:
    """G7."""
    story = clear(repeat_without_change="allow")
    story.build("B2", lids=5)

    with pytest.raises(RuleRefusedError) as refused:
        story.sign(batch="B1")

    assert {"latest-batch"} == rules_of(refused.value)


def test_inspecting_and_fixing_and_signing_alone() -> None:
    """G9: no one person is the whole proof."""
    story = clear()

    with pytest.raises(RuleRefusedError) as refused:
        story.sign(by="ines")

    assert {"signer-allowed"} == rules_of(refused.value)


def test_ordering_more_than_was_signed() -> None:
    """S-08: 1,001 against 500 to 1,000."""
    story = clear()
    story.sign()

    with pytest.raises(RuleRefusedError) as refused:
        story.order(1_001)

    assert {"run-quantity"} == rules_of(refused.value)


def test_overruling_the_bar_by_pressure() -> None:
    """S-53: it is written down, and decides nothing."""
    story = held()
    before = story.blockers()
    story.process.remark(story.stamp("bela"), RemarkKind.PRESSURE, "we ship on Monday")

    assert before == story.blockers()
    assert "rejects-within-ac" in refused_sign_off(story)
