"""What a batch adds up to: spellings, builders, times, and the batch without hindsight."""

from copy import deepcopy
from datetime import timedelta

import pytest

from signoff_ledger.domain.events.batch import BuilderIdentified, Nonconformity, UnitInspected
from signoff_ledger.domain.unit import NonconformityReport, Unit
from signoff_ledger.domain.values import BuildMethod, Disposition, Role, Severity
from signoff_ledger.errors import Advice, InputError, RuleRefusedError
from tests.stories import Story, bar, clear, opened, plan, story_with_bar, unit

# --- serials that look alike --------------------------------------------------------------------


@pytest.mark.parametrize("serial", ["u-1", "U-01", "U1", "\uff35-1"], ids=ascii)
def test_a_serial_that_looks_like_another_of_the_batch_is_refused(serial: str) -> None:
    """G21: a person says that it is another unit, or writes the one it is."""
    story = opened()
    story.record(unit("U-1"))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit(serial))

    assert ("SL313", f"unit {serial} looks like unit U-1 of batch B1") == (
        refused.value.code,
        refused.value.what,
    )
    assert Advice("tell-serials-apart", serial="U-1") == refused.value.advice


def test_a_serial_that_looks_like_one_of_an_earlier_batch_is_refused() -> None:
    """G21, S-28."""
    story = story_with_bar(units=2, repeat_without_change="allow")
    story.build(units=2)
    story.open("B2")

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("b1-1"))

    assert "unit b1-1 looks like unit B1-01 of batch B1" == refused.value.what


def test_a_unit_that_is_said_to_be_another_is_recorded_with_what_it_looks_like() -> None:
    """G21: and with nothing else of what was said."""
    story = opened()
    story.record(unit("U-1"))
    story.record(unit("U-01")._replace(distinct_from=("U-1", "V-9")))

    event = story.last()

    assert isinstance(event, UnitInspected)
    assert ("U-1",) == event.distinct_from
    assert ("U-1",) == story.batch.unit("U-01").distinct_from


def test_every_unit_that_a_serial_looks_like_is_to_be_named() -> None:
    """G21."""
    story = opened()
    story.record(unit("U-1"), unit("u1")._replace(distinct_from=("U-1",)))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-01")._replace(distinct_from=("U-1",)))

    assert "looks like unit u1 of batch B1" in refused.value.what


def test_a_unit_does_not_look_like_itself() -> None:
    """G21: a reading that was missing can follow."""
    story = opened()
    story.record(unit("U-1", without=["heat"]))
    story.record(unit("U-1", without=["lid", "glaze", "build"]))

    assert [] == list(story.batch.resembling("U-1"))
    assert ["U-1"] == list(story.batch.resembling("u-01"))


def test_the_gate_does_not_rely_on_the_guard_at_the_door() -> None:
    """G21, S-28: a serial that looks like one of an earlier batch is not fresh, however it came."""
    story = story_with_bar(units=2, repeat_without_change="allow")
    story.build(units=2)
    story.open("B2")
    for serial in ("b1-1", "B2-2"):
        story.batch.record_unit(story.stamp("ines"), unit(serial), [])
    story.close()

    finding = story.finding("fresh-units")

    assert ["fresh-units"] == story.blockers()
    assert "1/2 unit(s) were in an earlier batch: b1-1 (B1-01 of B1)" in finding.says


def test_a_unit_that_was_said_to_be_another_is_fresh() -> None:
    """G21."""
    story = story_with_bar(units=2, repeat_without_change="allow")
    story.build(units=2)
    story.open("B2")
    story.record(unit("b1-1")._replace(distinct_from=("B1-01",)), unit("B2-2"))
    story.close()

    assert story.finding("fresh-units").holds


# --- the first report of a unit stays ------------------------------------------------------------


def test_how_a_serial_was_typed_is_kept_from_the_first_time() -> None:
    """G21."""
    story = opened()
    story.record(unit("U-1", without=["heat"])._replace(typed=" U-1", gauges={"lid": "G-1"}))
    again = unit("U-1", without=["lid", "glaze", "build"])
    story.record(again._replace(typed="U-1 ", gauges={"heat": "G-2"}))

    recorded = story.batch.unit("U-1")

    assert " U-1" == recorded.typed
    assert {"lid": "G-1", "heat": "G-2"} == recorded.gauges


def test_a_builder_whom_the_ledger_knows_is_kept_from_the_first_time() -> None:
    """G23."""
    story = opened()
    story.record(unit("U-1", without=["heat"])._replace(builder_enrolled_as=Role.ENGINEER))
    story.record(unit("U-1", without=["lid", "glaze", "build"]))

    assert {"U-1": ("ENGINEER_ASSISTED",)} == story.batch.tally().excluded


