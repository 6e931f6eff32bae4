"""Counting a batch: who counts, who does not and why, and what the counts are."""

from decimal import Decimal
from typing import Any

import pytest

from signoff_ledger.domain.tally import EXCLUSIONS, Tally, exclusions, missing_readings
from signoff_ledger.domain.unit import NonconformityReport, UnitReport
from signoff_ledger.domain.values import BuildMethod, Role, Severity
from tests.stories import BUILD, Story, bar, opened, plan, story_with_bar, unit


def counted(story: Story, **bar_changes: Any) -> Tally:
    """Count the latest batch under its bar, or another one."""
    return story.batch.tally(bar(**bar_changes) if bar_changes else None)


@pytest.mark.parametrize(
    ("build", "code"),
    [
        ({"method": BuildMethod.BENCH}, "BENCH_BUILT"),
        ({"method": BuildMethod.PRINTED}, "PRINTED_3D"),
        ({"method": BuildMethod.ENGINEER_ASSISTED}, "ENGINEER_ASSISTED"),
        ({"operator_role": "engineer"}, "ENGINEER_ASSISTED"),
        ({"operator_role": "ENGINEER"}, "ENGINEER_ASSISTED"),
        ({"operator_role": "maintenance"}, "ENGINEER_ASSISTED"),
        ({"tooling": "T-2"}, "OTHER_TOOLING"),
        ({"tooling_revision": "B"}, "OTHER_TOOLING_REVISION"),
        ({"line": "Line 1"}, "OTHER_LINE"),
        ({"site": "Meissen"}, "OTHER_SITE"),
        ({"fixture": "JIG-9"}, "OTHER_FIXTURE"),
        ({"process_revision": 2}, "OTHER_PROCESS_REVISION"),
    ],
)
def test_a_unit_that_does_not_stand_for_the_process_is_excluded_by_name(
    build: dict[str, Any], code: str
) -> None:
    """S-05, S-10, S-11, S-21."""
    story = opened()
    story.record(unit("U-01", "lid", **build), unit("U-02"))

    count = counted(story)

    assert {"U-01": (code,)} == count.excluded
    assert (("U-02",), ()) == (count.representative, count.rejects)
    assert code in EXCLUSIONS


@pytest.mark.parametrize(
    "build",
    [
        {},
        {"operator_role": "assembler", "built_by": "pat", "cavity": "2", "station": "A"},
        {"tooling": "T-1", "tooling_revision": "A", "line": "Line 2", "fixture": "none specified"},
        {"process_revision": 1},
        {"operator_role": "LINE-WORKER"},
        {"operator_role": "Operator"},
    ],
)
def test_a_unit_off_the_real_tooling_process_and_line_counts(build: dict[str, Any]) -> None:
    """S-02, S-10, S-44."""
    story = opened()
    story.record(unit("U-01", **build))

    assert ("U-01",) == counted(story).representative


def test_an_engineer_who_helps_an_engineer_is_one_reason() -> None:
    """S-11."""
    story = opened()
    story.record(unit("U-01", method=BuildMethod.ENGINEER_ASSISTED, operator_role="engineer"))

    assert {"U-01": ("ENGINEER_ASSISTED",)} == counted(story).excluded


def test_a_plan_may_name_other_roles_whose_units_count() -> None:
    """G23."""
    story = Story()
    story.publish(plan(operator_roles=("Former",)))
    story.register()
    story.open()
    story.record(unit("U-01", operator_role="former"), unit("U-02", operator_role="operator"))

    assert {"U-02": ("ENGINEER_ASSISTED",)} == counted(story).excluded


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.APPROVER])
def test_a_builder_who_is_enrolled_as_engineer_or_approver_is_no_operator(role: Role) -> None:
    """G23: whatever the title on the sheet."""
    story = opened()
    story.record(
        unit("U-01", operator_role="assembler")._replace(builder_enrolled_as=role),
        unit("U-02", operator_role="assembler"),
    )

    assert {"U-01": ("ENGINEER_ASSISTED",)} == counted(story).excluded


