"""From readings and reports to nonconformities, each once."""

import pytest

from signoff_ledger.domain.events.batch import Nonconformity
from signoff_ledger.domain.nonconformity import failing_one, found_in, reported_one
from signoff_ledger.domain.unit import NonconformityReport
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


def test_a_reported_nonconformity_that_a_reading_shows_is_counted_once() -> None:
    """S-45: the report adds the place, the reading adds which characteristic shows it."""
    report = unit(
        "U-01", "glaze", nonconformities=[NonconformityReport("PINHOLE", "base", "two of them")]
    )

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


def test_a_nonconformity_reported_at_two_places_is_two_of_which_the_reading_shows_one() -> None:
    """S-45, S-23: measuring again takes back what the measurement showed, and no more."""
    reported = [NonconformityReport("PINHOLE", "base"), NonconformityReport("PINHOLE", "rim")]

    found = found_in(unit("U-01", "glaze", nonconformities=reported), plan(), 0)

    assert [("base", "glaze"), ("rim", None)] == [(n.location, n.characteristic) for n in found]


def test_two_readings_that_fail_in_one_mode_are_both_on_record() -> None:
    """G8, S-45: a clause on either characteristic must see its own."""
    report = unit(
        "U-01", "lid", readings={"rim": 99}, nonconformities=[NonconformityReport("LID-SEAT")]
    )

    found = found_in(report, TWO_GAPS, 0)

    assert ["lid", "rim"] == [n.characteristic for n in found]


def test_a_nonconformity_besides_the_readings_is_one_of_its_own() -> None:
    """S-45."""
    reported = [NonconformityReport("OTHER"), NonconformityReport("NO-HEAT")]
    found = found_in(unit("U-01", "lid", nonconformities=reported), plan(), 7)

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
def test_a_reported_nonconformity_is_graded_by_the_plan_at_its_place(
    location: str | None, severity: Severity
) -> None:
    """S-47."""
    assert severity is reported_one(NonconformityReport("PINHOLE", location), plan(), 1).severity


def test_a_failing_reading_is_graded_by_its_characteristic() -> None:
    """S-47, G8."""
    assert Severity.CRITICAL is failing_one("heat", plan(), 1).severity


@pytest.mark.parametrize("location", ["RIM", "rim", "R-im", "\uff52im"], ids=ascii)
def test_a_zone_of_the_plan_is_known_in_every_spelling(location: str) -> None:
    """S-47: the grade does not hang on a capital letter."""
    made = reported_one(NonconformityReport("PINHOLE", location), plan(), 1)

    assert ("rim", Severity.CRITICAL, None) == (made.location, made.severity, made.zone_unknown)


@pytest.mark.parametrize(("mode", "unknown"), [("PINHOLE", True), ("NO-HEAT", None)])
def test_a_zone_that_the_plan_does_not_grade_is_marked(mode: str, *, unknown: bool | None) -> None:
    """S-47: where it grades others of the mode."""
    made = reported_one(NonconformityReport(mode, "lip"), plan(), 1)

    assert ("lip", unknown) == (made.location, made.zone_unknown)


@pytest.mark.parametrize(
    ("mode", "why"), [("PINHOLE", "the plan names the zones base, rim"), ("NO-HEAT", "")]
)
def test_a_place_that_is_no_zone_and_no_key_is_refused(mode: str, why: str) -> None:
    """S-47."""
    with pytest.raises(InputError) as refused:
        reported_one(NonconformityReport(mode, "top face"), plan(), 1)

    assert ("SL106", why) == (refused.value.code, refused.value.why)


def test_a_failing_reading_at_a_zone_is_graded_there_unless_it_is_critical() -> None:
    """S-47, G8: a critical characteristic is never graded lower by a zone."""
    hot = HEAT.model_copy(update={"mode": "PINHOLE"})
    made = plan(characteristics=(LID, GLAZE, hot, BUILD))
    reported = [NonconformityReport("PINHOLE", "base")]
    glaze = found_in(unit("U-01", "glaze", nonconformities=reported), made, 0)
    heat = found_in(unit("U-01", "heat", nonconformities=reported), made, 0)

    assert [(Severity.MINOR, "glaze")] == [(n.severity, n.characteristic) for n in glaze]
    assert [(Severity.CRITICAL, "heat")] == [(n.severity, n.characteristic) for n in heat]


def test_a_reading_alone_is_graded_by_the_graver_of_its_mode_and_its_characteristic() -> None:
    """S-47, G8."""
    minor = LID.model_copy(update={"mode": "PINHOLE", "severity": Severity.MINOR})
    made = plan(characteristics=(minor, GLAZE, HEAT, BUILD))

    assert Severity.MAJOR is failing_one("lid", made, 1).severity


def test_a_mode_that_nobody_foresaw_can_be_recorded_as_other() -> None:
    """S-45."""
    made = reported_one(NonconformityReport("OTHER", note="a fly in the glaze"), plan(), 1)

    assert ("OTHER", Severity.MAJOR, "a fly in the glaze") == (made.mode, made.severity, made.note)


def test_a_mode_outside_the_catalogue_is_refused() -> None:
    """S-23: there is no code for bad luck."""
    with pytest.raises(InputError) as refused:
        reported_one(NonconformityReport("OUTLIER"), plan(), 1)

    assert "SL204" == refused.value.code
    assert "PINHOLE" in refused.value.why
