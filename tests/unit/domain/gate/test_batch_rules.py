"""The rules on a batch: each with its numbers, its limits met and missed by one."""

from typing import Any

import pytest

from signoff_ledger.domain.gate.rule import NO_BATCH
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Severity
from signoff_ledger.domain.verdict import SETTLING_LIMIT, EventRef
from tests.stories import BUILD, Story, clear, fixed, held, opened, plan, story_with_bar, unit


def small(*reports: Any, **bar_changes: Any) -> Story:
    """Begin a story whose batch has these units and is closed."""
    story = opened(**({"max_rejects": 0, "units": max(len(reports), 1)} | bar_changes))
    story.record(*reports)
    story.close()
    return story


def timed(*seconds: int, **bar_changes: Any) -> Story:
    """Begin a story whose units took so long."""
    units = (unit(f"U-{n}", readings={"build": s}) for n, s in enumerate(seconds))
    return small(*units, **bar_changes)


# --- closed -------------------------------------------------------------------------------------


def test_an_open_batch_decides_nothing() -> None:
    """S-25."""
    story = opened()

    finding = story.finding("batch-closed")

    assert not finding.holds
    assert "batch B1 is still open; close it to decide" == finding.says


def test_a_closed_batch_names_its_closing() -> None:
    """S-25."""
    finding = clear().finding("batch-closed")

    assert finding.holds
    assert {"units": 20} == finding.numbers
    assert (EventRef(stream="batch B1", version=22),) == finding.settled_by


# --- enough units -------------------------------------------------------------------------------


def test_twenty_of_twenty_are_enough() -> None:
    """S-18."""
    finding = clear().finding("representative-units")

    assert finding.holds
    assert {"filled": 20, "incomplete": 0, "planned": 20, "units": 20} == finding.numbers
    assert "20/20 planned units count" == finding.says


def test_nineteen_of_twenty_are_not() -> None:
    """S-05, S-18, G5: missing_units: reject."""
    story = opened()
    story.record(*(unit(f"U-{n}") for n in range(19)))
    story.record(unit("U-19", "lid", method=BuildMethod.PRINTED))
    story.close()

    finding = story.finding("representative-units")

    assert not finding.holds
    assert {"PRINTED_3D": 1} == finding.counts
    assert (
        "19/20 planned units count; U-19 does not: PRINTED_3D (3D-printed, not off the production "
        "tooling)"
    ) == finding.says
    assert (EventRef(stream="batch B1", version=21),) == finding.settled_by


def test_a_blank_is_not_a_pass() -> None:
    """S-06."""
    story = small(unit("U-1", without=["heat"]), unit("U-2"))

    finding = story.finding("representative-units")

    assert not finding.holds
    assert 1 == finding.numbers["incomplete"]
    assert "1/2 of them lack readings (U-1: heat); a blank is not a pass" in finding.says


def test_a_long_list_of_excluded_units_is_cut_and_its_numbers_are_not() -> None:
    """S-10, S-33."""
    story = opened(units=30)
    story.record(*(unit(f"U-{n}", method=BuildMethod.BENCH) for n in range(30)))

    finding = story.finding("representative-units")

    assert SETTLING_LIMIT == finding.says.count("BENCH_BUILT") == len(finding.settled_by)
    assert {"BENCH_BUILT": 30} == finding.counts


def test_a_replaced_unit_is_named_as_replaced() -> None:
    """G5."""
    story = small(
        unit("U-1", method=BuildMethod.BENCH),
        unit("U-2", replaces="U-1"),
        units=1,
        missing_units="replace",
    )

    finding = story.finding("representative-units")

    assert finding.holds
    assert {"BENCH_BUILT": 1, "REPLACED": 1} == finding.counts


# --- the number ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("rejects", "holds"), [(0, True), (1, True), (2, False), (5, False)])
def test_the_acceptance_number_is_inclusive(rejects: int, *, holds: bool) -> None:
    """S-54: Ac = 1, Re = 2."""
    story = story_with_bar()
    story.build(lids=rejects)

    finding = story.finding("rejects-within-ac")

    assert holds is finding.holds
    assert {
        "ac": 1,
        "nonconforming": rejects,
        "nonconformities": rejects,
        "planned": 20,
        "re": 2,
        "rejects": rejects,
        "units": 20,
    } == finding.numbers


