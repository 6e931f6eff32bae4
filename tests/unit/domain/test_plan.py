"""The inspection plan: what it must cover, what it names, and what pins it."""

from typing import Any

import pytest
from pydantic import ValidationError

from signoff_ledger.domain.characteristic import Family
from signoff_ledger.domain.plan import (
    OTHER_MODE,
    InspectionPlan,
    Mode,
    NotApplicable,
    Price,
    ProcessIdentity,
    Provenance,
    UnitBuild,
    content_sha256,
)
from signoff_ledger.domain.values import BuildMethod, Severity
from tests.stories import BUILD, GLAZE, HEAT, LID, PINHOLE, bar, identity, plan


def test_a_plan_covers_fit_finish_function_and_build_time() -> None:
    """S-06: the fifth, the reject rate, is the bar's."""
    assert {*Family} == {c.family for c in plan().characteristics}


@pytest.mark.parametrize("missing", [LID, GLAZE, HEAT, BUILD], ids=lambda c: str(c.family))
def test_a_plan_that_lacks_a_check_family_is_refused(missing: Any) -> None:
    """S-06."""
    rest = tuple(c for c in (LID, GLAZE, HEAT, BUILD) if c is not missing)

    with pytest.raises(ValidationError) as refused:
        plan(characteristics=rest)

    assert f"no characteristic checks {missing.family}; add one, or declare" in str(refused.value)


def test_a_check_family_may_be_declared_not_applicable_with_a_reason() -> None:
    """S-06."""
    declared = NotApplicable(family=Family.FUNCTION, reason="a bowl does nothing")
    made = plan(characteristics=(LID, GLAZE, BUILD), not_applicable=(declared,))

    assert {"lid", "glaze", "build"} == made.ids


def test_not_applicable_needs_a_reason() -> None:
    """S-06."""
    with pytest.raises(ValidationError, match="is empty"):
        NotApplicable(family=Family.FUNCTION, reason=" ")


def test_a_check_family_cannot_be_both_covered_and_not_applicable() -> None:
    """S-06."""
    declared = NotApplicable(family=Family.FIT, reason="nothing fits")

    with pytest.raises(ValidationError, match="is both covered and declared not applicable"):
        plan(not_applicable=(declared,))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"characteristics": (LID, LID, GLAZE, HEAT, BUILD)},
            "characteristic lid is defined twice",
        ),
        ({"modes": (PINHOLE, PINHOLE)}, "mode PINHOLE is defined twice"),
        (
            {
                "characteristics": (
                    LID,
                    GLAZE,
                    HEAT,
                    BUILD,
                    BUILD.model_copy(update={"id": "build2"}),
                )
            },
            "there can be one build-time characteristic",
        ),
        ({"characteristics": ()}, "at least 1 item"),
    ],
)
def test_a_plan_names_each_thing_once(changes: dict[str, Any], problem: str) -> None:
    """S-06."""
    with pytest.raises(ValidationError, match=problem):
        plan(**changes)


def test_several_problems_are_reported_one_at_a_time() -> None:
    """S-06: the first one found is the one that is shown."""
    two_times = (LID, LID, BUILD, BUILD.model_copy(update={"id": "build2"}))

    with pytest.raises(ValidationError, match="characteristic lid is defined twice"):
        plan(characteristics=two_times)


def test_a_plan_knows_its_characteristics_by_id() -> None:
    made = plan()

    assert LID == made.by_id["lid"]
    assert BUILD == made.build_time
    assert frozenset({"lid", "glaze", "heat", "build"}) == made.ids


def test_a_plan_without_a_build_time_has_none() -> None:
    """G3."""
    declared = NotApplicable(family=Family.BUILD_TIME, reason="moulded in one shot")
    made = plan(characteristics=(LID, GLAZE, HEAT), not_applicable=(declared,))

    assert made.build_time is None


def test_the_catalogue_holds_the_plans_modes_those_of_readings_and_other() -> None:
    """S-45: a build time is no mode, because it is never judged on a unit (G3)."""
    catalogue = plan().mode_catalogue

    assert {OTHER_MODE, "LID-SEAT", "PINHOLE", "NO-HEAT"} == {*catalogue}
    assert PINHOLE == catalogue["PINHOLE"]
    assert "Gap between lid and body does not conform" == catalogue["LID-SEAT"].text
    assert Severity.MAJOR is catalogue[OTHER_MODE].severity


def test_the_longest_name_of_a_characteristic_still_makes_a_mode() -> None:
    """S-45."""
    named = LID.model_copy(update={"name": "x" * 80})

    assert "LID-SEAT" in plan(characteristics=(named, GLAZE, HEAT, BUILD)).mode_catalogue


@pytest.mark.parametrize(
    ("zone", "severity"),
    [
        (None, Severity.MAJOR),
        ("top", Severity.MAJOR),
        ("base", Severity.MINOR),
        ("rim", Severity.CRITICAL),
    ],
)
def test_the_same_flaw_is_graded_by_its_zone(zone: str | None, severity: Severity) -> None:
    """S-47."""
    assert severity is PINHOLE.severity_at(zone)


