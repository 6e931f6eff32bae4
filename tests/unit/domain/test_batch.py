"""A batch: what may be recorded on it, when, and what of it counts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from signoff_ledger.domain.batch import CLOCK_GRACE
from signoff_ledger.domain.events.batch import (
    BatchClosed,
    NonconformityRecorded,
    SheetImported,
    UnitDispositioned,
    UnitInspected,
    UnitRetested,
)
from signoff_ledger.domain.unit import NonconformityReport, UnitReport
from signoff_ledger.domain.values import BuildMethod, Disposition, Severity
from signoff_ledger.errors import Advice, InputError, NotFoundError, RuleRefusedError
from tests.stories import Story, bar, clear, opened, plan, rules_of, story_with_bar, unit

Step = Callable[[], object]


def rejects(story: Story) -> tuple[str, ...]:
    """Count the latest batch."""
    return story.batch.tally().rejects


# --- recording ----------------------------------------------------------------------------------


def test_a_unit_is_recorded_with_how_it_was_built_and_who_inspected_it() -> None:
    """S-02, S-15, S-34."""
    story = opened()
    story.record(unit("U-01", cavity="2", station="A", built_by="pat", operator_role="assembler"))

    recorded = story.batch.unit("U-01")

    assert ("2", "A", "pat") == (
        recorded.build.cavity,
        recorded.build.station,
        recorded.build.built_by,
    )
    assert ("ines",) == recorded.inspectors
    assert (2,) == recorded.events


def test_one_event_holds_every_reading_of_a_unit() -> None:
    """S-06: the readings stand in key order, whatever order they came in."""
    story = opened()
    story.record(unit("U-01", readings={"lid": 30, "build": 660}))

    event = story.last()

    assert isinstance(event, UnitInspected)
    assert ["build", "glaze", "heat", "lid"] == [*event.readings]


def test_the_same_results_again_are_recorded_once() -> None:
    """Repeating a command or an import adds nothing."""
    story = opened()

    assert story.record(unit("U-01", "lid"))
    assert not story.record(unit("U-01", "lid"))
    assert 2 == story.batch.version


def test_the_same_nonconformities_again_are_recorded_once() -> None:
    story = opened()
    report = unit("U-01", nonconformities=[NonconformityReport("PINHOLE", "base")])

    assert story.record(report)
    assert not story.record(report)


@pytest.mark.parametrize(
    "again",
    [
        unit("U-01", "lid"),
        unit("U-01", nonconformities=[NonconformityReport("PINHOLE")]),
        unit("U-01", method=BuildMethod.BENCH),
        unit("U-01", without=["build", "glaze", "heat", "lid"], cavity="2"),
        unit(
            "U-01",
            without=["build", "glaze", "heat", "lid"],
            nonconformities=[NonconformityReport("OTHER")],
        ),
    ],
    ids=["reading", "nonconformity", "method", "build", "nonconformity alone"],
)
def test_the_first_result_of_a_unit_counts(again: object) -> None:
    """S-28, G4: another result for the same characteristic is refused, better or worse."""
    story = opened()
    story.record(unit("U-01"))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(again)  # type: ignore[arg-type]

    assert "SL306" == refused.value.code
    assert "first valid result" in refused.value.why


def test_a_reading_that_was_missing_can_follow() -> None:
    """S-06."""
    story = opened()
    story.record(unit("U-01", without=["heat", "build"]))
    story.record(unit("U-01", without=["lid", "glaze", "build"]), by="ivan")

    recorded = story.batch.unit("U-01")

    assert {"lid", "glaze", "heat"} == {*recorded.readings}
    assert ("ines", "ivan") == recorded.inspectors
    assert (2, 3) == recorded.events


def test_a_failing_reading_that_follows_makes_the_unit_a_reject() -> None:
    """S-28."""
    story = opened()
    story.record(unit("U-01", without=["heat"]))
    story.record(unit("U-01", "heat", without=["lid", "glaze", "build"]))

    assert ("U-01",) == rejects(story)


def test_a_unit_on_record_cannot_become_a_replacement() -> None:
    """G5."""
    story = opened(missing_units="replace")
    story.record(unit("U-01", method=BuildMethod.BENCH), unit("U-02", without=["heat"]))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-02", without=["lid", "glaze", "build"], replaces="U-01"))

    assert "SL306" == refused.value.code


def test_the_missing_reading_of_a_replacement_can_follow() -> None:
    """G5."""
    story = opened(missing_units="replace")
    story.record(unit("U-01", method=BuildMethod.BENCH))
    story.record(unit("U-02", without=["heat"], replaces="U-01"))
    story.record(unit("U-02", without=["lid", "glaze", "build"], replaces="U-01"))

    assert 4 == len(story.batch.unit("U-02").readings)


def test_a_reading_that_the_plan_does_not_know_is_refused() -> None:
    """S-06."""
    story = opened()

    with pytest.raises(InputError) as refused:
        story.record(unit("U-01", readings={"weight": 1}))

    assert "SL204" == refused.value.code
    assert "it has lid, glaze, heat, build" == refused.value.why


def test_a_nonconformity_that_the_plan_does_not_know_is_refused() -> None:
    """S-45."""
    story = opened()

    with pytest.raises(InputError) as refused:
        story.record(unit("U-01", nonconformities=[NonconformityReport("BAD-LUCK")]))

    assert "SL204" == refused.value.code
    assert 1 == story.batch.version


@pytest.mark.parametrize(
    ("fails", "stated", "judged"),
    [((), False, "no nonconformity"), (("lid", "glaze"), True, "PINHOLE, LID-SEAT")],
)
def test_a_stated_result_that_the_plan_judges_otherwise_is_refused(
    fails: tuple[str, ...], judged: str, *, stated: bool
) -> None:
    """S-06: no verdict is taken on somebody's word."""
    story = opened()

    with pytest.raises(InputError) as refused:
        story.record(unit("U-01", *fails, stated=stated))

    assert "SL103" == refused.value.code
    assert f"by the plan it has {judged}" == refused.value.why