def test_a_builder_who_is_known_only_later_built_no_unit_that_counts() -> None:
    """G23: enrolled after the units were recorded, and an engineer all the same."""
    story = opened()
    story.record(unit("U-1", built_by="pat"), unit("U-2", built_by="ann"), unit("U-3"))
    unknown = story.batch.unknown_builders
    identified = BuilderIdentified(built_by="pat", enrolled_as=Role.ENGINEER)
    story.batch.emit(story.stamp("anna"), identified)

    assert ("pat", "ann") == unknown
    assert ("ann",) == story.batch.unknown_builders
    assert {"U-1": ("ENGINEER_ASSISTED",)} == story.batch.tally().excluded
    assert (2, 5) == story.batch.unit("U-1").events


# --- times on a unit's own record ---------------------------------------------------------------


def test_a_unit_that_was_seen_before_the_batch_was_opened_does_not_count() -> None:
    """G18."""
    story = story_with_bar()
    before = story.now
    story.open()
    opened_at = story.batch.opened_at
    story.record(unit("U-1", observed_at=before), unit("U-2", observed_at=opened_at))

    assert {"U-1": ("BUILT_BEFORE",)} == story.batch.tally().excluded


@pytest.mark.parametrize("step", ["retest", "missing reading"])
def test_any_time_on_its_own_record_makes_a_unit_older(step: str) -> None:
    """G18: in every intake."""
    story = story_with_bar()
    before = story.now
    story.open()
    story.record(unit("U-1", without=["heat"]))
    if step == "retest":
        again = unit("U-1", without=["heat"], observed_at=before)
        story.batch.record_retest(story.stamp("ines"), again)
    else:
        story.record(unit("U-1", without=["lid", "glaze", "build"], observed_at=before))

    assert {"U-1": ("BUILT_BEFORE",)} == story.batch.tally().excluded


def test_no_later_claim_makes_a_reject_older() -> None:
    """G18, S-23: it would leave the count by a word."""
    story = story_with_bar()
    before = story.now
    story.open()
    story.record(unit("U-1", "lid"))
    story.batch.record_retest(story.stamp("ines"), unit("U-1", observed_at=before))

    assert ("U-1",) == story.batch.tally().rejects


def test_the_earliest_claim_is_kept_while_nothing_is_found() -> None:
    """G18."""
    start = opened().now
    line = unit("U-1").build
    found = {1: Nonconformity(mode="X", number=1, severity=Severity.MINOR)}
    clean = Unit(serial="U-1", build=line, readings={}, observed_at=start)
    earlier, later = start - timedelta(hours=1), start + timedelta(hours=1)

    assert earlier == clean.seen_at(earlier)
    assert start == clean.seen_at(later) == clean.seen_at(None)
    assert earlier == clean._replace(observed_at=None).seen_at(earlier)
    assert clean._replace(observed_at=None).seen_at(None) is None
    assert start == clean._replace(nonconformities=found).seen_at(earlier)


# --- retests (G27) ------------------------------------------------------------------------------


def test_a_unit_whose_retest_fails_is_counted_and_not_handed_over() -> None:
    """G27."""
    story = opened(units=2)
    story.record(unit("U-1"), unit("U-2"))
    story.batch.record_retest(story.stamp("ines"), unit("U-1", "lid", "heat"))
    story.batch.record_retest(story.stamp("ines"), unit("U-1", "lid"))

    count = story.batch.tally()

    assert (("U-1", "U-2"), ()) == (count.representative, count.rejects)
    assert (("U-1", "U-2"), ("U-2",)) == (count.conforming, count.releasable)
    assert ("heat", "lid") == tuple(sorted(story.batch.unit("U-1").failed_retests))


def test_a_retest_that_reports_a_nonconformity_beside_its_readings_is_refused() -> None:
    """S-23, G27: it would be lost."""
    story = opened()
    story.record(unit("U-1"))
    shown = unit("U-1", "lid", nonconformities=[NonconformityReport("LID-SEAT")])
    story.batch.record_retest(story.stamp("ines"), shown)

    with pytest.raises(InputError) as refused:
        story.batch.record_retest(
            story.stamp("ines"), unit("U-1", nonconformities=[NonconformityReport("PINHOLE")])
        )

    assert ("SL109", "a retest of unit U-1 reports PINHOLE") == (
        refused.value.code,
        refused.value.what,
    )
    assert 1 == story.batch.unit("U-1").retests