def test_the_number_is_never_a_percentage_alone() -> None:
    """S-33."""
    finding = held().finding("rejects-within-ac")

    assert (
        "5/20 nonconforming (LID-SEAT 3, PINHOLE 2); the bar accepts at most 1 of 20"
        == finding.says
    )
    assert {"LID-SEAT": 3, "PINHOLE": 2} == finding.counts
    assert [2, 3, 4, 5, 6] == [ref.version for ref in finding.settled_by]


def test_no_unit_is_no_evidence_and_not_no_rejects() -> None:
    """S-17."""
    story = small(unit("U-1", method=BuildMethod.BENCH))

    finding = story.finding("rejects-within-ac")

    assert not finding.holds
    assert "0/0: no unit counts, so there is no evidence; that is not 0 rejects" == finding.says
    assert {"ac": 0, "rejects": 0, "units": 0} == finding.numbers


def test_an_excluded_reject_is_in_neither_number() -> None:
    """S-10."""
    story = small(unit("U-1", "lid", method=BuildMethod.BENCH), unit("U-2"), units=2)

    numbers = story.finding("rejects-within-ac").numbers

    assert (0, 1) == (numbers["rejects"], numbers["units"])


# --- critical -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "found", "holds"), [(0, 0, True), (0, 1, False), (1, 1, True), (1, 2, False)]
)
def test_critical_nonconformities_have_their_own_limit(
    allowed: int, found: int, *, holds: bool
) -> None:
    """G8: none unless the bar says so."""
    reports = [unit(f"U-{n}", *(["heat"] if n < found else [])) for n in range(4)]
    story = small(*reports, max_rejects=3, max_critical=allowed)

    finding = story.finding("no-critical")

    assert holds is finding.holds
    assert {"critical": found, "max": allowed, "units": 4} == finding.numbers
    assert story.finding("rejects-within-ac").holds


def test_a_zone_can_make_a_flaw_critical() -> None:
    """S-47, G8."""
    story = small(
        unit("U-1", nonconformities=[NonconformityReport("PINHOLE", "rim")]),
        unit("U-2"),
        max_rejects=1,
    )

    assert not story.finding("no-critical").holds


def test_no_unit_is_no_proof_of_no_critical_nonconformity() -> None:
    """S-17."""
    assert not small(unit("U-1", method=BuildMethod.BENCH)).finding("no-critical").holds


# --- build time ---------------------------------------------------------------------------------


def test_without_a_clause_the_build_time_is_reported_and_not_judged() -> None:
    """S-38, G3, S-51."""
    finding = fixed().finding("build-time")

    assert finding.holds
    assert (
        "median 6 min, longest 6 min on 20/20 unit(s); 1.50 times the reference of 4 min; "
        "no limit was registered, so it is reported and not judged"
    ) == finding.says


def test_eleven_minutes_are_set_beside_the_benchs_four() -> None:
    """S-15, S-48: 2.75 times, and never one average."""
    numbers = held().finding("build-time").numbers

    assert {
        "longest_s": 660,
        "median_s": 660,
        "ratio_hundredths": 275,
        "reference_s": 240,
        "timed": 20,
        "units": 20,
    } == numbers


@pytest.mark.parametrize(
    ("clause", "seconds", "holds"),
    [
        ({"build_time_median_max_s": 660}, (660, 660), True),
        ({"build_time_median_max_s": 660}, (659, 661), True),
        ({"build_time_median_max_s": 660}, (660, 661), False),
        ({"build_time_median_max_s": 660}, (1, 661, 662), False),
        ({"build_time_median_max_s": 660}, (1, 660, 9_999), True),
        ({"build_time_each_max_s": 660}, (1, 660), True),
        ({"build_time_each_max_s": 660}, (1, 661), False),
        ({"build_time_median_max_s": 660, "build_time_each_max_s": 700}, (600, 700), True),
        ({"build_time_median_max_s": 660, "build_time_each_max_s": 699}, (600, 700), False),
    ],
)
def test_a_build_time_clause_is_inclusive(
    clause: dict[str, int], seconds: tuple[int, ...], *, holds: bool
) -> None:
    """S-38, G8: a median half a second above the limit is above it."""
    assert holds is timed(*seconds, **clause).finding("build-time").holds


