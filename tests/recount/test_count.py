"""The recount counts: who counts, who does not, and what was seen, on lines written by hand."""

from datetime import timedelta
from typing import Any

import pytest

from tests.recount.count import built_by_developers
from tests.recount.written import LOOK, MINUTES, Written, opened, plan, settings

GAUGE = {"gap": 50}


def moment(written: Written, **before: float) -> str:
    """Write a time before the last line."""
    return (written.at - timedelta(**before)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def excluded(build: dict[str, Any] | None = None, **more: Any) -> set[str]:
    """Record one unit; gives the reasons why it does not count."""
    written = opened()
    written.unit("U-1", build=build, **more)
    return written.count().excluded.get("U-1", set())


@pytest.mark.parametrize(
    ("build", "code"),
    [
        ({"method": "bench"}, "BENCH_BUILT"),
        ({"method": "3d-print"}, "PRINTED_3D"),
        ({"method": "engineer-assisted"}, "ENGINEER_ASSISTED"),
        ({"operator_role": "Foreman"}, "ENGINEER_ASSISTED"),
        ({"tooling": "T-2"}, "OTHER_TOOLING"),
        ({"tooling_revision": "B"}, "OTHER_TOOLING_REVISION"),
        ({"line": "Line 2"}, "OTHER_LINE"),
        ({"site": "Delft"}, "OTHER_SITE"),
        ({"fixture": "JIG-9"}, "OTHER_FIXTURE"),
        ({"process_revision": 2}, "OTHER_PROCESS_REVISION"),
    ],
)
def test_a_unit_that_was_made_otherwise_does_not_count(build: dict[str, Any], code: str) -> None:
    """S-05, S-10, S-11, G23."""
    assert {code} == excluded(build)


@pytest.mark.parametrize(
    "build",
    [
        {"operator_role": "Line Worker"},
        {"operator_role": "assembler", "built_by": "pat"},
        {"tooling": "T-1", "line": "Line 1"},
    ],
)
def test_a_unit_off_the_real_line_counts(build: dict[str, Any]) -> None:
    """S-10, G23."""
    assert set() == excluded(build)


@pytest.mark.parametrize(
    ("builder", "codes"),
    [
        ("egon", {"ENGINEER_ASSISTED"}),
        ("Anna Approver", {"ENGINEER_ASSISTED"}),
        ("ines", set()),
        ("k.ward", set()),
    ],
)
def test_who_is_enrolled_as_engineer_or_approver_builds_no_unit(
    builder: str, codes: set[str]
) -> None:
    """G23: by key or by printed name."""
    assert codes == excluded({"built_by": builder})


def test_a_role_that_was_taken_back_is_still_a_role() -> None:
    """G23: holds or has held."""
    written = opened()
    written.say("role-revoked", {"reason": "moved", "role": "engineer"}, "olga", "egon")
    written.unit("U-1", build={"built_by": "egon"})

    assert {"ENGINEER_ASSISTED"} == written.count().excluded["U-1"]


def test_a_builder_who_becomes_an_engineer_later_is_one_once_a_line_says_so() -> None:
    """G23."""
    written = opened()
    written.enrol("pat", "Pat", "inspector")
    written.unit("U-1", build={"built_by": "pat"})
    written.grant("pat", "engineer")
    as_recorded = written.count().units
    unnoticed = built_by_developers(written.ground, "B1")
    written.say("builder-identified", {"built_by": "pat", "enrolled_as": "engineer"}, stream="B1")

    assert (["U-1"], ["U-1"]) == (as_recorded, unnoticed)
    assert ([], []) == (written.count().units, built_by_developers(written.ground, "B1"))


def test_the_plan_names_the_roles_that_count() -> None:
    """G23."""
    written = Written(operator_roles=["potter"])
    written.register()
    written.open()
    written.unit("U-1", build={"operator_role": "Potter"})
    written.unit("U-2", build={"operator_role": "assembler"})

    assert ["U-1"] == written.count().units


def test_a_batch_made_elsewhere_counts_what_says_otherwise() -> None:
    """S-10: the opening speaks for a unit that says nothing."""
    written = Written()
    written.register()
    written.open(line="Line 2")
    written.unit("U-1")
    written.unit("U-2", build={"line": "Line 1"})

    assert ({"U-1": {"OTHER_LINE"}}, ["U-2"]) == (written.count().excluded, written.count().units)


@pytest.mark.parametrize(
    ("changed", "said", "code"),
    [
        ({"fixture": "JIG-1"}, {"fixture": "JIG-1"}, "OTHER_FIXTURE"),
        ({"tooling_revision": "B"}, {"tooling_revision": "B"}, "OTHER_TOOLING_REVISION"),
        (
            {"parameter": "ramp", "old": "9", "new": "5"},
            {"parameters": settings({"ramp": "5"})},
            "OTHER_PARAMETER",
        ),
    ],
)
def test_what_a_change_demands_has_to_be_said(
    changed: dict[str, Any], said: dict[str, Any], code: str
) -> None:
    """G17: by the unit, or by the opening; silence does not meet it."""
    silent, saying = Written(), Written()
    for written in (silent, saying):
        written.register()
        written.change("DULL", **changed)
        written.publish(plan(modes=[]))
    silent.open()
    saying.open(**said)
    for written in (silent, saying):
        written.unit("U-1")
        written.unit("U-2", build=said)

    assert ({"U-1": {code}}, ["U-2"]) == (silent.count().excluded, silent.count().units)
    assert ["U-1", "U-2"] == saying.count().units


def test_a_later_change_says_otherwise() -> None:
    """G17: until another change does."""
    written = Written()
    written.register()
    written.change("DULL", parameter="ramp", old="9", new="5")
    written.change("DULL", parameter="ramp", old="5", new="4")
    written.open(parameters=settings({"ramp": "5"}))
    written.unit("U-1")

    assert {"U-1": {"OTHER_PARAMETER"}} == written.count().excluded


def test_a_unit_seen_before_the_batch_was_opened_does_not_count() -> None:
    """G18: by any time on its own record."""
    written = opened()
    early, late = moment(written, days=1), moment(written)
    written.unit("U-1", observed_at=early)
    written.unit("U-2", observed_at=late)
    written.unit("U-3")
    retest = {"attempt": 2, "readings": {}, "serial": "U-3", "observed_at": early}
    written.say("unit-retested", retest, "ines", "B1")
    written.unit("U-4")
    seen = {"nonconformity": written.nonconformity("CRACK"), "observed_at": early, "serial": "U-4"}
    written.say("nonconformity-recorded", seen, "ines", "B1")

    assert {s: {"BUILT_BEFORE"} for s in ("U-1", "U-3", "U-4")} == written.count().excluded


def test_a_nonconformity_does_not_leave_with_a_claim_about_its_unit() -> None:
    """G18, S-23: what shows a nonconformity grows no older by a further word."""
    written = opened()
    early = moment(written, days=1)
    written.unit("U-1", gap=50)
    data = {"attempt": 2, "readings": {}, "serial": "U-1", "observed_at": early}
    written.say("unit-retested", data, "ines", "B1")

    assert ["U-1"] == written.count().rejects


# --- replacing ----------------------------------------------------------------------------------


def replaced(**first: Any) -> Written:
    """Record a unit, and another one in its place."""
    written = opened()
    written.unit("U-1", **first)
    written.unit("U-2", replaces={"reason": "lost", "serial": "U-1"})
    return written


def test_a_unit_that_cannot_count_is_replaced() -> None:
    """G5."""
    blank, bench = replaced(look=None).count(), replaced(build={"method": "bench"}).count()

    assert ({"U-1": {"REPLACED"}}, ["U-2"]) == (blank.excluded, blank.units)
    assert {"U-1": {"REPLACED", "BENCH_BUILT"}} == bench.excluded


def test_a_replaced_unit_that_turns_out_to_count_counts_again() -> None:
    """G5, S-23: its last reading followed, and nobody can choose between the two."""
    written = replaced(look=None)
    written.unit("U-1", gap=None, minutes=None)

    assert (["U-1", "U-2"], 1) == (written.count().units, written.count().filled)


def test_a_replaced_unit_that_shows_a_nonconformity_counts_again() -> None:
    """G5, S-23: a nonconformity does not leave with its unit."""
    written = replaced(look=None)
    found = {"nonconformity": written.nonconformity("LID-SEAT"), "serial": "U-1"}
    written.say("nonconformity-recorded", found, "ines", "B1")
    counted = written.count()

    assert (["U-1", "U-2"], ["U-1"]) == (counted.units, counted.rejects)


# --- rejects ------------------------------------------------------------------------------------


def test_a_unit_with_two_nonconformities_is_one_reject() -> None:
    """S-45."""
    written = opened()
    written.unit("U-1", gap=50, look=0)
    written.unit("U-2")
    counted = written.count()

    assert (["U-1"], 2) == (counted.rejects, counted.nonconformities)
    assert {"DULL": 1, "LID-SEAT": 1} == counted.modes
    assert {"gap": 1, "look": 1} == counted.failing


@pytest.mark.parametrize(("gap", "is_reject"), [(9, 1), (10, 0), (40, 0), (41, 1), (4000, 1)])
def test_limits_are_inclusive(gap: int, is_reject: int) -> None:
    """S-13."""
    written = opened()
    written.unit("U-1", gap=gap)

    assert is_reject == len(written.count().rejects)


def test_a_failing_reading_is_a_nonconformity_whether_or_not_a_line_says_so() -> None:
    """S-23: the reading speaks."""
    written = opened()
    data = {"build": {"method": "line"}, "nonconformities": [], "readings": {"gap": 41}}
    written.say("unit-inspected", data | {"serial": "U-1"}, "ines", "B1")

    assert ["U-1"] == written.count().rejects


def test_a_long_build_time_is_no_nonconformity() -> None:
    """G3."""
    written = opened()
    written.unit("U-1", minutes=10**6)

    assert ([], [10**6]) == (written.count().rejects, written.count().times)


def test_the_bar_says_what_it_counts() -> None:
    """G8, S-47."""
    written = opened(reject_from="major")
    written.unit("U-1", "B1", written.nonconformity("CRACK", "minor", location="inside"))
    written.unit("U-2", "B1", written.nonconformity("CRACK", "critical"))
    counted = written.count()

    assert (["U-2"], 2, 1) == (counted.rejects, counted.nonconformities, counted.critical)


def test_a_blank_is_no_pass() -> None:
    """S-06."""
    written = opened()
    written.unit("U-1", look=None)

    assert {"U-1": ["look"]} == written.count().incomplete


# --- corrections --------------------------------------------------------------------------------


def test_a_correction_counts_once_it_is_confirmed() -> None:
    """S-23."""
    written = opened()
    written.unit("U-1", gap=50)
    written.correct("U-1", "gap", "0.30 mm", reading=30)
    before = written.count().rejects
    written.confirm()

    assert (["U-1"], []) == (before, written.count().rejects)


def test_a_declined_correction_counts_for_nothing() -> None:
    """S-23."""
    written = opened()
    written.unit("U-1", gap=50)
    written.correct("U-1", "gap", "0.30 mm", reading=30)
    written.say("correction-declined", {"number": 1, "reason": "no"}, "ivan", "B1")

    assert ["U-1"] == written.count().rejects
    assert [] == written.ground.batches["B1"].pending()


def test_a_correction_can_make_a_reject() -> None:
    """S-23."""
    written = opened()
    written.unit("U-1")
    written.correct("U-1", "gap", "0.50 mm", reading=50)
    written.confirm(nonconformity=written.nonconformity("LID-SEAT", characteristic="gap"))

    assert (["U-1"], 1) == (written.count().rejects, written.count().nonconformities)


def test_a_nonconformity_can_be_void_or_renamed() -> None:
    """S-45, S-47: it is graded again at its place."""
    written = opened()
    written.unit("U-1", "B1", written.nonconformity("OTHER"))
    written.unit("U-2", "B1", written.nonconformity("OTHER", location="inside"))
    written.correct("U-1", "D-1", "void")
    written.correct("U-2", "D-2", "CRACK@inside")
    written.confirm(1)
    written.confirm(2)
    found = written.count().found

    assert ["U-2"] == [*found]
    assert [("CRACK", "minor")] == [(f.mode, f.severity) for f in found["U-2"]]


def test_a_mode_that_a_reading_shows_cannot_be_renamed() -> None:
    """G20."""
    written = opened()
    written.unit("U-1", gap=50)
    written.correct("U-1", "D-1", "OTHER")
    written.confirm()

    assert {"LID-SEAT": 1} == written.count().modes


@pytest.mark.parametrize(
    ("field", "becomes", "code"),
    [
        ("method", "bench", "BENCH_BUILT"),
        ("line", "Line 2", "OTHER_LINE"),
        ("process_revision", "7", "OTHER_PROCESS_REVISION"),
        ("built_by", "egon", "ENGINEER_ASSISTED"),
    ],
)
def test_how_a_unit_was_built_can_be_corrected(field: str, becomes: str, code: str) -> None:
    """S-05, G23."""
    written = opened()
    written.unit("U-1")
    written.correct("U-1", field, becomes)
    written.confirm()

    assert {"U-1": {code}} == written.count().excluded


# --- handing over -------------------------------------------------------------------------------


def retest(written: Written, serial: str, **readings: int) -> None:
    """Test a unit again."""
    data = {"attempt": 2, "readings": readings, "serial": serial}
    written.say("unit-retested", data, "ines", "B1")


def dispose(written: Written, serial: str, disposition: str) -> None:
    """Decide what happens to a unit."""
    data = {"disposition": disposition, "reason": "of no use", "serial": serial}
    written.say("unit-dispositioned", data, "egon", "B1")


def test_only_units_without_any_doubt_are_handed_over() -> None:
    """S-31, G27."""
    written = opened()
    for number in range(7):
        written.unit(f"U-{number}", gap=50 if number == 1 else 25)
    written.unit("U-7", look=None)
    written.unit("U-8", build={"method": "bench"})
    retest(written, "U-2", gap=50)
    retest(written, "U-3", gap=30)
    dispose(written, "U-4", "scrap")
    dispose(written, "U-5", "use-as-is")

    assert ["U-0", "U-3", "U-5", "U-6"] == written.count().conforming


def test_a_retest_and_a_disposition_change_no_count() -> None:
    """G4."""
    written = opened()
    written.unit("U-1", gap=50)
    retest(written, "U-1", gap=25)
    dispose(written, "U-1", "rework")

    assert ["U-1"] == written.count().rejects


def test_a_plan_without_a_time_times_nothing() -> None:
    """G3."""
    written = Written(characteristics=[LOOK])
    written.register()
    written.open()
    written.unit("U-1", gap=None, minutes=None)

    assert ([], {}) == (written.count().times, written.count().incomplete)
    assert "time" == MINUTES["kind"]
