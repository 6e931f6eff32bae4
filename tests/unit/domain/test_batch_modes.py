"""Modes of a batch: found, answered or fixed, and sometimes back again."""

import pytest

from signoff_ledger.domain.batch_modes import BatchMode, is_closed, modes_of
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, CauseKind, Origin
from tests.stories import Story, fixed, held, opened, story_with_bar, unit


def mode_of(story: Story, mode: str, batch: str = "B1") -> BatchMode:
    """Find one mode of a batch of a story."""
    return next(f for f in modes_of(story.case()) if (f.mode, f.batch) == (mode, batch))


def closed(story: Story, mode: str, batch: str = "B1") -> bool:
    """Say whether a mode needs nothing more."""
    return is_closed(mode_of(story, mode, batch), story.case())


def test_a_nonconformity_is_a_mode_of_a_batch_with_the_units_that_show_it() -> None:
    """S-39, S-45."""
    story = held()

    assert [("LID-SEAT", "B1", 3), ("PINHOLE", "B1", 2)] == [
        (f.mode, f.batch, f.units) for f in modes_of(story.case())
    ]


def test_a_case_without_a_batch_has_no_modes() -> None:
    assert () == modes_of(story_with_bar().case())


def test_a_nonconformity_on_a_unit_that_does_not_count_is_none_of_the_process() -> None:
    """S-10."""
    story = opened()
    story.record(unit("U-01", "lid", method=BuildMethod.BENCH))

    assert () == modes_of(story.case())


@pytest.mark.parametrize("kind", [*CauseKind])
def test_a_nonconformity_of_the_deciding_batch_needs_a_statement(kind: CauseKind) -> None:
    """G2, S-07, S-23: a cause, or signed words in its place."""
    story = held()
    before = closed(story, "LID-SEAT")
    story.cause("LID-SEAT", kind=kind)

    assert not before
    assert closed(story, "LID-SEAT")


def test_an_earlier_nonconformity_needs_a_change_that_the_deciding_batch_confirms() -> None:
    """S-27, S-39."""
    story = held()
    story.attribute("LID-SEAT")
    story.cause("LID-SEAT")
    story.change("PINHOLE")
    story.open("B2")

    assert not closed(story, "LID-SEAT")
    assert closed(story, "PINHOLE")


def test_a_change_after_the_deciding_batch_opened_fixes_nothing_in_it() -> None:
    """S-28."""
    story = held()
    story.change("PINHOLE")
    story.open("B2")
    story.change("LID-SEAT")

    assert not closed(story, "LID-SEAT")


@pytest.mark.parametrize(
    ("kind", "enough"),
    [
        (CauseKind.FOUND, False),
        (CauseKind.NOT_FOUND, True),
        (CauseKind.ACCEPTED, True),
        (CauseKind.OUT_OF_SCOPE, True),
    ],
)
def test_an_earlier_nonconformity_may_be_answered_instead(kind: CauseKind, *, enough: bool) -> None:
    """S-07, S-23: a cause alone fixes nothing."""
    story = held()
    story.cause("LID-SEAT", kind=kind)
    story.change("PINHOLE")
    story.open("B2")

    assert enough is closed(story, "LID-SEAT")


def test_a_nonconformity_of_the_measurement_needs_a_cause_and_no_change() -> None:
    """S-16."""
    story = held()
    story.attribute("LID-SEAT", Origin.MEASUREMENT)
    story.change("PINHOLE")
    story.open("B2")
    before = closed(story, "LID-SEAT")
    story.cause("LID-SEAT")

    assert not before
    assert closed(story, "LID-SEAT")


def test_a_nonconformity_that_was_measured_wrongly_on_some_units_only_needs_a_change() -> None:
    """S-16: an attribution of one nonconformity overrides that of its mode."""
    story = held()
    story.attribute("LID-SEAT", Origin.MEASUREMENT)
    story.attribute("LID-SEAT", Origin.TOOLING, B1=2)
    story.cause("LID-SEAT")
    story.change("PINHOLE")
    story.open("B2")

    assert {Origin.MEASUREMENT, Origin.TOOLING} == {
        o.origin for o in mode_of(story, "LID-SEAT").origins if o
    }
    assert not closed(story, "LID-SEAT")


def test_a_nonconformity_without_an_origin_is_not_of_the_measurement() -> None:
    """S-16."""
    story = held()
    story.cause("LID-SEAT")
    story.change("PINHOLE")
    story.open("B2")

    assert frozenset({None}) == mode_of(story, "LID-SEAT").origins
    assert not closed(story, "LID-SEAT")


def test_the_answers_to_a_nonconformity_are_named_by_their_events() -> None:
    """S-46, S-49, S-50."""
    story = fixed()
    process = story.process

    assert (
        process.causes[("B1", "LID-SEAT")].version,
        process.changes[0].version,
    ) == mode_of(story, "LID-SEAT").answers
    assert (process.causes[("B2", "PINHOLE")].version,) == mode_of(story, "PINHOLE", "B2").answers


def test_a_mode_that_was_declared_fixed_and_is_back_is_a_recurrence() -> None:
    """G2."""
    story = fixed()

    assert mode_of(story, "PINHOLE", "B2").is_recurrence
    assert not mode_of(story, "PINHOLE", "B1").is_recurrence


def test_a_new_mode_is_no_recurrence() -> None:
    """G2."""
    story = fixed()
    story.batch.record_nonconformity(story.stamp(), "B2-02", NonconformityReport("OTHER"), None)

    assert not mode_of(story, "OTHER", "B2").is_recurrence