def test_a_build_time_clause_is_named_with_its_limit() -> None:
    """S-38."""
    clauses = {"build_time_median_max_s": 60, "build_time_each_max_s": 61}

    finding = timed(59, 62, **clauses).finding("build-time")

    assert (
        "median 1 min 1 s, longest 1 min 2 s on 2/2 unit(s); 0.25 times the reference of 4 min; "
        "the bar accepts a median of at most 1 min; the bar accepts a longest of at most 1 min 1 s"
    ) == finding.says
    assert (60, 61) == (finding.numbers["median_max_s"], finding.numbers["longest_max_s"])


def test_a_unit_that_was_not_timed_misses_a_build_time_clause() -> None:
    """S-06, S-38."""
    story = small(unit("U-1"), unit("U-2", without=["build"]), build_time_each_max_s=660)

    finding = story.finding("build-time")

    assert not finding.holds
    assert (1, 2) == (finding.numbers["timed"], finding.numbers["units"])


def test_no_unit_misses_a_build_time_clause() -> None:
    """S-17."""
    story = small(unit("U-1", method=BuildMethod.BENCH), build_time_median_max_s=660)

    finding = story.finding("build-time")

    assert not finding.holds
    assert "0/0 unit(s) timed; the bar accepts a median of at most 11 min" == finding.says


def test_without_a_reference_there_is_no_ratio() -> None:
    """G3, S-15."""
    alone = BUILD.model_validate(BUILD.model_dump() | {"reference": None})
    story = Story()
    story.publish(plan(characteristics=(*plan().characteristics[:3], alone)))
    story.register()
    story.build()

    finding = story.finding("build-time")

    assert "ratio_hundredths" not in finding.numbers
    assert "reference" not in finding.says


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(59, "median 59 s,"), (60, "median 1 min,"), (61, "median 1 min 1 s,"), (0, "median 0 s,")],
)
def test_a_time_is_shown_in_minutes_and_seconds(seconds: int, shown: str) -> None:
    """S-38."""
    assert timed(seconds).finding("build-time").says.startswith(shown)


# --- single clauses -----------------------------------------------------------------------------


def test_without_a_clause_no_mode_is_judged_alone() -> None:
    """G3, G8."""
    finding = held().finding("single-clauses")

    assert finding.holds
    assert "no clause on a single mode or characteristic is registered" == finding.says


@pytest.mark.parametrize(("limit", "holds"), [(1, False), (2, True)])
def test_a_mode_may_have_its_own_limit(limit: int, *, holds: bool) -> None:
    """G8."""
    story = small(
        unit(
            "U-1",
            nonconformities=[
                NonconformityReport("PINHOLE"),
                NonconformityReport("PINHOLE", "base"),
            ],
        ),
        unit("U-2", "glaze"),
        unit("U-3"),
        max_rejects=2,
        modes=({"max_units": limit, "mode": "PINHOLE"},),
    )

    finding = story.finding("single-clauses")

    assert holds is finding.holds
    assert f"mode PINHOLE: 2/3, at most {limit}" == finding.says
    assert ({"mode PINHOLE": 2}, {"mode PINHOLE": limit, "units": 3}) == (
        finding.counts,
        finding.numbers,
    )


@pytest.mark.parametrize(("limit", "holds"), [(0, False), (1, True)])
def test_a_characteristic_may_have_its_own_limit(limit: int, *, holds: bool) -> None:
    """G8."""
    clause = {"characteristic": "lid", "max_units": limit}
    story = small(unit("U-1", "lid"), unit("U-2"), max_rejects=1, characteristics=(clause,))

    finding = story.finding("single-clauses")

    assert holds is finding.holds
    assert f"characteristic lid: 1/2, at most {limit}" == finding.says


@pytest.mark.parametrize("units", [1, 2])
def test_what_no_unit_shows_clears_a_clause_of_none(units: int) -> None:
    """G8, S-33."""
    mode = {"max_units": 0, "mode": "OTHER"}
    single = {"characteristic": "lid", "max_units": 0}
    reports = [unit(f"U-{n}") for n in range(units)]

    finding = small(*reports, modes=(mode,), characteristics=(single,)).finding("single-clauses")

    assert finding.holds
    assert (
        f"mode OTHER: 0/{units}, at most 0; characteristic lid: 0/{units}, at most 0"
        == finding.says
    )


