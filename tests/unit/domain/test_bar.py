"""The bar: the number to decide on, and which other bar would be an easier one."""

from typing import Any

import pytest
from pydantic import ValidationError

from signoff_ledger.domain.bar import (
    Bar,
    CharacteristicClause,
    ConfirmationBatch,
    MissingUnits,
    ModeClause,
    RepeatWithoutChange,
)
from signoff_ledger.domain.characteristic import Family
from signoff_ledger.domain.plan import NotApplicable
from signoff_ledger.domain.values import Severity
from tests.stories import GLAZE, HEAT, LID, bar, plan


def mode(name: str, units: int) -> ModeClause:
    """Limit a mode."""
    return ModeClause(max_units=units, mode=name)


def single(name: str, units: int) -> CharacteristicClause:
    """Limit a characteristic."""
    return CharacteristicClause(characteristic=name, max_units=units)


def test_a_bar_is_strict_where_it_says_nothing() -> None:
    """G1, G5, G7, G8."""
    made = Bar(max_rejects=1, units=20)

    assert ConfirmationBatch.AFTER_CHANGE is made.confirmation_batch
    assert MissingUnits.REJECT is made.missing_units
    assert RepeatWithoutChange.REFUSE is made.repeat_without_change
    assert Severity.MINOR is made.reject_from
    assert 0 == made.max_critical


def test_a_bar_without_a_time_clause_has_none() -> None:
    """G3: a limit is never invented."""
    made = bar()

    assert (None, None) == (made.build_time_median_max_s, made.build_time_each_max_s)
    assert ((), ()) == (made.modes, made.characteristics)


@pytest.mark.parametrize("missing", ["units", "max_rejects"])
def test_the_batch_size_and_the_acceptance_number_are_stated(missing: str) -> None:
    """S-18, S-33."""
    fields = {"max_rejects": 1, "units": 20}
    del fields[missing]

    with pytest.raises(ValidationError, match=missing):
        Bar.model_validate(fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_rejects": 20},
        {"max_rejects": 21},
        {"max_rejects": -1},
        {"units": 0},
        {"units": 100_001},
        {"max_critical": -1},
        {"max_critical": 2**60},
        {"build_time_median_max_s": 0},
        {"build_time_each_max_s": 2**60},
        {"modes": [{"max_units": -1, "mode": "X"}]},
        {"modes": [{"max_units": 2**60, "mode": "X"}]},
        {"characteristics": [{"characteristic": "x", "max_units": -1}]},
        {"characteristics": [{"characteristic": "x", "max_units": 2**60}]},
        {"repeat_without_change": "sometimes"},
        {"max_percent": 5},
    ],
)
def test_a_bar_that_cannot_be_missed_or_recorded_is_refused(changes: dict[str, Any]) -> None:
    """G8, S-33."""
    with pytest.raises(ValidationError):
        bar(**changes)


def test_a_bar_may_accept_all_but_one() -> None:
    """S-54."""
    assert 19 == bar(max_rejects=19).max_rejects


@pytest.mark.parametrize(
    ("units", "max_rejects"),
    [(4, 0), (7, 1), (9, 2), (20, 1), (20, 6), (100_000, 49_000)],
)
def test_a_bar_that_tells_half_bad_from_good_is_one(units: int, max_rejects: int) -> None:
    """G22: at most one time in ten would a process with half its units bad pass."""
    assert not bar(units=units, max_rejects=max_rejects).passes_half_bad


@pytest.mark.parametrize(
    ("units", "max_rejects"),
    [(1, 0), (3, 0), (5, 4), (4, 1), (6, 1), (8, 2), (20, 7), (20, 19), (100_000, 50_000)],
)
def test_a_bar_that_half_a_process_passes_is_none(units: int, max_rejects: int) -> None:
    """G22: one unit, three units with Ac 0, four of five."""
    assert bar(units=units, max_rejects=max_rejects).passes_half_bad


