"""What the gate holds to for every batch, not only for those somebody thought of."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.tally import Tally
from signoff_ledger.domain.values import BuildMethod
from tests.stories import BAD, GOOD, Story, opened, story_with_bar, unit

UNITS = 6

FALSIFIED: list[dict[str, Any]] = [
    {"method": BuildMethod.BENCH},
    {"method": BuildMethod.PRINTED},
    {"method": BuildMethod.ENGINEER_ASSISTED},
    {"operator_role": "engineer"},
    {"tooling": "T-0"},
    {"tooling_revision": "0"},
    {"line": "Line 9"},
    {"site": "Elsewhere"},
    {"fixture": "a pile of books"},
    {"process_revision": 99},
]
"""Each falsifies one predicate of provenance: real tooling, real process, real line."""


@dataclass(frozen=True)
class Made:
    """How one unit came out."""

    fails: tuple[str, ...]
    without: tuple[str, ...]
    seconds: int


MADE = st.builds(
    Made,
    fails=st.lists(st.sampled_from(sorted(BAD)), unique=True, max_size=2).map(tuple),
    without=st.lists(st.sampled_from(sorted(GOOD)), unique=True, max_size=1).map(tuple),
    seconds=st.integers(1, 2_000),
)
BATCHES = st.lists(MADE, min_size=1, max_size=UNITS)


def story_of(
    made: list[Made], *, ac: int = 1, falsify: dict[int, dict[str, Any]] | None = None
) -> Story:
    """Tell of a batch in which the units came out so; some of them made otherwise."""
    story = opened(units=UNITS, max_rejects=ac)
    for number, each in enumerate(made):
        build = (falsify or {}).get(number, {})
        readings = {"build": each.seconds}
        report = unit(f"U-{number}", *each.fails, readings=readings, without=each.without, **build)
        story.record(report)
    story.close()
    return story


def counted(story: Story) -> Tally:
    """Count the batch."""
    return story.batch.tally()


@given(BATCHES, st.data())
@settings(deadline=None)
def test_a_unit_with_any_predicate_falsified_leaves_both_numbers_and_stays_visible(
    made: list[Made], data: st.DataObject
) -> None:
    """S-10."""
    number = data.draw(st.integers(0, len(made) - 1))
    serial = f"U-{number}"
    before = counted(story_of(made))
    story = story_of(made, falsify={number: data.draw(st.sampled_from(FALSIFIED))})

    after = counted(story)

    assert tuple(s for s in before.representative if s != serial) == after.representative
    assert tuple(s for s in before.rejects if s != serial) == after.rejects
    assert [serial] == [*after.excluded]
    assert serial in story.batch.units
    assert serial in story.finding("representative-units").says


@given(BATCHES, st.data())
@settings(deadline=None)
def test_a_unit_that_does_not_count_changes_no_count_however_it_came_out(
    made: list[Made], data: st.DataObject
) -> None:
    """S-10, S-24."""
    number = data.draw(st.integers(0, len(made) - 1))
    falsify = {number: data.draw(st.sampled_from(FALSIFIED))}
    other = [data.draw(MADE) if n == number else each for n, each in enumerate(made)]

    assert counted(story_of(made, falsify=falsify)) == counted(story_of(other, falsify=falsify))


@given(BATCHES, st.integers(0, UNITS - 1), st.data())
@settings(deadline=None)
def test_one_more_reject_never_turns_a_refusal_into_acceptance(
    made: list[Made], ac: int, data: st.DataObject
) -> None:
    """S-33, S-54."""
    number = data.draw(st.integers(0, len(made) - 1))
    worse = [
        replace(each, fails=("glaze", "heat", "lid"), without=()) if n == number else each
        for n, each in enumerate(made)
    ]
    before, after = story_of(made, ac=ac), story_of(worse, ac=ac)

    for rule in ("rejects-within-ac", "no-critical", "single-clauses"):
        assert before.finding(rule).holds or not after.finding(rule).holds


@given(BATCHES, st.integers(0, UNITS - 1))
@settings(deadline=None)
def test_the_number_is_what_it_says_it_is(made: list[Made], ac: int) -> None:
    """S-33: x of n, at most Ac."""
    expected = sum(1 for each in made if set(each.fails) - set(each.without))

    finding = story_of(made, ac=ac).finding("rejects-within-ac")

    assert (expected, len(made)) == (finding.numbers["rejects"], finding.numbers["units"])
    assert (expected <= ac) is finding.holds
    assert finding.says.startswith(f"{expected}/{len(made)} ")


@given(BATCHES, st.permutations(sorted(GOOD)))
@settings(deadline=None)
def test_the_order_in_which_readings_were_taken_leaves_no_trace(
    made: list[Made], order: list[str]
) -> None:
    """The same results give the same lines, and the same verdict."""
    plain, shuffled = opened(units=UNITS), opened(units=UNITS)
    for number, each in enumerate(made):
        report = unit(f"U-{number}", *each.fails, without=each.without)
        readings = {name: report.readings[name] for name in order if name in report.readings}
        plain.record(report)
        shuffled.record(report._replace(readings=readings))

    assert [e.line for e in plain.journal] == [e.line for e in shuffled.journal]
    assert plain.check() == shuffled.check()


@given(BATCHES)
@settings(deadline=None)
def test_judging_twice_gives_the_same_verdict(made: list[Made]) -> None:
    """A decision replays to the same verdict."""
    story = story_of(made)
    case = story.case()

    first = judge(case)

    assert first == judge(case)
    assert first == judge(story.case())
    assert first == judge(story_of(made).case())


@given(BATCHES)
@settings(deadline=None)
def test_a_sign_off_is_allowed_exactly_where_no_rule_stands_against_it(made: list[Made]) -> None:
    """S-20, S-40."""
    verdict = story_of(made).check()

    assert verdict.allows_sign_off is all(finding.holds for finding in verdict.findings)
    assert verdict.allows_sign_off is (not verdict.blockers)


@given(BATCHES)
@settings(deadline=None)
def test_a_batch_with_a_nonconformity_or_a_gap_is_never_signed_without_an_answer(
    made: list[Made],
) -> None:
    """S-06, S-23, S-39."""
    story = story_of(made, ac=UNITS - 1)
    spotless = len(made) == UNITS and not any(each.fails or each.without for each in made)

    assert spotless is story.check().allows_sign_off


@given(
    st.fixed_dictionaries(
        {
            "max_rejects": st.integers(0, UNITS - 1),
            "max_critical": st.integers(0, 9),
            "confirmation_batch": st.sampled_from(["always", "after_change"]),
            "repeat_without_change": st.sampled_from(["allow", "refuse"]),
            "missing_units": st.sampled_from(["reject", "replace"]),
            "build_time_median_max_s": st.none() | st.integers(1, 9_999),
        }
    )
)
@settings(deadline=None)
def test_without_a_batch_no_rule_on_a_batch_holds_under_any_bar(fields: dict[str, Any]) -> None:
    """S-17: no evidence never satisfies a rule."""
    story = story_with_bar(units=UNITS, **fields)

    holding = {finding.rule for finding in story.check().findings if finding.holds}

    assert {"design-approved", "signer-allowed"} == holding
