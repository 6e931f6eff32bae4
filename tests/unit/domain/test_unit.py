"""A unit: what makes it a reject, and what does not."""

import pytest

from signoff_ledger.domain.events.batch import Nonconformity
from signoff_ledger.domain.notation import Notation
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.unit import (
    NonconformityReport,
    Unit,
    UnitReport,
    UnreadableError,
    gauges_text,
    readings_of,
)
from signoff_ledger.domain.values import BuildMethod, Severity
from tests.stories import plan

LINE = UnitBuild(method=BuildMethod.LINE)


def flawed(*grades: Severity) -> Unit:
    """Make a unit with one nonconformity of each grade."""
    found = {
        n: Nonconformity(mode="X", number=n, severity=grade) for n, grade in enumerate(grades, 1)
    }
    return Unit(serial="U-1", build=LINE, readings={}, nonconformities=found)


@pytest.mark.parametrize("reject_from", [*Severity])
def test_a_unit_without_a_nonconformity_is_no_reject(reject_from: Severity) -> None:
    """S-45."""
    assert not flawed().is_reject(reject_from)


@pytest.mark.parametrize(
    ("grade", "reject_from", "is_reject"),
    [
        (Severity.MINOR, Severity.MINOR, True),
        (Severity.MINOR, Severity.MAJOR, False),
        (Severity.MAJOR, Severity.MAJOR, True),
        (Severity.MAJOR, Severity.CRITICAL, False),
        (Severity.CRITICAL, Severity.MINOR, True),
    ],
)
def test_a_unit_is_a_reject_from_the_counted_grade_on(
    grade: Severity, reject_from: Severity, *, is_reject: bool
) -> None:
    """S-47."""
    assert is_reject is flawed(grade).is_reject(reject_from)


def test_the_worst_nonconformity_decides() -> None:
    """S-47."""
    assert flawed(Severity.MINOR, Severity.CRITICAL).is_reject(Severity.MAJOR)


def test_a_report_says_nothing_by_default() -> None:
    """S-06: no verdict, no time, no nonconformity is presumed."""
    report = UnitReport(serial="U-1", build=LINE, readings={})

    assert ((), None, None, None) == (
        report.nonconformities,
        report.observed_at,
        report.replaces,
        report.stated_conforms,
    )
    assert (None, None) == (NonconformityReport("X").location, NonconformityReport("X").note)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("weight", "1", "the plan has no such characteristic"),
        ("lid", "wide", "is not a plain decimal number"),
    ],
)
def test_a_result_that_the_plan_does_not_read_is_named(name: str, text: str, why: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        readings_of(plan(), {name: text}, Notation())

    assert (name, text) == (refused.value.name, refused.value.text)
    assert why in str(refused.value)


def test_a_characteristic_has_one_reading_however_its_name_is_written() -> None:
    with pytest.raises(UnreadableError) as refused:
        readings_of(plan(), {"lid": "0.2", "LID": "0.3"}, Notation())

    assert "is a second reading of lid" in str(refused.value)


def test_gauges_are_named_with_what_they_measured_where_there_are_several() -> None:
    assert "gauge FG-1" == gauges_text({"lid": "FG-1", "heat": "FG-1"})
    assert "gauges FG-1 (lid, heat), TH-2 (build)" == gauges_text(
        {"lid": "FG-1", "heat": "FG-1", "build": "TH-2"}
    )