@pytest.mark.parametrize(("fails", "stated"), [((), True), (("lid",), False)])
def test_a_stated_result_that_the_plan_judges_alike_is_taken(
    fails: tuple[str, ...], *, stated: bool
) -> None:
    story = opened()

    assert story.record(unit("U-01", *fails, stated=stated))


def test_no_more_units_than_the_bar_plans_are_taken() -> None:
    """S-18, G7: choosing the best twenty of thirty is no sample."""
    story = opened(units=2)
    story.record(unit("U-01"), unit("U-02"))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-03"))

    assert ("SL305", Advice("close-batch", batch="B1")) == (
        refused.value.code,
        refused.value.advice,
    )


def test_a_unit_of_no_batch_is_not_found() -> None:
    story = opened()

    with pytest.raises(NotFoundError) as refused:
        story.batch.unit("U-99")

    assert "SL204" == refused.value.code


# --- replacing ----------------------------------------------------------------------------------


def test_a_unit_that_does_not_count_can_be_replaced() -> None:
    """G5: by a unit of the same run, with a reason."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", method=BuildMethod.BENCH), unit("U-02"))

    story.record(unit("U-03", replaces="U-01"))

    count = story.batch.tally()
    assert ("U-02", "U-03") == count.representative
    assert ("BENCH_BUILT", "REPLACED") == count.excluded["U-01"]


def test_a_unit_that_was_never_finished_can_be_replaced() -> None:
    """G5."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", without=["heat"]), unit("U-02"))

    story.record(unit("U-03", replaces="U-01"))

    count = story.batch.tally()
    assert count.is_complete
    assert {"U-01": ("REPLACED",)} == count.excluded


