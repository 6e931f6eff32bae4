"""Reading what people type, exactly, and judging it against limits that are inclusive."""

from collections.abc import Iterator
from decimal import Context, Decimal, getcontext, setcontext
from typing import Any

import pytest
from pydantic import ValidationError

from signoff_ledger.domain.characteristic import Characteristic, Family, Kind
from tests.stories import BUILD, GLAZE, LID


def variable(**changes: Any) -> Characteristic:
    """Make a variable of two decimals between 0.10 and 0.40 mm, or a different one."""
    return Characteristic.model_validate(LID.model_dump() | changes)


def time(unit: str, **changes: Any) -> Characteristic:
    """Make a build time in some unit."""
    return Characteristic.model_validate(
        BUILD.model_dump() | {"reference": None, "unit": unit} | changes
    )


@pytest.fixture
def narrow_context() -> Iterator[None]:
    """Leave the caller's decimal arithmetic with three digits."""
    before = getcontext().copy()
    setcontext(Context(prec=3))
    yield
    setcontext(before)


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("0.25", 25),
        (" 0.25 ", 25),
        ("0.25 mm", 25),
        ("0.25mm", 25),
        ("+0.25", 25),
        ("0.250", 25),
        ("0.3", 30),
        ("7", 700),
        ("007", 700),
        ("-0.01", -1),
        ("-0", 0),
        ("90071992547409.91", 2**53 - 1),
        ("-90071992547409.91", 1 - 2**53),
    ],
)
def test_a_decimal_is_read_into_the_scale_of_the_plan(text: str, reading: int) -> None:
    """S-13."""
    assert reading == variable().read(text)


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    """S-13: 0.1 + 0.2 is 0.3, which binary fractions cannot say."""
    gap = variable(upper="0.30")

    assert gap.read("0.3") == gap.read("0.1") + gap.read("0.2")
    assert gap.conforms(gap.read("0.1") + gap.read("0.2"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is blank; a blank is not a pass"),
        ("   ", "is blank; a blank is not a pass"),
        ("0,25", "must use a decimal point, not a comma"),
        ("1,000.5", "has separators of thousands; write the digits without them"),
        ("NaN", "is not a plain decimal number"),
        ("Infinity", "is not a plain decimal number"),
        ("-", "is not a plain decimal number"),
        (".5", "is not a plain decimal number"),
        ("5.", "is not a plain decimal number"),
        ("1.2.3", "is not a plain decimal number"),
        ("0x10", "is in x10, the plan says mm"),
        ("1e400", "has an exponent; write the number out"),
        ("1_000", "is in _000, the plan says mm"),
        ("٢٥", "is not a plain decimal number"),
        ("0.25 in", "is in in, the plan says mm"),
        ('0.25"', 'is in ", the plan says mm'),
        ("0.25 MM", "is in MM, the plan says mm"),
        ("0.25 mm mm", "is not a plain decimal number"),
        ("0.255", "is finer than the plan's scale of 2 decimals"),
        ("90071992547409.92", "is outside the range that can be recorded"),
        ("-90071992547409.92", "is outside the range that can be recorded"),
        ("9" * 30, "is outside the range that can be recorded"),
        ("9" * 31, "is not a plain decimal number"),
        ("pass", "is not a plain decimal number"),
    ],
)
def test_a_text_that_is_no_such_measurement_is_refused(text: str, problem: str) -> None:
    """S-06, S-13."""
    with pytest.raises(ValueError) as refused:
        variable().read(text)

    assert problem in str(refused.value)


def test_a_value_with_more_digits_than_arithmetic_keeps_is_not_rounded() -> None:
    """S-13: sixteen digits before the point and fifteen behind it are more than 28."""
    whole = variable(decimals=0, lower="0", nominal=None, upper=None)

    with pytest.raises(ValueError, match="is finer than the plan's scale"):
        whole.read("9007199254740991.000000000000001")


@pytest.mark.usefixtures("narrow_context")
def test_the_callers_arithmetic_plays_no_part() -> None:
    """S-13: the same text is the same reading wherever it is read."""
    gap = variable(lower="10000.01", upper="10000.03")

    assert 1_000_002 == gap.read("+10000.02")
    assert (1_000_001, 1_000_003) == gap.scaled_limits
    assert "10000.02 mm" == gap.show(1_000_002)
    assert "1000.05 min" == time("min").show(60_003)


