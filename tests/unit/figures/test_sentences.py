"""What is said at the edges: nothing inspected, units left out, no contrast, a lucky zero."""

from dataclasses import replace
from decimal import Decimal
from itertools import chain

import pytest

from signoff_ledger.domain.figures import DecisionSentences
from signoff_ledger.figures import number_format
from signoff_ledger.figures.compute import figures_of
from signoff_ledger.figures.sentences import bar_sentences, decision_sentences, fix_sentences
from signoff_ledger.queries.batch_stats import evaluation
from tests.stories import (
    Story,
    bar,
    clear,
    fixed,
    held,
    identity,
    opened,
    plan,
    story_with_bar,
    unit,
)


def says(story: Story, **changes: object) -> DecisionSentences:
    case = replace(story.case(), **changes)  # type: ignore[arg-type]
    figures = figures_of(case)
    assert figures is not None
    return decision_sentences(case, figures)


def text(words: DecisionSentences) -> str:
    return " ".join(chain(words.rule, words.evidence, words.limits))


def test_no_unit_is_no_evidence() -> None:
    """S-17."""
    words = says(opened())

    assert ("No unit was inspected, so there is no evidence: neither good nor bad.",) == (
        words.evidence
    )
    assert "has not met the bar" in words.rule[0]
    assert "20 units of 20 not inspected" in words.rule[0]


def test_units_not_inspected_are_reported_with_both_extremes() -> None:
    story = opened()
    story.record(*(unit(f"B1-{n}") for n in range(17)))
    story.record(unit("B1-17", without=("glaze",)))

    words = text(says(story))

    assert "3 units of 20 were inspected partly or never." in words
    assert "If all of them were bad, the batch would have 3 rejects and miss the bar" in words
    assert "if all were good, 0" in words
    assert "0 rejects in 17 inspected" in words


def test_a_reject_that_is_half_inspected_is_a_reject() -> None:
    story = opened()
    story.record(unit("B1-1", "lid", without=("glaze",)), unit("B1-2", without=("glaze",)))

    figures = figures_of(story.case())

    assert figures is not None
    assert (1, 1) == (figures.rate.rejects, figures.rate.inspected)
    assert 19 == figures.open_units.units


def test_one_open_unit_may_leave_the_bar_met() -> None:
    story = opened()
    story.record(*(unit(f"B1-{n}") for n in range(19)))

    words = text(says(story))

    assert "1 unit of 20 was inspected partly or never." in words
    assert "would have 1 reject and still be within the bar" in words


def test_no_reject_is_not_no_rejects() -> None:
    words = text(says(clear()))

    assert "No rejects in 20 does not mean no rejects: up to 14 % would still fit" in words
    assert "This is the first batch tried on this process" in words
    assert "agreed on 2 March 2026, before its first result" in words


def test_a_clear_miss_is_said_to_be_shown() -> None:
    words = text(says(held()))

    assert "missed the bar on rejects" in words
    assert "This shows a rate above 5 % (95 %, one-sided)." in words
    assert "it is at least 10 %" in words


def test_a_rate_that_is_met_is_said_to_be_shown() -> None:
    story = story_with_bar(units=60, max_rejects=3)
    story.build(units=60)

    assert "This shows a rate of at most 5 % (95 %, one-sided)." in text(says(story))


def test_a_bar_of_none_has_no_rate_to_show() -> None:
    story = story_with_bar(max_rejects=0)
    story.build()
    figures = figures_of(story.case())

    assert figures is not None
    assert () == figures.needed
    assert "This neither shows nor rules out a rate of 0 %." in says(story).evidence


def test_another_bar_is_one_that_you_did_not_set() -> None:
    words = says(held(), bar_instead=bar(max_rejects=5))

    assert "met the bar on rejects that you did not set" in words.rule[0]


def test_money_is_reported_only_with_a_price() -> None:
    assert "price" not in text(says(held()))
    story = Story()
    story.publish(plan(identity=identity(price={"amount": "149", "currency": "GBP"})))
    story.register(bar())
    story.build("B1", lids=3, pinholes=2)

    assert "GBP 37,250 at the observed rate" in text(says(story))


def test_two_batches_without_contrast_have_nothing_to_compare() -> None:
    story = story_with_bar(repeat_without_change="allow")
    story.build("B1")
    story.build("B2")
    figures = figures_of(story.case())

    assert figures is not None
    assert figures.fix is not None
    assert "nothing to compare (p = 1)" in " ".join(fix_sentences(figures.fix))
    assert figures.fix.power_fisher is None


def test_large_batches_are_compared_by_fisher_alone() -> None:
    story = story_with_bar(units=80, max_rejects=4, repeat_without_change="allow")
    story.build("B1", lids=20, units=80)
    story.build("B2", lids=20, units=80)
    figures = figures_of(story.case())

    assert figures is not None
    assert figures.fix is not None
    assert figures.fix.boschloo is None
    words = " ".join(fix_sentences(figures.fix))
    assert "(Fisher, one-sided p = " in words
    assert "Could this batch have shown it?" in words


def test_a_nonconformity_that_came_back_is_named_as_a_recurrence() -> None:
    """G2: even when the total clears the bar."""
    story = held()
    for mode in ("LID-SEAT", "PINHOLE"):
        story.attribute(mode)
        story.cause(mode)
    story.change("LID-SEAT", "PINHOLE")
    story.build("B2", lids=1)
    words = text(says(story))

    assert "Recurrence: LID-SEAT was declared fixed" in words