def test_a_replacement_can_itself_be_replaced() -> None:
    """G5."""
    story = opened(units=1, max_rejects=0, missing_units="replace")
    story.record(unit("U-01", without=["heat"]))
    story.record(unit("U-02", without=["heat"], replaces="U-01"))
    story.record(unit("U-03", replaces="U-02"))

    assert ("U-03",) == story.batch.tally().representative


def test_a_full_batch_asks_which_unit_is_replaced() -> None:
    """G5."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", method=BuildMethod.BENCH), unit("U-02"))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-03"))

    assert Advice("name-replaced-unit") == refused.value.advice


def test_a_bar_without_replacement_takes_none() -> None:
    """G5: the default."""
    story = opened(units=2)
    story.record(unit("U-01", method=BuildMethod.BENCH))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-03", replaces="U-01"))

    assert "SL305" == refused.value.code
    assert "its bar was registered with missing_units = reject" == refused.value.why


@pytest.mark.parametrize(
    ("fails", "without", "why"),
    [
        ((), (), "it is complete and counts"),
        (("lid",), (), "it shows a nonconformity, which would go with it"),
        (("lid",), ("heat",), "it shows a nonconformity, which would go with it"),
    ],
)
def test_a_unit_that_counts_cannot_be_replaced(
    fails: tuple[str, ...], without: tuple[str, ...], why: str
) -> None:
    """G5, S-23: a reject left without its last reading does not go away."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", *fails, without=without))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-02", replaces="U-01"))

    assert ("SL305", why) == (refused.value.code, refused.value.why)


def test_a_unit_is_replaced_once() -> None:
    """G5."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", method=BuildMethod.BENCH))
    story.record(unit("U-02", replaces="U-01"))

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-03", replaces="U-01"))

    assert "it was replaced already" == refused.value.why


def test_a_unit_that_is_not_there_cannot_be_replaced() -> None:
    """G5."""
    story = opened(missing_units="replace")

    with pytest.raises(NotFoundError):
        story.record(unit("U-02", replaces="U-01"))


# --- dates --------------------------------------------------------------------------------------


def test_a_result_dated_before_the_bar_is_refused() -> None:
    """S-26, S-37, G10: a bar set after results were seen is no bar."""
    story = opened()
    set_at = story.batch.started.bar_set_at

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-01", observed_at=set_at - timedelta(microseconds=1)))

    assert "SL310" == refused.value.code


def test_a_result_dated_with_the_bar_is_taken() -> None:
    """S-26, G10."""
    story = opened()

    assert story.record(unit("U-01", observed_at=story.batch.started.bar_set_at))


def test_a_result_may_be_dated_by_a_clock_that_is_a_little_ahead() -> None:
    """G10: a claim is kept beside the ledger's clock and decides nothing."""
    story = opened()
    claimed = story.now + timedelta(minutes=1) + CLOCK_GRACE
    story.record(unit("U-01", observed_at=claimed))

    event = story.last()

    assert isinstance(event, UnitInspected)
    assert claimed == event.observed_at
    assert story.now == story.journal[-1].at
    assert ("U-01",) == story.batch.tally().representative


@pytest.mark.parametrize("step", ["first result", "retest", "nonconformity"])
def test_a_result_that_is_yet_to_come_is_refused(step: str) -> None:
    """G10: nobody has seen what has not happened."""
    story = opened()
    story.record(unit("U-01"))
    ahead = story.now + timedelta(minutes=1) + CLOCK_GRACE + timedelta(microseconds=1)
    reported = NonconformityReport("PINHOLE")
    batch, stamp = story.batch, story.stamp("ines")
    steps: dict[str, Step] = {
        "first result": lambda: batch.record_unit(stamp, unit("U-02", observed_at=ahead), []),
        "retest": lambda: batch.record_retest(stamp, unit("U-01", observed_at=ahead)),
        "nonconformity": lambda: batch.record_nonconformity(stamp, "U-01", reported, ahead),
    }

    with pytest.raises(RuleRefusedError) as refused:
        steps[step]()

    assert "SL310" == refused.value.code
    assert "which is yet to come" in refused.value.what