@pytest.mark.parametrize(
    ("location", "zone"),
    [(None, None), ("rim", "rim"), ("RIM", "rim"), ("r i m", "rim"), ("lip", None)],
)
def test_a_zone_is_given_in_the_plans_own_spelling(location: str | None, zone: str | None) -> None:
    """S-47."""
    assert zone == PINHOLE.zone_of(location)


@pytest.mark.parametrize("order", [(GLAZE, LID), (LID, GLAZE)])
def test_a_mode_of_several_readings_takes_the_gravest_of_their_grades(order: Any) -> None:
    """G8: in whichever order the plan names them."""
    shared = tuple(
        c.model_copy(
            update={
                "mode": "SHARED",
                "severity": Severity.MINOR if c is GLAZE else Severity.MAJOR,
            }
        )
        for c in order
    )
    made = plan(characteristics=(*shared, HEAT, BUILD), modes=())

    assert Severity.MAJOR is made.mode_catalogue["SHARED"].severity


def test_a_plan_names_the_roles_whose_units_count() -> None:
    """G23: the usual ones, unless it says otherwise."""
    assert {"assembler", "lineworker", "operator"} == plan().counted_roles
    assert {"former"} == plan(operator_roles=("Former",)).counted_roles
    with pytest.raises(ValidationError):
        plan(operator_roles=())


def test_zones_are_kept_in_key_order() -> None:
    """S-03: one content, one digest."""
    minor, major = Severity.MINOR, Severity.MAJOR
    mode = Mode(code="X", text="x", zones={"b": minor, "a": major})

    assert ["a", "b"] == [*mode.zones]


def test_a_plan_is_pinned_by_its_content() -> None:
    """S-03."""
    renamed = plan(identity=identity(name="Another bowl"))

    assert content_sha256(plan()) == content_sha256(plan())
    assert content_sha256(plan()) != content_sha256(renamed)
    assert content_sha256(bar()) != content_sha256(bar(max_rejects=2))


def test_a_plan_read_back_has_the_same_digest() -> None:
    """S-03: what was hashed once is what hashes the same after years."""
    line = plan().model_dump_json(exclude_none=True)
    again = InspectionPlan.model_validate_json(line)

    assert content_sha256(plan()) == content_sha256(again)


def test_the_process_is_called_what_its_people_call_it() -> None:
    """S-01, S-29, S-31."""
    named = identity(called="pilot run", activity="08.10.06", next_activity="08.20.01")

    assert "pilot run" == named.called
    assert ("08.10.06", "08 Develop", "08.20.01") == (
        named.activity,
        named.stage,
        named.next_activity,
    )
    assert "production prototype" == identity().called


@pytest.mark.parametrize(("low", "high"), [(501, 500), (0, 500), (1, 10**9 + 1)])
def test_a_run_is_a_range_that_can_be_ordered(low: int, high: int) -> None:
    """S-08."""
    with pytest.raises(ValidationError):
        ProcessIdentity(name="Bowl", run_max=high, run_min=low)


def test_a_run_may_be_a_single_number() -> None:
    """S-08."""
    assert 500 == identity(run_min=500, run_max=500).run_min


def test_no_jig_is_a_value_and_not_a_gap() -> None:
    """S-15."""
    made = Provenance(line="Line 2", site="Stoke", tooling="T-1", tooling_revision="A")

    assert "none specified" == made.fixture


@pytest.mark.parametrize("missing", ["line", "site", "tooling", "tooling_revision"])
def test_provenance_has_no_other_default(missing: str) -> None:
    """S-02, S-41."""
    fields = {"line": "2", "site": "Stoke", "tooling": "T-1", "tooling_revision": "A"}
    del fields[missing]

    with pytest.raises(ValidationError, match=missing):
        Provenance.model_validate(fields)


def test_how_a_unit_was_built_has_no_default() -> None:
    """S-02, S-05: a unit of unknown make can never count."""
    with pytest.raises(ValidationError, match="method"):
        UnitBuild.model_validate({})


def test_a_unit_was_built_in_one_of_four_ways() -> None:
    """S-05, S-11."""
    assert ["line", "bench", "3d-print", "engineer-assisted"] == [*BuildMethod]


@pytest.mark.parametrize("revision", [0, -1, 10**9 + 1, 2**53])
def test_a_process_revision_is_one_that_a_line_can_hold(revision: int) -> None:
    """S-02."""
    with pytest.raises(ValidationError, match="process_revision"):
        UnitBuild(method=BuildMethod.LINE, process_revision=revision)


def test_a_price_is_exact_and_never_negative() -> None:
    """S-13."""
    assert '{"amount":"149.90","currency":"GBP"}' == (
        Price.model_validate({"amount": "149.90", "currency": "GBP"}).model_dump_json()
    )
    with pytest.raises(ValidationError, match="amount"):
        Price.model_validate({"amount": "-1", "currency": "GBP"})
