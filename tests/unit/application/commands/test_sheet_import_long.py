"""Sheets of one reading a row: what is understood, and what is refused."""

import pytest

from signoff_ledger.domain.values import Severity
from tests.ledgers import PLAN, Shop, long, reading, readings, unit, wide
from tests.unit.application.commands.test_sheet_import import refused


def test_a_long_sheet_becomes_one_event_per_unit(opened: Shop) -> None:
    before = opened.store.size()
    rows = [*readings("S1"), *readings("S2", gap="0.5", finish="fail")]
    _, imported = opened.bring("B1", long(rows))
    batch = opened.ledger.work().batch("B1")

    assert ["sheet-imported", "unit-inspected", "unit-inspected"] == opened.topics(before)
    assert 2 == imported.units
    assert {"gap": 25, "finish": 1, "function": 1, "build_minutes": 660} == batch.units[
        "S1"
    ].readings
    assert ["FINISH", "LID-SEAT"] == [n.mode for n in batch.units["S2"].nonconformities.values()]


def test_a_long_sheet_and_a_wide_one_of_the_same_results_give_the_same_unit(shop: Shop) -> None:
    shop.open("B1")
    shop.bring("B1", wide([unit("S1", gap="0.5")]))
    shop.bring("B1", long(readings("S2", gap="0.5")))
    first, second = shop.ledger.work().batch("B1").units.values()

    assert (first.readings, first.build) == (second.readings, second.build)
    assert [n.mode for n in first.nonconformities.values()] == [
        n.mode for n in second.nonconformities.values()
    ]


def test_every_column_of_a_long_sheet_reaches_the_record(opened: Shop) -> None:
    rows = [
        reading(
            "S1",
            "gap",
            "0.30 mm",
            kind="variable",
            unit_of_measure="mm",
            lower_limit="0.1",
            upper_limit="0.400",
            result="fail",
            nonconformity_code="LID-SEAT",
            severity="MINOR",
            location="inside",
            gauge_id="feeler 3",
            cavity="2",
            observed_at="2026-03-02T08:02:01Z",
            attempt="1",
            note="first",
            batch_id="B1",
        ),
        reading("S1", "finish", "PASS", kind="Attribute", result="Pass", note="second"),
        reading("S1", "function", "pass", cavity="2", note="first"),
        reading("S1", "build_minutes", "11", kind="time", observed_at="2026-03-02T08:02:00Z"),
    ]
    receipt, _ = opened.bring("B1", long(rows))
    event = receipt.recorded[1].entry.event.model_dump(mode="json", exclude_none=True)

    assert {"method": "line", "cavity": "2"} == event["build"]
    assert [("LID-SEAT", "inside", "minor")] == [
        (n["mode"], n["location"], n["severity"]) for n in event["nonconformities"]
    ]
    assert {
        "build_minutes": "2026-03-02T08:02:00.000000Z",
        "gap": "2026-03-02T08:02:01.000000Z",
    } == event["seen"]
    assert ({"gap": "feeler 3"}, "2026-03-02T08:02:00.000000Z", "first\nsecond") == (
        event["gauges"],
        event["observed_at"],
        event["note"],
    )


@pytest.mark.parametrize(
    ("cells", "column", "problem"),
    [
        ({"value": "0,25"}, "value", "must use a decimal point, not a comma"),
        ({"value": "NaN"}, "value", "is not a plain decimal number"),
        ({"value": "1e400"}, "value", "has an exponent; write the number out"),
        ({"value": "0.255"}, "value", "is finer than the plan's scale"),
        ({"characteristic_id": "gab"}, "characteristic_id", "the plan has no such characteristic"),
        ({"characteristic_id": ""}, "characteristic_id", "the plan has no such characteristic"),
        ({"unit_of_measure": "inch"}, "unit_of_measure", "the plan says mm"),
        ({"kind": "attribute"}, "kind", "the plan says variable"),
        ({"lower_limit": "0.11"}, "lower_limit", "the plan's limit is 0.10 mm"),
        ({"upper_limit": "0.5"}, "upper_limit", "the plan's limit is 0.40 mm"),
        ({"upper_limit": "0.405"}, "upper_limit", "is finer than the plan's scale"),
        ({"upper_limit": "none"}, "upper_limit", "is not a plain decimal number"),
        ({"result": "fail"}, "result", "by the plan this row is a pass"),
        ({"result": "pass", "value": "0.5"}, "result", "by the plan this row is a fail"),
        ({"result": "maybe"}, "result", "must be pass or fail"),
        (
            {"result": "pass", "nonconformity_code": "CRACK"},
            "result",
            "by the plan this row is a fail",
        ),
        (
            {"result": "pass", "value": "0.5", "nonconformity_code": "LID-SEAT"},
            "result",
            "by the plan this row is a fail",
        ),
        ({"result": "pass", "value": ""}, "result", "has no value; a blank is not a result"),
        ({"result": "fail", "value": ""}, "result", "has no value; a blank is not a result"),
        ({"nonconformity_code": "NO-SUCH"}, "nonconformity_code", "no such nonconformity mode"),
        (
            {"nonconformity_code": "CRACK", "location": "top face"},
            "nonconformity_code",
            "must be 1 to 64",
        ),
        (
            {"nonconformity_code": "CRACK", "severity": "minor"},
            "severity",
            "the plan grades CRACK here as critical",
        ),
        (
            {"nonconformity_code": "LID-SEAT", "location": "inside", "severity": "major"},
            "severity",
            "the plan grades LID-SEAT here as minor",
        ),
        ({"attempt": "0"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "two"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "²"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "1" * 5_000}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "000000001" + "9" * 3_000}, "attempt", "must be a whole number from 1 to 999"),
        ({"build_method": "lathe"}, "build_method", "Input should be"),
        ({"build_method": ""}, "build_method", "is blank"),
        ({"note": "\x1b[2J"}, "note", "holds the hidden character U+001B"),
        ({"gauge_id": "x" * 81}, "gauge_id", "must have 1 to 80 characters"),
        ({"observed_at": "2026-03-02T09:30:00"}, "observed_at", "with an offset from UTC"),
        ({"observed_at": "0001-01-01T00:00:00+12:00"}, "observed_at", "with an offset from UTC"),
        ({"batch_id": "B9"}, "batch_id", "this row belongs to another batch than B1"),
        ({"unit_serial": "\x1b[2J"}, "unit_serial", "holds the hidden character U+001B"),
    ],
    ids=str,
)
def test_a_bad_cell_of_a_long_sheet_is_named_and_nothing_is_recorded(
    opened: Shop, cells: dict[str, str], column: str, problem: str
) -> None:
    rows = [*readings("S8"), {**reading("S9", "gap", "0.25"), **cells}, *readings("S10")]
    found = refused(opened, long(rows))
    bad = next(each for each in found if each.problem.find(problem) >= 0)

    assert (6, column) == (bad.line, bad.column)
    assert {6} == {each.line for each in found}