def test_a_nonconformity_dated_before_the_bar_is_refused() -> None:
    """S-37."""
    story = opened()
    story.record(unit("U-01"))
    before = story.batch.started.bar_set_at - timedelta(seconds=1)

    with pytest.raises(RuleRefusedError) as refused:
        story.batch.record_nonconformity(
            story.stamp(), "U-01", NonconformityReport("PINHOLE"), observed_at=before
        )

    assert "SL310" == refused.value.code


# --- the bar ------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [0, 1])
def test_the_bar_may_not_change_once_the_batch_is_open(units: int) -> None:
    """S-18, S-26, G6, G13, G16: not even before the first result."""
    story = opened()
    story.record(*(unit(f"U-{n}", "lid") for n in range(units)))

    with pytest.raises(RuleRefusedError) as refused:
        story.supersede(bar(max_rejects=5))

    assert "SL303" == refused.value.code
    assert {"bar-before-results"} == rules_of(refused.value)
    assert "bar 1 froze when batch B1 was opened" == refused.value.why
    assert (1, 1) == (story.batch.bar.max_rejects, len(story.process.bars))


def test_a_bar_superseded_after_an_empty_batch_is_the_one_of_the_next() -> None:
    """G6, G16, G25: a batch opened under the wrong bar is closed empty and is no attempt."""
    story = opened()
    story.close()
    story.supersede(bar(units=10, max_rejects=0))
    story.open("B2")

    first, second = story.batches["B1"], story.batches["B2"]

    assert (20, 10, 2) == (first.bar.units, second.bar.units, second.started.bar_number)
    assert (1, 1) == (second.started.attempt, story.process.attempts)


def test_a_bar_set_later_moves_the_earliest_date_of_a_result() -> None:
    """S-37."""
    story = opened()
    first_bar_at = story.batch.started.bar_set_at
    story.close()
    story.supersede(bar(max_rejects=0))
    story.open("B2")

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-01", observed_at=first_bar_at))

    assert "SL310" == refused.value.code


# --- beside the count ---------------------------------------------------------------------------


def test_a_retest_is_kept_and_does_not_count() -> None:
    """S-28, G4."""
    story = opened()
    story.record(unit("U-01", "lid"))
    story.batch.record_retest(story.stamp("ivan"), unit("U-01"))
    story.batch.record_retest(story.stamp("ivan"), unit("U-01"))

    event = story.last()

    assert isinstance(event, UnitRetested)
    assert 3 == event.attempt
    assert 2 == story.batch.unit("U-01").retests
    assert ("U-01",) == rejects(story)


def test_a_retest_needs_a_first_result() -> None:
    story = opened()

    with pytest.raises(NotFoundError):
        story.batch.record_retest(story.stamp(), unit("U-01"))


@pytest.mark.parametrize(
    ("first", "again", "what"),
    [
        (unit("U-01", without=("lid",)), unit("U-01"), "no first result of lid yet"),
        (unit("U-01"), unit("U-01", without=("lid", "glaze", "heat", "build")), "nothing to test"),
    ],
    ids=["of one characteristic", "of none"],
)
def test_a_retest_needs_a_first_result_of_what_it_reads(
    first: UnitReport, again: UnitReport, what: str
) -> None:
    """S-28: the first valid result counts, whatever comes after it."""
    story = opened()
    story.record(first)

    with pytest.raises(RuleRefusedError) as refused:
        story.batch.record_retest(story.stamp(), again)

    assert what in refused.value.what


def test_a_retest_reads_what_the_plan_knows() -> None:
    story = opened()
    story.record(unit("U-01"))

    with pytest.raises(InputError):
        story.batch.record_retest(story.stamp(), unit("U-01", readings={"weight": 1}))