def test_no_unit_clears_no_clause() -> None:
    """S-17."""
    clause = {"max_units": 5, "mode": "OTHER"}
    story = small(unit("U-1", method=BuildMethod.BENCH), modes=(clause,))

    assert not story.finding("single-clauses").holds


# --- fresh --------------------------------------------------------------------------------------


def test_fresh_units_are_counted_and_the_earlier_batches_looked_at() -> None:
    """S-28."""
    finding = fixed().finding("fresh-units")

    assert finding.holds
    assert "20/20 unit(s) are fresh; 1 earlier batch(es) looked at" == finding.says


def test_a_single_unit_can_be_fresh() -> None:
    """S-28."""
    assert {"earlier": 0, "fresh": 1, "units": 1} == small(unit("U-1")).finding(
        "fresh-units"
    ).numbers
    assert small(unit("U-1")).finding("fresh-units").holds


def test_a_batch_without_units_is_not_fresh() -> None:
    """S-17."""
    assert not opened().finding("fresh-units").holds


def test_a_unit_of_an_earlier_batch_is_found_even_where_it_was_slipped_in() -> None:
    """S-28: the gate does not rely on the guard at the door."""
    story = story_with_bar(units=2)
    story.build(lids=2, units=2)
    story.change("LID-SEAT")
    batch = story.open("B2")
    for serial in ("B1-01", "U-02"):
        batch.record_unit(story.stamp("ines"), unit(serial), [])

    finding = story.finding("fresh-units")

    assert not finding.holds
    assert {"earlier": 1, "fresh": 1, "units": 2} == finding.numbers
    assert "1/2 unit(s) were in an earlier batch: B1-01 (B1)" == finding.says
    assert (EventRef(stream="batch B2", version=2),) == finding.settled_by


# --- corrections --------------------------------------------------------------------------------


def test_a_pending_correction_blocks_the_sign_off() -> None:
    """S-23, G11."""
    story = clear()
    story.correct("B1-01", "station", "A")

    finding = story.finding("no-correction-pending")

    assert ["no-correction-pending"] == story.blockers()
    assert "1 correction(s) wait for a second person: B1 no. 1 on B1-01" == finding.says
    assert (EventRef(stream="batch B1", version=23),) == finding.settled_by


def test_an_answered_correction_blocks_nothing() -> None:
    """S-23."""
    story = clear()
    story.correct("B1-01", "station", "A")
    story.confirm()
    story.correct("B1-02", "station", "A")
    story.batch.decline_correction(story.stamp("ivan"), 2, "it was station B")

    assert [] == story.blockers()


def test_a_correction_pending_in_an_earlier_batch_blocks_too() -> None:
    """S-23."""
    story = fixed()
    first = story.batches["B1"]
    first.request_correction(
        story.stamp("ines"), "B1-20", "station", "A", reason="slip", remeasured=None
    )

    assert ["no-correction-pending"] == story.blockers()


# --- nothing ------------------------------------------------------------------------------------


def test_no_batch_is_no_evidence() -> None:
    """S-17: it satisfies no rule on a batch."""
    verdict = judge(story_with_bar().case())
    unmet = {f.rule for f in verdict.findings if f.says == NO_BATCH.says and not f.holds}

    assert {f.rule for f in verdict.findings} - {"design-approved", "signer-allowed"} == unmet
    assert "no batch has been built; there is no evidence" == NO_BATCH.says


def test_the_gate_grades_by_the_bar_and_not_by_the_plan() -> None:
    """S-47, G8: reject_from major lets a minor flaw pass and keeps it visible."""
    story = small(
        unit("U-1", nonconformities=[NonconformityReport("PINHOLE", "base")]), reject_from="major"
    )

    finding = story.finding("rejects-within-ac")

    assert finding.holds
    assert ({"PINHOLE": 1}, 1) == (finding.counts, finding.numbers["nonconformities"])
    assert Severity.MAJOR is story.batch.bar.reject_from
