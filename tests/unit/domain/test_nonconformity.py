"""From readings and reports to nonconformities, each fault once."""

import pytest

from signoff_ledger.domain.batch_events import Nonconformity
from signoff_ledger.domain.nonconformity import failing_one, found_in, reported_one
from signoff_ledger.domain.unit import DefectReport
from signoff_ledger.domain.values import Severity
from signoff_ledger.errors import InputError
from tests.stories import BUILD, GLAZE, HEAT, LID, plan, unit

RIM = LID.model_copy(update={"id": "rim"})
TWO_GAPS = plan(characteristics=(LID, RIM, GLAZE, HEAT, BUILD))


def test_a_conforming_unit_has_none() -> None:
    """S-45."""
    assert () == found_in(unit("U-01"), plan(), 0)


def test_every_failing_reading_is_one_in_the_order_of_the_ids() -> None:
    """S-45: one unit, two nonconformities."""
    found = found_in(unit("U-01", "lid", "glaze"), plan(), 7)

    assert [(8, "PINHOLE", "glaze"), (9, "LID-SEAT", "lid")] == [
        (n.number, n.mode, n.characteristic) for n in found
    ]


def test_a_reported_fault_that_a_reading_shows_is_counted_once() -> None:
    """S-45: the report adds the place, the reading adds which characteristic shows it."""
    report = unit("U-01", "glaze", defects=[DefectReport("PINHOLE", "base", "two of them")])

    assert (
        Nonconformity(
            characteristic="glaze",
            location="base",
            mode="PINHOLE",
            note="two of them",
            number=1,
            severity=Severity.MINOR,
        ),
    ) == found_in(report, plan(), 0)


def test_a_fault_reported_at_two_places_is_two_of_which_the_reading_shows_one() -> None:
    """S-45, S-23: measuring again takes back what the measurement showed, and no more."""
    defects = [DefectReport("PINHOLE", "base"), DefectReport("PINHOLE", "rim")]

    found = found_in(unit("U-01", "glaze", defects=defects), plan(), 0)

    assert [("base", "glaze"), ("rim", None)] == [(n.location, n.characteristic) for n in found]


def test_two_readings_that_fail_in_one_mode_are_both_on_record() -> None:
    """G8, S-45: a clause on either characteristic must see its own."""
    report = unit("U-01", "lid", readings={"rim": 99}, defects=[DefectReport("LID-SEAT")])

    found = found_in(report, TWO_GAPS, 0)

    assert ["lid", "rim"] == [n.characteristic for n in found]


def test_a_fault_besides_the_readings_is_one_of_its_own() -> None:
    """S-45."""
    defects = [DefectReport("OTHER"), DefectReport("NO-HEAT")]
    found = found_in(unit("U-01", "lid", defects=defects), plan(), 7)

    assert [(8, "OTHER", None), (9, "NO-HEAT", None), (10, "LID-SEAT", "lid")] == [
        (n.number, n.mode, n.characteristic) for n in found
    ]


def test_a_long_build_time_is_none() -> None:
    """G3, S-38."""
    assert () == found_in(unit("U-01", readings={"build": 10**6}), plan(), 0)


@pytest.mark.parametrize(
    ("location", "severity"),
    [(None, Severity.MAJOR), ("base", Severity.MINOR), ("rim", Severity.CRITICAL)],
)
def test_a_reported_fault_is_graded_by_the_plan_at_its_place(
    location: str | None, severity: Severity
) -> None:
    """S-47."""
    assert severity is reported_one(DefectReport("PINHOLE", location), plan(), 1).severity


def test_a_failing_reading_is_graded_by_its_characteristic() -> None:
    """S-47, G8."""
    assert Severity.CRITICAL is failing_one("heat", plan(), 1).severity


def test_a_mode_that_nobody_foresaw_can_be_recorded_as_other() -> None:
    """S-45."""
    made = reported_one(DefectReport("OTHER", note="a fly in the glaze"), plan(), 1)

    assert ("OTHER", Severity.MAJOR, "a fly in the glaze") == (made.mode, made.severity, made.note)


def test_a_mode_outside_the_catalogue_is_refused() -> None:
    """S-23: there is no code for bad luck."""
    with pytest.raises(InputError) as refused:
        reported_one(DefectReport("OUTLIER"), plan(), 1)

    assert "SL204" == refused.value.code
    assert "PINHOLE" in refused.value.why
