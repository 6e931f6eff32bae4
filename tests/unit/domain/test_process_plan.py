"""What a process is judged by: a plan that loosens, a bar that freezes, what changes demand."""

from collections.abc import Callable

import pytest

from signoff_ledger.domain.characteristic import Characteristic
from signoff_ledger.domain.events.process import (
    InspectionPlanCountersigned,
    InspectionPlanPublished,
)
from signoff_ledger.domain.plan import DesignApproval, InspectionPlan, Parameter
from signoff_ledger.domain.plan_difference import Difference
from signoff_ledger.errors import Advice, RuleRefusedError
from tests.stories import (
    DESIGN,
    LID,
    NEW_DESIGN,
    PROVENANCE,
    Story,
    bar,
    clear,
    opened,
    plan,
    rules_of,
    story_with_bar,
)

Step = Callable[[], object]


def with_upper(limit: str) -> InspectionPlan:
    """Make the plan with another upper limit of the lid."""
    lid = Characteristic.model_validate(LID.model_dump() | {"upper": limit})
    return plan(characteristics=(lid, *plan().characteristics[1:]))


def loosened() -> Story:
    """Begin a story whose plan was loosened by one person after a batch saw results."""
    story = clear(repeat_without_change="allow")
    story.publish(with_upper("0.50"), reason="as agreed")
    return story


# --- a plan that loosens ------------------------------------------------------------------------


def test_a_plan_that_follows_results_names_how_it_differs() -> None:
    """G15."""
    event = loosened().last()

    assert isinstance(event, InspectionPlanPublished)
    assert [("lid", Difference.LOOSENED)] == [(d.item, d.difference) for d in event.differences]
    assert event.loosens


@pytest.mark.parametrize("empty", [False, True])
def test_a_plan_before_any_result_is_compared_with_none(*, empty: bool) -> None:
    """G15, G25: an empty batch saw none."""
    story = story_with_bar()
    if empty:
        story.build(units=0)
    story.publish(with_upper("0.50"), reason="as agreed")

    event = story.last()

    assert isinstance(event, InspectionPlanPublished)
    assert ((), False) == (event.differences, event.loosens)


def test_a_plan_of_another_design_is_compared_with_none() -> None:
    """G15: results of this design."""
    story = clear()
    story.publish(with_upper("0.50"), NEW_DESIGN, reason="a new lid")

    assert () == story.process.plans[-1].differences


def test_a_plan_is_compared_with_the_one_that_saw_the_last_results() -> None:
    """G15: going back to where one was is no difference."""
    story = loosened()
    story.publish(plan(), reason="back again")

    assert () == story.process.plans[-1].differences


def test_no_batch_is_opened_under_a_plan_that_one_person_loosened() -> None:
    """G15."""
    story = loosened()

    with pytest.raises(RuleRefusedError) as refused:
        story.open("B2")

    assert ("SL308", "plan 2 of bowl loosens the one that results were judged by") == (
        refused.value.code,
        refused.value.what,
    )
    assert "lid LOOSENED: fit, variable in mm to 2 decimals, from 0.10, to 0.40" in (
        refused.value.why
    )
    assert Advice("countersign-plan", process="bowl") == refused.value.advice


def test_a_plan_that_a_second_person_agreed_to_opens_the_next_batch() -> None:
    """G15."""
    story = loosened()
    story.countersign()
    event = story.last()
    story.open("B2")

    in_force = story.process.plans[-1]

    assert InspectionPlanCountersigned(number=2, plan_sha256=in_force.plan_sha256) == event
    assert ("egon", "anna") == (in_force.by, in_force.countersigned_by)
    assert "B2" == story.process.open_batch


def test_whoever_published_a_plan_is_no_second_person() -> None:
    """G15."""
    story = loosened()

    with pytest.raises(RuleRefusedError) as refused:
        story.countersign(by="egon")

    assert ("SL307", "egon published it") == (refused.value.code, refused.value.why)


def test_a_plan_is_countersigned_once() -> None:
    """G15."""
    story = loosened()
    story.countersign()

    with pytest.raises(RuleRefusedError) as refused:
        story.countersign(by="bela")

    assert ("SL311", "anna has countersigned it") == (refused.value.code, refused.value.why)


@pytest.mark.parametrize("limit", ["0.40", "0.35"])
def test_a_plan_that_loosens_nothing_needs_no_second_person(limit: str) -> None:
    """G15."""
    story = clear(repeat_without_change="allow")
    if limit != "0.40":
        story.publish(with_upper(limit), reason="stricter")

    with pytest.raises(RuleRefusedError) as refused:
        story.countersign()
    story.open("B2")

    assert ("SL311", "it loosens nothing that saw results") == (
        refused.value.code,
        refused.value.why,
    )


# --- the design ---------------------------------------------------------------------------------