@pytest.mark.parametrize("disposition", [*Disposition])
def test_a_disposition_changes_no_count(disposition: Disposition) -> None:
    """G4: rework is a disposition of the unit, never of the count."""
    story = opened()
    story.record(unit("U-01", "lid"))
    story.batch.dispose(story.stamp(), "U-01", disposition, "skimmed by hand")

    assert isinstance(story.last(), UnitDispositioned)
    assert disposition is story.batch.unit("U-01").disposition
    assert ("U-01",) == rejects(story)


def test_a_disposition_needs_a_unit() -> None:
    story = opened()

    with pytest.raises(NotFoundError):
        story.batch.dispose(story.stamp(), "U-01", Disposition.SCRAP, "broken")


def test_a_nonconformity_seen_later_counts() -> None:
    """S-45, S-47."""
    story = opened()
    story.record(unit("U-01", "lid"), unit("U-02"))

    number = story.batch.record_nonconformity(
        story.stamp(), "U-02", NonconformityReport("PINHOLE", "base", "a small one"), None
    )
    event = story.last()

    assert isinstance(event, NonconformityRecorded)
    assert (2, Severity.MINOR) == (number, event.nonconformity.severity)
    assert ("U-01", "U-02") == rejects(story)
    assert (3, 4) == story.batch.unit("U-02").events


def test_a_nonconformity_needs_a_unit() -> None:
    story = opened()

    with pytest.raises(NotFoundError):
        story.batch.record_nonconformity(
            story.stamp(), "U-01", NonconformityReport("PINHOLE"), None
        )


def test_nonconformities_are_numbered_through_the_batch() -> None:
    """S-45."""
    story = opened()
    story.record(unit("U-01", "lid", "glaze"), unit("U-02"), unit("U-03", "heat"))

    assert [1, 2] == [*story.batch.unit("U-01").nonconformities]
    assert [3] == [*story.batch.unit("U-03").nonconformities]


def test_a_sheet_is_kept_by_its_digest() -> None:
    """S-37."""
    story = opened()
    first = story.batch.note_sheet(story.stamp(), "monday.csv", "a" * 64, 20)
    second = story.batch.note_sheet(story.stamp(), "tuesday.csv", "b" * 64, 20)

    event = story.last()

    assert (1, 2) == (first, second)
    assert isinstance(event, SheetImported)
    assert 2 == story.batch.sheets["b" * 64].sheet


# --- closing ------------------------------------------------------------------------------------


def test_a_closed_batch_takes_no_more_units() -> None:
    """S-25."""
    story = clear()

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-99"))

    assert "SL305" == refused.value.code


def test_what_is_missing_in_a_closed_batch_stays_missing() -> None:
    """S-06."""
    story = opened(units=2)
    story.record(unit("U-01", without=["heat"]))
    story.close()

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("U-01", without=["lid", "glaze", "build"]))

    assert "SL305" == refused.value.code


def test_a_batch_is_closed_once() -> None:
    """S-25."""
    story = clear()

    with pytest.raises(RuleRefusedError) as refused:
        story.batch.close(story.stamp(), "again")

    assert "SL305" == refused.value.code


def test_closing_is_noted_with_its_version() -> None:
    story = clear()

    assert not story.batch.is_open
    assert (22, 22) == (story.batch.closed_version, story.batch.version)
    assert BatchClosed(note=None) == story.journal[-2].event


def test_a_unit_of_an_earlier_batch_is_refused() -> None:
    """S-28: a serial belongs to one batch only."""
    story = story_with_bar(units=2)
    story.build(lids=2, units=2)
    story.change("LID-SEAT")
    story.open("B2")

    with pytest.raises(RuleRefusedError) as refused:
        story.record(unit("B1-01"))

    assert ("SL306", "unit B1-01 belongs to batch B1") == (refused.value.code, refused.value.what)


def test_the_plan_of_a_batch_is_frozen() -> None:
    """S-03: the batch holds the plan and the bar it began under, whatever comes later."""
    story = clear()
    started = story.batch.started
    looser = plan(modes=())
    story.publish(looser, reason="no zones any more")

    assert started is story.batch.started
    assert plan() == story.batch.plan