def test_a_mode_that_got_worse_does_not_look_like_a_fix() -> None:
    story = held()
    story.change("LID-SEAT")
    story.build("B2", lids=5)

    assert "That is not what a working fix looks like." in text(says(story))


def test_build_times_are_held_against_their_clauses() -> None:
    story = story_with_bar(build_time_each_max_s=390, build_time_median_max_s=360)
    story.build(seconds=420)
    words = text(says(story))

    assert (
        "the bar allows a median of 6 min; the bar allows 6.5 min for every unit, 20 over" in words
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (660, 360, "it was 11 min in batch B1 (-45.5 %), which makes 83.3 hours less"),
        (360, 720, "it was 6 min in batch B1 (+100.0 %), which makes 100.0 hours more"),
    ],
)
def test_a_build_time_is_held_against_the_batch_before(
    before: int, after: int, expected: str
) -> None:
    """S-51: what the change of the median comes to over the largest run."""
    story = story_with_bar(units=7, repeat_without_change="allow")
    story.build("B1", units=7, seconds=before)
    story.build("B2", units=7, seconds=after)

    assert f"{expected} over a run of 1,000" in text(says(story))


def test_a_build_time_that_has_not_changed_is_said_to_be_the_same() -> None:
    """S-51."""
    story = story_with_bar(units=7, repeat_without_change="allow")
    story.build("B1", units=7, seconds=360)
    story.build("B2", units=7, seconds=360)

    assert "; it was the same in batch B1. On build time" in text(says(story))


@pytest.mark.parametrize("timed", [True, False])
def test_a_build_time_is_held_against_the_last_batch_that_was_timed(*, timed: bool) -> None:
    """S-51: an untimed batch in between is passed over; without any, nothing is compared."""
    story = story_with_bar(units=7, repeat_without_change="allow")
    if timed:
        story.build("B1", units=7, seconds=660)
    story.open("B2")
    story.record(*(unit(f"B2-{n}", without=("build",)) for n in range(7)))
    story.close()
    story.build("B3", units=7, seconds=360)

    figures = figures_of(story.case())

    assert figures is not None
    assert figures.build_time is not None
    change = figures.build_time.change
    assert ("B1" if timed else None) == (change.batch if change else None)


def test_without_build_times_nothing_is_said_of_them() -> None:
    story = opened()
    story.record(*(unit(f"B1-{n}", without=("build",)) for n in range(20)))

    assert "Build time" not in text(says(story))


def test_a_bar_is_reported_from_both_sides() -> None:
    story = story_with_bar()
    story.open()
    figures = figures_of(story.case())
    assert figures is not None

    assert (
        "This bar would pass a process with 5 % rejects 74 times in 100, with 10 % rejects 39 "
        "times in 100 and with 25 % rejects 2 times in 100; it would stop a 5 % process 26 times "
        "in 100."
    ) in bar_sentences(figures.bar)


@pytest.mark.parametrize("story", [opened, clear, held, fixed])
def test_every_story_can_be_evaluated(story: object) -> None:
    assert callable(story)
    evaluated = evaluation(story().case())

    assert evaluated is not None
    assert {"rule", "evidence", "limits"} == set(evaluated.data["says"])


def test_the_unit_from_which_the_bar_was_missed_is_named() -> None:
    evaluated = evaluation(held().case())

    assert evaluated is not None
    assert 2 == evaluated.data["missed_from_unit"]
    assert evaluation(story_with_bar().case()) is None


@pytest.mark.parametrize(
    ("said_so", "expected"),
    [
        (number_format.percent(Decimal("0.00126")), "0.1 %"),
        (number_format.percent(Decimal("0.0866")), "8.7 %"),
        (number_format.percent(Decimal("0.2487")), "25 %"),
        (number_format.percent(Decimal(1)), "100 %"),
        (number_format.at_most(Decimal("0.2161")), "22 %"),
        (number_format.at_least(Decimal("0.1049")), "10 %"),
        (number_format.points(Decimal("-0.0318")), "\N{MINUS SIGN}3"),
        (number_format.points(Decimal("0.4225")), "+42"),
        (number_format.points(Decimal("0.001")), "0"),
        (number_format.times_in_100(Decimal("0.0001")), "fewer than 1 time in 100"),
        (number_format.times_in_100(Decimal("0.01")), "1 time in 100"),
        (number_format.times_in_100(Decimal("0.999")), "more than 99 times in 100"),
        (number_format.one_in(Decimal("0.115")), "about 1 time in 9"),
        (number_format.one_in(Decimal(0)), "practically never"),
        (number_format.one_in(Decimal("0.9")), "nearly every time"),
        (number_format.p_value(Decimal("0.0524")), "p = 0.052"),
        (number_format.p_value(Decimal("1E-17")), "p < 0.0001"),
        (number_format.p_value(Decimal(1)), "p = 1"),
        (number_format.about(Decimal("1047.6")), "1,000"),
        (number_format.rounded_up(217), 220),
        (number_format.rounded_up(7), 7),
        (number_format.whole(Decimal("86.57")), "87"),
        (number_format.money(Decimal("37250.00"), "GBP"), "GBP 37,250"),
        (number_format.money(Decimal("37250.50"), "GBP"), "GBP 37,250.50"),
        (number_format.ordinal(3), "third"),
        (number_format.ordinal(11), "11th"),
        (number_format.ordinal(22), "22nd"),
        (number_format.minutes(Decimal("390.5")), "6.51 min"),
        (number_format.counted(1, "unit"), "1 unit"),
    ],
)
def test_a_number_is_written_as_people_read_it(said_so: object, expected: object) -> None:
    assert expected == said_so
