"""What one plan passes that another did not, characteristic by characteristic."""

from decimal import Decimal
from typing import Any

import pytest

from signoff_ledger.domain.characteristic import Characteristic, Family
from signoff_ledger.domain.plan import InspectionPlan, Mode, NotApplicable
from signoff_ledger.domain.plan_difference import Difference, PlanDifference, differences
from signoff_ledger.domain.values import Severity
from tests.stories import BUILD, GLAZE, HEAT, LID, PINHOLE, PROVENANCE, identity, plan

CHIP = Mode(code="CHIP", severity=Severity.MINOR, text="a chip")
GRAVE_CHIP = Mode(code="CHIP", severity=Severity.CRITICAL, text="a chip")


def with_lid(**changes: Any) -> InspectionPlan:
    """Make the plan with another characteristic of the lid."""
    lid = Characteristic.model_validate(LID.model_dump() | changes)
    return plan(characteristics=(lid, GLAZE, HEAT, BUILD))


def found(newer: InspectionPlan, older: InspectionPlan | None = None) -> list[tuple[str, str]]:
    """Name what differs from the usual plan, and how."""
    return [(d.item, d.difference.value) for d in differences(older or plan(), newer)]


def test_the_same_plan_differs_in_nothing() -> None:
    """G15."""
    assert () == differences(plan(), plan())


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"upper": "0.35"}, "TIGHTENED"),
        ({"lower": "0.20", "upper": "0.35"}, "TIGHTENED"),
        ({"severity": "critical"}, "TIGHTENED"),
        ({"upper": "0.45"}, "LOOSENED"),
        ({"upper": None}, "LOOSENED"),
        ({"lower": "0.05"}, "LOOSENED"),
        ({"lower": "0.05", "upper": "0.35"}, "LOOSENED"),
        ({"severity": "minor"}, "LOOSENED"),
        ({"upper": "0.35", "severity": "minor"}, "LOOSENED"),
        ({"decimals": 3}, "LOOSENED"),
        ({"unit": "cm"}, "LOOSENED"),
        ({"mode": "PINHOLE"}, "LOOSENED"),
    ],
    ids=str,
)
def test_what_is_neither_the_same_nor_plainly_stricter_counts_as_loosened(
    changes: dict[str, Any], how: str
) -> None:
    """G15: limits, grade, scale and the mode that a failing reading makes."""
    assert [("lid", how)] == found(with_lid(**changes))


def test_a_difference_says_what_was_and_what_is() -> None:
    """G15."""
    (difference,) = differences(plan(), with_lid(upper="0.50"))

    assert (
        PlanDifference(
            difference=Difference.LOOSENED,
            item="lid",
            now="fit, variable in mm to 2 decimals, from 0.10, to 0.50, LID-SEAT (major)",
            was="fit, variable in mm to 2 decimals, from 0.10, to 0.40, LID-SEAT (major)",
        )
        == difference
    )
    assert difference.loosens