@pytest.mark.parametrize(
    ("text", "reading"), [("pass", 1), ("fail", 0), (" PASS ", 1), ("Fail", 0)]
)
def test_an_attribute_is_pass_or_fail(text: str, reading: int) -> None:
    """S-06."""
    assert reading == GLAZE.read(text)


@pytest.mark.parametrize("text", ["", "yes", "ok", "1", "true", "passed", "n/a"])
def test_an_attribute_is_nothing_else(text: str) -> None:
    """S-06: no default and no synonym can pass a unit."""
    with pytest.raises(ValueError, match="must be pass or fail"):
        GLAZE.read(text)


@pytest.mark.parametrize(
    ("unit", "text", "seconds"),
    [
        ("min", "11", 660),
        ("min", "11 min", 660),
        ("min", "0.05", 3),
        ("s", "660", 660),
        ("h", "0.25", 900),
        ("h", "1.0025", 3_609),
        ("min", "0", 0),
        ("min", "7:20", 440),
        ("s", "0:07:20", 440),
        ("h", "1:00:05", 3_605),
        ("min", "440 s", 440),
        ("min", "7 min 20 s", 440),
        ("h", "1h 0.5min", 3_630),
    ],
)
def test_a_time_is_read_into_whole_seconds(unit: str, text: str, seconds: int) -> None:
    """S-15."""
    assert seconds == time(unit).read(text)


@pytest.mark.parametrize(
    ("unit", "text", "problem"),
    [
        ("min", "660 d", "is in d, the plan says min"),
        ("min", "0.01", "is finer than the plan's scale of whole seconds"),
        ("s", "0.5", "is finer than the plan's scale of whole seconds"),
        ("min", "-1", "is a negative time"),
        ("min", "", "is blank; a blank is not a pass"),
        ("h", "11:00", "may be hours and minutes, or minutes and seconds"),
        ("min", "1:60:00", "has more than 59 minutes in an hour"),
        ("min", "11:60", "is not a plain decimal number"),
        ("s", f"{'9' * 15} h", "is outside the range that can be recorded"),
    ],
)
def test_a_text_that_is_no_such_time_is_refused(unit: str, text: str, problem: str) -> None:
    """S-15."""
    with pytest.raises(ValueError) as refused:
        time(unit).read(text)

    assert problem in str(refused.value)


# --- judging ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "conforms"), [(9, False), (10, True), (25, True), (40, True), (41, False)]
)
def test_both_limits_are_inclusive(reading: int, *, conforms: bool) -> None:
    """S-13."""
    assert conforms is variable().conforms(reading)


@pytest.mark.parametrize(
    ("limits", "reading", "conforms"),
    [
        ({"lower": None}, -(10**9), True),
        ({"lower": None}, 41, False),
        ({"upper": None}, 10**9, True),
        ({"upper": None}, 9, False),
        ({"lower": "0.25", "upper": "0.25"}, 25, True),
        ({"lower": "0.25", "upper": "0.25"}, 26, False),
    ],
)
def test_one_limit_is_enough(limits: dict[str, Any], reading: int, *, conforms: bool) -> None:
    """S-13."""
    assert conforms is variable(**limits).conforms(reading)


@pytest.mark.parametrize(("reading", "conforms"), [(0, False), (1, True), (2, False)])
def test_an_attribute_conforms_when_it_passed(reading: int, *, conforms: bool) -> None:
    """S-06."""
    assert conforms is GLAZE.conforms(reading)


@pytest.mark.parametrize("seconds", [0, 660, 10**9])
def test_a_build_time_is_reported_and_not_judged(seconds: int) -> None:
    """G3, S-38."""
    assert BUILD.conforms(seconds)


# --- showing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("characteristic", "reading", "shown"),
    [
        (variable(), 25, "0.25 mm"),
        (variable(), 30, "0.30 mm"),
        (variable(), -1, "-0.01 mm"),
        (variable(), 2**53 - 1, "90071992547409.91 mm"),
        (GLAZE, 1, "pass"),
        (GLAZE, 0, "fail"),
        (time("min"), 660, "11 min"),
        (time("min"), 6_000, "100 min"),
        (time("min"), 331, "5.52 min"),
        (time("s"), 660, "660 s"),
        (time("h"), 3_609, "1.0025 h"),
        (time("h"), 3_600, "1 h"),
    ],
)
def test_a_reading_is_shown_the_way_people_read_it(
    characteristic: Characteristic, reading: int, shown: str
) -> None:
    """S-13, S-15."""
    assert shown == characteristic.show(reading)


