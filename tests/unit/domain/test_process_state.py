"""The state that the events of a process add up to."""

from signoff_ledger.domain.events.process import ProductionOrderCommitted
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.process_state import LONGEST_GAP
from signoff_ledger.domain.values import Origin, Outcome
from tests.stories import fixed, held, opened, plan, signed, story_with_bar, unit


def test_a_process_begins_with_nothing() -> None:
    """S-17."""
    process = Process("bowl")

    assert (None, None, None, None) == (
        process.plan,
        process.bar,
        process.open_batch,
        process.latest_batch,
    )
    assert (Standing.NOT_DECIDED, 1, []) == (
        process.standing,
        process.revision,
        process.design_questions,
    )
    assert not process.exists


def test_the_last_plan_and_bar_are_in_force() -> None:
    """G6."""
    story = story_with_bar()

    assert plan() == story.process.plan
    assert story.process.bars[-1] is story.process.bar


def test_a_batch_is_open_until_it_is_finished() -> None:
    """S-25."""
    story = opened()
    story.record(unit("U-01"))
    before = story.process.open_batch
    story.close()

    assert ("B1", None, "B1") == (before, story.process.open_batch, story.process.latest_batch)


def test_a_batch_that_was_closed_empty_is_not_the_latest() -> None:
    """G25."""
    story = opened()
    before = story.process.latest_batch, story.process.attempts
    story.close()

    assert ("B1", 1) == before
    assert (None, 0) == (story.process.latest_batch, story.process.attempts)


def test_an_attribution_of_one_nonconformity_overrides_that_of_its_mode() -> None:
    """S-16."""
    story = held()
    story.attribute("LID-SEAT", Origin.PROCESS)
    story.attribute("LID-SEAT", Origin.MATERIAL, B1=2)
    process = story.process

    single, others = process.origin_of("B1", "LID-SEAT", 2), process.origin_of("B1", "LID-SEAT", 1)

    assert single is not None
    assert others is not None
    assert (Origin.MATERIAL, Origin.PROCESS) == (single.origin, others.origin)
    assert process.origin_of("B1", "PINHOLE", 4) is None


def test_every_decision_is_kept_in_order() -> None:
    """S-19, S-53, S-57: from the hold to the sign-off it was a week."""
    story = fixed()
    story.sign()
    first, second = story.process.decisions

    assert [(Outcome.HELD, "B1", "ines"), (Outcome.SIGNED_OFF, "B2", "anna")] == [
        (d.outcome, d.batch, d.by) for d in (first, second)
    ]
    assert 7 == (second.at - first.at).days


def test_orders_are_added_up_under_their_sign_off() -> None:
    """S-55, S-08."""
    story = signed()
    story.order(500)
    story.order(500)
    process = story.process

    assert (1_000, story.now + LONGEST_GAP) == (process.ordered, process.lapses_at)


def test_an_order_under_no_sign_off_adds_to_none() -> None:
    """S-55: whoever wrote it past the gate."""
    story = story_with_bar()
    planted = ProductionOrderCommitted(quantity=500, reference="PO-1", sign_off=1)
    story.process.emit(story.stamp(), planted)

    assert story.process.sign_off is None
    assert 0 == story.process.ordered
    assert story.process.orders["po-1"].batch is None


def test_an_unsupported_sign_off_says_which_rules_no_longer_hold() -> None:
    """G11."""
    story = signed(max_rejects=0)
    story.correct("B1-01", "lid", "0.55")
    story.confirm()

    assert Standing.UNSUPPORTED is story.process.standing
    assert "rejects-within-ac" in story.process.standing_why
