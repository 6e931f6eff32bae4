"""A batch that missed its bar holds its process by itself (S-42)."""

from signoff_ledger.domain import decision
from signoff_ledger.domain.events.batch import BatchDecided
from signoff_ledger.domain.events.process import (
    ProcessHeld,
)
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.domain.values import BuildMethod, Outcome
from tests.stories import (
    held,
    opened,
    story_with_bar,
    unit,
)


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
    """S-42, S-19: an open nonconformity holds no process by itself."""
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