@pytest.mark.parametrize("unit", ["s", "min", "h"])
def test_two_times_are_never_shown_as_one(unit: str) -> None:
    """S-15: a correction by a single second has to be visible."""
    shown = {time(unit).show(seconds) for seconds in range(7_200)}

    assert 7_200 == len(shown)


def test_the_reference_is_kept_in_the_scale_of_readings() -> None:
    """S-14, S-15."""
    assert 240 == BUILD.scaled_reference
    assert variable().scaled_reference is None
    assert 30 == variable(reference="0.3").scaled_reference


# --- defining -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "changes", "problem"),
    [
        (LID, {"lower": None, "upper": None}, "a variable needs a unit and at least one limit"),
        (LID, {"unit": None}, "a variable needs a unit and at least one limit"),
        (LID, {"lower": "0.41"}, "the lower limit 0.41 is above the upper limit 0.40"),
        (LID, {"family": Family.BUILD_TIME}, "the family build_time and the kind time go together"),
        (LID, {"upper": "0.405"}, "upper 0.405 is finer than the plan's scale of 2 decimals"),
        (LID, {"nominal": "0.255"}, "nominal 0.255 is finer than the plan's scale"),
        (LID, {"reference": "0.255"}, "reference 0.255 is finer than the plan's scale"),
        (LID, {"upper": "1E+400"}, "upper 1E+400 is outside the range"),
        (LID, {"upper": "9E+999999"}, "upper 9E+999999 is outside the range"),
        (LID, {"lower": "1E-2000000"}, "lower 1E-2000000 is outside the range"),
        (LID, {"lower": "-1E+30"}, "lower -1E+30 is outside the range"),
        (LID, {"lower": "0.1" + "0" * 40 + "1"}, "is finer than the plan's scale"),
        (
            GLAZE,
            {"upper": "1"},
            "the kind attribute takes no limits; a build-time limit belongs in",
        ),
        (GLAZE, {"unit": "mm"}, "an attribute has neither unit nor decimals"),
        (GLAZE, {"decimals": 1}, "an attribute has neither unit nor decimals"),
        (GLAZE, {"family": Family.BUILD_TIME}, "the family build_time and the kind time go"),
        (
            BUILD,
            {"upper": "11"},
            "the kind time takes no limits; a build-time limit belongs in the bar",
        ),
        (BUILD, {"unit": "days"}, "a time needs the unit s, min or h"),
        (BUILD, {"unit": None}, "a time needs the unit s, min or h"),
        (BUILD, {"family": Family.FIT}, "the family build_time and the kind time go together"),
        (BUILD, {"reference": "-1"}, "reference -1 is a negative time"),
    ],
)
def test_a_characteristic_that_fits_no_kind_is_refused(
    base: Characteristic, changes: dict[str, Any], problem: str
) -> None:
    """S-06, S-13."""
    with pytest.raises(ValidationError) as refused:
        Characteristic.model_validate(base.model_dump() | changes)

    assert f"characteristic {base.id}: " in str(refused.value)
    assert problem in str(refused.value)


@pytest.mark.parametrize("limit", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_limit_is_a_finite_number(limit: str) -> None:
    """S-13."""
    with pytest.raises(ValidationError, match="finite number"):
        variable(upper=limit)


def test_a_unit_of_measure_is_one_that_can_be_typed_behind_a_number() -> None:
    """S-13."""
    assert 25 == variable(unit="N·m/rad").read("0.25 N·m/rad")
    with pytest.raises(ValidationError, match="at most 16 characters"):
        variable(unit="millimetres by eye")


@pytest.mark.parametrize("decimals", [-1, 10])
def test_the_scale_has_up_to_nine_decimals(decimals: int) -> None:
    """S-13."""
    with pytest.raises(ValidationError, match="decimals"):
        variable(decimals=decimals)


def test_a_kind_names_how_a_characteristic_is_read() -> None:
    """S-06, S-13."""
    assert [Kind.VARIABLE, Kind.ATTRIBUTE, Kind.TIME] == [LID.kind, GLAZE.kind, BUILD.kind]
    assert Decimal("0.25") == LID.nominal


def test_what_a_characteristic_accepts_is_said_by_its_kind() -> None:
    assert "a number in mm with at most 2 decimals" == LID.accepts
    assert "pass or fail" == GLAZE.accepts
    assert "a time to the second, such as 7:20, 0:07:20, 440 s or 7 min 20 s" == BUILD.accepts