@pytest.mark.parametrize("disposition", [*Disposition])
def test_a_unit_that_goes_elsewhere_is_not_handed_over(disposition: Disposition) -> None:
    """S-31, G4, G27: it stays in the count."""
    story = opened()
    story.record(unit("U-1"))
    story.batch.dispose(story.stamp(), "U-1", disposition, "dropped")

    count = story.batch.tally()

    assert ("U-1",) == count.conforming
    assert (("U-1",) if disposition is Disposition.USE_AS_IS else ()) == count.releasable


# --- counting -----------------------------------------------------------------------------------


def test_a_batch_is_counted_once_for_each_of_its_versions() -> None:
    story = opened()
    story.record(unit("U-1"))
    first, again = story.batch.tally(), story.batch.tally()
    other = story.batch.tally(bar(units=7))
    story.record(unit("U-2"))

    assert first is again
    assert (20, 7) == (first.planned, other.planned)
    assert ("U-1", "U-2") == story.batch.tally().representative


def test_copies_of_a_batch_are_counted_once_and_each_by_its_own_events() -> None:
    story = opened()
    story.record(unit("U-1"))
    counted = deepcopy(story.batch).tally()
    one, other = deepcopy(story), deepcopy(story)
    one.record(unit("U-2"))
    other.record(unit("U-3"))

    assert counted is story.batch.tally()
    assert ("U-1", "U-2") == one.batch.tally().representative
    assert ("U-1", "U-3") == other.batch.tally().representative
    assert ("U-1",) == story.batch.tally().representative


def test_a_batch_is_empty_only_once_it_is_closed_without_a_unit() -> None:
    """G25."""
    story = opened()
    before = story.batch.is_empty
    story.close()

    assert (False, True, False) == (before, story.batch.is_empty, clear().batch.is_empty)


def test_the_tooling_of_a_run_is_what_the_opening_said_or_what_is_required() -> None:
    """S-10, G17."""
    said = story_with_bar()
    said.open(tooling="T-2")

    assert ("T-2", "T-1") == (said.batch.run_tooling, opened().batch.run_tooling)


# --- without hindsight (G20) --------------------------------------------------------------------


def touched() -> Story:
    """Begin a story with a corrected reject and a replaced unit."""
    story = opened(units=4, missing_units="replace")
    story.record(unit("U-1", "lid"), unit("U-2", method=BuildMethod.BENCH), unit("U-3"))
    story.confirm(story.correct("U-1", "lid", "0.30", remeasured="with another gauge"))
    story.record(unit("U-4", replaces="U-2"))
    return story


def test_a_batch_is_looked_at_as_if_nobody_had_touched_it_afterwards() -> None:
    """G20."""
    batch = touched().batch
    before = batch.tally()
    bare = batch.without_hindsight().tally()

    assert (("U-1", "U-3", "U-4"), ()) == (before.representative, before.rejects)
    assert (("U-1", "U-3"), ("U-1",)) == (bare.representative, bare.rejects)
    assert {"U-2": ("BENCH_BUILT",)} == bare.excluded
    assert before == batch.tally()


@pytest.mark.parametrize(
    ("serials", "counting", "rejects"),
    [
        (set(), ("U-1", "U-3", "U-4"), ()),
        ({"U-1"}, ("U-1", "U-3", "U-4"), ("U-1",)),
        ({"U-4"}, ("U-1", "U-3"), ()),
    ],
)
def test_hindsight_is_left_out_of_single_units(
    serials: set[str], counting: tuple[str, ...], rejects: tuple[str, ...]
) -> None:
    """G20."""
    count = touched().batch.without_hindsight(serials).tally()

    assert (counting, rejects) == (count.representative, count.rejects)


def test_what_came_after_a_correction_stays_without_it() -> None:
    """G20: a nonconformity that was seen later is no hindsight of the correction."""
    story = opened()
    story.record(unit("U-1", "lid"))
    story.confirm(story.correct("U-1", "lid", "0.30", remeasured="again"))
    story.batch.record_nonconformity(story.stamp(), "U-1", NonconformityReport("PINHOLE"), None)

    bare = story.batch.without_hindsight().unit("U-1")

    assert ["LID-SEAT", "PINHOLE"] == [n.mode for n in bare.nonconformities.values()]


def test_a_unit_in_place_of_one_without_a_result_is_no_hindsight() -> None:
    """G20, G5: nobody knew what it would have been."""
    story = opened(units=1, max_rejects=0, missing_units="replace")
    story.record(unit("U-1", without=["lid", "glaze", "heat", "build"]))
    story.record(unit("U-2", replaces="U-1"))

    batch = story.batch

    assert not batch.unit("U-2").replaced_knowingly
    assert batch.tally() == batch.without_hindsight().tally()
    assert plan() == batch.without_hindsight().plan