@pytest.mark.parametrize("limit", ["build_time_each_max_s", "build_time_median_max_s"])
def test_a_build_time_may_be_limited_to_a_second(limit: str) -> None:
    """S-38."""
    assert 1 == getattr(bar(**{limit: 1}), limit)


def test_a_bar_fits_a_plan_that_knows_what_it_names() -> None:
    """G8."""
    made = bar(
        modes=(mode("LID-SEAT", 0), mode("OTHER", 0)),
        characteristics=(single("lid", 0),),
        build_time_median_max_s=400,
    )

    assert "" == made.problem_with(plan())


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"modes": (mode("CRACK", 0),)}, "the bar names the mode CRACK, the plan does not"),
        (
            {"characteristics": (single("crack", 0),)},
            "the bar names the characteristic crack, the plan does not",
        ),
    ],
)
def test_a_bar_that_names_what_the_plan_does_not_is_refused_with_that_reason(
    changes: dict[str, Any], problem: str
) -> None:
    """G8."""
    assert problem == bar(**changes).problem_with(plan())


@pytest.mark.parametrize("limit", ["build_time_each_max_s", "build_time_median_max_s"])
def test_a_build_time_that_is_not_read_cannot_be_limited(limit: str) -> None:
    """S-38."""
    untimed = plan(
        characteristics=(LID, GLAZE, HEAT),
        not_applicable=(NotApplicable(family=Family.BUILD_TIME, reason="one shot"),),
    )

    assert "the bar limits the build time, the plan does not read it" == bar(
        **{limit: 60}
    ).problem_with(untimed)
    assert "" == bar().problem_with(untimed)


EASIER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("max_rejects", {"max_rejects": 1}, {"max_rejects": 2}),
    ("max_critical", {"max_critical": 0}, {"max_critical": 1}),
    ("units", {"units": 20}, {"units": 19}),
    ("reject_from", {"reject_from": "minor"}, {"reject_from": "major"}),
    ("build_time_each_max_s", {"build_time_each_max_s": 60}, {"build_time_each_max_s": 61}),
    ("build_time_each_max_s", {"build_time_each_max_s": 60}, {}),
    ("build_time_median_max_s", {"build_time_median_max_s": 60}, {"build_time_median_max_s": 61}),
    ("build_time_median_max_s", {"build_time_median_max_s": 60}, {}),
    ("confirmation_batch", {"confirmation_batch": "always"}, {}),
    ("missing_units", {}, {"missing_units": "replace"}),
    ("repeat_without_change", {}, {"repeat_without_change": "allow"}),
    ("mode LID-SEAT", {"modes": (mode("LID-SEAT", 0),)}, {"modes": (mode("LID-SEAT", 1),)}),
    ("mode LID-SEAT", {"modes": (mode("LID-SEAT", 0),)}, {"modes": (mode("PINHOLE", 0),)}),
    (
        "characteristic lid",
        {"characteristics": (single("lid", 0),)},
        {"characteristics": (single("lid", 1),)},
    ),
    ("characteristic lid", {"characteristics": (single("lid", 0),)}, {}),
]


@pytest.mark.parametrize(("clause", "older", "newer"), EASIER)
def test_a_loosened_clause_is_named(
    clause: str, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    """G6."""
    assert (clause,) == bar(**newer).loosened_from(bar(**older))


@pytest.mark.parametrize(("clause", "older", "newer"), EASIER)
def test_a_tightened_clause_is_no_loosening(
    clause: str, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    """G6."""
    assert clause not in bar(**older).loosened_from(bar(**newer))


def test_every_loosened_clause_is_named() -> None:
    """G6."""
    newer = bar(max_rejects=2, units=10, reject_from="critical", missing_units="replace")

    assert ("max_rejects", "units", "reject_from", "missing_units") == newer.loosened_from(bar())


def test_the_same_bar_is_not_looser() -> None:
    """G6."""
    assert () == bar().loosened_from(bar())