def test_a_limit_that_the_plan_does_not_have_is_refused(shop: Shop) -> None:
    shop.publish(PLAN.replace('lower = "0.10"\n', ""), "one-sided")
    shop.open("B1")
    (bad,) = refused(shop, long([reading("S1", "gap", "0.25", lower_limit="0.10")]))

    assert "the plan's limit is none" == bad.problem


def test_limits_of_what_is_passed_or_failed_are_refused(opened: Shop) -> None:
    rows = [reading("S1", "finish", "pass", lower_limit="0", upper_limit="x")]
    found = refused(opened, long(rows))

    assert ["lower_limit", "upper_limit"] == [bad.column for bad in found]
    assert {"the plan has no limits for a characteristic of kind attribute"} == {
        bad.problem for bad in found
    }


def test_a_characteristic_stands_once_for_a_unit_in_a_sheet(opened: Shop) -> None:
    (bad,) = refused(opened, long([*readings("S1"), reading("S1", "gap", "0.3")]))

    assert (6, "characteristic_id", "gap") == (bad.line, bad.column, bad.value)
    assert "this unit has it twice in the file" == bad.problem


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [("build_method", "bench", "line"), ("cavity", "1", "2"), ("operator_id", "ann", "bob")],
)
def test_the_rows_of_a_unit_agree_on_how_it_was_made(
    opened: Shop, column: str, first: str, second: str
) -> None:
    """S-05: a bench unit does not become a line unit by its other rows."""
    rows = [
        {**reading("S1", "gap", "0.25"), column: first},
        {**reading("S1", "finish", "pass"), column: second},
    ]
    (bad,) = refused(opened, long(rows))

    assert (3, column, second) == (bad.line, bad.column, bad.value)
    assert f"an earlier row of this unit says {first}" == bad.problem


def test_the_notes_of_a_unit_are_all_kept_or_the_sheet_is_refused(opened: Shop) -> None:
    def noted(count: int) -> bytes:
        return long(
            [
                reading("S1", "finish", "pass", note="a" * 1_200),
                reading("S1", "function", "pass", note="b" * count),
            ]
        )

    (bad,) = refused(opened, noted(1_200))
    receipt, _ = opened.bring("B1", noted(799))

    assert 2_000 == len(receipt.recorded[1].entry.event.model_dump()["note"])
    assert (2, "note") == (bad.line, bad.column)
    assert "the notes on this unit have 2401 characters, the limit is 2000" == bad.problem


def test_a_blank_value_of_a_long_sheet_is_no_reading(opened: Shop) -> None:
    opened.bring("B1", long(readings("S1", gap="")))
    units = opened.ledger.work().batch("B1").units

    assert {"finish", "function", "build_minutes"} == units["S1"].readings.keys()


def test_a_nonconformity_without_a_reading_is_recorded(opened: Shop) -> None:
    opened.bring("B1", long([reading("S1", "gap", "", nonconformity_code="CRACK", result="fail")]))
    (found,) = opened.ledger.work().batch("B1").units["S1"].nonconformities.values()

    assert ("CRACK", Severity.CRITICAL) == (found.mode, found.severity)


def test_a_later_attempt_is_a_retest_and_never_counts(opened: Shop) -> None:
    """S-28, G4."""
    rows = [*readings("S1", gap="0.5"), reading("S1", "gap", "0.25", attempt="2", note="again")]
    before = opened.store.size()
    _, imported = opened.bring("B1", long(rows))
    unit_ = opened.ledger.work().batch("B1").units["S1"]

    assert ["sheet-imported", "unit-inspected", "unit-retested"] == opened.topics(before)
    assert (1, 1) == (imported.units, imported.retests)
    assert (50, 1) == (unit_.readings["gap"], unit_.retests)


def test_a_retest_of_a_unit_that_has_no_first_result_is_refused(opened: Shop) -> None:
    (bad,) = refused(opened, long([*readings("S1"), reading("S2", "gap", "0.25", attempt="2")]))

    assert (6, "S2") == (bad.line, bad.value)
    assert "batch B1 has no unit S2" in bad.problem