def test_every_reason_is_named() -> None:
    """S-11."""
    story = opened()
    story.record(unit("U-01", method=BuildMethod.BENCH, line="none", tooling="T-0"))

    assert ("BENCH_BUILT", "OTHER_TOOLING", "OTHER_LINE") == counted(story).excluded["U-01"]


def test_a_batch_made_on_other_tooling_counts_nothing() -> None:
    """S-10: the batch's own declaration is held against what is required."""
    story = story_with_bar()
    story.open(tooling="T-0")
    story.record(unit("U-01"), unit("U-02", tooling="T-1"))

    count = counted(story)

    assert ("U-02",) == count.representative
    assert {"U-01": ("OTHER_TOOLING",)} == count.excluded


def test_after_a_jig_was_introduced_a_unit_without_it_does_not_count() -> None:
    """S-51, S-15."""
    story = story_with_bar(units=2)
    story.build(units=2)
    story.change("build", fixture="JIG-1")
    story.open("B2")
    story.record(unit("U-01", fixture="none specified"), unit("U-02", fixture="JIG-1"))

    count = counted(story)

    assert ("U-02",) == count.representative
    assert {"U-01": ("OTHER_FIXTURE",)} == count.excluded


def test_a_unit_off_the_old_tooling_revision_does_not_count() -> None:
    """S-08, S-10."""
    story = story_with_bar(units=2)
    story.build(units=2)
    story.change("LID-SEAT", tooling_revision="B")
    story.open("B2")
    story.record(unit("U-01", tooling_revision="A"), unit("U-02"))

    assert {"U-01": ("OTHER_TOOLING_REVISION",)} == counted(story).excluded


def built(serial: str, build: dict[str, Any]) -> UnitReport:
    """Report a good unit that was built so."""
    return unit(serial, **build)


@pytest.mark.parametrize("demanded", ["fixture", "tooling_revision"])
def test_what_a_change_demands_and_nobody_states_is_not_met(demanded: str) -> None:
    """G17: saying nothing is not meeting it; the unit or the opening has to say so."""
    story = story_with_bar(units=7)
    story.build(units=7)
    story.change("build", **{demanded: "NEW"})
    story.open("B2", **{demanded: None})
    new, old = ({demanded: text} for text in ("NEW", "OLD"))
    story.record(unit("U-01"), built("U-02", new), built("U-03", old))

    code = f"OTHER_{demanded.upper()}"

    assert {"U-01": (code,), "U-03": (code,)} == counted(story).excluded
    assert ("U-02",) == counted(story).representative


def test_what_a_change_demands_is_met_by_what_the_opening_says() -> None:
    """G17: unless the unit says otherwise."""
    story = story_with_bar(units=7)
    story.build(units=7)
    story.change("build", fixture="JIG-1")
    story.open("B2", fixture="JIG-1")
    story.record(unit("U-01"), unit("U-02", fixture="JIG-9"))

    assert {"U-02": ("OTHER_FIXTURE",)} == counted(story).excluded


def test_what_the_plan_alone_requires_is_met_by_saying_nothing() -> None:
    """G17: no change demanded it."""
    story = story_with_bar(units=7)
    story.build(units=7)
    story.change("LID-SEAT")
    story.open("B2", line=None, fixture=None)
    story.record(unit("U-01"))

    assert ("U-01",) == counted(story).representative


@pytest.mark.parametrize(
    ("opening", "own", "counts"),
    [
        (None, None, False),
        (None, "60", True),
        (None, " 6 0 ", True),
        (None, "120", False),
        ("60", None, True),
        ("60", "120", False),
        ("120", "60", True),
    ],
)
def test_a_setting_that_a_change_requires_is_stated_by_the_unit_or_the_opening(
    opening: str | None, own: str | None, *, counts: bool
) -> None:
    """G17: the unit's own word goes first; case and blanks are no other setting."""
    story = story_with_bar(units=7)
    story.build(units=7)
    story.change("PINHOLE", parameter="ramp K/h", old="120", new="60")
    story.open("B2", parameters=stated("Ramp k/H", opening))
    story.record(unit("U-01", parameters=stated("RAMP K/H", own)))

    assert ({} if counts else {"U-01": ("OTHER_PARAMETER",)}) == counted(story).excluded


