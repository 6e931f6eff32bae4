"""Figures are kept with a decision: the same again but for a last digit, and no rule's business."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
from signoff_ledger.domain.figures import NOTHING_SHOWN, Figures
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.figures.compute import figures_of
from signoff_ledger.figures.exhibit import show
from signoff_ledger.replay.replay import _figures_same
from tests.stories import Story, bar, clear, fixed, held, story_with_bar


def figures(story: Story) -> Figures:
    made = figures_of(story.case())
    assert made is not None
    return made


def test_figures_agree_with_themselves_after_a_journey_through_json() -> None:
    made = figures(fixed())

    assert made.agrees_with(Figures.model_validate_json(made.model_dump_json()))


def test_the_last_digit_may_differ_on_another_machine_and_no_other() -> None:
    made = figures(fixed())
    rate = made.rate
    assert rate.upper is not None

    def with_upper(upper: Decimal) -> Figures:
        return made.model_copy(update={"rate": rate.model_copy(update={"upper": upper})})

    assert made.agrees_with(with_upper(rate.upper + Decimal("0.000001")))
    assert not made.agrees_with(with_upper(rate.upper + Decimal("0.001")))


def test_a_count_must_be_the_same() -> None:
    made = figures(fixed())
    other = made.model_copy(update={"rate": made.rate.model_copy(update={"rejects": 2})})

    assert not made.agrees_with(other)
    assert not made.agrees_with(made.model_copy(update={"needed": ()}))
    assert not made.agrees_with(made.model_copy(update={"fix": None}))


def test_a_decision_keeps_what_was_shown() -> None:
    story = clear()
    shown = show(story.case())
    decision.sign_off(
        story.stamp("anna"),
        story.case(),
        story.people["anna"],
        reviewed=story.reviewed,
        shown=shown,
    )
    signed = next(e.event for e in story.journal if isinstance(e.event, ProcessSignedOff))

    assert shown.figures == signed.figures
    assert shown.says == signed.says


def test_a_decision_without_a_batch_shows_nothing() -> None:
    story = story_with_bar()

    assert NOTHING_SHOWN == show(story.case())
    story.hold()
    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))
    assert event.figures is None


def test_what_the_bar_holds_by_itself_shows_its_figures() -> None:
    story = story_with_bar()
    story.build("B1", lids=3)
    decision.hold_if_missed(story.stamp("ines"), story.case(), reviewed=story.reviewed, show=show)
    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))

    assert event.figures is not None
    assert 3 == event.figures.rate.rejects


def test_no_figure_changes_a_verdict() -> None:
    """Statistics never decide: the same case has the same verdict, whatever is shown beside it."""
    story = held()

    before = judge(story.case())
    show(story.case())
    assert before == judge(story.case())


def test_a_case_under_another_bar_cannot_be_decided() -> None:
    story = clear()
    case = replace(story.case(), bar_instead=bar(max_rejects=5))
    arguments = (story.stamp("anna"), case, story.people["anna"])

    with pytest.raises(ValueError, match="cannot be decided"):
        decision.sign_off(*arguments, reviewed=story.reviewed)
    with pytest.raises(ValueError, match="cannot be decided"):
        decision.hold(*arguments, reviewed=story.reviewed, reason="what if")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("nothing", True),
        ("no sentence", True),
        ("no figure", False),
        ("a rosier sentence", True),
        ("a rosier figure", False),
        ("another edition", False),
    ],
)
def test_the_figures_that_a_decision_showed_are_made_again(change: str, *, same: bool) -> None:
    """The sentences are what was shown then, and compared with nothing."""
    story = clear()
    shown = show(story.case())
    assert shown.figures is not None
    assert shown.says is not None
    decision.hold(
        story.stamp("anna"),
        story.case(),
        story.people["anna"],
        reviewed=story.reviewed,
        reason="look again",
        shown=shown,
    )
    event = next(e.event for e in story.journal if isinstance(e.event, ProcessHeld))
    changes: dict[str, dict[str, Any]] = {
        "nothing": {},
        "no sentence": {"says": None},
        "no figure": {"figures": None},
        "a rosier sentence": {"says": shown.says.model_copy(update={"evidence": ("All good.",)})},
        "a rosier figure": {"figures": shown.figures.model_copy(update={"needed": ()})},
        "another edition": {"figures": shown.figures.model_copy(update={"edition": "0"})},
    }
    told_so = event.model_copy(update=changes[change])

    assert same is _figures_same(story.case(), told_so)