@pytest.mark.parametrize(
    "changes", [{"name": "Gap"}, {"nominal": "0.20"}, {"lower": Decimal("0.1")}, {"reference": "1"}]
)
def test_what_decides_nothing_is_no_difference(changes: dict[str, Any]) -> None:
    """G15: also the same limit, written otherwise."""
    assert [] == found(with_lid(**changes))
    assert [] == found(plan(identity=identity(name="A bowl with a lid")))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"identity": identity(run_max=2_000)}, [("run", "LOOSENED")]),
        ({"identity": identity(run_min=400)}, [("run", "LOOSENED")]),
        ({"identity": identity(run_max=900)}, [("run", "TIGHTENED")]),
        (
            {"provenance": PROVENANCE.model_copy(update={"fixture": "JIG-1"})},
            [("fixture", "TIGHTENED")],
        ),
        (
            {"provenance": PROVENANCE.model_copy(update={"tooling_revision": "B"})},
            [("tooling_revision", "LOOSENED")],
        ),
    ],
)
def test_what_a_unit_is_made_on_and_for_which_run_is_compared(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """G15, G17: what the plan itself requires is not lost by a later one."""
    assert expected == found(plan(**changes))


def test_a_characteristic_that_is_gone_and_one_that_is_new_are_named() -> None:
    """G15: what was there first, then what is new."""
    brim = LID.model_copy(update={"id": "brim"})
    (removed, added) = differences(plan(), plan(characteristics=(brim, GLAZE, HEAT, BUILD)))

    assert [("lid", Difference.REMOVED), ("brim", Difference.ADDED)] == [
        (d.item, d.difference) for d in (removed, added)
    ]
    assert (None, None) == (removed.now, added.was)
    assert (True, False) == (removed.loosens, added.loosens)


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ((PINHOLE, CHIP), [("mode CHIP", "LOOSENED")]),
        ((PINHOLE, GRAVE_CHIP), [("mode CHIP", "ADDED")]),
        ((), [("mode PINHOLE", "LOOSENED")]),
        (
            (PINHOLE, Mode(code="LID-SEAT", severity=Severity.MINOR, text="x")),
            [("mode LID-SEAT", "LOOSENED")],
        ),
        (
            (PINHOLE, Mode(code="OTHER", severity=Severity.CRITICAL, text="x")),
            [("mode OTHER", "TIGHTENED")],
        ),
        ((PINHOLE.model_copy(update={"text": "a hole"}),), []),
        (
            (PINHOLE.model_copy(update={"zones": {**PINHOLE.zones, "lip": Severity.MAJOR}}),),
            [],
        ),
        (
            (PINHOLE.model_copy(update={"zones": {"rim": Severity.CRITICAL}}),),
            [("mode PINHOLE", "TIGHTENED")],
        ),
        (
            (PINHOLE.model_copy(update={"zones": {**PINHOLE.zones, "lip": Severity.MINOR}}),),
            [("mode PINHOLE", "LOOSENED")],
        ),
    ],
)
def test_modes_are_compared_grade_by_grade_and_zone_by_zone(
    modes: tuple[Mode, ...], expected: list[tuple[str, str]]
) -> None:
    """G15, S-47: also those that only readings made before."""
    assert expected == found(plan(modes=modes))


def test_a_mode_that_is_gone_is_named() -> None:
    """G15."""
    assert [("mode CHIP", "REMOVED")] == found(plan(), plan(modes=(PINHOLE, CHIP)))


def test_the_grades_of_very_many_zones_are_cut_short_and_compared_in_full() -> None:
    """G15: no plan is too large to be compared."""
    zones = {f"zone-{n:03}": Severity.MAJOR for n in range(400)}
    older = plan(modes=(PINHOLE.model_copy(update={"zones": zones}),))
    zones = {**zones, "zone-399": Severity.MINOR}
    newer = plan(modes=(PINHOLE.model_copy(update={"zones": zones}),))
    (difference,) = differences(older, newer)

    assert Difference.LOOSENED is difference.difference
    assert 2_000 == len(difference.now or "") == len(difference.was or "")


def test_a_family_that_is_not_checked_any_more_is_removed() -> None:
    """G15, S-06."""
    waived = NotApplicable(family=Family.FUNCTION, reason="a bowl does nothing")
    without = plan(characteristics=(LID, GLAZE, BUILD), not_applicable=(waived,))
    gone = {d.item: d for d in differences(plan(), without)}
    back = {d.item: d for d in differences(without, plan())}

    assert ("REMOVED", "checked", "not applicable: a bowl does nothing") == (
        gone["family function"].difference,
        gone["family function"].was,
        gone["family function"].now,
    )
    assert Difference.REMOVED is gone["heat"].difference
    assert ("ADDED", "not applicable: a bowl does nothing", "checked") == (
        back["family function"].difference,
        back["family function"].was,
        back["family function"].now,
    )


def test_a_family_that_stays_waived_is_no_difference() -> None:
    """G15: for whatever reason."""
    older, newer = (
        plan(
            characteristics=(LID, GLAZE, BUILD),
            not_applicable=(NotApplicable(family=Family.FUNCTION, reason=reason),),
        )
        for reason in ("a bowl does nothing", "nothing to do")
    )

    assert () == differences(older, newer)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"operator_roles": ("operator",)}, [("operator_roles", "TIGHTENED")]),
        ({"operator_roles": ("operator", "trainee")}, [("operator_roles", "LOOSENED")]),
        ({"operator_roles": ("Operator", "LINE-WORKER", "assembler")}, []),
        ({"signer_may_inspect": True}, [("signer_may_inspect", "LOOSENED")]),
    ],
)
def test_who_may_build_and_inspect_is_part_of_the_plan(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """G15, G23, G24."""
    assert expected == found(plan(**changes))


def test_a_signer_who_may_no_longer_inspect_is_a_tightening() -> None:
    """G24."""
    (difference,) = differences(plan(signer_may_inspect=True), plan())

    assert (Difference.TIGHTENED, "true", "false") == (
        difference.difference,
        difference.was,
        difference.now,
    )