def stated(name: str, value: str | None) -> list[dict[str, str]] | None:
    """State a setting, or nothing."""
    return None if value is None else [{"name": name, "value": value.strip()}]


def test_a_setting_that_nothing_requires_is_no_matter() -> None:
    """G17."""
    story = opened()
    story.record(unit("U-01", parameters=stated("air", "wet")))

    assert ("U-01",) == counted(story).representative


def test_a_replaced_unit_that_came_to_count_counts_again() -> None:
    """G5: it was complete and of the line after all, and no choice is left."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", line="another"), unit("U-02"))
    story.record(unit("U-03", replaces="U-01"))
    before = counted(story)
    story.confirm(story.correct("U-01", "line", "Line 2"))

    assert ("U-02", "U-03") == before.representative
    assert ("U-01", "U-02", "U-03") == counted(story).representative


def test_a_replaced_unit_that_came_to_show_a_nonconformity_is_a_reject_again() -> None:
    """G5, S-23: a reject does not go away with its last reading."""
    story = opened(units=2, missing_units="replace")
    story.record(unit("U-01", without=["heat"]), unit("U-02"))
    story.record(unit("U-03", replaces="U-01"))
    story.batch.record_nonconformity(story.stamp(), "U-01", NonconformityReport("PINHOLE"), None)

    count = counted(story)

    assert {} == count.excluded
    assert ("U-01",) == count.rejects


def test_nineteen_on_the_line_and_one_at_the_bench_are_nineteen() -> None:
    """S-05: never twenty."""
    story = opened()
    story.record(*(unit(f"U-{n:02}") for n in range(1, 20)))
    story.record(unit("U-20", method=BuildMethod.BENCH))

    count = counted(story)

    assert (19, 20) == (len(count.representative), count.planned)
    assert not count.is_complete


def test_a_unit_with_two_nonconformities_is_one_reject() -> None:
    """S-45."""
    story = opened()
    story.record(unit("U-01", "lid", "glaze"), unit("U-02"))

    count = counted(story)

    assert (("U-01",), 2) == (count.rejects, count.nonconformities)
    assert {"LID-SEAT": 1, "PINHOLE": 1} == count.modes
    assert {"lid": 1, "glaze": 1} == count.failing


def test_a_mode_is_counted_once_per_unit() -> None:
    """S-45, G8."""
    story = opened()
    two = [NonconformityReport("PINHOLE", "base"), NonconformityReport("PINHOLE", "side")]
    story.record(unit("U-01", nonconformities=two), unit("U-02", "lid"), unit("U-03", "lid"))

    count = counted(story)

    assert {"LID-SEAT": 2, "PINHOLE": 1} == count.modes
    assert ["LID-SEAT", "PINHOLE"] == [*count.modes]
    assert 4 == count.nonconformities


def test_modes_stand_by_their_count_and_then_by_their_name() -> None:
    """S-33: whatever order the units came in, the same verdict to the byte."""
    story = opened()
    story.record(unit("U-01", "glaze"), unit("U-02", "lid"), unit("U-03", "heat"))
    story.record(unit("U-04", "glaze"))

    assert ["PINHOLE", "LID-SEAT", "NO-HEAT"] == [*counted(story).modes]
    assert ["glaze", "heat", "lid"] == [*counted(story).failing]


def test_the_first_twenty_of_the_card_are_five_of_twenty() -> None:
    """S-33, S-45: three lids and two pinholes."""
    story = story_with_bar()
    story.build(lids=3, pinholes=2)

    count = counted(story)

    assert (5, 20, 5) == (len(count.rejects), len(count.representative), count.nonconformities)
    assert {"LID-SEAT": 3, "PINHOLE": 2} == count.modes


@pytest.mark.parametrize(
    ("reject_from", "rejects"),
    [
        (Severity.MINOR, ("U-01", "U-02", "U-03")),
        (Severity.MAJOR, ("U-02", "U-03")),
        (Severity.CRITICAL, ("U-03",)),
    ],
)
def test_the_bar_says_from_which_grade_a_unit_is_a_reject(
    reject_from: Severity, rejects: tuple[str, ...]
) -> None:
    """S-47, G8."""
    story = opened()
    story.record(
        unit("U-01", nonconformities=[NonconformityReport("PINHOLE", "base")]),
        unit("U-02", "lid"),
        unit("U-03", "heat"),
        unit("U-04"),
    )

    count = counted(story, reject_from=reject_from)

    assert rejects == count.rejects
    assert 1 == count.critical


def test_a_unit_with_a_blank_is_incomplete_and_does_not_conform() -> None:
    """S-06: a missing result is not a pass."""
    story = opened(units=2)
    story.record(unit("U-01", without=["heat", "glaze"]), unit("U-02"))

    count = counted(story)

    assert {"U-01": ("glaze", "heat")} == count.incomplete
    assert ("U-02",) == count.conforming
    assert not count.is_complete


def test_a_reject_with_a_blank_is_still_a_reject() -> None:
    """S-23."""
    story = opened()
    story.record(unit("U-01", "lid", without=["heat"]))

    assert ("U-01",) == counted(story).rejects


def test_only_units_that_count_and_pass_conform() -> None:
    """S-31."""
    story = opened(units=4)
    story.record(
        unit("U-01"),
        unit("U-02", "lid"),
        unit("U-03", method=BuildMethod.BENCH),
        unit("U-04", without=["heat"]),
    )

    assert ("U-01",) == counted(story).conforming


@pytest.mark.parametrize(
    ("seconds", "median"),
    [
        ([], None),
        ([660], "660"),
        ([660, 360], "510"),
        ([660, 661], "660.5"),
        ([900, 300, 600], "600"),
        ([400, 100, 300, 200], "250"),
    ],
)
def test_the_median_of_an_even_count_is_between_the_middle_two(
    seconds: list[int], median: str | None
) -> None:
    """S-38."""
    story = opened()
    story.record(*(unit(f"U-{n}", readings={"build": s}) for n, s in enumerate(seconds)))

    assert (Decimal(median) if median else None) == counted(story).median_build_time_s


def test_the_engineers_bench_time_is_kept_out_of_the_lines() -> None:
    """S-15, S-48: four minutes and eleven are never averaged."""
    story = opened()
    story.record(
        unit("U-01", readings={"build": 660}),
        unit("U-02", method=BuildMethod.BENCH, readings={"build": 240}),
    )

    assert (660,) == counted(story).build_times_s


def test_a_reference_changes_no_count() -> None:
    """S-14, S-21: what the prototype achieved is information."""
    counts = []
    for reference in (None, "4"):
        build_time = BUILD.model_validate(BUILD.model_dump() | {"reference": reference})
        story = Story()
        characteristics = (*plan().characteristics[:3], build_time)
        story.publish(plan(characteristics=characteristics))
        story.register()
        story.build(lids=1)
        counts.append(counted(story))

    assert counts[0] == counts[1]


def test_a_plan_without_a_build_time_times_nothing() -> None:
    """G3."""
    waived = {"family": "build_time", "reason": "one shot"}
    story = Story()
    story.publish(plan(characteristics=plan().characteristics[:3], not_applicable=[waived]))
    story.register()
    story.open()
    story.record(unit("U-01", without=["build"]))

    count = counted(story)

    assert ((), None) == (count.build_times_s, count.median_build_time_s)
    assert {} == count.incomplete


def test_missing_readings_stand_in_the_order_of_the_plan() -> None:
    story = opened()
    story.record(unit("U-01", without=["build", "lid"]), unit("U-02"))
    units = story.batch.units

    assert ("lid", "build") == missing_readings(units["U-01"], plan())
    assert () == missing_readings(units["U-02"], plan())


def test_an_empty_batch_counts_nothing() -> None:
    """S-17."""
    count = counted(opened())

    assert ((), (), {}, 0) == (count.representative, count.rejects, count.excluded, count.critical)
    assert not count.is_complete


def test_excluding_asks_the_unit_and_the_batch_only() -> None:
    """S-10."""
    story = opened()
    story.record(unit("U-01"))

    assert () == exclusions(story.batch.unit("U-01"), story.batch.started, story.batch.opened_at)