def test_the_same_design_under_another_number_lapses_nothing() -> None:
    """G14."""
    story = clear()
    renamed = DESIGN.model_copy(update={"document": "DRW-7 rev C, copy", "reference": "DA-9"})
    story.publish(design=renamed)

    assert [] == story.blockers()
    assert renamed == story.process.design
    assert 2 == len(story.process.documents)


# --- the bar ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["register", "supersede"])
def test_a_bar_that_half_a_process_passes_is_refused(step: str) -> None:
    """G22: four of five, three without a reject, one unit are no bar."""
    story = Story()
    story.publish()
    if step == "supersede":
        story.register()
    no_bar = bar(units=3, max_rejects=0)
    steps: dict[str, Step] = {
        "register": lambda: story.process.register_bar(story.stamp(), no_bar),
        "supersede": lambda: story.process.supersede_bar(story.stamp(), no_bar, "kinder"),
    }

    with pytest.raises(RuleRefusedError) as refused:
        steps[step]()

    assert ("SL314", "at most 0 of 3 is no bar for bowl") == (
        refused.value.code,
        refused.value.what,
    )


@pytest.mark.parametrize("step", ["register", "supersede"])
def test_the_bar_froze_when_the_batch_was_opened(step: str) -> None:
    """G16, G13: also for whoever registers another one as if it were the first."""
    story = opened()
    later = bar(max_rejects=0)
    steps: dict[str, Step] = {
        "register": lambda: story.process.register_bar(story.stamp(), later),
        "supersede": lambda: story.process.supersede_bar(story.stamp(), later, "stricter"),
    }

    with pytest.raises(RuleRefusedError) as refused:
        steps[step]()

    assert ("SL303", "bar 1 froze when batch B1 was opened") == (
        refused.value.code,
        refused.value.why,
    )
    assert {"bar-before-results"} == rules_of(refused.value)
    assert refused.value.attempt is not None
    assert (f"bar {step}", "bar 2 for batch B1") == (
        refused.value.attempt.command,
        refused.value.attempt.subject,
    )


def test_the_bar_of_an_open_batch_registered_again_is_the_same_one() -> None:
    """G16: nothing would change."""
    story = opened()

    assert not story.process.register_bar(story.stamp(), bar())


# --- what changes demand ------------------------------------------------------------------------


def test_what_a_change_demands_stays_demanded_whatever_plan_follows() -> None:
    """G17: until another change says otherwise."""
    story = clear()
    story.change("build", fixture="JIG-1")
    story.change("LID-SEAT", tooling_revision="B")
    later = PROVENANCE.model_copy(update={"fixture": "none at all", "tooling_revision": "C"})
    story.publish(plan(provenance=later), reason="as it is now")
    demanded = story.process.made_on()
    story.change("build", fixture="JIG-2")

    assert ("JIG-1", "B") == (demanded.fixture, demanded.tooling_revision)
    assert ("JIG-2", "B") == (
        story.process.made_on().fixture,
        story.process.made_on().tooling_revision,
    )
    assert {"fixture": "JIG-2", "tooling_revision": "B"} == story.process.demanded


def test_a_setting_that_a_change_turned_stays_required() -> None:
    """G17: whatever its name's case; the last change of it says what."""
    story = clear()
    story.change("PINHOLE", parameter="ramp K/h", old="120", new="60")
    story.change("PINHOLE", parameter="Air", old="dry", new="wet")
    story.change("PINHOLE", parameter="RAMP K/H", old="60", new="50")

    assert (
        Parameter(name="Air", value="wet"),
        Parameter(name="RAMP K/H", value="50"),
    ) == story.process.required_parameters


# --- the same process under two names -----------------------------------------------------------


@pytest.mark.parametrize(
    ("tooling", "design", "shared"),
    [
        ("T-1", DESIGN, (True, True)),
        ("t 1", DESIGN.model_copy(update={"sha256": "e" * 64}), (True, True)),
        ("T-2", DESIGN.model_copy(update={"document": "another"}), (False, True)),
        ("T-1", NEW_DESIGN, (True, False)),
        ("T-2", NEW_DESIGN, (False, False)),
    ],
)
def test_processes_share_tooling_and_design_by_name_document_or_digest(
    tooling: str, design: DesignApproval, shared: tuple[bool, bool]
) -> None:
    """G21: whatever the process is called."""
    story, other = story_with_bar(), Story()
    provenance = PROVENANCE.model_copy(update={"tooling": tooling})
    other.publish(plan(provenance=provenance), design)

    assert shared == (
        story.process.shares_tooling(other.process),
        story.process.shares_design(other.process),
    )


def test_tooling_and_design_of_an_earlier_plan_are_still_shared() -> None:
    """G21: ever."""
    story, other = story_with_bar(), story_with_bar()
    moved = PROVENANCE.model_copy(update={"tooling": "T-9"})
    other.publish(plan(provenance=moved), NEW_DESIGN, reason="moved")

    assert story.process.shares_tooling(other.process)
    assert story.process.shares_design(other.process)
